"""A film's shop as its pages show it: things with their moments and offers, in the reader's words."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from crowdfund.database.ids import public
from crowdfund.merch.art.words import drawing_url
from crowdfund.merch.listings.models import Match
from crowdfund.merch.listings.rules import Offer
from crowdfund.merch.screen.cues import OnProduct, OnWearer
from crowdfund.merch.screen.models import Wearer
from crowdfund.merch.watching.queries import Film, Shop
from crowdfund.merch.watching.rules import Line, Standing
from crowdfund.web.formats import day, money, number
from crowdfund.web.i18n import _, lazy, ngettext
from crowdfund.web.images import url_of

OFFERS_ON_CARD = 3
MOMENTS_ON_ROW = 4

MATCHES = {
    Match.LICENSED_REPLICA: lazy("Licensed replica"), Match.IDENTICAL: lazy("The very model"),
    Match.SAME_MAKER: lazy("Same maker"), Match.INSPIRED: lazy("Inspired by it"),
}  # fmt: skip
MATCHES_MEAN = {
    Match.LICENSED_REPLICA: lazy("Made after what you saw, with a licence of the film. The film earns a share of it."),
    Match.IDENTICAL: lazy("The same model that was used on screen, off the shelf."),
    Match.SAME_MAKER: lazy("Another piece by whoever made the one on screen."),
    Match.INSPIRED: lazy("In the spirit of what you saw, nothing more."),
}
KINDS = {
    "costume": lazy("Costume"), "prop": lazy("Prop"), "jewellery": lazy("Jewellery"), "set": lazy("Set"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class OfferShown:
    """One offer. variant, listing: public ids. ships: when it leaves. badge_path: where its licence can be checked, empty for none."""

    variant: str
    listing: str
    path: str
    name: str
    seller: str
    match: str
    match_words: str
    match_means: str
    price: str
    before: str
    ships: str
    stock: str
    badge_path: str
    can_be_bought: bool
    is_preorder: bool


@dataclass(frozen=True, slots=True)
class Moment:
    """When something is on screen. cue: the public id of its appearance. clock: `0:42`."""

    cue: str
    start_ms: int
    seconds: str
    clock: str
    scene: str
    alt: str
    spoiler: int


@dataclass(frozen=True, slots=True)
class Thing:
    """A product with all that a viewer may see of it. spoiler: of its first appearance, which tells that it exists."""

    id: str
    number: int
    path: str
    name: str
    kind: str
    about: str
    designer: str
    worn_by: str
    actor: str
    looks_path: str
    art_url: str
    art_alt: str
    standing: Standing
    offers: list[OfferShown]
    more: int
    moments: list[Moment]
    spoiler: int
    is_saved: bool
    wanted: int

    @property
    def first_ms(self) -> int:
        return self.moments[0].start_ms

    @property
    def first(self) -> OfferShown | None:
        return self.offers[0] if self.offers else None

    @property
    def scenes(self) -> str:
        return ", ".join(dict.fromkeys(moment.scene for moment in self.moments if moment.scene))


def clock_of(ms: int) -> str:
    """`0:42`, `1:02:03`: as a player counts."""
    seconds = ms // 1000
    hours, minutes = seconds // 3600, seconds // 60 % 60
    return f"{hours}:{minutes:02}:{seconds % 60:02}" if hours else f"{minutes}:{seconds % 60:02}"


def offer_shown(offer: Offer) -> OfferShown:
    match = Match(offer.match)
    return OfferShown(
        variant=public(offer.variant_id), listing=public(offer.listing_id), path=offer.path, name=offer.name,
        seller=offer.seller, match=offer.match, match_words=str(MATCHES[match]), match_means=str(MATCHES_MEAN[match]),
        price=money(offer.price_minor, offer.currency),
        before=money(offer.before_minor, offer.currency) if offer.before_minor > offer.price_minor else "",
        ships=_("leaves by %(day)s") % {"day": day(offer.ships_by)}, stock=_stock(offer),
        badge_path=f"/licences/{offer.badge}" if offer.badge else "", can_be_bought=offer.can_be_bought,
        is_preorder=offer.stock_state == "preorder",
    )  # fmt: skip


def _stock(offer: Offer) -> str:
    if offer.stock_state == "sold_out":
        return _("Sold out")
    if offer.stock_state == "preorder":
        return _("Made when enough are ordered")
    if offer.stock_state == "low":
        return ngettext("Only %(num)s left", "Only %(num)s left", offer.left) % {"num": number(offer.left)}
    return ""


def things_of(film: Film, shop: Shop, saved: Collection[int] = ()) -> list[Thing]:
    """Each product once, in the order in which it is first seen."""
    by_product: dict[int, list[Line]] = {}
    for line in shop.lines:
        by_product.setdefault(line.cue.product.id, []).append(line)
    return [thing_of(film, shop, lines, product_id in saved) for product_id, lines in by_product.items()]


def thing_of(film: Film, shop: Shop, lines: Sequence[Line], is_saved: bool, most: int = OFFERS_ON_CARD) -> Thing:
    product: OnProduct = lines[0].cue.product
    offers = shop.offers.get(product.id, [])
    return Thing(
        id=public(product.id), number=product.id, path=f"{film.path}/items/{public(product.id)}", name=product.name,
        kind=product.kind, about=product.about, designer=product.designer,
        worn_by=product.wearer.name if product.wearer else "", actor=product.wearer.actor if product.wearer else "",
        looks_path=looks_path(film, product.wearer) if product.wearer else "",
        art_url=product_art(product, film.title.colour), art_alt=product.image_alt, standing=lines[0].standing,
        offers=[offer_shown(offer) for offer in offers[:most]], more=max(0, len(offers) - most),
        moments=[moment_of(line) for line in lines], spoiler=min(line.cue.spoiler for line in lines), is_saved=is_saved,
        wanted=shop.products[product.id].wanted if product.id in shop.products else 0,
    )  # fmt: skip


def moment_of(line: Line) -> Moment:
    cue = line.cue
    scene = cue.scene.name if cue.scene else ""
    return Moment(
        public(cue.id), cue.start_ms, f"{cue.start_ms / 1000:g}", clock_of(cue.start_ms), scene, cue.alt, cue.spoiler
    )


def product_art(product: OnProduct, colour: str) -> str:
    """A product's picture: its own, else the one that the site draws."""
    if product.image_id is not None:
        return url_of(product.image_id, small=True)
    return drawing_url(product.id, product.kind, colour, product.name, product.category, product.about)


def row_art(row: dict[str, Any]) -> str:
    """The same of a row of what was saved."""
    if row["image_id"] is not None:
        return url_of(row["image_id"], small=True)
    return drawing_url(row["product_id"], row["kind"], row["colour"], row["name"], row["category"], row["about"])


def looks_path(film: Film, wearer: OnWearer | Wearer) -> str:
    return f"{film.path}/looks/{public(wearer.id)}"


def wearers_in(things: Iterable[Thing]) -> list[tuple[str, str, str, int]]:
    """Who wears what of these: the path of the look, the character, who plays it, how many things."""
    counted: dict[tuple[str, str, str], int] = {}
    for thing in things:
        if thing.worn_by and not thing.spoiler:
            key = (thing.looks_path, thing.worn_by, thing.actor)
            counted[key] = counted.get(key, 0) + 1
    return [(*key, count) for key, count in counted.items()]
