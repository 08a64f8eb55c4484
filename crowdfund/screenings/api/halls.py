"""Halls and their seats through the API: from numbers or a file, looked at first, kept, replaced."""

from __future__ import annotations

import orjson
from starlette.requests import Request
from starlette.responses import Response

from crowdfund.database.ids import public
from crowdfund.people.models import Role
from crowdfund.screenings import venues as verbs
from crowdfund.screenings.api.bodies import (
    FILE_MAX,
    CategoryOut,
    FoundOut,
    HallListed,
    HallNameIn,
    HallOut,
    SeatsIn,
)
from crowdfund.screenings.api.own import ONE, desk_in, hall_in, key_of, venue_in
from crowdfund.screenings.models import Auditorium, Venue
from crowdfund.screenings.pages.forms import PLANS
from crowdfund.screenings.plans import plan_of
from crowdfund.screenings.seating.found import Form, counted, read_any
from crowdfund.screenings.seating.generate import make_hall as hall_of_numbers
from crowdfund.screenings.seating.plan import Plan
from crowdfund.web import api
from crowdfund.web.routes import bearer, get, post

_BODY_MAX = 3 * FILE_MAX  # a file in a JSON text: each of its quotation marks takes two


def found_out(plan: Plan, form: Form | None) -> FoundOut:
    found = counted(plan)
    return FoundOut(
        form=form, seats=found.seats, zones=found.zones, wheelchairs=found.wheelchairs, companions=found.companions,
        standing=found.standing, plan=orjson.loads(plan.text),
        categories=[CategoryOut(id=one.id, name=one.name, colour=one.colour) for one in plan.categories],
    )  # fmt: skip


async def hall_out(venue: Venue, hall: Auditorium) -> HallOut:
    stored = await verbs.latest_plan(hall.id)
    return HallOut(
        id=public(hall.id), venue=public(venue.id), name=hall.name, seats=stored.seats, standing=stored.standing,
        found=found_out(await plan_of(stored.id), None),
    )  # fmt: skip


def _read(body: SeatsIn) -> tuple[Form | None, Plan]:
    """Raises PlanNotUnderstood, HallNotUnderstood."""
    if (body.numbers is None) == (body.file is None):
        raise api.BodyInvalid([{"field": "file", "sentence": "Send either numbers or a file."}])
    if body.file is not None:
        return read_any(body.file, body.name)
    assert body.numbers is not None
    return None, hall_of_numbers(body.name, **body.numbers.model_dump())


async def look_at_seats(request: Request, body: SeatsIn) -> FoundOut:
    """What a plan says, and nothing of it is kept."""
    await desk_in(request)
    form, plan = _read(body)
    return found_out(plan, form)


async def list_halls(request: Request) -> Response:
    """The halls of a venue, as they were made, each with the places it has now."""
    (_organisation, venue), asked = await venue_in(request, Role.VIEWER), api.cursor(request)
    found = Auditorium.filter(venue_id=venue.id, id__gt=asked.after_id or 0)
    rows = await found.order_by("id").limit(asked.limit + 1)
    plans = {hall.id: await verbs.latest_plan(hall.id) for hall in rows}

    def listed(hall: Auditorium) -> HallListed:
        plan = plans[hall.id]
        return HallListed(
            id=public(hall.id), venue=public(venue.id), name=hall.name, seats=plan.seats, standing=plan.standing
        )

    return api.paged(request, rows, asked, listed, lambda hall: hall.id)


async def show_hall(request: Request) -> HallOut:
    return await hall_out(*await hall_in(request, Role.VIEWER))


async def make_hall(request: Request, body: SeatsIn) -> HallOut:
    """A hall with its seats."""
    _organisation, venue = await venue_in(request)
    _form, plan = _read(body)
    hall = await verbs.make_hall(venue, body.name, plan, by=request.state.person.id, key=key_of(request, "hall"))
    return await hall_out(venue, hall)


async def replace_plan(request: Request, body: SeatsIn) -> HallOut:
    """Other seats from now on: screenings that exist keep theirs, drafts too."""
    venue, hall = await hall_in(request)
    _form, plan = _read(body)
    await verbs.replace_plan(hall, plan, by=request.state.person.id)
    return await hall_out(venue, hall)


async def rename_hall(request: Request, body: HallNameIn) -> HallOut:
    venue, hall = await hall_in(request)
    await verbs.rename_hall(hall, body.name, by=request.state.person.id)
    return await hall_out(venue, await Auditorium.get(id=hall.id))


_SEE, _WRITE = bearer("screenings:read"), bearer("screenings:write")
_ALL = f"{ONE}/venues/{{venue}}/halls"
_HALL = f"{_ALL}/{{hall}}"
_FILE = {"takes": SeatsIn, "body_max": _BODY_MAX, "limit": PLANS}
routes = [
    post(f"{ONE}/seat-plans/preview", look_at_seats, may=_WRITE, gives=FoundOut, summary="Look at a seat plan", **_FILE),
    get(_ALL, list_halls, may=_SEE, gives=HallListed, lists=True, summary="The halls of a venue"),
    post(_ALL, make_hall, may=_WRITE, gives=HallOut, creates=True, summary="A new hall", **_FILE),
    get(_HALL, show_hall, may=_SEE, gives=HallOut, summary="One hall with its seat plan"),
    post(f"{_HALL}/plan", replace_plan, may=_WRITE, gives=HallOut, summary="Other seats for a hall", **_FILE),
    post(f"{_HALL}/name", rename_hall, may=_WRITE, takes=HallNameIn, gives=HallOut, summary="Rename a hall"),
]  # fmt: skip
