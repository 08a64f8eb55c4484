"""Where seats stand that nobody has measured: rows in a gentle curve, centred, zone behind zone, the screen in front."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from crowdfund.screenings.seating.plan import Looking, Point, Screen

APART = 30.0  # from seat to seat
ROWS_APART = 36.0
MARGIN = 60.0
SCREEN_ROOM = 64.0
ZONES_APART = 40.0
AREA_HEIGHT = 130.0
_BEND = 6000.0  # twice the radius of a row's curve: ten seats from the middle a row is half a seat lower


@dataclass(frozen=True, slots=True)
class Laid:
    """rows: by zone and row, a point for each seat. areas: by zone, a polygon for each."""

    width: float
    height: float
    screen: Screen
    rows: list[list[list[Point]]]
    areas: list[list[tuple[Point, ...]]]


def lay_out(
    zones: Sequence[tuple[Sequence[Sequence[int]], int]],
    looking: Looking = Looking.SCREEN,
    rows_apart: float = ROWS_APART,
) -> Laid:
    """zones: for each, the columns that its rows' seats stand in (a column left out is an aisle), and how many areas it has.

    The first zone is the nearest to the screen; areas stand before the rows of their zone.
    """
    across = max((_columns(row) for rows, _ in zones for row in rows), default=0)
    width = max(across * APART, 12 * APART) + 2 * MARGIN
    top = SCREEN_ROOM + MARGIN / 2
    laid_rows: list[list[list[Point]]] = []
    laid_areas: list[list[tuple[Point, ...]]] = []
    for rows, areas in zones:
        laid_areas.append(_areas(areas, top, width))
        top += AREA_HEIGHT + ZONES_APART if areas else 0
        placed = [_row(row, top + i * rows_apart, width / 2) for i, row in enumerate(rows)]
        laid_rows.append(placed)
        top = max((y for row in placed for _, y in row), default=top - ZONES_APART) + ZONES_APART
    screen = Screen(looking, width / 2, MARGIN / 2, round(max(across * 0.7, 8) * APART, 2))
    return Laid(width, round(top - ZONES_APART + MARGIN, 2), screen, laid_rows, laid_areas)


def _columns(row: Sequence[int]) -> int:
    return max(row) - min(row) + 1 if row else 0


def _row(columns: Sequence[int], y: float, middle: float) -> list[Point]:
    centre = (max(columns) + min(columns)) / 2
    beside = [(column - centre) * APART for column in columns]
    return [(round(middle + dx, 2), round(y + dx * dx / _BEND, 2)) for dx in beside]


def _areas(count: int, top: float, width: float) -> list[tuple[Point, ...]]:
    """Side by side over the whole width."""
    step = (width - 2 * MARGIN) / max(count, 1)
    lefts = [MARGIN + i * step for i in range(count)]
    return [_box(left + 4, top, left + step - 4, top + AREA_HEIGHT) for left in lefts]


def _box(left: float, top: float, right: float, bottom: float) -> tuple[Point, ...]:
    left, right = round(left, 2), round(right, 2)
    return (left, top), (right, top), (right, bottom), (left, bottom)
