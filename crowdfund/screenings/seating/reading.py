"""Our own form of a plan, as JSON. What a file may say, by example:

    {"version": 1, "name": "Hall 2", "width": 700, "height": 500,
     "screen": {"kind": "screen", "x": 350, "y": 30, "width": 400},
     "categories": [{"id": "premium", "name": "Premium", "colour": "amber"}],
     "zones": [{"id": "stalls", "name": "Stalls", "outline": [[40, 60], [660, 60], [660, 460], [40, 460]],
       "rows": [{"id": "F", "label": "F", "seats": [
         {"id": "F-1", "label": "1", "x": 60, "y": 300, "category": "premium", "kind": "wheelchair"},
         {"id": "F-2", "label": "2", "x": 90, "y": 300, "category": "premium", "kind": "companion", "companion_of": "F-1"},
         {"id": "F-3", "label": "3", "x": 120, "y": 300, "category": "premium"}]}],
       "areas": [{"id": "floor", "name": "Floor", "capacity": 200, "category": "premium",
                  "shape": [[40, 60], [660, 60], [660, 200], [40, 200]]}]}],
     "signs": [{"text": "Bar", "x": 650, "y": 480}]}

`screen` may be null: a hall in the round. `outline`, `areas`, `signs`, `kind` (seat) and `companion_of` may be left out. `colour` is
one of amber, sky, rose, pitch, violet, teal; `kind` of a screen is screen or stage. Seats and areas are known by their ids, which
are unique in the whole plan; whoever changes an id makes another seat of it. Coordinates are kept to a hundredth.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import lru_cache

from crowdfund.screenings.seating.fields import Part, PlanNotUnderstood, is_text, parsed
from crowdfund.screenings.seating.plan import (
    VERSION,
    Area,
    Category,
    Colour,
    Kind,
    Looking,
    Plan,
    Row,
    Screen,
    Seat,
    Sign,
    Zone,
)

SEATS_MAX = 5_000  # more than the largest cinemas have; more people stand in areas
AREAS_MAX, ZONES_MAX, CATEGORIES_MAX, SIGNS_MAX = 100, 100, 50, 100
CAPACITY_MAX = 100_000
SIZE_MAX = 100_000


def read_plan(content: str | bytes) -> Plan:
    """A plan from our own JSON. Raises PlanNotUnderstood, which names the place in the file."""
    whole = parsed(content)
    whole.refuse_unknown("version", "name", "width", "height", "screen", "categories", "zones", "signs")
    whole.whole("version", VERSION, VERSION)
    width, height = whole.number("width", 1, SIZE_MAX), whole.number("height", 1, SIZE_MAX)
    categories = tuple(_category(part) for part in whole.parts("categories"))
    zones = _Zones(width, height, {category.id for category in categories})
    return checked(
        Plan(
            name=whole.words("name", 80),
            width=width,
            height=height,
            screen=None if whole.get("screen") is None else _screen(whole.part("screen"), width, height),
            categories=categories,
            zones=tuple(zones.zone(part) for part in whole.parts("zones")),
            signs=tuple(_sign(part, width, height) for part in whole.parts("signs", needed=False)),
        )
    )


@lru_cache(maxsize=64)
def stored_plan(text: str) -> Plan:
    """The plan that a row of ours holds: read once, and then the same object each time."""
    return read_plan(text)


def checked(plan: Plan) -> Plan:
    """What holds for every plan, whatever it was made of. Raises PlanNotUnderstood."""
    if not is_text(plan.name, 80):
        raise PlanNotUnderstood("{place}: a text of 1 to {most} characters.", place="name", most=80)
    _refuse_numbers(plan)
    _refuse_twice("categories", [category.id for category in plan.categories])
    _refuse_twice("zones", [zone.id for zone in plan.zones])
    for i, zone in enumerate(plan.zones):
        _refuse_twice(f"zones[{i}].rows", [row.id for row in zone.rows])
    taken: dict[str, str] = {}
    spots: dict[tuple[float, float], str] = {}
    for place, found in _placed(plan):
        if (other := taken.setdefault(found.id, place)) != place:
            raise PlanNotUnderstood("{place}: {other} has the id {id} already.", place=place, other=other, id=found.id)
        if isinstance(found, Seat):
            if (other := spots.setdefault((found.x, found.y), place)) != place:
                raise PlanNotUnderstood("{place}: {other} stands in the same spot.", place=place, other=other)
            _refuse_companion(plan, found, place)
    return plan


def _placed(plan: Plan) -> list[tuple[str, Seat | Area]]:
    """Every seat and every area, with its place in the file."""
    found: list[tuple[str, Seat | Area]] = []
    for i, zone in enumerate(plan.zones):
        for j, row in enumerate(zone.rows):
            found += [(f"zones[{i}].rows[{j}].seats[{k}]", seat) for k, seat in enumerate(row.seats)]
        found += [(f"zones[{i}].areas[{j}]", area) for j, area in enumerate(zone.areas)]
    return found


def _refuse_numbers(plan: Plan) -> None:
    areas = sum(len(zone.areas) for zone in plan.zones)
    seats = sum(len(row.seats) for zone in plan.zones for row in zone.rows)
    for count, most, name in (
        (len(plan.zones), ZONES_MAX, "zones"),
        (len(plan.categories), CATEGORIES_MAX, "categories"),
        (seats, SEATS_MAX, "seats"),
        (areas, AREAS_MAX, "areas"),
        (len(plan.signs), SIGNS_MAX, "signs"),
    ):
        if count > most:
            raise PlanNotUnderstood("{place}: at most {most}; this has {given}.", place=name, most=most, given=count)
    if not seats and not areas:
        raise PlanNotUnderstood("This plan has no seat, and no area to stand in.")


def _refuse_twice(place: str, ids: list[str]) -> None:
    seen: set[str] = set()
    if twice := next((id for id in ids if id in seen or seen.add(id)), None):  # type: ignore[func-returns-value]
        raise PlanNotUnderstood("{place}: two of them have the id {id}.", place=place, id=twice)


def _refuse_companion(plan: Plan, seat: Seat, place: str) -> None:
    """A companion's seat names a wheelchair space of the same hall; nothing else names one."""
    if seat.kind is not Kind.COMPANION:
        if seat.companion_of is not None:
            raise PlanNotUnderstood("{place}: only a companion's seat belongs to another.", place=place)
        return
    space = plan.seat(seat.companion_of or "")
    if space is None or space.kind is not Kind.WHEELCHAIR:
        raise PlanNotUnderstood(
            "{place}: a companion's seat says which wheelchair space it belongs to, and there is none called that.",
            place=place,
        )


