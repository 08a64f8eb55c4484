"""The plan of a hall in a browser, on a page of its own: chosen with a mouse, with keys, with a finger, and without a script."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, BrowserContext, Page, Route, expect

from crowdfund import clock
from crowdfund.screenings.seating.csv_file import read_csv
from crowdfund.screenings.seating.drawing import drawing_of
from crowdfund.web.headers import _content_policy
from crowdfund.web.i18n import speaking
from crowdfund.web.static import files
from crowdfund.web.templates import _ABSENT, environment

pytestmark = pytest.mark.landing

SITE = "http://seats.test"
PAGE = """{% extends "base.html" %}{% from "screenings/seat_map.html" import seat_map %}{% block title %}Seats{% endblock %}
{% block main %}<div class="page page--body stack"><h1>River Moon</h1><h2>Seats</h2>
<form method="post" action="/hold">{{ seat_map(hall, state_of, chosen, price_of, amount_of, "USD", area_free, {}, "/status", 3,
  zone="Asia/Shanghai") }}
<button class="button button--go" name="go" value="1">Keep these seats</button></form></div>{% endblock %}"""
TABLE = "zone,row,seat,category,kind,x,y,capacity\nFloor,,,Standing,,,,200\n" + "".join(
    f"{zone},{row},{seat},{category},{'wheelchair' if (row, seat) == ('C', 1) else 'companion' if (row, seat) == ('C', 2) else ''},,,\n"
    for zone, category in (("Stalls", "Standard"), ("Balcony", "Premium"))
    for row in "ABC"
    for seat in range(1, 21)
)
PLAN = read_csv(TABLE, "Grand Theatre")
STATES = {"Stalls-A-3": "taken", "Stalls-B-2": "held", "Stalls-A-20": "closed"}
STANDING, STANDARD, PREMIUM = (category.id for category in PLAN.categories)


@dataclass
class Server:
    """Answers what the page asks for, and remembers what it sent."""

    status: dict[str, Any] = field(
        default_factory=lambda: {"taken": ["Stalls-A-3"], "held": ["Stalls-B-2"], "areas": {"Floor": 120}}
    )
    sent: list[list[tuple[str, str]]] = field(default_factory=list)
    chosen: set[str] = field(default_factory=set)
    asked: int = 0

    async def answer(self, route: Route) -> None:
        url = urlsplit(route.request.url)
        if url.path.startswith("/static/"):
            file = files()[url.path.removeprefix("/static/")]
            await route.fulfill(body=file.content, content_type=file.media_type)
        elif url.path == "/status":
            self.asked += 1
            await route.fulfill(body=json.dumps(self.status), content_type="application/json")
        else:
            if route.request.method == "POST":
                self.sent.append(parse_qsl(route.request.post_data or "", keep_blank_values=True))
            language = parse_qs(url.query).get("in", ["en"])[0]
            headers = {"content-security-policy": _content_policy("'self'")}
            await route.fulfill(body=self.page(language), content_type="text/html; charset=utf-8", headers=headers)

    def page(self, language: str) -> str:
        prices = {STANDING: "$10.00", STANDARD: "$14.00 + $1.20 fee", PREMIUM: "$20.00 + $1.20 fee"}
        with speaking(language):
            return environment().from_string(PAGE).render(
                {
                    **_ABSENT, "now": clock.now(), "locale": language, "hall": drawing_of(PLAN), "state_of": STATES, "price_of": prices,
                    "chosen": self.chosen, "amount_of": {STANDING: 1000, STANDARD: 1520, PREMIUM: 2120}, "area_free": {"Floor": 150},
                }
            )  # fmt: skip


Open = Callable[..., Awaitable[tuple[Page, Server]]]


@pytest.fixture
async def at(chromium: Browser) -> AsyncIterator[Open]:
    """`await at((390, 844))`: a page with the hall, and who answers it. Afterwards no browser may have complained."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    async def open_page(
        size: tuple[int, int] = (1280, 900), *, scripts: bool = True, path: str = "/", **more: Any
    ) -> tuple[Page, Server]:
        server = more.pop("server", Server())
        context = await chromium.new_context(
            viewport={"width": size[0], "height": size[1]}, java_script_enabled=scripts, reduced_motion="reduce", **more
        )
        contexts.append(context)
        await context.route("**/*", server.answer)
        page = await context.new_page()
        page.on(
            "console", lambda message: complaints.append(message.text) if message.type in ("error", "warning") else None
        )
        page.on("pageerror", lambda problem: complaints.append(str(problem)))
        await page.goto(SITE + path)
        await page.wait_for_load_state("networkidle")
        return page, server

    yield open_page
    for context in contexts:
        await context.close()
    assert complaints == []


