"""What holds of what is on screen: spans in the film, boxes in the frame, no more at once than a viewer can tell apart. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise
from math import isfinite
from typing import NamedTuple

from crowdfund.merch.screen.timecode import clock_text
from crowdfund.refusal import Invalid, NotFound, Refusal

NAME_MAX, ABOUT_MAX, CODE_MAX, ALT_MAX, CLEARANCE_MAX = 80, 1_000, 20, 140, 400
AT_ONCE_MAX = 5  # products that are marked in the frame at one moment
BOXES_MAX = 200  # of one appearance
GAP_MS = 1_000  # between two appearances of a product: less is a flicker
SCENES_MAX, WEARERS_MAX, PRODUCTS_MAX, APPEARANCES_MAX, CUTS_MAX, OFFSETS_MAX = 1_000, 300, 1_000, 10_000, 20, 200
_NUMBER = re.compile(r"-?\d{1,6}(?:\.\d{1,6})?", re.ASCII)
SPOILERS = range(3)
PROMINENCES = range(1, 4)


class NoSuchMaster(NotFound):
    pass


class NoSuchScene(NotFound):
    pass


class NoSuchWearer(NotFound):
    pass


class NoSuchProduct(NotFound):
    pass


class NoSuchAppearance(NotFound):
    pass


class NoSuchCut(NotFound):
    pass


class NoSuchRevision(NotFound):
    pass


class EndsBeforeItStarts(Invalid):
    pass


class OutsideTheFilm(Invalid):
    pass


class BoxOffTheFrame(Invalid):
    pass


class BoxNotUnderstood(Invalid):
    pass


class TooManyAtOnce(Refusal):
    """More products marked in the frame than anybody can tell apart."""

    status_code = 422


class NotCleared(Refusal):
    """Whose design it is, or whose likeness, has not agreed."""


class TooManyOfThem(Refusal):
    pass


class Box(NamedTuple):
    """Where something is in the frame, in parts of it, so many seconds after its appearance began."""

    at: float
    x: float
    y: float
    w: float
    h: float


class Span(NamedTuple):
    """What is marked in the frame, and from when to when."""

    id: int
    start_ms: int
    end_ms: int


def refuse_span(start_ms: int, end_ms: int, duration_ms: int) -> None:
    """Raises EndsBeforeItStarts, OutsideTheFilm."""
    if end_ms <= start_ms:
        raise EndsBeforeItStarts("It has to end after it starts.", field="end")
    if start_ms >= duration_ms or end_ms > duration_ms:
        raise OutsideTheFilm(
            "This is outside the film, which ends at {end}.",
            field="start" if start_ms >= duration_ms else "end", end=clock_text(duration_ms),
        )  # fmt: skip


def checked_boxes(boxes: Sequence[Sequence[float]], length_ms: int) -> list[Box]:
    """Boxes as they are kept: in order, inside the frame and the appearance. Raises BoxNotUnderstood, BoxOffTheFrame."""
    if len(boxes) > BOXES_MAX:
        raise BoxNotUnderstood("At most {most} boxes for one appearance.", field="boxes", most=BOXES_MAX)
    found = [_checked_box(box, length_ms) for box in boxes]
    if any(later.at <= earlier.at for earlier, later in pairwise(found)):
        raise BoxNotUnderstood("The boxes have to be in order, each at a later moment.", field="boxes")
    return found


def _checked_box(box: Sequence[float], length_ms: int) -> Box:
    if len(box) != 5 or not all(
        isinstance(n, int | float) and not isinstance(n, bool) and isfinite(n) and abs(n) < 10**6 for n in box
    ):
        raise BoxNotUnderstood("A box is five numbers: seconds, x, y, width, height.", field="boxes")
    one = Box(round(box[0], 3), *(round(n, 4) for n in box[1:]))
    if not 0 <= one.at <= length_ms / 1000:
        raise BoxNotUnderstood("A box at second {at} is outside its appearance.", field="boxes", at=one.at)
    if one.x < 0 or one.y < 0 or one.w <= 0 or one.h <= 0 or one.x + one.w > 1.00005 or one.y + one.h > 1.00005:
        raise BoxOffTheFrame("The box at second {at} is off the frame.", field="boxes", at=one.at)
    return one


def boxes_of(text: str) -> list[list[float]]:
    """Boxes as people type them, one a line or between semicolons: seconds, x, y, width, height; four numbers are at the start.

    Raises BoxNotUnderstood.
    """
    found = []
    for part in re.split(r"[;\n]", text):
        words = re.split(r"[,\s]+", part.strip())
        if words == [""]:
            continue
        if len(words) not in (4, 5) or not all(_NUMBER.fullmatch(word) for word in words):
            raise BoxNotUnderstood(
                "A box is five numbers like 2.4 0.58 0.30 0.08 0.12: seconds, x, y, width, height.", field="boxes"
            )
        numbers = [float(word) for word in words]
        found.append(numbers if len(numbers) == 5 else [0.0, *numbers])
    return found


def boxes_text(boxes: Iterable[Sequence[float]]) -> str:
    """As `boxes_of` reads them, one a line."""
    return "\n".join(" ".join(f"{n:g}" for n in box) for box in boxes)


def crowds(spans: Iterable[Span], most: int = AT_ONCE_MAX) -> list[tuple[int, list[int]]]:
    """Moments at which more are there than may be, each with the ids of those: told once for as long as it lasts."""
    edges = sorted(
        [(s.start_ms, 1, s.id) for s in spans if s.end_ms > s.start_ms] + [(s.end_ms, 0, s.id) for s in spans]
    )
    there: list[int] = []
    found: list[tuple[int, list[int]]] = []
    was_crowded = False
    for at, begins, which in edges:  # ends come before beginnings of the same moment
        if begins:
            there.append(which)
        elif which in there:
            there.remove(which)
        if begins and len(there) > most:
            if was_crowded:
                found[-1] = max(found[-1], (at, list(there)), key=lambda one: len(one[1]))
            else:
                found.append((at, list(there)))
            was_crowded = True
        elif len(there) <= most:
            was_crowded = False
    return found


def refuse_crowd(others: Sequence[Span], new: Sequence[Span]) -> None:
    """Raises TooManyAtOnce, where one of the new ones would make a moment too full."""
    ids = {span.id for span in new}
    for at, there in crowds([*others, *new]):
        if ids & set(there):
            raise TooManyAtOnce(
                "{num} boxes too many: at {at} {count} products would be marked in the frame, and at most {most} may be.",
                one="One box too many: at {at} {count} products would be marked in the frame, and at most {most} may be.",
                field="boxes", num=len(there) - AT_ONCE_MAX, at=clock_text(at), count=len(there), most=AT_ONCE_MAX,
            )  # fmt: skip


def why_not_cleared(*, design: bool, likeness: bool, has_wearer: bool) -> NotCleared | None:
    """What is missing before a product may be made and shown. A likeness is somebody's only where somebody wears or uses it."""
    if not design:
        return NotCleared(
            "Not cleared: whose design it is has not agreed yet, or it was not written down.", field="design"
        )
    if has_wearer and not likeness:
        return NotCleared(
            "Not cleared: who wears it has not agreed yet that it is sold as worn, or it was not written down.",
            field="likeness",
        )
    return None
