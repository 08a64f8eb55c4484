"""Polls page by page, without a screen and without a script: asked, voted on, decided; and everything that can't be."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from crowdfund import clock
from crowdfund.campaigns.models import Campaign
from crowdfund.community.polls import actions
from crowdfund.community.polls.due import look_after_polls
from crowdfund.community.polls.models import Audience, Candidate, Label, Poll, Vote
from crowdfund.database import atomic
from crowdfund.database.ids import public
from crowdfund.payments.models import CardSetup, SavedCard
from crowdfund.people.models import Image, Person
from crowdfund.web import page_cache
from crowdfund.worker import work_until_idle
from tests.bank import books_proven
from tests.http.campaign_world import Producer, a_picture, a_producer, later
from tests.http.conftest import SignedIn, SiteUnderTest
from tests.http.test_pledge_pages import at_the_sandbox
from tests.polls import a_draft_poll, again_poll, an_open_poll, candidate, counted, votes, with_card
from tests.world import Fan, a_campaign, a_fan, pledged

pytestmark = pytest.mark.pages

SECOND = timedelta(seconds=1)


@pytest.fixture(autouse=True)
async def proven(site: SiteUnderTest) -> AsyncIterator[None]:
    yield
    await books_proven()


@pytest.fixture
async def lin(site: SiteUnderTest) -> Producer:
    return await a_producer(site)


@pytest.fixture
async def film(lin: Producer) -> Campaign:
    return await a_campaign(studio_id=lin.organisation.id, days=60)


async def a_fan_signed_in(site: SiteUnderTest, name: str = "Mei", *, backs: Campaign | None = None) -> SignedIn:
    browser = await site.signed_up(name)
    if backs is not None:
        fan = Fan(browser.person.id, browser.person.email)
        await with_card(fan, f"card of {name}")
        await pledged(fan, backs)
    return browser


def path_of(poll: Poll, film: Campaign) -> str:
    return poll.path_in(film.path)


async def close(poll: Poll) -> None:
    closes_at = (await again_poll(poll)).closes_at
    assert closes_at is not None
    clock.advance(closes_at - clock.now())
    await look_after_polls()
    page_cache.forget_everything()


# --- from the first word to the decision ---


async def test_a_casting_poll_from_its_draft_to_its_decision(
    site: SiteUnderTest, lin: Producer, film: Campaign
) -> None:
    her, desk = lin.browser, f"{lin.base(film)}/polls"
    await her.get(f"{desk}/new")
    await her.submit(desk, question="Who plays Lin?", text="She rows.\n\nAnd she sings.", label="binding", quorum="2")
    poll = await Poll.get()
    mine = poll.path_in(lin.base(film))
    assert "Here is your draft" in her.text and "name at least two candidates" in her.text
    picture = {"image": ("ava.png", a_picture(320, 400), "image/png")}
    await her.submit(f"{mine}/candidates", name="Ava Stone", about="Rows.", image_alt="Ava Stone at sea", files=picture)
    assert "The candidate is there." in her.text
    await her.submit(f"{mine}/candidates", name="Ben Okri", about="Sings.")
    await her.submit(mine, opens_at=later(hours=2), closes_at=later(days=3), decide_by=later(days=6))
    assert "Nothing is missing." in her.text
    await her.get(f"{mine}/preview")
    assert "Only you see this" in her.text and "And she sings." in her.text
    assert (await site.browser().get(path_of(poll, film))).status_code == 404, "a draft looks like nothing at all"
    await her.get(mine)
    await her.submit("Announce it")
    assert "It opens by itself." in her.text

    mei = await a_fan_signed_in(site, backs=film)
    await mei.get(film.path)
    assert "Who plays Lin?" in mei.text and "Opens" in mei.text
    await mei.get(path_of(poll, film))
    assert "Ava Stone" in mei.text and 'type="radio"' not in mei.response.text
    clock.advance(timedelta(hours=2))
    await mei.get(path_of(poll, film))
    ava = await candidate(poll, "Ava Stone")
    assert (
        f"/images/{public(ava.image_id or 0)}-640.webp" in mei.response.text
        and 'alt="Ava Stone at sea"' in mei.response.text
    )
    await mei.submit("Vote", candidate=public(ava.id))
    assert "Your vote is counted." in mei.text and "You voted for Ava Stone. Only you are told." in mei.text
    await mei.submit("Change my vote", candidate=public((await candidate(poll, "Ben Okri")).id))
    assert "This is your vote now." in mei.text and await counted(poll) == {"Ben Okri": 1}
    for name, choice in (("Jun", "Ava Stone"), ("Noor", "Ava Stone")):
        fan = await a_fan_signed_in(site, name, backs=film)
        await fan.get(path_of(poll, film))
        await fan.submit("Vote", candidate=public((await candidate(poll, choice)).id))

    await close(poll)
    anybody = site.browser()
    await anybody.get(path_of(poll, film))
    assert "Ava Stone won with 66% of the votes." in anybody.text
    assert "people voted, 100% of the 3 who could. Enough for it to count." in anybody.text
    await her.get(lin.base(film))
    assert "Your fans have voted: Who plays Lin?" in her.text
    await her.get(mine)
    assert "This vote was binding" in her.text
    ben = public((await candidate(poll, "Ben Okri")).id)
    await her.submit("Publish it", candidate=ben, reason="He is the better singer of the two.")
    assert her.status == 409 and "say that you can't follow it" in her.text
    assert her.form(f"{mine}/decision").fields["reason"] == ["He is the better singer of the two."]
    await her.submit(
        "Publish it", candidate=public(ava.id), reason="You chose her, and so do we: she rows like nobody."
    )
    assert "Published." in her.text
    page_cache.forget_everything()
    await anybody.get(path_of(poll, film))
    for words in ("As the vote said", "Decided: Ava Stone", "she rows like nobody"):
        assert words in anybody.text
    await anybody.get(film.path)
    assert "Decided: Ava Stone" in anybody.text
    await her.get(mine)
    assert all("decision" not in form.action for form in her.page.forms)


async def test_a_binding_vote_that_was_not_followed_is_told_where_nobody_can_miss_it(
    site: SiteUnderTest, lin: Producer, film: Campaign
) -> None:
    poll = await an_open_poll(film, by=lin.id, label=Label.BINDING, audience=Audience.EVERYONE)
    fan = await a_fan("Jun")
    await with_card(fan, "4242")
    await votes(poll, fan.id, "Ava Stone")
    await close(poll)
    mine = poll.path_in(lin.base(film))
    await lin.browser.get(mine)
    ben = public((await candidate(poll, "Ben Okri")).id)
    await lin.browser.submit(
        "Publish it",
        candidate=ben,
        reason="Ava has broken her arm, and the river waits for nobody.",
        cannot_follow="yes",
    )
    anybody = site.browser()
    for path in (path_of(poll, film), film.path):
        await anybody.get(path)
        assert "Not followed: this vote was binding" in anybody.text
    await anybody.get(path_of(poll, film))
    assert "Decided: Ben Okri" in anybody.text and "Ava Stone won with 100% of the votes." in anybody.text


# --- who can't vote is told what would change that ---


async def test_who_may_not_vote_reads_why_and_what_to_do(site: SiteUnderTest, lin: Producer, film: Campaign) -> None:
    backers = await an_open_poll(film, by=lin.id)
    followers = await an_open_poll(film, by=lin.id, audience=Audience.FOLLOWERS)
    mei, anybody = await site.signed_up("Mei"), site.browser()
    await mei.get(path_of(backers, film))
    assert "Only backers of this fund vote here." in mei.text
    assert mei.page.links["Back it"] == f"{film.path}/pledges/new" and 'type="radio"' not in mei.response.text
    await mei.get(path_of(followers, film))
    assert mei.page.links["Follow it"] == f"{film.path}/follower"
    await mei.get(f"{film.path}/follower")
    await mei.submit("Follow")
    await mei.get(path_of(followers, film))
    await mei.submit("Vote", candidate=public((await candidate(followers, "Ava Stone")).id))
    assert await counted(followers) == {"Ava Stone": 1}
    await anybody.get(path_of(followers, film))
    assert anybody.page.links["Sign in and vote"] == f"/sign-in?next={path_of(followers, film)}"
    await lin.browser.get(path_of(followers, film))
    assert "You belong to those who ask" in lin.browser.text and 'type="radio"' not in lin.browser.response.text


async def test_an_address_that_is_not_confirmed(site: SiteUnderTest, lin: Producer, film: Campaign) -> None:
    poll = await an_open_poll(film, by=lin.id, audience=Audience.EVERYONE)
    mei = await site.signed_up("Mei")
    await mei.get(path_of(poll, film))
    form = mei.form("Vote").fields
    await atomic(Person.filter(id=mei.person.id).update)(email_confirmed_at=None)
    await mei.post(
        f"{path_of(poll, film)}/vote", {**form, "candidate": public((await candidate(poll, "Ava Stone")).id)}
    )
    assert (mei.status, await counted(poll)) == (403, {})
    assert "Please confirm your e-mail address first" in mei.text
    assert mei.form("Send the link again").fields["next"] == [path_of(poll, film)]


async def test_a_card_is_saved_for_a_vote_and_nothing_else(site: SiteUnderTest, lin: Producer, film: Campaign) -> None:
    poll = await an_open_poll(film, by=lin.id, label=Label.BINDING, audience=Audience.EVERYONE)
    path = path_of(poll, film)
    mei, alias = await site.signed_up("Mei"), await site.signed_up("Alias")
    for browser, words in ((mei, "Ava Stone"), (alias, "")):
        await browser.get(path)
        assert "it takes a saved card" in browser.text and "Nothing is charged" in browser.text
        answer = await browser.submit("Save a card", follow=False)
        back = await at_the_sandbox(answer.headers["location"], "ok")
        await browser.get(back.removeprefix(site.settings.base_url))
        if words:
            assert "Your card is saved. Now vote." in browser.text
            await browser.submit("Vote", candidate=public((await candidate(poll, words)).id))
            assert "Your vote is counted." in browser.text
    assert "Another account has voted here with your card." in alias.text
    answer = await alias.submit("Save another card", follow=False)
    await alias.get((await at_the_sandbox(answer.headers["location"], "instant")).removeprefix(site.settings.base_url))
    await alias.submit("Vote", candidate=public((await candidate(poll, "Ben Okri")).id))
    assert await counted(poll) == {"Ava Stone": 1, "Ben Okri": 1}
    setup = await CardSetup.filter(person_id=mei.person.id).first()
    assert setup is not None and "my vote counts once" in setup.consent_text
    await mei.get("/money")
    await mei.submit("Remove")
    await work_until_idle()
    assert await SavedCard.filter(person_id=mei.person.id, state="gone").count() == 1
    await mei.get(path)
    assert "You voted for Ava Stone." in mei.text, "the vote stands"


async def test_a_card_page_that_nobody_came_back_from_is_finished_by_the_event(
    site: SiteUnderTest, lin: Producer, film: Campaign
) -> None:
    poll = await an_open_poll(film, by=lin.id, label=Label.BINDING, audience=Audience.EVERYONE)
    mei = await site.signed_up("Mei")
    await mei.get(path_of(poll, film))
    answer = await mei.submit("Save a card", follow=False)
    await at_the_sandbox(answer.headers["location"], "ok")
    await work_until_idle()  # the sweep that looks after open visits
    assert await SavedCard.filter(person_id=mei.person.id, state="saved").count() == 1
    assert not await CardSetup.exists(state="open")
    advisory = await an_open_poll(film, by=lin.id, audience=Audience.EVERYONE)
    await mei.get(path_of(advisory, film))
    token = mei.form("Vote").fields["csrf"][0]
    await mei.post(f"{path_of(advisory, film)}/card", {"csrf": token})
    assert "Nobody needs a card to vote here." in mei.text


# --- what can't be ---


async def test_votes_that_cant_be(site: SiteUnderTest, lin: Producer, film: Campaign) -> None:
    poll = await an_open_poll(film, by=lin.id, audience=Audience.EVERYONE)
    other = await an_open_poll(film, by=lin.id, audience=Audience.EVERYONE)
    mei, path = await site.signed_up("Mei"), path_of(poll, film)
    await mei.get(path)
    form = mei.form("Vote").fields
    theirs = public((await candidate(other, "Ava Stone")).id)
    for chosen in (theirs, "nonsense", "", public(7)):
        await mei.post(f"{path}/vote", {**form, "candidate": chosen})
        assert mei.status == 422 and "Please choose one of these." in mei.text
    await mei.post(f"{path}/vote", {"csrf": form["csrf"]})
    assert mei.status == 422
    ava = public((await candidate(poll, "Ava Stone")).id)
    await close(poll)
    await mei.post(f"{path}/vote", {**form, "candidate": ava})
    assert mei.status == 409 and "This poll has closed." in mei.text
    assert await Vote.all().count() == 0
    for wrong in (
        f"{film.path}/polls/nonsense",
        f"{film.path}/polls/{public(7)}",
        f"/campaigns/none/polls/{public(poll.id)}",
    ):
        await mei.get(wrong)
        assert mei.status == 404
    another = await a_campaign(name="Another")
    await mei.get(f"{another.path}/polls/{public(poll.id)}")
    assert mei.status == 404, "a poll stands at its own fund alone"


async def test_a_form_from_before_the_opening(site: SiteUnderTest, lin: Producer, film: Campaign) -> None:
    poll = await a_draft_poll(film, by=lin.id, audience=Audience.EVERYONE, opens_at=clock.now() + timedelta(hours=2))
    await actions.announce_poll(poll.id, by=lin.id)
    mei = await site.signed_up("Mei")
    await mei.get("/account")
    token = mei.form("/sign-out").fields["csrf"][0]
    ava = public((await candidate(poll, "Ava Stone")).id)
    await mei.post(f"{path_of(poll, film)}/vote", {"csrf": token, "candidate": ava})
    assert mei.status == 409 and "has not opened yet" in mei.text


async def test_drafts_that_cant_be_keep_what_was_typed(site: SiteUnderTest, lin: Producer, film: Campaign) -> None:
    her, desk = lin.browser, f"{lin.base(film)}/polls"
    for typed, sentence in (
        ({"question": ""}, "Please fill this in."),
        ({"question": "x" * 141}, "Please keep this to 140 characters"),
        ({"question": "Who?", "quorum": "-1"}, "Please write a whole number"),
        ({"question": "Who?", "audience": "cats"}, "Please choose one of these."),
        ({"question": "Who?", "closes_at": later(hours=-1)}, "This moment has passed already."),
        (
            {"question": "Who?", "opens_at": later(days=2), "closes_at": later(days=1)},
            "It has to close after it opens.",
        ),
        (
            {"question": "Who?", "closes_at": later(days=2), "decide_by": later(days=1)},
            "The decision comes after the vote.",
        ),
        ({"question": "Who?", "closes_at": "soon"}, "Please choose a date and a time"),
    ):
        await her.get(f"{desk}/new")
        await her.submit(desk, text="What they should know.", **typed)
        assert her.status == 422 and sentence in her.text, typed
        kept = her.form(desk).fields
        assert kept["text"] == ["What they should know."] and kept["question"] == [typed["question"]]
    assert await Poll.all().count() == 0


async def test_a_form_sent_twice_makes_one_poll_and_one_candidate(
    site: SiteUnderTest, lin: Producer, film: Campaign
) -> None:
    her, desk = lin.browser, f"{lin.base(film)}/polls"
    await her.get(f"{desk}/new")
    form = {**her.form(desk).fields, "question": "Who?"}
    for _ in range(2):
        await her.post(desk, form)
    poll = await Poll.get()
    mine = poll.path_in(lin.base(film))
    await her.get(mine)
    form = {**her.form(f"{mine}/candidates").fields, "name": "Ava Stone"}
    for _ in range(2):
        await her.post(f"{mine}/candidates", form)
    assert await Candidate.filter(poll_id=poll.id).count() == 1
    await her.post(f"{mine}/candidates", {**form, "name": "Somebody else"})
    assert her.status == 422 and "You sent this form before with other words" in her.text


async def test_a_picture_needs_words_and_can_be_taken_away(site: SiteUnderTest, lin: Producer, film: Campaign) -> None:
    poll = await a_draft_poll(film, by=lin.id, names=())
    her, mine = lin.browser, poll.path_in(lin.base(film))
    await her.get(mine)
    await her.submit(f"{mine}/candidates", name="Ava", files={"image": ("a.png", a_picture(), "image/png")})
    assert her.status == 422 and "Say in a few words what the picture shows" in her.text
    await her.submit(f"{mine}/candidates", name="Ava", image_alt="A face")
    ava = await Candidate.get()
    assert ava.image_id is not None, "the picture was kept while the words were mended"
    await her.get(f"{mine}/candidates/{public(ava.id)}")
    await her.submit("Save", name="Ava Stone", about="Rows.", files={"image": ("a.txt", b"no picture", "image/png")})
    assert her.status == 422 and "PNG, JPEG or WebP" in her.text
    await her.submit("Save", name="Ava Stone", about="Rows.")
    assert (await Candidate.get()).name == "Ava Stone"
    await her.get(f"{mine}/candidates/{public(ava.id)}")
    await her.submit("Take the picture away")
    await her.submit("Remove this candidate")
    assert await Candidate.all().count() == 0 and await Image.all().count() == 1


async def test_what_fans_were_asked_is_told_to_stay(site: SiteUnderTest, lin: Producer, film: Campaign) -> None:
    """Somebody else opened the poll while she was still writing."""
    poll = await a_draft_poll(film, by=lin.id)
    her, mine = lin.browser, poll.path_in(lin.base(film))
    ava = f"{mine}/candidates/{public((await candidate(poll, 'Ava Stone')).id)}"
    await her.get(mine)
    draft, another = her.form(mine).fields, her.form(f"{mine}/candidates").fields
    await her.get(ava)
    face = her.form(ava).fields
    await actions.open_poll(poll.id, by=lin.id)
    for path, form in (
        (mine, {**draft, "question": "Who plays her?"}),
        (f"{mine}/candidates", {**another, "name": "Dee"}),
        (ava, {**face, "name": "Ada"}),
        (f"{ava}/removal", face), (f"{mine}/withdrawal", face), (f"{mine}/opening", face), (f"{mine}/announcement", face),
        (f"{mine}/announcement/withdrawal", face),
    ):  # fmt: skip
        await her.post(path, form)
        assert "stays as it is" in her.text or "can only be cancelled" in her.text, path
    assert (await again_poll(poll)).question == "Who plays Lin?"
    assert {one.name for one in await Candidate.filter(poll_id=poll.id)} == {"Ava Stone", "Ben Okri", "Cleo Marsh"}


async def test_a_poll_is_cancelled_with_a_reason_that_all_read(
    site: SiteUnderTest, lin: Producer, film: Campaign
) -> None:
    poll = await an_open_poll(film, by=lin.id, audience=Audience.EVERYONE, hides_results=True)
    await votes(poll, (await a_fan("Jun")).id, "Ava Stone")
    her, mine = lin.browser, poll.path_in(lin.base(film))
    await her.get(mine)
    assert "Nobody sees the result before it closes" in her.text and "Ava Stone" not in her.text
    await her.get(f"{mine}/cancellation")
    await her.submit("Cancel the poll", reason="Short", sure="yes")
    assert her.status == 422
    await her.submit("Cancel the poll", reason="All three have signed for another film.", sure="yes")
    assert "The poll is cancelled." in her.text
    anybody = site.browser()
    await anybody.get(path_of(poll, film))
    for words in ("This poll was cancelled", "All three have signed", "it counts for nothing", "1 vote"):
        assert words in anybody.text
    await her.get(f"{mine}/cancellation")
    assert "It can't be cancelled now." in her.text


async def test_an_overdue_decision_is_shown_on_every_page(site: SiteUnderTest, lin: Producer, film: Campaign) -> None:
    poll = await an_open_poll(film, by=lin.id, audience=Audience.EVERYONE)
    assert poll.decide_by is not None
    anybody = site.browser()
    overdue = {
        path_of(poll, film): "The decision is overdue", film.path: "Nothing has been published.",
        f"{film.path}/polls": "Nothing has been published.",
    }  # fmt: skip
    desk = {lin.base(film): "Your decision is overdue", lin.desk: "Your decision is overdue"}
    for moment, is_late in ((poll.decide_by - timedelta(seconds=30), False), (poll.decide_by, True)):
        clock.advance(moment - clock.now())
        page_cache.forget_everything()
        for pages, browser in ((overdue, anybody), (desk, lin.browser)):
            for path, words in pages.items():
                await browser.get(path)
                assert (words in browser.text) is is_late, path
    await actions.decide_poll(poll.id, None, "We found nobody who can row.", by=lin.id)
    page_cache.forget_everything()
    await anybody.get(path_of(poll, film))
    assert "later than promised" in anybody.text and "Decided: None of them" in anybody.text


async def test_ties_and_too_few_are_said_plainly(site: SiteUnderTest, lin: Producer, film: Campaign) -> None:
    said = {}
    for number, (quorum, choices) in enumerate(((0, ("Ava Stone", "Ben Okri")), (5, ("Ava Stone",)), (0, ()))):
        poll = await an_open_poll(film, by=lin.id, audience=Audience.EVERYONE, quorum=quorum)
        for choice in choices:
            await votes(poll, (await a_fan(f"Fan{number}")).id, choice)
        said[number] = path_of(poll, film)
    clock.advance(timedelta(days=5))
    browser = site.browser()
    for number, words in enumerate(
        ("A tie: Ava Stone and Ben Okri have 1 votes each.", "1 of the 5 that it takes", "Nobody voted.")
    ):
        await browser.get(said[number])
        assert words in browser.text


async def test_hidden_results_are_in_no_page(site: SiteUnderTest, lin: Producer, film: Campaign) -> None:
    poll = await an_open_poll(film, by=lin.id, audience=Audience.EVERYONE, hides_results=True)
    for number in range(3):
        await votes(poll, (await a_fan(f"Fan{number}")).id, "Ava Stone")
    mei, anybody = await site.signed_up("Mei"), site.browser()
    for browser in (mei, anybody, lin.browser):
        for path in (path_of(poll, film), film.path, f"{film.path}/polls"):
            await browser.get(path)
            assert "3 votes" not in browser.text and "100%" not in browser.text
    await mei.get(path_of(poll, film))
    assert "Counted when it closes" in mei.text and "people have voted" in mei.text


async def test_many_polls_have_a_page_of_their_own(site: SiteUnderTest, lin: Producer, film: Campaign) -> None:
    """On the fund's page stand four: what is overdue first, then what is open, then the newest."""
    for number in range(6):
        await an_open_poll(film, by=lin.id, question=f"Question {number}?")
    for number in (3, 4, 5):
        await actions.cancel_poll((await Poll.get(question=f"Question {number}?")).id, "It was a mistake.", by=lin.id)
    browser = site.browser()
    await browser.get(film.path)
    assert [n for n in range(6) if f"Question {n}?" in browser.text] == [0, 1, 2, 5]
    clock.advance(timedelta(days=9))  # those that went on are overdue
    page_cache.forget_everything()
    await browser.get(film.path)
    assert browser.text.index("Question 2?") < browser.text.index("Question 5?")
    await browser.get(browser.page.links["All polls"])
    assert all(f"Question {number}?" in browser.text for number in range(6))
    nothing = await a_campaign(name="Quiet")
    await browser.get(f"{nothing.path}/polls")
    assert "No poll yet" in browser.text


async def test_who_belongs_to_the_makers_but_may_not_write_looks(
    site: SiteUnderTest, lin: Producer, film: Campaign
) -> None:
    poll = await a_draft_poll(film, by=lin.id)
    await lin.browser.get(f"{lin.base(film)}/polls")
    assert "Who plays Lin?" in lin.browser.text
    eve = await a_producer(site, "Eve")
    await eve.browser.get(poll.path_in(lin.base(film)))
    assert eve.browser.status == 404
    other = await a_campaign(studio_id=lin.organisation.id, name="Other")
    await lin.browser.get(poll.path_in(lin.base(other)))
    assert lin.browser.status == 404


async def test_it_is_told_in_chinese(site: SiteUnderTest, lin: Producer, film: Campaign) -> None:
    poll = await an_open_poll(film, by=lin.id, audience=Audience.EVERYONE)
    wei = await site.signed_up("Wei", locale="zh_CN")
    await wei.get(path_of(poll, film))
    assert "投票" in wei.text and "Choose one" not in wei.text
