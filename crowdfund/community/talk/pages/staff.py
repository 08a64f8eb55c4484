"""What staff do with comments: read what was reported, hide or let stand, bar an author; always with a reason."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response

from crowdfund.campaigns.models import Campaign
from crowdfund.community.talk import moderation, queries
from crowdfund.community.talk.forms import REASON_MAX, REASONS, DecisionForm
from crowdfund.community.talk.models import Comment, Reason
from crowdfund.community.talk.pages.shown import Looking, comment_shown, path_of, text_html
from crowdfund.database.ids import private, private_or_none, public
from crowdfund.people.models import Organisation, Person
from crowdfund.refusal import NotFound, Refusal
from crowdfund.web.i18n import _
from crowdfund.web.page import page, redirect
from crowdfund.web.routes import Handler, get, post, staff

PAGE = 50


async def reported(request: Request) -> Response:
    """What waits for a decision, the first that was reported on top."""
    after = private_or_none(request.query_params.get("after", ""))
    rows = await queries.reported(after_id=after, limit=PAGE + 1)
    return page(
        request, "community/talk/reported.html", rows=rows[:PAGE], public=public, how_many=await queries.how_many_reported(),
        newer="/staff/comments" if after is not None else "",
        older=f"/staff/comments?after={public(rows[PAGE - 1]['first_id'])}" if len(rows) > PAGE else "",
    )  # fmt: skip


async def _comment_in(request: Request) -> Comment:
    comment = await Comment.get_or_none(id=private(request.path_params["comment"]))
    if comment is None:
        raise NotFound("There is no such comment.")
    return comment


async def show(request: Request) -> Response:
    return await _show(request, await _comment_in(request), DecisionForm())


async def _show(request: Request, comment: Comment, form: DecisionForm, status: int = 200) -> Response:
    """A comment with its author's name, what people say is wrong with it, and what was decided before."""
    campaign = await Campaign.get(id=comment.campaign_id)
    at = Looking(campaign, await Organisation.get(id=campaign.organisation_id))
    said = await queries.said(comment.id)
    bars = await queries.bars_in(campaign.id, comment.person_id)
    return page(
        request, "community/talk/decide.html", status, comment=comment, campaign=campaign, form=form, reports=said.reports,
        author=await Person.get(id=comment.person_id), shown=comment_shown(said, at), base=comment.staff_path,
        text_html=text_html(comment.text) if comment.text else "", reported=await queries.reports_on(comment.id),
        reasons={reason.value: REASONS[reason] for reason in Reason}, events=await queries.events_of(comment.id), bars=bars,
        bar_now=await queries.bar_now(comment.person_id, campaign.id), path=path_of(comment, campaign), public=public,
        reason_max=REASON_MAX,
    )  # fmt: skip


Decide = Callable[[Comment, DecisionForm, int], Awaitable[None]]


def _deciding(decide: Decide) -> Handler:
    async def handler(request: Request) -> Response:
        comment, form = await _comment_in(request), await DecisionForm.read(request)
        if form.errors:
            return await _show(request, comment, form, 422)
        try:
            await decide(comment, form, request.state.person.id)
        except Refusal as refusal:
            return await _show(request, await _comment_in(request), form.refused_by(refusal), refusal.status_code)
        return redirect(request, comment.staff_path, ("good", _("Done, and written down.")))

    return handler


async def _hide(comment: Comment, form: DecisionForm, by: int) -> None:
    await moderation.hide(comment.id, form.reason, by=by)


async def _show_again(comment: Comment, form: DecisionForm, by: int) -> None:
    await moderation.show_again(comment.id, form.reason, by=by)


async def _dismiss(comment: Comment, form: DecisionForm, by: int) -> None:
    await moderation.dismiss_reports(comment.id, form.reason, by=by)


async def _bar(comment: Comment, form: DecisionForm, by: int) -> None:
    await moderation.bar_author(comment.id, form.days or 0, form.reason, by=by)


async def _let_in(comment: Comment, form: DecisionForm, by: int) -> None:
    await moderation.let_author_in(comment.id, form.reason, by=by)


_ONE = "/staff/comments/{comment}"
_MAY = staff("reviewer")
routes = [
    get("/staff/comments", reported, may=_MAY),
    get(_ONE, show, may=_MAY),
    post(f"{_ONE}/hiding", _deciding(_hide), may=_MAY),
    post(f"{_ONE}/hiding/removal", _deciding(_show_again), may=_MAY),
    post(f"{_ONE}/dismissal", _deciding(_dismiss), may=_MAY),
    post(f"{_ONE}/bar", _deciding(_bar), may=_MAY),
    post(f"{_ONE}/bar/removal", _deciding(_let_in), may=_MAY),
]
