"""News of a fund by mail: what stands in it, and a link that stops it without signing in."""

from __future__ import annotations

import re

import pytest

from crowdfund import mailer
from crowdfund.campaigns import followers
from crowdfund.campaigns.models import Campaign, Follower
from crowdfund.campaigns.updates import opening, publish_update
from crowdfund.people.models import Mail, Person
from tests.http.browser import ORIGIN
from tests.http.campaign_world import a_producer, launched
from tests.http.conftest import SiteUnderTest
from tests.world import a_pledge

pytestmark = pytest.mark.pages

BODY = """## A boat

She is called **Heron**, and she [floats](https://example.com/heron).

![the boat](/images/boat.webp)

> Cold, though."""


async def news_to(address: str) -> list[Mail]:
    return await Mail.filter(to_address=address, subject__startswith="River Moon: ").order_by("id")


def link_in(mail: Mail) -> str:
    found = re.search(rf"{ORIGIN}(/news/\S+)", mail.text_body)
    assert found is not None, mail.text_body
    return found[1]


async def test_an_update_is_read_in_the_letter_and_the_news_stopped_from_it(site: SiteUnderTest) -> None:
    lin = await a_producer(site)
    campaign = await launched(lin)
    backer = await Person.get(id=(await a_pledge(campaign)).person_id)
    mei = await site.signed_up("Mei")
    await followers.follow(campaign.id, by=mei.person.id)
    await publish_update(campaign.id, "We have a boat", BODY, by=lin.id)
    await site.work()
    for address in (backer.email, "mei@example.com"):
        (mail,) = await news_to(address)
        assert "She is called Heron, and she floats.\n\nCold, though." in mail.text_body
        assert "You get this because you back or follow River Moon." in mail.text_body
        assert "There is more of it" not in mail.text_body

    for address in (backer.email, "mei@example.com"):
        stranger = site.browser()  # her mail program's browser, in which nobody is signed in
        (mail,) = await news_to(address)
        await stranger.get(link_in(mail))
        assert "No more news?" in stranger.text, "opening it changes nothing: programs open links too"
        await stranger.submit("Stop the news")
        assert "You get no more news of River Moon." in stranger.text
    assert await Follower.all().count() == 0
    await publish_update(campaign.id, "She sank", "Nobody was aboard.", by=lin.id)
    await site.work()
    assert [len(await news_to(address)) for address in (backer.email, "mei@example.com")] == [1, 1]

    again = site.browser()
    await again.get(link_in((await news_to(backer.email))[0]))
    await again.submit("Send them to me after all")
    await followers.follow(campaign.id, by=mei.person.id)
    await publish_update(campaign.id, "She floats", "Again.", by=lin.id)
    await site.work()
    assert [len(await news_to(address)) for address in (backer.email, "mei@example.com")] == [2, 2]


async def test_a_link_that_was_not_written_here_leads_nowhere(site: SiteUnderTest) -> None:
    lin = await a_producer(site)
    campaign = await launched(lin)
    path = followers.news_path(campaign.id, lin.id)
    stranger = site.browser()
    assert (await stranger.get(path)).status_code == 200
    for forged in (path[:-1] + "~", path.replace("/news/", "/news/x"), "/news/x", "/news/a.b.c", "/news/é.b.c"):
        assert (await stranger.get(forged)).status_code == 404, forged


async def test_the_header_that_mail_programs_look_for(site: SiteUnderTest) -> None:
    lin = await a_producer(site)
    campaign = await launched(lin)
    context = {
        "name": "Mei", "subject": "River Moon: A boat", "paragraphs": ["She floats."], "link_label": "Read it", "path": "/",
        "fund": "River Moon", "stop_path": followers.news_path(campaign.id, lin.id),
    }  # fmt: skip
    letter = mailer.write(7, "letter", "mei@example.com", "en", context)
    assert mailer.message(letter)["List-Unsubscribe"] == f"<{ORIGIN}{context['stop_path']}>"
    plain = mailer.write(8, "letter", "mei@example.com", "en", {k: v for k, v in context.items() if k != "stop_path"})
    assert mailer.message(plain)["List-Unsubscribe"] is None
    assert await Campaign.exists(id=campaign.id)


def test_a_long_update_is_cut_between_its_paragraphs() -> None:
    said, more = opening("\n\n".join(f"{number} " + "word " * 100 for number in range(6)))
    assert (len(said), more) == (2, True)
    said, more = opening("long " * 1_000)
    assert len(said) == 1 and said[0].endswith("long …") and more
    assert opening("# Hello\n\n---\n\n* one\n* two") == (["Hello", "* one\n* two"], False)
