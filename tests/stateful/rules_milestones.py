"""A film that is paid in milestones: asked for, objected to, released, taken back, and given back to all."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from crowdfund.campaigns.milestones.models import Milestone
from crowdfund.campaigns.models import Campaign, Rule
from crowdfund.campaigns.updates import publish_update
from crowdfund.pledges.milestones import releases
from crowdfund.refusal import Refusal
from tests.milestones import WORDS, a_film_draft, a_plan, opened
from tests.stateful import model
from tests.stateful.machine import PICK, Machine
from tests.stateful.model import DAY
from tests.stateful.model_milestones import NEXT_UPDATE
from tests.transfers import a_document

SHARES = st.sampled_from([(3_000, 5_000, 2_000), (3_333, 3_333, 3_334), (5_000, 5_000), (1, 9_999)])
OPEN = ("live", "suspended", "settling", "funded")


class Milestones(Machine):
    @precondition(lambda self: self.may_begin())
    @rule(
        goal=st.sampled_from([25_00, 50_00]),
        by=st.sampled_from(["strict", "flexible"]),
        days=st.integers(1, 5),
        shares=SHARES,
        at_once=st.booleans(),
    )
    def a_film(self, goal: int, by: str, days: int, shares: Sequence[int], at_once: bool) -> None:
        now = self.model.now
        plan = [model.Milestone(share, at_once and n == 0) for n, share in enumerate(shares)]
        due = self.model.end_of_day(now + NEXT_UPDATE)
        fund = model.Campaign(goal, by, now + days * DAY, plan=plan, update_due=due)

        async def begin() -> Campaign:
            draft = await a_film_draft(
                self.club, self.owner, plan=a_plan(shares, at_once=at_once), days=days, goal_minor=goal, rule=Rule(by)
            )
            return await opened(draft, self.owner)

        self.begun(fund, begin())

    def films(self, *states: str) -> list[model.Campaign]:
        return [c for c in self.model.campaigns if c.plan and c.state in states]

    async def _id(self, fund: model.Campaign, milestone: model.Milestone) -> int:
        found = await Milestone.get(campaign_id=self.numbers[fund], position=fund.plan.index(milestone))
        return int(found.id)

    @precondition(lambda self: self.films(*OPEN))
    @rule(which=PICK)
    def publish(self, which: int) -> None:
        fund = self.newest(self.films(*OPEN), which)
        work = publish_update(self.numbers[fund], "Week by week", "We have been shooting.", by=self.owner.id)
        assert self.asked(work) == self.model.publish(fund)

    @precondition(lambda self: self.films("funded"))
    @rule(which=PICK)
    def request(self, which: int) -> None:
        fund = self.newest(self.films("funded"), which)
        paper = self.do(a_document(self.owner.id))
        expected = self.model.request(fund)
        try:
            made = self.do(releases.request_release(self.numbers[fund], words=WORDS, papers=[paper], by=self.owner.id))
        except Refusal as refusal:
            assert type(refusal).__name__ == expected
        else:
            assert isinstance(expected, model.Request)
            self.numbers[expected] = made

    @precondition(lambda self: self.model.requests)
    @rule(which=PICK, who=PICK, number=st.integers(1, 3))
    def object_to_release(self, which: int, who: int, number: int) -> None:
        """A few of those who have money in it, or whoever comes along where nobody has."""
        request = self.newest(self.model.requests, which)
        backers = [p.fan for p in self.model.pledges if p.campaign is request.campaign and p.state == "collected"]
        others = [fan.id for fan in self.fans]
        for n in range(number):
            fan = self.newest(backers or others, who + n)
            work = self._object(request, fan)
            assert self.asked(work) == self.model.object_to(request, fan)

    async def _object(self, request: model.Request, fan: int) -> None:
        objection = await releases.object_to(self.numbers[request], "It was not so, I was there.", by=fan)
        self.numbers[request, fan] = objection

    @precondition(lambda self: any(r.objections for r in self.model.requests))
    @rule(which=PICK)
    def answer_objection(self, which: int) -> None:
        request, fan = self.newest([(r, fan) for r in self.model.requests for fan in sorted(r.objections)], which)
        work = releases.answer_objection(self.numbers[request, fan], "It was cut.", by=self.owner.id)
        assert self.asked(work) == self.model.answer(request, fan)

    @precondition(lambda self: self.model.requests)
    @rule(
        which=PICK,
        how=st.sampled_from(
            ["pause", "pause", "release_paused", "release_paused", "ask_for_more", "take_request_back"]
        ),
    )
    def decide_release(self, which: int, how: str) -> None:
        """By staff, or by the makers who take it back."""
        request = self.newest(self.model.requests, which)
        work = self._decide_release(request, how)
        assert self.asked(work) == getattr(self.model, how)(request.milestone)

    async def _decide_release(self, request: model.Request, how: str) -> None:
        by = self.owner if how == "take_request_back" else self.staff
        milestone_id = await self._id(request.campaign, request.milestone)
        await getattr(releases, how)(milestone_id, "seen, and talked about", by=by.id)

    @precondition(lambda self: self.films("settling", "funded"))
    @rule(which=PICK, by_staff=st.booleans())
    def give_rest_back(self, which: int, by_staff: bool) -> None:
        self.a_second()
        fund, by = self.newest(self.films("settling", "funded"), which), self.staff if by_staff else self.owner
        work = releases.give_rest_back(self.numbers[fund], "It is not to be.", by=by.id)
        assert self.asked(work) == self.model.give_rest_back(fund)
