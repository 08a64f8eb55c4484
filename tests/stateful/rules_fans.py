"""What fans do, with their pledges and their cards."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from crowdfund.campaigns.models import Campaign
from crowdfund.payments.reconcile import read_fees
from crowdfund.pledges.actions import amend_pledge, cancel_pledge
from crowdfund.pledges.models import Pledge
from crowdfund.refusal import Refusal
from tests.bank import fans_with
from tests.money import confirm_at_bank, save_card
from tests.stateful import model
from tests.stateful.machine import PICK, Machine
from tests.stateful.model import DAY
from tests.world import a_campaign, pledged

TICKS = ["", "refund", "fallback", "next", "charity"]
CARDS = [
    "ok",
    "ok",
    "instant",
    "saved_insufficient_funds",
    "saved_lost",
    "authentication_always",
    "fixable",
    "refund_fails",
]
AMOUNTS = st.sampled_from([49, 50, 20_00, 25_00, 25_00, 99_99, 300_00])


class Fans(Machine):
    @precondition(lambda self: len(self.fans) < 12)
    @rule(kind=st.sampled_from(CARDS))
    def a_fan(self, kind: str) -> None:
        (fan,) = self.do(fans_with(kind))
        self.fans.append(fan)
        self.model.cards[fan.id] = [model.Card(kind)]

    @precondition(lambda self: self.may_begin())
    @rule(
        goal=st.sampled_from([25_00, 50_00, 150_00, 500_00]),
        by=st.sampled_from(["strict", "threshold", "flexible"]),
        days=st.integers(1, 9),
    )
    def a_fund(self, goal: int, by: str, days: int) -> None:
        bps = 8_000 if by == "threshold" else 10_000
        begin = a_campaign(goal_minor=goal, rule=by, threshold_bps=bps, days=days, studio_id=self.club.id)
        self.begun(model.Campaign(goal, by, self.model.now + days * DAY), begin)

    @rule(who=PICK, where=PICK, amount=AMOUNTS, tier=st.booleans(), ticked=st.sampled_from(TICKS))
    def pledge(self, who: int, where: int, amount: int, tier: bool, ticked: str = "") -> None:
        fan, fund = self.fans[who % len(self.fans)], self.newest(self.model.campaigns, where)
        campaign = self.do(Campaign.get(id=self.numbers[fund]))
        expected = self.model.pledge(fan.id, fund, amount, tier)
        try:
            tier_id, charity_id = (
                self.tiers[campaign.id] if tier else None,
                self.charity.id if ticked == "charity" else None,
            )
            made = self.do(
                pledged(fan, campaign, amount_minor=amount, tier_id=tier_id, if_it_fails=ticked, charity_id=charity_id)
            )
        except Refusal as refusal:
            assert type(refusal).__name__ == expected
        else:
            assert isinstance(expected, model.Pledge)
            expected.ticked = ticked
            self.numbers[expected] = made.id

    @precondition(lambda self: self.model.pledges)
    @rule(which=PICK, amount=AMOUNTS, tier=st.booleans())
    def amend(self, which: int, amount: int, tier: bool) -> None:
        mine = self.newest(self.model.pledges, which)
        tier_id = self.tiers[self.numbers[mine.campaign]] if tier else None
        work = amend_pledge(
            self.numbers[mine], person_id=mine.fan, tier_id=tier_id, quantity=1, amount_minor=amount, shown_as="name"
        )
        assert self.asked(work) == self.model.amend(mine, amount, tier)

    @precondition(lambda self: self.model.pledges)
    @rule(which=PICK)
    def cancel(self, which: int) -> None:
        mine = self.newest(self.model.pledges, which)
        assert self.asked(cancel_pledge(self.numbers[mine], person_id=mine.fan)) == self.model.cancel(mine)

    @precondition(lambda self: self.open("started", "active", "errored"))
    @rule(which=PICK, kind=st.sampled_from(CARDS))
    def give_card(self, which: int, kind: str) -> None:
        mine = self.newest(self.open("started", "active", "errored"), which)
        self.do(self._save_card(self.numbers[mine], kind))
        self.model.save_card(mine, kind)

    async def _save_card(self, pledge_id: int, kind: str) -> None:
        await save_card(await Pledge.get(id=pledge_id), kind)

    @precondition(lambda self: self.waiting())
    @rule(which=PICK, succeeds=st.booleans())
    def confirm(self, which: int, succeeds: bool) -> None:
        mine = self.newest(self.waiting(), which)
        self.do(self._confirm(self.numbers[mine], "complete" if succeeds else "fail"))
        if succeeds:
            self.model.succeed(mine)
        self.do(self._fees())

    async def _confirm(self, pledge_id: int, outcome: str) -> None:
        await confirm_at_bank(await Pledge.get(id=pledge_id), outcome)

    async def _fees(self) -> None:
        await read_fees()
