"""The clock that anybody may move and the mails that were not sent: in sandbox mode, and nowhere else."""

from __future__ import annotations

import pytest

from crowdfund import clock
from crowdfund.app import make_app
from crowdfund.database import new_id
from crowdfund.people.models import Mail
from tests.http.browser import Browser
from tests.http.conftest import PASSWORD, SiteUnderTest

pytestmark = pytest.mark.pages

DAY_US = 86_400_000_000


async def test_a_visitor_moves_the_clock_and_stays_where_they_are(site: SiteUnderTest) -> None:
    browser = site.browser()
    await browser.get("/sign-up")
    await browser.submit("+7 days")
    assert browser.path == "/sign-up"
    assert "The clock moved on by 7 days." in browser.text
    assert clock.offset_us() == 7 * DAY_US
    await browser.submit("+1 day")
    assert "The clock moved on by a day." in browser.text
    assert clock.offset_us() == 8 * DAY_US


@pytest.mark.parametrize("days", ["0", "-1", "401", "１", "1e3", "", "x"])
async def test_it_moves_forward_by_whole_days_only(site: SiteUnderTest, days: str) -> None:
    browser = site.browser()
    await browser.get("/sign-up")
    await browser.post("/sandbox/clock", {"days": days})
    assert clock.offset_us() == 0
    assert "Please" in browser.text


async def test_mails_can_be_read_and_their_links_followed(site: SiteUnderTest) -> None:
    lin = site.browser()
    await lin.get("/sign-up")
    await lin.submit("/sign-up", name="Lin", email="lin@example.com", password=PASSWORD)
    await site.work()
    await lin.get("/outbox")
    await lin.get(lin.page.links["Please confirm your address"])
    [link] = [href for href in lin.page.links.values() if href.startswith("/confirm/")]
    await lin.get(link)
    await lin.submit("Confirm my address")
    assert "Your e-mail address is confirmed." in lin.text


async def test_a_fans_mail_is_found_by_her_address_however_much_came_after(site: SiteUnderTest) -> None:
    for number in range(230):
        to = "mei@example.com" if number in (3, 4) else f"fan{number}@example.com"
        await Mail.create(
            id=new_id(),
            to_address=to,
            subject=f"Letter {number}",
            text_body="Hello.",
            html_body="",
            made_at=clock.now(),
        )
    browser = site.browser()
    await browser.get("/outbox")
    assert "Letter 229" in browser.text and "Letter 3 " not in browser.text
    for _ in range(2):
        await browser.get(browser.page.links["Older →"])
    assert "Letter 3 " in browser.text and "Older" not in browser.text
    await browser.get("/outbox?to=MEI@")
    assert "Letter 3 " in browser.text and "Letter 4 " in browser.text and "Letter 5 " not in browser.text
    await browser.get("/outbox?to=nobody&before=x")
    assert "No mail to it" in browser.text


async def test_where_payments_are_real_there_is_neither(site: SiteUnderTest) -> None:
    ours = site.settings.with_(stripe_key="sk_live_x", stripe_webhook_secret="whsec_x")
    browser = Browser(make_app(ours))
    for path in ("/outbox", "/outbox/0123456789abc"):
        await browser.get(path)
        assert browser.status == 404
    assert "Simulated" not in browser.text
    await browser.post("/sandbox/clock", {"days": "1"})
    assert browser.status == 404 and clock.offset_us() == 0
