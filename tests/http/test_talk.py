"""Backers comment and ask, the makers answer, everybody reads: on both databases, page by page."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from crowdfund import clock
from crowdfund.campaigns import drafts
from crowdfund.campaigns.models import Campaign
from crowdfund.community.talk import actions, queries
from crowdfund.community.talk.models import MOVES, Addressee, Asked, Comment, CommentEvent, CommentState
from crowdfund.community.talk.rules import (
    PACE_MAX,
    QUESTIONS_OPEN_MAX,
    CommentGone,
    NotABacker,
    NotYours,
    ThreadLocked,
    TooFast,
    TooLateToChange,
    TooManyQuestions,
)
from crowdfund.database import Sql, atomic, new_id
from crowdfund.database.moves import MoveRefused, move
from crowdfund.database.once import KeyUsedForAnother
from crowdfund.people.models import AuditEntry, Member, Person, Role
from crowdfund.pledges.actions import cancel_pledge
from crowdfund.pledges.models import Pledge
from crowdfund.web.page_cache import forget_everything
from crowdfund.web.rate_limit import Limit
from tests.http.browser import ORIGIN
from tests.http.campaign_world import a_draft, a_producer
from tests.http.conftest import SiteUnderTest
from tests.http.nasty import NASTY
from tests.http.talk_world import TalkWorld, a_talk_world, again, backs, replied, said
from tests.http.test_campaign_desk import token
from tests.http.test_people_fuzz import SENSIBLE, fuzz
from tests.world import a_campaign

pytestmark = pytest.mark.pages


@pytest.fixture
async def world(site: SiteUnderTest) -> TalkWorld:
    return await a_talk_world(site)


# --- the whole way ---


async def test_a_question_is_asked_answered_and_mailed(world: TalkWorld) -> None:
    mei, desk = world.mei, world.lin.browser
    await mei.get(world.campaign.path)
    await mei.get(mei.page.links["Join in"])
    assert "A question to Lin Pictures" in mei.text and "A question to the cast" in mei.text
    await mei.submit("Publish", text="Who plays the engineer?\n\nAnd does she swim?", asked="cast")
    assert "It stands there for everybody to read." in mei.text
    question = await Comment.get(kind="question")
    assert mei.path == world.path(question)

    await desk.get(world.lin.base(world.campaign))
    await desk.get(f"{world.lin.base(world.campaign)}/talk")
    assert "Questions that wait for you 1" in desk.text and "Who plays the engineer?" in desk.text
    await desk.get(desk.page.links["Answer"].partition("#")[0])
    assert "It stands there as the word of Lin Pictures." in desk.text
    await desk.submit("Publish", text="Wen Rui, and she does.")
    assert "Your reply stands there." in desk.text

    forget_everything()
    visitor = world.site.browser()
    for path in (world.campaign.path, world.talk, f"{world.talk}?show=answered", world.path(question)):
        await visitor.get(path)
        assert visitor.status == 200, path
        for words in (
            "Mei",
            "A question to the cast",
            "Who plays the engineer?",
            "Lin Pictures",
            "Official answer",
            "Wen Rui, and she does.",
        ):
            assert words in visitor.text, (path, words)
        assert visitor.response.text.index("Who plays the engineer?") < visitor.response.text.index(
            "Wen Rui, and she does."
        )
    assert "<p>Who plays the engineer?</p><p>And does she swim?</p>" in visitor.response.text
    (mail, *_) = await world.site.mails_to("mei@example.com")
    assert mail.subject == "Lin Pictures answered your question about River Moon"
    assert "Who plays the engineer? And does she swim?" in mail.text_body and "Wen Rui, and she does." in mail.text_body
    await desk.get(f"{world.lin.base(world.campaign)}/talk")
    assert "No question waits" in desk.text


async def test_who_pledged_as_nobody_is_not_given_away(world: TalkWorld) -> None:
    """What she chose with her pledge stands in the form; for each comment she may choose otherwise."""
    wen, visitor = world.wen, world.site.browser()
    await wen.get(world.talk)
    assert wen.form("Publish").fields["shown_as"] == ["nobody"]
    await world.mei.get(world.talk)
    assert world.mei.form("Publish").fields["shown_as"] == ["name"]
    await wen.submit("Publish", text="My first river.")
    comment = await Comment.get(text="My first river.")
    for browser in (visitor, world.mei, world.lin.browser):
        for path in (world.talk, world.path(comment), world.campaign.path):
            forget_everything()
            await browser.get(path)
            assert "My first river." in browser.text and "A backer" in browser.text
            main = browser.response.text.partition("<main")[2]
            assert "Wen" not in main and "wen@" not in main, (path, "nobody reads who it was")
    await wen.get(world.talk)
    await wen.submit("Publish", text="My second river.", shown_as="name")
    await visitor.get(world.talk)
    assert "Wen" in visitor.text.partition("My second river.")[0]
    await replied(comment, wen, "Once more.")
    await visitor.get(world.path(comment))
    assert "Wen" not in visitor.response.text
    await world.mei.get(world.talk)
    await world.mei.submit("Publish", text="Under no name.", shown_as="nobody")
    assert (await Comment.get(text="Under no name.")).shown_as == "nobody"


async def test_only_backers_write_and_everybody_reads(world: TalkWorld, site: SiteUnderTest) -> None:
    await said(world, world.mei)
    stranger = site.browser()
    await stranger.get(world.talk)
    assert "I love rivers." in stranger.text and "Anybody may read." in stranger.text
    assert stranger.page.links["Sign in"].startswith("/sign-in") and not [
        f for f in stranger.page.forms if "talk" in f.action
    ]
    await stranger.get(stranger.page.links["Report"], follow=False)
    assert stranger.response.headers["location"].startswith("/sign-in?next=")

    await world.eve.get(world.talk)
    assert "Those who back this fund write here." in world.eve.text
    csrf = await token(world.eve)
    await world.eve.post(world.talk, {"csrf": csrf, "text": "Me too!", "asked": "", "shown_as": "name", "key": "k"})
    assert world.eve.status == 403 and "Those who back this fund write here." in world.eve.text

    unsure = await site.signed_up("Unsure")
    await backs(unsure, world.campaign)
    await atomic(Person.filter(id=unsure.person.id).update)(email_confirmed_at=None)
    await unsure.get(world.talk)
    assert "Please confirm your e-mail address first" in unsure.text

    started = await site.signed_up("Started")
    await backs(started, world.campaign)
    await atomic(Sql("UPDATE pledge SET state = 'started' WHERE person_id = $1").__call__)(started.person.id)
    with pytest.raises(NotABacker):
        await said(world, started)

    pledge = await Pledge.get(person_id=world.mei.person.id)
    for state, may in (
        ("collected", True),
        ("errored", True),
        ("disputed", True),
        ("refunded", False),
        ("released", False),
        ("lost", False),
    ):
        await atomic(Sql("UPDATE pledge SET state = $2 WHERE id = $1").__call__)(pledge.id, state)
        if may:
            assert await said(world, world.mei, state)
            continue
        with pytest.raises(NotABacker):
            await said(world, world.mei, state)
    await atomic(Sql("UPDATE pledge SET state = 'active' WHERE id = $1").__call__)(pledge.id)
    await cancel_pledge(pledge.id, person_id=pledge.person_id)
    with pytest.raises(NotABacker):
        await said(world, world.mei)


async def test_the_makers_speak_as_such_and_their_viewers_not_as_fans(world: TalkWorld, site: SiteUnderTest) -> None:
    vera = await site.signed_up("Vera")
    await Member.create(
        id=new_id(),
        organisation_id=world.lin.organisation.id,
        person_id=vera.person.id,
        role=Role.VIEWER,
        made_at=clock.now(),
    )
    await backs(vera, world.campaign)
    with pytest.raises(NotABacker, match="an owner or a manager writes for them"):
        await said(world, vera, "What a wonderful studio!")
    await world.lin.browser.get(world.talk)
    await world.lin.browser.submit("Publish", text="Thank you all.")
    visitor = site.browser()
    await visitor.get(world.talk)
    assert "Makers" in visitor.text and "Official answer" not in visitor.text
    for asked in ("makers", "cast"):
        await world.lin.browser.post(
            world.talk,
            {
                "csrf": await token(world.lin.browser),
                "text": "Am I great?",
                "asked": asked,
                "shown_as": "",
                "key": asked,
            },
        )
        assert world.lin.browser.status == 422 and "Fans ask you: write it as a comment." in world.lin.browser.text
    await Member.filter(person_id=vera.person.id).update(role=Role.MANAGER.value)
    answer = await replied(await said(world, world.mei, "Is it cold?", asked="makers"), vera, "Very.")
    assert (answer.kind, answer.shown_as) == ("answer", "makers")


# --- what was typed ---


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"text": ""}, "Please fill this in."),
        ({"text": " \u200b "}, "Please fill this in."),
        ({"text": "x"}, "at least 2 characters"),
        ({"text": "é" * 2_001}, "keep this to 2000 characters; it has 2001"),
        ({"text": "a\x00b"}, "invisible control characters"),
        ({"asked": "the pope"}, "choose one of these"),
        ({"shown_as": "Lin Pictures"}, "choose one of these"),
        ({"shown_as": "makers"}, "choose one of these"),
    ],
)
async def test_what_cant_be_said_is_told_and_kept(world: TalkWorld, typed: dict[str, str], sentence: str) -> None:
    await world.mei.get(world.talk)
    await world.mei.submit("Publish", **{"text": "I love rivers."} | typed)
    assert world.mei.status == 422 and sentence in world.mei.text, world.mei.text
    if "text" not in typed:
        assert world.mei.form("Publish").fields["text"] == ["I love rivers."]
    assert await Comment.all().count() == 0


async def test_a_text_can_do_no_harm_and_its_addresses_lead_where_they_say(world: TalkWorld) -> None:
    nasty = (
        "<script>alert(1)</script> [click](https://evil.example) **bold** https://river.example/a?b=1&c=2. (https://moon.example)\n"
        'javascript:alert(1) "https://x.example/"onmouseover=alert(1)\n\n<img src=x onerror=alert(1)>'
    )
    comment = await said(world, world.mei, nasty)
    visitor = world.site.browser()
    await visitor.get(world.path(comment))
    html = visitor.response.text
    assert "<script>alert" not in html and "<img src=x" not in html and "onmouseover=alert(1)" in visitor.text
    assert (
        '<a href="https://river.example/a?b=1&amp;c=2" rel="nofollow noopener ugc">https://river.example/a?b=1&amp;c=2</a>.'
        in html
    )
    assert '<a href="https://moon.example" rel="nofollow noopener ugc">https://moon.example</a>)' in html
    assert ">click</a>" not in html, "no words stand for another address"
    assert 'href="javascript' not in html and "**bold**" in visitor.text


async def test_the_same_form_twice_lands_once(world: TalkWorld) -> None:
    await world.mei.get(world.talk)
    form = {name: values[0] for name, values in world.mei.form("Publish").fields.items()} | {"text": "Only once."}
    answers = await asyncio.gather(
        *(world.mei.client.post(world.talk, data=form, headers={"origin": ORIGIN}) for _ in range(5))
    )
    assert {(answer.status_code, answer.headers["location"]) for answer in answers} == {
        (303, answers[0].headers["location"])
    }
    await world.mei.post(world.talk, form | {"text": "Something else."})
    assert world.mei.status == 422 and "You sent this form before with other words" in world.mei.text
    root = await Comment.get(text="Only once.")
    made = await asyncio.gather(
        *(actions.reply_once(root.id, "Again.", by=world.wen.person.id, key="same") for _ in range(5))
    )
    assert len(set(made)) == 1 and await Comment.all().count() == 2
    with pytest.raises(KeyUsedForAnother):
        await actions.reply_once(root.id, "Other.", by=world.wen.person.id, key="same")


async def test_nobody_floods_a_fund(world: TalkWorld) -> None:
    for n in range(QUESTIONS_OPEN_MAX):
        question = await said(world, world.mei, f"Question {n}?", asked="makers")
    with pytest.raises(TooManyQuestions, match="5 questions of yours wait"):
        await said(world, world.mei, "And this?", asked="makers")
    await replied(question, world.lin.browser, "Yes.")
    await said(world, world.mei, "And this?", asked="makers")
    for n in range(PACE_MAX - QUESTIONS_OPEN_MAX - 1):
        await said(world, world.mei, f"Comment {n}.")
    await world.mei.get(world.talk)
    await world.mei.submit("Publish", text="One more.")
    assert world.mei.status == 429 and "Please wait a little." in world.mei.text
    assert world.mei.form("Publish").fields["text"] == ["One more."]
    clock.advance(timedelta(minutes=10, seconds=1))
    await world.mei.submit("Publish")
    assert "It stands there" in world.mei.text
    for n in range(PACE_MAX * 2):
        await said(world, world.lin.browser, f"News {n}.")  # its makers answer as many as they like


async def test_a_rush_of_one_fan_is_counted_one_by_one(world: TalkWorld) -> None:
    made = await asyncio.gather(
        *(said(world, world.mei, f"Question {n}?", asked="makers") for n in range(12)), return_exceptions=True
    )
    assert sum(isinstance(one, Comment) for one in made) == QUESTIONS_OPEN_MAX
    assert all(isinstance(one, Comment | TooManyQuestions | TooFast) for one in made), made


# --- one level of replies ---


async def test_replies_stand_one_level_deep_and_in_order(world: TalkWorld) -> None:
    root = await said(world, world.mei)
    first = await replied(root, world.wen, "First.")
    second = await replied(first, world.mei, "Second, to the first.")
    assert (second.parent_id, second.number) == (root.id, 2)
    made = await asyncio.gather(
        *(replied(root, by, f"At once {n}.") for n, by in enumerate([world.mei, world.wen] * 2))
    )
    assert sorted(reply.number or 0 for reply in made) == [3, 4, 5, 6]
    deeper = Sql("""
        INSERT INTO comment (id, campaign_id, person_id, kind, level, parent_id, parent_level, number, state, shown_as, text, made_at)
        VALUES ($1, $2, $3, 'reply', 1, $4, $5, 99, 'shown', 'name', 'Deeper', 1)""")
    for parent_level in (0, 1):
        with pytest.raises(Exception, match=r"(?i)foreign key|check"):
            await atomic(deeper.__call__)(new_id(), root.campaign_id, root.person_id, first.id, parent_level)
    other = await a_campaign()
    with pytest.raises(Exception, match=r"(?i)foreign key"):
        await atomic(deeper.__call__)(new_id(), other.id, root.person_id, root.id, 0)


async def test_long_threads_and_long_lists_go_on_page_by_page(
    world: TalkWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "PAGE", 4)
    monkeypatch.setattr(queries, "REPLIES_PAGE", 5)
    threads = [await said(world, world.lin.browser, f"Word {n}.") for n in range(10)]
    root = threads[-1]
    for n in range(12):
        await replied(root, world.lin.browser, f"Reply {n}.")
    visitor, seen = world.site.browser(), []
    path = world.talk
    while path:
        await visitor.get(path)
        seen += [n for n in range(10) if f"Word {n}." in visitor.text]
        path = next((href for words, href in visitor.page.links.items() if words.startswith("Older")), "")
    assert sorted(seen) == list(range(10)) and seen[:4] == [6, 7, 8, 9], "each once, the newest page first"
    await visitor.get(world.talk)
    assert "Reply 2." in visitor.text and "Reply 3." not in visitor.text and "The whole thread" in visitor.text
    seen, path = [], world.path(root)
    while path:
        await visitor.get(path)
        seen += [n for n in range(12) if f"Reply {n}." in visitor.text]
        path = next((href for words, href in visitor.page.links.items() if words.startswith("More replies")), "")
    assert seen == list(range(12))
    for odd in ("?before=x", "?before=%00", "?show=x", "?after=x", "?after=99999999"):
        assert (await visitor.get(world.talk + odd)).status_code == 200
        assert (await visitor.get(world.path(root) + odd)).status_code == 200


async def test_what_is_asked_for_is_shown(world: TalkWorld) -> None:
    await said(world, world.mei, "Just a comment.")
    open_one = await said(world, world.mei, "Still open?", asked="makers")
    answered = await said(world, world.mei, "Is it cold?", asked="makers")
    await replied(open_one, world.wen, "I wonder, too.")
    answer = await replied(answered, world.lin.browser, "Very.")
    visitor = world.site.browser()
    for show, texts in (
        ("all", {"Just a comment.", "Still open?", "Is it cold?"}), ("questions", {"Still open?", "Is it cold?"}),
        ("answered", {"Is it cold?"}), ("waiting", {"Just a comment.", "Still open?", "Is it cold?"}),
    ):  # fmt: skip
        await visitor.get(f"{world.talk}?show={show}")
        assert {text for text in ("Just a comment.", "Still open?", "Is it cold?") if text in visitor.text} == texts, (
            show
        )
    await actions.withdraw(answer.id, by=world.lin.id)
    await visitor.get(f"{world.talk}?show=answered")
    assert "No question has been answered yet." in visitor.text, "an answer that was taken back is none"
    assert await queries.how_many_wait(world.campaign.id) == 2


# --- one's own words ---


async def test_its_words_change_for_a_quarter_of_an_hour(world: TalkWorld) -> None:
    comment = await said(world, world.mei, "I love rivvers.")
    await world.mei.get(world.path(comment))
    await world.mei.get(world.mei.page.links["Change or withdraw"])
    await world.mei.submit("Save", text="I love rivers.")
    assert "Changed." in world.mei.text and "I love rivers." in world.mei.text and "· changed" in world.mei.text
    for seconds, may in ((-30, True), (0, False), (1, False)):
        await atomic(Comment.filter(id=comment.id).update)(
            made_at=clock.now() - timedelta(minutes=15) - timedelta(seconds=seconds)
        )
        if may:
            await actions.change(comment.id, "I love big rivers.", by=world.mei.person.id)
            continue
        with pytest.raises(TooLateToChange, match="for 15 minutes"):
            await actions.change(comment.id, "I hate rivers.", by=world.mei.person.id)
    await world.mei.get(f"{world.path(comment)}/wording")
    assert "Withdraw it" in world.mei.text and not [f for f in world.mei.page.forms if f.action.endswith("/wording")]
    await world.mei.post(f"{world.path(comment)}/wording", {"csrf": await token(world.mei), "text": "I hate rivers."})
    assert world.mei.status == 409 and "You can still withdraw it." in world.mei.text
    assert (await again(comment)).text == "I love big rivers."


async def test_what_was_answered_keeps_its_words(world: TalkWorld) -> None:
    question = await said(world, world.mei, "Do you pay the crew?", asked="makers")
    answer = await replied(question, world.lin.browser, "Yes.")
    with pytest.raises(TooLateToChange, match="Somebody has replied"):
        await actions.change(question.id, "Do you beat the crew?", by=world.mei.person.id)
    await actions.change(answer.id, "Yes, each week.", by=world.lin.id)
    with pytest.raises(NotYours):
        await actions.change(answer.id, "No.", by=world.mei.person.id)
    for verb in (actions.withdraw(question.id, by=world.eve.person.id), actions.withdraw(question.id, by=world.lin.id)):
        with pytest.raises(NotYours):
            await verb
    await world.wen.get(f"{world.path(question)}/wording")
    assert "There is nothing of yours to change here." in world.wen.text


async def test_what_is_withdrawn_is_gone_and_keeps_its_place_only_where_others_replied(world: TalkWorld) -> None:
    alone, answered = (
        await said(world, world.mei, "Forget this."),
        await said(world, world.mei, "And that.", shown_as="name"),
    )
    reply = await replied(answered, world.wen, "Why?")
    for comment in (alone, answered):
        await world.mei.get(f"{world.path(comment)}/wording")
        await world.mei.submit("Withdraw it")
        assert "Withdrawn: its text is gone." in world.mei.text
    visitor = world.site.browser()
    await visitor.get(world.talk)
    assert "Forget this." not in visitor.text and "And that." not in visitor.text
    assert visitor.text.count("Withdrawn by its author.") == 1 and "Why?" in visitor.text
    assert "Mei" not in visitor.response.text.partition("<main")[2].partition("Why?")[0]
    assert await Comment.filter(text__in=["Forget this.", "And that."]).count() == 0, "also in the database"
    with pytest.raises(MoveRefused):
        await actions.withdraw(alone.id, by=world.mei.person.id)
    with pytest.raises(CommentGone, match="nobody replies to it any more"):
        await replied(answered, world.wen, "Still there?")
    await actions.withdraw(reply.id, by=world.wen.person.id)
    await visitor.get(world.talk)
    assert "Nothing here yet" in visitor.text, "nothing stands below it any more, so its place is gone too"
    events = await CommentEvent.filter(comment_id=answered.id)
    assert [(e.from_state, e.to_state, e.by_person_id) for e in events] == [("shown", "withdrawn", world.mei.person.id)]


@pytest.mark.parametrize(
    ("statement", "match"),
    [
        ("DELETE FROM comment", "never deleted"),
        ("UPDATE comment SET state = 'shown', text = 'Back'", "stays withdrawn"),
        ("UPDATE comment SET text = 'Back'", "(?i)stays withdrawn|check"),
        ("UPDATE comment_event SET because = 'x'", "append-only"),
        ("DELETE FROM comment_event", "append-only"),
    ],
)
async def test_the_database_holds_that_too(world: TalkWorld, statement: str, match: str) -> None:
    comment = await said(world, world.mei)
    await actions.withdraw(comment.id, by=world.mei.person.id)
    with pytest.raises(Exception, match=match):
        await atomic(Sql(statement).__call__)()


async def test_every_pair_of_states_of_a_comment(world: TalkWorld) -> None:
    for was in CommentState:
        for to in CommentState:
            comment = await said(world, world.lin.browser)
            columns = {
                CommentState.SHOWN: {}, CommentState.HIDDEN: {"hidden_because": "So it is."}, CommentState.WITHDRAWN: {"text": ""},
            }  # fmt: skip
            await atomic(Comment.filter(id=comment.id).update)(state=was.value, **columns[was])
            first, second = await again(comment), await again(comment)
            changes = {"text": comment.text, "hidden_because": ""} | columns[to]
            walk = {"moves": MOVES, "because": "a walk", "by": None, "events": CommentEvent, **changes}
            if to not in MOVES[was]:
                with pytest.raises(MoveRefused):
                    await move(first, to, **walk)
                assert (await again(comment)).state == was
                continue
            await move(first, to, **walk)
            with pytest.raises(MoveRefused):
                await move(second, to, **walk)
            assert (await again(comment)).state == to
    assert await CommentEvent.filter(because="a walk").count() == sum(len(to) for to in MOVES.values())


# --- what the makers may do ---


async def test_the_makers_close_a_thread_to_fans(world: TalkWorld) -> None:
    question = await said(world, world.mei, "Is it cold?", asked="makers")
    desk, path = world.lin.browser, world.path(question)
    await desk.get(path)
    await desk.submit("Close it to fans")
    assert "Closed: fans reply no more" in desk.text
    await world.wen.get(path)
    assert "The makers have closed this thread" in world.wen.text and "Publish" not in world.wen.text
    await world.wen.post(
        f"{path}/replies", {"csrf": await token(world.wen), "text": "But why?", "shown_as": "", "key": "k"}
    )
    assert world.wen.status == 409
    with pytest.raises(ThreadLocked):
        await replied(question, world.wen)
    await replied(question, desk, "Very.")
    await desk.get(path)
    await desk.submit("Let fans reply again")
    await replied(question, world.wen, "Thank you.")
    told = await AuditEntry.filter(subject=f"comment:{question.id}").order_by("id").values_list("action", flat=True)
    assert list(told) == ["thread_locked", "thread_opened"]
    for verb in (actions.lock, actions.unlock):
        with pytest.raises(NotYours):
            await verb(question.id, by=world.mei.person.id)
    other = await a_producer(world.site, "Wei")
    await other.browser.post(
        f"{other.desk}/campaigns/{world.campaign.slug}/talk/{path.rpartition('/')[2]}/lock",
        {"csrf": await token(other.browser)},
    )
    assert other.browser.status == 404


async def test_the_makers_offer_names_and_questions_keep_theirs(world: TalkWorld) -> None:
    desk, base = world.lin.browser, f"{world.lin.base(world.campaign)}/talk"
    await desk.get(base)
    assert "Now: Lin Pictures, the cast." in desk.text
    await desk.submit("Save", names="Wen Rui, who plays Lin\n\n  The   director \nThe director")
    assert "Now: Lin Pictures, Wen Rui, who plays Lin, The director." in desk.text
    await world.mei.get(world.talk)
    assert "A question to the cast" not in world.mei.text
    form = world.mei.response.text
    value = form.partition("A question to The director")[0].rpartition('value="')[2].partition('"')[0]
    await world.mei.submit("Publish", text="What is it about?", asked=value)
    assert "A question to The director" in world.mei.text
    await desk.submit("Save", names="")
    assert "Now: Lin Pictures, the cast." in desk.text
    question = await Comment.get(kind="question")
    await world.mei.get(world.path(question))
    assert "A question to The director" in world.mei.text, "whom it was asked stays"
    assert (question.asked, question.asked_name) == (Asked.NAMED, "The director")
    await world.mei.get(world.talk)
    await world.mei.post(
        world.talk, {"csrf": await token(world.mei), "text": "And now?", "asked": value, "shown_as": "name", "key": "n"}
    )
    assert world.mei.status == 422 and "choose one of these" in world.mei.text
    for names, sentence in (
        ("\n".join(f"Name {n}" for n in range(11)), "At most 10 names."),
        ("x" * 61, "at most 60 characters"),
    ):
        await desk.submit("Save", names=names)
        assert desk.status == 422 and sentence in desk.text
        assert desk.form("Save").fields["names"] == [names]
    assert await AuditEntry.filter(action="addressees_changed").count() == 2


async def test_one_letter_a_day_tells_the_makers_what_was_asked(world: TalkWorld) -> None:
    seven = clock.now().replace(hour=7, minute=0, second=0, microsecond=0)
    due = seven if clock.now() < seven else seven + timedelta(days=1)
    for n in range(3):
        await said(world, world.mei, f"Question {n}?", asked="makers")
    answered = await said(world, world.wen, "Answered before?", asked="makers")
    await replied(answered, world.lin.browser, "Yes.")

    async def letters() -> list[str]:
        return [m.text_body for m in await world.site.mails_to("lin@example.com") if "Fans ask you" in m.subject]

    clock.advance(due - clock.now() - timedelta(seconds=30))
    assert await letters() == []
    clock.advance(timedelta(seconds=31))
    (letter,) = await letters()
    assert "3 questions about River Moon wait for your answer." in letter and "“Question 2?”" in letter
    assert "Answered before?" not in letter and "Mei" not in letter
    clock.advance(timedelta(days=3))
    assert len(await letters()) == 1, "nothing new, no letter"
    await said(world, world.wen, "A new one?", asked="makers")
    clock.advance(timedelta(days=1))
    newest = (await letters())[0]
    assert (
        len(await letters()) == 2
        and "4 questions" in newest
        and "“A new one?”" in newest
        and "Question 2?" not in newest
    )


# --- beside the rest ---


async def test_the_fund_that_people_cant_see_has_no_talk(world: TalkWorld, site: SiteUnderTest) -> None:
    draft = await a_draft(world.lin, name="Draft")
    comment = await said(world, world.mei)
    number = world.path(comment).rpartition("/")[2]
    for path in (f"/campaigns/{draft.slug}/talk", "/campaigns/no-such/talk", f"/campaigns/{draft.slug}/talk/{number}"):
        await world.mei.get(path)
        assert world.mei.status == 404
    other = await a_campaign()
    for path in (f"{other.path}/talk/{number}", f"{world.talk}/nonsense", f"{world.talk}/0000000000000"):
        assert (await world.mei.get(path)).status_code == 404
    desk = world.lin.browser
    await desk.get(f"{world.lin.base(draft)}/talk")
    assert "Fans write here once they can see the fund." in desk.text
    await desk.post(f"{world.lin.base(draft)}/talk/names", {"csrf": await token(desk), "names": "Wen"})
    assert desk.status == 409 and await Addressee.all().count() == 0
    await drafts.delete_draft(draft.id, by=world.lin.id)


async def test_the_funds_own_page_shows_the_last_few_and_is_right_a_second_later(world: TalkWorld) -> None:
    visitor = world.site.browser()
    await visitor.get(world.campaign.path)
    assert "Backers ask and the makers answer" in visitor.text
    made = [await said(world, world.mei, f"Word {n}.") for n in range(5)]
    await visitor.get(world.campaign.path)
    assert "Word 4." not in visitor.text, "within the second it is the page that was kept"
    forget_everything()
    await visitor.get(world.campaign.path)
    assert [n for n in range(5) if f"Word {n}." in visitor.text] == [2, 3, 4]
    await actions.withdraw(made[4].id, by=world.mei.person.id)
    forget_everything()
    await visitor.get(world.campaign.path)
    assert [n for n in range(5) if f"Word {n}." in visitor.text] == [1, 2, 3]
    assert "set-cookie" not in visitor.response.headers
    assert (await Campaign.get(id=world.campaign.id)).state == "live"


@pytest.mark.landing
async def test_no_field_of_the_talk_breaks_a_page(
    world: TalkWorld, long: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def always(self: Limit, key: str) -> None:
        """Thousands of tries are too many for any limit."""

    monkeypatch.setattr(Limit, "take", always)
    monkeypatch.setitem(SENSIBLE, "text", "I love rivers.")
    monkeypatch.setitem(SENSIBLE, "reason", "Because it is so.")
    comment = await said(world, world.mei)
    path, staff = world.path(comment), f"/staff/comments/{world.path(comment).rpartition('/')[2]}"
    values = [
        value for i, value in enumerate(NASTY) if long or i % 12 == 0 or value in ("\x00", "a\x00b", "\ud800", "１２")
    ]
    sent = await fuzz(world.lin.browser, world.talk, values) + await fuzz(world.lin.browser, path, values)
    sent += await fuzz(world.mei, world.talk, values) + await fuzz(world.mei, f"{path}/wording", values)
    sent += await fuzz(world.eve, f"{path}/report", values) + await fuzz(world.ada, staff, values)
    sent += await fuzz(world.lin.browser, f"{world.lin.base(world.campaign)}/talk", values)
    assert sent > 50
    visitor = world.site.browser()
    for value in values:
        for field in ("show", "before", "after"):
            for page in (world.talk, path):
                asked = {field: value.encode("utf-8", "replace").decode()}
                assert (await visitor.client.get(page, params=asked)).status_code == 200
