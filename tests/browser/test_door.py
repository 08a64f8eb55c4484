"""The door in a real browser: a ticket before the camera, no connection, a reload without one, and everything brought home."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import pytest
import segno
from PIL import Image
from playwright.async_api import BrowserContext, Page, async_playwright, expect

from crowdfund import clock
from crowdfund.people.models import Role
from crowdfund.replay.site import Site
from crowdfund.screenings.door import admitting, passes
from crowdfund.screenings.door.admitting import admit
from crowdfund.screenings.door.models import Admission
from crowdfund.screenings.models import Screening, Ticket
from tests.browser.conftest import FLAGS, Visitors
from tests.browser.stage import somebody
from tests.browser.visitor import DESKTOP, PHONE, Visitor, violations
from tests.cinema import a_screening
from tests.door import a_manager, a_pass, a_scan, code, desk_of, doors_open, given_away, keeper_at, sold
from tests.world import Fan

pytestmark = pytest.mark.landing

WIDTH, HEIGHT = 640, 480


@dataclass
class Evening:
    screening: Screening
    tickets: list[Ticket]
    gu: Fan

    @property
    def door(self) -> str:
        return passes.door_path(self.screening.id)


@pytest.fixture
async def evening(site: Site) -> AsyncIterator[Evening]:
    """Five seats are sold and the doors are open, whatever day other stories have made it."""
    screening, gu = await a_screening(days=0.5), await somebody("Gu")
    await a_manager(screening, Role.OWNER, gu)
    tickets = await sold(await somebody("Mei"), screening, "A-1", "A-2", "A-3", "A-4", "A-5")
    doors_open(screening)
    yield Evening(screening, tickets, gu)
    await admitting.finish()


def picture_of(text: str, scale: int = 5) -> Image.Image:
    """A ticket's code in the middle of what a camera sees, on a grey wall."""
    written = BytesIO()
    segno.make(text, error="m").save(written, kind="png", scale=scale, border=4)
    seen = Image.new("L", (WIDTH, HEIGHT), 110)
    ticket = Image.open(written).convert("L")
    seen.paste(ticket, ((WIDTH - ticket.width) // 2, (HEIGHT - ticket.height) // 2))
    return seen


def film_of(text: str, path: Path) -> Path:
    """What a camera films that looks at a ticket, as Chromium's fake camera plays it."""
    frame = b"FRAME\n" + picture_of(text).tobytes() + b"\x80" * (WIDTH * HEIGHT // 2)
    path.write_bytes(f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F10:1 Ip A1:1 C420jpeg\n".encode() + frame * 10)
    return path


@pytest.fixture
async def filmed(chromium_path: str, evening: Evening, tmp_path: Path) -> AsyncIterator[BrowserContext]:
    """A browser whose camera looks at the first ticket."""
    film = film_of(await code(evening.tickets[0]), tmp_path / "ticket.y4m")
    flags = [
        "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream", f"--use-file-for-fake-video-capture={film}",
    ]  # fmt: skip
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium_path, args=[*FLAGS, *flags])
        yield await browser.new_context(
            viewport={"width": PHONE[0], "height": PHONE[1]}, permissions=["camera"], color_scheme="dark"
        )
        await browser.close()


async def test_a_real_ticket_before_a_camera(
    site: Site, evening: Evening, filmed: BrowserContext, examined: set[str]
) -> None:
    """Chromium's fake camera films a ticket; this build knows no BarcodeDetector, so frames are read by the site."""
    helper = Visitor(await filmed.new_page(), site.url, examined)
    await helper.goes_to(passes.link_of((await a_pass(evening.screening, "North", by=evening.gu)).id))
    await helper.page.get_by_role("button", name="Scan with the camera").click()
    await answer_is(helper.page, "good", "Let in", "row A, seat 1")
    assert await violations(helper.page) == []
    await helper.page.get_by_role("button", name="Stop the camera").click()
    assert (await Admission.get(counted=1, screening_id=evening.screening.id)).gate == "North"
    assert helper.complaints == []


async def answer_is(page: Page, tone: str, word: str, more: str = "") -> None:
    board = page.locator("[data-answer]")
    await expect(board).to_have_attribute("data-tone", tone, timeout=15_000)
    await expect(board).to_contain_text(word)
    await expect(board).to_contain_text(more)


async def shows(visitor: Visitor, text: str) -> None:
    """Look a code up, as somebody who types."""
    await visitor.types(letters=text)
    await visitor.page.get_by_role("button", name="Look it up").click()


# The page itself is among what is kept, whichever of its files came last, and somebody is there to give it, up and ready.
_KEPT = """async () => navigator.serviceWorker.controller?.state === 'activated'
    && await caches.match(location.href, { ignoreSearch: true })
    && (await (await caches.open('door')).keys()).length > 8"""


async def test_the_door_goes_on_without_a_connection_and_brings_its_scans_home(
    visit: Visitors, evening: Evening
) -> None:
    """North is offline, reloads, lets in two and refuses five; meanwhile one of them comes in at South."""
    one, two, gave, gone, last = evening.tickets
    screening = evening.screening
    old = await code(gave)
    await given_away(gave)
    texts = {ticket.id: await code(ticket) for ticket in evening.tickets}
    north = await visit(None, PHONE, dark=True)
    await north.goes_to(passes.link_of((await a_pass(screening, "North", by=evening.gu)).id))
    page, context = north.page, north.page.context
    await shows(north, texts[gone.id])
    await answer_is(page, "good", "Let in", "row A, seat 4")
    await expect(page.locator("[data-admitted]")).to_have_text("1")
    await page.wait_for_function(_KEPT)

    await context.set_offline(True)
    await page.reload()
    await expect(page.locator("[data-line]")).to_have_attribute("data-state", "offline")
    await shows(north, texts[one.id])
    await answer_is(page, "good", "Let in", "row A, seat 1")
    assert await violations(page) == []
    await shows(north, texts[two.id])
    await answer_is(page, "good", "Let in", "row A, seat 2")
    for text, tone, word in (
        (texts[one.id], "bad", "Used already"), (texts[gone.id], "bad", "Used already"), (old, "bad", "Given away"),
        (texts[last.id][:-4] + "AAAA", "bad", "Not genuine"), ("https://example.com", "wait", "Can't be proven"),
    ):  # fmt: skip
        await shows(north, text)
        await answer_is(page, tone, word)
    await shows(north, last.typed_code)
    await answer_is(page, "wait", "Can't be proven", "looked up later")
    assert await violations(page) == []
    await north.types(because="She has a paper ticket of today.")
    await page.get_by_role("button", name="Let in all the same").click()
    await answer_is(page, "good", "Let in", "Your reason is kept")
    await expect(page.locator("[data-line-waiting]")).to_have_text("waiting to be sent: 7")
    assert await Admission.filter(screening_id=screening.id).count() == 1

    await admit(a_scan(texts[one.id]), await keeper_at(screening))
    await page.reload()
    await expect(page.locator("[data-line-waiting]")).to_have_text("waiting to be sent: 7")
    await context.set_offline(False)
    await expect(page.locator("[data-line]")).to_have_attribute("data-state", "ready", timeout=20_000)
    await expect(page.locator("[data-line-waiting]")).to_have_text("")
    await expect(page.locator("[data-admitted]")).to_have_text("4")
    scans = await Admission.filter(screening_id=screening.id)
    assert sum(scan.counted for scan in scans) == 4 and len(scans) == 9
    [conflict] = [scan for scan in scans if scan.conflict]
    assert (conflict.ticket_id, conflict.said, conflict.verdict, conflict.gate) == (
        one.id,
        "admitted",
        "already_used",
        "North",
    )

    gu = await visit(evening.gu, DESKTOP)
    await gu.goes_to(await desk_of(screening))
    await gu.reads("Each ticket is counted once.", "North", "She has a paper ticket of today.", "Conflicts")
    north.awaited = " 410"
    await gu.presses("Withdraw", sure=True)
    await page.get_by_role("button", name="Look it up").wait_for()
    await shows(north, texts[two.id])
    await expect(page.locator("[data-line]")).to_have_attribute("data-state", "gone")


async def test_without_scripts_a_form_does_it(visit: Visitors, evening: Evening, tmp_path: Path) -> None:
    gu = await visit(evening.gu, PHONE, scripts=False)
    one, two, *_ = evening.tickets
    await gu.goes_to(evening.door)
    await gu.types(letters=one.typed_code)
    await gu.presses("Look it up")
    await gu.reads("Let in", "row A, seat 1")
    picture_of(await code(two)).save(tmp_path / "ticket.jpg")
    await gu.page.get_by_text("A picture of the code instead").click()
    await gu.hands_over("image", tmp_path / "ticket.jpg")
    await gu.presses("Read the picture")
    await gu.reads("Let in", "row A, seat 2")
    await gu.types(letters=one.typed_code)
    await gu.presses("Look it up")
    await gu.reads("Used already", "In since")
    await gu.types(because="She went to the car.")
    await gu.presses("Let in all the same")
    await gu.reads("Let in again", "She is not counted twice.")
    assert (await Screening.get(id=evening.screening.id)).admitted == 2
    assert re.search(r"\b2\b", await gu.page.locator("[data-admitted]").inner_text())


async def test_every_answer_is_fit_for_everybody(visit: Visitors, evening: Evening) -> None:
    """axe on the door in each of its tones, by day and by night, on both kinds of screen."""
    screening, (one, two, gave, *_) = evening.screening, evening.tickets
    await given_away(gave)
    early = await a_screening(days=2)
    await a_manager(early, Role.OWNER, evening.gu)
    (coming,) = await sold(await somebody("Ann"), early, "B-1")
    for size, dark in ((PHONE, False), (PHONE, True), (DESKTOP, False), (DESKTOP, True)):
        gu = await visit(evening.gu, size, dark=dark)
        await gu.page.emulate_media(color_scheme="dark" if dark else "light", reduced_motion="reduce")
        await gu.goes_to(evening.door)
        assert await violations(gu.page) == []
        for text, word in ((one.typed_code, "seat 1"), (two.typed_code, "seat 2"), ("0000000000", "No ticket")):
            await shows(gu, text)
            await expect(gu.page.locator("[data-answer]")).to_contain_text(word)
            assert await violations(gu.page) == []
        await gu.goes_to(passes.door_path(early.id))
        await shows(gu, coming.typed_code)
        await answer_is(gu.page, "wait", "Too early")
        assert await violations(gu.page) == []
        wide = await gu.page.evaluate("document.documentElement.scrollWidth")
        assert wide <= size[0]
    assert clock.now() < early.doors_at and await Admission.filter(counted=1, screening_id=screening.id).count() == 2
