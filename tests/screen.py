"""A film on screen for a test: `a_master()`, `a_product(title_id)`, `an_appearance(product, "0:01", "0:04")`, `published(title_id)`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from fractions import Fraction
from itertools import count
from typing import Any

from crowdfund.merch.screen import products as verbs
from crowdfund.merch.screen.appearances import Sighting, make_appearance
from crowdfund.merch.screen.masters import MasterFacts, keep_master
from crowdfund.merch.screen.models import Appearance, CueRevision, Master, OnscreenProduct, ProductKind, Scene
from crowdfund.merch.screen.products import ProductFacts
from crowdfund.merch.screen.publishing import publish_cues
from crowdfund.merch.screen.scenes import SceneFacts, keep_wearer, make_scene
from crowdfund.merch.screen.timecode import understand
from tests.cinema import a_title
from tests.world import Fan, a_fan, a_studio

_numbers = count(1)
FPS = Fraction(25)
LEFT_EAR = (0.0, 0.62, 0.31, 0.08, 0.12)  # a box at the start of an appearance


def ms(at: str | int) -> int:
    return at if isinstance(at, int) else understand(at, FPS)


async def a_master(
    title_id: int | None = None,
    *,
    length: str | int = "1:30:00",
    by: Fan | None = None,
    airs_at: datetime | None = None,
    **more: Any,
) -> Master:
    """A master of an hour and a half at 25 frames a second, of a title of its own where none is given."""
    by = by or await a_fan("Gu")
    title_id = title_id if title_id is not None else (await a_title(await a_studio(owner=by))).id
    facts = MasterFacts(FPS, ms(length), airs_at, **more)
    return await keep_master(title_id, facts, by=by.id)


async def a_scene(
    title_id: int, code: str = "S12", start: str | int = "12:00", end: str | int = "15:00", **more: Any
) -> Scene:
    by = await a_fan("Gu")
    return await make_scene(title_id, SceneFacts(code, f"Scene {code}", ms(start), ms(end), **more), by=by.id)


async def a_product(
    title_id: int, name: str = "", *, wearer: str = "Lin", actor: str = "Zhao Wei", cleared: bool = True, is_open: bool = False,
    kind: str = "jewellery", **more: Any,
) -> OnscreenProduct:  # fmt: skip
    """A cleared product that Lin wears; wearer empty: that nobody wears. is_open: sellers may apply to it."""
    by = await a_fan("Gu")
    worn = (await keep_wearer(title_id, wearer, actor, by=by.id)).id if wearer else None
    facts = ProductFacts(ProductKind(kind), name or f"Pearl drop earring {next(_numbers)}", wearer_id=worn, **more)
    made = await verbs.make_product(title_id, facts, by=by.id)
    if cleared or is_open:
        likeness = "Zhao Wei, rider 7" if wearer else ""
        await verbs.write_clearances(made.id, design="Mo Chen, contract 12", likeness=likeness, by=by.id)
        await verbs.clear_product(made.id, by=by.id)
    if is_open:
        await verbs.open_applications(made.id, by=by.id)
    return await OnscreenProduct.get(id=made.id)


async def an_appearance(
    product: OnscreenProduct, start: str | int = "12:34.2", end: str | int = "12:41", *,
    boxes: Sequence[Sequence[float]] = (LEFT_EAR,), alt: str = "left ear, centre frame", **more: Any,
) -> Appearance:  # fmt: skip
    by = await a_fan("Gu")
    sighting = Sighting(product.id, ms(start), ms(end), boxes=boxes, alt=alt, **more)
    return await make_appearance(product.title_id, sighting, by=by.id)


async def published(title_id: int, *, leaving_out: bool = False) -> CueRevision:
    return await publish_cues(title_id, leaving_out=leaving_out, by=(await a_fan("Gu")).id)


async def a_film_on_screen(*, products: int = 1, **more: Any) -> tuple[Master, list[OnscreenProduct]]:
    """A published film with so many cleared products, open to sellers, a second apart, each seen for five seconds from 12:30 on."""
    master = await a_master(**more)
    found = []
    for i in range(products):
        product = await a_product(master.title_id, is_open=True)
        await an_appearance(product, 750_000 + i * 6_000, 755_000 + i * 6_000)
        found.append(product)
    await published(master.title_id)
    return master, found
