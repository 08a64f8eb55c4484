"""The figures of a fund, as its dashboard has them: promised and collected apart, where pledges came from, what would be."""

from __future__ import annotations

from starlette.requests import Request

from crowdfund.campaigns.api.own import own_campaign
from crowdfund.campaigns.api.reading import ONE
from crowdfund.campaigns.followers import followers_of
from crowdfund.campaigns.models import Campaign
from crowdfund.database.ids import public
from crowdfund.desk import figures, queries
from crowdfund.desk.proceeds import GivenBack, Proceeds, given_back_of, proceeds_of
from crowdfund.people.models import Role
from crowdfund.web.api import Out
from crowdfund.web.routes import bearer, get


class DayOut(Out):
    """day: UTC, `2027-03-31`. Counted as pledges were made."""

    day: str
    pledges: int
    amount_minor: int


class TierFiguresOut(Out):
    """tier none: what is given without one, or on top. amount_minor: what was taken, at its price."""

    tier: str | None
    name: str
    taken: int | None
    size: int | None
    amount_minor: int
    is_late: bool


class ReferrerOut(Out):
    """referrer empty: who came by themselves."""

    referrer: str
    pledges: int
    amount_minor: int


class ForecastOut(Out):
    """If it closed now. rate_bps: what share of promises is likely to be collected, from `organisation`, `platform` or `assumed`."""

    rate_bps: int
    rate_source: str
    likely_minor: int
    needed_minor: int
    missing_minor: int
    processor_minor: int
    fee_minor: int
    payout_minor: int
    verdict: str


class FiguresOut(Out):
    """promised_minor counts pledges, collected_minor is money. needed_minor: what has to be collected for it to succeed."""

    campaign: str
    state: str
    currency: str
    goal_minor: int
    needed_minor: int
    promised_minor: int
    pledges: int
    promised_at_close_minor: int
    pledges_at_close: int
    collected_minor: int
    refunded_minor: int
    followers: int
    by_day: list[DayOut]
    by_tier: list[TierFiguresOut]
    by_referrer: list[ReferrerOut]
    forecast: ForecastOut | None
    settling: queries.Settling | None
    proceeds: Proceeds | None
    given_back: GivenBack | None


async def show_figures(request: Request) -> FiguresOut:
    """Where a fund of mine stands, and how it came there."""
    campaign = await own_campaign(request, Role.VIEWER)
    return FiguresOut(
        campaign=public(campaign.id), state=campaign.state, currency=campaign.currency, goal_minor=campaign.goal_minor,
        needed_minor=campaign.needed_minor, promised_minor=campaign.promised_minor, pledges=campaign.pledges_live,
        promised_at_close_minor=campaign.promised_at_close_minor, pledges_at_close=campaign.pledges_at_close,
        collected_minor=campaign.collected_minor, refunded_minor=campaign.refunded_minor,
        followers=await followers_of(campaign.id),
        by_day=[
            DayOut(day=day, pledges=pledges, amount_minor=minor)
            for day, pledges, minor in await queries.pledges_by_day(campaign)
        ],
        by_tier=await _by_tier(campaign),
        by_referrer=[ReferrerOut(**row) for row in await queries.pledges_by_referrer(campaign.id)],
        forecast=await _forecast(campaign), settling=await figures.settling_of(campaign),
        proceeds=await proceeds_of(campaign), given_back=await given_back_of(campaign),
    )  # fmt: skip


async def _by_tier(campaign: Campaign) -> list[TierFiguresOut]:
    return [
        TierFiguresOut(
            tier=public(row.tier_id) if row.tier_id is not None else None, name=row.name, taken=row.taken, size=row.size,
            amount_minor=row.amount_minor, is_late=row.is_late,
        )
        for row in await figures.by_tier(campaign)
    ]  # fmt: skip


async def _forecast(campaign: Campaign) -> ForecastOut | None:
    found = await figures.forecast_of(campaign)
    if found is None:
        return None
    return ForecastOut(
        rate_bps=found.rate.bps, rate_source=found.rate.source, likely_minor=found.likely_minor,
        needed_minor=found.needed_minor, missing_minor=found.missing_minor, processor_minor=found.processor_minor,
        fee_minor=found.fee_minor, payout_minor=found.payout_minor, verdict=found.verdict,
    )  # fmt: skip


routes = [
    get(
        f"{ONE}/figures",
        show_figures,
        may=bearer("money:read"),
        gives=FiguresOut,
        summary="The figures of a fund of mine",
    )
]
