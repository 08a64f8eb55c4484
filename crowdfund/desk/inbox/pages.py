"""Staff's inbox: everything that needs a person, the most urgent first."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from crowdfund.community.talk.rules import FOLD_AFTER
from crowdfund.database import atomic, outbox
from crowdfund.database.ids import private, public
from crowdfund.desk.inbox import queries
from crowdfund.payments.models import WebhookEvent
from crowdfund.payouts.sellers.pages.words import note_said
from crowdfund.people.audit import record
from crowdfund.refusal import NotFound
from crowdfund.web.i18n import _
from crowdfund.web.page import page, redirect
from crowdfund.web.routes import get, post, staff


async def inbox(request: Request) -> Response:
    found = await queries.inbox()
    return page(
        request, "desk/inbox.html", inbox=found, public=public, is_admin=request.state.person.staff_role == "admin",
        is_quiet=found.is_empty, fold_after=FOLD_AFTER, note_said=note_said,
    )  # fmt: skip


async def try_job(request: Request) -> Response:
    """A job that was given up is tried anew; what it does is safe to do twice."""
    await _try_job(private(request.path_params["job"]), request.state.person.id)
    return redirect(request, "/staff", ("good", _("It is tried again.")))


@atomic
async def _try_job(job_id: int, by: int) -> None:
    kind = await outbox.unpark(job_id)
    if kind is None:
        raise NotFound("There is no such job waiting.")
    await record("job_tried_again", f"job:{job_id}", by=by, after={"kind": kind})


async def try_event(request: Request) -> Response:
    """An event of the processor that was given up is looked at anew."""
    await _try_event(request.path_params["event"], request.state.person.id)
    return redirect(request, "/staff", ("good", _("It is tried again.")))


@atomic
async def _try_event(event_id: str, by: int) -> None:
    if not await WebhookEvent.filter(id=event_id, state="parked").update(state="stored", tries=0, next_at=0):
        raise NotFound("There is no such event waiting.")
    await record("event_tried_again", f"event:{event_id}", by=by)


routes = [
    get("/staff", inbox, may=staff("reviewer")),
    post("/staff/jobs/{job}/another-try", try_job, may=staff("admin")),
    post("/staff/events/{event}/another-try", try_event, may=staff("admin")),
]
