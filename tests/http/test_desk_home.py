"""The front page, the list of films, what the site says of itself, and what robots may read."""

from __future__ import annotations

from datetime import timedelta
from xml.etree import ElementTree as Xml

import pytest

from crowdfund import clock, money
from crowdfund.campaigns import actions
from crowdfund.campaigns.models import Campaign, Kind
from crowdfund.database import Sql, atomic
from crowdfund.desk.about import Example
from crowdfund.web.page_cache import forget_everything
from tests.http.campaign_world import a_draft, a_producer, approved, launched
from tests.http.conftest import SiteUnderTest
from tests.world import a_campaign, a_pledge

pytestmark = pytest.mark.pages


async def test_an_empty_site_says_so_and_what_to_do(site: SiteUnderTest) -> None:
    visitor = site.browser()
    await visitor.get("/")
    assert "The programme is being printed" in visitor.text
    assert visitor.page.links["Start a fund"] == "/start"
    await visitor.get("/films")
    assert "No fund yet" in visitor.text


async def test_each_fund_stands_where_it_belongs(site: SiteUnderTest) -> None:
    lin = await a_producer(site)
    await a_draft(lin, name="Nobody Knows")
    featured = await launched(lin, name="Most Loved", days=20)
    await launched(lin, name="Ends First", days=5)
    coming = await approved(lin, name="Comes Later")
    await actions.announce(coming.id, opens_at=clock.now() + timedelta(days=3), by=lin.id)
    funded = await a_campaign(state="funded", name="All Done")
    await atomic(Sql("UPDATE campaign SET collected_minor = 110000, ended_at = $2 WHERE id = $1").__call__)(
        funded.id, clock.now_us()
    )
    await a_pledge(featured, amount_minor=500_00)
    forget_everything()
    visitor = site.browser()
    await visitor.get("/")
    text = visitor.text
    order = ["Most Loved", "Closing soon", "Ends First", "Comes Later", "All Done"]
    assert sorted(order, key=text.index) == order
    assert "collected, 110% of the goal" in text
    assert "Nobody Knows" not in text
    assert text.count("Most Loved") <= 2, "nothing stands on the page twice: once, and once for screen readers"


async def names(site: SiteUnderTest, query: str) -> list[str]:
    forget_everything()
    visitor = site.browser()
    await visitor.get(f"/funds{query}")
    assert visitor.status == 200
    return [words for words, path in visitor.page.links.items() if path.startswith("/campaigns/")]


async def test_funds_are_found_filtered_and_ordered(site: SiteUnderTest) -> None:
    lin, wei = await a_producer(site), await a_producer(site, "Wei")
    river = await launched(lin, name="River Moon", days=20)
    await launched(lin, name="100% Paper", days=10)
    await a_campaign(state="failed", name="Too Little")
    await launched(wei, name="Kites", days=15)
    await a_pledge(river, amount_minor=500_00)
    assert await names(site, "") == ["100% Paper", "Kites", "River Moon", "Too Little"]
    assert (await names(site, "?order=promised"))[0] == "River Moon"
    assert (await names(site, "?order=newest"))[0] == "Kites"
    assert await names(site, "?state=ended") == ["Too Little"]
    assert await names(site, "?q=RIVER") == ["River Moon"]
    assert await names(site, "?q=wei+pictures") == ["Kites"]
    assert await names(site, "?q=ferryman") == ["100% Paper", "Kites", "River Moon"], "in the tagline too"
    assert await names(site, "?q=%25") == ["100% Paper"], "a percent sign is a percent sign"
    assert await names(site, "?q=_") == []
    assert await names(site, "?q=%00River%00") == ["River Moon"]
    assert len(await names(site, "?state=nonsense&order=nonsense&page=-1")) == 4
    visitor = site.browser()
    await visitor.get("/films?q=nothing+like+it")
    assert "Nothing by that name" in visitor.text and "nothing like it" in visitor.text


async def test_films_and_transfers_have_lists_of_their_own_and_one_together(site: SiteUnderTest) -> None:
    await a_campaign(name="River")
    left_back = await a_campaign(name="A left-back")
    await atomic(Campaign.filter(id=left_back.id).update)(kind=Kind.TRANSFER)
    visitor = site.browser()
    for path, there in (("/films", {"River"}), ("/transfers", {"A left-back"}), ("/funds", {"River", "A left-back"})):
        forget_everything()
        await visitor.get(path)
        assert {name for name in ("River", "A left-back") if name in visitor.page.links} == there, path
        await visitor.get(f"{path}?q=left")
        assert visitor.status == 200 and ("A left-back" in visitor.page.links) is ("A left-back" in there)
    await visitor.get("/transfers?q=nothing+like+it")
    assert "Nothing by that name" in visitor.text and visitor.page.links["All funds"] == "/funds"


