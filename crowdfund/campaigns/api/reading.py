"""What everybody may read of campaigns through the API."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from crowdfund import clock
from crowdfund.campaigns import queries
from crowdfund.campaigns.api.bodies import BoxOfficeOut, BudgetLineOut, CampaignListed, CampaignOut, TierOut, UpdateOut
from crowdfund.campaigns.box_office import box_office_of
from crowdfund.campaigns.models import BoxOffice, Campaign, CampaignUpdate, Kind, Tier
from crowdfund.campaigns.pages.shown import art_url
from crowdfund.campaigns.queries import GROUPS
from crowdfund.campaigns.update_dates import day_due, is_overdue, owes_word
from crowdfund.campaigns.updates import ANYBODY, Reader
from crowdfund.database.ids import public
from crowdfund.refusal import NotFound
from crowdfund.settings import current
from crowdfund.web import api
from crowdfund.web.api import instant, instant_or_none
from crowdfund.web.images import url_of
from crowdfund.web.rate_limit import PUBLIC_API
from crowdfund.web.routes import get
from crowdfund.web.routes import public as everybody

_STATE = api.Filter("state", "Only funds that are there now.", tuple(GROUPS), default="all")
_WORDS = api.Filter("q", "Words of the name, of the line below it, or of the organisation.")
_KIND = api.Filter("kind", "Only funds of this kind.", tuple(Kind))
_CURRENCY = api.Filter("currency", "Only funds kept in this currency (ISO 4217).", pattern="[A-Z]{3}")


def listed(row: Mapping[str, Any]) -> CampaignListed:
    """row: as `campaigns.queries` gives it. Promised and collected are told as they stand, apart."""
    base = current().base_url
    return CampaignListed(
        id=public(row["id"]), slug=row["slug"], url=f"{base}/campaigns/{row['slug']}", name=row["name"], tagline=row["tagline"],
        kind=row["kind"], state=row["state"], currency=row["currency"], goal_minor=row["goal_minor"], rule=row["rule"],
        threshold_bps=row["threshold_bps"], promised_minor=row["promised_minor"], collected_minor=row["collected_minor"],
        refunded_minor=row["refunded_minor"], promised_at_close_minor=row["promised_at_close_minor"], pledges=row["pledges_live"],
        opens_at=instant_or_none(row["opens_at"]), launched_at=instant_or_none(row["launched_at"]),
        closes_at=instant_or_none(row["closes_at"]), ended_at=instant_or_none(row["ended_at"]), organisation=row["organisation_name"],
        art_url=base + art_url(row["title_id"], row["image_id"], row["scene"]),
    )  # fmt: skip


def tier_out(tier: Tier) -> TierOut:
    return TierOut(
        id=public(tier.id), name=tier.name, description=tier.description, price_minor=tier.price_minor, size=tier.size,
        taken=tier.taken, left=tier.left, per_fan_max=tier.per_fan_max, opens_at=instant_or_none(tier.opens_at),
        closes_at=instant_or_none(tier.closes_at), ships=tier.ships, delivers_on=tier.delivers_on,
        seats=tier.seats, seat_worth_minor=tier.seat_worth_minor,
        picture_url=current().base_url + url_of(tier.image_id) if tier.image_id is not None else None,
        picture_alt=tier.image_alt,
    )  # fmt: skip


def update_out(update: CampaignUpdate, reader: Reader) -> UpdateOut:
    return UpdateOut(
        number=update.number, title=update.title, body=update.body if reader.may_read(update) else None,
        published_at=instant(update.published_at), audience=update.audience,
        tier=public(update.tier_id) if update.tier_id is not None else None, next_by=_day(update.next_due_at),
    )  # fmt: skip


def _day(due_at: datetime | None) -> str | None:
    return day_due(due_at).date().isoformat() if due_at is not None else None


async def facts(campaign: Campaign, reader: Reader = ANYBODY) -> dict[str, Any]:
    """One campaign with its tiers, its budget and its last updates, for the models that are made of them."""
    whole = await queries.whole(campaign, updates_max=20)
    row = {name: getattr(campaign, name) for name in campaign._meta.db_fields} | {
        "image_id": whole.title.image_id, "scene": whole.title.scene, "organisation_name": whole.organisation.name,
    }  # fmt: skip
    return {
        **listed(row).model_dump(), "story": whole.page.story, "risks": whole.page.risks, "page_version": campaign.page_version,
        "share_price_minor": campaign.share_price_minor, "shares_per_fan_max": campaign.shares_per_fan_max,
        "tiers": [tier_out(tier) for tier in whole.tiers],
        "budget": [BudgetLineOut(name=line.name, amount_minor=line.amount_minor) for line in whole.budget],
        "updates": [update_out(update, reader) for update in whole.updates],
        "next_update_by": _day(campaign.update_due_at) if owes_word(campaign) else None,
        "update_is_overdue": is_overdue(campaign, clock.now()), "counts_box_office": bool(campaign.counts_box_office),
        "box_office": _box_office(await box_office_of(campaign.id)),
    }  # fmt: skip


def _box_office(found: BoxOffice | None) -> BoxOfficeOut | None:
    if found is None:
        return None
    return BoxOfficeOut(**{name: getattr(found, name) for name in BoxOfficeOut.model_fields})


async def list_campaigns(request: Request) -> Response:
    """Funds that everybody may see, the newest first."""
    asked = api.cursor(request)
    rows = await queries.campaigns_before(
        asked.after_id, GROUPS[_STATE.of(request)], words=_WORDS.of(request), kind=_KIND.of(request),
        currency=_CURRENCY.of(request), limit=asked.limit + 1,
    )  # fmt: skip
    return api.paged(request, rows, asked, listed, lambda row: row["id"])


async def show_campaign(request: Request) -> CampaignOut:
    """One fund that everybody may see, with its story, tiers, budget and updates."""
    return CampaignOut(**await facts(await public_campaign(request)))


async def public_campaign(request: Request) -> Campaign:
    """The campaign in the path, where everybody may see it. Raises NotFound for a draft, in the same words as for none."""
    missing = NotFound("There is no such fund.")
    campaign = await api.row_in(request, "campaign", Campaign, missing)
    if not campaign.is_public:
        raise missing
    return campaign


ONE = "/api/v1/campaigns/{campaign}"
routes = [
    get(
        "/api/v1/campaigns", list_campaigns, may=everybody, limit=PUBLIC_API, gives=CampaignListed, lists=True,
        filters=[_STATE, _WORDS, _KIND, _CURRENCY], summary="All public funds",
    ),
    get(ONE, show_campaign, may=everybody, limit=PUBLIC_API, gives=CampaignOut, summary="One public fund"),
]  # fmt: skip
