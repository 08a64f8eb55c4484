"""Writing a transfer fund: what the money is for, and the club's signature under it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from crowdfund import clock, money
from crowdfund.campaigns import counters
from crowdfund.campaigns.models import EDITABLE, BudgetLine, Campaign, Kind
from crowdfund.campaigns.recipients.models import OF_A_CLUB, Recipient, RecipientState
from crowdfund.campaigns.rules import Missing, NotEditable
from crowdfund.campaigns.transfers import rules
from crowdfund.campaigns.transfers.models import Part, SubType, Surplus, Transfer
from crowdfund.database import atomic, new_id
from crowdfund.people.audit import record
from crowdfund.people.documents import own_document
from crowdfund.refusal import Invalid, NotFound, Refusal

LABELS = {
    Part.TRANSFER_FEE: "Fee to the selling club", Part.TAX: "Taxes", Part.PLATFORM_FEE: "Platform fee",
    Part.COMMITTED: "Committed by others",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Deal:
    """What a club writes of a transfer. stack: what it costs by part, minor units; the goal follows from it."""

    sub_type: SubType
    stack: Mapping[Part, int]
    player: str = ""
    selling_club: str = ""
    competition: str = ""
    buys: str = ""
    confirmed_by: str = ""
    window_closes_at: datetime | None = None
    window_zone: str = "UTC"
    cap_minor: int | None = None
    surplus: Surplus = Surplus.REFUND
    fallback_id: int | None = None


@atomic
async def describe(campaign_id: int, deal: Deal, *, by: int) -> None:
    """Say what the transfer is: all of it at once. A signature under something else does not count any more.

    Raises NotEditable once it is handed in, Invalid for what can't be.
    """
    await counters.lock_one(campaign_id)
    campaign = await Campaign.get(id=campaign_id)
    if campaign.kind != Kind.TRANSFER:
        raise NotFound("This is no transfer fund.")
    if campaign.state not in EDITABLE:
        raise NotEditable("This is promised now: it can't be changed any more. Publish an update instead.")
    rules.refuse_stack(deal.stack, deal.cap_minor)
    goal_minor = max(0, rules.goal_minor(deal.stack))
    if goal_minor > money.AMOUNT_MAX_MINOR:
        raise Invalid("That is more than any fund here can be.", field="transfer_fee")
    if deal.window_closes_at is not None and deal.window_closes_at <= clock.now():
        raise Invalid("This moment has passed already. Choose a later one.", field="window_closes")
    if deal.fallback_id is not None:
        await _refuse_fallback(campaign, deal.fallback_id)
    await BudgetLine.filter(campaign_id=campaign_id).delete()
    for position, (part, minor) in enumerate((part, minor) for part in Part if (minor := deal.stack.get(part, 0))):
        await BudgetLine.create(
            id=new_id(), campaign_id=campaign_id, position=position, name=LABELS[part], amount_minor=minor, part=part
        )
    await Campaign.filter(id=campaign_id).update(
        goal_minor=goal_minor, cap_minor=deal.cap_minor, fallback_id=deal.fallback_id
    )
    facts: dict[str, Any] = {
        "sub_type": deal.sub_type, "player": deal.player, "selling_club": deal.selling_club, "competition": deal.competition,
        "buys": deal.buys, "confirmed_by": deal.confirmed_by, "window_closes_at": deal.window_closes_at,
        "window_zone": deal.window_zone, "surplus": deal.surplus,
    }  # fmt: skip
    if not await Transfer.filter(campaign_id=campaign_id).update(**facts):
        await Transfer.create(campaign_id=campaign_id, **facts)
    await record(
        "transfer_described", f"campaign:{campaign_id}", by=by, after={"player": deal.player, "goal": goal_minor}
    )


async def _refuse_fallback(campaign: Campaign, recipient_id: int) -> None:
    """The fallback is an academy or a squad of the same club, that is offered."""
    recipient = await Recipient.get_or_none(id=recipient_id, organisation_id=campaign.organisation_id)
    if recipient is None or recipient.kind not in OF_A_CLUB or recipient.state != RecipientState.OFFERED:
        raise Invalid("Choose an academy or a squad of your own club.", field="fallback")


@atomic
async def sign(campaign_id: int, *, name: str, document_id: int, by: int) -> None:
    """The club accepts what stands there, in the name of one who may sign for it, with the signed paper beside it.

    Raises Invalid with what is missing before a signature makes sense; NotFound where there is nothing to sign.
    """
    await counters.lock_one(campaign_id)
    campaign = await Campaign.get(id=campaign_id)
    transfer = await Transfer.get_or_none(campaign_id=campaign_id)
    if transfer is None:
        raise NotFound("Say first what the transfer is.")
    if campaign.state not in EDITABLE:
        raise NotEditable("It was handed in: what was signed stays.")
    await own_document(document_id, by=by)
    stack = await stack_of(campaign_id)
    missing = rules.what_is_missing(campaign, transfer, stack, "club")
    unsigned = [one for one in missing if one.field not in ("acceptance", "closes_at", "rule", "organisation")]
    if unsigned:
        raise Refusal(unsigned[0].text, **unsigned[0].values)
    await Transfer.filter(campaign_id=campaign_id).update(
        signed_hash=rules.signed_facts(campaign, transfer, stack), signed_name=name, signed_by_id=by,
        signed_document_id=document_id, signed_at=clock.now(),
    )  # fmt: skip
    await record("transfer_signed", f"campaign:{campaign_id}", by=by, after={"name": name, "document": document_id})


async def stack_of(campaign_id: int) -> dict[str, int]:
    """What a transfer costs, by part."""
    lines = await BudgetLine.filter(campaign_id=campaign_id, part__not="cost")
    return {line.part: line.amount_minor for line in lines}


async def missing_in(campaign: Campaign, organisation_kind: str) -> list[Missing]:
    """What keeps a transfer fund from being handed in, or opened; nothing for any other fund."""
    if campaign.kind != Kind.TRANSFER:
        return []
    transfer = await Transfer.get_or_none(campaign_id=campaign.id)
    return rules.what_is_missing(campaign, transfer, await stack_of(campaign.id), organisation_kind)


async def refuse_late_close(campaign: Campaign, closes_at: datetime | None) -> None:
    """Raises Invalid for a close that leaves no time to charge cards before the registration window closes."""
    transfer = await Transfer.get_or_none(campaign_id=campaign.id)
    if transfer is not None:
        rules.refuse_late_close(transfer, closes_at)


async def latest_close(campaign: Campaign, closes_at: datetime) -> datetime:
    """This moment, or the last one at which cards can still be charged before the window closes."""
    transfer = await Transfer.get_or_none(campaign_id=campaign.id)
    if transfer is None or not transfer.is_contingent or transfer.window_closes_at is None:
        return closes_at
    return min(closes_at, transfer.window_closes_at - rules.CLOSES_BEFORE_WINDOW)
