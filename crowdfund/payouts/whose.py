"""Whose money a payout is, where it lies until it is sent, and how much of it may go."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from crowdfund import money
from crowdfund.campaigns import counters
from crowdfund.campaigns.recipients.models import Gift
from crowdfund.ledger import Account, balance_minor, chart, held_minor, part_minor
from crowdfund.payouts import queries
from crowdfund.payouts.models import Payout
from crowdfund.screenings.holding import lock as lock_screenings


@dataclass(frozen=True, slots=True)
class Whose:
    """What is paid out to whom. campaign_id, and of a gift recipient_id; or screening_id; or else what a seller has earned."""

    organisation_id: int
    currency: str
    campaign_id: int | None = None
    recipient_id: int | None = None
    screening_id: int | None = None

    @classmethod
    def of(cls, payout: Payout) -> Self:
        kind, _, number = payout.held_for.partition(":")
        screening_id = int(number) if kind == "screening" else None
        return cls(payout.organisation_id, payout.currency, payout.campaign_id, payout.recipient_id, screening_id)

    @property
    def is_earned(self) -> bool:
        """By selling, or by royalties: all of it is the organisation's, wherever it came from."""
        return self.campaign_id is None and self.screening_id is None

    @property
    def held_for(self) -> str:
        if self.is_earned:
            return self.source.code
        return f"campaign:{self.campaign_id}" if self.screening_id is None else f"screening:{self.screening_id}"

    @property
    def source(self) -> Account:
        """Whose money it is."""
        if self.recipient_id is not None:
            return chart.recipient(self.recipient_id, self.currency)
        if self.is_earned:
            return chart.earnings(self.organisation_id, self.currency)
        return chart.payable(self.organisation_id, self.currency)

    @property
    def receivable(self) -> Account:
        return chart.receivable(self.organisation_id, self.currency)

    async def lock(self) -> None:
        if self.screening_id is not None:
            await lock_screenings([self.screening_id])
        elif self.campaign_id is not None:
            await counters.lock_one(self.campaign_id)
        else:
            await held_minor([self.source, self.receivable])

    async def owed_minor(self) -> int:
        """What of it is its organisation's, or a recipient's, and not paid out yet: never more than its account holds."""
        there_minor = await balance_minor(self.source)
        if self.recipient_id is not None:
            gift = await Gift.get(campaign_id=self.campaign_id, recipient_id=self.recipient_id)
            part = gift.amount_minor - int(await queries.PAID_GIFT.value(self.campaign_id, self.recipient_id))
        else:
            part = there_minor if self.is_earned else await part_minor(self.source, self.held_for)
        return min(part, there_minor, money.CHARGE_MAX_MINOR)
