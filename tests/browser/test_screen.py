"""A producer goes through her film frame by frame: draws a box, moves it by mouse and by keyboard, publishes it; and without a script."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

from playwright.async_api import expect

from crowdfund.database.ids import public
from crowdfund.demo import filming
from crowdfund.merch.screen.files import keep_video
from crowdfund.merch.screen.masters import MasterFacts, keep_master, show_video
from crowdfund.merch.screen.models import Appearance, CueRevision
from crowdfund.people.models import Organisation
from crowdfund.titles.models import Title
from tests.browser.conftest import Visitors
from tests.browser.stage import somebody
from tests.browser.visitor import DESKTOP, PHONE, Visitor
from tests.cinema import a_title
from tests.screen import a_product, a_scene
from tests.world import Fan, a_studio

FILM = Path(filming.__file__).parent / "river-moon.webm"


async def a_film_to_mark(owner: Fan, name: str) -> tuple[str, Title]:
    """The drawn film as a master of twenty seconds at 24 frames a second, with a scene and an earring; the address of its desk."""
    studio_id = await a_studio(f"Studio of {name}", owner=owner)
    title = await a_title(studio_id, name)
    await keep_master(title.id, MasterFacts(Fraction(24), 20_000), by=owner.id)
    with FILM.open("rb") as file:
        await show_video(title.id, await keep_video(file), by=owner.id)
    await a_scene(title.id, "S1", "0:00", "0:10")
    await a_product(title.id, "Pearl drop earring")
    return f"/desk/{(await Organisation.get(id=studio_id)).slug}/screen/{public(title.id)}", title


async def now(visitor: Visitor) -> str:
    return await visitor.page.locator("[data-now]").evaluate("(shown) => shown.value")


async def test_a_box_is_drawn_over_the_film_frame_by_frame(visit: Visitors) -> None:
    owner = await somebody("Gu Lan")
    desk, title = await a_film_to_mark(owner, "River Moon Drawn")
    gu = await visit(owner, DESKTOP)
    await gu.goes_to(desk)
    await gu.follows("Mark an appearance")
    page = gu.page
    stage = page.locator(".stepper__stage")
    await expect(page.locator("[data-now]")).to_contain_text("· 0")
    await stage.focus()
    for _ in range(3):
        await page.keyboard.press("ArrowRight")
    assert await now(gu) == "00:00:00.125 · 3"
    await page.keyboard.press("Shift+ArrowRight")
    assert await now(gu) == "00:00:01.125 · 27"
    await page.keyboard.press("i")
    await expect(page.locator("#field-start")).to_have_value("00:00:01.125")

    box = await stage.bounding_box()
    assert box is not None
    x, y, w, h = box["x"], box["y"], box["width"], box["height"]
    await page.mouse.move(x + w * 0.4, y + h * 0.3)
    await page.mouse.down()
    await page.mouse.move(x + w * 0.6, y + h * 0.6, steps=4)
    await page.mouse.up()
    boxes = page.locator("#field-boxes")
    first = [float(n) for n in (await boxes.input_value()).split()]
    assert [round(n, 1) for n in first] == [0, 0.4, 0.3, 0.2, 0.3]

    await stage.focus()
    await page.keyboard.press("Shift+ArrowRight")
    marked = page.locator(".stepper__box")
    await marked.focus()
    await page.keyboard.press("ArrowRight")  # half a percent to the right, a second later
    await page.keyboard.press("Shift+ArrowDown")
    second = [float(n) for n in (await boxes.input_value()).splitlines()[1].split()]
    assert second[0] == 1 and round(second[1] - first[1], 4) == 0.005 and round(second[4] - first[4], 4) == 0.005
    left = page.locator("[data-part=x]")
    await left.fill("10")
    await left.blur()
    assert (await boxes.input_value()).splitlines()[1].split()[1] == "0.1"

    await page.keyboard.press("Tab")
    await stage.focus()
    await page.keyboard.press("o")
    await expect(page.locator("#field-end")).to_have_value("00:00:02.167")
    await gu.types(alt="left ear, in the middle")
    await gu.presses("Keep it")
    await gu.reads("The appearance is there.")
    seen = await Appearance.get(title_id=title.id)
    assert (seen.start_ms, seen.end_ms, len(seen.box_list)) == (1_125, 2_167, 2)
    await expect(marked).to_be_visible()
    await gu.goes_to(desk)
    await gu.presses("Publish")
    await gu.reads("Revision 1 is published.")
    assert await CueRevision.filter(title_id=title.id).count() == 1


async def test_without_a_script_times_and_boxes_are_typed(visit: Visitors) -> None:
    owner = await somebody("Bo Lan")
    desk, title = await a_film_to_mark(owner, "River Moon Typed")
    bo = await visit(owner, PHONE, scripts=False, dark=True)
    await bo.goes_to(f"{desk}/appearances/new")
    await bo.types(start="0:01", end="0:03.5", boxes="0 0.62 0.31 0.08 0.12", alt="left ear")
    await bo.presses("Keep it")
    await bo.reads("The appearance is there.")
    assert (await Appearance.get(title_id=title.id)).box_list == [[0, 0.62, 0.31, 0.08, 0.12]]
    for path in ("/master", "/scenes", "/products", "/products/new", "/appearances", "/list", ""):
        await bo.goes_to(desk + path)
