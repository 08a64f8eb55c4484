"""What fans and makers do under a fund: say, ask, reply, answer, change, withdraw; and whom the makers let be asked.

Every verb locks its campaign first, so what is said is checked and written as if nobody else spoke.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from crowdfund import clock
from crowdfund.campaigns import counters
from crowdfund.campaigns.models import Campaign
from crowdfund.community.talk import queries
from crowdfund.community.talk.models import (
    MOVES,
    Addressee,
    Comment,
    CommentEvent,
    CommentState,
    Kind,
    Verdict,
)
from crowdfund.community.talk.rules import (
    PACE_FOR,
    NotYours,
    Who,
    names_of,
    refuse_change,
    refuse_pace,
    refuse_question,
    refuse_reply,
    refuse_writer,
    reply_kind,
    voice_of,
)
from crowdfund.database import atomic, new_id, outbox
from crowdfund.database.moves import move
from crowdfund.database.once import once
from crowdfund.people.audit import record
from crowdfund.refusal import NotFound, Refusal

DIGEST_AT = timedelta(hours=7)  # UTC, once a day: one letter with all that was asked, not one for each


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants to say. shown_as: `name` or `nobody`; none: as with her pledge. asked: whom, none for a comment."""

    text: str
    shown_as: str | None = None
    asked: tuple[str, str] | None = None


@atomic
async def say_once(campaign_id: int, wish: Wish, *, by: int, key: str) -> int:
    """Write a comment, or ask a question; gives its id. Raises what `refuse_writer` and `refuse_question` raise, KeyUsedForAnother.

    key: the same one with the same wish writes it once.
    """

    async def make() -> int:
        campaign, who = await _speaker(campaign_id, by)
        if wish.asked is not None:
            open_now = await queries.open_questions_of(by, campaign_id)
            refuse_question(who, wish.asked, await queries.offered_in(campaign), open_now)
        asked, name = wish.asked or ("", "")
        comment = await Comment.create(
            id=new_id(), campaign_id=campaign_id, person_id=by, kind=Kind.QUESTION if wish.asked else Kind.COMMENT, level=0,
            shown_as=voice_of(who, wish.shown_as), asked=asked, asked_name=name, text=wish.text, made_at=clock.now(),
        )  # fmt: skip
        if wish.asked is not None:
            await _tell_makers_next_morning(campaign_id)
        return comment.id

    return await once(by, f"comment:{key}", [campaign_id, wish.text, wish.shown_as, wish.asked], make)


@atomic
async def reply_once(comment_id: int, text: str, *, by: int, key: str, shown_as: str | None = None) -> int:
    """Reply in the thread of a comment; the makers' reply to a question is its answer, of which the asker is told by mail.

    Gives the reply's id. Raises what `refuse_writer` and `refuse_reply` raise, KeyUsedForAnother.
    """
    root_id = (await found(comment_id)).thread_id

    async def make() -> int:
        root = await found(root_id)
        _campaign, who = await _speaker(root.campaign_id, by)
        root = await found(root_id)
        refuse_reply(who, root)
        kind = reply_kind(who, root)
        reply = await Comment.create(
            id=new_id(), campaign_id=root.campaign_id, person_id=by, kind=kind, level=1, parent_id=root.id, parent_level=0,
            number=1 + await queries.last_number(root.id), shown_as=voice_of(who, shown_as), text=text, made_at=clock.now(),
        )  # fmt: skip
        if kind == Kind.ANSWER:
            await outbox.enqueue("question_answered", {"answer": reply.id}, key=f"question_answered:{reply.id}")
        return reply.id

    return await once(by, f"reply:{key}", [root_id, text, shown_as], make)


async def _speaker(campaign_id: int, person_id: int) -> tuple[Campaign, Who]:
    """The fund, locked, and who speaks in it. Raises NotFound for a fund that people can't see, what `refuse_writer` raises, TooFast."""
    await counters.lock_one(campaign_id)
    campaign = await Campaign.get(id=campaign_id)
    if not campaign.is_public:
        raise NotFound("There is no such fund.")
    who = await queries.who_is(person_id, campaign)
    assert who is not None
    refuse_writer(who)
    refuse_pace(who, await queries.written_since(person_id, clock.now() - PACE_FOR))
    return campaign, who


