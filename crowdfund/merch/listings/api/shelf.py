"""Variants, counts and shipping zones through the API."""

from __future__ import annotations

from collections import Counter

from starlette.requests import Request
from starlette.responses import Response

from crowdfund.merch.listings import zones as zone_verbs
from crowdfund.merch.listings.api.bodies import ListingOut, StockIn, VariantsIn, ZoneIn, ZoneOut
from crowdfund.merch.listings.api.showing import ONE, ORGANISATION, listing_out, own_listing, zone_out
from crowdfund.merch.listings.contents import VariantWritten, ZoneWritten
from crowdfund.merch.listings.models import ShippingZone
from crowdfund.merch.listings.pieces import NoSuchVariant, count_stock, write_variants
from crowdfund.people.api.own import own_organisation
from crowdfund.people.models import Organisation, Role
from crowdfund.web import api
from crowdfund.web.region import countries
from crowdfund.web.routes import bearer, get, post


def _variant_id(text: str) -> int:
    return api.known_id(text, NoSuchVariant("There is no such variant."))


async def change_variants(request: Request, body: VariantsIn) -> ListingOut:
    """All variants of a listing in their order; those left out are withdrawn."""
    listing = await own_listing(request)
    variants = [
        VariantWritten(_variant_id(one.id) if one.id else None, one.name, one.sku, one.price_minor, one.on_hand)
        for one in body.variants
    ]
    await write_variants(listing.id, variants, by=request.state.person.id)
    return await listing_out(listing.id)


async def change_stock(request: Request, body: StockIn) -> ListingOut:
    """More pieces of variants, or fewer: all of these changes or none."""
    listing = await own_listing(request)
    wanted: Counter[int] = Counter()
    for one in body.counts:
        wanted[_variant_id(one.variant)] += one.change
    await count_stock(listing.id, wanted, by=request.state.person.id)
    return await listing_out(listing.id)


async def list_zones(request: Request) -> Response:
    """Where a shop of mine ships to."""
    organisation, _role = await own_organisation(request, Role.VIEWER)
    asked = api.cursor(request)
    found = ShippingZone.filter(organisation_id=organisation.id, id__gt=asked.after_id or 0)
    return api.paged(request, await found.order_by("id").limit(asked.limit + 1), asked, zone_out, lambda one: one.id)


def _zone(body: ZoneIn) -> ZoneWritten:
    return ZoneWritten(**{**body.model_dump(), "countries": tuple(dict.fromkeys(body.countries))})


async def make_zone(request: Request, body: ZoneIn) -> ZoneOut:
    """One more place that a shop ships to. The same Idempotency-Key answers the same one."""
    organisation, _role = await own_organisation(request, Role.MANAGER)
    key, by = f"api:{request.state.idempotency_key}", request.state.person.id
    return zone_out(await zone_verbs.make_zone_once(organisation, _zone(body), known=countries(), by=by, key=key))


async def _own_zone(request: Request) -> tuple[Organisation, int]:
    organisation, _role = await own_organisation(request, Role.MANAGER)
    return organisation, api.id_in(request, "zone", zone_verbs.NoSuchZone("There is no such shipping zone."))


async def change_zone(request: Request, body: ZoneIn) -> ZoneOut:
    """All that is said of a zone. What was bought keeps what it cost to send."""
    organisation, zone_id = await _own_zone(request)
    by = request.state.person.id
    return zone_out(await zone_verbs.change_zone(organisation.id, zone_id, _zone(body), known=countries(), by=by))


async def remove_zone(request: Request) -> ZoneOut:
    """Ship there no longer."""
    organisation, zone_id = await _own_zone(request)
    was = zone_out(await zone_verbs.own_zone(organisation.id, zone_id))
    await zone_verbs.remove_zone(organisation.id, zone_id, by=request.state.person.id)
    return was


_SEE, _WRITE = bearer("listings:read"), bearer("listings:write")
_ZONES = f"{ORGANISATION}/shipping-zones"
routes = [
    post(f"{ONE}/variants", change_variants, may=_WRITE, takes=VariantsIn, gives=ListingOut, summary="Write the variants of a listing"),
    post(f"{ONE}/stock", change_stock, may=_WRITE, takes=StockIn, gives=ListingOut, summary="Change how many there are"),
    get(_ZONES, list_zones, may=_SEE, gives=ZoneOut, lists=True, summary="Where a shop of mine ships to"),
    post(_ZONES, make_zone, may=_WRITE, takes=ZoneIn, gives=ZoneOut, creates=True, summary="Ship to more countries"),
    post(f"{_ZONES}/{{zone}}", change_zone, may=_WRITE, takes=ZoneIn, gives=ZoneOut, summary="Change a shipping zone"),
    post(f"{_ZONES}/{{zone}}/removal", remove_zone, may=_WRITE, gives=ZoneOut, summary="Ship there no longer"),
]  # fmt: skip
