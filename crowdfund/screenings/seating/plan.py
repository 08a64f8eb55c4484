"""The plan of a hall: zones with rows of seats, and areas to stand in. It never changes; another plan is another hall.

Ids of seats and areas are what the rest of the platform stores and what a ticket prints beside the words. Coordinates are
units of the plan's own, x to the right and y downwards; how large a seat is follows from how far seats stand apart.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from hashlib import sha256
from typing import Any

from crowdfund.refusal import Sentence

VERSION = 1
Point = tuple[float, float]


class Colour(StrEnum):
    """The site's own colours, by the names that `static/css/tokens.css` has for them."""

    AMBER = "amber"
    SKY = "sky"
    ROSE = "rose"
    PITCH = "pitch"
    VIOLET = "violet"
    TEAL = "teal"


class Kind(StrEnum):
    """What a place is for. A companion's seat is sold with the wheelchair space that it belongs to."""

    SEAT = "seat"
    WHEELCHAIR = "wheelchair"
    COMPANION = "companion"


class Looking(StrEnum):
    """What the hall looks at."""

    SCREEN = "screen"
    STAGE = "stage"


@dataclass(frozen=True)
class Screen:
    """Where the screen or the stage is: the middle of its line, and how wide it is."""

    kind: Looking
    x: float
    y: float
    width: float


@dataclass(frozen=True)
class Category:
    """What a price is for: Premium, Standard."""

    id: str
    name: str
    colour: Colour


@dataclass(frozen=True)
class Seat:
    """One numbered place. companion_of: the id of its wheelchair space, for a companion's seat."""

    id: str
    label: str
    x: float
    y: float
    category_id: str
    kind: Kind = Kind.SEAT
    companion_of: str | None = None


@dataclass(frozen=True)
class Row:
    id: str
    label: str
    seats: tuple[Seat, ...]


@dataclass(frozen=True)
class Area:
    """A place to stand in, without numbers. shape: the corners of a polygon."""

    id: str
    name: str
    capacity: int
    category_id: str
    shape: tuple[Point, ...]


@dataclass(frozen=True)
class Zone:
    """A part of the hall with a name of its own: stalls, balcony.

    outline: the corners of a polygon for the view of the whole hall; empty where it follows from the seats.
    """

    id: str
    name: str
    rows: tuple[Row, ...]
    areas: tuple[Area, ...] = ()
    outline: tuple[Point, ...] = ()

    @property
    def seats(self) -> list[Seat]:
        return [seat for row in self.rows for seat in row.seats]


@dataclass(frozen=True)
class Sign:
    """Words that hang in the hall: Bar, Exit."""

    text: str
    x: float
    y: float


@dataclass(frozen=True)
class Where:
    """One seat with the row and the zone that it is in."""

    seat: Seat
    row: Row
    zone: Zone


@dataclass(frozen=True)
class Plan:
    """A hall. Equal where the text of it is, and cheap to keep things by."""

    name: str
    width: float
    height: float
    screen: Screen | None
    categories: tuple[Category, ...]
    zones: tuple[Zone, ...]
    signs: tuple[Sign, ...] = ()

    def __hash__(self) -> int:
        return hash(self.fingerprint)

    @cached_property
    def text(self) -> str:
        """It in one line of JSON, always the same for the same plan; `reading.read_plan` gives it back."""
        return json.dumps(_told(self), ensure_ascii=False, separators=(",", ":"))

    def to_json(self) -> str:
        return self.text

    @cached_property
    def fingerprint(self) -> str:
        """The SHA-256 of its text: whether a hall has been changed."""
        return sha256(self.text.encode()).hexdigest()

    @cached_property
    def _wheres(self) -> dict[str, Where]:
        return {seat.id: Where(seat, row, zone) for zone in self.zones for row in zone.rows for seat in row.seats}

    @cached_property
    def _areas(self) -> dict[str, Area]:
        return {area.id: area for zone in self.zones for area in zone.areas}

    @cached_property
    def _categories(self) -> dict[str, Category]:
        return {category.id: category for category in self.categories}

    @cached_property
    def seat_ids(self) -> frozenset[str]:
        return frozenset(self._wheres)

    @property
    def seats(self) -> list[Seat]:
        """All numbered places, zone by zone and row by row."""
        return [where.seat for where in self._wheres.values()]

    @property
    def areas(self) -> list[Area]:
        return list(self._areas.values())

    def where(self, seat_id: str) -> Where | None:
        return self._wheres.get(seat_id)

    def seat(self, seat_id: str) -> Seat | None:
        where = self._wheres.get(seat_id)
        return where.seat if where else None

    def area(self, area_id: str) -> Area | None:
        return self._areas.get(area_id)

    def category(self, category_id: str) -> Category | None:
        return self._categories.get(category_id)

    def category_of(self, place_id: str) -> Category:
        """What a seat or an area is priced by. Raises KeyError where this hall has no such place."""
        place = self.seat(place_id) or self._areas[place_id]
        return self._categories[place.category_id]

    @cached_property
    def seat_count(self) -> int:
        return len(self._wheres)

    @cached_property
    def place_count(self) -> int:
        """How many people it takes, seated and standing."""
        return self.seat_count + sum(area.capacity for area in self.areas)

    def label(self, place_id: str) -> Sentence:
        """Where it is, as a person says it: `Stalls, row F, seat 7`; an area's own name. Raises KeyError as above."""
        if (where := self._wheres.get(place_id)) is None:
            return Sentence("{area}", values={"area": self._areas[place_id].name})
        values = {"zone": where.zone.name, "row": where.row.label, "seat": where.seat.label}
        sentence = "{zone}, row {row}, seat {seat}"
        return Sentence(sentence, values=values)


def _told(plan: Plan) -> dict[str, Any]:
    screen = plan.screen
    return {
        "version": VERSION,
        "name": plan.name,
        "width": _plain(plan.width),
        "height": _plain(plan.height),
        "screen": screen
        and {"kind": screen.kind, "x": _plain(screen.x), "y": _plain(screen.y), "width": _plain(screen.width)},
        "categories": [{"id": one.id, "name": one.name, "colour": one.colour} for one in plan.categories],
        "zones": [_zone(zone) for zone in plan.zones],
        "signs": [{"text": sign.text, "x": _plain(sign.x), "y": _plain(sign.y)} for sign in plan.signs],
    }


def _zone(zone: Zone) -> dict[str, Any]:
    return {
        "id": zone.id,
        "name": zone.name,
        "outline": _points(zone.outline),
        "rows": [{"id": row.id, "label": row.label, "seats": [_seat(seat) for seat in row.seats]} for row in zone.rows],
        "areas": [
            {
                "id": area.id, "name": area.name, "capacity": area.capacity, "category": area.category_id,
                "shape": _points(area.shape),
            }
            for area in zone.areas
        ],
    }  # fmt: skip


def _seat(seat: Seat) -> dict[str, Any]:
    told = {
        "id": seat.id, "label": seat.label, "x": _plain(seat.x), "y": _plain(seat.y), "category": seat.category_id
    }  # fmt: skip
    if seat.kind is not Kind.SEAT:
        told["kind"] = seat.kind
    if seat.companion_of is not None:
        told["companion_of"] = seat.companion_of
    return told


def _points(points: tuple[Point, ...]) -> list[list[float]]:
    return [[_plain(x), _plain(y)] for x, y in points]


def _plain(value: float) -> float:
    """As it is written: to a hundredth, and without a point where it is whole."""
    value = round(float(value), 2)
    return int(value) if value.is_integer() else value
