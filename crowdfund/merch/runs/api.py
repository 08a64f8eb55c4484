"""A maker's production runs through the API: promised, started, told about, called off."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import Field, StringConstraints
from starlette.requests import Request
from starlette.responses import Response

from crowdfund.database.ids import public
from crowdfund.merch.runs import actions
from crowdfund.merch.runs.models import ProductionRun
from crowdfund.merch.runs.queries import runs_of
from crowdfund.merch.runs.rules import ABOUT_MAX, REASON_MAX, UNITS_MAX, WORDS_MAX, Asked, NoSuchRun, RunRefused
from crowdfund.people.models import Role
from crowdfund.screenings.api.own import ONE, desk_in, key_of
from crowdfund.web import api
from crowdfund.web.api import AmountMinor, In, Out, PublicId
from crowdfund.web.routes import bearer, get, post

_NO_RUN = NoSuchRun("There is no such production run.")
_NO_VARIANT = RunRefused("Please choose one of your listings.", field="variant")
_Units = Annotated[int, Field(ge=1, le=UNITS_MAX)]
_Moment = Annotated[str, StringConstraints(min_length=16, max_length=40)]


class RunIn(In):
    """Moments in ISO 8601 with their zone, like 2027-03-31T18:00:00Z. most_units left out: as many as come."""

    variant: PublicId
    minimum_units: _Units
    most_units: _Units | None = None
    price_minor: AmountMinor
    closes_at: _Moment
    ships_by: _Moment
    about: Annotated[str, StringConstraints(max_length=ABOUT_MAX)] = ""


class DiaryIn(In):
    words: Annotated[str, StringConstraints(min_length=3, max_length=WORDS_MAX)]


class RunCallOffIn(In):
    reason: Annotated[str, StringConstraints(min_length=5, max_length=REASON_MAX)]


class MakersRunOut(Out):
    id: str
    variant: str
    state: str
    minimum_units: int
    most_units: int | None
    price_minor: int
    currency: str
    units_taken: int
    units_paid: int
    closes_at: str
    ships_by: str
    made_at: str


class EntryOut(Out):
    id: str
    run: str


def _out(run: ProductionRun) -> MakersRunOut:
    same = ("state", "minimum_units", "most_units", "price_minor", "currency", "units_taken", "units_paid")
    return MakersRunOut(
        id=public(run.id), variant=public(run.variant_id), closes_at=api.instant(run.closes_at), ships_by=api.instant(run.ships_by),
        made_at=api.instant(run.made_at), **{name: getattr(run, name) for name in same},
    )  # fmt: skip


def _at(text: str, field: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise api.BodyInvalid([{"field": field, "sentence": "Please write a moment with its zone."}])
    return found


async def _own(request: Request, role: Role = Role.MANAGER) -> ProductionRun:
    organisation = await desk_in(request, role)
    return await actions.own_run(organisation.id, api.id_in(request, "run", _NO_RUN))


async def list_runs(request: Request) -> Response:
    """The production runs of an organisation of mine, the newest first."""
    organisation, asked = await desk_in(request, Role.VIEWER), api.cursor(request)
    before = 2**63 - 1 if asked.after_id is None else asked.after_id
    rows = await runs_of(organisation.id, before_id=before, limit=asked.limit + 1)
    return api.paged(request, rows, asked, _out, lambda run: run.id)


async def show_run(request: Request) -> MakersRunOut:
    return _out(await _own(request, Role.VIEWER))


async def make_run(request: Request, body: RunIn) -> MakersRunOut:
    """Promise a run: people can order from now on, and what is promised stays."""
    organisation = await desk_in(request)
    asked = Asked(
        minimum_units=body.minimum_units, most_units=body.most_units, price_minor=body.price_minor, about=body.about,
        closes_at=_at(body.closes_at, "closes_at"), ships_by=_at(body.ships_by, "ships_by"),
    )  # fmt: skip
    variant_id = api.known_id(body.variant, _NO_VARIANT)
    by, key = request.state.person.id, key_of(request, "run")
    return _out(await actions.make_run(variant_id, asked, organisation_id=organisation.id, by=by, key=key))


async def start(request: Request) -> MakersRunOut:
    """Start production: no more orders, and half of what was paid is the maker's."""
    run = await _own(request)
    await actions.start_production(run.id, organisation_id=run.organisation_id, by=request.state.person.id)
    return await show_run(request)


async def write(request: Request, body: DiaryIn) -> EntryOut:
    """Tell those who wait how it goes. It can't be changed later."""
    run, key = await _own(request), key_of(request, "diary")
    entry_id = await actions.write_diary(
        run.id,
        body.words,
        image_id=None,
        alt="",
        organisation_id=run.organisation_id,
        by=request.state.person.id,
        key=key,
    )
    return EntryOut(id=public(entry_id), run=public(run.id))


async def call_off(request: Request, body: RunCallOffIn) -> MakersRunOut:
    """It can't be made after all: nobody is charged, and all that was paid goes back."""
    run = await _own(request)
    await actions.cancel_run(run.id, body.reason, organisation_id=run.organisation_id, by=request.state.person.id)
    return await show_run(request)


_SEE, _WRITE = bearer("organisations:read"), bearer("organisations:write")
_ALL = f"{ONE}/runs"
_RUN = f"{_ALL}/{{run}}"
routes = [
    get(_ALL, list_runs, may=_SEE, gives=MakersRunOut, lists=True, summary="The production runs of an organisation of mine"),
    post(_ALL, make_run, may=_WRITE, takes=RunIn, gives=MakersRunOut, creates=True, summary="Promise a production run"),
    get(_RUN, show_run, may=_SEE, gives=MakersRunOut, summary="One production run of mine"),
    post(f"{_RUN}/start", start, may=_WRITE, gives=MakersRunOut, summary="Start production"),
    post(f"{_RUN}/diary", write, may=_WRITE, takes=DiaryIn, gives=EntryOut, creates=True, summary="Write the diary"),
    post(f"{_RUN}/cancellation", call_off, may=_WRITE, takes=RunCallOffIn, gives=MakersRunOut, summary="Call it off"),
]  # fmt: skip
