"""What is wrong, or looks wrong, with what is written down of a film. Pure: a document in, findings out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from crowdfund.merch.screen.cues import Cue, CueDocument
from crowdfund.merch.screen.rules import AT_ONCE_MAX, GAP_MS, Span, crowds
from crowdfund.merch.screen.timecode import clock_text
from crowdfund.refusal import Sentence


class Weight(StrEnum):
    STOPS = "stops"  # it can't be published like this
    LEAVES_OUT = "leaves_out"  # it is left out of what is published
    HINT = "hint"


class FindingKind(StrEnum):
    OVERLAP = "overlap"
    OUTSIDE = "outside"
    NOT_CLEARED = "not_cleared"
    GAP = "gap"
    CROWDED_LIST = "crowded_list"
    OUTSIDE_SCENE = "outside_scene"
    NO_WORDS = "no_words"


@dataclass(frozen=True, slots=True)
class Finding:
    """cue_ids: the appearances that it is about, the first of them the one to look at. at_ms: where in the film."""

    kind: FindingKind
    weight: Weight
    at_ms: int
    cue_ids: tuple[int, ...]
    words: Sentence


def lint(document: CueDocument, cleared: Mapping[int, bool]) -> list[Finding]:
    """All findings, in the order of the film. cleared: of each product, whether it is."""
    cues = document.cues
    found = [
        *_outside(document),
        *_crowds(cues),
        *_not_cleared(cues, cleared),
        *_gaps(cues),
        *_outside_scenes(cues),
        *_wordless(cues),
    ]
    return sorted(found, key=lambda one: (one.at_ms, one.kind, one.cue_ids))


def _outside(document: CueDocument) -> list[Finding]:
    text = "{product} is on screen until {end}, and the film ends at {last}."
    last = clock_text(document.duration_ms)
    return [
        Finding(
            FindingKind.OUTSIDE, Weight.STOPS, cue.start_ms, (cue.id,),
            Sentence(text, values={"product": cue.product.name, "end": clock_text(cue.end_ms), "last": last}),
        )
        for cue in document.cues if cue.end_ms > document.duration_ms
    ]  # fmt: skip


def _crowds(cues: tuple[Cue, ...]) -> list[Finding]:
    found = []
    marked = [Span(cue.id, cue.start_ms, cue.end_ms) for cue in cues if cue.boxes]
    for at, ids in crowds(marked):
        text = "{count} products are marked in the frame at {at}; at most {most} may be."
        values = {"count": len(ids), "at": clock_text(at), "most": AT_ONCE_MAX}
        found.append(Finding(FindingKind.OVERLAP, Weight.STOPS, at, tuple(ids), Sentence(text, values=values)))
    every = [Span(cue.id, cue.start_ms, cue.end_ms) for cue in cues]
    told = {one.at_ms for one in found}
    for at, ids in crowds(every):
        if at not in told:
            text = "{count} products are on screen at {at}: a viewer looks through {most} at most."
            values = {"count": len(ids), "at": clock_text(at), "most": AT_ONCE_MAX}
            found.append(Finding(FindingKind.CROWDED_LIST, Weight.HINT, at, tuple(ids), Sentence(text, values=values)))
    return found


def _not_cleared(cues: tuple[Cue, ...], cleared: Mapping[int, bool]) -> list[Finding]:
    """Once for a product, at its first appearance."""
    first: dict[int, list[Cue]] = {}
    for cue in cues:
        if not cleared.get(cue.product.id, False):
            first.setdefault(cue.product.id, []).append(cue)
    text = "{product} is not cleared: its appearances are left out of what you publish."
    return [
        Finding(
            FindingKind.NOT_CLEARED, Weight.LEAVES_OUT, there[0].start_ms, tuple(cue.id for cue in there),
            Sentence(text, values={"product": there[0].product.name}),
        )
        for there in first.values()
    ]  # fmt: skip


def _gaps(cues: tuple[Cue, ...]) -> list[Finding]:
    found = []
    by_product: dict[int, list[Cue]] = {}
    for cue in cues:
        by_product.setdefault(cue.product.id, []).append(cue)
    for there in by_product.values():
        for before, after in pairwise(there):
            if after.start_ms - before.end_ms < GAP_MS:
                found.append(_gap(before, after))
    return found


def _gap(before: Cue, after: Cue) -> Finding:
    if after.start_ms < before.end_ms:
        sentence = "{product} appears twice at {at}."
    else:
        sentence = "{product} goes away at {until} and is back at {at}, less than a second later: make it one."
    values = {"product": after.product.name, "until": clock_text(before.end_ms), "at": clock_text(after.start_ms)}
    return Finding(
        FindingKind.GAP, Weight.HINT, after.start_ms, (after.id, before.id), Sentence(sentence, values=values)
    )


def _outside_scenes(cues: tuple[Cue, ...]) -> list[Finding]:
    text = "{product} is told to be in scene {scene}, and appears outside it."
    return [
        Finding(
            FindingKind.OUTSIDE_SCENE, Weight.HINT, cue.start_ms, (cue.id,),
            Sentence(text, values={"product": cue.product.name, "scene": cue.scene.code}),
        )
        for cue in cues if cue.scene and (cue.end_ms <= cue.scene.start_ms or cue.start_ms >= cue.scene.end_ms)
    ]  # fmt: skip


def _wordless(cues: tuple[Cue, ...]) -> list[Finding]:
    text = "{product} is marked in the frame, and no words say where: not everybody sees the box."
    return [
        Finding(
            FindingKind.NO_WORDS, Weight.HINT, cue.start_ms, (cue.id,),
            Sentence(text, values={"product": cue.product.name}),
        )
        for cue in cues if cue.boxes and not cue.alt
    ]  # fmt: skip
