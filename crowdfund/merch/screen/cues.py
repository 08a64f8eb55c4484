"""What is on screen at which moment, as it is published: a document that never changes, and what may be shown of it now. Pure.

A document is kept as JSON (`text_of`), its sha256 names it, and it reads back as the same thing (`document_of`). It holds all that a
player tells but for what is sold: that is looked up when somebody watches.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, NamedTuple

import orjson

from crowdfund.merch.screen.rules import Box

VERSION = 1


@dataclass(frozen=True, slots=True)
class OnWearer:
    """A character, and who plays it (empty where that is told nowhere)."""

    id: int
    name: str
    actor: str


@dataclass(frozen=True, slots=True)
class OnScene:
    id: int
    code: str
    name: str
    start_ms: int
    end_ms: int
    spoiler: int


@dataclass(frozen=True, slots=True)
class OnProduct:
    """kind: costume, prop, jewellery or set. image_id: a picture of it, with what it shows in image_alt."""

    id: int
    name: str
    kind: str
    category: str
    designer: str
    about: str
    image_id: int | None
    image_alt: str
    wearer: OnWearer | None


@dataclass(frozen=True, slots=True)
class Cue:
    """A product on screen from one moment to another. id: of its appearance. boxes: empty where it is somewhere in the frame.

    spoiler: of the product or its scene, whichever is more. kind: of the product.
    """

    id: int
    product: OnProduct
    scene: OnScene | None
    wearer: OnWearer | None
    start_ms: int
    end_ms: int
    boxes: tuple[Box, ...]
    prominence: int
    alt: str
    spoiler: int
    kind: str


@dataclass(frozen=True, slots=True)
class CueDocument:
    """What was published of a title. number, sha256: 0 and empty for what is not published yet."""

    title_id: int
    number: int
    sha256: str
    duration_ms: int
    scenes: tuple[OnScene, ...]
    cues: tuple[Cue, ...]
    products: Mapping[int, OnProduct] = field(default_factory=dict)

    def with_cues(self, cues: Iterable[Cue]) -> CueDocument:
        return replace(self, cues=tuple(cues))


# --- kept as text ---


def text_of(document: CueDocument) -> str:
    """The same text for the same content, whatever number it gets."""
    wearers = {one.wearer.id: one.wearer for one in document.products.values() if one.wearer is not None}
    content = {
        "v": VERSION, "title": document.title_id, "duration": document.duration_ms,
        "scenes": [[s.id, s.code, s.name, s.start_ms, s.end_ms, s.spoiler] for s in document.scenes],
        "wearers": [[w.id, w.name, w.actor] for w in sorted(wearers.values(), key=lambda w: w.id)],
        "products": [
            [p.id, p.name, p.kind, p.category, p.designer, p.about, p.image_id, p.image_alt, p.wearer.id if p.wearer else None]
            for p in sorted(document.products.values(), key=lambda p: p.id)
        ],
        "cues": [
            [c.id, c.product.id, c.scene.id if c.scene else None, c.start_ms, c.end_ms, [list(b) for b in c.boxes],
             c.prominence, c.alt, c.spoiler]
            for c in document.cues
        ],
    }  # fmt: skip
    return orjson.dumps(content).decode()


def fingerprint_of(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def document_of(text: str, number: int, fingerprint: str) -> CueDocument:
    """What `text_of` wrote, as it was."""
    content: dict[str, Any] = orjson.loads(text)
    scenes = {row[0]: OnScene(*row) for row in content["scenes"]}
    wearers = {row[0]: OnWearer(*row) for row in content["wearers"]}
    products = {row[0]: _product(row, wearers) for row in content["products"]}
    cues = tuple(
        Cue(
            row[0], products[row[1]], scenes.get(row[2]), products[row[1]].wearer, row[3], row[4], tuple(Box(*b) for b in row[5]),
            row[6], row[7], row[8], products[row[1]].kind,
        )
        for row in content["cues"]
    )  # fmt: skip
    return CueDocument(
        content["title"], number, fingerprint, content["duration"], tuple(scenes.values()), cues, products
    )


def _product(row: list[Any], wearers: Mapping[int, OnWearer]) -> OnProduct:
    number, name, kind, category, designer, about, image_id, image_alt, wearer_id = row
    return OnProduct(number, name, kind, category, designer, about, image_id, image_alt, wearers.get(wearer_id))


# --- what may be shown now ---


class ProductNow(NamedTuple):
    """How a product stands at this moment, whatever was published of it."""

    is_cleared: bool
    embargo_until: datetime | None


class Airing(NamedTuple):
    """airs_at: none where it was aired, or nothing waits for it. delay_ms: of a live premiere, 0 for none."""

    airs_at: datetime | None
    delay_ms: int


def released(
    document: CueDocument, products: Mapping[int, ProductNow], airing: Airing, now: datetime
) -> tuple[CueDocument, datetime | None]:
    """The document with the cues that may be shown now, and when the next of the others may: none where that is not known.

    Of a live premiere a cue waits until its moment has aired, and for the delay. Offers, licences and territories are not
    asked here.
    """
    shown, next_at = [], None
    for cue in document.cues:
        product = products.get(cue.product.id)
        if product is None or not product.is_cleared:
            continue
        at = _from(cue, product, airing)
        if at is None or at <= now:
            shown.append(cue)
        else:
            next_at = at if next_at is None else min(next_at, at)
    return document.with_cues(shown), next_at


def _from(cue: Cue, product: ProductNow, airing: Airing) -> datetime | None:
    aired = airing.airs_at
    if aired is not None and airing.delay_ms:
        aired += timedelta(milliseconds=cue.start_ms + airing.delay_ms)
    return max((at for at in (aired, product.embargo_until) if at is not None), default=None)


# --- other cuts ---


class Offset(NamedTuple):
    """Of the master, from_ms up to to_ms is in the cut, delta_ms later."""

    from_ms: int
    to_ms: int
    delta_ms: int


def times_in_cut(start_ms: int, end_ms: int, offsets: Sequence[Offset]) -> list[tuple[int, int]]:
    """Where a span of the master is in another cut: nowhere, once, or in pieces. Pieces that touch are one."""
    pieces = sorted(
        (max(start_ms, o.from_ms) + o.delta_ms, min(end_ms, o.to_ms) + o.delta_ms)
        for o in offsets
        if max(start_ms, o.from_ms) < min(end_ms, o.to_ms)
    )
    found: list[tuple[int, int]] = []
    for start, end in pieces:
        if found and start == found[-1][1]:
            found[-1] = (found[-1][0], end)
        else:
            found.append((start, end))
    return found


def from_the_cut(offsets: Sequence[Offset]) -> list[Offset]:
    """The way back, from times of the cut to those of the master."""
    return [Offset(o.from_ms + o.delta_ms, o.to_ms + o.delta_ms, -o.delta_ms) for o in offsets]


def in_cut(document: CueDocument, offsets: Sequence[Offset]) -> CueDocument:
    """The document as it is of another cut. A box keeps its moment: those of what was cut away are left out."""
    cues = [
        _piece(cue, start, end, offsets)
        for cue in document.cues
        for start, end in times_in_cut(cue.start_ms, cue.end_ms, offsets)
    ]
    scenes = [
        replace(scene, start_ms=start, end_ms=end)
        for scene in document.scenes
        for start, end in times_in_cut(scene.start_ms, scene.end_ms, offsets)
    ]
    length = max((o.to_ms + o.delta_ms for o in offsets), default=0)
    ordered = tuple(sorted(cues, key=lambda cue: (cue.start_ms, cue.id)))
    return replace(document, duration_ms=length, scenes=tuple(scenes), cues=ordered)


def _piece(cue: Cue, start: int, end: int, offsets: Sequence[Offset]) -> Cue:
    boxes = []
    for box in cue.boxes:
        for at, _ in times_in_cut(moment := cue.start_ms + round(box.at * 1000), moment + 1, offsets):
            if start <= at <= end:
                boxes.append(box._replace(at=(at - start) / 1000))
    return replace(cue, start_ms=start, end_ms=end, boxes=tuple(sorted(boxes)))


# --- what changed ---


class Change(NamedTuple):
    """A cue that is in one of two documents only, or in both and not the same. fields: what of it differs."""

    before: Cue | None
    after: Cue | None
    fields: tuple[str, ...]

    @property
    def cue(self) -> Cue:
        found = self.after or self.before
        assert found is not None
        return found


_TOLD = ("product", "scene", "start_ms", "end_ms", "boxes", "prominence", "alt", "spoiler")


def changes_between(older: CueDocument | None, newer: CueDocument) -> list[Change]:
    """What is new, gone and other, in the order of the film."""
    before = {cue.id: cue for cue in older.cues} if older else {}
    after = {cue.id: cue for cue in newer.cues}
    found = []
    for number in before.keys() | after.keys():
        was, now = before.get(number), after.get(number)
        if was is None or now is None:
            found.append(Change(was, now, ()))
        elif differs := tuple(name for name in _TOLD if getattr(was, name) != getattr(now, name)):
            found.append(Change(was, now, differs))
    return sorted(found, key=lambda change: (change.cue.start_ms, change.cue.id))
