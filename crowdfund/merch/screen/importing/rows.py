"""What a list says is on screen, whatever it was written as; and what it would change. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from crowdfund.merch.screen.cues import Offset, from_the_cut, times_in_cut
from crowdfund.merch.screen.models import ProductKind
from crowdfund.merch.screen.rules import AT_ONCE_MAX, Box, Span, checked_boxes, crowds, refuse_span
from crowdfund.merch.screen.timecode import clock_text
from crowdfund.refusal import Invalid, Refusal, Sentence

ROWS_MAX = 2_000
FILE_MAX = 1_000_000  # bytes
PROBLEMS_MAX = 50


class ListNotUnderstood(Invalid):
    """What was sent is no such list, or says what can't be."""


@dataclass(frozen=True, slots=True)
class SceneRow:
    """spoiler: none where the list doesn't tell."""

    line: int
    code: str
    name: str
    start_ms: int
    end_ms: int
    spoiler: int | None = None


@dataclass(frozen=True, slots=True)
class SightingRow:
    """A product on screen. What the list doesn't tell is empty or none, and stays as it is where the product is known already."""

    line: int
    product: str
    start_ms: int
    end_ms: int
    scene: str = ""
    kind: ProductKind | None = None
    wearer: str = ""
    actor: str = ""
    designer: str = ""
    category: str = ""
    prominence: int | None = None
    spoiler: int | None = None
    alt: str = ""
    boxes: tuple[Box, ...] = ()


@dataclass(frozen=True, slots=True)
class Listed:
    """counted_from: the timecode that is the film's first frame, where the list has timecodes. hints: what looks odd in it."""

    scenes: tuple[SceneRow, ...] = ()
    sightings: tuple[SightingRow, ...] = ()
    problems: tuple[Problem, ...] = ()
    counted_from: str = ""
    hints: tuple[Sentence, ...] = ()


@dataclass(frozen=True, slots=True)
class Problem:
    """line: of the file, 0 for the whole."""

    line: int
    words: Sentence


# --- times of another cut ---


def on_master(listed: Listed, offsets: Sequence[Offset]) -> Listed:
    """A list of another cut, with the times of the master. What is in no piece of it is a problem."""
    back = from_the_cut(offsets)
    problems = list(listed.problems)
    scenes, sightings = [], []
    for scene in listed.scenes:
        if spans := _spans(scene, back, problems):
            scenes.append(replace(scene, start_ms=spans[0][0], end_ms=spans[-1][1]))
    for one in listed.sightings:
        spans = _spans(one, back, problems)
        boxes = one.boxes if len(spans) == 1 else ()  # in pieces nobody knows which box is where
        sightings += [replace(one, start_ms=start, end_ms=end, boxes=boxes) for start, end in spans]
    return replace(listed, scenes=tuple(scenes), sightings=tuple(sightings), problems=tuple(problems))


def _spans(row: SceneRow | SightingRow, back: Sequence[Offset], problems: list[Problem]) -> list[tuple[int, int]]:
    found = times_in_cut(row.start_ms, row.end_ms, back)
    if not found:
        text = "At {at} this cut shows nothing of the master."
        problems.append(Problem(row.line, Sentence(text, values={"at": clock_text(row.start_ms)})))
    return found


# --- what it would change ---


@dataclass(frozen=True, slots=True)
class Known:
    """What is written down already. products: the id by name, retired ones apart. appearances: by product, start and end."""

    duration_ms: int
    scenes: Mapping[str, tuple[str, int, int, int]] = field(default_factory=dict)
    products: Mapping[str, int] = field(default_factory=dict)
    retired: frozenset[str] = frozenset()
    appearances: Mapping[tuple[int, int, int], tuple[int, str, int, str, tuple[Box, ...]]] = field(default_factory=dict)
    marked: Sequence[Span] = ()


@dataclass(slots=True)
class Outcome:
    """What keeping a list would do. changed: what is there, and not as the list says. Anything in problems keeps all of it out."""

    new_scenes: list[SceneRow] = field(default_factory=list)
    changed_scenes: list[SceneRow] = field(default_factory=list)
    new_products: list[str] = field(default_factory=list)
    new_sightings: list[SightingRow] = field(default_factory=list)
    changed_sightings: list[SightingRow] = field(default_factory=list)
    same: int = 0
    problems: list[Problem] = field(default_factory=list)

    @property
    def changes_something(self) -> bool:
        return bool(self.new_scenes or self.changed_scenes or self.new_sightings or self.changed_sightings)


