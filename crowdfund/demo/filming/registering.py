"""Puts River Moon on a title by a producer's own verbs: the master with its film, who wears what, and when each thing is seen."""

from __future__ import annotations

from collections.abc import AsyncIterator
from fractions import Fraction

from crowdfund.database import new_id
from crowdfund.demo.filming.river_moon import (
    APPEARANCES,
    CAPTIONS,
    DURATION_MS,
    FPS,
    POSTER,
    SCENES,
    VIDEO,
    still_path,
)
from crowdfund.merch.screen import masters
from crowdfund.merch.screen import products as verbs
from crowdfund.merch.screen.appearances import Sighting, make_appearance
from crowdfund.merch.screen.captions import read_captions
from crowdfund.merch.screen.files import keep_stream
from crowdfund.merch.screen.masters import MasterFacts
from crowdfund.merch.screen.models import OnscreenProduct, ProductKind
from crowdfund.merch.screen.products import ProductFacts
from crowdfund.merch.screen.publishing import publish_cues
from crowdfund.merch.screen.scenes import SceneFacts, keep_wearer, make_scene
from crowdfund.people.pictures import keep_image
from crowdfund.web import images

WEARERS = {"Lin": "Zhao Wei", "The ferryman": "Ding Hao"}
# By the name that the film's own list has: kind, name, who wears it, category, designer, what is told, what its picture shows.
PRODUCTS: dict[str, tuple[ProductKind, str, str, str, str, str, str]] = {
    "earring": (
        ProductKind.JEWELLERY, "Pearl drop", "Lin", "earrings", "Mo Chen",
        "One pearl on a gold hook. In the film it is one of two; the river has the other.", "A drop of pearl below an ear",
    ),
    "coat": (
        ProductKind.COSTUME, "Ferryman's coat", "The ferryman", "coats", "Ada Lindqvist",
        "Waxed cotton the colour of deep water, quilted over the shoulders, with a shearling collar and a belt of tan leather.",
        "A long blue-green coat with a pale collar",
    ),
    "lamp": (
        ProductKind.PROP, "Blue enamel lamp", "", "lamps", "Mo Chen",
        "A storm lamp in blue enamel, chipped where a hand has carried it for forty years.", "A lit storm lamp in blue enamel",
    ),
    "hat": (
        ProductKind.COSTUME, "Straw hat", "The ferryman", "hats", "Ada Lindqvist",
        "Split bamboo over palm leaf, as it is still made upriver.", "A wide conical hat of straw",
    ),
}  # fmt: skip


async def put_on_screen(title_id: int, *, by: int) -> dict[str, OnscreenProduct]:
    """The whole registry of the film, published, its products cleared and open for sellers; gives them by their short name.

    by: a manager of the title's studio. Asked in sandbox and tests, once for a title.
    """
    await masters.keep_master(title_id, MasterFacts(Fraction(FPS), DURATION_MS), by=by)
    await masters.show_video(title_id, await keep_stream(_film()), by=by)
    await masters.keep_captions(title_id, read_captions(CAPTIONS.read_bytes(), DURATION_MS), by=by)
    await masters.show_poster(title_id, await _picture(POSTER.read_bytes(), "The moon over the river", by=by), by=by)
    scenes = {
        one.code: await make_scene(
            title_id, SceneFacts(one.code, one.name, one.start_ms, one.end_ms, one.spoiler), by=by
        )
        for one in SCENES
    }
    wearers = {name: (await keep_wearer(title_id, name, actor, by=by)).id for name, actor in WEARERS.items()}
    products = {short: await _product(title_id, short, wearers, by=by) for short in PRODUCTS}
    for shown in APPEARANCES:
        sighting = Sighting(
            products[shown.product].id, shown.start_ms, shown.end_ms, scenes[shown.scene].id, shown.boxes, shown.prominence, shown.alt
        )  # fmt: skip
        await make_appearance(title_id, sighting, by=by)
    await publish_cues(title_id, leaving_out=False, by=by)
    return products


async def _product(title_id: int, short: str, wearers: dict[str, int], *, by: int) -> OnscreenProduct:
    kind, name, wearer, category, designer, about, alt = PRODUCTS[short]
    facts = ProductFacts(kind, name, about, category, designer, wearers.get(wearer))
    made = await verbs.make_product(title_id, facts, by=by)
    picture = await _picture(still_path(short).read_bytes(), alt, by=by)
    await verbs.picture_product(made.id, picture, alt=alt, by=by)
    likeness = f"{WEARERS[wearer]}, rider to the contract" if wearer else ""
    await verbs.write_clearances(made.id, design=f"{designer}, drawings handed over", likeness=likeness, by=by)
    await verbs.clear_product(made.id, by=by)
    await verbs.open_applications(made.id, by=by)
    return await OnscreenProduct.get(id=made.id)


async def _film() -> AsyncIterator[bytes]:
    yield VIDEO.read_bytes()


async def _picture(content: bytes, alt: str, *, by: int) -> int:
    picture = await images.read_picture(content)
    image_id = new_id()
    await images.keep(image_id, picture)
    await keep_image(image_id, picture.width, picture.height, by=by, alt=alt)
    return image_id
