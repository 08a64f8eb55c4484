"""Who may show a title where: a cinema asks or a producer offers, and the other one answers."""

from __future__ import annotations

from tortoise.exceptions import IntegrityError

from crowdfund import clock
from crowdfund.database import atomic, new_id, outbox
from crowdfund.database.moves import begin, move
from crowdfund.people.models import Organisation, OrganisationKind
from crowdfund.refusal import Invalid, NotFound, Refusal
from crowdfund.screenings.models import BOOKING_MOVES, Booking, BookingEvent, BookingState
from crowdfund.titles.models import Title

NOTE_MAX = 600


class NoSuchBooking(NotFound):
    pass


class BookedAlready(Refusal):
    pass


class NoCinema(Refusal):
    pass


class ProducerUnknown(Refusal):
    """A cinema is not to be written to by somebody whom we have not looked at."""


class ReasonMissing(Invalid):
    pass


class NotYours(NotFound):
    """Neither the title's producer nor the cinema, or not the one whose turn it is."""


@atomic
async def ask_booking(title: Title, cinema: Organisation, note: str, *, by: int) -> Booking:
    """A cinema asks to show a title; of its own titles it needs to ask nobody. Raises BookedAlready, NoCinema."""
    return await _begin(title, cinema, BookingState.ASKED, note, by)


@atomic
async def offer_booking(title: Title, cinema: Organisation, note: str, *, by: int) -> Booking:
    """A producer offers a title to a cinema. Raises as `ask_booking`, and ProducerUnknown."""
    producer = await Organisation.get(id=title.organisation_id)
    if not producer.is_verified:
        raise ProducerUnknown("Before you offer films to cinemas we have to know who you are.")
    return await _begin(title, cinema, BookingState.OFFERED, note, by)


async def _begin(title: Title, cinema: Organisation, state: BookingState, note: str, by: int) -> Booking:
    if cinema.kind != OrganisationKind.CINEMA or not cinema.is_verified:
        raise NoCinema("Only a cinema that we have verified can show films.", field="cinema")
    if title.organisation_id == cinema.id:
        state = BookingState.AGREED
    booking_id = new_id()
    try:
        booking = await Booking.create(
            id=booking_id, title_id=title.id, organisation_id=cinema.id, state=state, note=note, by_person_id=by,
            made_at=clock.now(),
        )  # fmt: skip
    except IntegrityError as error:
        raise BookedAlready("There is a booking of this title by this cinema already.", field="title") from error
    await begin(booking, because=note, by=by, events=BookingEvent)
    if state != BookingState.AGREED:
        await outbox.enqueue("booking_waits", {"booking": booking_id}, key=f"booking_waits:{booking_id}")
    return booking


def who_answers(booking: Booking, title: Title) -> int | None:
    """The organisation whose turn it is; None where nobody is asked."""
    turns = {BookingState.ASKED: title.organisation_id, BookingState.OFFERED: booking.organisation_id}
    return turns.get(BookingState(booking.state))


@atomic
async def answer_booking(booking: Booking, yes: bool, reason: str, *, side: int, by: int) -> None:
    """Agree or decline: whoever was asked. side: the organisation that answers. Raises NotYours, ReasonMissing, MoveRefused."""
    title = await Title.get(id=booking.title_id)
    asked = title.organisation_id if booking.state == BookingState.ASKED else booking.organisation_id
    if side != asked:
        raise NotYours("It is the other side's turn to answer.")
    if not yes and not reason.strip():
        raise ReasonMissing("Say why: the other side reads it.", field="reason")
    to = BookingState.AGREED if yes else BookingState.DECLINED
    await move(booking, to, moves=BOOKING_MOVES, because=reason, by=by, events=BookingEvent)
    await outbox.enqueue("booking_answered", {"booking": booking.id}, key=f"booking_answered:{booking.id}")


@atomic
async def end_booking(booking: Booking, reason: str, *, side: int, by: int) -> None:
    """Nothing new is put on: either side may say so, what is on sale goes on. Raises NotYours, ReasonMissing, MoveRefused."""
    title = await Title.get(id=booking.title_id)
    if side not in (title.organisation_id, booking.organisation_id):
        raise NotYours("There is no such booking.")
    if not reason.strip():
        raise ReasonMissing("Say why: the other side reads it.", field="reason")
    await move(booking, BookingState.ENDED, moves=BOOKING_MOVES, because=reason, by=by, events=BookingEvent)
    if title.organisation_id != booking.organisation_id:
        payload = {"booking": booking.id, "by": side}
        await outbox.enqueue("booking_ended", payload, key=f"booking_ended:{booking.id}")


async def booking_for(organisation_id: int, booking_id: int) -> tuple[Booking, Title]:
    """A booking that this organisation is a side of. Raises NoSuchBooking for others' as for none."""
    booking = await Booking.get_or_none(id=booking_id)
    title = await Title.get(id=booking.title_id) if booking is not None else None
    if booking is None or title is None or organisation_id not in (booking.organisation_id, title.organisation_id):
        raise NoSuchBooking("There is no such booking.")
    return booking, title
