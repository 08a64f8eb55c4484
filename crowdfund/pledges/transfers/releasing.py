"""The club gets what the transfer costs, and what is beyond it goes where was said before the launch.

For a player that is when he is registered; for a squad, when the fund has collected what it needs.
"""

from __future__ import annotations

from crowdfund.campaigns.models import Campaign
from crowdfund.campaigns.recipients.gifts import add_gift, reports_are_due
from crowdfund.campaigns.transfers.models import Surplus, Transfer
from crowdfund.campaigns.verdict import pay_over
from crowdfund.ledger import Entry, Posting, balance_minor, chart, post
from crowdfund.pledges.sharing_back import begin_sharing_back


async def release_money(campaign: Campaign, transfer: Transfer) -> None:
    """In the transaction that releases it: fees, the club's part, and the surplus."""
    fund = chart.fund(campaign.id, campaign.currency)
    held_minor = await balance_minor(fund)
    surplus_minor = max(0, held_minor - campaign.goal_minor)
    if transfer.surplus == Surplus.CLUB or (transfer.surplus == Surplus.FALLBACK and campaign.fallback_id is None):
        surplus_minor = 0
    await pay_over(campaign, held_minor - surplus_minor)
    if surplus_minor and transfer.surplus == Surplus.FALLBACK and campaign.fallback_id is not None:
        recipient = chart.recipient(campaign.fallback_id, campaign.currency)
        entry = Entry(
            f"campaign:{campaign.id}:surplus", "surplus_given", f"campaign:{campaign.id}",
            [Posting(fund, recipient, surplus_minor)],
        )  # fmt: skip
        await post([entry])
        await add_gift(campaign, campaign.fallback_id, surplus_minor, backers=0)
        await reports_are_due(campaign.id)
    elif surplus_minor:
        await begin_sharing_back(campaign, surplus_minor, reason="more was collected than the transfer cost", by=None)


async def pay_funded(campaign: Campaign, held_minor: int) -> None:
    """What a fund holds that waits for no deal goes to its makers; of a club's squad budget no more than it asked for."""
    transfer = await Transfer.get_or_none(campaign_id=campaign.id)
    if transfer is None:
        await pay_over(campaign, held_minor)
    else:
        await release_money(campaign, transfer)
