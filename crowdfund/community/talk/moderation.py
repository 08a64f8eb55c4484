"""Keeping it readable: people report, staff hide with a reason or let it stand, and bar who goes on. All of it is in the audit."""

from __future__ import annotations

from datetime import timedelta

from crowdfund import clock
from crowdfund.community.talk import queries
from crowdfund.community.talk.actions import locked
from crowdfund.community.talk.models import (
    MOVES,
    Comment,
    CommentBar,
    CommentEvent,
    CommentReport,
    CommentState,
    ShownAs,
    Verdict,
)
from crowdfund.community.talk.rules import BAR_DAYS_MAX, CommentGone
from crowdfund.database import atomic, new_id, outbox
from crowdfund.database.moves import move
from crowdfund.people.audit import record
from crowdfund.refusal import Invalid, Refusal


class OwnComment(Refusal):
    pass


class NothingToDecide(Refusal):
    pass


@atomic
async def report(comment_id: int, reason: str, note: str, *, by: int) -> bool:
    """Say what is wrong with a comment; gives whether it was news: once for each person and comment.

    Raises Invalid where "something else" isn't told, CommentGone, OwnComment.
    """
    comment = await locked(comment_id)
    if await CommentReport.exists(comment_id=comment_id, person_id=by):
        return False
    if comment.state != CommentState.SHOWN:
        raise CommentGone("It is gone already.")
    if comment.person_id == by:
        raise OwnComment("You wrote this yourself: you can withdraw it.")
    if reason == "other" and not note:
        raise Invalid("Say in a few words what is wrong with it.", field="note")
    await CommentReport.create(
        id=new_id(), comment_id=comment_id, person_id=by, reason=reason, note=note, made_at=clock.now()
    )
    return True


@atomic
async def hide(comment_id: int, reason: str, *, by: int) -> None:
    """Take a comment out of sight. Everybody reads the reason in its place, its author by mail too. Raises MoveRefused."""
    comment = await locked(comment_id)
    await move(
        comment, CommentState.HIDDEN, moves=MOVES, because=reason, by=by, events=CommentEvent, hidden_because=reason
    )
    await queries.close_reports(comment_id, Verdict.UPHELD)
    await record("comment_hidden", f"comment:{comment_id}", by=by, reason=reason)
    await _tell("comment_hidden", comment)


@atomic
async def show_again(comment_id: int, reason: str, *, by: int) -> None:
    """What was hidden stands there again, and its author is told. Raises MoveRefused."""
    comment = await locked(comment_id)
    await move(comment, CommentState.SHOWN, moves=MOVES, because=reason, by=by, events=CommentEvent, hidden_because="")
    await record("comment_shown_again", f"comment:{comment_id}", by=by, reason=reason)
    await _tell("comment_shown_again", comment)


async def _tell(kind: str, comment: Comment) -> None:
    await outbox.enqueue(kind, {"comment": comment.id}, key=f"{kind}:{comment.id}:{clock.now_us()}")


@atomic
async def dismiss_reports(comment_id: int, reason: str, *, by: int) -> None:
    """It may stand: the reports that wait are answered with no, and it is folded no longer. Raises NothingToDecide."""
    await locked(comment_id)
    answered = await queries.close_reports(comment_id, Verdict.DISMISSED)
    if not answered:
        raise NothingToDecide("No report of it waits any more.")
    await record("reports_dismissed", f"comment:{comment_id}", by=by, reason=reason, after={"reports": answered})


@atomic
async def bar_author(comment_id: int, days: int, reason: str, *, by: int) -> None:
    """Keep the author of a comment from writing under its fund for so many days; she is told until when, and why.

    It takes the place of a bar that she has. Raises Invalid; NothingToDecide for what was said for the makers.
    """
    comment = await locked(comment_id)
    if not 1 <= days <= BAR_DAYS_MAX:
        raise Invalid("From 1 to {most} days.", field="days", most=BAR_DAYS_MAX)
    if comment.shown_as == ShownAs.MAKERS:
        raise NothingToDecide("This was said for the makers: write to them, or pause the fund.")
    now = clock.now()
    open_ones = CommentBar.filter(campaign_id=comment.campaign_id, person_id=comment.person_id, lifted_at=None)
    await open_ones.update(lifted_at=now)
    bar = await CommentBar.create(
        id=new_id(), campaign_id=comment.campaign_id, person_id=comment.person_id, reason=reason, made_at=now,
        ends_at=now + timedelta(days=days), by_person_id=by,
    )  # fmt: skip
    after = {"person": comment.person_id, "until_at": bar.ends_at.isoformat()}
    await record("commenter_barred", f"campaign:{comment.campaign_id}", by=by, reason=reason, after=after)
    await outbox.enqueue("commenter_barred", {"bar": bar.id}, key=f"commenter_barred:{bar.id}")


@atomic
async def let_author_in(comment_id: int, reason: str, *, by: int) -> None:
    """Let the author of a comment write again before her time is over. Raises NothingToDecide where she may already."""
    comment = await locked(comment_id)
    bar = await queries.bar_now(comment.person_id, comment.campaign_id)
    if bar is None:
        raise NothingToDecide("She may write again already.")
    await CommentBar.filter(id=bar.id).update(lifted_at=clock.now())
    after = {"person": bar.person_id}
    await record("commenter_let_in", f"campaign:{bar.campaign_id}", by=by, reason=reason, after=after)
