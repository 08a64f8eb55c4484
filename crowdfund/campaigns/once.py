"""Verbs that make something, made once: a button pressed twice or a call sent again answers what was made the first time."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

from crowdfund.campaigns import actions, updates
from crowdfund.campaigns.models import Campaign, Kind, Sale, Tier
from crowdfund.campaigns.sales import make_sale
from crowdfund.campaigns.tiers import TierContent, add_tier
from crowdfund.database import atomic
from crowdfund.database.once import once
from crowdfund.people.models import Organisation
from crowdfund.refusal import NotFound


@atomic
async def make_campaign_once(
    organisation: Organisation, *, name: str, currency: str, by: int, key: str, kind: Kind = Kind.FILM
) -> Campaign:
    """The draft of this wish. Raises KeyUsedForAnother, as each of these verbs does; NotFound where it was deleted since."""

    async def make() -> int:
        return (await actions.make_campaign(organisation, name=name, currency=currency, by=by, kind=kind)).id

    made_id = await once(
        by, f"campaign:{key}", [organisation.id, name, currency, *([kind] if kind != Kind.FILM else [])], make
    )
    campaign = await Campaign.get_or_none(id=made_id)
    if campaign is None:
        raise NotFound("That draft was deleted.")
    return campaign


@atomic
async def add_tier_once(campaign_id: int, content: TierContent, *, by: int, key: str) -> int:
    """The id of the tier of this wish. Raises NotFound where it was removed since."""

    async def make() -> int:
        return (await add_tier(campaign_id, content, by=by)).id

    made_id = await once(by, f"tier:{key}", [campaign_id, asdict(content)], make)
    if not await Tier.exists(id=made_id):
        raise NotFound("That tier was removed.")
    return made_id


@atomic
async def publish_update_once(
    campaign_id: int,
    title: str,
    body: str,
    *,
    by: int,
    key: str,
    audience: str,
    tier_id: int | None,
    next_by: datetime | None,
) -> int:
    """The number of the update of this wish; its readers get one mail."""

    async def make() -> int:
        update = await updates.publish_update(
            campaign_id, title, body, by=by, audience=audience, tier_id=tier_id, next_by=next_by
        )
        return update.number

    wish = [campaign_id, title, body, str(audience), tier_id, next_by.isoformat() if next_by else None]
    return await once(by, f"update:{key}", wish, make)


@atomic
async def remark_once(campaign_id: int, text: str, *, by: int, key: str) -> int:
    """The id of the remark of this wish."""

    async def make() -> int:
        return (await actions.remark(campaign_id, text, by=by)).id

    return await once(by, f"remark:{key}", [campaign_id, text], make)


@atomic
async def make_sale_once(*, name: str, currency: str, amount_per_fan_max_minor: int, by: int, key: str) -> Sale:
    """The sale of this wish."""

    async def make() -> int:
        made = await make_sale(name=name, currency=currency, amount_per_fan_max_minor=amount_per_fan_max_minor, by=by)
        return made.id

    return await Sale.get(id=await once(by, f"sale:{key}", [name, currency, amount_per_fan_max_minor], make))
