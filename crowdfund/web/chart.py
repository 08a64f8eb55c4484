"""Where the shapes of a chart stand. Templates draw; they do no sums."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

BAR_SCALE = 1000


@dataclass(frozen=True, slots=True)
class Bands:
    """A money bar, 1000 units wide: what is collected lies inside what is promised; goal is where the goal stands."""

    promised: int
    collected: int
    goal: int


def bands_of(promised_minor: int, collected_minor: int, goal_minor: int) -> Bands:
    """Widths on one scale, which ends at the goal or, past it, at what was promised."""
    whole = max(promised_minor, collected_minor, goal_minor, 1)
    return Bands(
        promised=_width(promised_minor, whole, BAR_SCALE),
        collected=_width(collected_minor, whole, BAR_SCALE),
        goal=goal_minor * BAR_SCALE // whole,
    )


def _width(part: int, whole: int, scale: int) -> int:
    """Rounded down, but never nothing for something: one cent of a million is still to be seen."""
    return 0 if part <= 0 else max(scale // 250, part * scale // whole)


def share_width(part: int, whole: int, scale: int = BAR_SCALE) -> int:
    """How wide a share is drawn, at most the scale."""
    return min(scale, _width(part, max(whole, 1), scale))


@dataclass(frozen=True, slots=True)
class Column:
    """One bar of a chart. label: what it stands over; text: its value as a person reads it."""

    x: float
    y: float
    width: float
    height: float
    middle: float
    label: str
    text: str
    labelled: bool


@dataclass(frozen=True, slots=True)
class Line:
    """One level of the grid, by its height on the page and what it means."""

    y: float
    text: str


@dataclass(frozen=True, slots=True)
class Columns:
    columns: list[Column]
    lines: list[Line]
    width: int
    height: int
    floor: int
    left: int


def columns_of(points: Sequence[tuple[str, int, str]], width: int = 640, height: int = 220) -> Columns:
    """Bars by day. points: label, value, and the value as text, in order of time; values are not negative.

    Labels are drawn for as many bars as there is room for, the first and the last always.
    """
    left, top, floor = 8, 26, height - 26
    most = max((value for _, value, _ in points), default=0) or 1
    step = (width - left) / max(len(points), 1)
    apart = max(1, -(-len(points) // 7))
    columns = [
        Column(
            x=round(left + step * i + step * 0.12, 1),
            y=round(floor - (floor - top) * value / most, 1),
            width=round(step * 0.76, 1),
            height=round((floor - top) * value / most, 1),
            middle=round(left + step * (i + 0.5), 1),
            label=label,
            text=text,
            labelled=i == len(points) - 1 or (i % apart == 0 and i <= len(points) - 1 - apart),
        )
        for i, (label, value, text) in enumerate(points)
    ]
    highest = max(points, key=lambda point: point[1])[2] if points else ""
    return Columns(columns, [Line(top, highest)] if points else [], width, height, floor, left)


@dataclass(frozen=True, slots=True)
class Flow:
    """One day of a chart of money: what came in stands above the floor, what went out hangs below it."""

    x: float
    width: float
    middle: float
    up_y: float
    up_height: float
    down_height: float
    label: str
    text: str
    labelled: bool


@dataclass(frozen=True, slots=True)
class Flows:
    flows: list[Flow]
    width: int
    height: int
    floor: float
    left: int


def flows_of(points: Sequence[tuple[str, int, int, str]], width: int = 640, height: int = 240) -> Flows:
    """Money by day on one scale. points: label, what came in, what went out, and both as text, in order of time.

    A cent is still to be seen. Labels as in `columns_of`.
    """
    left, top, bottom = 8, 8, height - 26
    most_in = max((came for _, came, _, _ in points), default=0)
    most_out = max((went for _, _, went, _ in points), default=0)
    scale = (bottom - top) / ((most_in + most_out) or 1)
    floor = round(top + most_in * scale, 1)
    step = min((width - left) / max(len(points), 1), 72)
    apart = max(1, -(-len(points) // 7))
    flows = [
        Flow(
            x=round(left + step * i + step * 0.12, 1),
            width=round(step * 0.76, 1),
            middle=round(left + step * (i + 0.5), 1),
            up_y=round(floor - _tall(came, scale), 1),
            up_height=_tall(came, scale),
            down_height=_tall(went, scale),
            label=label,
            text=text,
            labelled=i == len(points) - 1 or (i % apart == 0 and i <= len(points) - 1 - apart),
        )
        for i, (label, came, went, text) in enumerate(points)
    ]
    return Flows(flows, width, height, floor, left)


def _tall(minor: int, scale: float) -> float:
    return 0 if minor <= 0 else round(max(1.5, minor * scale), 1)
