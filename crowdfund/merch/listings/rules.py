"""What may be sold, to where, for how much, and when that changes: pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from crowdfund.merch.licences import rules as licences
from crowdfund.merch.licences.rules import Right
from crowdfund.merch.listings.models import ListingState, Match, VariantState
from crowdfund.merch.screen.models import ProductState
from crowdfund.people.models import OrganisationState
from crowdfund.refusal import NotFound, Refusal, Sentence

EVERYWHERE = "*"
LOW = 3  # so few are told: "2 left"
# The closer to what was filmed the earlier in a list.
MATCH_ORDER = (Match.LICENSED_REPLICA, Match.IDENTICAL, Match.SAME_MAKER, Match.INSPIRED)


class NoSuchListing(NotFound):
    pass


class CannotBeSold(Refusal):
    """As things stand, or to this country."""


# --- what an offer says ---


@dataclass(frozen=True, slots=True)
class Offer:
    """One listing as somebody in a country may buy it now: by its cheapest variant that is there, or by the one asked for.

    price_minor: of that variant after the seller's discount; before_minor: without it. from_minor: the cheapest of all variants.
    left: pieces of that variant. ships_by: when it leaves at the latest. badge: of its licence, none where the match claims none.
    """

    listing_id: int
    variant_id: int
    product_id: int
    organisation_id: int
    seller: str
    path: str
    name: str
    match: str
    price_minor: int
    before_minor: int
    from_minor: int
    currency: str
    stock_state: str  # in_stock, low, preorder, sold_out
    left: int
    ships_by: datetime
    licence_id: int | None
    badge: str

    @property
    def can_be_bought(self) -> bool:
        return self.stock_state in ("in_stock", "low")


@dataclass(frozen=True, slots=True)
class Zone:
    """Where a seller ships to and for how much. countries: two letters each, or `*` for those that no other zone names."""

    zone_id: int
    name: str
    countries: frozenset[str]
    currency: str
    first_minor: int
    more_minor: int
    days_min: int
    days_max: int

    def shipping_minor(self, pieces: int) -> int:
        """What it costs to send so many in one parcel."""
        return self.first_minor + self.more_minor * (pieces - 1) if pieces > 0 else 0


@dataclass(frozen=True, slots=True)
class Piece:
    """A variant as it is counted. price_minor: without a discount."""

    variant_id: int
    name: str
    price_minor: int
    left: int
    position: int
    state: str = VariantState.OFFERED


@dataclass(frozen=True, slots=True)
class Facts:
    """All that decides whether a listing may be sold, and what it says. right: of its licence. airs_at: of its title's premiere.

    zones: of its seller, in any currency.
    """

    listing_id: int
    organisation_id: int
    product_id: int
    title_id: int
    licence_id: int | None
    name: str
    path: str
    match: str
    currency: str
    discount_bps: int
    ships_within_days: int
    version: int
    state: str
    seller: str
    seller_state: str
    away_from: datetime | None
    away_until: datetime | None
    product_state: str
    embargo_until: datetime | None
    airs_at: datetime | None
    right: Right | None
    zones: tuple[Zone, ...]
    pieces: tuple[Piece, ...]

    def is_away(self, now: datetime) -> bool:
        return (
            self.away_from is not None and self.away_from <= now and (self.away_until is None or now < self.away_until)
        )


@dataclass(frozen=True, slots=True)
class Standing:
    """One variant for who wants to buy it: the offer, or why there is none. zone: what sending it there costs.

    discount_bps: what the seller gives. version: of the listing, which a changed price moves on.
    """

    variant_id: int
    variant_name: str
    listing_id: int
    organisation_id: int
    product_id: int
    title_id: int
    licence_id: int | None
    seller: str
    name: str
    path: str
    match: str
    price_minor: int
    discount_bps: int
    currency: str
    version: int
    left: int
    offer: Offer | None
    zone: Zone | None
    why_not: Sentence | None


# --- money ---


def discount_minor(price_minor: int, discount_bps: int) -> int:
    """What the seller takes off one piece; rounded down, and a piece is never given away for nothing."""
    return min(price_minor * discount_bps // 10_000, price_minor - 1)


def price_now_minor(price_minor: int, discount_bps: int) -> int:
    return price_minor - discount_minor(price_minor, discount_bps)


# --- where to ---


def zone_for(zones: Iterable[Zone], country: str, currency: str) -> Zone | None:
    """The zone that counts for a country: the one that names it, else the one for all others; of several the cheapest."""
    fitting = [zone for zone in zones if zone.currency == currency and zone.countries & {country, EVERYWHERE}]
    return min(fitting, key=lambda zone: (country not in zone.countries, zone.first_minor, zone.zone_id), default=None)


# --- whether it may be sold ---


def why_not(facts: Facts, country: str, now: datetime) -> Sentence | None:
    """Why this listing may not be sold to this country now; none where it may. That it is sold out is no reason: it is an offer still.

    country: two letters.
    """
    if facts.state == ListingState.STOPPED:
        return Sentence("The sale of this was stopped.")
    if facts.state != ListingState.LIVE:
        return Sentence("Its seller does not offer this now.")
    if facts.seller_state != OrganisationState.VERIFIED:
        return Sentence("This seller does not sell at the moment.")
    if facts.is_away(now):
        return Sentence("This seller is away for some days.")
    if facts.product_state in (ProductState.DRAFT, ProductState.RETIRED):
        return Sentence("What it was made after is not shown any more.")
    if any(at is not None and now < at for at in (facts.embargo_until, facts.airs_at)):
        return Sentence("It may not be sold before the film is out.")
    return _not_licensed(facts, country, now) or _not_shipped(facts, country)


def _not_licensed(facts: Facts, country: str, now: datetime) -> Sentence | None:
    if facts.match != Match.LICENSED_REPLICA:
        return Sentence("It claims a licence that it does not need.") if facts.licence_id is not None else None
    if facts.right is None or facts.right.licensee_id != facts.organisation_id:
        return Sentence("Its seller has no licence for it.")
    return licences.why_not(facts.right, facts.product_id, country, now)


def _not_shipped(facts: Facts, country: str) -> Sentence | None:
    if zone_for(facts.zones, country, facts.currency) is None:
        return Sentence("Its seller does not ship to your country.")
    return None


def changes_at(facts: Facts, now: datetime) -> datetime | None:
    """The next moment at which `why_not` may answer otherwise without anybody doing anything."""
    moments = [facts.embargo_until, facts.airs_at, facts.away_from, facts.away_until]
    if facts.right is not None:
        moments.append(licences.changes_at(facts.right, now))
    return min((at for at in moments if at is not None and at > now), default=None)


# --- the offer ---


def offer(facts: Facts, now: datetime, variant_id: int | None = None) -> Offer | None:
    """What is shown of a listing that may be sold; none where it has nothing to sell. variant_id: of the one that is meant."""
    pieces = [piece for piece in facts.pieces if piece.state == VariantState.OFFERED]
    meant = [piece for piece in pieces if variant_id in (None, piece.variant_id)]
    if not meant:
        return None
    shown = min(meant, key=lambda piece: (piece.left <= 0, piece.price_minor, piece.position))
    return Offer(
        listing_id=facts.listing_id, variant_id=shown.variant_id, product_id=facts.product_id,
        organisation_id=facts.organisation_id, seller=facts.seller, path=facts.path, name=facts.name, match=facts.match,
        price_minor=price_now_minor(shown.price_minor, facts.discount_bps), before_minor=shown.price_minor,
        from_minor=min(price_now_minor(piece.price_minor, facts.discount_bps) for piece in pieces), currency=facts.currency,
        stock_state=stock_state(shown.left), left=max(shown.left, 0), ships_by=now + timedelta(days=facts.ships_within_days),
        licence_id=facts.licence_id, badge=facts.right.badge if facts.right is not None else "",
    )  # fmt: skip


def stock_state(left: int) -> str:
    if left <= 0:
        return "sold_out"
    return "low" if left <= LOW else "in_stock"


def in_order(offers: Sequence[Offer]) -> list[Offer]:
    """As a list shows them: what is closest to the film first, what is there before what is sold out, then by price."""
    return sorted(
        offers,
        key=lambda one: (
            one.stock_state == "sold_out",
            MATCH_ORDER.index(Match(one.match)),
            one.price_minor,
            one.listing_id,
        ),
    )


def standing(facts: Facts, piece: Piece, country: str, now: datetime) -> Standing:
    """How one variant stands for a buyer in a country."""
    reason, shown = why_not(facts, country, now), None
    if reason is None and piece.state != VariantState.OFFERED:
        reason = Sentence("Its seller does not offer this now.")
    if reason is None:
        shown = offer(facts, now, piece.variant_id)
    return Standing(
        variant_id=piece.variant_id, variant_name=piece.name, listing_id=facts.listing_id, organisation_id=facts.organisation_id,
        product_id=facts.product_id, title_id=facts.title_id, licence_id=facts.licence_id, seller=facts.seller, name=facts.name,
        path=facts.path, match=facts.match, price_minor=piece.price_minor, discount_bps=facts.discount_bps,
        currency=facts.currency, version=facts.version, left=max(piece.left, 0), offer=shown,
        zone=zone_for(facts.zones, country, facts.currency), why_not=reason,
    )  # fmt: skip
