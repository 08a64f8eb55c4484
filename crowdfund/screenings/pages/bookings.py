"""Who shows what where, on both desks: a cinema asks or a producer offers; the other one agrees, or declines with a reason."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from crowdfund.campaigns.pages.shown import art_of
from crowdfund.database.ids import private, private_or_none, public
from crowdfund.people.models import Organisation, OrganisationKind
from crowdfund.refusal import Refusal
from crowdfund.screenings import bookings as verbs
from crowdfund.screenings.bookings import NOTE_MAX
from crowdfund.screenings.desk import queries
from crowdfund.screenings.models import Booking, BookingState
from crowdfund.screenings.pages.forms import BOOKINGS, NoteForm, ReasonForm
from crowdfund.screenings.pages.own import DESK, base_of, booking_in, desk_page
from crowdfund.screenings.pages.shown import by_day, rows_of, title_art
from crowdfund.screenings.titles import NoSuchTitle, own_title
from crowdfund.titles.models import Title
from crowdfund.web.form import Form
from crowdfund.web.i18n import _
from crowdfund.web.page import redirect
from crowdfund.web.routes import get, member, post

_LIVE = (BookingState.ASKED, BookingState.OFFERED)


async def bookings(request: Request) -> Response:
    organisation, base = request.state.organisation, base_of(request)
    found = [(one, f"{base}/bookings/{public(one['id'])}") for one in await queries.bookings_of(organisation.id)]
    return desk_page(
        request, "desk_bookings.html", "bookings",
        waiting=[row for row in found if row[0]["turn"] == organisation.id],
        sent=[row for row in found if row[0]["state"] in _LIVE and row[0]["turn"] != organisation.id],
        agreed=[row for row in found if row[0]["state"] == BookingState.AGREED],
        past=[row for row in found if row[0]["state"] in (BookingState.DECLINED, BookingState.ENDED)],
    )  # fmt: skip


# --- finding the other side ---


async def finder(request: Request) -> Response:
    """A cinema finds films; a producer finds cinemas for one of its films."""
    text = request.query_params.get("q", "").strip()[:80].replace("\x00", "")
    if request.state.organisation.kind == OrganisationKind.CINEMA:
        return await _films(request, text)
    title = await _own(request)
    return await _cinemas(request, title, text)


async def _films(request: Request, text: str) -> Response:
    found = await queries.titles_to_show(request.state.organisation.id, text)
    films = [(row, title_art(row), public(row["id"])) for row in found]
    return desk_page(
        request, "desk_films.html", "bookings", films=films, q=text, is_full=len(found) == queries.FOUND_MAX,
        verified=request.state.organisation.is_verified,
    )  # fmt: skip


async def _own(request: Request) -> Title:
    title_id = private_or_none(request.query_params.get("title", ""))
    return await own_title(request.state.organisation.id, title_id or 0)


async def _cinemas(request: Request, title: Title, text: str) -> Response:
    found = await queries.cinemas_to_offer(text)
    booked = {one["cinema_id"]: one["state"] for one in await queries.bookings_of(title.organisation_id, title_id=title.id)
              if one["state"] in (*_LIVE, BookingState.AGREED)}  # fmt: skip
    return desk_page(
        request, "desk_cinemas.html", "bookings", title=title, title_id=public(title.id), q=text, art_url=art_of(title),
        cinemas=[(one, public(one.id), booked.get(one.id)) for one in found if one.id != title.organisation_id],
        is_full=len(found) == queries.FOUND_MAX, verified=request.state.organisation.is_verified,
    )  # fmt: skip


# --- asking and offering ---


async def _wished(request: Request) -> tuple[Title, Organisation]:
    """The film and the cinema of the path. Raises NoSuchTitle, NotFound: of what can't be asked for as of what there isn't."""
    organisation: Organisation = request.state.organisation
    title_id = private(request.path_params["title"])
    if organisation.kind == OrganisationKind.CINEMA:
        if not await queries.titles_to_show(organisation.id, title_id=title_id):
            raise NoSuchTitle("There is no such title.")
        return await Title.get(id=title_id), organisation
    title = await own_title(organisation.id, title_id)
    found = await queries.cinemas_to_offer(cinema_id=private_or_none(request.path_params.get("cinema", "")) or 0)
    if not found:
        raise verbs.NoSuchBooking("There is no such cinema.")
    return title, found[0]


async def new_booking(request: Request) -> Response:
    title, cinema = await _wished(request)
    return _new(request, title, cinema, NoteForm())


def _new(request: Request, title: Title, cinema: Organisation, form: NoteForm) -> Response:
    return desk_page(
        request, "desk_booking_new.html", "bookings", form.status, title=title, cinema=cinema, form=form, art_url=art_of(title),
        action=request.url.path, note_max=NOTE_MAX, back=_back(request, title),
    )  # fmt: skip


def _back(request: Request, title: Title) -> str:
    found = f"{base_of(request)}/bookings/new"
    return found if request.state.organisation.kind == OrganisationKind.CINEMA else f"{found}?title={public(title.id)}"


async def make(request: Request) -> Response:
    title, cinema = await _wished(request)
    form = await NoteForm.read(request)
    if not form.errors:
        verb = verbs.ask_booking if cinema.id == request.state.organisation.id else verbs.offer_booking
        with form.showing_refusals():
            booking = await verb(title, cinema, form.note, by=request.state.person.id)
            said = _("Sent. The answer comes by mail, and stands here.")
            if booking.state == BookingState.AGREED:
                said = _("It is yours: you can put it on now.")
            return redirect(request, f"{base_of(request)}/bookings/{public(booking.id)}", ("good", said))
    return _new(request, title, cinema, form)


# --- one booking ---


async def show(request: Request) -> Response:
    return await _page(request, *await booking_in(request))


async def _page(
    request: Request, booking: Booking, title: Title, status: int = 200, *, agree: Form | None = None,
    decline: Form | None = None, end: Form | None = None,
) -> Response:  # fmt: skip
    organisation, base = request.state.organisation, base_of(request)
    cinema = await Organisation.get(id=booking.organisation_id)
    producer = await Organisation.get(id=title.organisation_id)
    found = [
        one
        for one in await queries.programme_of(organisation.id, title_id=title.id)
        if one["organisation_id"] == cinema.id
    ]
    context: dict[str, Any] = {
        "agree": agree or NoteForm(),
        "decline": decline or ReasonForm(),
        "end": end or ReasonForm(),
    }
    return desk_page(
        request, "desk_booking.html", "bookings", status, booking=booking, title=title, cinema=cinema, producer=producer,
        art_url=art_of(title), path=f"{base}/bookings/{public(booking.id)}", history=await queries.booking_history(booking.id),
        is_ours_to_answer=verbs.who_answers(booking, title) == organisation.id, is_cinema=cinema.id == organisation.id,
        days=by_day(rows_of(found, base)), note_max=NOTE_MAX, form=agree or decline or end or NoteForm(), **context,
    )  # fmt: skip


async def agree(request: Request) -> Response:
    booking, title = await booking_in(request)
    form = await NoteForm.read(request)
    if form.errors:
        return await _page(request, booking, title, 422, agree=form)
    return await _answer(request, booking, title, form, True, form.note, _("Agreed. The other side gets a letter."))


async def decline(request: Request) -> Response:
    booking, title = await booking_in(request)
    form = await ReasonForm.read(request)
    if form.errors:
        return await _page(request, booking, title, 422, decline=form)
    return await _answer(
        request, booking, title, form, False, form.reason, _("Declined. The other side gets your reason.")
    )


async def _answer(
    request: Request, booking: Booking, title: Title, form: Form, yes: bool, words: str, said: str
) -> Response:
    side, by = request.state.organisation.id, request.state.person.id
    try:
        await verbs.answer_booking(booking, yes, words, side=side, by=by)
    except Refusal as refusal:
        form.refused_by(refusal)
        status = 409 if isinstance(refusal, verbs.NotYours) else refusal.status_code
        now, agreed, declined = await booking_in(request), form if yes else None, None if yes else form
        return await _page(request, *now, status, agree=agreed, decline=declined)
    return redirect(request, f"{base_of(request)}/bookings/{public(booking.id)}", ("good", said))


async def end(request: Request) -> Response:
    booking, _title = await booking_in(request)
    form = await ReasonForm.read(request)
    if not form.errors:
        side, by = request.state.organisation.id, request.state.person.id
        with form.showing_refusals():
            await verbs.end_booking(booking, form.reason, side=side, by=by)
            said = _("Ended. What is on sale goes on; nothing new is put on.")
            return redirect(request, f"{base_of(request)}/bookings/{public(booking.id)}", ("good", said))
    return await _page(request, *await booking_in(request), form.status, end=form)


_ALL = f"{DESK}/bookings"
_ONE = f"{_ALL}/{{booking}}"
_ASK, _OFFER = f"{_ALL}/new/{{title}}", f"{_ALL}/new/{{title}}/{{cinema}}"
_RUN = member("manager")
routes = [
    get(_ALL, bookings, may=member("viewer")),
    get(f"{_ALL}/new", finder, may=_RUN),
    get(_ASK, new_booking, may=_RUN),
    post(_ASK, make, may=_RUN, limit=BOOKINGS),
    get(_OFFER, new_booking, may=_RUN),
    post(_OFFER, make, may=_RUN, limit=BOOKINGS),
    get(_ONE, show, may=member("viewer")),
    post(f"{_ONE}/agreement", agree, may=_RUN),
    post(f"{_ONE}/refusal", decline, may=_RUN),
    post(f"{_ONE}/end", end, may=_RUN),
]
