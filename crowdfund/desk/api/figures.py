"""The figures of a fund, as its dashboard has them: promised and collected apart, where pledges came from, what would be."""

from __future__ import annotations

from dataclasses import asdict

from pydantic import BaseModel
from starlette.requests import Request

from crowdfund.campaigns import queries as campaigns
from crowdfund.campaigns.api.own import own_campaign
from crowdfund.campaigns.api.reading import ONE
from crowdfund.campaigns.followers import followers_of
from crowdfund.campaigns.models import SUCCEEDED, Campaign, CampaignState
from crowdfund.database.ids import public
from crowdfund.desk import queries
from crowdfund.desk.forecast import forecast
from crowdfund.desk.proceeds import given_back_of, proceeds_of
from crowdfund.people.models import Role
from crowdfund.pledges.deliveries import late_tiers
from crowdfund.web.routes import bearer, get

S = CampaignState


class DayOut(BaseModel):
    """day: UTC, `2027-03-31`. Counted as pledges were made."""

    day: str
    pledges: int
    amount_minor: int


class TierFiguresOut(BaseModel):
    """tier none: what is given without one, or on top. amount_minor: what was taken, at its price."""

    tier: str | None
    name: str
    taken: int | None
    size: int | None
    amount_minor: int
    is_late: bool


class ReferrerOut(BaseModel):
    """referrer empty: who came by themselves."""

    referrer: str
    pledges: int
    amount_minor: int


class ForecastOut(BaseModel):
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


class SettlingOut(BaseModel):
    """What became of what was promised when it closed; the parts sum to it. waiting: cards that were refused and may be mended."""

    collected_minor: int
    returned_minor: int
    waiting: int
    waiting_minor: int
    open_minor: int
    at_banks_minor: int
    dropped_minor: int


class ProceedsOut(BaseModel):
    """Of a fund that succeeded: how what was collected becomes what is paid, from the ledger.

    collected = taken_before + processor + fee + owed; owed - refunds + fee_returned - banks = yours;
    yours = paid + on_its_way + held + kept - receivable.
    """

    collected_minor: int
    taken_before_minor: int
    processor_minor: int
    fee_minor: int
    owed_minor: int
    refunds_minor: int
    fee_returned_minor: int
    banks_minor: int
    yours_minor: int
    paid_minor: int
    on_its_way_minor: int
    held_minor: int
    kept_minor: int
    receivable_minor: int


class GivenBackOut(BaseModel):
    """Of a fund that failed after cards were charged: collected = returned + returning + banks."""

    collected_minor: int
    returned_minor: int
    returning_minor: int
    banks_minor: int


class FiguresOut(BaseModel):
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
    settling: SettlingOut | None
    proceeds: ProceedsOut | None
    given_back: GivenBackOut | None


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
        forecast=await _forecast(campaign), settling=await _settling(campaign), proceeds=await _proceeds(campaign),
        given_back=await _given_back(campaign),
    )  # fmt: skip


async def _by_tier(campaign: Campaign) -> list[TierFiguresOut]:
    late = await late_tiers(campaign.id) if campaign.state in SUCCEEDED else frozenset()
    rows = [
        TierFiguresOut(
            tier=public(tier.id), name=tier.name, taken=tier.taken, size=tier.size, amount_minor=tier.taken * tier.price_minor,
            is_late=tier.id in late,
        )
        for tier in await campaigns.tiers_of(campaign.id)
    ]  # fmt: skip
    rest = campaign.promised_minor - sum(row.amount_minor for row in rows)
    if rest > 0:
        rows.append(TierFiguresOut(tier=None, name="", taken=None, size=None, amount_minor=rest, is_late=False))
    return rows


async def _forecast(campaign: Campaign) -> ForecastOut | None:
    if campaign.state not in (S.LIVE, S.SUSPENDED):
        return None
    found = forecast(campaign, await queries.collection_rate(campaign.organisation_id))
    return ForecastOut(
        rate_bps=found.rate.bps, rate_source=found.rate.source, likely_minor=found.likely_minor,
        needed_minor=found.needed_minor, missing_minor=found.missing_minor, processor_minor=found.processor_minor,
        fee_minor=found.fee_minor, payout_minor=found.payout_minor, verdict=found.verdict,
    )  # fmt: skip


async def _settling(campaign: Campaign) -> SettlingOut | None:
    if campaign.closed_at is None or campaign.state == S.CANCELLED:
        return None
    return SettlingOut(**asdict(await queries.settling_of(campaign)))


async def _proceeds(campaign: Campaign) -> ProceedsOut | None:
    found = await proceeds_of(campaign)
    return ProceedsOut(**asdict(found), yours_minor=found.yours_minor) if found else None


async def _given_back(campaign: Campaign) -> GivenBackOut | None:
    found = await given_back_of(campaign)
    return GivenBackOut(**asdict(found), banks_minor=found.banks_minor) if found else None


routes = [
    get(
        f"{ONE}/figures",
        show_figures,
        may=bearer("money:read"),
        gives=FiguresOut,
        summary="The figures of a fund of mine",
    )
]