def seat(page: Page, name: str, zone: str = "Stalls") -> Any:
    return page.get_by_role("group", name=zone, exact=True).get_by_role("button", name=name)


async def test_a_seat_is_chosen_with_the_mouse_and_let_go(at: Open) -> None:
    page, server = await at()
    one = seat(page, "Row B, seat 7, Standard, $14.00 + $1.20 fee, free")
    await one.click()
    chosen = seat(page, "Row B, seat 7, Standard, $14.00 + $1.20 fee, chosen")
    await expect(chosen).to_have_attribute("aria-pressed", "true")
    await seat(page, "Row A, seat 1, Premium", "Balcony").click()
    said = page.get_by_role("status").filter(has_text="row B")
    await expect(said).to_have_text("Stalls, row B, seat 7 · Balcony, row A, seat 1 · $36.40")
    await page.get_by_label("Floor, standing").fill("1")
    await page.get_by_label("Floor, standing").blur()
    await expect(page.locator("[data-said]")).to_have_text(
        "Stalls, row B, seat 7 · Balcony, row A, seat 1 · 1 × Floor · $46.40"
    )
    await seat(page, "Row B, seat 8").click()
    await expect(page.locator("[data-said]")).to_have_text("At most 3 for one person.")
    await chosen.click()
    await expect(one).to_have_attribute("aria-pressed", "false")
    await page.get_by_role("button", name="Keep these seats").click()
    assert server.sent == [[("area.Floor", "1"), ("seat", "Balcony-A-1"), ("go", "1")]]


async def test_what_is_not_free_can_be_read_and_not_chosen(at: Open) -> None:
    page, server = await at()
    for name in ("Row A, seat 3, Standard, $14.00 + $1.20 fee, taken", "Row B, seat 2, Standard, $14.00 + $1.20 fee, in a cart",
                 "Row A, seat 20, Standard, $14.00 + $1.20 fee, not for sale"):  # fmt: skip
        await expect(seat(page, name)).to_have_attribute("aria-disabled", "true")
        await seat(page, name).click(force=True)
    await expect(page.locator("[data-said]")).to_have_text("Nothing chosen yet.")
    await expect(seat(page, "Row C, seat 1, wheelchair space, Standard")).to_be_visible()
    await expect(seat(page, "Row C, seat 2, companion's seat, Standard")).to_be_visible()
    assert server.sent == []


async def test_arrows_home_end_and_space(at: Open) -> None:
    page, _ = await at()
    stops = await page.locator("svg button.seat:not([tabindex='-1'])").count()
    assert stops == 1, "the Tab key reaches one seat, not 120"
    await seat(page, "Row A, seat 1,").focus()
    for key, name in (
        ("ArrowRight", "Row A, seat 2,"), ("ArrowRight", "Row A, seat 3,"), ("ArrowDown", "Row B, seat 3,"), ("End", "Row B, seat 20,"),
        ("ArrowRight", "Row B, seat 20,"), ("ArrowUp", "Row A, seat 20,"), ("Home", "Row A, seat 1,"), ("ArrowDown", "Row B, seat 1,"),
    ):  # fmt: skip
        await page.keyboard.press(key)
        await expect(seat(page, name)).to_be_focused()
    await page.keyboard.press("Space")
    await expect(page.locator("[data-said]")).to_have_text("Stalls, row B, seat 1 · $15.20")
    await page.keyboard.press("Enter")
    await expect(page.locator("[data-said]")).to_have_text("Nothing chosen yet.")
    for _ in range(2):
        await page.keyboard.press("ArrowDown")
    await expect(seat(page, "Row A, seat 1,", "Balcony")).to_be_focused()


