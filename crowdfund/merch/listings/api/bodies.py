"""The bodies of the listings API, in and out."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from crowdfund.campaigns.api.bodies import MissingOut
from crowdfund.merch.listings.contents import (
    ABOUT_MAX,
    COUNTRIES_MAX,
    DISCOUNT_MAX_BPS,
    NAME_MAX,
    ON_HAND_MAX,
    REASON_MAX,
    REASON_MIN,
    SHIPS_MAX_DAYS,
    SKU_MAX,
    VARIANT_NAME_MAX,
    VARIANTS_MAX,
    ZONE_NAME_MAX,
)
from crowdfund.web.api import LINES, ONE_LINE, READABLE, STRAIGHT, AmountMinor, ChargeMinor, Currency, In, Out, PublicId

Words = Annotated[
    str, StringConstraints(min_length=REASON_MIN, max_length=REASON_MAX, pattern=LINES, strip_whitespace=True), READABLE
]


def _line(most: int, least: int = 0) -> object:
    return Annotated[
        str,
        StringConstraints(min_length=least, max_length=most, pattern=ONE_LINE, strip_whitespace=True),
        READABLE,
        STRAIGHT,
    ]


class ListingIn(In):
    """What a listing says. licence: of a licensed replica, and of nothing else. discount_bps: paid by the seller."""

    name: _line(NAME_MAX, 1)  # type: ignore[valid-type]
    about: Annotated[str, StringConstraints(max_length=ABOUT_MAX, pattern=LINES, strip_whitespace=True), READABLE] = ""
    match: Literal["licensed_replica", "identical", "same_maker", "inspired"]
    licence: PublicId | None = None
    discount_bps: Annotated[int, Field(ge=0, le=DISCOUNT_MAX_BPS)] = 0
    ships_within_days: Annotated[int, Field(ge=1, le=SHIPS_MAX_DAYS)]


class NewListingIn(ListingIn):
    """product: what was on screen. currency: it stays."""

    product: PublicId
    currency: Currency


class VariantIn(In):
    """id: of a variant that is there, whose count stays; left out, it is new and begins with `on_hand` pieces."""

    id: PublicId | None = None
    name: _line(VARIANT_NAME_MAX) = ""  # type: ignore[valid-type]
    sku: _line(SKU_MAX) = ""  # type: ignore[valid-type]
    price_minor: ChargeMinor
    on_hand: Annotated[int, Field(ge=0, le=ON_HAND_MAX)] = 0


class VariantsIn(In):
    """All variants in their order; those left out are withdrawn."""

    variants: Annotated[list[VariantIn], Field(max_length=VARIANTS_MAX)]


class CountIn(In):
    """change: so many more, or fewer below zero; sales meanwhile stay counted."""

    variant: PublicId
    change: Annotated[int, Field(ge=-ON_HAND_MAX, le=ON_HAND_MAX)]


class StockIn(In):
    counts: Annotated[list[CountIn], Field(min_length=1, max_length=VARIANTS_MAX)]


class ZoneIn(In):
    """countries: two letters each, or `*` alone for all that no other zone names."""

    name: _line(ZONE_NAME_MAX, 1)  # type: ignore[valid-type]
    countries: Annotated[
        list[Annotated[str, StringConstraints(pattern=r"^([A-Z]{2}|\*)$")]],
        Field(min_length=1, max_length=COUNTRIES_MAX),
    ]
    currency: Currency
    first_minor: AmountMinor
    more_minor: AmountMinor = 0
    days_min: Annotated[int, Field(ge=0, le=120)]
    days_max: Annotated[int, Field(ge=0, le=120)]


class DoubtIn(In):
    words: Words


class StopIn(In):
    reason: Words


class DoubtAnswerIn(In):
    """decision: `stop` ends the sale, `fine` leaves it."""

    answer: Words
    decision: Literal["stop", "fine"]


class VariantOut(Out):
    """price_minor: without the discount. left: pieces that may be bought; reserved: being paid for."""

    id: str
    name: str
    sku: str
    price_minor: int
    on_hand: int
    reserved: int
    left: int
    sold: int


class ListingPictureOut(Out):
    id: str
    url: str
    alt: str


class ListingOut(Out):
    """state: draft, live, paused, stopped (by `stopped_by`, for `note`) or retired. missing: what keeps it from being sold."""

    id: str
    url: str
    product: str
    title: str
    name: str
    about: str
    match: str
    licence: str | None
    currency: str
    discount_bps: int
    ships_within_days: int
    state: str
    stopped_by: str
    note: str
    version: int
    variants: list[VariantOut]
    pictures: list[ListingPictureOut]
    missing: list[MissingOut]


class ZoneOut(Out):
    id: str
    name: str
    countries: list[str]
    currency: str
    first_minor: int
    more_minor: int
    days_min: int
    days_max: int


class OfferOut(Out):
    """stock: in_stock, low, preorder or sold_out. badge_url: where its licence can be checked, none where it claims none."""

    listing: str
    variant: str
    url: str
    seller: str
    name: str
    match: str
    price_minor: int
    before_minor: int
    from_minor: int
    currency: str
    stock: str
    left: int
    ships_by: str
    badge_url: str | None


class OffersOut(Out):
    """What may be sold of a product to a region now. changes_at: when that may change with nobody doing anything."""

    product: str
    region: str
    offers: list[OfferOut]
    changes_at: str | None


class DoubtOut(Out):
    """state: open, upheld or dismissed."""

    id: str
    listing: str
    words: str
    state: str
    answer: str
    made_at: str
