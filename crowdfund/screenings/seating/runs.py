"""How seats of a hall stand to each other: which are side by side, where aisles are, which rows lie behind which."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from statistics import median

from crowdfund.screenings.seating.plan import Kind, Plan, Point, Seat

_AISLE = 1.6  # how much further apart than usual two seats of a row are that have an aisle between them
_BACK = 2 / 3  # how far back the best seats are


@dataclass(frozen=True, slots=True)
class Run:
    """Ordinary seats side by side, from one end to the other. after_aisle: the run before it, over an aisle only, as an index."""

    seats: tuple[Seat, ...]
    after_aisle: int | None


@dataclass(frozen=True, slots=True)
class Hall:
    """rows: the runs of each row, by its number in the plan. neighbours: numbers of rows one behind the other, zone by zone."""

    runs: tuple[Run, ...]
    rows: dict[int, tuple[Run, ...]]
    neighbours: tuple[tuple[int, ...], ...]
    best_point: Point
    ahead: Point
    unit: float

    def distance(self, seat: Seat, point: Point, depth: float = 1.0) -> float:
        """How much worse a seat is for being away from a point, in seats, squared: a group keeps close around it.

        depth: how much more it counts to be nearer to the screen or further back.
        """
        dx, dy = seat.x - point[0], seat.y - point[1]
        back = dx * self.ahead[0] + dy * self.ahead[1]
        aside = dx * self.ahead[1] - dy * self.ahead[0]
        return (aside * aside + depth * back * back) / (self.unit * self.unit)


@lru_cache(maxsize=256)
def hall_of(plan: Plan) -> Hall:
    """Worked out once for a plan."""
    unit = spacing(plan)
    runs: list[Run] = []
    rows: dict[int, tuple[Run, ...]] = {}
    neighbours: list[tuple[int, ...]] = []
    for zone in plan.zones:
        first = len(rows)
        for row in zone.rows:
            before = len(runs)
            runs += _runs(in_line(row.seats), unit, before)
            rows[len(rows)] = tuple(runs[before:])
        neighbours.append(tuple(range(first, len(rows))))
    best, ahead = _best_point(plan)
    return Hall(tuple(runs), rows, tuple(neighbours), best, ahead, unit)


def in_line(seats: Sequence[Seat]) -> list[Seat]:
    """Seats of a row from one end to the other, whichever way it lies."""
    xs, ys = [seat.x for seat in seats], [seat.y for seat in seats]
    if max(xs) - min(xs) >= max(ys) - min(ys):
        return sorted(seats, key=lambda seat: (seat.x, seat.y))
    return sorted(seats, key=lambda seat: (seat.y, seat.x))


def apart(one: Seat, other: Seat) -> float:
    return math.dist((one.x, one.y), (other.x, other.y))


def spacing(plan: Plan) -> float:
    """How far seats of a row usually stand apart in this plan."""
    steps = [
        apart(one, other) for zone in plan.zones for row in zone.rows for one, other in pairwise(in_line(row.seats))
    ]
    return median(steps) if steps else 30.0


def _runs(seats: Sequence[Seat], unit: float, before: int) -> list[Run]:
    """Cut at aisles, and at places that are not for everybody: what is between these is nobody's neighbour."""
    usual = median(apart(one, other) for one, other in pairwise(seats)) if len(seats) > 2 else unit
    runs: list[Run] = []
    run: list[Seat] = []
    over_aisle = False
    for i, seat in enumerate(seats):
        aisle = i > 0 and apart(seats[i - 1], seat) > _AISLE * min(usual, unit * 2)
        if run and (aisle or seat.kind is not Kind.SEAT):
            runs.append(Run(tuple(run), before + len(runs) - 1 if over_aisle else None))
            run, over_aisle = [], aisle
        if seat.kind is Kind.SEAT:
            run.append(seat)
        else:
            over_aisle = False
    if run:
        runs.append(Run(tuple(run), before + len(runs) - 1 if over_aisle else None))
    return runs


def _best_point(plan: Plan) -> tuple[Point, Point]:
    """The middle, two thirds back, of the zone with the most seats; and the direction that it is looked at from there."""
    seats = max((zone.seats for zone in plan.zones), key=len, default=[])
    if not seats:
        return (plan.width / 2, plan.height / 2), (0.0, 1.0)
    left, right = min(seat.x for seat in seats), max(seat.x for seat in seats)
    top, bottom = min(seat.y for seat in seats), max(seat.y for seat in seats)
    middle = (left + right) / 2, (top + bottom) / 2
    screen = (plan.screen.x, plan.screen.y) if plan.screen else (middle[0], top - 1)
    ahead = _ahead(screen, middle)
    depths = [(seat.x - screen[0]) * ahead[0] + (seat.y - screen[1]) * ahead[1] for seat in seats]
    depth = min(depths) + _BACK * (max(depths) - min(depths))
    from_middle = depth - ((middle[0] - screen[0]) * ahead[0] + (middle[1] - screen[1]) * ahead[1])
    return (middle[0] + ahead[0] * from_middle, middle[1] + ahead[1] * from_middle), ahead


def _ahead(screen: Point, middle: Point) -> Point:
    """From the screen to the seats, along the nearer of the four directions: halls are rarely drawn askew."""
    dx, dy = middle[0] - screen[0], middle[1] - screen[1]
    if abs(dy) >= abs(dx):
        return 0.0, 1.0 if dy >= 0 else -1.0
    return (1.0 if dx >= 0 else -1.0), 0.0
