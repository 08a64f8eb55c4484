"""Reviewing campaigns, and pausing, resuming and cancelling funds: always with a reason, always in the audit."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from secrets import token_urlsafe

from starlette.requests import Request
from starlette.responses import Response

from crowdfund.campaigns import actions, queries
from crowdfund.campaigns.actions import missing_in
from crowdfund.campaigns.forms import VERDICTS, RemarkForm, StaffReasonForm, VerdictForm
from crowdfund.campaigns.models import Campaign, CampaignState, Kind
from crowdfund.campaigns.once import remark_once
from crowdfund.campaigns.pages.shown import cards_of, month_of
from crowdfund.campaigns.transfers.rules import perk_warnings
from crowdfund.database.once import KeyUsedForAnother
from crowdfund.desk.campaign import draw, view_of
from crowdfund.people.queries import members_of
from crowdfund.pledges.milestones.queries import whole_milestones
from crowdfund.pledges.transfers.queries import whole_transfer
from crowdfund.refusal import NotFound
from crowdfund.web.form import Form
from crowdfund.web.i18n import _, lazy
from crowdfund.web.page import page, redirect
from crowdfund.web.routes import Handler, get, post, staff
from crowdfund.web.told import told_at

S = CampaignState
SHOWN_MAX = 100
# What staff can do with a fund now: the last part of the path, the words of the button, its tone, what it means.
DECISIONS = {
    S.PRELAUNCH: [("cancellation", lazy("Cancel it"), "danger")],
    S.LIVE: [("suspension", lazy("Pause it"), "danger"), ("cancellation", lazy("Cancel it"), "danger")],
    S.SUSPENDED: [("resumption", lazy("Open it again"), "go"), ("cancellation", lazy("Cancel it"), "danger")],
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
    remark = RemarkForm({"key": token_urlsafe(16)})
    shown: dict[str, Form] = {"remark": remark, "verdict": VerdictForm(), "decision": StaffReasonForm(), **forms}
    return page(
        request, "desk/review.html", status, campaign=campaign, whole=whole, organisation=whole.organisation,
        milestones=await whole_milestones(campaign), month_of=month_of,
        members=await members_of(campaign.organisation_id), remarks=await queries.remarks_of(campaign.id),
        missing=await missing_in(campaign) if campaign.state == S.SUBMITTED else [], base=f"/staff{campaign.path}",
        remark_form=shown["remark"], verdict_form=shown["verdict"], decision_form=shown["decision"],
        verdicts=[(verdict.value, words, "") for verdict, words in VERDICTS.items()],
        decisions=[
            (path, words, tone) for path, words, tone in DECISIONS.get(S(campaign.state), [])
            if path == "suspension" or request.state.person.staff_role == "admin"
        ],
        transfer=await whole_transfer(campaign), perk_warnings=perk_warnings(whole.tiers) if campaign.kind == Kind.TRANSFER else [],
        closes_if_resumed=await actions.closes_if_resumed(campaign) if campaign.state == S.SUSPENDED else None,
    )  # fmt: skip


async def preview(request: Request) -> Response:
    campaign = await _asked_for(request)
    words = _("This is how fans will see it, if it is approved.")
    return draw(request, await view_of(campaign), preview=words, back=f"/staff{campaign.path}")


# Somebody else decided meanwhile: the page as it is now, with the sentence on top.
_told = told_at(lambda request: f"/staff/campaigns/{request.path_params['slug']}")


@_told
async def remark(request: Request) -> Response:
    campaign, form = await _asked_for(request), await RemarkForm.read(request)
    if form.errors:
        return await _review(request, campaign, 422, remark=form)
    try:
        key = f"form:{form.key or token_urlsafe(16)}"
        await remark_once(campaign.id, form.text, by=request.state.person.id, key=key)
    except KeyUsedForAnother as refusal:
        return await _review(request, campaign, refusal.status_code, remark=form.refused_by(refusal))
    return redirect(
        request, f"/staff{campaign.path}#remarks", ("good", _("The producer will see it with your verdict."))
    )


@_told
async def decide(request: Request) -> Response:
    """The verdict on a submitted campaign."""
    campaign, form = await _asked_for(request), await VerdictForm.read(request)
    if form.errors:
        return await _review(request, campaign, 422, verdict=form)
    await actions.review(campaign.id, S(form.verdict), form.because, by=request.state.person.id)
    return redirect(request, f"/staff{campaign.path}", ("good", _("Decided, and the producers are told.")))


def _with_reason(verb: Callable[..., Awaitable[None]]) -> Handler:
    @_told
    async def handler(request: Request) -> Response:
        campaign, form = await _asked_for(request), await StaffReasonForm.read(request)
        if form.errors:
            return await _review(request, campaign, 422, decision=form)
        await verb(campaign.id, form.reason, by=request.state.person.id)
        return redirect(request, f"/staff{campaign.path}", ("good", _("Done, and written down.")))

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
