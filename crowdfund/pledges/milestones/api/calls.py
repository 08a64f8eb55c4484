"""Milestones through the API: the plan, asking for one with evidence, objections, and what is decided."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response

from crowdfund.campaigns.api.own import own_campaign
from crowdfund.campaigns.api.reading import ONE, public_campaign
from crowdfund.campaigns.milestones.actions import write_plan
from crowdfund.campaigns.milestones.models import Milestone
from crowdfund.campaigns.milestones.rules import Planned
from crowdfund.campaigns.models import Campaign
from crowdfund.database.ids import public
from crowdfund.people.api.own import role_in
from crowdfund.people.models import Role
from crowdfund.pledges.milestones import once, queries, releases
from crowdfund.pledges.milestones.api.bodies import (
    MilestoneOut,
    MilestoneReasonIn,
    MilestonesOut,
    PaperOut,
    PlanIn,
    ReleaseAnswerIn,
    ReleaseIn,
    ReleaseObjectionIn,
    ReleaseObjectionOut,
    ReleaseRequestOut,
)
from crowdfund.pledges.milestones.forms import ASKING
from crowdfund.pledges.milestones.models import ReleaseObjection, ReleaseRequest
from crowdfund.pledges.milestones.pages.backers import paper
from crowdfund.pledges.milestones.queries import MilestoneShown, RequestShown, WholeMilestones
from crowdfund.refusal import NotFound, Refusal
from crowdfund.settings import current
from crowdfund.web import api
from crowdfund.web.rate_limit import OBJECTING, PUBLIC_API
from crowdfund.web.routes import Handler, bearer, get, post
from crowdfund.web.routes import public as everybody

_REQUEST = "/api/v1/release-requests/{request}"
_MILESTONE = "/api/v1/milestones/{milestone}"


async def _out(campaign_id: int) -> MilestonesOut:
    campaign = await Campaign.get(id=campaign_id)
    whole = await queries.whole_milestones(campaign) or WholeMilestones(campaign, [])
    return MilestonesOut(
        campaign=public(campaign.id), state=campaign.state, currency=campaign.currency, released_minor=whole.released_minor,
        waiting_minor=whole.waiting_minor, refunded_minor=whole.refunded_minor,
        milestones=[_milestone_out(one) for one in whole.milestones],
    )  # fmt: skip


def _milestone_out(shown: MilestoneShown) -> MilestoneOut:
    one = shown.milestone
    return MilestoneOut(
        id=public(one.id), number=one.number, title=one.title, lines=shown.lines, share_bps=one.share_bps, evidence=one.evidence,
        expected_on=one.expected_on, at_once=bool(one.at_once), state=one.state, amount_minor=one.amount_minor,
        left_minor=one.left_minor, ended_at=api.instant_or_none(one.ended_at),
        requests=[_request_out(asked) for asked in shown.requests],
    )  # fmt: skip


def _request_out(shown: RequestShown) -> ReleaseRequestOut:
    request = shown.request
    base = f"{current().base_url}/release-requests/{public(request.id)}/papers"
    return ReleaseRequestOut(
        id=public(request.id), words=request.words, filed_at=api.instant(request.filed_at),
        objections_until=api.instant(request.objections_until), backers=request.backers, pauses_at=request.pauses_at,
        objections=shown.objected, open_objections=shown.open_objections, ended_as=request.ended_as,
        ended_at=api.instant_or_none(request.ended_at),
        papers=[PaperOut(name=one.name, url=f"{base}/{public(one.id)}", sha256=one.sha256) for one in shown.papers],
    )  # fmt: skip


async def show_milestones(request: Request) -> MilestonesOut:
    """How a fund's money is paid piece by piece: the plan, what was shown, what is released and what waits."""
    return await _out((await public_campaign(request)).id)


async def plan(request: Request, body: PlanIn) -> MilestonesOut:
    """Cut a draft into milestones: all of them at once. Promised once it is handed in."""
    campaign = await own_campaign(request)
    await write_plan(campaign.id, [Planned(**one.model_dump()) for one in body.milestones], by=request.state.person.id)
    return await _out(campaign.id)


async def ask(request: Request, body: ReleaseIn) -> MilestonesOut:
    """Ask for the next milestone; backers are told and have five days. The same Idempotency-Key is one request."""
    campaign, missing = await own_campaign(request), NotFound("There is no such document.", field="document")
    papers = [api.known_id(one, missing) for one in body.documents]
    key = f"api:{request.state.idempotency_key}"
    await once.request_release_once(campaign.id, body.words, papers, by=request.state.person.id, key=key)
    return await _out(campaign.id)


async def give_up(request: Request, body: MilestoneReasonIn) -> MilestonesOut:
    """Give all that was not released back to the backers of a fund of one's own. For good."""
    campaign = await own_campaign(request, Role.OWNER)
    await releases.give_rest_back(campaign.id, body.because, by=request.state.person.id)
    return await _out(campaign.id)


async def give_back_for_staff(request: Request, body: MilestoneReasonIn) -> MilestonesOut:
    """Give all that was not released back to all backers. For good. Staff alone."""
    campaign = await public_campaign(request)
    await releases.give_rest_back(campaign.id, body.because, by=request.state.person.id)
    return await _out(campaign.id)


async def _milestone_in(request: Request) -> Milestone:
    return await api.row_in(request, "milestone", Milestone, NotFound("There is no such milestone."))


async def _refuse_others(request: Request, campaign_id: int, otherwise: Refusal) -> None:
    """Raises what is told to who does not work for the makers."""
    campaign = await Campaign.get(id=campaign_id)
    await role_in(request, campaign.organisation_id, Role.MANAGER, otherwise)


