"""The figures of a fund that its dashboard and its programs share: by tier, what would be if it closed now, what became of it."""

from __future__ import annotations

from dataclasses import dataclass

from crowdfund.campaigns.box_office import counted_minor
from crowdfund.campaigns.models import SUCCEEDED, Campaign, CampaignState
from crowdfund.campaigns.queries import tiers_of
from crowdfund.desk import queries
from crowdfund.desk.forecast import Forecast, forecast
from crowdfund.pledges.deliveries import late_tiers

S = CampaignState


@dataclass(frozen=True, slots=True)
class TierFigures:
    """What was taken of a tier, at its price. tier_id None: what was given without one, or on top."""

    tier_id: int | None
    name: str
    taken: int | None
    size: int | None
    amount_minor: int
    delivers_on: str = ""
    is_late: bool = False


async def by_tier(campaign: Campaign) -> list[TierFigures]:
    """Tier by tier, and last the rest, where there is one: they sum to what is promised."""
    late = await late_tiers(campaign.id) if campaign.state in SUCCEEDED else frozenset()
    rows = [
        TierFigures(
            tier.id, tier.name, tier.taken, tier.size, tier.taken * tier.price_minor, tier.delivers_on, tier.id in late
        )
        for tier in await tiers_of(campaign.id)
    ]
    rest_minor = campaign.promised_minor - sum(row.amount_minor for row in rows)
    return [*rows, TierFigures(None, "", None, None, rest_minor)] if rest_minor > 0 else rows


async def forecast_of(campaign: Campaign) -> Forecast | None:
    """What would become of it if it closed now; none where it isn't open."""
    if campaign.state not in (S.LIVE, S.SUSPENDED):
        return None
    rate = await queries.collection_rate(campaign.organisation_id)
    return forecast(campaign, rate, await counted_minor(campaign))


async def settling_of(campaign: Campaign) -> queries.Settling | None:
    """What became of what was promised; none before it closes, and none of a cancelled fund, whose cards nobody charges."""
    if campaign.closed_at is None or campaign.state == S.CANCELLED:
        return None
    return await queries.settling_of(campaign)
