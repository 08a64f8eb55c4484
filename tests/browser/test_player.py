"""The player in a real Chromium: by keyboard alone, without scripts, with captions; quiet until it is asked."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from playwright.async_api import Page, expect

from crowdfund.database import Sql
from tests.browser.visitor import DESKTOP, PHONE, Visitor
from tests.watching import OnScreen, river_moon
from tests.world import a_fan

Visit = Callable[..., Awaitable[Visitor]]

SAVED = Sql("SELECT product_id FROM saved_product WHERE person_id = $1")


@pytest.fixture
async def film(site: Any) -> OnScreen:
    return await river_moon()


async def plays_from(page: Page, second: float) -> None:
    """The film is there, its track is read, and it stands at this moment."""
    await page.wait_for_function("() => document.querySelector('.player__bar:not([hidden])')")
    await page.wait_for_function(
        "() => [...document.querySelector('video').textTracks].find(t => t.kind === 'metadata')?.cues?.length > 0"
    )
    await page.evaluate(
        """at => new Promise(done => { const film = document.querySelector('video');
            film.addEventListener('seeked', done, {once: true}); film.currentTime = at })""",
        second,
    )


async def at(page: Page) -> float:
    return float(await page.evaluate("() => document.querySelector('video').currentTime"))


async def test_by_keyboard_alone(visit: Visit, film: OnScreen) -> None:
    """She jumps to what can be bought, opens the shelf, walks along it, saves, leaves it, and is where she was."""
    mei = await a_fan("Mei")
    fan = await visit(mei, DESKTOP)
    await fan.goes_to(film.path)
    page = fan.page
    await plays_from(page, 30.5)
    await page.get_by_role("button", name="Play", exact=True).focus()
    await page.keyboard.press("]")
    await expect(page.get_by_role("status").last).to_have_text("Blue enamel lamp, at 0:31")
    await page.keyboard.press("]")
    assert 42.2 < await at(page) < 42.5
    await page.keyboard.press("[")
    assert 31.2 < await at(page) < 31.5
    await page.keyboard.press("]")
    await expect(page.locator("[data-part=count]")).to_contain_text("1 thing here")
    await page.keyboard.press("s")
    shelf = page.get_by_role("region", name="On screen now")
    await expect(shelf).to_be_visible()
    await expect(
        shelf.get_by_role("button", name=re.compile("Add to basket ?: Pearl drop, Xiu Workshop"))
    ).to_be_focused()
    await expect(page.get_by_role("status").last).to_have_text(
        "On screen now, or just before: Pearl drop, Blue enamel lamp, Ferryman's coat, Straw hat."
    )
    await page.keyboard.press("ArrowRight")
    await expect(shelf.get_by_role("link", name="Looking for a maker").first).to_be_focused()
    await page.keyboard.press("ArrowLeft")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("status").last).to_have_text("Saved for after the credits: Pearl drop.")
    assert [row["product_id"] for row in await SAVED(mei.id)] == [film.products["earring"].id]
    await fan.examine()
    await page.keyboard.press("Escape")
    await expect(shelf).to_be_hidden()
    await expect(page.get_by_role("button", name="Play", exact=True)).to_be_focused()


async def test_quiet_until_it_is_paused(visit: Visit, film: OnScreen) -> None:
    """While it runs nothing is laid over it and no focus is taken; a pause shows what is there; going on puts it away."""
    fan = await visit(None, DESKTOP)
    await fan.goes_to(film.path)
    page = fan.page
    await plays_from(page, 45)
    assert await page.evaluate("() => document.querySelector('video').paused"), "nothing plays by itself"
    await page.get_by_role("button", name="Play", exact=True).click()
    await page.wait_for_function("() => document.querySelector('video').currentTime > 45.3")
    await expect(page.locator(".spot")).to_have_count(0)
    await expect(page.locator("#shelf")).to_be_hidden()
    await page.keyboard.press("k")
    await expect(page.locator("#shelf")).to_be_visible()
    await expect(page.get_by_role("button", name="Pause", exact=True)).to_have_count(0)
    assert await page.evaluate("() => document.activeElement.dataset.part") == "play", "the focus stays where it was"
    spot = page.get_by_role("button", name="Pearl drop, at Lin's ear, catching the moon")
    frame, mark = await page.locator("video").bounding_box(), await spot.bounding_box()
    assert frame and mark and mark["width"] >= 24 and mark["height"] >= 24
    x, y = (
        (mark["x"] + mark["width"] / 2 - frame["x"]) / frame["width"],
        (mark["y"] + mark["height"] / 2 - frame["y"]) / frame["height"],
    )
    boxes = next(one for one in film_boxes() if one[0] == "earring")
    assert boxes[1] <= x <= boxes[2] and boxes[3] <= y <= boxes[4], (x, y)
    await spot.click()
    await expect(
        page.locator("#shelf").get_by_role("button", name=re.compile("Add to basket ?: Pearl drop, Xiu Workshop"))
    ).to_be_focused()
    await page.keyboard.press("Escape")
    await page.get_by_role("button", name="Play", exact=True).click()
    await expect(page.locator("#shelf")).to_be_hidden()


def film_boxes() -> list[tuple[str, float, float, float, float]]:
    """Of each close-up, the room that its boxes take on their whole way."""
    from crowdfund.demo.filming.river_moon import APPEARANCES

    return [
        (
            one.product, min(b[1] for b in one.boxes), max(b[1] + b[3] for b in one.boxes), min(b[2] for b in one.boxes),
            max(b[2] + b[4] for b in one.boxes),
        )
        for one in APPEARANCES if one.prominence == 3
    ]  # fmt: skip


async def test_the_basket_in_the_bar_counts_what_is_put_in_from_the_film(visit: Visit, film: OnScreen) -> None:
    """It is there from the first thing on, and the film stays where it was."""
    mei = await a_fan("Mei")
    fan = await visit(mei, PHONE)
    await fan.goes_to(film.path)
    page, basket = fan.page, fan.page.locator(".bar__basket")
    await expect(basket).to_have_count(0)
    await plays_from(page, 57.5)
    await page.locator("[data-part=count]").click()
    shelf = page.locator("#shelf")
    for thing, counted in (("Ferryman's coat", "1 thing"), ("Pearl drop", "2 things")):
        await shelf.get_by_role("button", name=re.compile(f"Add to basket ?: {thing}")).click()
        await expect(page.get_by_role("link", name=re.compile(f"Basket, {counted}$"))).to_be_visible()
    await expect(basket).to_have_count(1)
    assert page.url.endswith(film.path) and 57 < await at(page) < 58
    await fan.examine()
    await basket.click()
    await expect(page.get_by_role("heading", name="Your basket")).to_be_visible()


async def test_marks_are_asked_for_and_remembered_and_captions_stay_free(visit: Visit, film: OnScreen) -> None:
    fan = await visit(None, DESKTOP)
    await fan.goes_to(film.path)
    page = fan.page
    await plays_from(page, 57.5)
    await page.get_by_role("button", name="Mark in the picture").click()
    await page.get_by_role("button", name="Captions", exact=True).click()
    await page.wait_for_function(
        "() => [...document.querySelector('video').textTracks].find(t => t.kind === 'captions').activeCues?.length === 1"
    )
    await page.evaluate("() => document.querySelector('video').dispatchEvent(new Event('timeupdate'))")
    frame = await page.locator("video").bounding_box()
    await expect(page.locator(".spot")).not_to_have_count(0)
    for spot in await page.locator(".spot").all():
        mark = await spot.bounding_box()
        assert frame and mark and mark["y"] + mark["height"] <= frame["y"] + 0.8 * frame["height"]
    await page.reload()
    await plays_from(page, 57.5)
    await expect(page.get_by_role("button", name="Mark in the picture")).to_have_attribute("aria-pressed", "true")


async def test_what_gives_away_the_end_is_told_once_it_has_passed(visit: Visit, film: OnScreen) -> None:
    """The lamp ashore is a spoiler; jumping past its scene tells of it, and after the credits what was saved is there."""
    fan = await visit(None, PHONE)
    await fan.goes_to(film.path)
    page = fan.page
    await plays_from(page, 47)
    await page.get_by_role("button", name="1 thing here").click()
    await page.get_by_role("button", name=re.compile("Save for after the credits ?: Pearl drop")).click()
    await expect(page.get_by_role("status").last).to_have_text("Saved for after the credits: Pearl drop.")
    told = "() => [...document.querySelector('video').textTracks].find(t => t.kind === 'metadata').cues.length"
    assert await page.evaluate(told) == 19  # eleven appearances and eight scenes: the browser has read all of them
    await plays_from(page, 76)
    await page.get_by_role("button", name="Play", exact=True).focus()
    await page.keyboard.press("]")  # the next thing is the lamp, and it is not told yet
    assert await at(page) < 77
    await plays_from(page, 78)
    await expect(page.locator("[data-part=count]")).to_contain_text("1 thing here")
    await page.keyboard.press("[")
    await expect(page.get_by_role("status").last).not_to_have_text("Saved for after the credits: Pearl drop.")
    await plays_from(page, 83.5)
    await page.get_by_role("button", name="Play", exact=True).click()
    await page.wait_for_function("() => document.querySelector('video').ended")
    await expect(page.get_by_role("heading", name="Saved for after the credits")).to_be_visible()
    await expect(page.locator(".find:visible h3")).to_have_text(["Pearl drop"])
    await fan.examine()


async def test_without_scripts_the_same_things_stand_in_a_table(visit: Visit, film: OnScreen) -> None:
    fan = await visit(None, PHONE, scripts=False)
    await fan.goes_to(film.path)
    page = fan.page
    assert await page.locator("video[controls]").count() == 1
    await expect(page.locator("#shelf, .player__bar")).to_have_count(2)
    for hidden in ("#shelf", ".player__bar"):
        await expect(page.locator(hidden)).to_be_hidden()
    row = page.locator("tr", has_text="Pearl drop")
    await expect(row).to_contain_text("Xiu Workshop")
    await expect(row).to_contain_text("$45.00")
    await row.get_by_role("link", name="0:42").click()
    assert "t=42.2" in page.url
    await expect(page.locator("tr", has_text="Blue enamel lamp")).to_contain_text("looking for a maker")
    await fan.goes_to(film.item("earring"))
    await fan.goes_to(film.path + "/shop")
    await fan.goes_to("/watch")
