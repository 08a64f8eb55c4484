"""Who may show a title where: a cinema asks or a producer offers, and the other one answers."""

from __future__ import annotations

from tortoise.exceptions import IntegrityError

from crowdfund import clock
from crowdfund.database import atomic, new_id
from crowdfund.database.moves import move
from crowdfund.people.models import Organisation, OrganisationKind
from crowdfund.refusal import NotFound, Refusal
from crowdfund.screenings.models import BOOKING_MOVES, Booking, BookingEvent, BookingState
from crowdfund.titles.models import Title


class NoSuchBooking(NotFound):
    pass


class BookedAlready(Refusal):
    pass


class NoCinema(Refusal):
    pass


class NotYours(NotFound):
    """Neither the title's producer nor the cinema, or not the one whose turn it is."""


@atomic
async def ask_booking(title: Title, cinema: Organisation, note: str, *, by: int) -> Booking:
    """A cinema asks to show a title. Raises BookedAlready, NoCinema."""
    return await _begin(title, cinema, BookingState.ASKED, note, by)


@atomic
async def offer_booking(title: Title, cinema: Organisation, note: str, *, by: int) -> Booking:
    """A producer offers a title to a cinema. Raises as `ask_booking`."""
    return await _begin(title, cinema, BookingState.OFFERED, note, by)


async def _begin(title: Title, cinema: Organisation, state: BookingState, note: str, by: int) -> Booking:
    if cinema.kind != OrganisationKind.CINEMA or not cinema.is_verified:
        raise NoCinema("Only a cinema that we have verified can show films.", field="cinema")
    if title.organisation_id == cinema.id:
        state = BookingState.AGREED
    try:
        booking = await Booking.create(
            id=new_id(), title_id=title.id, organisation_id=cinema.id, state=state, note=note, by_person_id=by,
            made_at=clock.now(),
        )  # fmt: skip
    except IntegrityError as error:
        raise BookedAlready("There is a booking of this title by this cinema already.", field="title") from error
    await BookingEvent.create(
        id=new_id(), booking_id=booking.id, from_state="", to_state=state, because=note, by_person_id=by, at=clock.now()
    )
    return booking


async def answer_booking(booking: Booking, yes: bool, reason: str, *, side: int, by: int) -> None:
    """Agree or decline: whoever was asked. side: the organisation that answers. Raises NotYours, MoveRefused."""
    title = await Title.get(id=booking.title_id)
    asked = title.organisation_id if booking.state == BookingState.ASKED else booking.organisation_id
    if side != asked:
        raise NotYours("It is the other side's turn to answer.")
    to = BookingState.AGREED if yes else BookingState.DECLINED
    await move(booking, to, moves=BOOKING_MOVES, because=reason, by=by, events=BookingEvent)


async def end_booking(booking: Booking, reason: str, *, side: int, by: int) -> None:
    """Nothing new is put on: either side may say so, what is on sale goes on."""
    title = await Title.get(id=booking.title_id)
    if side not in (title.organisation_id, booking.organisation_id):
        raise NotYours("There is no such booking.")
    await move(booking, BookingState.ENDED, moves=BOOKING_MOVES, because=reason, by=by, events=BookingEvent)
