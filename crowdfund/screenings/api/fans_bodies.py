"""The bodies of the screenings API as fans use it, in and out."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from crowdfund.web.api import In, Out

PlaceId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.-]{1,32}$")]


class AreaIn(In):
    """Places in a standing area."""

    area: PlaceId
    places: Annotated[int, Field(ge=1, le=50)]


class HoldIn(In):
    """Places to be kept: seats by their ids, standing areas with how many."""

    seats: Annotated[list[PlaceId], Field(max_length=50, default_factory=list)]
    areas: Annotated[list[AreaIn], Field(max_length=20, default_factory=list)]


class HoldOut(Out):
    """Places that are kept until then; going to pay gives them ten minutes more, once."""

    id: str
    screening: str
    places: int
    held_until: str


class HoldShown(HoldOut):
    """place: a seat's id, or an area's once for each place."""

    kept: list[str]


class PriceOut(Out):
    id: str
    category: str
    name: str
    price_minor: int


class LadderOut(Out):
    """Who cancels so many hours before the start, or earlier, gets this share of price and fee back, in basis points."""

    hours: int
    back_bps: int


class ScreeningOut(Out):
    """One showing. fee_minor: the booking fee of each ticket, on top of its price. places: how many people the hall takes."""

    id: str
    title: str
    name: str
    venue: str
    city: str
    country: str
    zone: str
    hall: str
    note: str
    state: str
    currency: str
    doors_at: str
    starts_at: str
    ends_at: str
    sale_opens_at: str
    sale_closes_at: str
    places: int
    sold: int
    fee_minor: int
    per_fan_max: int


class ScreeningShown(ScreeningOut):
    """plan: the hall's seats in our own JSON form."""

    prices: list[PriceOut]
    refund_ladder: list[LadderOut]
    plan: dict[str, object]


class ScreeningsListed(Out):
    items: list[ScreeningOut]
    next: str | None


class PlacesOut(Out):
    """What can't be had now. held: in somebody's cart; next_back_at: when the first of these may come back. areas: places left."""

    taken: list[str]
    held: list[str]
    areas: dict[str, int]
    next_back_at: str | None


class BestIn(In):
    """seats: how many, wheelchair spaces among them."""

    seats: Annotated[int, Field(ge=1, le=50)]
    category: PlaceId | None = None
    wheelchairs: Annotated[int, Field(ge=0, le=50)] = 0


class BestOut(Out):
    seats: list[str]
