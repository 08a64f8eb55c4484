"""What staff does about a milestone: it is released, other evidence is asked for, or the rest goes back to all backers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

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
from crowdfund.web.routes import Handler, get, post, staff

_BASE = "/staff/milestones/{slug}"


def _here(request: Request) -> str:
    return f"/staff/milestones/{request.path_params['slug']}"


async def _whole(request: Request) -> WholeMilestones:
    whole = await queries.whole_milestones(await public_campaign(request.path_params["slug"]))
    if whole is None:
        raise NotFound("This fund has no milestones.")
    return whole


async def show(request: Request) -> Response:
    return await _page(request, BecauseForm())


async def _page(request: Request, form: BecauseForm) -> Response:
    whole = await _whole(request)
    return page(
        request, "pledges/staff_milestones.html", form.status, whole=whole, campaign=whole.campaign, form=form, base=_here(request),
        because_max=BECAUSE_MAX, month_of=month_of, is_admin=request.state.person.staff_role == "admin",
    )  # fmt: skip


def _asked_for(whole: WholeMilestones, *states: MilestoneState) -> int:
    """The milestone that is asked for, if it is in one of these states. Raises Refusal."""
    found = whole.asked_for
    if found is None or found.milestone.state not in states:
        raise Refusal("No milestone waits for that now. Please load the page again.")
    return found.milestone.id


Deciding = Callable[[WholeMilestones, str, int], Awaitable[str]]


def _decided(decide: Deciding) -> Handler:
    """A button under the reason: does it and says what was done, or on the same page why not, with the reason as it was typed."""

    async def handler(request: Request) -> Response:
        whole, form = await _whole(request), await BecauseForm.read(request)
        if not form.errors:
            with form.showing_refusals():
                done = await decide(whole, form.because, request.state.person.id)
                return redirect(request, _here(request), ("good", done))
        return await _page(request, form)

    return handler


async def _release(whole: WholeMilestones, because: str, by: int) -> str:
    await releases.release_paused(_asked_for(whole, MilestoneState.PAUSED), because, by=by)
    return _("Released: its makers are paid.")


async def _pause(whole: WholeMilestones, because: str, by: int) -> str:
    await releases.pause(_asked_for(whole, MilestoneState.REQUESTED), because, by=by)
    return _("Paused: nothing is paid until somebody of us has decided.")


async def _ask_for_more(whole: WholeMilestones, because: str, by: int) -> str:
    await releases.ask_for_more(_asked_for(whole, MilestoneState.PAUSED), because, by=by)
    return _("Sent back: its makers have to show something else.")


async def _give_back(whole: WholeMilestones, because: str, by: int) -> str:
    minor = await releases.give_rest_back(whole.campaign.id, because, by=by)
    return _("%(amount)s goes back to all backers.") % {"amount": formats.money(minor, whole.campaign.currency)}


routes = [
    get(_BASE, show, may=staff("reviewer")),
    post(f"{_BASE}/pause", _decided(_pause), may=staff("reviewer")),
    post(f"{_BASE}/further-evidence", _decided(_ask_for_more), may=staff("reviewer")),
    post(f"{_BASE}/release", _decided(_release), may=staff("admin")),
    post(f"{_BASE}/refund", _decided(_give_back), may=staff("admin")),
]
