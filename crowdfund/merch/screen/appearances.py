"""When and where in the frame a product is seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from crowdfund import clock
from crowdfund.database import atomic, new_id
from crowdfund.database.once import once
from crowdfund.merch.screen.models import Appearance, ProductState
from crowdfund.merch.screen.products import product_in
from crowdfund.merch.screen.queries import lock_master, marked_spans
from crowdfund.merch.screen.rules import (
    APPEARANCES_MAX,
    Box,
    NoSuchAppearance,
    Span,
    TooManyOfThem,
    checked_boxes,
    refuse_crowd,
    refuse_span,
)
from crowdfund.merch.screen.scenes import scene_of
from crowdfund.people.audit import record
from crowdfund.refusal import Invalid


@dataclass(frozen=True, slots=True)
class Sighting:
    """An appearance as its makers write it. boxes: [seconds after its start, x, y, width, height], in parts of the frame."""

    product_id: int
    start_ms: int
    end_ms: int
    scene_id: int | None = None
    boxes: Sequence[Sequence[float]] = ()
    prominence: int = 2
    alt: str = ""


@atomic
async def make_appearance_once(title_id: int, sighting: Sighting, *, by: int, key: str) -> Appearance:
    """An appearance, or the one that this key made.

    Raises NoSuchMaster, NoSuchProduct, NoSuchScene, EndsBeforeItStarts, OutsideTheFilm, BoxNotUnderstood, BoxOffTheFrame,
    TooManyAtOnce, Invalid, and NoSuchAppearance where it was removed.
    """

    async def make() -> int:
        return (await make_appearance(title_id, sighting, by=by)).id

    wish = [title_id, sighting.product_id, sighting.start_ms, sighting.end_ms, sighting.scene_id, [list(b) for b in sighting.boxes],
            sighting.prominence, sighting.alt]  # fmt: skip
    return await appearance_of(title_id, await once(by, f"appearance:{key}", wish, make))


@atomic
async def make_appearance(title_id: int, sighting: Sighting, *, by: int) -> Appearance:
    duration_ms = await lock_master(title_id)
    if await Appearance.filter(title_id=title_id).count() >= APPEARANCES_MAX:
        raise TooManyOfThem("At most {most} appearances in a title.", most=APPEARANCES_MAX)
    number = new_id()
    boxes = await _allowed(title_id, sighting, duration_ms, number)
    made = await Appearance.create(id=number, title_id=title_id, made_at=clock.now(), **_columns(sighting, boxes))
    await record("appearance_made", f"product:{sighting.product_id}", by=by, after=_told(made))
    return made


async def _allowed(title_id: int, sighting: Sighting, duration_ms: int, number: int) -> list[Box]:
    """The boxes of what may be seen as told. number: of the appearance, which is not in its own way."""
    refuse_span(sighting.start_ms, sighting.end_ms, duration_ms)
    boxes = checked_boxes(sighting.boxes, sighting.end_ms - sighting.start_ms)
    product = await product_in(title_id, sighting.product_id)
    if product.state == ProductState.RETIRED:
        raise Invalid("This product was retired: it appears nowhere any more.", field="product")
    if sighting.scene_id is not None:
        await scene_of(title_id, sighting.scene_id)
    same = {"product_id": product.id, "start_ms": sighting.start_ms, "end_ms": sighting.end_ms}
    if await Appearance.filter(**same).exclude(id=number).exists():
        raise Invalid("This product appears at these very times already.", field="start")
    if boxes:
        others = [span for span in await marked_spans(title_id) if span.id != number]
        refuse_crowd(others, [Span(number, sighting.start_ms, sighting.end_ms)])
    return boxes


def _columns(sighting: Sighting, boxes: list[Box]) -> dict[str, Any]:
    return {
        "product_id": sighting.product_id, "scene_id": sighting.scene_id, "start_ms": sighting.start_ms, "end_ms": sighting.end_ms,
        "boxes": orjson.dumps([list(box) for box in boxes]).decode(), "prominence": sighting.prominence, "alt": sighting.alt,
    }  # fmt: skip


def _told(one: Appearance) -> dict[str, object]:
    return {"start_ms": one.start_ms, "end_ms": one.end_ms, "boxes": len(one.box_list)}


@atomic
async def change_appearance(title_id: int, appearance_id: int, sighting: Sighting, *, by: int) -> None:
    """Write it anew, all of it. Raises as `make_appearance_once` does."""
    duration_ms = await lock_master(title_id)
    before = await appearance_of(title_id, appearance_id)
    boxes = await _allowed(title_id, sighting, duration_ms, appearance_id)
    await Appearance.filter(id=appearance_id).update(**_columns(sighting, boxes))
    after = await appearance_of(title_id, appearance_id)
    await record(
        "appearance_changed", f"product:{sighting.product_id}", by=by, before=_told(before), after=_told(after)
    )


@atomic
async def remove_appearance(title_id: int, appearance_id: int, *, by: int) -> None:
    """Raises NoSuchAppearance. What was published of it stays published until the next revision."""
    await lock_master(title_id)
    before = await appearance_of(title_id, appearance_id)
    await Appearance.filter(id=appearance_id).delete()
    await record("appearance_removed", f"product:{before.product_id}", by=by, before=_told(before))


async def appearance_of(title_id: int, appearance_id: int) -> Appearance:
    """Raises NoSuchAppearance."""
    found = await Appearance.get_or_none(id=appearance_id, title_id=title_id)
    if found is None:
        raise NoSuchAppearance("There is no such appearance.")
    return found
