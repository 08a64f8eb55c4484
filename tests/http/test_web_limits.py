"""How often somebody may try: exact at the edges, shared by processes, wall time (S12)."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from time import perf_counter

import pytest
import time_machine

from crowdfund import clock
from crowdfund.app import make_app
from crowdfund.database.attempts import attempt, forget_attempts
from crowdfund.web.rate_limit import Limit, TooMany
from tests.http.browser import Browser
from tests.http.campaign_world import STORY, a_draft, a_producer
from tests.http.conftest import PASSWORD, SiteUnderTest

pytestmark = pytest.mark.pages

START_US = 1_795_000_000_000_000


async def tries(limit: Limit, times_us: list[int]) -> list[bool]:
    """Whether a try at each of these moments is let through."""
    passed = []
    for at in times_us:
        with time_machine.travel(clock.from_us(START_US + at), tick=False):
            try:
                await limit.take("lin")
                passed.append(True)
            except TooMany:
                passed.append(False)
    return passed


@pytest.mark.parametrize("shared", [True, False])
async def test_five_a_minute_are_five_a_minute(database: str, shared: bool) -> None:
    limit = Limit("edge", 5, 60, shared=shared)
    second = 1_000_000
    assert await tries(limit, [0, 0, 0, 0, 0, 0]) == [True] * 5 + [False]
    # One comes back every twelve seconds: not a microsecond earlier, and only one.
    assert await tries(limit, [12 * second - 1, 12 * second, 12 * second]) == [False, True, False]
    assert await tries(limit, [72 * second] * 6) == [True] * 5 + [False]


@pytest.mark.parametrize("shared", [True, False])
async def test_the_refusal_says_how_long_to_wait(database: str, shared: bool) -> None:
    limit = Limit("wait", 3, 3600, shared=shared)
    with time_machine.travel(clock.from_us(START_US), tick=False):
        for _ in range(3):
            await limit.take("lin")
        with pytest.raises(TooMany) as refused:
            await limit.take("lin")
        await limit.take("wu")
    assert (refused.value.status_code, refused.value.retry_after_seconds) == (429, 1200)
    with time_machine.travel(clock.from_us(START_US + 1_200_000_000), tick=False):
        await limit.take("lin")


async def test_moving_the_clock_gives_no_tries_back(database: str) -> None:
    limit = Limit("moved", 2, 60, shared=True)
    await limit.take("lin")
    await limit.take("lin")
    clock.advance(timedelta(days=30))
    with pytest.raises(TooMany):
        await limit.take("lin")


SCRIPT = """
import asyncio, sys
from crowdfund.database import open_database, close_database
from crowdfund.database.attempts import attempt
async def main():
    await open_database(sys.argv[1])
    print(sum([await attempt("shared", 60_000_000, 59 * 60_000_000) == 0 for _ in range(50)]))
    await close_database()