def outcome_of(listed: Listed, known: Known) -> Outcome:
    found = Outcome(problems=list(listed.problems))
    for scene in _once(listed.scenes, lambda one: one.code, found):
        _look_at_scene(scene, known, found)
    codes = {one.code for one in listed.scenes} | set(known.scenes)
    for one in _once(listed.sightings, lambda s: (s.product.casefold(), s.start_ms, s.end_ms), found):
        if one.scene and one.scene not in codes:
            text = "There is no scene {code}, neither here nor in the list."
            found.problems.append(Problem(one.line, Sentence(text, values={"code": one.scene})))
        _look_at_sighting(one, known, found)
    found.new_products = list(
        dict.fromkeys(one.product for one in found.new_sightings if one.product not in known.products)
    )
    _look_for_crowds(known, found)
    found.problems = sorted(found.problems, key=lambda one: one.line)[:PROBLEMS_MAX]
    return found


def _once(rows: Iterable, key, found: Outcome) -> Iterable:  # type: ignore[no-untyped-def]
    """Rows but for those that say the same thing a second time, which is a problem."""
    seen: dict[object, int] = {}
    for row in rows:
        if (which := key(row)) in seen:
            text = "This stands in line {first} already."
            found.problems.append(Problem(row.line, Sentence(text, values={"first": seen[which]})))
        else:
            seen[which] = row.line
            yield row


def _look_at_scene(scene: SceneRow, known: Known, found: Outcome) -> None:
    try:
        refuse_span(scene.start_ms, scene.end_ms, known.duration_ms)
    except Refusal as refusal:
        found.problems.append(Problem(scene.line, refusal.words))
        return
    before = known.scenes.get(scene.code)
    if before is None:
        found.new_scenes.append(scene)
    elif before != (
        scene.name or before[0],
        scene.start_ms,
        scene.end_ms,
        before[3] if scene.spoiler is None else scene.spoiler,
    ):
        found.changed_scenes.append(scene)
    else:
        found.same += 1


def _look_at_sighting(one: SightingRow, known: Known, found: Outcome) -> None:
    try:
        refuse_span(one.start_ms, one.end_ms, known.duration_ms)
        checked_boxes(one.boxes, one.end_ms - one.start_ms)
        if one.product in known.retired:
            raise Invalid("This product was retired: it appears nowhere any more.")
    except Refusal as refusal:
        found.problems.append(Problem(one.line, refusal.words))
        return
    product_id = known.products.get(one.product)
    before = known.appearances.get((product_id, one.start_ms, one.end_ms)) if product_id is not None else None
    if before is None:
        found.new_sightings.append(one)
        return
    _number, scene, prominence, alt, boxes = before
    wanted = (
        one.scene or scene,
        prominence if one.prominence is None else one.prominence,
        one.alt or alt,
        one.boxes or boxes,
    )
    if wanted != (scene, prominence, alt, boxes):
        found.changed_sightings.append(one)
    else:
        found.same += 1


def _look_for_crowds(known: Known, found: Outcome) -> None:
    rows = [one for one in (*found.new_sightings, *found.changed_sightings) if one.boxes]
    changed = {number for number, *_ in (known.appearances[k] for k in _keys(found, known))}
    others = [span for span in known.marked if span.id not in changed]
    for at, there in crowds([*others, *(Span(-i - 1, one.start_ms, one.end_ms) for i, one in enumerate(rows))]):
        if new := [rows[-number - 1] for number in there if number < 0]:
            text = "{count} products would be marked in the frame at {at}; at most {most} may be."
            values = {"count": len(there), "at": clock_text(at), "most": AT_ONCE_MAX}
            found.problems.append(Problem(max(one.line for one in new), Sentence(text, values=values)))


def _keys(found: Outcome, known: Known) -> list[tuple[int, int, int]]:
    return [(known.products[one.product], one.start_ms, one.end_ms) for one in found.changed_sightings]
