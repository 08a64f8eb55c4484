"""A fund for one player, from its beginning to its end."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from crowdfund import clock
from crowdfund.campaigns.models import Campaign
from crowdfund.pledges.transfers import outcomes
from crowdfund.pledges.transfers.elections import choose
from crowdfund.pledges.transfers.models import Choice, Objection, Outcome, OutcomeKind
from tests.stateful import model
from tests.stateful.machine import PICK, Machine
from tests.stateful.model import DAY
from tests.stateful.model_transfers import AWAITING
from tests.transfers import a_draft, file, opened
from tests.world import Fan

KINDS = ["signed", "signed", "collapsed", "collapsed", "window_closed", "player_elsewhere"]


class Transfers(Machine):
    @precondition(lambda self: self.may_begin())
    @rule(goal=st.sampled_from([25_00, 50_00]), days=st.integers(1, 9), window=st.integers(10, 14))
    def a_transfer(self, goal: int, days: int, window: int) -> None:
        """A fund for one player: what is collected waits until he is registered."""
        fund = model.Campaign(
            goal, "strict", self.model.now + days * DAY, window=self.model.now + (days + window) * DAY
        )

        async def begin() -> Campaign:
            draft = await a_draft(
                self.club, self.owner, goal_minor=goal, days=days, window_closes_at=clock.now() + timedelta(days=days + window),
                fallback=self.academy,
            )  # fmt: skip
            return await opened(draft, self.owner)

        self.begun(fund, begin())

    @precondition(lambda self: any(c.state in AWAITING for c in self.model.campaigns))
    @rule(which=PICK, kind=st.sampled_from(KINDS), by_staff=st.booleans())
    def file_outcome(self, which: int, kind: str, by_staff: bool) -> None:
        fund = self.newest([c for c in self.model.campaigns if c.state in AWAITING], which)
        who = self.staff if by_staff else self.owner
        work = self._file(self.numbers[fund], kind, who)
        assert self.asked(work) == self.model.file(fund, kind, who.id)

    async def _file(self, campaign_id: int, kind: str, by: Fan) -> None:
        await file(await Campaign.get(id=campaign_id), OutcomeKind(kind), by=by)

    def with_outcome(self) -> list[model.Campaign]:
        return [c for c in self.model.campaigns if c.outcome is not None and c.state != "released"]

    def outcome_id(self, fund: model.Campaign) -> int:
        found = self.do(Outcome.get(campaign_id=self.numbers[fund], state__not="withdrawn"))
        return int(found.id)

    @precondition(lambda self: self.with_outcome())
    @rule(which=PICK, who=PICK)
    def object(self, which: int, who: int) -> None:
        fund, fan = self.newest(self.with_outcome(), which), self.fans[who % len(self.fans)]
        work = outcomes.object_to(self.outcome_id(fund), "It was not so, I was there.", by=fan.id)
        assert self.asked(work) == self.model.object(fund, fan.id)

    @precondition(lambda self: any(c.outcome.open_objections for c in self.with_outcome()))
    @rule(which=PICK)
    def dismiss(self, which: int) -> None:
        fund = self.newest([c for c in self.with_outcome() if c.outcome.open_objections], which)  # type: ignore[union-attr]
        for objection in self.do(Objection.filter(outcome_id=self.outcome_id(fund), answered_at=None)):
            self.do(outcomes.dismiss_objection(objection.id, "We have looked into it.", by=self.staff.id))
        self.model.dismiss(fund)

    @precondition(lambda self: self.with_outcome())
    @rule(which=PICK, how=st.sampled_from(["check", "check", "release", "release", "withdraw"]), second=st.booleans())
    def staff_ends(self, which: int, how: str, second: bool) -> None:
        fund, who = self.newest(self.with_outcome(), which), self.second if second else self.staff
        if how == "release":
            self.a_second()
        verb = {"check": outcomes.check_evidence, "release": outcomes.release, "withdraw": outcomes.withdraw_outcome}[
            how
        ]
        refused = self.asked(verb(self.outcome_id(fund), "seen in the register", by=who.id))
        expected = self.model.withdraw(fund) if how == "withdraw" else getattr(self.model, how)(fund, who.id)
        assert refused == expected

    @precondition(lambda self: self.elections())
    @rule(which=PICK, choice=st.sampled_from(["refund", "fallback", "next", "charity"]))
    def choose(self, which: int, choice: str) -> None:
        mine = self.newest(self.elections(), which)
        charity_id = self.charity.id if choice == "charity" else None
        work = choose(self.numbers[mine], Choice(choice), charity_id=charity_id, person_id=mine.fan)
        assert self.asked(work) == self.model.choose(mine, choice)

    def elections(self) -> list[model.Pledge]:
        return [p for p in self.model.pledges if p.election is not None]
