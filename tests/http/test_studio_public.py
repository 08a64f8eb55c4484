"""What everybody may see beside a fund: the studio that makes it with its record, and who backs it, a page at a time."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from crowdfund import clock
from crowdfund.campaigns.pages.shown import opens_large
from crowdfund.database import Sql, atomic, new_id
from crowdfund.desk.queries import BACKERS_PAGE, deliveries_of
from crowdfund.people.models import Organisation
from crowdfund.titles.models import Title
from tests.cinema import a_screening
from tests.http.campaign_world import a_draft, a_producer, launched
from tests.http.conftest import SiteUnderTest
from tests.world import a_campaign, a_fan_with_card, a_pledge, a_tier, pledged

pytestmark = pytest.mark.pages

_COMPLETED = Sql("""
    INSERT INTO campaign_event (id, campaign_id, from_state, to_state, because, at)
    VALUES ($1, $2, 'delivering', 'completed', 'all is sent', $3)""")
_TAKEN = Sql("UPDATE tier SET taken = 3, first_taken_at = $2 WHERE id = $1")


async def a_finished_film(studio_id: int, name: str, promised_for: str) -> None:
    """A fund whose rewards have all gone out today, and were promised for a month."""
    campaign = await a_campaign(state="completed", studio_id=studio_id, name=name)
    tier_id = await a_tier(campaign, delivers_on=promised_for)
    await atomic(_TAKEN.__call__)(tier_id, clock.now_us())
    await atomic(_COMPLETED.__call__)(new_id(), campaign.id, clock.now_us())


async def test_a_studio_shows_what_it_has_open_and_what_became_of_the_rest(site: SiteUnderTest) -> None:
    lin = await a_producer(site)
    studio_id = lin.organisation.id
    await launched(lin, name="River Moon")
    await a_draft(lin, name="Nobody Knows")
    await a_campaign(state="failed", studio_id=studio_id, name="Too Little")
    await a_campaign(state="funded", studio_id=studio_id, name="Made It")
    last_month, this_month = clock.now().replace(day=1) - timedelta(days=1), clock.now()
    await a_finished_film(studio_id, "Came Late", f"{last_month:%Y-%m}")
    await a_finished_film(studio_id, "Came in Time", f"{this_month:%Y-%m}")
    await a_finished_film(studio_id, "No Month Named", "")
    assert sorted(one.on_time for one in await deliveries_of(studio_id)) == [False, True, True]
    visitor = site.browser()
    await visitor.get(lin.organisation.path)
    assert visitor.status == 200
    for words in (
        "Lin Pictures", "Verified", "Funds that made it 4 of 5", "Delivered on time 2 of 3", "Open now", "River Moon",
        "Came Late", "later than promised", "Too Little", "€0 collected, €1,000 was needed",
    ):  # fmt: skip
        assert words in visitor.text, words
    assert "Nobody Knows" not in visitor.text
    campaign = await launched(lin, name="Second Film")
    await visitor.get(campaign.path)
    assert visitor.page.links["Lin Pictures"] == lin.organisation.path


async def test_a_studio_that_has_shown_nothing_looks_like_none(site: SiteUnderTest) -> None:
    lin = await a_producer(site)
    await a_draft(lin, name="Nobody Knows")
    visitor, answers = site.browser(), []
    for slug in (lin.organisation.slug, "no-such-studio"):
        await visitor.get(f"/studios/{slug}")
        answers.append((visitor.status, visitor.text.replace(slug, "")))
    assert answers[0] == answers[1] and answers[0][0] == 404


async def test_all_backers_who_show_themselves_are_there_once_in_pages(site: SiteUnderTest) -> None:
    campaign = await a_campaign(goal_minor=10_000_00)
    shy = 0
    for number in range(BACKERS_PAGE * 2 + 5):
        fan = await a_fan_with_card(f"Fan{number:03d}")
        shy += number % 10 == 0
        await pledged(fan, campaign, shown_as="nobody" if number % 10 == 0 else "name")
    visitor, names = site.browser(), []
    await visitor.get(campaign.path)
    assert "125 fans" in visitor.text
    await visitor.get(visitor.page.links["All who show themselves"])
    for _ in range(3):
        names += re.findall(r"Fan\d{3}", visitor.text)
        assert "who do not show their names" in visitor.text or "who does not show their name" in visitor.text
        if "Earlier →" in visitor.page.links:
            await visitor.get(visitor.page.links["Earlier →"])
    assert len(names) == len(set(names)) == 125 - shy and shy == 13
    assert names == sorted(names, reverse=True), "the newest first"
    await visitor.get(f"{campaign.path}/backers?before=nonsense")
    assert visitor.status == 200 and "Fan124" in visitor.text


async def test_nobody_backs_what_has_not_opened(site: SiteUnderTest) -> None:
    visitor = site.browser()
    await visitor.get(f"{(await a_campaign(state='prelaunch')).path}/backers")
    assert visitor.status == 404
    over = await a_campaign(state="failed")
    await visitor.get(f"{over.path}/backers")
    assert visitor.status == 200 and "Nobody on this page" in visitor.text


async def test_a_fans_name_stays_hers_when_she_hides_it(site: SiteUnderTest) -> None:
    campaign = await a_campaign()
    await a_pledge(campaign, shown_as="nobody")
    visitor = site.browser()
    await visitor.get(f"{campaign.path}/backers")
    assert "Mei" not in visitor.text and "And 1 on this page who does not show their name." in visitor.text


async def test_a_studio_that_only_sells_tickets_has_its_page(site: SiteUnderTest) -> None:
    screening = await a_screening()
    studio = await Organisation.get(id=(await Title.get(id=screening.title_id)).organisation_id)
    visitor = site.browser()
    await visitor.get(studio.path)
    assert visitor.status == 200 and "On sale" in visitor.text and "1 screening" in visitor.text


def test_a_large_first_letter_needs_a_paragraph_to_stand_in() -> None:
    assert not opens_large("We began.\n\nAnd then a great deal happened. " + "So it went. " * 40)
    assert opens_large("In a town where the bridge was never finished, " + "everyone crosses by boat. " * 8)
    assert not opens_large("## Heading " + "x" * 300) and not opens_large("")
