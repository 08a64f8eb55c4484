"""What everybody may ask of offers."""

from __future__ import annotations

from starlette.requests import Request

from crowdfund import clock
from crowdfund.database.ids import public
from crowdfund.merch.listings.actions import NoSuchProduct
from crowdfund.merch.listings.api.bodies import OfferOut, OffersOut
from crowdfund.merch.listings.queries import offers_of
from crowdfund.merch.listings.rules import Offer
from crowdfund.merch.screen.models import CLEARED, OnscreenProduct
from crowdfund.settings import current
from crowdfund.web import api
from crowdfund.web.rate_limit import Limit
from crowdfund.web.region import is_country, region_of
from crowdfund.web.routes import get
from crowdfund.web.routes import public as everybody

REGION = api.Filter(
    "region", "The country it is sent to, in two letters; left out, it is guessed from the language.", pattern="[A-Z]{2}",
    length_max=2,
)  # fmt: skip
_READS = Limit("read_offers", 600, 60)


async def list_offers(request: Request) -> OffersOut:
    """What may be sold of a product to a region now, the closest to the film first; what is sold out stands last."""
    missing = NoSuchProduct("There is no such product.")
    product, now = await api.row_in(request, "product", OnscreenProduct, missing), clock.now()
    if product.state not in CLEARED or (product.embargo_until is not None and now < product.embargo_until):
        raise missing
    region = REGION.of(request) or region_of(request)
    if not is_country(region):
        raise api.BadFilter("{name} is no country.", "bad_region", name="region")
    offers, changes = await offers_of([product.id], region, now)
    return OffersOut(
        product=public(product.id), region=region, offers=[offer_out(one) for one in offers.get(product.id, [])],
        changes_at=api.instant_or_none(changes),
    )  # fmt: skip


def offer_out(one: Offer) -> OfferOut:
    base = current().base_url
    facts = ("seller", "name", "match", "price_minor", "before_minor", "from_minor", "currency", "left")
    return OfferOut(
        listing=public(one.listing_id), variant=public(one.variant_id), url=base + one.path, stock=one.stock_state,
        ships_by=api.instant(one.ships_by), badge_url=f"{base}/licences/{one.badge}" if one.badge else None,
        **{name: getattr(one, name) for name in facts},
    )  # fmt: skip


routes = [
    get(
        "/api/v1/items/{product}/offers", list_offers, may=everybody, limit=_READS, gives=OffersOut, filters=[REGION],
        summary="What may be bought of something on screen",
    )
]  # fmt: skip
