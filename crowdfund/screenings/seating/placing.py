"""A plan whose parts stand anywhere, moved so that all of it lies inside."""

from __future__ import annotations

from dataclasses import replace

from crowdfund.screenings.seating.fields import PlanNotUnderstood
from crowdfund.screenings.seating.plan import Category, Looking, Plan, Point, Screen, Sign, Zone
from crowdfund.screenings.seating.reading import SIZE_MAX

_MARGIN = 40.0


def bounded(
    name: str,
    categories: tuple[Category, ...],
    zones: tuple[Zone, ...],
    *,
    screen: Screen | None,
    signs: tuple[Sign, ...] = (),
    size: tuple[float, float] | None = None,
) -> Plan:
    """A plan that is as large as its parts need, and at least `size`: what lies left of it or above it moves it all.

    Without a screen there is one before the first row. Raises PlanNotUnderstood where it is far too large.
    """
    screen = screen or _screen_before(zones)
    xs, ys = _extent(zones, screen, signs)
    width, height = size or (0, 0)
    dx = 0.0 if size and min(xs) >= 0 else _MARGIN - min(xs)
    dy = 0.0 if size and min(ys) >= 0 else _MARGIN - min(ys)
    width = max(width + (dx if size else 0), max(xs) + dx + (_MARGIN if max(xs) > width or not size else 0))
    height = max(height + (dy if size else 0), max(ys) + dy + (_MARGIN if max(ys) > height or not size else 0))
    if max(width, height) > SIZE_MAX:
        raise PlanNotUnderstood("This plan is too large: it is at most {most} wide and high.", most=SIZE_MAX)
    return Plan(
        name=name,
        width=round(width, 2),
        height=round(height, 2),
        screen=replace(screen, x=round(screen.x + dx, 2), y=round(screen.y + dy, 2)),
        categories=categories,
        zones=tuple(_moved(zone, dx, dy) for zone in zones),
        signs=tuple(replace(sign, x=round(sign.x + dx, 2), y=round(sign.y + dy, 2)) for sign in signs),
    )


def _screen_before(zones: tuple[Zone, ...]) -> Screen:
    """Where nobody said where the screen is: above the seats, as nearly all plans are drawn."""
    points = _points(zones)
    left, right = min(x for x, _ in points), max(x for x, _ in points)
    return Screen(Looking.SCREEN, (left + right) / 2, min(y for _, y in points) - 60, round((right - left) * 0.7, 2))


def _points(zones: tuple[Zone, ...]) -> list[Point]:
    seats = [(seat.x, seat.y) for zone in zones for seat in zone.seats]
    return seats + [point for zone in zones for area in zone.areas for point in area.shape]


def _extent(zones: tuple[Zone, ...], screen: Screen, signs: tuple[Sign, ...]) -> tuple[list[float], list[float]]:
    points = [*_points(zones), *((sign.x, sign.y) for sign in signs)]
    points += [(screen.x - screen.width / 2, screen.y), (screen.x + screen.width / 2, screen.y)]
    return [x for x, _ in points], [y for _, y in points]


def _moved(zone: Zone, dx: float, dy: float) -> Zone:
    def spot(point: Point) -> Point:
        return round(point[0] + dx, 2), round(point[1] + dy, 2)

    rows = tuple(
        replace(row, seats=tuple(replace(seat, x=round(seat.x + dx, 2), y=round(seat.y + dy, 2)) for seat in row.seats))
        for row in zone.rows
    )
    areas = tuple(replace(area, shape=tuple(spot(point) for point in area.shape)) for area in zone.areas)
    return replace(zone, rows=rows, areas=areas, outline=tuple(spot(point) for point in zone.outline))
