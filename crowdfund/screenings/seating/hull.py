"""Points in a plane: what lies around them, and how near they come to each other."""

from __future__ import annotations

import math
from collections.abc import Sequence

from crowdfund.screenings.seating.plan import Point


def hull_around(points: Sequence[Point], margin: float) -> list[Point]:
    """The corners of the convex polygon around all points, with a margin (Andrew's monotone chain)."""
    spread = sorted({(x + dx, y + dy) for x, y in points for dx in (-margin, margin) for dy in (-margin, margin)})
    return _half(spread) + _half(spread[::-1])


def _half(points: Sequence[Point]) -> list[Point]:
    half: list[Point] = []
    for point in points:
        while len(half) > 1 and _turn(half[-2], half[-1], point) <= 0:
            half.pop()
        half.append(point)
    return half[:-1]


def _turn(a: Point, b: Point, c: Point) -> float:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def nearest_apart(points: Sequence[Point], usual: float = 30.0) -> float:
    """How far apart neighbours are: of the distances from each point to its nearest the tenth part is smaller.

    A few that stand closer by mistake don't blow up the whole plan. usual: where there are not two points.
    """
    if len(points) < 2:
        return usual
    size = _rough(points)
    cells: dict[tuple[int, int], list[Point]] = {}
    for x, y in points:
        cells.setdefault((int(x // size), int(y // size)), []).append((x, y))
    found = []
    for (column, row), inside in cells.items():
        around = [p for dx in (-1, 0, 1) for dy in (-1, 0, 1) for p in cells.get((column + dx, row + dy), ())]
        found += [min((math.dist(p, other) for other in around if other != p), default=size) for p in inside]
    return sorted(found)[len(found) // 10] or usual


def _rough(points: Sequence[Point]) -> float:
    """About twice as far apart as they would be if they filled their rectangle evenly."""
    across = max(x for x, _ in points) - min(x for x, _ in points)
    down = max(y for _, y in points) - min(y for _, y in points)
    longer = max(across, down)
    return max(2 * math.sqrt(across * down / len(points)), longer / len(points), 1e-6)