async def take_back(request: Request, body: MilestoneReasonIn) -> MilestonesOut:
    """Take a request back that nobody has decided about. Its makers alone."""
    milestone = await _milestone_in(request)
    await _refuse_others(request, milestone.campaign_id, NotFound("There is no such milestone."))
    await releases.take_request_back(milestone.id, body.because, by=request.state.person.id)
    return await _out(milestone.campaign_id)


def _decide(verb: Callable[..., Awaitable[None]], name: str, what: str) -> Handler:
    async def decide(request: Request, body: MilestoneReasonIn) -> MilestonesOut:
        milestone = await _milestone_in(request)
        await verb(milestone.id, body.because, by=request.state.person.id)
        return await _out(milestone.campaign_id)

    decide.__name__, decide.__doc__ = name, what
    return decide


# --- objections ---


async def _request_in(request: Request) -> ReleaseRequest:
    return await api.row_in(request, "request", ReleaseRequest, NotFound("There is no such request."))


def _objection_out(one: ReleaseObjection) -> ReleaseObjectionOut:
    return ReleaseObjectionOut(
        id=public(one.id), text=one.text, made_at=api.instant(one.made_at), answer=one.answer,
        answered_at=api.instant_or_none(one.answered_at),
    )  # fmt: skip


async def object_to_release(request: Request, body: ReleaseObjectionIn) -> ReleaseObjectionOut:
    """Say that it is not so. Who has money in the fund may, once, within five days; enough of them pause it."""
    asked = await _request_in(request)
    objection_id = await releases.object_to(asked.id, body.text, by=request.state.person.id)
    return _objection_out(await ReleaseObjection.get(id=objection_id))


async def list_release_objections(request: Request) -> Response:
    """What backers object to a request, and what they were answered, as they came."""
    found, asked = await _request_in(request), api.cursor(request)
    query = ReleaseObjection.filter(request_id=found.id, id__gt=asked.after_id or 0)
    rows = await query.order_by("id").limit(asked.limit + 1)
    return api.paged(request, rows, asked, _objection_out, lambda one: one.id)


async def answer_objection(request: Request, body: ReleaseAnswerIn) -> ReleaseObjectionOut:
    """Answer a backer, for all to read. Its makers alone."""
    asked = await _request_in(request)
    await _refuse_others(request, asked.campaign_id, NotFound("There is no such request."))
    missing = NotFound("There is no such objection.")
    objection = await api.row_in(request, "objection", ReleaseObjection, missing, request_id=asked.id)
    await releases.answer_objection(objection.id, body.answer, by=request.state.person.id)
    return _objection_out(await ReleaseObjection.get(id=objection.id))


_WRITE, _HERS = bearer("campaigns:write"), bearer("pledges:write")
_REVIEW, _MONEY = bearer("staff:review", staff="reviewer"), bearer("staff:money", staff="admin")
_PAUSE = _decide(releases.pause, "pause_release", "Stop a release before its five days are over. Staff alone.")
_MORE = _decide(releases.ask_for_more, "ask_for_evidence", "A paused milestone waits for other evidence. Staff alone.")
_RELEASE = _decide(
    releases.release_paused, "release_milestone", "A paused milestone is paid all the same. Staff alone."
)
routes = [
    get(f"{ONE}/milestones", show_milestones, may=everybody, limit=PUBLIC_API, gives=MilestonesOut, summary="The milestones of a fund"),
    post(f"{ONE}/milestones", plan, may=_WRITE, takes=PlanIn, gives=MilestonesOut, summary="Cut a draft into milestones"),
    post(
        f"{ONE}/release-requests", ask, may=_WRITE, takes=ReleaseIn, gives=MilestonesOut, creates=True, limit=ASKING,
        summary="Ask for the next milestone",
    ),
    post(f"{ONE}/milestones/refund", give_up, may=_WRITE, takes=MilestoneReasonIn, gives=MilestonesOut, summary="Give the rest back"),
    post(f"{_MILESTONE}/withdrawal", take_back, may=_WRITE, takes=MilestoneReasonIn, gives=MilestonesOut, summary="Take a request back"),
    post(
        f"{_REQUEST}/objections", object_to_release, may=_HERS, takes=ReleaseObjectionIn, gives=ReleaseObjectionOut, limit=OBJECTING,
        summary="Object to a release",
    ),
    get(
        f"{_REQUEST}/objections", list_release_objections, may=everybody, limit=PUBLIC_API, gives=ReleaseObjectionOut, lists=True,
        summary="What backers object to a release",
    ),
    post(
        f"{_REQUEST}/objections/{{objection}}/answer", answer_objection, may=_WRITE, takes=ReleaseAnswerIn,
        gives=ReleaseObjectionOut, summary="Answer an objection",
    ),
    get(f"{_REQUEST}/papers/{{document}}", paper, may=everybody, limit=PUBLIC_API, summary="A paper that shows what was done"),
    post(f"{_MILESTONE}/pause", _PAUSE, may=_REVIEW, takes=MilestoneReasonIn, gives=MilestonesOut, summary="Pause a release"),
    post(
        f"{_MILESTONE}/further-evidence", _MORE, may=_REVIEW, takes=MilestoneReasonIn, gives=MilestonesOut,
        summary="Ask for other evidence",
    ),
    post(
        f"{_MILESTONE}/release", _RELEASE, may=_MONEY, takes=MilestoneReasonIn, gives=MilestonesOut,
        summary="Release a paused milestone",
    ),
    post(
        "/api/v1/staff/campaigns/{campaign}/milestones/refund", give_back_for_staff, may=_MONEY, takes=MilestoneReasonIn,
        gives=MilestonesOut, summary="Give what was not released back to all",
    ),
]  # fmt: skip
