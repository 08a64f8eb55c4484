"""What all rules share: the site and its model side by side, and time."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Any

from hypothesis import strategies as st

from crowdfund import clock
from crowdfund.campaigns.models import Campaign
from crowdfund.campaigns.recipients.models import Recipient
from crowdfund.payments.models import Charge
from crowdfund.payouts.models import Payout
from crowdfund.people.models import Organisation
from tests.stateful import model
from tests.stateful.model import PLACES, TIER_PRICE
from tests.stateful.model_work import Model
from tests.stateful.site import OnASite
from tests.world import Fan, a_tier

PICK = st.integers(0, 59)
FUNDS_AT_ONCE = 4


class Machine(OnASite):
    """Rules do a thing to the site and to the model; after each of them both are compared."""

    club: Organisation
    owner: Fan
    staff: Fan
    second: Fan
    academy: Recipient
    charity: Recipient

    def __init__(self) -> None:
        super().__init__()
        began = clock.now_us() // 1_000_000
        self.model = Model(began, went_through=self.went_through, was_paid=self.was_paid)
        self.numbers: dict[Any, Any] = {}  # a thing of the model: its number on the site
        self.fans: list[Fan] = []
        self.tiers: dict[int, int] = {}

    def went_through(self, pledge: model.Pledge) -> bool:
        return bool(self.do(Charge.exists(subject=f"pledge:{self.numbers[pledge]}", state="succeeded")))

    def was_paid(self, payout: model.Payout) -> bool:
        same = {"campaign_id": self.numbers[payout.campaign], "amount_minor": payout.amount, "state": "paid"}
        before = [p for p in self.model.payouts if p.campaign is payout.campaign and p.state == "paid"]
        return int(self.do(Payout.filter(**same).count())) > len([p for p in before if p.amount == payout.amount])

    def a_second(self) -> None:
        """Passes, and nothing is done: outside of a test no two things happen in the same microsecond."""
        self.do(self.pass_time(1))
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
