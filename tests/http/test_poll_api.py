"""Polls by a program: the same verbs, the same refusals; and nobody's vote in any answer but her own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from crowdfund import clock
from crowdfund.books import check
from crowdfund.campaigns.models import Campaign
from crowdfund.community.polls.due import look_after_polls
from crowdfund.community.polls.models import Audience, Label, Poll
from crowdfund.database.ids import public
from crowdfund.people.models import Member
from crowdfund.web.api import instant
from crowdfund.worker import work_until_idle
from tests.http.campaign_world import Producer, a_picture, a_producer
from tests.http.conftest import SiteUnderTest
from tests.http.program import Program, code_of, fields_of, program_of
from tests.http.test_pledge_pages import at_the_sandbox
from tests.polls import a_draft_poll, an_open_poll, candidate, counted, votes, with_card
from tests.world import Fan, a_campaign, a_fan, broken, pledged

pytestmark = pytest.mark.pages


@pytest.fixture(autouse=True)
async def proven(site: SiteUnderTest) -> AsyncIterator[None]:
    yield
    assert broken((await check(with_processor=False, counting=False)).findings) == []


@pytest.fixture
async def lin(site: SiteUnderTest) -> Producer:
    return await a_producer(site)


@pytest.fixture
async def film(lin: Producer) -> Campaign:
    return await a_campaign(studio_id=lin.organisation.id, days=60)


@pytest.fixture
async def maker(site: SiteUnderTest, lin: Producer) -> Program:
    return await program_of(site, lin.browser.person)


async def a_voter(site: SiteUnderTest, film: Campaign, name: str = "Mei", fingerprint: str = "4242") -> Program:
    person = (await site.signed_up(name)).person
    fan = Fan(person.id, person.email)
    await with_card(fan, fingerprint)
    await pledged(fan, film)
    return await program_of(site, person)


def body(**more: Any) -> dict[str, Any]:
    now = clock.now()
    facts = {
        "question": "Who plays Lin?", "text": "She rows.", "audience": "backers", "label": "binding", "quorum": 2,
        "closes_at": instant(now + timedelta(days=5)), "decide_by": instant(now + timedelta(days=9)),
    }  # fmt: skip
    return facts | more


async def test_from_the_first_word_to_the_decision(
    site: SiteUnderTest, maker: Program, film: Campaign, lin: Producer
) -> None:
    polls = f"/campaigns/{public(film.id)}/polls"
    made = await maker.make(polls, body())
    one = f"/polls/{made['id']}"
    assert [lack["field"] for lack in made["missing"]] == ["candidates", "opens_at"]
    assert [lack["field"] for lack in made["missing_to_open_now"]] == ["candidates"]
    for name in ("Ava Stone", "Ben Okri", "Nobody"):
        made = await maker.make(f"{one}/candidates", {"name": name})
    ava, ben, nobody = (person["id"] for person in made["candidates"])
    made = await maker.do(f"{one}/candidates/{ben}", {"name": "Ben Okri", "text": "Sings."})
    made = await maker.make(
        f"{one}/candidates/{ava}/picture?alt=Ava at sea", content=a_picture(), headers={"content-type": "image/png"}
    )
    assert made["candidates"][0]["picture_alt"] == "Ava at sea" and made["candidates"][0]["picture_url"]
    made = await maker.do(f"{one}/candidates/{ava}/picture/removal")
    assert made["candidates"][0]["picture_url"] is None
    made = await maker.do(f"{one}/candidates/{nobody}/removal")
    opens = clock.now() + timedelta(hours=2)
    made = await maker.do(f"{one}/content", body(opens_at=instant(opens), quorum=1))
    assert (made["missing"], made["quorum"], len(made["candidates"])) == ([], 1, 2)
    assert (await maker.get(one)).status_code == 404 and await maker.all(polls) == []
    assert [poll["state"] for poll in await maker.all(f"{polls}/own")] == ["draft"]
    assert (await maker.do(f"{one}/announcement"))["state"] == "announced"
    assert (await maker.do(f"{one}/announcement/withdrawal"))["state"] == "draft"
    assert (await maker.do(f"{one}/announcement"))["state"] == "announced"

    mei = await a_voter(site, film)
    assert code_of(await mei.post(f"{one}/vote", {"candidate": ava})) == (409, "poll_not_open")
    clock.advance(timedelta(hours=2))
    assert await mei.read(f"{one}/vote") == {"candidate": None, "may_vote": True, "code": None, "sentence": None}
    for chosen in (ben, ava, ava):
        assert (await mei.do(f"{one}/vote", {"candidate": chosen}))["candidate"] == chosen
    shown = await site.browser().client.get(f"/api/v1{one}")
    assert [(c["name"], c["votes"], c["leads"]) for c in shown.json()["candidates"]] == [
        ("Ava Stone", 1, False), ("Ben Okri", 0, False),
    ]  # fmt: skip
    assert code_of(await maker.post(f"{one}/decision", {"candidate": ava, "reason": "She rows like nobody."})) == (
        409, "not_closed_yet",
    )  # fmt: skip

    clock.advance(timedelta(days=5))
    await look_after_polls()
    done = (await site.browser().client.get(f"/api/v1{one}")).json()
    assert (done["state"], done["voters"], done["eligible"], done["quorum_met"]) == ("closed", 1, 1, True)
    assert code_of(await maker.post(f"{one}/decision", {"candidate": ben, "reason": "He sings far better."})) == (
        409, "vote_binds",
    )  # fmt: skip
    done = await maker.do(
        f"{one}/decision", {"candidate": ben, "reason": "Ava has broken her arm.", "cannot_follow": True}
    )
    assert (done["state"], done["decision"]["kind"], done["decision"]["candidate"]) == ("decided", "not_followed", ben)
    [listed] = await maker.all(polls)
    assert (listed["state"], listed["is_overdue"]) == ("decided", False)


async def test_wrong_order_and_wrong_hands(site: SiteUnderTest, maker: Program, film: Campaign, lin: Producer) -> None:
    poll = await a_draft_poll(film, by=lin.id, names=("Ava Stone",), closes_at=None)
    one = f"/polls/{public(poll.id)}"
    answer = await maker.post(f"{one}/opening")
    assert code_of(answer) == (422, "not_ready") and fields_of(answer) == ["candidates", "closes_at"]
    assert code_of(await maker.post(f"{one}/announcement/withdrawal")) == (409, "poll_frozen")
    assert code_of(await maker.post(f"{one}/cancellation", {"reason": "It was a mistake."})) == (409, "poll_closed")
    assert (await maker.do(f"{one}/withdrawal"))["state"] == "withdrawn"
    assert code_of(await maker.post(f"{one}/opening")) == (409, "poll_frozen")
    stranger = await program_of(site, (await site.signed_up("Eve")).person)
    for path, sent in ((f"{one}/opening", None), (f"{one}/content", body()), (f"{one}/withdrawal", None)):
        assert code_of(await stranger.post(path, sent)) == (404, "no_such_poll")
    vera = (await site.signed_up("Vera")).person
    await Member.create(
        id=vera.id, organisation_id=lin.organisation.id, person_id=vera.id, role="viewer", made_at=clock.now()
    )
    viewer = await program_of(site, vera)
    assert (await viewer.read(f"{one}/draft"))["state"] == "withdrawn"
    assert code_of(await viewer.post(f"{one}/opening")) == (403, "not_allowed")
    assert code_of(await viewer.post(f"/campaigns/{public(film.id)}/polls", body(), key="v")) == (403, "not_allowed")


async def test_bodies_that_cant_be(maker: Program, film: Campaign, lin: Producer) -> None:
    polls = f"/campaigns/{public(film.id)}/polls"
    for wrong, code in (
        ({"label": "final"}, "invalid"), ({"question": " "}, "invalid"), ({"quorum": -1}, "invalid"),
        ({"closes_at": "tomorrow"}, "invalid"), ({"votes": 5}, "invalid"),
        ({"closes_at": instant(clock.now() - timedelta(days=1))}, "invalid"),
        ({"decide_by": instant(clock.now() + timedelta(days=1))}, "invalid"),
    ):  # fmt: skip
        assert code_of(await maker.post(polls, body(**wrong), key="wrong")) == (422, code), wrong
    first = await maker.post(polls, body(), key="one")
    again = await maker.post(polls, first_body := body(), key="one")
    assert (first.status_code, code_of(again)) == (201, (422, "key_used_for_another")), "its dates are others by now"
    assert first_body["question"] == first.json()["question"] and await Poll.all().count() == 1


async def test_who_may_vote_and_why_not(site: SiteUnderTest, maker: Program, film: Campaign, lin: Producer) -> None:
    poll = await an_open_poll(film, by=lin.id, label=Label.BINDING)
    one, ava = f"/polls/{public(poll.id)}", public((await candidate(poll, "Ava Stone")).id)
    mei, alias = await a_voter(site, film), await a_voter(site, film, "Alias")
    eve = await program_of(site, (await site.signed_up("Eve")).person)
    await mei.do(f"{one}/vote", {"candidate": ava})
    for program, status, code in (
        (alias, 409, "card_has_voted"),
        (eve, 403, "not_asked"),
        (maker, 403, "no_vote_here"),
    ):
        assert code_of(await program.post(f"{one}/vote", {"candidate": ava})) == (status, code)
        why = await program.read(f"{one}/vote")
        assert (why["may_vote"], why["code"]) == (False, code) and why["sentence"]
    other = await an_open_poll(film, by=lin.id)
    theirs = public((await candidate(other, "Ava Stone")).id)
    assert code_of(await mei.post(f"{one}/vote", {"candidate": theirs})) == (404, "no_such_candidate")
    assert code_of(await mei.post(f"{one}/vote", {"candidate": "x"})) == (422, "invalid")
    assert await counted(poll) == {"Ava Stone": 1}
    reader = await program_of(site, (await site.signed_up("Reader")).person, "account:read")
    assert code_of(await reader.post(f"{one}/vote", {"candidate": ava})) == (403, "scope_missing")


async def test_a_card_for_a_binding_vote(site: SiteUnderTest, film: Campaign, lin: Producer) -> None:
    poll = await an_open_poll(film, by=lin.id, label=Label.BINDING, audience=Audience.EVERYONE)
    one, ava = f"/polls/{public(poll.id)}", public((await candidate(poll, "Ava Stone")).id)
    mei = await program_of(site, (await site.signed_up("Mei")).person)
    assert code_of(await mei.post(f"{one}/vote", {"candidate": ava})) == (409, "voting_card_needed")
    said = {"consent_text": "My card is saved so that my vote counts once."}
    pages = [await mei.post(f"{one}/card-setup", said, key="card") for _ in range(2)]
    assert pages[0].json() == pages[1].json(), "the same key answers the same page"
    back = await at_the_sandbox(pages[0].json()["url"], "ok")
    await mei.browser.client.get(back)  # she is not signed in on this browser: the event tells us
    await work_until_idle()
    assert (await mei.do(f"{one}/vote", {"candidate": ava}))["candidate"] == ava
    advisory = await an_open_poll(film, by=lin.id, audience=Audience.EVERYONE)
    answer = await mei.post(f"/polls/{public(advisory.id)}/card-setup", said, key="other")
    assert code_of(answer) == (409, "no_card_needed")


async def test_no_answer_tells_who_voted_for_whom(
    site: SiteUnderTest, maker: Program, film: Campaign, lin: Producer
) -> None:
    poll = await an_open_poll(film, by=lin.id, audience=Audience.EVERYONE, hides_results=True)
    fan = await a_fan("Jun")
    await votes(poll, fan.id, "Ava Stone")
    one = f"/polls/{public(poll.id)}"
    for path in (one, f"{one}/draft", f"/campaigns/{public(film.id)}/polls", f"/campaigns/{public(film.id)}/polls/own"):
        answer = await maker.get(path)
        assert answer.status_code == 200 and '"voters":1' in answer.text
        assert public(fan.id) not in answer.text and fan.email not in answer.text and "Jun" not in answer.text
        assert '"votes":1' not in answer.text, "hidden from its makers, too"
    clock.advance(timedelta(days=5))
    assert '"votes":1' in (await maker.get(one)).text


async def test_lists_go_on(maker: Program, film: Campaign, lin: Producer) -> None:
    made = [public((await an_open_poll(film, by=lin.id, question=f"Question {n}?")).id) for n in range(5)]
    found = await maker.all(f"/campaigns/{public(film.id)}/polls?limit=2")
    assert [one["id"] for one in found] == made[::-1]
