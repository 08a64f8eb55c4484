"""A plan from pretix's seating-plan JSON, by its schema (pretix: src/pretix/static/seating/seating-plan.schema.json, read 2026-11).

Seats stand relative to their row, rows and areas relative to their zone. `seat_guid` is the id of a seat, so that a plan which is
imported again after it was edited still has the same seats. Areas are decoration there: of them the words are kept, and the one
that says screen or stage, in one of a few languages, becomes ours. Keys that the schema doesn't have are passed over.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from hashlib import sha256
from itertools import count
from typing import Any

from crowdfund.screenings.seating.colours import nearest_colours
from crowdfund.screenings.seating.fields import Part, PlanNotUnderstood, is_id, is_text, parsed
from crowdfund.screenings.seating.placing import bounded
from crowdfund.screenings.seating.plan import Category, Kind, Looking, Plan, Point, Row, Screen, Seat, Sign, Zone
from crowdfund.screenings.seating.reading import AREAS_MAX, CATEGORIES_MAX, SIGNS_MAX, SIZE_MAX, checked

_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", re.ASCII)
_LOOKING = (
    (Looking.STAGE, re.compile(r"\b(stage|bühne|buehne|scène|scene|escenario|palco|podium)\b|舞台", re.IGNORECASE)),
    (Looking.SCREEN, re.compile(r"\b(screen|leinwand|écran|ecran|pantalla|schermo|doek)\b|银幕|屏幕", re.IGNORECASE)),
)
_KINDS = (
    (Kind.COMPANION, re.compile(r"companion|begleit|accompagn|acompañante|陪同|陪护", re.IGNORECASE)),
    (Kind.WHEELCHAIR, re.compile(r"wheel ?chair|rollstuhl|rolli|fauteuil roulant|silla de ruedas|轮椅", re.IGNORECASE)),
)


def read_pretix(content: str | bytes) -> Plan:
    """The plan as one of ours. Raises PlanNotUnderstood, which names the place in the file."""
    whole = parsed(content)
    names = [_name(part) for part in whole.parts("categories")]
    if len(names) > CATEGORIES_MAX:
        raise PlanNotUnderstood(
            "{place}: at most {most}; this has {given}.", place="categories", most=CATEGORIES_MAX, given=len(names)
        )
    _refuse_twice(names)
    reading = _Reading({name: f"c{i}" for i, name in enumerate(names, start=1)})
    zones = tuple(reading.zone(i, part) for i, part in enumerate(whole.parts("zones")))
    colours = nearest_colours([str(part.value.get("color", "")) for part in whole.parts("categories")] + [""])
    named = [*names, "Seats"] if "" in reading.used else names
    categories = tuple(
        Category(f"c{i}", name, colour) for i, (name, colour) in enumerate(zip(named, colours, strict=False), start=1)
    )
    if not any(zone.rows for zone in zones):
        raise PlanNotUnderstood("This plan has no seat, and no area to stand in.")
    return checked(
        bounded(
            whole.words("name", 80), categories, zones, screen=reading.screen, signs=tuple(reading.signs[:SIGNS_MAX]),
            size=_size(whole),
        )
    )  # fmt: skip


def _name(part: Part) -> str:
    return part.words("name", 40)


def _refuse_twice(names: list[str]) -> None:
    for i, name in enumerate(names):
        if name in names[:i]:
            raise PlanNotUnderstood("{place}: two of them have the id {id}.", place="categories", id=name)


def _size(whole: Part) -> tuple[float, float] | None:
    if "size" not in whole.value:
        return None
    part = whole.part("size")
    return part.number("width", 1, SIZE_MAX), part.number("height", 1, SIZE_MAX)


class _Reading:
    """Reads zones, and keeps on the way what hangs in them. used: names of categories that seats have."""

    def __init__(self, categories: dict[str, str]) -> None:
        self.categories = categories
        self.used: set[str] = set()
        self.signs: list[Sign] = []
        self.screen: Screen | None = None
        self._areas = count(1)

    def zone(self, i: int, part: Part) -> Zone:
        corner = _position(part, needed=True)
        for area in part.parts("areas", needed=False):
            if next(self._areas) <= 10 * AREAS_MAX:
                self._decoration(area, corner)
        rows = [self._row(j, row, corner) for j, row in enumerate(part.parts("rows")) if row.get("seats") != []]
        name = str(part.value.get("name", ""))
        return Zone(f"z{i + 1}", name if is_text(name, 60) else f"{i + 1}", tuple(_with_companions(rows)))

    def _row(self, j: int, part: Part, corner: Point) -> Row:
        corner = _plus(corner, _position(part, needed=False))
        label = part.get("row_number")
        label = label.strip() if isinstance(label, str) else ""
        seats = tuple(self._seat(seat, corner) for seat in part.parts("seats"))
        return Row(f"r{j + 1}", label if is_text(label, 16) else f"{j + 1}", seats)

    def _seat(self, part: Part, corner: Point) -> Seat:
        x, y = _plus(corner, _position(part, needed=True))
        name = part.get("category")
        if not isinstance(name, str) or (name and name not in self.categories):
            raise PlanNotUnderstood("{place}: there is no category {id}.", place=part.at("category"), id=str(name)[:40])
        self.used.add(name)
        kind = next((kind for kind, words in _KINDS if words.search(name)), Kind.SEAT)
        return Seat(
            id=_id(part),
            label=part.words("seat_number", 12),
            x=round(x, 2),
            y=round(y, 2),
            category_id=self.categories.get(name) or f"c{len(self.categories) + 1}",
            kind=kind,
        )

    def _decoration(self, part: Part, corner: Point) -> None:
        """The words of an area; where they say what the hall looks at, the place and the width of it."""
        text = part.value.get("text")
        words = text.get("text") if isinstance(text, dict) else text
        words = " ".join(words.split())[:40] if isinstance(words, str) else ""
        if not is_text(words, 40):
            return
        spot = _plus(corner, _position(part, needed=False))
        middle, width = _shape(part, spot)
        looking = next((kind for kind, said in _LOOKING if said.search(words)), None)
        if looking and self.screen is None:
            self.screen = Screen(looking, *middle, width)
        elif not looking:
            self.signs.append(Sign(words, *middle))


def _id(part: Part) -> str:
    """What stands in `seat_guid`, shortened to what we keep: always to the same."""
    guid = part.words("seat_guid", 200)
    if is_id(guid):
        return guid
    if _UUID.fullmatch(guid):
        return guid.replace("-", "").lower()
    return re.sub(r"[^A-Za-z0-9_.-]+", "_", guid)[:20] + "." + sha256(guid.encode()).hexdigest()[:10]


def _position(part: Part, *, needed: bool) -> Point:
    if not needed and "position" not in part.value:
        return 0.0, 0.0
    spot = part.part("position")
    return spot.number("x", -SIZE_MAX, SIZE_MAX), spot.number("y", -SIZE_MAX, SIZE_MAX)


def _plus(one: Point, other: Point) -> Point:
    return one[0] + other[0], one[1] + other[1]


def _shape(part: Part, spot: Point) -> tuple[Point, float]:
    """The middle of an area, turned as it is, and how wide it then is; a text alone is as wide as eight seats."""
    corners = list(_corners(part))
    if not corners:
        words = part.value.get("text")
        offset = _position(Part(words, part.at("text")), needed=False) if isinstance(words, dict) else (0.0, 0.0)
        return _plus(spot, offset), 240.0
    turned = math.radians(part.number("rotation") if "rotation" in part.value else 0)
    xs = [x * math.cos(turned) - y * math.sin(turned) for x, y in corners]
    ys = [x * math.sin(turned) + y * math.cos(turned) for x, y in corners]
    middle = (max(xs) + min(xs)) / 2, (max(ys) + min(ys)) / 2
    return _plus(spot, middle), round(max(xs) - min(xs), 2)


def _corners(part: Part) -> Iterator[Point]:
    """Of what an area is drawn as, around its own position."""
    shape = part.value.get("shape", "rectangle")
    drawn: Any = part.value.get(shape) if isinstance(shape, str) else None
    if "width" in part.value:  # as the schema was before shapes
        drawn, shape = part.value, "rectangle"
    if not isinstance(drawn, dict) or shape not in ("rectangle", "circle", "ellipse", "polygon"):
        return
    inside = Part(drawn, part.at(str(shape)))
    if shape == "rectangle":
        width, height = inside.number("width", 0, SIZE_MAX), inside.number("height", 0, SIZE_MAX)
        yield from ((0, 0), (width, 0), (width, height), (0, height))
    elif shape == "polygon":
        for point in inside.parts("points"):
            yield point.number("x", -SIZE_MAX, SIZE_MAX), point.number("y", -SIZE_MAX, SIZE_MAX)
    else:
        round_it = inside.number("radius", 0, SIZE_MAX) if shape == "circle" else None
        radius = inside.part("radius") if round_it is None else None
        across = radius.number("x", 0, SIZE_MAX) if radius else round_it or 0
        down = radius.number("y", 0, SIZE_MAX) if radius else round_it or 0
        yield from ((-across, -down), (across, -down), (across, down), (-across, down))


def _with_companions(rows: list[Row]) -> Iterator[Row]:
    """Companions' seats, each with the nearest wheelchair space of its zone; without any they are seats like others."""
    spaces = [seat for row in rows for seat in row.seats if seat.kind is Kind.WHEELCHAIR]
    for row in rows:
        if all(seat.kind is not Kind.COMPANION for seat in row.seats):
            yield row
        else:
            yield Row(row.id, row.label, tuple(_companion(seat, spaces) for seat in row.seats))


def _companion(seat: Seat, spaces: list[Seat]) -> Seat:
    if seat.kind is not Kind.COMPANION:
        return seat
    nearest = min(spaces, key=lambda space: math.dist((space.x, space.y), (seat.x, seat.y)), default=None)
    kind = Kind.COMPANION if nearest else Kind.SEAT
    return Seat(seat.id, seat.label, seat.x, seat.y, seat.category_id, kind, nearest.id if nearest else None)