def _category(part: Part) -> Category:
    part.refuse_unknown("id", "name", "colour")
    return Category(part.id(), part.words("name", 40), part.choice("colour", Colour))


def _screen(part: Part, width: float, height: float) -> Screen:
    part.refuse_unknown("kind", "x", "y", "width")
    return Screen(
        kind=part.choice("kind", Looking),
        x=part.number("x", 0, width),
        y=part.number("y", 0, height),
        width=part.number("width", 0, width),
    )


def _sign(part: Part, width: float, height: float) -> Sign:
    part.refuse_unknown("text", "x", "y")
    return Sign(part.words("text", 40), part.number("x", 0, width), part.number("y", 0, height))


class _Zones:
    """Reads zones of a plan of this size, with these categories."""

    def __init__(self, width: float, height: float, categories: Collection[str]) -> None:
        self.width, self.height, self.categories = width, height, categories

    def zone(self, part: Part) -> Zone:
        part.refuse_unknown("id", "name", "outline", "rows", "areas")
        return Zone(
            id=part.id(),
            name=part.words("name", 60),
            rows=tuple(self._row(row) for row in part.parts("rows")),
            areas=tuple(self._area(area) for area in part.parts("areas", needed=False)),
            outline=part.points("outline", self.width, self.height),
        )

    def _row(self, part: Part) -> Row:
        part.refuse_unknown("id", "label", "seats")
        seats = tuple(self._seat(seat) for seat in part.parts("seats"))
        if not seats:
            raise PlanNotUnderstood("{place}: a row without a seat.", place=part.place)
        return Row(part.id(), part.words("label", 16), seats)

    def _seat(self, part: Part) -> Seat:
        part.refuse_unknown("id", "label", "x", "y", "category", "kind", "companion_of")
        return Seat(
            id=part.id(),
            label=part.words("label", 12),
            x=part.number("x", 0, self.width),
            y=part.number("y", 0, self.height),
            category_id=self._category(part),
            kind=part.choice("kind", Kind) if "kind" in part.value else Kind.SEAT,
            companion_of=part.id("companion_of") if part.value.get("companion_of") is not None else None,
        )

    def _area(self, part: Part) -> Area:
        part.refuse_unknown("id", "name", "capacity", "category", "shape")
        shape = part.points("shape", self.width, self.height)
        if not shape:
            raise PlanNotUnderstood("{place}: 3 to 200 corners.", place=part.at("shape"))
        return Area(
            part.id(), part.words("name", 60), part.whole("capacity", 1, CAPACITY_MAX), self._category(part), shape
        )

    def _category(self, part: Part) -> str:
        category = part.id("category")
        if category not in self.categories:
            raise PlanNotUnderstood("{place}: there is no category {id}.", place=part.at("category"), id=category)
        return category
