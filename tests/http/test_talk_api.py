"""What is said under a fund, by program: read by everybody, joined in by backers, kept readable by staff."""

from __future__ import annotations

import pytest

from crowdfund.community.talk import moderation
from crowdfund.community.talk.models import Comment
from crowdfund.database.ids import public
from tests.http.conftest import SiteUnderTest
from tests.http.program import Program, code_of, fields_of, program_of
from tests.http.talk_world import TalkWorld, a_talk_world, crowd_of_reporters, replied, said

pytestmark = pytest.mark.pages

WHY = {"reason": "It tells where somebody lives."}


@pytest.fixture
async def world(site: SiteUnderTest) -> TalkWorld:
    return await a_talk_world(site)


def fund_of(world: TalkWorld) -> str:
    return f"/campaigns/{public(world.campaign.id)}"


async def anybody(site: SiteUnderTest) -> Program:
    return Program(site.browser(), {})


async def test_asked_answered_and_read(world: TalkWorld, site: SiteUnderTest) -> None:
    mei, lin, fund = (
        await program_of(site, world.mei.person),
        await program_of(site, world.lin.browser.person),
        fund_of(world),
    )
    reader = await anybody(site)
    assert (await reader.read(f"{fund}/addressees"))["addressees"] == [
        {"to": "makers", "name": "Lin Pictures"}, {"to": "cast", "name": "the cast"},
    ]  # fmt: skip
    named = await lin.do(f"{fund}/addressees", {"names": ["The director"]})
    assert [one["name"] for one in named["addressees"]] == ["Lin Pictures", "The director"]
    to = named["addressees"][1]["to"]
    asked = await mei.make(f"{fund}/comments", {"text": "Is it cold?", "to": to})
    assert (asked["kind"], asked["author"], asked["to"], asked["state"]) == ("question", "Mei", "The director", "shown")
    answer = await lin.make(f"/comments/{asked['id']}/replies", {"text": "Very."})
    assert (answer["kind"], answer["author"], answer["is_official"]) == ("answer", "Lin Pictures", True)
    wen = await program_of(site, world.wen.person)
    hers = await wen.make(f"/comments/{answer['id']}/replies", {"text": "Brr."})
    assert (hers["author"], hers["thread"], hers["kind"]) == (None, asked["id"], "reply"), "as with her pledge: nobody"
    with_name = await wen.make(f"{fund}/comments", {"text": "I am Wen.", "anonymous": False})
    assert with_name["author"] == "Wen"
    (comment, thread) = await reader.all(f"{fund}/comments")
    assert comment["text"] == "I am Wen." and [one["text"] for one in thread["answers"]] == ["Very."]
    assert [one["text"] for one in thread["replies"]] == ["Brr."] and thread["more_replies"] is False
    assert (await reader.read(f"/comments/{hers['id']}"))["id"] == asked["id"], "the thread in which it stands"
    assert [one["id"] for one in await reader.all(f"{fund}/comments?show=answered")] == [asked["id"]]
    assert code_of(await reader.get(f"{fund}/comments?show=mine")) == (400, "unknown_show")
    everything = str(await reader.all(f"{fund}/comments")) + str(await reader.all(f"/comments/{asked['id']}/replies"))
    assert public(world.wen.person.id) not in everything and public(world.mei.person.id) not in everything


async def test_lists_go_on_by_cursor(world: TalkWorld, site: SiteUnderTest) -> None:
    roots = [await said(world, world.lin.browser, f"Word {n}.") for n in range(5)]
    for n in range(5):
        await replied(roots[0], world.lin.browser, f"Reply {n}.")
    reader = await anybody(site)
    assert [one["text"] for one in await reader.all(f"{fund_of(world)}/comments?limit=2")] == [
        f"Word {n}." for n in (4, 3, 2, 1, 0)
    ]
    assert [one["text"] for one in await reader.all(f"/comments/{public(roots[0].id)}/replies?limit=2")] == [
        f"Reply {n}." for n in range(5)
    ]
    thread = await reader.read(f"/comments/{public(roots[0].id)}")
    assert [one["text"] for one in thread["replies"]] == ["Reply 0.", "Reply 1.", "Reply 2."] and thread["more_replies"]