async def test_yuan_and_euro_are_never_set_against_each_other(site: SiteUnderTest) -> None:
    for name, currency, promised in (("River", "CNY", 900_00), ("Kites", "EUR", 200_00), ("Salt", "EUR", 300_00)):
        film = await a_campaign(name=name, currency=currency)
        await atomic(Sql("UPDATE campaign SET promised_minor = $2 WHERE id = $1").__call__)(film.id, promised)
    assert await names(site, "?order=promised") == ["River", "Salt", "Kites"]
    visitor = site.browser()
    await visitor.get("/films?order=promised")
    text = visitor.text
    assert text.index("Chinese Yuan") < text.index("River") < text.index("Euro") < text.index("Salt")


async def test_paused_ones_have_a_list_of_their_own(site: SiteUnderTest) -> None:
    await a_campaign(name="Open")
    await a_campaign(name="Looked Into", state="suspended")
    assert await names(site, "?state=paused") == ["Looked Into"]
    assert await names(site, "?state=live") == ["Open"]


async def test_a_fund_that_is_over_shows_what_was_collected_and_no_promise(site: SiteUnderTest) -> None:
    failed = await a_campaign(state="failed", name="Too Little", goal_minor=800_00)
    ended = Sql("""
        UPDATE campaign SET promised_at_close_minor = 87200, collected_minor = 74440, pledges_at_close = 90, closed_at = $2
        WHERE id = $1""")
    await atomic(ended.__call__)(failed.id, clock.now_us())
    visitor = site.browser()
    await visitor.get("/films")
    assert (
        "€744.40 collected, €800 was needed" in visitor.text
        and "872" not in visitor.text
        and "109%" not in visitor.text
    )
    await visitor.get(failed.path)
    assert "€744.40 collected, and given back. €800 was needed." in visitor.text and "109%" not in visitor.text


async def test_long_lists_have_pages(site: SiteUnderTest) -> None:
    for number in range(30):
        await a_campaign(name=f"Film {number:02d}")
    assert len(await names(site, "")) == 24
    assert len(await names(site, "?page=2")) == 6
    visitor = site.browser()
    await visitor.get("/films?page=2&order=newest")
    assert 'rel="prev" href="/films?order=newest"' in visitor.response.text
    await visitor.get("/films?page=9")
    assert "The list ends before this page" in visitor.text


async def test_the_fees_are_worked_through_to_the_cent(site: SiteUnderTest) -> None:
    example = Example("EUR", 10_000_00, 265, 40_00, 8, site.settings.fee_bps)
    assert example.promised_minor == example.dropped_minor + example.collected_minor
    assert example.collected_minor == example.processor_minor + example.fee_minor + example.payout_minor
    visitor = site.browser()
    await visitor.get("/fees")
    parts = (
        example.promised_minor,
        example.dropped_minor,
        example.collected_minor,
        example.processor_minor,
        example.fee_minor,
    )
    for amount_minor in (*parts, example.payout_minor):
        assert money.show(amount_minor, "EUR") in visitor.text
    assert "5%" in visitor.text
    await visitor.get("/how-it-works")
    assert "you have 7 days" in visitor.text and "1, 3, 5, 7" in visitor.text


async def test_robots_read_what_is_public(site: SiteUnderTest) -> None:
    lin = await a_producer(site)
    draft, open_one = await a_draft(lin, name="Nobody Knows"), await launched(lin)
    visitor = site.browser()
    robots = (await visitor.get("/robots.txt")).text
    assert "Disallow: /desk" in robots and "Sitemap: http://127.0.0.1:8000/sitemap.xml" in robots
    found = Xml.fromstring((await visitor.get("/sitemap.xml")).content)
    addresses = [one.text for one in found.iter("{http://www.sitemaps.org/schemas/sitemap/0.9}loc")]
    assert f"http://127.0.0.1:8000{open_one.path}" in addresses
    assert f"http://127.0.0.1:8000{draft.path}" not in addresses
