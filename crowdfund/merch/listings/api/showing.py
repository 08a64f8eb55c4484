"""Listings as programs read them, and which of them a token may touch."""

from __future__ import annotations

from starlette.requests import Request

from crowdfund.campaigns.api.bodies import MissingOut
from crowdfund.database.ids import public
from crowdfund.merch.listings.actions import missing_now
from crowdfund.merch.listings.api.bodies import DoubtOut, ListingOut, ListingPictureOut, VariantOut, ZoneOut
from crowdfund.merch.listings.models import Listing, ListingState, RealReport, ShippingZone, Variant
from crowdfund.merch.listings.pictures import pictures_of
from crowdfund.merch.listings.pieces import offered
from crowdfund.merch.listings.rules import NoSuchListing
from crowdfund.people.api.own import role_in
from crowdfund.people.models import Role
from crowdfund.settings import current
from crowdfund.web import api
from crowdfund.web.images import url_of

ORGANISATION = "/api/v1/organisations/{organisation}"
ONE = "/api/v1/listings/{listing}"


def no_such_listing() -> NoSuchListing:
    return NoSuchListing("There is no such listing.")


async def own_listing(request: Request, needed: Role = Role.MANAGER) -> Listing:
    """A listing of a shop of the token's person. Raises NoSuchListing for everybody else's, NotAllowed."""
    listing = await api.row_in(request, "listing", Listing, no_such_listing())
    await role_in(request, listing.organisation_id, needed, no_such_listing())
    return listing


async def listing_out(listing_id: int) -> ListingOut:
    listing = await Listing.get(id=listing_id)
    facts = (
        "name",
        "about",
        "match",
        "currency",
        "discount_bps",
        "ships_within_days",
        "state",
        "stopped_by",
        "note",
        "version",
    )
    missing = await missing_now(listing) if listing.state != ListingState.RETIRED else []
    return ListingOut(
        id=public(listing.id), url=current().base_url + listing.path, product=public(listing.product_id),
        title=public(listing.title_id), licence=public(listing.licence_id) if listing.licence_id else None,
        variants=[_variant(one) for one in await offered(listing.id)],
        pictures=[
            ListingPictureOut(id=public(one.image_id), url=current().base_url + url_of(one.image_id), alt=one.alt)
            for one in await pictures_of(listing.id)
        ],
        missing=[MissingOut(field=one.field, sentence=str(one.words)) for one in missing],
        **{name: getattr(listing, name) for name in facts},
    )  # fmt: skip


def _variant(one: Variant) -> VariantOut:
    facts = ("name", "sku", "price_minor", "on_hand", "reserved", "left", "sold")
    return VariantOut(id=public(one.id), **{name: getattr(one, name) for name in facts})


def zone_out(zone: ShippingZone) -> ZoneOut:
    facts = ("name", "currency", "first_minor", "more_minor", "days_min", "days_max")
    return ZoneOut(
        id=public(zone.id), countries=zone.countries.split(), **{name: getattr(zone, name) for name in facts}
    )


def doubt_out(report: RealReport) -> DoubtOut:
    return DoubtOut(
        id=public(report.id), listing=public(report.listing_id), words=report.words, state=report.state, answer=report.answer,
        made_at=api.instant(report.made_at),
    )  # fmt: skip
