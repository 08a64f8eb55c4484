"""The door's own eyes: Chromium reads, proves and judges tickets as the server does, by the same golden files."""

from __future__ import annotations

import json
import random
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Page, Route

from crowdfund.screenings.codes.judging import judge
from tests.unit.test_ticket_judging import GOLDEN, door_of, moment

ROOT = Path(__file__).parents[2]
VECTORS = json.loads((ROOT / "tests/unit/ticket_vectors.json").read_text(encoding="utf-8"))
READ = """async ({texts, keys}) => {
    const {importKeys, readCode, verifyCode} = await import('/static/js/ticket-code.js');
    const ready = await importKeys(keys);
    return Promise.all(texts.map(async (text) => {
        try { const code = await verifyCode(text, ready); return {...code, same: JSON.stringify(code) === JSON.stringify(readCode(text))}; }
        catch (problem) { return problem.code; }
    }));
}"""
JUDGE = """async ({doors, cases}) => {
    const {doorOf, judge} = await import('/static/js/ticket-judging.js');
    const ready = {};
    for (const [name, told] of Object.entries(doors)) ready[name] = await doorOf(told);
    return Promise.all(cases.map(({text, door, at}) => judge(text, ready[door], at)));
}"""
SEATS = """async ({seats, hall}) => {
    const {readCode, seatsOf} = await import('/static/js/ticket-code.js');
    return Promise.all(seats.map(({text}) => seatsOf(readCode(text), hall)));
}"""


@pytest.fixture
async def page(chromium: Browser) -> AsyncIterator[Page]:
    """An empty page that may fetch the site's scripts, and nothing else."""

    async def answer(route: Route) -> None:
        path = ROOT / route.request.url.removeprefix("https://door.example/")
        script = path.suffix == ".js"
        await route.fulfill(
            body=path.read_text(encoding="utf-8") if script else "<!doctype html><title>door</title>",
            content_type="text/javascript" if script else "text/html",
        )

    context = await chromium.new_context()
    await context.route("**/*", answer)
    page = await context.new_page()
    await page.goto("https://door.example/")
    yield page
    await context.close()


async def test_it_reads_and_proves_what_the_site_signed(page: Page) -> None:
    keys = {f"{one['screening']}.{one['number']}": one["public"] for one in VECTORS["keys"]}
    codes = VECTORS["codes"]
    found = await page.evaluate(READ, {"texts": [one["text"] for one in codes], "keys": keys})
    assert found == [
        {
            "ticket": one["ticket"], "screening": one["screening"], "keyName": f"{one['screening']}.{one['key_number']}",
            "seatHash": one["seat_hash"], "counter": one["counter"], "notBefore": one["not_before"], "notAfter": one["not_after"],
            "same": True,
        }
        for one in codes
    ]  # fmt: skip
    refused = VECTORS["refused"]
    found = await page.evaluate(READ, {"texts": [one["text"] for one in refused], "keys": keys})
    assert dict(zip([one["name"] for one in refused], found, strict=True)) == {
        one["name"]: one["code"] for one in refused
    }


async def test_it_finds_the_seat(page: Page) -> None:
    found = await page.evaluate(SEATS, {"seats": VECTORS["seats"], "hall": VECTORS["hall"]})
    assert found == [one["seats"] for one in VECTORS["seats"]]


async def test_it_judges_each_case_as_the_server_does(page: Page) -> None:
    found = await page.evaluate(JUDGE, GOLDEN)
    assert [(answer["verdict"], answer["mayBeForced"]) for answer in found] == [
        (one["verdict"], one["may_be_forced"]) for one in GOLDEN["cases"]
    ]


def damaged(text: str, chance: random.Random) -> str:
    """A code as a torn or tampered ticket gives it: a letter changed, lost, doubled, swapped; now and then untouched."""
    place = chance.randrange(len(text))
    letter = chance.choice("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_+/=. ")
    return chance.choice([
        text, text[:place], text[:place] + letter + text[place + 1 :], text[:place] + text[place + 1 :],
        text[:place] + letter + text[place:], text[place:] + text[:place],
    ])  # fmt: skip


async def test_server_and_browser_agree_on_a_thousand_damaged_tickets(page: Page) -> None:
    """Seed 34, for the issue of another scanner that judged otherwise when it was offline."""
    chance = random.Random(34)
    whole = [one["text"] for one in GOLDEN["cases"] if len(one["text"]) == 120]
    cases: list[dict[str, Any]] = [
        {
            "text": damaged(chance.choice(whole), chance), "door": chance.choice(list(GOLDEN["doors"])),
            "at": chance.choice(GOLDEN["cases"])["at"] + chance.randrange(-3700, 3700),
        }
        for _ in range(1000)
    ]  # fmt: skip
    doors = {name: door_of(told) for name, told in GOLDEN["doors"].items()}
    ours = [judge(one["text"], doors[one["door"]], moment(one["at"])) for one in cases]
    found = await page.evaluate(JUDGE, {"doors": GOLDEN["doors"], "cases": cases})
    assert [answer["verdict"] for answer in found] == [answer.verdict for answer in ours]
    assert len({answer.verdict for answer in ours}) == 10


async def test_a_browser_that_knows_no_ed25519_says_so(page: Page) -> None:
    """Then a door leaves proving to the server, and takes nobody's word."""
    await page.evaluate("""() => {
        SubtleCrypto.prototype.importKey = () => Promise.reject(new DOMException('none', 'NotSupportedError'));
    }""")
    import_one = "async keys => (await import('/static/js/ticket-code.js')).importKeys(keys)"
    assert await page.evaluate(import_one, {"0q8v6v9d2m7ha.0": "A" * 43}) is None
