"""Listings as pages show them: pictures, words of their state and their label, prices in the reader's way of writing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from crowdfund.database.ids import public
from crowdfund.merch.art.words import drawing_url
from crowdfund.merch.listings.models import Listing, ListingImage, ListingState, Match, Variant, VariantState
from crowdfund.merch.listings.rules import EVERYWHERE, LOW, Zone, price_now_minor
from crowdfund.merch.screen.models import OnscreenProduct
from crowdfund.merch.watching.pages.shown import MATCHES, MATCHES_MEAN
from crowdfund.titles.models import Title
from crowdfund.web.formats import money, money_short
from crowdfund.web.i18n import _
from crowdfund.web.images import url_of
from crowdfund.web.region import countries


@dataclass(frozen=True, slots=True)
class PictureShown:
    """A picture of a listing. id: public, empty for the drawing of the site. small: for tiles."""

    id: str
    url: str
    small: str
    alt: str


def drawing_of(product: OnscreenProduct, title: Title) -> str:
    """What the site draws for a product."""
    return drawing_url(product.id, product.kind, title.colour, product.name, product.category, product.about)


def pictures_shown(images: Sequence[ListingImage], product: OnscreenProduct, title: Title) -> list[PictureShown]:
    """The seller's own, in their order; without any, the product's picture, or the drawing of the site."""
    if images:
        return [
            PictureShown(public(one.image_id), url_of(one.image_id), url_of(one.image_id, small=True), one.alt)
            for one in images
        ]
    if product.image_id is not None:
        alt = _("%(thing)s, as seen in %(film)s") % {"thing": product.name, "film": title.name}
        return [PictureShown("", url_of(product.image_id), url_of(product.image_id, small=True), alt)]
    drawing = drawing_of(product, title)
    return [PictureShown("", drawing, drawing, _("A drawing of %(thing)s") % {"thing": product.name})]


def match_words(match: str) -> str:
    return str(MATCHES[Match(match)])


def match_means(match: str) -> str:
    return str(MATCHES_MEAN[Match(match)])


@dataclass(frozen=True, slots=True)
class Row:
    """A listing on a desk. left: of all its variants; low: names of those that are nearly or quite gone."""

    listing: Listing
    path: str
    film: str
    product: str
    colour: str
    picture: str
    match: str
    price: str
    left: int
    reserved: int
    sold: int
    variants: int
    low: tuple[str, ...]


def row_shown(
    listing: Listing,
    desk: str,
    product: OnscreenProduct,
    title: Title,
    variants: Iterable[Variant],
    picture: PictureShown,
) -> Row:
    offered = [one for one in variants if one.state == VariantState.OFFERED]
    prices = sorted(price_now_minor(one.price_minor, listing.discount_bps) for one in offered)
    price = money_short(prices[0], listing.currency) if prices else "–"
    if prices and prices[-1] > prices[0]:
        price = _("from %(price)s") % {"price": price}
    is_sold = listing.state == ListingState.LIVE
    return Row(
        listing=listing, path=listing.path_in(desk), film=title.name, product=product.name, colour=title.colour,
        picture=picture.small, match=match_words(listing.match), price=price, left=sum(one.left for one in offered),
        reserved=sum(one.reserved for one in offered), sold=sum(one.sold for one in variants), variants=len(offered),
        low=tuple(one.name for one in offered if is_sold and one.left <= LOW),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class ZoneShown:
    id: str
    name: str
    where: str
    first: str
    more: str
    days: str


def zone_shown(zone: Zone) -> ZoneShown:
    return ZoneShown(
        id=public(zone.zone_id), name=zone.name, where=where_words(zone.countries), first=money(zone.first_minor, zone.currency),
        more=money(zone.more_minor, zone.currency), days=days_words(zone.days_min, zone.days_max),
    )  # fmt: skip


def where_words(codes: Iterable[str]) -> str:
    names = countries()
    found = sorted(names.get(code, code) for code in codes if code != EVERYWHERE)
    if not found:
        return _("All other countries")
    if len(found) > 6:
        return _("%(some)s and %(num)s more") % {"some": ", ".join(found[:5]), "num": len(found) - 5}
    return ", ".join(found)


def days_words(days_min: int, days_max: int) -> str:
    if days_min == days_max:
        return _("%(days)s days") % {"days": days_max}
    return _("%(least)s–%(most)s days") % {"least": days_min, "most": days_max}
