"""Reviewing campaigns, and pausing, resuming and cancelling funds: always with a reason, always in the audit."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response

from crowdfund.campaigns import actions, queries
from crowdfund.campaigns.actions import missing_in
from crowdfund.campaigns.forms import VERDICTS, RemarkForm, StaffReasonForm, VerdictForm
from crowdfund.campaigns.models import Campaign, CampaignState
from crowdfund.campaigns.pages.shown import cards_of
from crowdfund.desk.campaign import draw, view_of
from crowdfund.people.queries import members_of
from crowdfund.refusal import NotFound, Refusal
from crowdfund.web.form import Form
from crowdfund.web.formats import said
from crowdfund.web.i18n import _
from crowdfund.web.page import page, redirect
from crowdfund.web.routes import get, post, staff

S = CampaignState
SHOWN_MAX = 100
# What staff can do with a fund now: the last part of the path, the words of the button, its tone, what it means.
DECISIONS = {
    S.PRELAUNCH: [("cancellation", "Cancel it", "danger")],
    S.LIVE: [("suspension", "Pause it", "danger"), ("cancellation", "Cancel it", "danger")],
    S.SUSPENDED: [("resumption", "Open it again", "go"), ("cancellation", "Cancel it", "danger")],
}


async def campaigns(request: Request) -> Response:
    """All of a state; the ones under review where none is asked for."""
    wanted = request.query_params.get("state", S.SUBMITTED.value)
    state = S(wanted) if wanted in set(S) else S.SUBMITTED
    cards = cards_of(await queries.campaigns_in({state}, order="id", limit=SHOWN_MAX))
    return page(request, "desk/staff_campaigns.html", cards=cards, state=state.value, states=[one.value for one in S])


async def _asked_for(request: Request) -> Campaign:
    campaign = await Campaign.get_or_none(slug=request.path_params["slug"])
    if campaign is None:
        raise NotFound("There is no such fund.")
    return campaign


async def review_page(request: Request) -> Response:
    return await _review(request, await _asked_for(request))


async def _review(request: Request, campaign: Campaign, status: int = 200, **forms: Form) -> Response:
    whole = await queries.whole(campaign)
    shown: dict[str, Form] = {"remark": RemarkForm(), "verdict": VerdictForm(), "decision": StaffReasonForm(), **forms}
    return page(
        request, "desk/review.html", status, campaign=campaign, whole=whole, organisation=whole.organisation,
        members=await members_of(campaign.organisation_id), remarks=await queries.remarks_of(campaign.id),
        missing=await missing_in(campaign) if campaign.state == S.SUBMITTED else [], base=f"/staff{campaign.path}",
        remark_form=shown["remark"], verdict_form=shown["verdict"], decision_form=shown["decision"],
        verdicts=[(verdict.value, words, "") for verdict, words in VERDICTS.items()],
        decisions=[
            (path, _(words), tone) for path, words, tone in DECISIONS.get(S(campaign.state), [])
            if path == "suspension" or request.state.person.staff_role == "admin"
        ],
        closes_if_resumed=await actions.closes_if_resumed(campaign) if campaign.state == S.SUSPENDED else None,
    )  # fmt: skip


async def preview(request: Request) -> Response:
    campaign = await _asked_for(request)
    words = _("This is how fans will see it, if it is approved.")
    return draw(request, await view_of(campaign), preview=words, back=f"/staff{campaign.path}")


def _said_no(request: Request, campaign: Campaign, refusal: Refusal) -> Response:
    """Somebody else decided meanwhile: the page as it is now, with the sentence on top."""
    return redirect(request, f"/staff{campaign.path}", ("bad", said(refusal)))


async def remark(request: Request) -> Response:
    campaign, form = await _asked_for(request), await RemarkForm.read(request)
    if not form.errors:
        try:
            await actions.remark(campaign.id, form.text, by=request.state.person.id)
            return redirect(
                request, f"/staff{campaign.path}#remarks", ("good", _("The producer will see it with your verdict."))
            )
        except Refusal as refusal:
            return _said_no(request, campaign, refusal)
    return await _review(request, campaign, 422, remark=form)


async def decide(request: Request) -> Response:
    """The verdict on a submitted campaign."""
    campaign, form = await _asked_for(request), await VerdictForm.read(request)
    if not form.errors:
        try:
            await actions.review(campaign.id, S(form.verdict), form.because, by=request.state.person.id)
            return redirect(request, f"/staff{campaign.path}", ("good", _("Decided, and the producers are told.")))
        except Refusal as refusal:
            return _said_no(request, campaign, refusal)
    return await _review(request, campaign, 422, verdict=form)


def _with_reason(verb: Callable[..., Awaitable[None]]) -> Callable[[Request], Awaitable[Response]]:
    async def handler(request: Request) -> Response:
        campaign, form = await _asked_for(request), await StaffReasonForm.read(request)
        if not form.errors:
            try:
                await verb(campaign.id, form.reason, by=request.state.person.id)
                return redirect(request, f"/staff{campaign.path}", ("good", _("Done, and written down.")))
            except Refusal as refusal:
                return _said_no(request, campaign, refusal)
        return await _review(request, campaign, 422, decision=form)

    return handler


_ONE = "/staff/campaigns/{slug}"
routes = [
    get("/staff/campaigns", campaigns, may=staff("reviewer")),
    get(_ONE, review_page, may=staff("reviewer")),
    get(f"{_ONE}/preview", preview, may=staff("reviewer")),
    post(f"{_ONE}/remarks", remark, may=staff("reviewer")),
    post(f"{_ONE}/verdict", decide, may=staff("reviewer")),
    post(f"{_ONE}/suspension", _with_reason(actions.pause), may=staff("reviewer")),
    post(f"{_ONE}/resumption", _with_reason(actions.resume), may=staff("admin")),
    post(f"{_ONE}/cancellation", _with_reason(actions.cancel_campaign), may=staff("admin")),
]
