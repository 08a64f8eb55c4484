"""How what a fund collected becomes what its makers are paid: read from the ledger, in cents that add up.

Nothing here is summed over pledges: what came in is one kept figure, and the verdict is one entry with three parts.
"""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel
from tortoise.functions import Sum
from tortoise.queryset import QuerySet

from crowdfund.campaigns.milestones.tranches import RELEASED_AS
from crowdfund.campaigns.models import SUCCEEDED, Campaign, CampaignState
from crowdfund.disputes.models import Dispute
from crowdfund.ledger import balance_minor, chart, moved_by_kind, parts_of, parts_of_kind, taken_from, turnover
from crowdfund.payments.models import Refund, RefundState
from crowdfund.payouts.models import Payout, PayoutState


class Proceeds(BaseModel, frozen=True):
    """A fund that succeeded. All in minor units; what was taken is positive.

    collected = taken_before + waiting + processor + fee + owed. owed + brought - refunds + fee_returned - banks = yours.
    yours = paid + on_its_way + held + kept - receivable.
    taken_before: given back to fans, or taken by their banks, while the fund held it. waiting: what it holds still, in milestones
    that are not released; fees are taken of it when they are. brought: kept by backers of an earlier target for this one. kept:
    for what another fund of the same makers owes us. receivable: what they owe us for this one, as more was given back than was
    still here.
    """

    collected_minor: int
    taken_before_minor: int
    waiting_minor: int
    processor_minor: int
    fee_minor: int
    owed_minor: int
    brought_minor: int
    refunds_minor: int
    fee_returned_minor: int
    banks_minor: int
    yours_minor: int
    paid_minor: int
    on_its_way_minor: int
    held_minor: int
    kept_minor: int
    receivable_minor: int


class GivenBack(BaseModel, frozen=True):
    """A fund that failed after cards were charged: collected = returned + returning + banks."""

    collected_minor: int
    returned_minor: int
    returning_minor: int
    banks_minor: int


# By what a fund's money becomes its makers': the result, a milestone, the odd rest of what was shared out.
_OWED_AS = ("fund_succeeded", RELEASED_AS, "surplus_rest")


async def proceeds_of(campaign: Campaign) -> Proceeds | None:
    """Where the money of a funded fund went; none while nothing has been decided."""
    if campaign.state not in SUCCEEDED:
        return None
    currency, subject = campaign.currency, f"campaign:{campaign.id}"
    payable = chart.payable(campaign.organisation_id, currency)
    parts = [await parts_of(f"{subject}:funded"), await parts_of_kind(RELEASED_AS, subject)]
    processor, fee = (sum(p.get(a.code, 0) for p in parts) for a in (chart.processor(currency), chart.fee(currency)))
    collected, waiting = await _collected_minor(campaign), await balance_minor(chart.fund(campaign.id, currency))
    theirs = await moved_by_kind(payable, subject)
    owed = sum(theirs.get(kind, 0) for kind in _OWED_AS)
    lent = await moved_by_kind(chart.receivable(campaign.organisation_id, currency), subject)
    before = (await taken_from(chart.fund(campaign.id, currency))).get("refund_promised", 0)
    refunds = await _sum_minor(Refund.filter(campaign_id=campaign.id)) - before
    fee_returned = refunds + theirs.get("refund_promised", 0) + lent.get("refund_promised", 0)
    banks = -theirs.get("dispute", 0) - lent.get("dispute", 0)
    brought = theirs.get("kept_used", 0)
    # Gifts are paid out to others.
    on_its_way = await _sum_minor(Payout.filter(campaign_id=campaign.id, recipient_id=None, state=PayoutState.SENDING))
    standing = sum(lent.values())  # below nothing: they owe us
    return Proceeds(
        collected_minor=collected, taken_before_minor=collected - waiting - processor - fee - owed,
        waiting_minor=waiting, processor_minor=processor, fee_minor=fee, owed_minor=owed, brought_minor=brought,
        refunds_minor=refunds, fee_returned_minor=fee_returned, banks_minor=banks,
        yours_minor=owed + brought - refunds + fee_returned - banks,
        paid_minor=-theirs.get("payout_set_aside", 0) - theirs.get("payout_back", 0) - on_its_way,
        on_its_way_minor=on_its_way, held_minor=sum(theirs.values()),
        kept_minor=max(0, standing), receivable_minor=max(0, -standing),
    )  # fmt: skip


async def given_back_of(campaign: Campaign) -> GivenBack | None:
    """What a failed fund had collected, and what of it is with its fans again; none where nobody was charged."""
    collected = await _collected_minor(campaign) if campaign.state == CampaignState.FAILED else 0
    if not collected:
        return None
    debits, credits = await turnover(chart.fund(campaign.id, campaign.currency))
    open_states = (RefundState.PENDING, RefundState.FAILED)
    returning = credits - debits + await _sum_minor(Refund.filter(campaign_id=campaign.id, state__in=open_states))
    returned = campaign.refunded_minor
    return GivenBack(
        collected_minor=collected, returned_minor=returned, returning_minor=returning,
        banks_minor=collected - returned - returning,
    )  # fmt: skip


async def _collected_minor(campaign: Campaign) -> int:
    """All that was ever charged for a fund. What banks took from it and gave back to it is no new money.

    Only a fund with a dispute is looked through for that: the look takes the longer the more were charged.
    """
    fund = chart.fund(campaign.id, campaign.currency)
    _debits, credits = await turnover(fund)
    if not await Dispute.exists(campaign_id=campaign.id):
        return credits
    net = (await moved_by_kind(fund, f"campaign:{campaign.id}")).get("dispute", 0)
    return credits - net - (await taken_from(fund)).get("dispute", 0)


async def _sum_minor(rows: QuerySet[Any]) -> int:
    found = await rows.annotate(minor=Sum("amount_minor")).values("minor")
    return sum(int(row["minor"] or 0) for row in found)