async def test_on_a_phone_the_zones_come_first_and_seats_are_large_enough(at: Open) -> None:
    page, _ = await at((390, 844), has_touch=True)
    await expect(page.locator("[data-hall]")).to_be_hidden()
    zone = page.get_by_role("button", name="Stalls")
    await expect(zone).to_contain_text("Free: 57")
    await expect(zone).to_contain_text("from $14.00 + $1.20 fee")
    await zone.tap()
    sizes = await page.locator("svg button.seat").evaluate_all(
        "all => all.map(one => one.getBoundingClientRect()).map(box => [box.width, box.height])"
    )
    assert len(sizes) == 120 and min(min(size) for size in sizes) >= 24
    assert await page.evaluate("document.documentElement.scrollWidth") <= 390
    await expect(page.locator("svg button.seat:focus")).to_have_count(1)
    await seat(page, "Row B, seat 10,").tap()
    await expect(page.locator("[data-said]")).to_have_text("Stalls, row B, seat 10 · $15.20")
    await page.get_by_role("button", name="Back to the whole hall").tap()
    await expect(zone).to_be_visible()


async def test_without_a_script_buttons_and_boxes_send_the_form(at: Open) -> None:
    server = Server(chosen={"Stalls-B-7"})
    page, _ = await at(scripts=False, server=server)
    await seat(page, "Row B, seat 8").click()
    assert dict(server.sent[-1]) == {"area.Floor": "0", "seat": "Stalls-B-7", "pick": "Stalls-B-8"}
    await page.get_by_text("Choose from a list instead").click()
    await page.locator(".seat-list__zone > summary", has_text="Stalls").click()
    row = page.get_by_role("group", name="Row C").first
    await row.get_by_role("checkbox", name=re.compile(r"^5 ?, Standard, \$14.00 \+ \$1.20 fee ?, free$")).check()
    await expect(page.locator("label", has=page.locator("input[value=Stalls-A-3]:disabled"))).to_contain_text("taken")
    await page.get_by_label("Floor, standing").fill("2")
    await page.get_by_label("Floor, standing").press("Enter")
    assert server.sent[-1] == [("pick", ""), ("area.Floor", "2"), ("seat", "Stalls-B-7"), ("seat", "Stalls-C-5")], (
        "the Enter key in a field chooses no seat"
    )


async def test_without_a_script_a_phone_has_the_list(at: Open) -> None:
    page, _ = await at((390, 844), scripts=False)
    await expect(page.locator("[data-hall]")).to_be_hidden()
    await page.get_by_text("Choose from a list instead").click()
    await page.locator(".seat-list__zone > summary", has_text="Balcony").click()
    await expect(page.get_by_role("checkbox", name=re.compile("^20 ?, Premium")).first).to_be_visible()
    assert await page.evaluate("document.documentElement.scrollWidth") <= 390


async def test_what_others_take_meanwhile_is_seen_and_said(at: Open) -> None:
    page, server = await at()
    await seat(page, "Row B, seat 7").click()
    server.status = {
        "taken": ["Stalls-A-3", "Stalls-B-7"], "held": [], "areas": {"Floor": 1}, "next_back_at": "2027-09-10T14:32:00Z",
    }  # fmt: skip
    await expect(page.locator("[data-said]")).to_have_text("Stalls, row B, seat 7 was just taken.", timeout=15_000)
    assert server.asked >= 1
    await expect(seat(page, "Row B, seat 7, Standard, $14.00 + $1.20 fee, taken")).to_have_attribute(
        "aria-disabled", "true"
    )
    await expect(seat(page, "Row B, seat 2, Standard, $14.00 + $1.20 fee, free")).to_have_attribute("type", "submit")
    await expect(page.locator("[data-back]")).to_have_text("The next may come back at 22:32.")
    await expect(page.locator("[data-free]")).to_have_text("118")
    assert await page.get_by_label("Floor, standing").get_attribute("max") == "1"
    await expect(page.locator("input[value=Stalls-B-7]")).to_be_disabled()


@pytest.mark.parametrize(
    ("size", "dark", "path"), [((1280, 900), False, "/"), ((390, 844), True, "/"), ((1280, 900), True, "/?in=zh_CN")]
)
async def test_axe_finds_nothing(at: Open, size: tuple[int, int], dark: bool, path: str) -> None:
    page, _ = await at(size, path=path, color_scheme="dark" if dark else "light")
    assert await complaints_of_axe(page) == []
    await page.locator(".seat-list > summary").click()
    await page.locator(".seat-list__zone > summary").first.click()
    if size[0] < 500:
        await page.locator(".seat-map__zone").first.click()
    assert await complaints_of_axe(page) == []


async def complaints_of_axe(page: Page) -> list[tuple[str, str]]:
    return [(one["id"], one["nodes"][0]["html"]) for one in (await Axe().run(page)).response["violations"]]