async def found(comment_id: int) -> Comment:
    """A comment. Raises NotFound."""
    comment = await Comment.get_or_none(id=comment_id)
    if comment is None:
        raise NotFound("There is no such comment.")
    return comment


async def locked(comment_id: int) -> Comment:
    """A comment as it is once its fund is locked: nobody says, reports or decides anything beside. Raises NotFound."""
    await counters.lock_one((await found(comment_id)).campaign_id)
    return await found(comment_id)


async def _tell_makers_next_morning(campaign_id: int) -> None:
    now = clock.now()
    due = now.replace(hour=0, minute=0, second=0, microsecond=0) + DIGEST_AT
    due_at_us = clock.to_us(due if now < due else due + timedelta(days=1))
    payload: dict[str, Any] = {"campaign": campaign_id, "until": due_at_us}
    await outbox.enqueue(
        "questions_wait", payload, key=f"questions_wait:{campaign_id}:{due_at_us}", due_at_us=due_at_us
    )


# --- one's own words ---


async def _own(comment_id: int, person_id: int) -> tuple[Comment, Who]:
    comment = await locked(comment_id)
    who = await queries.who_is(person_id, await Campaign.get(id=comment.campaign_id))
    if who is None or not who.owns(comment):
        raise NotYours("Somebody else wrote this.")
    return comment, who


@atomic
async def change(comment_id: int, text: str, *, by: int) -> None:
    """Put it in other words, within a quarter of an hour and before anybody answers. Raises NotYours, TooLateToChange, CommentGone."""
    comment, who = await _own(comment_id, by)
    refuse_writer(who)
    now = await queries.said(comment_id)
    refuse_change(comment, clock.now(), replies=now.below, reports=now.reports)
    if text != comment.text:
        await Comment.filter(id=comment_id).update(text=text, edited_at=clock.now())


@atomic
async def withdraw(comment_id: int, *, by: int) -> None:
    """Take it back, at any time: the text is gone for good. Raises NotYours; MoveRefused where it is gone already."""
    comment, _who = await _own(comment_id, by)
    because = "withdrawn by its author"
    await move(
        comment, CommentState.WITHDRAWN, moves=MOVES, because=because, by=by, events=CommentEvent, text="", hidden_because="",
    )  # fmt: skip
    await queries.close_reports(comment_id, Verdict.WITHDRAWN)


# --- what the makers may do ---


@atomic
async def lock(comment_id: int, *, by: int) -> None:
    """Close a thread to fans; the makers can still answer in it. Twice is once. Raises NotYours for who doesn't speak for them."""
    await _lock(comment_id, by, clock.now_us())


@atomic
async def unlock(comment_id: int, *, by: int) -> None:
    """Let fans reply again."""
    await _lock(comment_id, by, None)


async def _lock(comment_id: int, by: int, at_us: int | None) -> None:
    root = await locked((await found(comment_id)).thread_id)
    who = await queries.who_is(by, await Campaign.get(id=root.campaign_id))
    if who is None or not who.is_maker:
        raise NotYours("The fund's makers close and open its threads.")
    if (root.locked_at is None) == (at_us is None):
        return
    await Comment.filter(id=root.id).update(locked_at=at_us)
    action = "thread_opened" if at_us is None else "thread_locked"
    await record(action, f"comment:{root.id}", by=by)


@atomic
async def offer_names(campaign_id: int, lines: str, *, by: int) -> None:
    """Whom fans can ask by name, a line each; none: whom the site offers by itself. Questions that were asked keep their names.

    Raises Invalid for a list that is too long; Refusal before fans can see the fund.
    """
    names = names_of(lines)
    await counters.lock_one(campaign_id)
    if not (await Campaign.get(id=campaign_id)).is_public:
        raise Refusal("Fans write here once they can see the fund.")
    before = [one.name for one in await Addressee.filter(campaign_id=campaign_id).order_by("position")]
    if before == names:
        return
    await Addressee.filter(campaign_id=campaign_id).delete()
    await Addressee.bulk_create(
        [Addressee(id=new_id(), campaign_id=campaign_id, position=i, name=name) for i, name in enumerate(names)]
    )
    await record(
        "addressees_changed", f"campaign:{campaign_id}", by=by, before={"names": before}, after={"names": names}
    )
