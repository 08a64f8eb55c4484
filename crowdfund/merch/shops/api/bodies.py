"""The bodies of the sellers' API, in and out: shops, applications, licences, previews. Amounts in minor units, instants RFC 3339."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from crowdfund.merch.applications.rules import DAYS_MAX, PITCH_MAX, REASON_MAX, REASON_MIN, UNITS_MAX
from crowdfund.merch.licences.terms import NOTE_MAX, PRODUCTS_MAX, ROYALTY_MAX_BPS, SELL_OFF_DAYS_MAX
from crowdfund.merch.licences.terms import UNITS_MAX as CAP_MAX
from crowdfund.merch.shops.rules import ABOUT_MAX, RETURNS_MAX
from crowdfund.people.api.bodies import Country
from crowdfund.web.api import LINES, READABLE, AmountMinor, ChargeMinor, Currency, In, Moment, Out, PublicId

Because = Annotated[
    str, StringConstraints(min_length=REASON_MIN, max_length=REASON_MAX, pattern=LINES, strip_whitespace=True), READABLE
]
Land = Country | Literal["*"]


def _lines(most: int) -> StringConstraints:
    return StringConstraints(max_length=most, pattern=LINES, strip_whitespace=True)


class ShopIn(In):
    """returns_to: the postal address where things come back to."""

    returns_to: Annotated[str, _lines(RETURNS_MAX), READABLE] = ""
    about_making: Annotated[str, _lines(ABOUT_MAX), READABLE] = ""


class AwayIn(In):
    """Left out: from now; until it is said that the shop is back."""

    away_from: Moment | None = None
    away_until: Moment | None = None


class StepOut(Out):
    name: str
    done: bool


class ShopOut(Out):
    """needed: what a shop needs before it can sell, in the order in which it is best done."""

    id: str
    name: str
    returns_to: str
    about_making: str
    away_from: str | None
    away_until: str | None
    is_away: bool
    needed: list[StepOut]


class MarketOut(Out):
    """wanted: fans who would buy it. public_at: none where it is public already."""

    id: str
    kind: str
    name: str
    about: str
    category: str
    title: str
    title_name: str
    studio_name: str
    wanted: int
    applications: int
    previews: int
    public_at: str | None


class SaidOut(Out):
    from_state: str
    to_state: str
    because: str
    at: str
    by: str


class ApplicationIn(In):
    product: PublicId
    price_minor: ChargeMinor
    currency: Currency
    units: Annotated[int, Field(ge=1, le=UNITS_MAX)]
    ships_within_days: Annotated[int, Field(ge=1, le=DAYS_MAX)]
    pitch: Annotated[str, _lines(PITCH_MAX), READABLE]


class ApplicationOut(Out):
    """answer_by: it expires then, unless the studio has answered."""

    id: str
    product: str
    product_name: str
    title: str
    title_name: str
    shop: str
    shop_name: str
    price_minor: int
    currency: str
    units: int
    ships_within_days: int
    wanted: int
    state: str
    answer_by: str | None
    made_at: str


class ApplicationWhole(ApplicationOut):
    pitch: str
    reason: str
    samples: list[str]
    history: list[SaidOut]


class WordsIn(In):
    words: Annotated[str, _lines(REASON_MAX), READABLE] = ""


class ReasonIn(In):
    reason: Because


class TermsIn(In):
    """royalty_bps: of net sales: what fans pay for the things themselves, without tax and shipping, after returns.

    countries: two letters each, or `*` alone for everywhere. category: of an exclusive right to one.
    """

    products: Annotated[list[PublicId], Field(min_length=1, max_length=PRODUCTS_MAX)]
    countries: Annotated[list[Land], Field(min_length=1, max_length=260)]
    exclusivity: Literal["none", "product", "category"] = "none"
    category: Annotated[str, _lines(60)] = ""
    royalty_bps: Annotated[int, Field(ge=0, le=ROYALTY_MAX_BPS)]
    minimum_minor: AmountMinor = 0
    currency: Currency
    unit_cap: Annotated[int, Field(ge=1, le=CAP_MAX)] | None = None
    starts_at: Moment
    ends_at: Moment
    sell_off_days: Annotated[int, Field(ge=0, le=SELL_OFF_DAYS_MAX)]
    report_months: Literal[1, 3, 6, 12]
    note: Annotated[str, _lines(NOTE_MAX), READABLE] = ""


class LicenceOfferIn(TermsIn):
    title: PublicId
    shop: PublicId


class LicenceOut(Out):
    """state: at this moment, whatever was written down. basis: what the royalty is of."""

    id: str
    title: str
    title_name: str
    studio: str
    studio_name: str
    shop: str
    shop_name: str
    state: str
    royalty_bps: int
    basis: Literal["net_sales"]
    exclusivity: str
    currency: str
    unit_cap: int | None
    units_sold: int
    starts_at: str
    ends_at: str
    sold_off_at: str
    answer_by: str
    badge: str


class LicenceWhole(LicenceOut):
    products: list[str]
    countries: list[str]
    category: str
    minimum_minor: int
    report_months: int
    note: str
    history: list[SaidOut]


class BadgeOut(Out):
    """What anybody may check. products: names of those that are public."""

    badge: str
    state: str
    may_sell: bool
    shop_name: str
    studio_name: str
    title_name: str
    products: list[str]
    countries: list[str]
    starts_at: str
    ends_at: str
    sold_off_at: str


class ConsentIn(In):
    """version: of the terms as they stand now; `GET …/previews/terms` says them."""

    version: Annotated[int, Field(ge=1, le=1_000)]


class TermsOut(Out):
    version: int
    text: str


class PreviewOut(Out):
    """picture, clip: links that are good for 15 minutes, for a browser in which the same person is signed in; marked with her name."""

    id: str
    kind: str
    start_ms: int
    end_ms: int
    words: str
    picture: str
    clip: str | None


class ViewOut(Out):
    id: str
    at: str
    person_name: str
    shop_name: str
    product_name: str
    kind: str


class NetOut(Out):
    """Of one order. net_minor: what the shop gets, shipping included; the payment company's part is what it takes of most cards."""

    paid_minor: int
    net_minor: int
    net_a_unit_minor: int
    commission_minor: int
    royalty_minor: int
    processor_minor: int
    tax_minor: int
    shipping_minor: int
