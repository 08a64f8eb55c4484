"""A film's shop as players and partners read it: a WebVTT track with one JSON object a cue, and the same rows as JSON. Pure.

A payload stands on one line, as JSON has no bare line end, and can't hold the arrow that would begin another cue, as `<`, `>` and
`&` are written as \\u003c and so on. Times are of the film's master.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import orjson

from crowdfund.database.ids import public
from crowdfund.merch.screen.cues import CueDocument, OnScene
from crowdfund.merch.screen.timecode import clock_text
from crowdfund.merch.watching.rules import Line

VERSION = 1
MEDIA_TYPE = "text/vtt"
_ESCAPED = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029", "\x7f": "\\u007f"}


def one_line(content: Any) -> str:
    """JSON that can stand in a cue, and in a script element of a page."""
    text = orjson.dumps(content).decode()
    for letter, escaped in _ESCAPED.items():
        text = text.replace(letter, escaped)
    return text


def seconds(ms: int) -> float:
    return ms / 1000


def item(line: Line, title_path: str) -> dict[str, Any]:
    """One thing on screen. Its price and stock are a hint: who wants to buy asks once more."""
    cue = line.cue
    found: dict[str, Any] = {
        "v": VERSION, "k": "item", "id": public(cue.product.id), "ap": public(cue.id), "item": cue.product.name,
        "by": cue.wearer.name if cue.wearer else "", "sc": cue.scene.code if cue.scene else "", "st": line.standing.value,
        "alt": cue.alt, "href": f"{title_path}/items/{public(cue.product.id)}?t={seconds(cue.start_ms):g}", "spoiler": cue.spoiler,
    }  # fmt: skip
    if line.offers:
        first = line.offers[0]
        found |= {
            "st": first.stock_state, "match": first.match, "seller": first.seller, "listing": public(first.listing_id),
            "from": first.price_minor, "cur": first.currency, "offers": len(line.offers),
        }  # fmt: skip
    if line.is_marked:
        found["box"] = [list(box) for box in cue.boxes]
    return found


def scene(one: OnScene) -> dict[str, Any]:
    return {"v": VERSION, "k": "scene", "sc": one.code, "name": one.name, "spoiler": one.spoiler}


def vtt(document: CueDocument, lines: Sequence[Line], title_path: str) -> str:
    """The track. A cue's id is its product's and its appearance's."""
    blocks = [
        (
            line.cue.start_ms,
            line.cue.end_ms,
            f"{public(line.cue.product.id)}.{public(line.cue.id)}",
            item(line, title_path),
        )
        for line in lines
    ] + [(one.start_ms, one.end_ms, f"scene.{public(one.id)}", scene(one)) for one in document.scenes]
    blocks.sort(key=lambda block: block[0])  # what begins at once stays in the order of its lines
    return "WEBVTT\n" + "".join(
        f"\n{name}\n{clock_text(start)} --> {clock_text(end)}\n{one_line(content)}\n"
        for start, end, name, content in blocks
    )  # fmt: skip


def rows(
    document: CueDocument,
    lines: Iterable[Line],
    title_path: str,
    *,
    name: str,
    region: str,
    changes_at: datetime | None,
) -> dict[str, Any]:
    """All of it as one JSON object. changes: from when on it may be another one without anybody doing anything."""
    return {
        "v": VERSION, "title": public(document.title_id), "name": name, "revision": document.number, "sha256": document.sha256,
        "region": region, "duration": seconds(document.duration_ms),
        "changes": changes_at.isoformat().replace("+00:00", "Z") if changes_at else None,
        "scenes": [{"start": seconds(s.start_ms), "end": seconds(s.end_ms), **scene(s)} for s in document.scenes],
        "cues": [
            {"start": seconds(line.cue.start_ms), "end": seconds(line.cue.end_ms), **item(line, title_path)} for line in lines
        ],
    }  # fmt: skip
