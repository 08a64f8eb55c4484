"""What players, desks and other rooms read of what is on screen."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from crowdfund.database import Sql
from crowdfund.merch.screen.cues import (
    Airing,
    Cue,
    CueDocument,
    Offset,
    OnProduct,
    OnScene,
    OnWearer,
    ProductNow,
    document_of,
    released,
)
from crowdfund.merch.screen.models import (
    CLEARED,
    Appearance,
    CueRevision,
    Cut,
    CutOffset,
    Master,
    OnscreenProduct,
    ProductState,
    Scene,
    Wearer,
)
from crowdfund.merch.screen.rules import Box, NoSuchMaster, NoSuchRevision, Span
from crowdfund.people.models import Image

_LOCK = Sql("UPDATE master SET made_at = made_at WHERE title_id = $1 RETURNING duration_ms")
_NEWEST = Sql("SELECT number, sha256 FROM cue_revision WHERE title_id = $1 ORDER BY number DESC LIMIT 1")
_TEXT = Sql("SELECT document FROM cue_revision WHERE title_id = $1 AND number = $2")
_MARKED = Sql("SELECT id, start_ms, end_ms FROM appearance WHERE title_id = $1 AND boxes <> '[]' ORDER BY start_ms, id")
_COUNTS = Sql("""
    SELECT p.id, COUNT(a.id) AS appearances, CAST(COALESCE(SUM(a.end_ms - a.start_ms), 0) AS BIGINT) AS seen_ms, MIN(a.start_ms) AS first_ms
    FROM onscreen_product p LEFT JOIN appearance a ON a.product_id = p.id WHERE p.title_id = $1 GROUP BY p.id""")


async def master_of(title_id: int) -> Master:
    """Raises NoSuchMaster."""
    found = await Master.get_or_none(title_id=title_id)
    if found is None:
        raise NoSuchMaster("This title has no master yet: say how long it is first.")
    return found


async def lock_master(title_id: int) -> int:
    """Keep others from writing what is on screen until the caller's transaction ends; gives the film's length. Raises NoSuchMaster."""
    length = await _LOCK.value(title_id)
    if length is None:
        raise NoSuchMaster("This title has no master yet: say how long it is first.")
    return int(length)


async def marked_spans(title_id: int) -> list[Span]:
    """What is marked in the frame, and when."""
    return [Span(row["id"], row["start_ms"], row["end_ms"]) for row in await _MARKED(title_id)]


# --- revisions ---


@lru_cache(maxsize=64)
def _place_for(title_id: int, number: int, fingerprint: str) -> list[CueDocument]:
    """Where a document is put once it was read: what was published never changes, so it is read once in a process."""
    return []


async def newest_document(title_id: int) -> CueDocument | None:
    """What was published last, all of it. Players take `shown_now`."""
    newest = await _NEWEST.one(title_id)
    return None if newest is None else await _document(title_id, newest["number"], newest["sha256"])


async def _document(title_id: int, number: int, fingerprint: str) -> CueDocument:
    place = _place_for(title_id, number, fingerprint)
    if not place:
        place.append(document_of(await _TEXT.value(title_id, number), number, fingerprint))
    return place[0]


async def revision_of(title_id: int, number: int) -> tuple[CueRevision, CueDocument]:
    """Raises NoSuchRevision."""
    row = await CueRevision.get_or_none(title_id=title_id, number=number)
    if row is None:
        raise NoSuchRevision("There is no such revision.")
    return row, await _document(title_id, number, row.sha256)


async def revisions_of(title_id: int, limit: int = 50) -> list[CueRevision]:
    """The newest first, without their documents."""
    columns = ("id", "title_id", "number", "sha256", "by_person_id", "published_at")
    return await CueRevision.filter(title_id=title_id).order_by("-number").limit(limit).only(*columns)


async def products_now(title_id: int) -> dict[int, ProductNow]:
    rows = await OnscreenProduct.filter(title_id=title_id).only("id", "state", "embargo_until")
    return {row.id: ProductNow(row.state in CLEARED, row.embargo_until) for row in rows}


async def shown_now(title_id: int, now: datetime) -> tuple[CueDocument, datetime | None] | None:
    """What may be shown of a title at this moment, before anybody asks for offers; and when that changes by itself.

    None where nothing was published.
    """
    document = await newest_document(title_id)
    if document is None:
        return None
    master = await master_of(title_id)
    return released(document, await products_now(title_id), Airing(master.airs_at, master.cue_delay_ms), now)


# --- what is written down now ---


async def draft_document(title_id: int, *, cleared_only: bool = False) -> CueDocument:
    """What would be published now. cleared_only: without what is not cleared. Raises NoSuchMaster."""
    master = await master_of(title_id)
    scenes = await scenes_of(title_id)
    shown_scenes = {s.id: OnScene(s.id, s.code, s.name, s.start_ms, s.end_ms, s.spoiler) for s in scenes}
    rows = await products_of(title_id)
    allowed = [row for row in rows if not cleared_only or row.is_cleared]
    spoilers = {row.id: row.spoiler for row in allowed}
    known = await _on_products(title_id, allowed)
    appearances = [one for one in await appearances_of(title_id) if one.product_id in known]
    cues = tuple(_cue(one, known[one.product_id], shown_scenes.get(one.scene_id or 0), spoilers) for one in appearances)
    used = {cue.product.id: cue.product for cue in cues}
    return CueDocument(title_id, 0, "", master.duration_ms, tuple(shown_scenes.values()), cues, used)


async def _on_products(title_id: int, rows: Sequence[OnscreenProduct]) -> dict[int, OnProduct]:
    wearers = {one.id: OnWearer(one.id, one.name, one.actor) for one in await wearers_of(title_id)}
    pictured = [row.image_id for row in rows if row.image_id is not None]
    words = {image.id: image.alt for image in await Image.filter(id__in=pictured)} if pictured else {}
    return {
        row.id: OnProduct(
            row.id, row.name, row.kind, row.category, row.designer, row.about, row.image_id, words.get(row.image_id or 0, ""),
            wearers.get(row.wearer_id or 0),
        )
        for row in rows
    }  # fmt: skip


def _cue(one: Appearance, product: OnProduct, scene: OnScene | None, spoilers: dict[int, int]) -> Cue:
    boxes = tuple(Box(*box) for box in one.box_list)
    spoiler = max(spoilers[product.id], scene.spoiler if scene else 0)
    return Cue(
        one.id,
        product,
        scene,
        product.wearer,
        one.start_ms,
        one.end_ms,
        boxes,
        one.prominence,
        one.alt,
        spoiler,
        product.kind,
    )


async def scenes_of(title_id: int) -> list[Scene]:
    return await Scene.filter(title_id=title_id).order_by("start_ms", "id")


async def wearers_of(title_id: int) -> list[Wearer]:
    return await Wearer.filter(title_id=title_id).order_by("name")


async def products_of(title_id: int) -> list[OnscreenProduct]:
    return await OnscreenProduct.filter(title_id=title_id).order_by("id")


async def products_in(product_ids: Collection[int]) -> dict[int, OnscreenProduct]:
    return {one.id: one for one in await OnscreenProduct.filter(id__in=list(product_ids))} if product_ids else {}


async def open_products(*, before_id: int = 2**63 - 1, limit: int = 50) -> list[OnscreenProduct]:
    """Products that sellers may apply to, the newest first."""
    found = OnscreenProduct.filter(state=ProductState.OPEN_FOR_APPLICATIONS, id__lt=before_id)
    return await found.order_by("-id").limit(limit)


@dataclass(frozen=True, slots=True)
class Seen:
    """How much of a product is seen: how often, how long, from when on."""

    appearances: int
    seen_ms: int
    first_ms: int | None


async def seen_of(title_id: int) -> dict[int, Seen]:
    return {row["id"]: Seen(row["appearances"], row["seen_ms"], row["first_ms"]) for row in await _COUNTS(title_id)}


async def appearances_of(title_id: int, product_id: int | None = None) -> list[Appearance]:
    wanted = {"title_id": title_id} | ({"product_id": product_id} if product_id is not None else {})
    return await Appearance.filter(**wanted).order_by("start_ms", "id")


async def cuts_of(title_id: int) -> list[tuple[Cut, list[Offset]]]:
    cuts = await Cut.filter(title_id=title_id).order_by("name")
    rows = await CutOffset.filter(cut_id__in=[one.id for one in cuts]).order_by("from_ms") if cuts else []
    by_cut: dict[int, list[Offset]] = {one.id: [] for one in cuts}
    for row in rows:
        by_cut[row.cut_id].append(Offset(row.from_ms, row.to_ms, row.delta_ms))
    return [(one, by_cut[one.id]) for one in cuts]


# --- I would buy this ---

_LOCK_PRODUCT = Sql("UPDATE onscreen_product SET wanted = wanted WHERE id = $1 RETURNING id")
_BACKS = Sql("""
    SELECT 1 AS backs FROM campaign c JOIN pledge p ON p.campaign_id = c.id
    WHERE c.title_id = $2 AND p.person_id = $1 AND p.state IN ('active', 'charging', 'errored', 'collected', 'disputed') LIMIT 1""")
_HAS_BACKERS = Sql("SELECT 1 AS has FROM campaign WHERE title_id = $1 AND pledges_live > 0 LIMIT 1")
_ADD_WANT = Sql("""
    INSERT INTO want_it (person_id, product_id, at) VALUES ($1, $2, $3) ON CONFLICT (person_id, product_id) DO NOTHING
    RETURNING product_id""")
_DROP_WANT = Sql("DELETE FROM want_it WHERE person_id = $1 AND product_id = $2 RETURNING product_id")
_COUNT_WANTED = Sql("UPDATE onscreen_product SET wanted = wanted + $2 WHERE id = $1 RETURNING wanted")
_WANTS = Sql("""
    SELECT w.product_id FROM want_it w JOIN onscreen_product p ON p.id = w.product_id
    WHERE w.person_id = $1 AND p.title_id = $2""")


async def lock_product(product_id: int) -> None:
    """Keep others from changing a product until the caller's transaction ends."""
    await _LOCK_PRODUCT(product_id)


async def backs_title(person_id: int, title_id: int) -> bool:
    """Whether somebody has a live pledge to a fund of this title."""
    return await _BACKS.value(person_id, title_id) is not None


async def has_backers(title_id: int) -> bool:
    return await _HAS_BACKERS.value(title_id) is not None


async def add_want(person_id: int, product_id: int, at_us: int) -> bool:
    """Gives whether it is new; in the caller's transaction."""
    return bool(await _ADD_WANT(person_id, product_id, at_us))


async def drop_want(person_id: int, product_id: int) -> bool:
    return bool(await _DROP_WANT(person_id, product_id))


async def count_wanted(product_id: int, more: int) -> int:
    return int(await _COUNT_WANTED.value(product_id, more))


async def wants_of(person_id: int, title_id: int) -> set[int]:
    """The products of a title that somebody would buy."""
    return {row["product_id"] for row in await _WANTS(person_id, title_id)}
