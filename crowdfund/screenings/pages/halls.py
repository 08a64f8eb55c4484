"""The halls of a venue: from a few numbers or from a file, looked at before they are kept, and replaced by a newer plan.

A page between keeps the plan that was looked at in its form, as our own JSON: what is kept is what was seen, whoever sent which
file, and nothing is stored of a plan that nobody wanted.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from secrets import token_urlsafe
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from crowdfund.database.ids import public
from crowdfund.refusal import Refusal
from crowdfund.screenings import venues as verbs
from crowdfund.screenings.models import PLANNED, Auditorium, Screening, Venue
from crowdfund.screenings.pages.forms import PLANS, HallForm, HallNameForm, KeepPlanForm, PlanFileForm
from crowdfund.screenings.pages.own import DESK, base_of, desk_page, hall_in, venue_in
from crowdfund.screenings.pages.shown import form_words, found_words
from crowdfund.screenings.plans import plan_of
from crowdfund.screenings.seating.drawing import drawing_of
from crowdfund.screenings.seating.found import Form as PlanForm
from crowdfund.screenings.seating.found import read_any
from crowdfund.screenings.seating.generate import make_hall
from crowdfund.screenings.seating.plan import Plan
from crowdfund.screenings.seating.reading import read_plan
from crowdfund.web.body import UPLOAD_MAX
from crowdfund.web.headers import kept_as
from crowdfund.web.i18n import _
from crowdfund.web.page import redirect
from crowdfund.web.routes import get, member, post

Place = tuple[Venue, Auditorium | None]


def _path(request: Request, venue: Venue, hall: Auditorium | None = None) -> str:
    base = f"{base_of(request)}/venues/{venue.slug}"
    return f"{base}/halls/{public(hall.id)}" if hall is not None else base


# --- numbers or a file ---


async def new_hall(request: Request) -> Response:
    return _form(request, (await venue_in(request), None))


async def new_plan(request: Request) -> Response:
    return _form(request, await hall_in(request))


def _form(
    request: Request,
    place: Place,
    status: int = 200,
    *,
    numbers: HallForm | None = None,
    file: PlanFileForm | None = None,
) -> Response:
    """numbers, file: the one of the two that was sent, where something is to mend."""
    venue, hall = place
    name = hall.name if hall is not None else ""
    filled = {
        "name": name,
        "rows": "10",
        "seats_a_row": "16",
        "aisles_after": "4, 12",
        "wheelchairs": "2",
        "key": token_urlsafe(16),
    }
    return desk_page(
        request, "desk_hall_form.html", "venues", status, venue=venue, hall=hall, action=f"{_actions(request, place)}/preview",
        numbers=numbers or HallForm(filled), file=file or PlanFileForm({"name": name, "key": token_urlsafe(16)}),
        form=numbers or file or HallForm(),
    )  # fmt: skip


def _actions(request: Request, place: Place) -> str:
    venue, hall = place
    return f"{_path(request, venue)}/halls" if hall is None else f"{_path(request, venue, hall)}/plan"


async def _preview(request: Request, place: Place) -> Response:
    from_file = request.query_params.get("from") == "file"
    if from_file:
        return await _preview_of_file(request, place)
    form = await HallForm.read(request)
    if not form.errors:
        with form.showing_refusals():
            plan = make_hall(
                form.name, rows=form.rows, seats_a_row=form.seats_a_row, aisles_after=form.aisles_after,
                wheelchairs=form.wheelchairs or 0, wheelchair_row=form.wheelchair_row, better_rows=form.better_rows,
                zone=_("Stalls"), usual=_("Standard"), better=_("Premium"),
            )  # fmt: skip
            return _looked_at(request, place, plan, _to_keep(plan, form.name, form.key))
    return _form(request, place, 422, numbers=form)


async def _preview_of_file(request: Request, place: Place) -> Response:
    form = await PlanFileForm.read(request)
    if not form.errors and form.file is None:
        form.refuse("file", _("Please choose a file."))
    if not form.errors and form.file is not None:
        try:
            found, plan = read_any(form.file[0], form.name)
            return _looked_at(request, place, plan, _to_keep(plan, form.name, form.key), found)
        except Refusal as refusal:
            form.refuse("file", form.refused_by(refusal).errors.pop("", ""))
    return _form(request, place, 422, file=form)


def _to_keep(plan: Plan, name: str, key: str) -> KeepPlanForm:
    return KeepPlanForm({"name": name, "plan": plan.text, "key": key or token_urlsafe(16)})


def _looked_at(
    request: Request, place: Place, plan: Plan, form: KeepPlanForm, found: PlanForm | None = None
) -> Response:
    venue, hall = place
    return desk_page(
        request, "desk_hall_preview.html", "venues", form.status, venue=venue, hall=hall, form=form, drawing=drawing_of(plan), plan=plan,
        says=found_words(plan), read_as=form_words(found), action=_actions(request, place),
    )  # fmt: skip


async def preview_hall(request: Request) -> Response:
    return await _preview(request, (await venue_in(request), None))


async def preview_plan(request: Request) -> Response:
    return await _preview(request, await hall_in(request))


# --- kept ---


async def _keep(
    request: Request, place: Place, verb: Callable[[KeepPlanForm, Plan], Awaitable[Auditorium]], said: str
) -> Response:
    form = await KeepPlanForm.read(request)
    if "plan" in form.errors or not form.typed["plan"]:
        return redirect(
            request,
            f"{_actions(request, place)}/new",
            ("bad", _("The plan got lost on the way. Please send it again.")),
        )
    plan = read_plan(str(form.typed["plan"]))
    if not form.errors:
        with form.showing_refusals():
            hall = await verb(form, plan)
            return redirect(request, _path(request, place[0], hall), ("good", said))
    return _looked_at(request, place, plan, form)


async def make(request: Request) -> Response:
    venue = await venue_in(request)

    async def verb(form: KeepPlanForm, plan: Plan) -> Auditorium:
        key = f"form:{form.key or token_urlsafe(16)}"
        return await verbs.make_hall(venue, form.name, plan, by=request.state.person.id, key=key)

    return await _keep(request, (venue, None), verb, _("The hall is there."))


async def replace(request: Request) -> Response:
    venue, hall = await hall_in(request)

    async def verb(form: KeepPlanForm, plan: Plan) -> Auditorium:
        await verbs.replace_plan(hall, plan, by=request.state.person.id)
        return hall

    said = _("New screenings have these seats. Those that exist keep theirs.")
    return await _keep(request, (venue, hall), verb, said)


# --- one hall ---


async def show(request: Request) -> Response:
    return await _hall(request, *await hall_in(request))


async def _hall(
    request: Request, venue: Venue, hall: Auditorium, form: HallNameForm | None = None, status: int = 200
) -> Response:
    stored = await verbs.latest_plan(hall.id)
    plan = await plan_of(stored.id)
    context: dict[str, Any] = {
        "planned": await Screening.filter(auditorium_id=hall.id, state__in=PLANNED).count(),
        "older": await Screening.filter(auditorium_id=hall.id, state__in=PLANNED).exclude(plan_id=stored.id).count(),
    }
    return desk_page(
        request, "desk_hall.html", "venues", status, venue=venue, hall=hall, plan=plan, drawing=drawing_of(plan), stored=stored,
        says=found_words(plan), path=_path(request, venue, hall), form=form or HallNameForm({"name": hall.name}), **context,
    )  # fmt: skip


async def rename(request: Request) -> Response:
    venue, hall = await hall_in(request)
    form = await HallNameForm.read(request)
    if not form.errors:
        with form.showing_refusals():
            await verbs.rename_hall(hall, form.name, by=request.state.person.id)
            return redirect(request, _path(request, venue, hall), ("good", _("Saved.")))
    return await _hall(request, venue, hall, form, form.status)


async def plan_file(request: Request) -> Response:
    """The plan in force, in our own form, to change elsewhere and send again."""
    venue, hall = await hall_in(request)
    stored = await verbs.latest_plan(hall.id)
    name = f"{venue.slug}-{public(hall.id)}.json"
    return Response(stored.plan, media_type="application/json", headers=kept_as(name))


_ALL = f"{DESK}/venues/{{venue}}/halls"
_ONE = f"{_ALL}/{{hall}}"
_RUN = member("manager")
routes = [
    get(f"{_ALL}/new", new_hall, may=_RUN),
    post(f"{_ALL}/preview", preview_hall, may=_RUN, body_max=UPLOAD_MAX, limit=PLANS),
    post(_ALL, make, may=_RUN, body_max=UPLOAD_MAX),
    get(_ONE, show, may=member("viewer")),
    post(f"{_ONE}/name", rename, may=_RUN),
    get(f"{_ONE}/plan.json", plan_file, may=member("viewer")),
    get(f"{_ONE}/plan/new", new_plan, may=_RUN),
    post(f"{_ONE}/plan/preview", preview_plan, may=_RUN, body_max=UPLOAD_MAX, limit=PLANS),
    post(f"{_ONE}/plan", replace, may=_RUN, body_max=UPLOAD_MAX),
]
