"""Where the parts of a hall stand on the page: worked out once for a plan, so that a page only fills in who has which seat.

The hall is drawn in CSS pixels, one to one: seats are large enough for a finger however the plan was measured. The view of the
whole hall is drawn `WHOLE_WIDTH` wide, about as wide as a phone.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from crowdfund.screenings.seating.hull import hull_around, nearest_apart
from crowdfund.screenings.seating.plan import Area, Kind, Plan, Point, Row, Screen, Seat, Zone
from crowdfund.screenings.seating.runs import in_line

SEAT, APART = 26, 31
WHOLE_WIDTH = 390
_MARGIN = 44.0
_LABEL_AWAY = 27.0
_SIDE_MAX = 12_000
_STANDING_WIDTH = 640  # of a hall without seats to measure it by


@dataclass(frozen=True, slots=True)
class DrawnSeat:
    """x, y: its upper left corner, as attributes' values. css: its colour and, where it isn't a usual seat, its kind, as classes."""

    id: str
    label: str
    category_id: str
    kind: Kind
    x: str
    y: str
    css: str


@dataclass(frozen=True, slots=True)
class DrawnRow:
    """ends: where its label stands, at both ends. categories: ids, each once."""

    label: str
    seats: tuple[DrawnSeat, ...]
    ends: tuple[Point, Point]
    categories: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DrawnArea:
    """points: its corners, as an attribute's value. middle: for its name."""

    id: str
    name: str
    capacity: int
    category_id: str
    colour: str
    points: str
    middle: Point


@dataclass(frozen=True, slots=True)
class DrawnZone:
    """middle: of its seats, in the hall. outline, dots and box: in the view of the whole hall."""

    id: str
    name: str
    rows: tuple[DrawnRow, ...]
    areas: tuple[DrawnArea, ...]
    middle: Point
    outline: str
    dots: str
    box: tuple[float, float, float, float]
    categories: Mapping[str, frozenset[str]]

    def free(self, states: Collection[str], area_free: Mapping[str, int]) -> int:
        """How many places are left. states: ids of seats that are not free. area_free: by area; all of it where it isn't said."""
        seats = sum(len(ids.difference(states)) for ids in self.categories.values())
        return seats + sum(area_free.get(area.id, area.capacity) for area in self.areas)

    def cheapest(self, amounts: Mapping[str, int], states: Collection[str], area_free: Mapping[str, int]) -> str | None:
        """The category that the cheapest free place is in; None where nothing is left."""
        left = {category for category, ids in self.categories.items() if ids.difference(states)}
        left |= {area.category_id for area in self.areas if area_free.get(area.id, area.capacity)}
        return min(left & amounts.keys(), key=lambda category: amounts[category], default=None)


@dataclass(frozen=True, slots=True)
class Drawing:
    """A hall as a page draws it. screen: left end, middle and right end of its line; whole_screen, whole_height: in the small view."""

    plan: Plan
    width: float
    height: float
    screen: tuple[Point, Point, Point] | None
    zones: tuple[DrawnZone, ...]
    signs: tuple[tuple[str, Point], ...]
    whole_screen: tuple[Point, Point, Point] | None
    whole_height: float
    kinds: frozenset[Kind]
    seat_size: int = SEAT

    @property
    def areas(self) -> list[DrawnArea]:
        return [area for zone in self.zones for area in zone.areas]

    def free(self, states: Collection[str], area_free: Mapping[str, int]) -> int:
        return sum(zone.free(states, area_free) for zone in self.zones)

    def first_free(self, states: Collection[str], chosen: Collection[str]) -> str:
        """The seat that the Tab key reaches: a chosen one, else the first that is free, else the first."""
        ids = [seat.id for seat in self.plan.seats]
        return next((id for id in ids if id in chosen), None) or next(
            (id for id in ids if id not in states), ids[0] if ids else ""
        )


@lru_cache(maxsize=256)
def drawing_of(plan: Plan) -> Drawing:
    return _Drawing(plan).drawn()


