"""What staff does about a milestone: it is released, other evidence is asked for, or the rest goes back to all backers."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from crowdfund.campaigns.milestones.models import MilestoneState
from crowdfund.campaigns.pages.shown import month_of
from crowdfund.campaigns.queries import public_campaign
from crowdfund.pledges.milestones import queries, releases
from crowdfund.pledges.milestones.forms import BECAUSE_MAX, BecauseForm
from crowdfund.pledges.milestones.queries import WholeMilestones
from crowdfund.refusal import NotFound, Refusal
from crowdfund.web import formats
from crowdfund.web.i18n import _
from crowdfund.web.page import page, redirect
from crowdfund.web.routes import get, post, staff
from crowdfund.web.told import told_at

_BASE = "/staff/milestones/{slug}"


def _here(request: Request) -> str:
    return f"/staff/milestones/{request.path_params['slug']}"


async def _whole(request: Request) -> WholeMilestones:
    whole = await queries.whole_milestones(await public_campaign(request.path_params["slug"]))
    if whole is None:
        raise NotFound("This fund has no milestones.")
    return whole


async def show(request: Request) -> Response:
    whole = await _whole(request)
    return page(
        request, "pledges/staff_milestones.html", whole=whole, campaign=whole.campaign, form=BecauseForm(), base=_here(request),
        because_max=BECAUSE_MAX, month_of=month_of, is_admin=request.state.person.staff_role == "admin",
    )  # fmt: skip


async def _decided(request: Request) -> tuple[WholeMilestones, str]:
    """The fund, and why something is done about it. Raises Refusal without a reason."""
    whole = await _whole(request)
    form = await BecauseForm.read(request)
    if form.errors:
        raise Refusal("Say why, in ten letters or more: backers read it, and it goes into the audit.")
    return whole, form.because


def _asked_for(whole: WholeMilestones, *states: MilestoneState) -> int:
    """The milestone that is asked for, if it is in one of these states. Raises Refusal."""
    found = whole.asked_for
    if found is None or found.milestone.state not in states:
        raise Refusal("No milestone waits for that now. Please load the page again.")
    return found.milestone.id


@told_at(_here)
async def release(request: Request) -> Response:
    whole, because = await _decided(request)
    await releases.release_paused(_asked_for(whole, MilestoneState.PAUSED), because, by=request.state.person.id)
    return redirect(request, _here(request), ("good", _("Released: its makers are paid.")))


@told_at(_here)
async def pause(request: Request) -> Response:
    whole, because = await _decided(request)
    await releases.pause(_asked_for(whole, MilestoneState.REQUESTED), because, by=request.state.person.id)
    return redirect(request, _here(request), ("good", _("Paused: nothing is paid until somebody of us has decided.")))


@told_at(_here)
async def ask_for_more(request: Request) -> Response:
    whole, because = await _decided(request)
    await releases.ask_for_more(_asked_for(whole, MilestoneState.PAUSED), because, by=request.state.person.id)
    return redirect(request, _here(request), ("good", _("Sent back: its makers have to show something else.")))


@told_at(_here)
async def give_back(request: Request) -> Response:
    whole, because = await _decided(request)
    minor = await releases.give_rest_back(whole.campaign.id, because, by=request.state.person.id)
    said = _("%(amount)s goes back to all backers.") % {"amount": formats.money(minor, whole.campaign.currency)}
    return redirect(request, _here(request), ("good", said))


routes = [
    get(_BASE, show, may=staff("reviewer")),
    post(f"{_BASE}/pause", pause, may=staff("reviewer")),
    post(f"{_BASE}/further-evidence", ask_for_more, may=staff("reviewer")),
    post(f"{_BASE}/release", release, may=staff("admin")),
    post(f"{_BASE}/refund", give_back, may=staff("admin")),
]
