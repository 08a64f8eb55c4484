"""The bridge to the fund: what a title's screenings have brought its own organisation is told to its funds, currency by currency."""

from __future__ import annotations

from crowdfund.boxoffice.net import Net, net_of
from crowdfund.boxoffice.reading import queries
from crowdfund.campaigns.box_office import tell_box_office
from crowdfund.campaigns.models import Campaign
from crowdfund.titles.models import Title


async def tell_fund(campaign_id: int) -> bool:
    """Bring one fund up to date; gives whether that was news."""
    campaign = await Campaign.get(id=campaign_id)
    net: Net = await net_of(await Title.get(id=campaign.title_id), campaign.currency)
    return await tell_box_office(
        campaign_id, sold_minor=max(0, net.sold_minor), locked_minor=net.locked_minor, recognised_minor=net.recognised_minor,
        settled_minor=net.settled_minor,
    )  # fmt: skip


async def funds_to_tell() -> list[int]:
    """Funds that people can see whose title has screenings in their currency."""
    return await queries.funds_with_screenings()