class _Drawing:
    """Turns the units of a plan into those of the page."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        corners = list(_corners(plan))
        self.left, self.top = min(x for x, _ in corners), min(y for _, y in corners)
        across, down = max(x for x, _ in corners) - self.left, max(y for _, y in corners) - self.top
        seats = [(seat.x, seat.y) for seat in plan.seats]
        scale = APART / nearest_apart(seats) if seats else _STANDING_WIDTH / max(across, 1)
        self.scale = min(scale, _SIDE_MAX / max(across, down, 1))
        self.width, self.height = _round(across * self.scale + 2 * _MARGIN), _round(down * self.scale + 2 * _MARGIN)
        self.small = WHOLE_WIDTH / self.width

    def drawn(self) -> Drawing:
        plan = self.plan
        screen = self.screen(plan.screen) if plan.screen else None
        return Drawing(
            plan=plan,
            width=self.width,
            height=self.height,
            screen=screen,
            zones=tuple(self.zone(zone) for zone in plan.zones),
            signs=tuple((sign.text, self.spot(sign.x, sign.y)) for sign in plan.signs),
            whole_screen=screen and (self.shrunk(screen[0]), self.shrunk(screen[1]), self.shrunk(screen[2])),
            whole_height=_round(self.height * self.small),
            kinds=frozenset(seat.kind for seat in plan.seats),
        )

    def screen(self, screen: Screen) -> tuple[Point, Point, Point]:
        half = screen.width / 2
        left, right = self.spot(screen.x - half, screen.y), self.spot(screen.x + half, screen.y)
        return left, self.spot(screen.x, screen.y), right

    def spot(self, x: float, y: float) -> Point:
        return _round((x - self.left) * self.scale + _MARGIN), _round((y - self.top) * self.scale + _MARGIN)

    def shrunk(self, point: Point) -> Point:
        return _round(point[0] * self.small), _round(point[1] * self.small)

    def zone(self, zone: Zone) -> DrawnZone:
        seats = [self.spot(seat.x, seat.y) for seat in zone.seats]
        areas = tuple(self.area(area) for area in zone.areas)
        inside = [*seats, *(self.spot(*point) for area in zone.areas for point in area.shape)] or [(0.0, 0.0)]
        outline = [self.shrunk(self.spot(*point)) for point in zone.outline]
        outline = outline or [self.shrunk(point) for point in hull_around(inside, SEAT * 0.8)]
        categories: dict[str, set[str]] = {}
        for seat in zone.seats:
            categories.setdefault(seat.category_id, set()).add(seat.id)
        return DrawnZone(
            id=zone.id,
            name=zone.name,
            rows=tuple(self.row(row) for row in zone.rows),
            areas=areas,
            middle=_middle(inside),
            outline=_written(outline),
            dots="".join(f"M{x:g} {y:g}h0" for x, y in map(self.shrunk, seats)),
            box=self._box(outline),
            categories={name: frozenset(ids) for name, ids in categories.items()},
        )

    def _box(self, outline: Sequence[Point]) -> tuple[float, float, float, float]:
        """Room for a name and two lines of words around the middle of a zone, inside the picture."""
        x, y = _middle(outline)
        width = min(max(max(p[0] for p in outline) - min(p[0] for p in outline), 112), WHOLE_WIDTH)
        height = max(max(p[1] for p in outline) - min(p[1] for p in outline), 68)
        left = min(max(x - width / 2, 0), WHOLE_WIDTH - width)
        return _round(left), _round(max(y - height / 2, 0)), _round(width), _round(height)

    def row(self, row: Row) -> DrawnRow:
        seats = in_line(row.seats)
        spots = [self.spot(seat.x, seat.y) for seat in seats]
        (x1, y1), (x2, y2) = spots[0], spots[-1]
        sideways = abs(x2 - x1) >= abs(y2 - y1)
        dx, dy = (_LABEL_AWAY, 0.0) if sideways else (0.0, _LABEL_AWAY)
        drawn = tuple(self.seat(seat, spot) for seat, spot in zip(seats, spots, strict=True))
        ends = ((_round(x1 - dx), _round(y1 - dy)), (_round(x2 + dx), _round(y2 + dy)))
        return DrawnRow(row.label, drawn, ends, tuple(dict.fromkeys(seat.category_id for seat in seats)))

    def seat(self, seat: Seat, spot: Point) -> DrawnSeat:
        x, y = spot[0] - SEAT / 2, spot[1] - SEAT / 2
        category = self.plan.category_of(seat.id)
        css = f"key--{category.colour} seat--rank{self.plan.categories.index(category)}"
        css += "" if seat.kind is Kind.SEAT else f" seat--{seat.kind}"
        return DrawnSeat(seat.id, seat.label, seat.category_id, seat.kind, f"{x:g}", f"{y:g}", css)

    def area(self, area: Area) -> DrawnArea:
        points = [self.spot(*point) for point in area.shape]
        colour = self.plan.category_of(area.id).colour
        return DrawnArea(area.id, area.name, area.capacity, area.category_id, colour, _written(points), _middle(points))


def _corners(plan: Plan) -> Iterable[Point]:
    """What has to be seen; seats with room for themselves, the screen with room for its word."""
    yield from ((seat.x, seat.y) for seat in plan.seats)
    yield from (point for area in plan.areas for point in area.shape)
    yield from ((sign.x, sign.y) for sign in plan.signs)
    if plan.screen:
        yield plan.screen.x - plan.screen.width / 2, plan.screen.y
        yield plan.screen.x + plan.screen.width / 2, plan.screen.y


def _middle(points: Sequence[Point]) -> Point:
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return _round((min(xs) + max(xs)) / 2), _round((min(ys) + max(ys)) / 2)


def _written(points: Iterable[Point]) -> str:
    return " ".join(f"{x:g},{y:g}" for x, y in points)


def _round(value: float) -> float:
    return round(value, 1)
