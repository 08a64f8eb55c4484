"""The money of milestones: how much each is, and what happens when one is released. In the transaction that decides it."""

from __future__ import annotations

from crowdfund import clock, money
from crowdfund.campaigns.milestones import rules
from crowdfund.campaigns.milestones.models import MOVES, Milestone, MilestoneEvent, MilestoneState
from crowdfund.campaigns.models import Campaign
from crowdfund.database.moves import move
from crowdfund.ledger import Entry, Posting, balance_minor, chart, post


async def plan_of(campaign_id: int) -> list[Milestone]:
    """A fund's milestones, the first first; none where its money is paid in one."""
    return await Milestone.filter(campaign_id=campaign_id).order_by("position")


async def open_tranches(
    campaign: Campaign, milestones: list[Milestone], held_minor: int, *, processor_minor: int
) -> None:
    """The fund has succeeded: each milestone gets its part of what it holds, to the cent, and the first what it may have at once.

    processor_minor: what the processor took for all of it. Once in the life of a fund.
    """
    shares = [milestone.share_bps for milestone in milestones]
    amounts, costs = money.split_minor(held_minor, shares), money.split_minor(processor_minor, shares)
    for milestone, amount_minor, cost_minor in zip(milestones, amounts, costs, strict=True):
        milestone.amount_minor, milestone.cost_minor = amount_minor, cost_minor
        await Milestone.filter(id=milestone.id).update(amount_minor=amount_minor, cost_minor=cost_minor)
    if milestones[0].at_once:
        await release_tranche(campaign, milestones[0], because="paid at once, as announced", by=None)


async def release_tranche(campaign: Campaign, milestone: Milestone, *, because: str, by: int | None) -> None:
    """What is left of a milestone leaves the fund, less the fees on it: once, whoever asks.

    Raises MoveRefused where it was released or given back, MoreThanHeld where the fund does not hold it.
    """
    await move(
        milestone,
        MilestoneState.RELEASED,
        moves=MOVES,
        because=because,
        by=by,
        events=MilestoneEvent,
        ended_at=clock.now(),
    )
    fund, currency, minor = chart.fund(campaign.id, campaign.currency), campaign.currency, milestone.left_minor
    if minor > await balance_minor(fund):
        raise rules.MoreThanHeld("That is more than this fund holds: nothing was paid. Staff has to look into it.")
    pays = rules.tranche(minor, milestone.cost_minor, campaign.fee_bps)
    parts = [
        (chart.processor(currency), pays.processor_minor),
        (chart.fee(currency), pays.fee_minor),
        (chart.payable(campaign.organisation_id, currency), pays.makers_minor),
    ]
    movements = [Posting(fund, account, part_minor) for account, part_minor in parts if part_minor > 0]
    if movements:
        await post([Entry(f"milestone:{milestone.id}:released", RELEASED_AS, f"campaign:{campaign.id}", movements)])


RELEASED_AS = "tranche_released"  # the kind of its entry
