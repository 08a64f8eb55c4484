"""River Moon on the screen of the demo: its film, its scenes, and the four things in it that somebody could make."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from fractions import Fraction
from functools import partial

from crowdfund.database import new_id
from crowdfund.demo.filming import river_moon as film
from crowdfund.demo.plan import Plan
from crowdfund.merch.previews import actions as previews
from crowdfund.merch.previews.files import FILES
from crowdfund.merch.previews.models import PreviewKind
from crowdfund.merch.screen import masters, products, wanting
from crowdfund.merch.screen.appearances import Sighting, make_appearance
from crowdfund.merch.screen.captions import read_captions
from crowdfund.merch.screen.files import keep_video
from crowdfund.merch.screen.models import OnscreenProduct, ProductKind
from crowdfund.merch.screen.products import ProductFacts
from crowdfund.merch.screen.publishing import publish_cues
from crowdfund.merch.screen.queries import backs_title
from crowdfund.merch.screen.scenes import SceneFacts, keep_wearer, make_scene
from crowdfund.people.models import Person
from crowdfund.people.pictures import keep_image
from crowdfund.titles.models import Title
from crowdfund.web import images


@dataclass(frozen=True, slots=True)
class Thing:
    """What somebody wears or uses in the film. design, likeness: who agreed to it, as the studio writes it down."""

    key: str
    kind: ProductKind
    name: str
    about: str
    category: str
    designer: str
    worn_by: str
    design: str
    likeness: str
    spoiler: int = 0


LIN, FERRYMAN = "Lin", "The ferryman"
ACTORS = {LIN: "Zhao Wei", FERRYMAN: "Tang Guo"}
THINGS = (
    Thing(
        "earring", ProductKind.JEWELLERY, "Pearl drop earring",
        "One drop, freshwater, on a wire of old silver. Lin takes it off once, and the river goes quiet.", "earrings",
        "Mo Chen", LIN, "Mo Chen, costume contract 12 of 3 May", "Zhao Wei, rider 7",
    ),
    Thing(
        "coat", ProductKind.COSTUME, "The ferryman's coat",
        "Waxed canvas, patched twice at the left elbow, long enough to sleep in.", "coats", "Mo Chen", FERRYMAN,
        "Mo Chen, costume contract 12 of 3 May", "Tang Guo, rider 4",
    ),
    Thing(
        "lamp", ProductKind.SET, "Blue enamel lamp",
        "It hangs amidships through the whole film. Nobody ever lights it on screen, and it is always lit.", "lamps",
        "Su Ying", "", "Su Ying, set contract 3 of 20 May", "",
    ),
    Thing(
        "hat", ProductKind.COSTUME, "Bamboo hat with a wax brim",
        "Woven by the ferryman's own village, waxed against the mist.", "hats", "Mo Chen", FERRYMAN,
        "Mo Chen, costume contract 12 of 3 May", "Tang Guo, rider 4",
    ),
)  # fmt: skip


@dataclass
class OnScreen:
    """What was registered. made: products by their key, once the day has come."""

    title: Title
    lin: Person
    made: dict[str, OnscreenProduct] = field(default_factory=dict)
    pictures: dict[str, int] = field(default_factory=dict)


def plan_river_moon(title: Title, lin: Person, backers: list[int], plan: Plan, since: datetime) -> OnScreen:
    """The studio writes down what is on screen, asks its backers, opens it to sellers and publishes the cues."""
    shown = OnScreen(title, lin)
    plan.at(since, partial(_register, shown, airs_at=plan.now - timedelta(days=13)))
    plan.at(since + timedelta(days=1), partial(_clear_and_show, shown))
    plan.at(plan.now - timedelta(days=4), partial(_ask, shown, backers))
    plan.at(plan.now - timedelta(days=14), lambda: publish_cues(title.id, leaving_out=False, by=lin.id))
    return shown


async def _register(shown: OnScreen, *, airs_at: datetime) -> None:
    title_id, by = shown.title.id, shown.lin.id
    facts = masters.MasterFacts(Fraction(film.FPS), film.DURATION_MS, airs_at=airs_at)
    await masters.keep_master(title_id, facts, by=by)
    with film.VIDEO.open("rb") as file:
        await masters.show_video(title_id, await keep_video(file), by=by)
    await masters.keep_captions(title_id, read_captions(film.CAPTIONS.read_bytes(), film.DURATION_MS), by=by)
    await masters.show_poster(title_id, await picture(film.POSTER.read_bytes(), "A ferry under the moon", by=by), by=by)
    scenes = {
        one.code: await make_scene(
            title_id, SceneFacts(one.code, one.name, one.start_ms, one.end_ms, one.spoiler), by=by
        )
        for one in film.SCENES
    }
    wearers = {name: await keep_wearer(title_id, name, actor, by=by) for name, actor in ACTORS.items()}
    for thing in THINGS:
        worn = wearers[thing.worn_by].id if thing.worn_by else None
        written = ProductFacts(
            thing.kind, thing.name, thing.about, thing.category, thing.designer, worn, airs_at, thing.spoiler
        )
        shown.made[thing.key] = await products.make_product(title_id, written, by=by)
    for one in film.APPEARANCES:
        sighting = Sighting(
            shown.made[one.product].id,
            one.start_ms,
            one.end_ms,
            scenes[one.scene].id,
            one.boxes,
            one.prominence,
            one.alt,
        )
        await make_appearance(title_id, sighting, by=by)


async def picture(content: bytes, alt: str, *, by: int) -> int:
    """A picture as if it had been sent with a form; gives its id."""
    drawn, image_id = await images.read_picture(content), new_id()
    await images.keep(image_id, drawn)
    await keep_image(image_id, drawn.width, drawn.height, by=by, alt=alt)
    return image_id


async def _clear_and_show(shown: OnScreen) -> None:
    """Cleared, pictured, open to sellers, with a crop of the frame that only those who sign the terms see."""
    by = shown.lin.id
    for thing in THINGS:
        product, content = shown.made[thing.key], film.still_path(thing.key).read_bytes()
        image_id = shown.pictures[thing.key] = await picture(content, thing.name, by=by)
        await products.picture_product(product.id, image_id, alt=thing.name, by=by)
        await products.write_clearances(product.id, design=thing.design, likeness=thing.likeness, by=by)
        await products.clear_product(product.id, by=by)
        await products.open_applications(product.id, by=by)
        first = next(one for one in film.APPEARANCES if one.product == thing.key and one.prominence > 1)
        name = await FILES.keep(content, ".webp")
        crop = previews.Shown(
            PreviewKind.CROP,
            first.start_ms,
            first.start_ms + 1_000,
            name,
            "image/webp",
            words="Cut from the frame, as it is lit.",
        )
        await previews.add_preview(product, crop, by=by)


async def _ask(shown: OnScreen, backers: list[int]) -> None:
    """Backers say what they would buy, before anybody has made it."""
    for place, (key, share) in enumerate({"earring": 0.7, "coat": 0.25, "lamp": 0.5, "hat": 0.3}.items()):
        await wanting.ask_backers(shown.made[key].id, by=shown.lin.id)
        for number, person_id in enumerate(backers):
            if (number * 7 + place * 3) % 20 < share * 20 and await backs_title(person_id, shown.title.id):
                await wanting.want_it(shown.made[key].id, by=person_id)
