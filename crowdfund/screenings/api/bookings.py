"""Bookings through the API: asked for, offered, answered, ended, from both sides."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from crowdfund.database.ids import public
from crowdfund.database.once import once
from crowdfund.people.models import Organisation, OrganisationKind, Role
from crowdfund.screenings import bookings as verbs
from crowdfund.screenings.api.bodies import BookingIn, BookingListed, BookingNoteIn, BookingOut, BookingReasonIn
from crowdfund.screenings.api.own import ONE, booking_in, desk_in, key_of, said_out
from crowdfund.screenings.bookings import NoSuchBooking
from crowdfund.screenings.desk import queries
from crowdfund.screenings.pages.forms import BOOKINGS
from crowdfund.screenings.titles import NoSuchTitle, own_title
from crowdfund.titles.models import Title
from crowdfund.web import api
from crowdfund.web.routes import bearer, get, post


def _listed(row: dict[str, Any]) -> BookingListed:
    turn = None if row["turn"] is None else "cinema" if row["turn"] == row["cinema_id"] else "producer"
    return BookingListed(
        id=public(row["id"]), title=public(row["title_id"]), title_name=row["title"], cinema=public(row["cinema_id"]),
        cinema_name=row["cinema"], producer=public(row["producer_id"]), producer_name=row["producer"], state=row["state"], turn=turn,
        screenings=row["screenings"], sold=row["sold"], made_at=api.instant(row["made_at"]),
    )  # fmt: skip


async def _out(organisation_id: int, booking_id: int) -> BookingOut:
    [row] = await queries.bookings_of(organisation_id, before_id=booking_id + 1, limit=1)
    history = said_out(await queries.booking_history(booking_id))
    return BookingOut(**_listed(row).model_dump(), history=history)


async def list_bookings(request: Request) -> Response:
    """What was asked, offered, agreed and ended, the newest first."""
    organisation, asked = await desk_in(request, Role.VIEWER), api.cursor(request)
    before_id = asked.after_id if asked.after_id is not None else 2**63 - 1
    rows = await queries.bookings_of(organisation.id, before_id=before_id, limit=asked.limit + 1)
    return api.paged(request, rows, asked, _listed, lambda row: int(row["id"]))


async def show_booking(request: Request) -> BookingOut:
    organisation, booking, _title = await booking_in(request, Role.VIEWER)
    return await _out(organisation.id, booking.id)


async def make_booking(request: Request, body: BookingIn) -> BookingOut:
    """A cinema asks for a title, or a producer offers one of its own to a cinema. The other side gets a letter."""
    organisation, by = await desk_in(request), request.state.person.id
    title, cinema = await _sides(organisation, body)
    verb = verbs.ask_booking if cinema.id == organisation.id else verbs.offer_booking

    async def make() -> int:
        return (await verb(title, cinema, body.note, by=by)).id

    booking_id = await once(by, key_of(request, "booking"), [organisation.id, body.model_dump()], make)
    return await _out(organisation.id, booking_id)


async def _sides(organisation: Organisation, body: BookingIn) -> tuple[Title, Organisation]:
    """Raises NoSuchTitle, NoSuchBooking: of what can't be asked for as of what there isn't."""
    missing = NoSuchTitle("There is no such title.", field="title")
    title_id = api.known_id(body.title, missing)
    if organisation.kind == OrganisationKind.CINEMA and body.cinema is None:
        if not await queries.titles_to_show(organisation.id, title_id=title_id):
            raise missing
        return await Title.get(id=title_id), organisation
    title, nobody = (
        await own_title(organisation.id, title_id),
        NoSuchBooking("There is no such cinema.", field="cinema"),
    )
    found = await queries.cinemas_to_offer(cinema_id=api.known_id(body.cinema or "", nobody))
    if not found:
        raise nobody
    return title, found[0]


async def agree_booking(request: Request, body: BookingNoteIn) -> BookingOut:
    """Agree, where it is this side's turn."""
    organisation, booking, _title = await booking_in(request)
    await verbs.answer_booking(booking, True, body.note, side=organisation.id, by=request.state.person.id)
    return await _out(organisation.id, booking.id)


async def decline_booking(request: Request, body: BookingReasonIn) -> BookingOut:
    """Decline with a reason, where it is this side's turn."""
    organisation, booking, _title = await booking_in(request)
    await verbs.answer_booking(booking, False, body.reason, side=organisation.id, by=request.state.person.id)
    return await _out(organisation.id, booking.id)


async def end_booking(request: Request, body: BookingReasonIn) -> BookingOut:
    """Nothing new is put on sale from now on; what is on sale goes on."""
    organisation, booking, _title = await booking_in(request)
    await verbs.end_booking(booking, body.reason, side=organisation.id, by=request.state.person.id)
    return await _out(organisation.id, booking.id)


_SEE, _WRITE = bearer("screenings:read"), bearer("screenings:write")
_ALL = f"{ONE}/bookings"
_ONE = f"{_ALL}/{{booking}}"
routes = [
    get(_ALL, list_bookings, may=_SEE, gives=BookingListed, lists=True, summary="Bookings of a cinema or a producer of mine"),
    post(
        _ALL, make_booking, may=_WRITE, takes=BookingIn, gives=BookingOut, creates=True, limit=BOOKINGS,
        summary="Ask for a film, or offer one",
    ),
    get(_ONE, show_booking, may=_SEE, gives=BookingOut, summary="One booking"),
    post(f"{_ONE}/agreement", agree_booking, may=_WRITE, takes=BookingNoteIn, gives=BookingOut, summary="Agree"),
    post(f"{_ONE}/refusal", decline_booking, may=_WRITE, takes=BookingReasonIn, gives=BookingOut, summary="Decline"),
    post(f"{_ONE}/end", end_booking, may=_WRITE, takes=BookingReasonIn, gives=BookingOut, summary="End a booking"),
]  # fmt: skip