asyncio.run(main())
"""


@pytest.mark.landing
async def test_two_processes_share_one_count(database: str) -> None:
    """Sixty an hour, tried a hundred and fifty times from three processes at once: sixty are let through."""
    running = [
        await asyncio.create_subprocess_exec(
            sys.executable, "-c", SCRIPT, database, stdout=asyncio.subprocess.PIPE, cwd=Path(__file__).parents[2]
        )
        for _ in range(2)
    ]
    here = sum([await attempt("shared", 60_000_000, 59 * 60_000_000) == 0 for _ in range(50)])
    there = [int((await process.communicate())[0]) for process in running]
    assert here + sum(there) == 60


async def test_what_was_given_back_is_forgotten(database: str) -> None:
    from crowdfund.database import Sql

    with time_machine.travel(clock.from_us(START_US), tick=False):
        await attempt("old", 1_000_000, 0)
    with time_machine.travel(clock.from_us(START_US + 2_000_000), tick=False):
        await attempt("new", 1_000_000, 0)
        await forget_attempts()
    assert [row["key"] for row in await Sql("SELECT key FROM rate_limit")()] == ["new"]


async def sign_in(browser: Browser, email: str, password: str = "not the password") -> int:
    await browser.get("/sign-in")
    await browser.submit("/sign-in", email=email, password=password)
    return browser.status


@pytest.fixture
def time_stands_still() -> Iterator[None]:
    """However long the tries take on this machine, they are made at one moment."""
    with time_machine.travel(clock.from_us(clock.wall_now_us()), tick=False):
        yield


@pytest.mark.usefixtures("time_stands_still")
async def test_an_account_is_tried_five_times_a_minute_from_wherever(site: SiteUnderTest) -> None:
    await site.signed_up("Lin")
    statuses = [await sign_in(site.browser(address=f"203.0.113.{i}"), "lin@example.com") for i in range(7)]
    assert statuses == [422] * 5 + [429, 429]
    browser = site.browser(address="203.0.113.99")
    assert await sign_in(browser, "lin@example.com", PASSWORD) == 429, "the right password waits too"
    assert int(browser.response.headers["retry-after"]) in range(1, 13)
    assert await sign_in(site.browser(address="203.0.113.99"), "wu@example.com") == 422


@pytest.mark.usefixtures("time_stands_still")
async def test_an_address_tries_twenty_times_a_minute_whatever_account(site: SiteUnderTest) -> None:
    browser = site.browser()
    statuses = [await sign_in(browser, f"nobody{i}@example.com") for i in range(22)]
    assert statuses == [422] * 20 + [429, 429]


async def test_a_forgotten_password_is_asked_for_three_times_an_hour(site: SiteUnderTest) -> None:
    statuses = []
    for i in range(4):
        browser = site.browser(address=f"203.0.113.{i}")
        await browser.get("/reset")
        await browser.submit("/reset", email="lin@example.com")
        statuses.append(browser.status)
    assert statuses == [200, 200, 200, 429]


async def test_too_many_tries_say_how_long_to_wait_and_keep_what_was_typed(site: SiteUnderTest) -> None:
    browser = site.browser()
    for _ in range(6):
        await sign_in(browser, "lin@example.com", PASSWORD)
    assert browser.status == 429
    wait = int(browser.response.headers["retry-after"])
    assert f"You can try again in {wait} seconds." in browser.text and "no password and no picture" in browser.text
    again = browser.form("/sign-in")
    assert again.fields["email"] == ["lin@example.com"] and "password" not in again.fields
    assert PASSWORD not in browser.response.text
    assert browser.page.links["Back to where you were"] == "/sign-in"
    assert f'data-seconds="{wait}"' in browser.response.text
    await browser.post("/sign-in", again.fields)
    assert browser.status == 422 and browser.form("/sign-in").fields["email"] == ["lin@example.com"]


async def test_a_page_asked_for_too_often_has_no_form_to_send_again(site: SiteUnderTest) -> None:
    browser = site.browser()
    for _ in range(31):
        await browser.get("/confirm/no-such-link")
    assert browser.status == 429 and "You can try again in" in browser.text and "What you typed" not in browser.text


async def test_a_picture_that_is_too_large_is_told_beside_its_field_and_the_rest_stays(site: SiteUnderTest) -> None:
    lin = await a_producer(site)
    draft = await a_draft(lin, written=False)
    path = f"{lin.base(draft)}/content"
    await lin.browser.get(path)
    six_mb = ("art.png", b"x" * 6_000_000, "image/png")
    await lin.browser.submit(path, files={"image": six_mb}, name="River Moon", story=STORY)
    assert lin.browser.status == 422 and "Please send a picture of at most 5 MB." in lin.browser.text
    assert lin.browser.form(path).fields["story"] == [STORY]
    # What is far too large is not even read; the page says how large a picture may be, knows who she is, and leads back.
    csrf = lin.browser.form("/sign-out").fields["csrf"][0]
    lin.browser.path = path
    await lin.browser.post(path, {"csrf": csrf}, files={"image": ("art.png", b"x" * 26_000_000, "image/png")})
    assert lin.browser.status == 413 and "A picture may be at most 5 MB." in lin.browser.text
    assert "Account of Lin" in lin.browser.text and "Sign in" not in lin.browser.text
    assert lin.browser.page.links["Back to where you were"] == path


async def test_a_token_calls_sixty_times_a_minute(site: SiteUnderTest) -> None:
    lin, wu = await site.signed_up("Lin"), await site.signed_up("Wu")
    headers, others = await site.token(lin.person, "account:read"), await site.token(wu.person, "account:read")
    client = site.browser().client
    began, answered = perf_counter(), 0
    while (await client.get("/api/v1/me", headers=headers)).status_code == 200 and answered < 600:
        answered += 1
    assert 60 <= answered <= 61 + int(perf_counter() - began), "one more each second"
    assert (await client.get("/api/v1/me", headers=headers)).json()["code"] == "too_many"
    assert (await client.get("/api/v1/me", headers=others)).status_code == 200


@pytest.mark.parametrize(
    ("peer", "forwarded", "counts_as"),
    [
        ("203.0.113.7", "198.51.100.1", "203.0.113.7"),  # nobody named this proxy: its word is nothing
        ("10.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "6.6.6.6, 198.51.100.1", "198.51.100.1"),  # what the visitor wrote stands left
        ("10.0.0.1", "198.51.100.1, 10.0.0.2", "198.51.100.1"),
        ("10.0.0.1", "not an address", "unknown"),
        ("10.0.0.1", "", "unknown"),
        ("2001:db8:1:2:aaaa::1", "", "2001:db8:1:2::/64"),
    ],
)
async def test_a_proxys_word_counts_only_where_the_operator_named_it(
    site: SiteUnderTest, peer: str, forwarded: str, counts_as: str
) -> None:
    from crowdfund.database import Sql

    ours = site.settings.with_(trusted_proxies=("10.0.0.0/8",))
    browser = Browser(make_app(ours), address=peer, headers={"x-forwarded-for": forwarded})
    await sign_in(browser, "nobody@example.com")
    keys = [row["key"] for row in await Sql("SELECT key FROM rate_limit WHERE key LIKE 'sign_in_address:%'")()]
    assert keys == [f"sign_in_address:{counts_as}"]
