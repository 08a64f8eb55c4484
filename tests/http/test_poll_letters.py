"""Who is written to about a poll, what, and once: fans who are asked and told, makers who owe an answer."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from crowdfund import clock, letters
from crowdfund.campaigns.followers import follow, stop_news
from crowdfund.campaigns.models import Campaign
from crowdfund.community.polls import actions
from crowdfund.community.polls.due import look_after_polls
from crowdfund.community.polls.models import Audience, Label, Poll
from crowdfund.database import Sql, atomic, new_id, outbox
from crowdfund.letters import crowds
from crowdfund.people.models import Mail, Member
from tests.polls import a_backer, a_draft_poll, again_poll, an_open_poll, candidate, votes, with_card
from tests.world import Fan, a_campaign, a_fan, a_studio

pytestmark = pytest.mark.usefixtures("database")
_JOB = Sql("SELECT id, payload FROM job WHERE kind = $1")


@pytest.fixture
async def lin() -> Fan:
    return await a_fan("Lin")


@pytest.fixture
async def film(lin: Fan) -> Campaign:
    return await a_campaign(studio_id=await a_studio(owner=lin), days=60)


async def work_off() -> None:
    while await outbox.work_off(letters.JOBS):
        pass


async def told(fan: Fan) -> list[str]:
    """The subjects of her mails, the first first."""
    await work_off()
    return [mail.subject for mail in await Mail.filter(to_address=fan.email).order_by("id")]


async def to(poll: Poll, what: str) -> None:
    """The moment of the poll's close, or of its decision; and the sweep of that moment."""
    moment = getattr(await again_poll(poll), what)
    clock.advance(moment - clock.now())
    await look_after_polls()


async def test_each_is_told_what_concerns_her_and_once(film: Campaign, lin: Fan) -> None:
    voter, backer, follower, deaf, stranger = [
        await a_backer(film, "Voter"), await a_backer(film, "Backer"), await a_fan("Follower"), await a_fan("Deaf"),
        await a_fan("Stranger"),
    ]  # fmt: skip
    for fan in (voter, follower, deaf):
        await follow(film.id, by=fan.id)
    await stop_news(film.id, deaf.id)
    vera = await a_fan("Vera")
    await Member.create(
        id=new_id(), organisation_id=film.organisation_id, person_id=vera.id, role="viewer", made_at=clock.now()
    )
    poll = await an_open_poll(film, by=lin.id, audience=Audience.FOLLOWERS)
    await work_off()
    await votes(poll, voter.id, "Ava Stone")
    await to(poll, "closes_at")
    await work_off()
    await to(poll, "decide_by")
    await work_off()
    await actions.decide_poll(poll.id, (await candidate(poll, "Ben Okri")).id, "Ava has broken her arm.", by=lin.id)
    fans = ["You are asked: Who plays Lin?", "How fans voted: Who plays Lin?", "The decision: Who plays Lin?"]
    assert [await told(fan) for fan in (voter, backer, follower)] == [fans, fans, fans]
    assert [await told(fan) for fan in (deaf, stranger, vera)] == [[], [], []]
    assert await told(lin) == ["Your fans have voted: Who plays Lin?", "Your decision is overdue: Who plays Lin?"]
    [decision] = await Mail.filter(to_address=voter.email, subject__startswith="The decision")
    for words in ("Decided: Ben Okri. Departs from the vote.", "Ava has broken her arm.", "/polls/", "/news/"):
        assert words in decision.text_body
    [result] = await Mail.filter(to_address=lin.email, subject__startswith="Your fans have voted")
    assert "Ava Stone won with 100% of the votes." in result.text_body and "/desk/" in result.text_body


async def test_backers_alone_are_asked_where_they_alone_may_vote(film: Campaign, lin: Fan) -> None:
    backer, follower = await a_backer(film), await a_fan("Follower")
    await follow(film.id, by=follower.id)
    opens = clock.now() + timedelta(days=1)
    poll = await a_draft_poll(film, by=lin.id, opens_at=opens, label=Label.BINDING)
    await actions.announce_poll(poll.id, by=lin.id)
    assert (await told(backer), await told(follower)) == ([], []), "a letter goes out when she can vote"
    await to(poll, "opens_at")
    assert (await told(backer), await told(follower)) == (["You are asked: Who plays Lin?"], [])
    [asked] = await Mail.filter(to_address=backer.email)
    for words in ("Ava Stone, Ben Okri, Cleo Marsh", "Binding. The makers do what it says", "Open until"):
        assert words in asked.text_body


async def test_who_voted_before_the_letter_was_written_needs_none(film: Campaign, lin: Fan) -> None:
    quick, slow = await a_backer(film, "Quick"), await a_backer(film, "Slow")
    poll = await an_open_poll(film, by=lin.id)
    await votes(poll, quick.id, "Ava Stone")
    assert (await told(quick), len(await told(slow))) == ([], 1)


async def test_a_cancelled_poll_is_told_with_its_reason_and_an_opened_one_no_more(film: Campaign, lin: Fan) -> None:
    mei = await a_backer(film)
    poll = await an_open_poll(film, by=lin.id)
    await actions.cancel_poll(poll.id, "All three have signed elsewhere.", by=lin.id)
    assert await told(mei) == ["Cancelled: Who plays Lin?"]
    [mail] = await Mail.filter(to_address=mei.email)
    assert "All three have signed elsewhere." in mail.text_body


async def test_a_fund_that_ended_asks_nobody_for_a_decision(film: Campaign, lin: Fan) -> None:
    mei = await a_backer(film)
    poll = await an_open_poll(film, by=lin.id)
    await work_off()
    await to(poll, "closes_at")
    await atomic(Campaign.filter(id=film.id).update)(state="failed")
    await look_after_polls()
    clock.advance(timedelta(days=30))
    await look_after_polls()
    subjects = await told(mei)
    assert subjects == ["You are asked: Who plays Lin?", "How fans voted: Who plays Lin?"]
    assert "Your decision is overdue: Who plays Lin?" not in await told(lin)


async def test_many_are_told_in_pages_and_nobody_twice(
    film: Campaign, lin: Fan, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ten readers of three kinds, four to a page; the worker is killed at the third page and goes on."""
    poll = await an_open_poll(film, by=lin.id, audience=Audience.EVERYONE)
    await work_off()
    for number in range(5):
        voter = await a_fan(f"Voter{number}")
        await with_card(voter, "")
        await votes(poll, voter.id, "Ava Stone")
    for number in range(3):
        await a_backer(film, f"Backer{number}")
    for number in range(2):
        await follow(film.id, by=(await a_fan(f"Follower{number}")).id)
    monkeypatch.setattr(crowds, "PAGE", 4)
    await to(poll, "closes_at")
    (job,) = await _JOB("poll_closed")
    pages, ask = 0, crowds.ask_for_mails

    async def dies_at_the_third_page(*args: Any, **more: Any) -> None:
        nonlocal pages
        pages += 1
        if pages == 3:
            raise ConnectionResetError("the worker was killed")
        await ask(*args, **more)

    monkeypatch.setattr(crowds, "ask_for_mails", dies_at_the_third_page)
    with pytest.raises(ConnectionResetError):
        await letters.JOBS["poll_closed"]({"id": job["id"], **json.loads(job["payload"])})
    monkeypatch.setattr(crowds, "ask_for_mails", ask)
    await work_off()
    sent = await Mail.filter(subject__startswith="How fans voted").values_list("to_address", flat=True)
    assert (len(sent), len(set(sent))) == (10, 10)
