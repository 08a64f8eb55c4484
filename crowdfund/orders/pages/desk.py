"""A cinema cancels or moves a screening: who has a ticket is asked, and the desk sees what they answered."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from crowdfund.database.ids import public
from crowdfund.orders import asking as verbs
from crowdfund.orders.models import Answer, Asking, AskingAnswer
from crowdfund.orders.pages.forms import CancelScreeningForm, RescheduleForm
from crowdfund.orders.queries import answers_of
from crowdfund.screenings.hours import local_of, moment_at
from crowdfund.screenings.pages.own import DESK, base_of, screening_in
from crowdfund.screenings.queries import Shown, shown_screening
from crowdfund.screenings.rescheduling import Hours
from crowdfund.web.form import Form
from crowdfund.web.i18n import _
from crowdfund.web.page import page, redirect
from crowdfund.web.routes import get, member, post

_ONE = f"{DESK}/screenings/{{screening}}"


def _path(request: Request, screening_id: int) -> str:
    return f"{base_of(request)}/screenings/{public(screening_id)}"


async def cancel_page(request: Request) -> Response:
    return await _page(request, "orders/desk_cancel.html", CancelScreeningForm())


async def _page(request: Request, template: str, form: Form, **more: Any) -> Response:
    shown = await screening_in(request)
    return page(
        request, template, form.status, shown=shown, form=form, organisation=request.state.organisation,
        path=_path(request, shown.screening.id), base=base_of(request), **more,
    )  # fmt: skip


async def cancel(request: Request) -> Response:
    shown, form = await screening_in(request), await CancelScreeningForm.read(request)
    if not form.errors:
        with form.showing_refusals():
            await verbs.cancel_screening(shown.screening.id, form.reason, by=request.state.person.id)
            said = _("Cancelled. Whoever has a ticket is asked now; who says nothing has everything back in a week.")
            return redirect(request, f"{_path(request, shown.screening.id)}/answers", ("good", said))
    return await _page(request, "orders/desk_cancel.html", form)


async def reschedule_page(request: Request) -> Response:
    shown = await screening_in(request)
    starts = local_of(shown.screening.starts_at, shown.venue.zone)
    return await _page(
        request, "orders/desk_reschedule.html", RescheduleForm({"starts_at": f"{starts:%Y-%m-%dT%H:%M}"})
    )


async def reschedule(request: Request) -> Response:
    shown, form = await screening_in(request), await RescheduleForm.read(request)
    if not form.errors:
        with form.showing_refusals():
            moved = await verbs.reschedule(
                shown.screening.id, _hours(shown, form), form.reason, by=request.state.person.id
            )
            said = _("Moved. Every place is kept at the new hour until its holder has answered.")
            return redirect(request, _path(request, moved.id), ("good", said))
    return await _page(request, "orders/desk_reschedule.html", form)


def _hours(shown: Shown, form: RescheduleForm) -> Hours:
    """The new hour, and everything else as far from it as it was. Raises WrongHours."""
    was = shown.screening
    starts = moment_at(form.starts_at.replace(tzinfo=None), shown.venue.zone, field="starts_at")
    shift: timedelta = starts - was.starts_at
    return Hours(was.doors_at + shift, starts, was.ends_at + shift, was.sale_closes_at + shift)


async def answers(request: Request) -> Response:
    """What holders have answered, and what is still open."""
    shown = await screening_in(request)
    asking = await Asking.get_or_none(screening_id=shown.screening.id)
    counted = await answers_of(asking.id) if asking else {}
    moved = await shown_screening(asking.to_screening_id) if asking and asking.to_screening_id else None
    total = await AskingAnswer.filter(asking_id=asking.id).count() if asking else 0
    return await _page(
        request, "orders/desk_answers.html", Form(), asking=asking, counted=counted, moved=moved, Answer=Answer, total=total
    )  # fmt: skip


_RUN = member("manager")
routes = [
    get(f"{_ONE}/cancellation", cancel_page, may=_RUN),
    post(f"{_ONE}/cancellation", cancel, may=_RUN),
    get(f"{_ONE}/reschedule", reschedule_page, may=_RUN),
    post(f"{_ONE}/reschedule", reschedule, may=_RUN),
    get(f"{_ONE}/answers", answers, may=member("viewer")),
]