async def test_refusals_have_their_codes(world: TalkWorld, site: SiteUnderTest) -> None:
    mei, eve, lin = [
        await program_of(site, person) for person in (world.mei.person, world.eve.person, world.lin.browser.person)
    ]
    comments = f"{fund_of(world)}/comments"
    assert code_of(await eve.post(comments, {"text": "Me too!"}, key="a")) == (403, "not_a_backer")
    answer = await mei.post(comments, {"text": "Hello?", "to": "pope"}, key="b")
    assert (code_of(answer), answer.json()["detail"]) == ((422, "invalid"), "Nobody by that name can be asked here.")
    assert code_of(await lin.post(comments, {"text": "Am I great?", "to": "cast"}, key="c")) == (422, "invalid")
    for body, field in (
        ({"text": ""}, "text"),
        ({"text": "x" * 2_001}, "text"),
        ({"text": "ok", "anonymous": "yes"}, "anonymous"),
        ({}, "text"),
    ):
        answer = await mei.post(comments, body, key="d")
        assert (code_of(answer), fields_of(answer)) == ((422, "invalid"), [field])
    made = await mei.make(comments, {"text": "I love rivers."})
    one = f"/comments/{made['id']}"
    wish = {"text": "Twice?"}
    assert {(await mei.post(comments, wish, key="same")).json()["id"] for _ in range(2)} == {
        (await mei.post(comments, wish, key="same")).json()["id"]
    }
    assert code_of(await mei.post(comments, {"text": "Other"}, key="same")) == (422, "key_used_for_another")
    assert code_of(await eve.post(f"{one}/wording", {"text": "I hate rivers."})) == (403, "not_yours")
    assert (await mei.do(f"{one}/wording", {"text": "I love big rivers."}))["edited_at"] is not None
    await lin.make(f"{one}/replies", {"text": "Thank you."})
    assert code_of(await mei.post(f"{one}/wording", {"text": "I hate rivers."})) == (409, "too_late_to_change")
    assert code_of(await mei.post(f"{one}/lock")) == (403, "not_yours")
    assert (await lin.do(f"{one}/lock"))["is_locked"] is True
    assert code_of(await mei.post(f"{one}/replies", {"text": "But…"}, key="e")) == (409, "thread_locked")
    assert (await lin.do(f"{one}/lock/removal"))["is_locked"] is False
    assert code_of(await mei.post(f"{one}/report", {"reason": "spam"})) == (409, "own_comment")
    gone = await mei.do(f"{one}/withdrawal")
    assert (gone["state"], gone["text"], gone["author"]) == ("withdrawn", "", None)
    assert code_of(await mei.post(f"{one}/withdrawal")) == (409, "move_refused")
    reader = await program_of(site, world.mei.person, "pledges:read")
    assert code_of(await reader.post(comments, wish, key="f")) == (403, "scope_missing")
    for wrong in ("/comments/nonsense", "/comments/0000000000000"):
        assert code_of(await mei.get(wrong)) == (404, "not_found")
        assert code_of(await mei.post(f"{wrong}/replies", wish, key="g")) == (404, "not_found")


async def test_reported_folded_and_decided(world: TalkWorld, site: SiteUnderTest) -> None:
    comment = await said(world, world.mei, "She lives at 1 River Road.", shown_as="nobody")
    eve, ada, one = (
        await program_of(site, world.eve.person),
        await program_of(site, world.ada.person),
        f"/comments/{public(comment.id)}",
    )
    assert code_of(await eve.post(f"{one}/report", {"reason": "other"})) == (422, "invalid")
    assert await eve.do(f"{one}/report", {"reason": "private"}) == {"is_news": True}
    assert await eve.do(f"{one}/report", {"reason": "spam"}) == {"is_news": False}
    for person_id in await crowd_of_reporters(site, 4):
        await moderation.report(comment.id, "private", "", by=person_id)
    assert (await eve.read(one))["is_folded"] is True
    (waiting,) = await ada.all("/staff/comments")
    assert (waiting["comment"], waiting["reports"]) == (public(comment.id), 5)
    assert (await ada.read("/staff/inbox"))["counts"]["comments"] == 1
    seen = await ada.read(f"/staff{one}")
    assert (seen["author_name"], seen["comment"]["author"], len(seen["reports"])) == ("Mei", None, 5)
    hidden = await ada.do(f"/staff{one}/hiding", WHY)
    assert (hidden["comment"]["state"], hidden["text"], {r["verdict"] for r in hidden["reports"]}) == (
        "hidden", "She lives at 1 River Road.", {"upheld"},
    )  # fmt: skip
    shown = await eve.read(one)
    assert (shown["text"], shown["hidden_because"], shown["is_folded"]) == ("", WHY["reason"], False)
    barred = await ada.do(f"/staff{one}/bar", {**WHY, "days": 3})
    assert barred["barred_until"] is not None
    mei = await program_of(site, world.mei.person)
    assert code_of(await mei.post(f"{fund_of(world)}/comments", {"text": "But why?"}, key="h")) == (
        403,
        "barred_from_comments",
    )
    assert (await ada.do(f"/staff{one}/bar/removal", WHY))["barred_until"] is None
    assert (await ada.do(f"/staff{one}/hiding/removal", WHY))["comment"]["state"] == "shown"
    assert code_of(await ada.post(f"/staff{one}/dismissal", WHY)) == (409, "nothing_to_decide")
    for ending in ("hiding", "bar", "dismissal"):
        assert code_of(await eve.post(f"/staff{one}/{ending}", WHY))[0] == 403
    assert (await Comment.get(id=comment.id)).state == "shown"
