"""Keeping a list that was looked at: all of it or nothing, and a second time nothing new."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

import orjson

from crowdfund import clock
from crowdfund.database import atomic, new_id
from crowdfund.merch.screen.importing.edl import read_edl
from crowdfund.merch.screen.importing.rows import Known, Listed, Outcome, SightingRow, on_master, outcome_of
from crowdfund.merch.screen.importing.table import read_table
from crowdfund.merch.screen.models import Appearance, OnscreenProduct, ProductKind, ProductState, Scene
from crowdfund.merch.screen.products import ProductFacts, make_product
from crowdfund.merch.screen.queries import (
    appearances_of,
    cuts_of,
    lock_master,
    marked_spans,
    master_of,
    products_of,
    scenes_of,
)
from crowdfund.merch.screen.rules import APPEARANCES_MAX, SCENES_MAX, Box, NoSuchCut, TooManyOfThem
from crowdfund.merch.screen.scenes import keep_wearer
from crowdfund.people.audit import record
from crowdfund.refusal import Invalid


class ListForm(StrEnum):
    TABLE = "table"
    EDL = "edl"


class ListNotFit(Invalid):
    """Something in the list can't be; the sentence is the first of it."""


@dataclass(frozen=True, slots=True)
class Sent:
    """A list as it was sent. fps, first: of an EDL, its rate and the timecode of the film's first frame. cut_id: whose times it has."""

    form: ListForm
    text: str
    fps: Fraction | None = None
    first: str = ""
    cut_id: int | None = None


def form_of(text: str) -> ListForm:
    """An EDL says its title or its mode at the head, or has a shot in its first line; a table has columns."""
    head = text.lstrip()[:400].upper()
    is_edl = head.startswith(("TITLE:", "FCM:")) or head[:3].isdigit()
    return ListForm.EDL if is_edl else ListForm.TABLE


async def look_at(title_id: int, sent: Sent) -> tuple[Listed, Outcome]:
    """What a list says, and what keeping it would change. Raises NoSuchMaster, NoSuchCut, ListNotUnderstood, WrongFrameRate."""
    master = await master_of(title_id)
    if sent.form == ListForm.EDL:
        listed = read_edl(sent.text, sent.fps or master.fps, master.fps, sent.first)
    else:
        listed = read_table(sent.text, master.fps)
    if sent.cut_id is not None:
        offsets = next((offsets for cut, offsets in await cuts_of(title_id) if cut.id == sent.cut_id), None)
        if offsets is None:
            raise NoSuchCut("There is no such cut.")
        listed = on_master(listed, offsets)
    return listed, outcome_of(listed, await _known(title_id, master.duration_ms))


async def _known(title_id: int, duration_ms: int) -> Known:
    scenes, products = await scenes_of(title_id), await products_of(title_id)
    codes = {one.id: one.code for one in scenes}
    appearances = {
        (one.product_id, one.start_ms, one.end_ms): (
            one.id, codes.get(one.scene_id or 0, ""), one.prominence, one.alt, tuple(Box(*box) for box in one.box_list),
        )
        for one in await appearances_of(title_id)
    }  # fmt: skip
    return Known(
        duration_ms, {one.code: (one.name, one.start_ms, one.end_ms, one.spoiler) for one in scenes},
        {one.name: one.id for one in products},
        frozenset(one.name for one in products if one.state == ProductState.RETIRED), appearances, await marked_spans(title_id),
    )  # fmt: skip


@atomic
async def keep_list(title_id: int, sent: Sent, *, by: int) -> Outcome:
    """Write down what a list says; products that are new are drafts. Raises as `look_at` does, and ListNotFit, TooManyOfThem."""
    await lock_master(title_id)
    _listed, outcome = await look_at(title_id, sent)
    if outcome.problems:
        first = outcome.problems[0]
        raise ListNotFit(first.words, field="file")
    await _refuse_too_many(title_id, outcome)
    await _keep_scenes(title_id, outcome)
    scenes = {one.code: one.id for one in await scenes_of(title_id)}
    products = await _keep_products(title_id, outcome, by=by)
    await _keep_sightings(title_id, outcome, scenes, products)
    after = {
        "scenes": len(outcome.new_scenes) + len(outcome.changed_scenes), "products": len(outcome.new_products),
        "appearances": len(outcome.new_sightings) + len(outcome.changed_sightings), "form": str(sent.form),
    }  # fmt: skip
    if outcome.changes_something:
        await record("screen_imported", f"title:{title_id}", by=by, after=after)
    return outcome


