"""What is taken of milestones that wait, for one backer alone: staff gives her money back, or her bank does.

Of each charge the fund holds the same share as of any other, so as much of it is taken from the fund as of hers still lies there:
nobody else's share grows or shrinks. The rest comes from where released money went. In the caller's transaction.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from crowdfund import money
from crowdfund.campaigns.milestones.models import WAITING, Milestone, MilestoneState
from crowdfund.campaigns.milestones.tranches import plan_of
from crowdfund.campaigns.models import Campaign
from crowdfund.database import new_id
from crowdfund.ledger import Account, chart
from crowdfund.payments import refunds
from crowdfund.payments.models import Charge
from crowdfund.payments.refunds import RefundIntent
from crowdfund.pledges.milestones import queries
from crowdfund.pledges.milestones.models import MilestoneTaking
from crowdfund.pledges.sharing_back import count_as_shared, open_share


async def take_for_refund(campaign: Campaign, minor: int) -> int:
    """Of a refund of so much, what comes from milestones that wait; gives how much. Before the refund is written down."""
    parts = await _take(campaign.id, minor)
    return sum(part for _milestone, part in parts)


async def take_for_bank(campaign: Campaign, dispute_id: int, charge: Charge, minor: int) -> int:
    """Of what a bank takes of a charge, what comes from milestones that wait; gives how much.

    minor: what was left of the charge before. While the fund is given back to all, her part of that goes to her bank instead.
    """
    parts = await _take(campaign.id, minor, left_out_minor=minor)  # a disputed charge is among the stakes no more
    given_back = [one for one in await plan_of(campaign.id) if one.state == MilestoneState.REFUNDED]
    if given_back and (share := await open_share(campaign.id)) is not None:
        part = await count_as_shared(share, int(charge.subject.removeprefix("pledge:")), minor)
        parts = [(given_back[0], part)] if part else []
    for milestone, part in parts:
        await MilestoneTaking.create(id=new_id(), milestone_id=milestone.id, dispute_id=dispute_id, amount_minor=part)
    return sum(part for _milestone, part in parts)


async def _take(campaign_id: int, minor: int, *, left_out_minor: int = 0) -> list[tuple[Milestone, int]]:
    """The same share of each milestone that waits as `minor` is of all stakes. left_out_minor: what is hers and not among them."""
    waiting = [one for one in await plan_of(campaign_id) if one.state in WAITING and one.left_minor > 0]
    whole_minor = sum(one.left_minor for one in waiting)
    if not whole_minor:
        return []
    of_minor = await queries.stakes_minor(campaign_id) + left_out_minor
    if not of_minor:
        return []
    part_minor = min(whole_minor * minor // of_minor, whole_minor)
    parts = zip(waiting, money.split_minor(part_minor, [one.left_minor for one in waiting]), strict=True)
    taken = [(milestone, part) for milestone, part in parts if part]
    for milestone, part in taken:
        await _change(milestone, taken=part)
    return taken


async def _change(milestone: Milestone, *, taken: int = 0, amount: int = 0) -> None:
    milestone.taken_minor += taken
    milestone.amount_minor = (milestone.amount_minor or 0) + amount
    await Milestone.filter(id=milestone.id).update(
        taken_minor=milestone.taken_minor, amount_minor=milestone.amount_minor
    )


@dataclass(slots=True)
class Returned:
    """Where money goes that a bank gives back. hers_minor: of it, what the backer gets, as all others have theirs already."""

    parts: list[tuple[Account, int]] = field(default_factory=list)
    hers_minor: int = 0


async def give_back(campaign: Campaign, dispute_id: int, minor: int) -> Returned:
    """A won dispute gives the fund back what it took: to each milestone where its money is by now.

    What waits waits on; what was released since goes to the makers, less our fee; what was given back to all is given to her.
    What was taken before the fund had its result belongs to all milestones.
    """
    plan = {one.id: one for one in await plan_of(campaign.id)}
    returned = Returned()
    left_minor = minor
    for taking in await MilestoneTaking.filter(dispute_id=dispute_id).order_by("id"):
        part = min(taking.amount_minor - taking.returned_minor, left_minor)
        await MilestoneTaking.filter(id=taking.id).update(returned_minor=taking.returned_minor + part)
        left_minor -= part
        milestone = plan[taking.milestone_id]
        if milestone.state in WAITING:
            await _change(milestone, taken=-part)
        _sort(returned, campaign, milestone, part)
    shares = [one.share_bps for one in plan.values()]
    for milestone, part in zip(plan.values(), money.split_minor(left_minor, shares), strict=True):
        if milestone.state in WAITING:
            await _change(milestone, amount=part)
        _sort(returned, campaign, milestone, part)
    return returned


def _sort(returned: Returned, campaign: Campaign, milestone: Milestone, part: int) -> None:
    currency = campaign.currency
    if milestone.state == MilestoneState.RELEASED:
        fee_minor = money.share_minor(part, campaign.fee_bps)
        payable = chart.payable(campaign.organisation_id, currency)
        returned.parts += [(chart.fee(currency), fee_minor), (payable, part - fee_minor)]
        return
    returned.parts.append((chart.fund(campaign.id, currency), part))
    if milestone.state == MilestoneState.REFUNDED:
        returned.hers_minor += part


async def refund_hers(campaign: Campaign, charge: Charge, minor: int) -> None:
    """Her part of what all others were given back while her bank had it."""
    intent = RefundIntent(
        charge_id=charge.id, subject=charge.subject, campaign_id=campaign.id, amount_minor=minor, currency=charge.currency,
        stripe_charge_id=str(charge.stripe_charge_id), reason="what was not released goes back to all backers", by_person_id=None,
        sources=[(chart.fund(campaign.id, campaign.currency), minor)], ordinal=1 + charge.refunded_minor,
    )  # fmt: skip
    await refunds.make_refunds([intent])


async def has_milestones(campaign_id: int) -> bool:
    return await Milestone.exists(campaign_id=campaign_id)
