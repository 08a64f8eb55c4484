"""How a fund ends: closed at its deadline, then funded or failed by what was collected, never by what was promised.

Where it said so before it was open, what is recognised at its title's box office stands beside what was collected and counts
towards the goal. It is never collected, charged or shared out here.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta

from crowdfund import clock, money
from crowdfund.campaigns import counters
from crowdfund.campaigns.box_office import counted_minor
from crowdfund.campaigns.milestones.tranches import open_tranches, plan_of
from crowdfund.campaigns.models import MOVES, Campaign, CampaignEvent, CampaignState, Kind, Rule
from crowdfund.campaigns.rules import SETTLE_DAYS
from crowdfund.campaigns.transfers.models import Transfer
from crowdfund.database import Sql, atomic, outbox
from crowdfund.database.moves import move
from crowdfund.ledger import Entry, Posting, balance_minor, chart, post


@atomic
async def close_campaign(campaign_id: int) -> bool:
    """At the deadline: begin settling, or fail at once where too little was promised; gives whether it closed now.

    The days to mend a card count from now: a fund that was paused over its deadline closes late, and its fans get all seven.
    """
    await counters.lock_one(campaign_id)
    campaign = await Campaign.get(id=campaign_id)
    now = clock.now()
    if campaign.state != CampaignState.LIVE or campaign.closes_at is None or now < campaign.closes_at:
        return False
    await move(
        campaign, CampaignState.SETTLING, moves=MOVES, because="the deadline has come", by=None, events=CampaignEvent,
        closed_at=now, settle_by=now + timedelta(days=SETTLE_DAYS),
        promised_at_close_minor=campaign.promised_minor, pledges_at_close=campaign.pledges_live,
    )  # fmt: skip
    if campaign.promised_minor + await counted_minor(campaign) < campaign.needed_minor:
        await _fail(campaign, "too little was promised; nobody is charged")
    return True


Pay = Callable[[Campaign, int], Awaitable[None]]


@atomic
async def end_campaign(campaign_id: int, *, pay: Pay) -> bool:
    """The verdict, when every card has been charged or given up: funded or failed by what was collected.

    pay: shares out what a funded fund holds, in this transaction; one with milestones is paid piece by piece instead.
    """
    await counters.lock_one(campaign_id)
    campaign = await Campaign.get(id=campaign_id)
    if campaign.state != CampaignState.SETTLING:
        return False
    held_minor = await balance_minor(chart.fund(campaign.id, campaign.currency))
    if not held_minor or held_minor + await counted_minor(campaign) < campaign.needed_minor:
        await _fail(campaign, "too little was collected; what was charged is refunded in full")
    elif await _waits_for_a_deal(campaign):
        await _hold(campaign)
    else:
        await _fund(campaign, held_minor, pay)
    return True


async def _waits_for_a_deal(campaign: Campaign) -> bool:
    """A fund for one player pays nobody before he is registered."""
    transfer = await Transfer.get_or_none(campaign_id=campaign.id)
    return campaign.kind == Kind.TRANSFER and transfer is not None and transfer.is_contingent


async def _hold(campaign: Campaign) -> None:
    """What was collected stays in the fund, whole, until there is a deal or each backer has decided."""
    await move(
        campaign, CampaignState.FUNDED_HELD, moves=MOVES, because="collected what it needed; it waits for the deal",
        by=None, events=CampaignEvent,
    )  # fmt: skip
    await outbox.enqueue("fund_held", {"campaign": campaign.id}, key=f"fund_held:{campaign.id}")


_FEES = Sql(
    "SELECT CAST(COALESCE(SUM(fee_minor), 0) AS BIGINT) AS minor FROM charge WHERE campaign_id = $1 AND state = 'succeeded'"
)


async def _fund(campaign: Campaign, held_minor: int, pay: Pay) -> None:
    because = "collected what it needed"
    if held_minor < campaign.needed_minor:
        because = "what was collected and what is recognised at the box office come to the goal"
    await move(
        campaign,
        CampaignState.FUNDED,
        moves=MOVES,
        because=because,
        by=None,
        events=CampaignEvent,
        ended_at=clock.now(),
    )
    if milestones := await plan_of(campaign.id):
        processor_minor = min(int(await _FEES.value(campaign.id)), held_minor)
        await open_tranches(campaign, milestones, held_minor, processor_minor=processor_minor)
    else:
        await pay(campaign, held_minor)
    await outbox.enqueue("campaign_funded", {"campaign": campaign.id}, key=f"campaign_funded:{campaign.id}")
    await outbox.enqueue("fund_made_it", {"campaign": campaign.id}, key=f"fund_made_it:{campaign.id}")


async def pay_over(campaign: Campaign, held_minor: int) -> None:
    """A funded fund repays the processor's fees, pays the platform's, and owes the rest to its organisation.

    held_minor: how much of what it holds goes this way. In the caller's transaction, once in the life of a fund.
    """
    fund, currency = chart.fund(campaign.id, campaign.currency), campaign.currency
    processor_minor = min(int(await _FEES.value(campaign.id)), held_minor)
    fee_minor = min(money.share_minor(held_minor, campaign.fee_bps), held_minor - processor_minor)
    parts = [
        (chart.processor(currency), processor_minor),
        (chart.fee(currency), fee_minor),
        (chart.payable(campaign.organisation_id, currency), held_minor - processor_minor - fee_minor),
    ]
    movements = [Posting(fund, account, minor) for account, minor in parts if minor > 0]
    await post([Entry(f"campaign:{campaign.id}:funded", "fund_succeeded", f"campaign:{campaign.id}", movements)])


async def _fail(campaign: Campaign, because: str) -> None:
    await move(
        campaign,
        CampaignState.FAILED,
        moves=MOVES,
        because=because,
        by=None,
        events=CampaignEvent,
        ended_at=clock.now(),
    )
    await outbox.enqueue("campaign_failed", {"campaign": campaign.id}, key=f"campaign_failed:{campaign.id}")


def likely_verdict(campaign: Campaign, likely_collected_minor: int, counted_minor: int = 0) -> CampaignState:
    """What would happen if it closed now: for the producer's preview. Said before it matters, by the same rule.

    counted_minor: what counts besides, as `box_office.counted_minor` has it.
    """
    if campaign.promised_minor + counted_minor < campaign.needed_minor:
        return CampaignState.FAILED
    enough = likely_collected_minor + counted_minor >= campaign.needed_minor
    return CampaignState.FUNDED if enough or campaign.rule == Rule.FLEXIBLE else CampaignState.FAILED
