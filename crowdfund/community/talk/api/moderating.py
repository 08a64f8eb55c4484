"""Comments for staff's programs: what was reported, hidden or let stand, and who may not write for some days."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from crowdfund.community.talk import moderation, queries
from crowdfund.community.talk.api.bodies import BarIn, ModerationIn, ReportOut, StaffCommentOut, WaitingOut
from crowdfund.community.talk.api.talking import comment_in, out_of
from crowdfund.database.ids import public
from crowdfund.people.models import Person
from crowdfund.web import api
from crowdfund.web.routes import Handler, bearer, get, post


async def list_reported(request: Request) -> Response:
    """Comments with reports that wait for a decision, those that were reported first on top."""
    asked = api.cursor(request)
    rows = await queries.reported(after_id=asked.after_id, limit=asked.limit + 1)
    return api.paged(request, rows, asked, _waiting, lambda row: row["first_id"])


def _waiting(row: dict[str, Any]) -> WaitingOut:
    return WaitingOut(
        comment=public(row["comment_id"]), fund=row["fund"], text=row["text"], reports=row["reports"],
        since=api.instant(row["since"]),
    )  # fmt: skip


async def show_comment(request: Request) -> StaffCommentOut:
    """One comment with its author, also where it is hidden, and what people say of it."""
    comment = await comment_in(request)
    author = await Person.get(id=comment.person_id)
    bar = await queries.bar_now(comment.person_id, comment.campaign_id)
    return StaffCommentOut(
        comment=await out_of(comment.id), author=public(author.id), author_name=author.name, text=comment.text,
        reports=[
            ReportOut(
                reason=row["reason"], note=row["note"], verdict=row["verdict"], by=row["name"], made_at=api.instant(row["made_at"])
            )
            for row in await queries.reports_on(comment.id)
        ],
        barred_until=api.instant_or_none(bar.ends_at) if bar else None,
    )  # fmt: skip


def _deciding(verb: Callable[..., Awaitable[None]], name: str, says: str) -> Handler:
    async def handler(request: Request, body: ModerationIn) -> StaffCommentOut:
        comment = await comment_in(request)
        await verb(comment.id, body.reason, by=request.state.person.id)
        return await show_comment(request)

    handler.__name__, handler.__doc__ = name, says
    return handler


async def bar(request: Request, body: BarIn) -> StaffCommentOut:
    """Keep the author of a comment from writing under its fund for some days; it takes the place of a bar that she has."""
    comment = await comment_in(request)
    await moderation.bar_author(comment.id, body.days, body.reason, by=request.state.person.id)
    return await show_comment(request)


_ALL = "/api/v1/staff/comments"
_ONE = f"{_ALL}/{{comment}}"
_MAY = bearer("staff:review", staff="reviewer")
_HIDE = _deciding(
    moderation.hide,
    "hide_comment",
    "Take a comment out of sight; the reason stands in its place, and its author is told.",
)
_SHOW = _deciding(moderation.show_again, "show_comment_again", "Show what was hidden again; its author is told.")
_DISMISS = _deciding(
    moderation.dismiss_reports, "dismiss_reports", "Let it stand: the reports that wait are answered with no."
)
_LET_IN = _deciding(moderation.let_author_in, "let_author_in", "Let the author of a comment write again.")
routes = [
    get(_ALL, list_reported, may=_MAY, gives=WaitingOut, lists=True, summary="Comments that were reported"),
    get(_ONE, show_comment, may=_MAY, gives=StaffCommentOut, summary="One comment, with its author and its reports"),
    post(f"{_ONE}/hiding", _HIDE, may=_MAY, takes=ModerationIn, gives=StaffCommentOut, summary="Hide a comment"),
    post(f"{_ONE}/hiding/removal", _SHOW, may=_MAY, takes=ModerationIn, gives=StaffCommentOut, summary="Show it again"),
    post(f"{_ONE}/dismissal", _DISMISS, may=_MAY, takes=ModerationIn, gives=StaffCommentOut, summary="Let it stand"),
    post(f"{_ONE}/bar", bar, may=_MAY, takes=BarIn, gives=StaffCommentOut, summary="Keep its author from writing"),
    post(f"{_ONE}/bar/removal", _LET_IN, may=_MAY, takes=ModerationIn, gives=StaffCommentOut, summary="Let its author write again"),
]  # fmt: skip
