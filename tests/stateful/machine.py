"""What all rules share: the site and its model side by side, and time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import time_machine
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine

from crowdfund import clock, settings
from crowdfund.books import check
from crowdfund.campaigns.models import Campaign
from crowdfund.campaigns.recipients.models import Recipient
from crowdfund.database import close_database
from crowdfund.payments import stripe
from crowdfund.payments.models import Charge
from crowdfund.payouts.models import Payout
from crowdfund.people.models import Organisation
from crowdfund.refusal import Refusal
from crowdfund.worker import work_until_idle
from tests.bank import ask, no_faults
from tests.stateful import model
from tests.stateful.model import PLACES, TIER_PRICE
from tests.stateful.model_work import Model
from tests.world import Fan, a_tier, broken

PICK = st.integers(0, 59)
FUNDS_AT_ONCE = 4


class Machine(RuleBasedStateMachine):
    """Rules do a thing to the site and to the model; after each of them both are compared."""

    new_settings: Callable[[], settings.Settings]
    steps_done = 0
    club: Organisation
    owner: Fan
    staff: Fan
    second: Fan
    academy: Recipient
    charity: Recipient

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.ours = type(self).new_settings()
        settings.use(self.ours)
        clock.share(self.ours.clock_file)
        self.wall = time_machine.travel(clock.from_us(clock.wall_now_us()), tick=False)
        self.traveller = self.wall.start()
        began = clock.now_us() // 1_000_000
        self.model = Model(began, went_through=self.went_through, was_paid=self.was_paid)
        self.numbers: dict[Any, Any] = {}  # a thing of the model: its number on the site
        self.fans: list[Fan] = []
        self.tiers: dict[int, int] = {}

    def do(self, work: Awaitable[Any]) -> Any:
        return self.loop.run_until_complete(work)

    def asked(self, work: Awaitable[Any]) -> str | None:
        """Do it; gives the name of the refusal, if it was refused."""
        try:
            self.do(work)
        except Refusal as refusal:
            return type(refusal).__name__
        return None

    def went_through(self, pledge: model.Pledge) -> bool:
        return bool(self.do(Charge.exists(subject=f"pledge:{self.numbers[pledge]}", state="succeeded")))

    def was_paid(self, payout: model.Payout) -> bool:
        same = {"campaign_id": self.numbers[payout.campaign], "amount_minor": payout.amount, "state": "paid"}
        before = [p for p in self.model.payouts if p.campaign is payout.campaign and p.state == "paid"]
        return int(self.do(Payout.filter(**same).count())) > len([p for p in before if p.amount == payout.amount])

    def a_second(self) -> None:
        """Passes, and nothing is done: outside of a test no two things happen in the same microsecond."""
        self.traveller.shift(1)
        self.do(ask("POST", "clock", {"advance_seconds": 1}))
        self.model.now += 1

    # --- looking ---

    def may_begin(self) -> bool:
        return sum(c.state == "live" for c in self.model.campaigns) < FUNDS_AT_ONCE

    def begun(self, fund: model.Campaign, begin: Awaitable[Campaign]) -> None:
        """A fund is open on the site: it gets its tier, and the model knows of it."""
        made = self.do(begin)
        self.numbers[fund] = made.id
        self.tiers[made.id] = self.do(a_tier(made, size=PLACES, price_minor=TIER_PRICE))
        self.model.campaigns.append(fund)

    def newest(self, things: list[Any], pick: int) -> Any:
        return things[-1 - pick % len(things)]

    def open(self, *states: str) -> list[model.Pledge]:
        return [p for p in self.model.pledges if p.state in states]

    def waiting(self) -> list[model.Pledge]:
        return [p for p in self.open("errored") if p.asked is not None and p.asked is p.card]

    def failed(self) -> list[model.Refund]:
        return [r for r in self.model.refunds if r.state == "failed"]

    def disputable(self) -> list[model.Pledge]:
        return [p for p in self.open("collected") if not p.ever_disputed and p.left_at_bank > 0]

    def teardown(self) -> None:
        """The processor's answers come after all, and its record is compared with ours to the cent."""
        try:
            self.do(self._end())
        finally:
            self.do(self._close())
            self.loop.close()
            self.wall.stop()
            clock.unshare()

    async def _end(self) -> None:
        await no_faults()
        await work_until_idle()
        report = await check()
        assert broken(report.findings) == []

    async def _close(self) -> None:
        await stripe.close()
        await close_database()
