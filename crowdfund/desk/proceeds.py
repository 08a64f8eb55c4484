"""How what a fund collected becomes what its makers are paid: read from the ledger, in cents that add up.

Nothing here is summed over pledges: what came in is one kept figure, and the verdict is one entry with three parts.
"""

from __future__ import annotations

from dataclasses import dataclass

from crowdfund.campaigns.models import SUCCEEDED, Campaign, CampaignState
from crowdfund.desk.queries import payouts_under_way, refunds_made, refunds_open, reinstated_minor
from crowdfund.ledger import chart, moved_by_kind, parts_of, taken_from, turnover


@dataclass(frozen=True, slots=True)
class Proceeds:
    """A fund that succeeded. All in minor units; what was taken is positive.

    collected = taken_before + processor + fee + owed. owed - refunds + fee_returned - banks = yours.
    yours = paid + on_its_way + held + kept - receivable.
    taken_before: given back to fans, or taken by their banks, before the result. kept: for what another fund of the same
    makers owes us. receivable: what they owe us for this one, as more was given back than was still here.
    """

    collected_minor: int
    taken_before_minor: int
    processor_minor: int
    fee_minor: int
    owed_minor: int
    refunds_minor: int
    fee_returned_minor: int
    banks_minor: int
    paid_minor: int
    on_its_way_minor: int
    held_minor: int
    kept_minor: int
    receivable_minor: int

    @property
    def yours_minor(self) -> int:
        return self.owed_minor - self.refunds_minor + self.fee_returned_minor - self.banks_minor


@dataclass(frozen=True, slots=True)
class GivenBack:
    """A fund that failed after cards were charged: collected = returned + returning + banks."""

    collected_minor: int
    returned_minor: int
    returning_minor: int

    @property
    def banks_minor(self) -> int:
        return self.collected_minor - self.returned_minor - self.returning_minor


async def proceeds_of(campaign: Campaign) -> Proceeds | None:
    """Where the money of a funded fund went; none while nothing has been decided."""
    if campaign.state not in SUCCEEDED:
        return None
    currency, subject = campaign.currency, f"campaign:{campaign.id}"
    fund, payable = chart.fund(campaign.id, currency), chart.payable(campaign.organisation_id, currency)
    parts = await parts_of(f"{subject}:funded")
    processor, fee, owed = (parts.get(a.code, 0) for a in (chart.processor(currency), chart.fee(currency), payable))
    _debits, credits = await turnover(fund)
    collected = credits - await reinstated_minor(campaign.id, fund.code)
    theirs = await moved_by_kind(payable, subject)
    lent = await moved_by_kind(chart.receivable(campaign.organisation_id, currency), subject)
    refunds_of_theirs = -theirs.get("refund_promised", 0) - lent.get("refund_promised", 0)
    refunds = await refunds_made(campaign.id) - (await taken_from(fund)).get("refund_promised", 0)
    on_its_way = await payouts_under_way(campaign.id)
    standing = sum(lent.values())  # below nothing: they owe us
    return Proceeds(
        collected_minor=collected, taken_before_minor=collected - processor - fee - owed, processor_minor=processor,
        fee_minor=fee, owed_minor=owed, refunds_minor=refunds, fee_returned_minor=refunds - refunds_of_theirs,
        banks_minor=-theirs.get("dispute", 0) - lent.get("dispute", 0),
        paid_minor=-theirs.get("payout_set_aside", 0) - theirs.get("payout_back", 0) - on_its_way,
        on_its_way_minor=on_its_way, held_minor=sum(theirs.values()),
        kept_minor=max(0, standing), receivable_minor=max(0, -standing),
    )  # fmt: skip


async def given_back_of(campaign: Campaign) -> GivenBack | None:
    """What a failed fund had collected, and what of it is with its fans again; none where nobody was charged."""
    if campaign.state != CampaignState.FAILED:
        return None
    fund = chart.fund(campaign.id, campaign.currency)
    debits, credits = await turnover(fund)
    collected = credits - await reinstated_minor(campaign.id, fund.code)
    returning = credits - debits + await refunds_open(campaign.id)
    return GivenBack(collected, campaign.refunded_minor, returning) if collected else None
