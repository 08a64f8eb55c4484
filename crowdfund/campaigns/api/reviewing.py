"""Campaigns as staff reviews them, and pauses, resumes and cancels funds: always with a reason, always in the audit."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response

from crowdfund.campaigns import actions, queries
from crowdfund.campaigns.api.bodies import CampaignListed, DraftOut, RemarkOut
from crowdfund.campaigns.api.own import campaign_in, draft_out, remark_out
from crowdfund.campaigns.api.reading import listed
from crowdfund.campaigns.api.running_bodies import RemarkIn, VerdictIn
from crowdfund.campaigns.models import CampaignState
from crowdfund.campaigns.once import remark_once
from crowdfund.people.api.bodies import ReasonIn
from crowdfund.web import api
from crowdfund.web.routes import Handler, bearer, get, post

S = CampaignState
_STATE = api.Filter("state", "Only those in this state; `submitted` wait for us.", tuple(one.value for one in S))


async def list_campaigns_for_staff(request: Request) -> Response:
    """All campaigns, drafts too, the newest first."""
    asked, state = api.cursor(request), _STATE.of(request)
    rows = await queries.campaigns_before(asked.after_id, {S(state)} if state else set(S), limit=asked.limit + 1)
    return api.paged(request, rows, asked, listed, lambda row: row["id"])


async def show_campaign_to_staff(request: Request) -> DraftOut:
    """One campaign in any state, with what was remarked and answered."""
    return await draft_out((await campaign_in(request)).id)


async def remark(request: Request, body: RemarkIn) -> RemarkOut:
    """Something that the producer has to answer before the campaign can be handed in again."""
    campaign, by = await campaign_in(request), request.state.person.id
    made = await remark_once(campaign.id, body.text, by=by, key=f"api:{request.state.idempotency_key}")
    return next(remark_out(shown) for shown in await queries.remarks_of(campaign.id) if shown.remark.id == made)


async def decide(request: Request, body: VerdictIn) -> DraftOut:
    """The verdict on a submitted campaign; its makers are told, with the reason."""
    campaign = await campaign_in(request)
    await actions.review(campaign.id, S(body.verdict), body.because, by=request.state.person.id)
    return await draft_out(campaign.id)


def _with_reason(verb: Callable[..., Awaitable[None]], name: str, says: str) -> Handler:
    async def handler(request: Request, body: ReasonIn) -> DraftOut:
        campaign = await campaign_in(request)
        await verb(campaign.id, body.reason, by=request.state.person.id)
        return await draft_out(campaign.id)

    handler.__name__, handler.__doc__ = name, says
    return handler


_REVIEW, _ADMIN = bearer("staff:review", staff="reviewer"), bearer("staff:review", staff="admin")
_ALL = "/api/v1/staff/campaigns"
_ONE = f"{_ALL}/{{campaign}}"
_PAUSE = _with_reason(
    actions.pause, "pause", "Nothing can be pledged and nobody is charged until it is resumed or cancelled."
)
_RESUME = _with_reason(actions.resume, "resume", "Let a paused fund go on.")
_CANCEL = _with_reason(
    actions.cancel_campaign, "cancel_for_staff", "End a fund: nobody is charged, every pledge is let go."
)
routes = [
    get(
        _ALL, list_campaigns_for_staff, may=_REVIEW, gives=CampaignListed, lists=True, filters=[_STATE],
        summary="Campaigns, by state",
    ),
    get(_ONE, show_campaign_to_staff, may=_REVIEW, gives=DraftOut, summary="One campaign in any state"),
    post(f"{_ONE}/remarks", remark, may=_REVIEW, takes=RemarkIn, gives=RemarkOut, creates=True, summary="Remark on a campaign"),
    post(f"{_ONE}/verdict", decide, may=_REVIEW, takes=VerdictIn, gives=DraftOut, summary="Approve, reject, ask for changes"),
    post(f"{_ONE}/suspension", _PAUSE, may=_REVIEW, takes=ReasonIn, gives=DraftOut, summary="Pause a fund"),
    post(f"{_ONE}/resumption", _RESUME, may=_ADMIN, takes=ReasonIn, gives=DraftOut, summary="Resume a paused fund"),
    post(f"{_ONE}/cancellation", _CANCEL, may=_ADMIN, takes=ReasonIn, gives=DraftOut, summary="Cancel a fund"),
]  # fmt: skip
