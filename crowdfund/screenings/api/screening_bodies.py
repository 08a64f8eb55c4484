"""The bodies of the API about screenings, in and out. refund_steps, sale and prices as fans read them before they pay."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from crowdfund.screenings.api.bodies import SaidOut, SeatId, line_of
from crowdfund.screenings.hours import SERIES_MAX
from crowdfund.screenings.prices import PRICES_MAX
from crowdfund.web.api import READABLE, STRAIGHT, Currency, In, Moment, Out, PublicId


class PriceIn(In):
    """category: of the hall's plan. name: whom it is for. 0 is free."""

    category: SeatId
    name: Annotated[str, line_of(40), READABLE, STRAIGHT]
    price_minor: Annotated[int, Field(ge=0)]


class StepIn(In):
    """Until so many hours before the start, who cancels gets this share back."""

    hours_before: Annotated[int, Field(ge=0, le=24 * 365)]
    share_bps: Annotated[int, Field(ge=0, le=10_000)]


class TermsIn(In):
    """sale_closes_minutes: after the start; below zero before it. refund_steps: the longest time first, each gives less."""

    doors_minutes: Annotated[int, Field(ge=0, le=360)] = 30
    length_minutes: Annotated[int, Field(ge=5, le=1440)]
    sale_opens_at: Moment
    sale_closes_minutes: Annotated[int, Field(ge=-60 * 24 * 60, le=1440)] = 0
    currency: Currency
    fee_minor: Annotated[int, Field(ge=0)] = 0
    per_fan_max: Annotated[int, Field(ge=1, le=50)] = 8
    single_seats: Literal["warn", "refuse"] = "warn"
    refund_steps: Annotated[list[StepIn], Field(max_length=6, default_factory=list)]
    note: Annotated[str, line_of(140, 0), STRAIGHT] = ""
    prices: Annotated[list[PriceIn], Field(max_length=PRICES_MAX)]


class ScreeningsIn(TermsIn):
    """One screening, or many on the same terms, all or none."""

    title: PublicId
    hall: PublicId
    starts_at: Annotated[list[Moment], Field(min_length=1, max_length=SERIES_MAX)]


class DraftIn(TermsIn):
    """A draft, all of it. stamp: of what was read; where it is said, somebody else's change is not written over."""

    starts_at: Moment
    stamp: Annotated[str, line_of(64)] | None = None


class ScreeningListed(Out):
    """starts_at_local: what the venue's clocks show. gross_minor: prices paid, without fees."""

    id: str
    title: str
    title_name: str
    venue: str
    venue_name: str
    hall: str
    hall_name: str
    state: str
    starts_at: str
    starts_at_local: str
    zone: str
    sold: int
    places: int
    blocked: int
    gross_minor: int
    currency: str


class PriceOut(Out):
    id: str
    category: str
    name: str
    price_minor: int


class StepOut(Out):
    hours_before: int
    share_bps: int


class ScreeningOut(Out):
    """A screening with its terms. stamp: changes whenever a draft does. free: places that can be had now."""

    id: str
    title: str
    title_name: str
    venue: str
    hall: str
    state: str
    starts_at: str
    starts_at_local: str
    zone: str
    doors_at: str
    ends_at: str
    sale_opens_at: str
    sale_closes_at: str
    currency: str
    fee_minor: int
    per_fan_max: int
    single_seats: str
    refund_steps: list[StepOut]
    note: str
    prices: list[PriceOut]
    sold: int
    places: int
    free: int
    blocked_seats: list[str]
    gross_minor: int
    stamp: str
    history: list[SaidOut]


class ScreeningsOut(Out):
    screenings: list[ScreeningOut]


class SeveralIn(In):
    """Drafts of this cinema that go on sale together, all or none."""

    screenings: Annotated[list[PublicId], Field(min_length=1, max_length=200)]


class PricesIn(In):
    """All of them; those that are not named are withdrawn. What was ordered keeps its price."""

    prices: Annotated[list[PriceIn], Field(max_length=PRICES_MAX)]


class BlockedIn(In):
    seats: Annotated[list[SeatId], Field(min_length=1, max_length=2_000)]
    because: Annotated[str, line_of(80, 0), STRAIGHT] = ""


class ReleasedIn(In):
    seats: Annotated[list[SeatId], Field(min_length=1, max_length=2_000)]


class TicketHeldOut(Out):
    """No address of anybody: what has to reach a fan goes through this site."""

    ticket: str
    order: str
    name: str
    place: str
    place_id: str
    price_name: str
    price_minor: int
    currency: str
    state: str
