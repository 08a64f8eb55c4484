"""What a shop says of itself, and when it is away."""

from __future__ import annotations

from datetime import datetime

from crowdfund import clock
from crowdfund.database import atomic
from crowdfund.merch.shops.models import Shop
from crowdfund.merch.shops.queries import lock_shop
from crowdfund.merch.shops.rules import refuse_away
from crowdfund.people.audit import record
from crowdfund.people.models import Organisation, OrganisationKind
from crowdfund.refusal import NotFound


class NoShop(NotFound):
    """Another kind of organisation, or none."""


async def shop_of(organisation: Organisation) -> Shop:
    """What a shop has said so far; nothing yet for a new one. Raises NoShop."""
    if organisation.kind != OrganisationKind.SHOP:
        raise NoShop("There is no such shop.")
    found = await Shop.get_or_none(organisation_id=organisation.id)
    return found or Shop(organisation_id=organisation.id, made_at=organisation.made_at)


async def _locked(organisation: Organisation) -> Shop:
    if organisation.kind != OrganisationKind.SHOP:
        raise NoShop("There is no such shop.")
    await lock_shop(organisation.id, clock.now_us())
    return await Shop.get(organisation_id=organisation.id)


@atomic
async def change_shop(organisation: Organisation, returns_to: str, about_making: str, *, by: int) -> Shop:
    """Where things come back to, and how it makes them. Raises NoShop."""
    shop = await _locked(organisation)
    before = {"returns_to": shop.returns_to, "about_making": shop.about_making}
    after = {"returns_to": returns_to, "about_making": about_making}
    if before != after:
        await Shop.filter(organisation_id=organisation.id).update(**after)
        await record("shop_changed", f"organisation:{organisation.id}", by=by, before=before, after=after)
    return await Shop.get(organisation_id=organisation.id)


@atomic
async def go_away(
    organisation: Organisation, away_from: datetime | None, away_until: datetime | None, *, by: int
) -> Shop:
    """Sell nothing for a while; what was ordered is shipped as promised. away_from None: from now. Raises NoShop, Invalid."""
    shop, now = await _locked(organisation), clock.now()
    begins = away_from or now
    refuse_away(begins, away_until, now)
    before = {"from": str(shop.away_from), "until": str(shop.away_until)}
    await Shop.filter(organisation_id=organisation.id).update(away_from=begins, away_until=away_until)
    after = {"from": str(begins), "until": str(away_until)}
    await record("shop_away", f"organisation:{organisation.id}", by=by, before=before, after=after)
    return await Shop.get(organisation_id=organisation.id)


@atomic
async def come_back(organisation: Organisation, *, by: int) -> Shop:
    """Sell again. Raises NoShop."""
    shop = await _locked(organisation)
    if shop.away_from is not None:
        await Shop.filter(organisation_id=organisation.id).update(away_from=None, away_until=None)
        await record("shop_back", f"organisation:{organisation.id}", by=by)
    return await Shop.get(organisation_id=organisation.id)
