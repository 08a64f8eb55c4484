"""What people report, what staff decide about it, and what everybody reads of that: on both databases."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from crowdfund import clock
from crowdfund.community.talk import actions, moderation, queries
from crowdfund.community.talk.models import Comment, CommentBar, CommentReport
from crowdfund.community.talk.moderation import NothingToDecide, OwnComment
from crowdfund.community.talk.rules import FOLD_AFTER, BarredFromComments, CommentGone, TooLateToChange
from crowdfund.database import Sql, atomic, new_id
from crowdfund.database.ids import public
from crowdfund.database.moves import MoveRefused
from crowdfund.people.models import AuditEntry, StaffRole
from crowdfund.refusal import Invalid
from crowdfund.web.page_cache import forget_everything
from tests.http.conftest import SiteUnderTest
from tests.http.talk_world import TalkWorld, a_talk_world, again, crowd_of_reporters, replied, said
from tests.http.test_campaign_desk import token

pytestmark = pytest.mark.pages

WHY = "It tells where somebody lives."


@pytest.fixture
async def world(site: SiteUnderTest) -> TalkWorld:
    return await a_talk_world(site)


async def test_reported_hidden_and_shown_again(world: TalkWorld) -> None:
    comment = await said(world, world.mei, "She lives at 1 River Road.")
    await world.eve.get(world.talk)
    await world.eve.get(world.eve.page.links["Report"])
    await world.eve.submit("Report it", reason="other")
    assert world.eve.status == 422 and "Say in a few words what is wrong with it." in world.eve.text
    await world.eve.submit("Report it", reason="private", note="That is my sister's address.")
    assert "Thank you. We look at it." in world.eve.text and "You have reported this" in world.eve.text
    await world.eve.get(f"{world.path(comment)}/report")
    assert "You have reported this already." in world.eve.text

    ada = world.ada
    await ada.get("/staff")
    assert "Reported comments" in ada.text and "She lives at 1 River Road." in ada.text and "1 report" in ada.text
    await ada.get(ada.page.links["Decide"])
    for words in (
        "Mei",
        "mei@example.com",
        "It tells something private",
        "That is my sister's address.",
        "Eve",
        "waits",
    ):
        assert words in ada.text, words
    await ada.submit("Hide it", reason="too short")
    assert ada.status == 422 and "at least 10 characters" in ada.text
    await ada.submit("Hide it", reason=WHY)
    assert "Done, and written down." in ada.text and "hidden for it" in ada.text
    visitor = world.site.browser()
    for path in (world.talk, world.path(comment)):
        await visitor.get(path)
        assert f"Hidden by staff: {WHY}" in visitor.text and "River Road" not in visitor.response.text
        assert "Mei" not in visitor.response.text.partition("<main")[2]
    forget_everything()
    await visitor.get(world.campaign.path)
    assert "River Road" not in visitor.response.text
    (mail, *_) = await world.site.mails_to("mei@example.com")
    assert mail.subject == "We have hidden what you wrote about River Moon" and f"The reason: {WHY}" in mail.text_body

    await ada.submit("Show it again", reason="It was her own address after all.")
    await visitor.get(world.talk)
    assert "She lives at 1 River Road." in visitor.text and "Hidden by staff" not in visitor.text
    (mail, *_) = await world.site.mails_to("mei@example.com")
    assert mail.subject == "What you wrote about River Moon is shown again"
    lines = await AuditEntry.filter(subject=f"comment:{comment.id}").order_by("id")
    assert [(one.action, one.reason, one.by_person_id) for one in lines] == [
        ("comment_hidden", WHY, ada.person.id), ("comment_shown_again", "It was her own address after all.", ada.person.id),
    ]  # fmt: skip
    assert "River Road" not in "".join(one.before + one.after for one in lines), (
        "what was written stands in the comment alone"
    )
    await ada.get("/staff/audit?action=comment_hidden")
    assert "Hid a comment" in ada.text and ada.page.links["River Moon"] == f"/staff/comments/{public(comment.id)}"
    await ada.get("/staff")
    assert "Reported comments" not in ada.text


async def test_one_report_a_person_and_comment(world: TalkWorld) -> None:
    comment, by = await said(world, world.mei), world.eve.person.id
    made = await asyncio.gather(*(moderation.report(comment.id, "spam", "", by=by) for _ in range(5)))
    assert sorted(made) == [False, False, False, False, True]
    assert await CommentReport.all().count() == 1
    with pytest.raises(OwnComment):
        await moderation.report(comment.id, "spam", "", by=world.mei.person.id)
    with pytest.raises(Invalid):
        await moderation.report(comment.id, "other", "", by=world.wen.person.id)
    await moderation.dismiss_reports(comment.id, "It is fine as it is.", by=world.ada.person.id)
    assert not await moderation.report(comment.id, "abuse", "", by=by), "nobody reports the same thing again and again"
    await moderation.hide(comment.id, WHY, by=world.ada.person.id)
    with pytest.raises(CommentGone):
        await moderation.report(comment.id, "abuse", "", by=world.wen.person.id)
    double = Sql(
        "INSERT INTO comment_report (id, comment_id, person_id, reason, made_at) VALUES ($1, $2, $3, 'spam', 1)"
    )
    with pytest.raises(Exception, match=r"(?i)unique"):
        await atomic(double.__call__)(new_id(), comment.id, by)


async def test_what_five_people_report_is_folded_until_staff_decide(world: TalkWorld) -> None:
    """At four, five and six: folded from the fifth on; and unfolded when staff let it stand."""
    comment, visitor = await said(world, world.mei, "Buy my umbrellas."), world.site.browser()
    await visitor.get(world.talk)
    assert "What 5 people report is folded" in visitor.text, "the number is published"
    people = await crowd_of_reporters(world.site, FOLD_AFTER + 1)
    for number, person_id in enumerate(people, 1):
        await moderation.report(comment.id, "spam", "", by=person_id)
        forget_everything()
        await visitor.get(world.talk)
        folded = number >= FOLD_AFTER
        assert (f"{number} people have reported this" in visitor.text) is folded, number
        assert visitor.response.text.count('<details class="comment__fold">') == folded
        assert "Buy my umbrellas." in visitor.text, "who wants to can read it"
        await visitor.get(world.campaign.path)
        assert ("Buy my umbrellas." in visitor.text) is not folded, "but it is not what a fund shows of itself"
    with pytest.raises(TooLateToChange, match="Somebody has reported it"):
        await actions.change(comment.id, "Buy nothing.", by=world.mei.person.id)
    await world.ada.get(f"/staff/comments/{public(comment.id)}")
    await world.ada.submit("Let it stand", reason="Umbrellas are on topic here.")
    await visitor.get(world.talk)
    assert '<details class="comment__fold">' not in visitor.response.text and "Buy my umbrellas." in visitor.text
    with pytest.raises(NothingToDecide):
        await moderation.dismiss_reports(comment.id, "Once more, for good.", by=world.ada.person.id)
    for person_id in await _others(world.site, FOLD_AFTER):
        await moderation.report(comment.id, "spam", "", by=person_id)
    await visitor.get(world.talk)
    assert "5 people have reported this" in visitor.text, "five others can fold it again"
    line = await AuditEntry.get(action="reports_dismissed")
    assert line.after == '{"reports":6}'


async def _others(site: SiteUnderTest, how_many: int) -> list[int]:
    return [(await site.signed_up(f"Other {n}")).person.id for n in range(how_many)]


async def test_who_is_barred_writes_again_when_her_time_is_over(world: TalkWorld) -> None:
    comment, ada, mei = await said(world, world.mei, "Buy my umbrellas."), world.ada, world.mei
    await ada.get(f"/staff/comments/{public(comment.id)}")
    for days, sentence in (
        ("", "From 1 to 365 days."),
        ("0", "from 1 to 365"),
        ("366", "from 1 to 365"),
        ("two", "whole number"),
    ):
        await ada.submit("Keep its author from writing", reason="She sells umbrellas here.", days=days)
        assert ada.status == 422 and sentence in ada.text, days
    await ada.submit("Keep its author from writing", reason="She sells umbrellas here.", days="7")
    assert "Mei may not write here until" in ada.text
    bar = await CommentBar.get()
    assert bar.ends_at - bar.made_at == timedelta(days=7)
    (mail, *_) = await world.site.mails_to("mei@example.com")
    assert (
        "You can't write under River Moon for some days" in mail.subject
        and "She sells umbrellas here." in mail.text_body
    )
    await mei.get(world.talk)
    assert f"You can't write here until {bar.ends_at:%Y-%m-%d %H:%M} UTC: She sells umbrellas here." in mei.text
    await mei.post(
        world.talk, {"csrf": await token(mei), "text": "Umbrellas!", "asked": "", "shown_as": "name", "key": "u"}
    )
    assert mei.status == 403
    with pytest.raises(BarredFromComments):
        await replied(await said(world, world.wen), mei)
    with pytest.raises(BarredFromComments):
        await actions.change(comment.id, "Buy my hats.", by=mei.person.id)
    await actions.withdraw(comment.id, by=mei.person.id)  # what is hers she can always take back
    assert await said(world, world.wen), "nobody else is kept from it"

    clock.advance(timedelta(days=6, hours=23))
    with pytest.raises(BarredFromComments):
        await said(world, mei, "Umbrellas!")
    clock.advance(timedelta(hours=1))
    assert await queries.bar_now(mei.person.id, world.campaign.id) is None
    assert await said(world, mei, "I am back.")


async def test_a_bar_is_lifted_and_a_new_one_takes_its_place(world: TalkWorld) -> None:
    comment, by = await said(world, world.mei), world.ada.person.id
    made = await asyncio.gather(*(moderation.bar_author(comment.id, days, WHY, by=by) for days in (1, 2, 3)))
    assert len(made) == 3 and await CommentBar.filter(lifted_at=None).count() == 1, "one of them counts"
    await world.ada.get(f"/staff/comments/{public(comment.id)}")
    await world.ada.submit("Let her write again", reason="She has said that she is sorry.")
    assert await said(world, world.mei, "Thank you.")
    with pytest.raises(NothingToDecide, match="She may write again already"):
        await moderation.let_author_in(comment.id, "And once more.", by=by)
    answer = await replied(await said(world, world.wen, "Cold?", asked="makers"), world.lin.browser, "Very.")
    with pytest.raises(NothingToDecide, match="said for the makers"):
        await moderation.bar_author(answer.id, 3, WHY, by=by)
    told = await AuditEntry.filter(subject=f"campaign:{world.campaign.id}", action__startswith="commenter_").order_by(
        "id"
    )
    assert [one.action for one in told] == ["commenter_barred"] * 3 + ["commenter_let_in"]


async def test_wrong_things_in_the_wrong_order(world: TalkWorld) -> None:
    comment, by = await said(world, world.mei, "I love rivers."), world.ada.person.id
    path = f"/staff/comments/{public(comment.id)}"
    csrf = await token(world.ada)
    for ending in ("hiding/removal", "dismissal", "bar/removal"):
        await world.ada.post(f"{path}/{ending}", {"csrf": csrf, "reason": WHY, "days": ""})
        assert world.ada.status == 409, ending
    await moderation.hide(comment.id, WHY, by=by)
    with pytest.raises(MoveRefused):
        await moderation.hide(comment.id, WHY, by=by)
    with pytest.raises(CommentGone):
        await actions.change(comment.id, "I love lakes.", by=world.mei.person.id)
    await actions.withdraw(comment.id, by=world.mei.person.id)
    with pytest.raises(MoveRefused):
        await moderation.show_again(comment.id, WHY, by=by)
    with pytest.raises(MoveRefused):
        await moderation.hide(comment.id, WHY, by=by)
    assert ((await again(comment)).state, (await again(comment)).text) == ("withdrawn", "")
    await world.ada.get(path)
    assert world.ada.status == 200 and "Withdrawn by its author." in world.ada.text
    for wrong in ("/staff/comments/nonsense", "/staff/comments/0000000000000"):
        assert (await world.ada.get(wrong)).status_code == 404
    for browser in (world.mei, world.lin.browser, world.eve):
        assert (await browser.get(path)).status_code == 403
        await browser.post(f"{path}/hiding", {"csrf": await token(browser), "reason": WHY, "days": ""})
        assert browser.status == 403


async def test_one_of_those_who_decide_at_once_wins(world: TalkWorld) -> None:
    comment, by = await said(world, world.mei), world.ada.person.id
    await moderation.report(comment.id, "spam", "", by=world.eve.person.id)
    made = await asyncio.gather(
        *(moderation.hide(comment.id, WHY, by=by) for _ in range(3)),
        *(moderation.dismiss_reports(comment.id, WHY, by=by) for _ in range(3)),
        actions.withdraw(comment.id, by=world.mei.person.id),
        return_exceptions=True,
    )
    assert all(one is None or isinstance(one, MoveRefused | NothingToDecide) for one in made), made
    report = await CommentReport.get()
    decided = await AuditEntry.filter(subject=f"comment:{comment.id}").count()
    assert report.verdict in ("upheld", "dismissed", "withdrawn") and decided <= 2
    assert (await Comment.get(id=comment.id)).state in ("withdrawn", "hidden")


async def test_the_list_of_reported_ones_goes_on(world: TalkWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    from crowdfund.community.talk.pages import staff as staff_pages

    monkeypatch.setattr(staff_pages, "PAGE", 3)
    for n in range(7):
        comment = await said(world, world.lin.browser, f"Word {n}.")
        await moderation.report(comment.id, "spam", "", by=world.eve.person.id)
    ada = await world.site.signed_up("Root", staff=StaffRole.ADMIN)
    seen, path = [], "/staff/comments"
    while path:
        await ada.get(path)
        assert "7 wait for a decision." in ada.text
        seen += [n for n in range(7) if f"Word {n}." in ada.text]
        path = next((href for words, href in ada.page.links.items() if words.startswith("Later ones")), "")
    assert seen == list(range(7)), "the first reported first"