async def _refuse_too_many(title_id: int, outcome: Outcome) -> None:
    if await Scene.filter(title_id=title_id).count() + len(outcome.new_scenes) > SCENES_MAX:
        raise TooManyOfThem("At most {most} scenes of a title.", most=SCENES_MAX)
    if await Appearance.filter(title_id=title_id).count() + len(outcome.new_sightings) > APPEARANCES_MAX:
        raise TooManyOfThem("At most {most} appearances in a title.", most=APPEARANCES_MAX)


async def _keep_scenes(title_id: int, outcome: Outcome) -> None:
    new = [
        Scene(
            id=new_id(), title_id=title_id, code=one.code, name=one.name, start_ms=one.start_ms, end_ms=one.end_ms,
            spoiler=one.spoiler or 0,
        )
        for one in outcome.new_scenes
    ]  # fmt: skip
    if new:
        await Scene.bulk_create(new)
    for one in outcome.changed_scenes:
        told = {"name": one.name} if one.name else {}
        told |= {"spoiler": one.spoiler} if one.spoiler is not None else {}  # type: ignore[dict-item]
        await Scene.filter(title_id=title_id, code=one.code).update(start_ms=one.start_ms, end_ms=one.end_ms, **told)


async def _keep_products(title_id: int, outcome: Outcome, *, by: int) -> dict[str, int]:
    """The id of each product by its name; those that are new are made, as the list first tells of them."""
    for name in outcome.new_products:
        rows = [one for one in outcome.new_sightings if one.product == name]
        wearer = next((one for one in rows if one.wearer), None)
        worn = await keep_wearer(title_id, wearer.wearer, wearer.actor, by=by) if wearer else None
        facts = ProductFacts(
            kind=next((one.kind for one in rows if one.kind), ProductKind.PROP), name=name, category=_first(rows, "category"),
            designer=_first(rows, "designer"), wearer_id=worn.id if worn else None,
            spoiler=next((one.spoiler for one in rows if one.spoiler is not None), 0),
        )  # fmt: skip
        await make_product(title_id, facts, by=by)
    return {one.name: one.id for one in await OnscreenProduct.filter(title_id=title_id).only("id", "name")}


def _first(rows: list[SightingRow], name: str) -> str:
    return next((str(getattr(one, name)) for one in rows if getattr(one, name)), "")


async def _keep_sightings(title_id: int, outcome: Outcome, scenes: dict[str, int], products: dict[str, int]) -> None:
    new = [
        Appearance(
            id=new_id(), title_id=title_id, product_id=products[one.product], scene_id=scenes.get(one.scene), start_ms=one.start_ms,
            end_ms=one.end_ms, prominence=one.prominence or 2, alt=one.alt, boxes=_boxes(one), made_at=clock.now(),
        )
        for one in outcome.new_sightings
    ]  # fmt: skip
    if new:
        await Appearance.bulk_create(new, batch_size=200)
    for one in outcome.changed_sightings:
        told: dict[str, object] = {"scene_id": scenes[one.scene]} if one.scene else {}
        told |= {"prominence": one.prominence} if one.prominence is not None else {}
        told |= {"alt": one.alt} if one.alt else {}
        told |= {"boxes": _boxes(one)} if one.boxes else {}
        where = {"product_id": products[one.product], "start_ms": one.start_ms, "end_ms": one.end_ms}
        await Appearance.filter(**where).update(**told)


def _boxes(one: SightingRow) -> str:
    return orjson.dumps([list(box) for box in one.boxes]).decode()
