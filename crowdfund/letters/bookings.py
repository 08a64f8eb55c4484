"""To cinemas and producers, about what is shown where: who has to answer, what was answered, what has ended."""

from __future__ import annotations

from typing import Any

from crowdfund.database.ids import public
from crowdfund.database.outbox import Job
from crowdfund.letters.letter import Letter
from crowdfund.letters.teams import tell_organisation
from crowdfund.people.models import Organisation
from crowdfund.screenings.bookings import who_answers
from crowdfund.screenings.models import Booking, BookingEvent, BookingState
from crowdfund.titles.models import Title
from crowdfund.web.i18n import _


async def _sides(booking: Booking) -> tuple[Title, Organisation, Organisation]:
    """The title, its producer and the cinema."""
    title = await Title.get(id=booking.title_id)
    return (
        title,
        await Organisation.get(id=title.organisation_id),
        await Organisation.get(id=booking.organisation_id),
    )


def _path(side: Organisation, booking: Booking) -> str:
    return f"{side.desk_path}/bookings/{public(booking.id)}"


async def _waits(payload: dict[str, Any]) -> None:
    """Somebody is asked; nobody is bothered about what was answered meanwhile."""
    booking = await Booking.get(id=payload["booking"])
    title, producer, cinema = await _sides(booking)
    asked = who_answers(booking, title)
    if asked is None:
        return
    side = producer if asked == producer.id else cinema

    def write() -> Letter:
        facts = {"film": title.name, "cinema": cinema.name, "producer": producer.name}
        if booking.state == BookingState.ASKED:
            subject, sentence = (
                _("%(cinema)s would like to show %(film)s"),
                _("%(cinema)s asks whether it may show %(film)s."),
            )
        else:
            subject, sentence = (
                _("%(producer)s offers you %(film)s"),
                _("%(producer)s offers you %(film)s for your halls."),
            )
        words = [booking.note] if booking.note else []
        return Letter(
            subject % facts,
            [sentence % facts, *words, _("Agree, or decline with a reason.")],
            _("Answer"),
            _path(side, booking),
        )

    await tell_organisation(payload, side.id, write)


async def _answered(payload: dict[str, Any]) -> None:
    booking = await Booking.get(id=payload["booking"])
    title, producer, cinema = await _sides(booking)
    events = await BookingEvent.filter(booking_id=booking.id).order_by("id")
    by_cinema = events[0].to_state == BookingState.ASKED
    side, other = (cinema, producer) if by_cinema else (producer, cinema)
    answer = next(event for event in events if event.from_state)

    def write() -> Letter:
        facts = {"film": title.name, "other": other.name}
        words = [answer.because] if answer.because else []
        if answer.to_state == BookingState.AGREED:
            sentence = (
                _("%(other)s agrees: you can put %(film)s on now.")
                if by_cinema
                else _("%(other)s agrees: it can put %(film)s on now. You see each of its screenings on your desk.")
            )
            return Letter(
                _("Agreed: %(film)s") % facts, [sentence % facts, *words], _("Look at it"), _path(side, booking)
            )
        sentence = _("%(other)s has declined.") % facts
        return Letter(_("Declined: %(film)s") % facts, [sentence, *words], _("Look at it"), _path(side, booking))

    await tell_organisation(payload, side.id, write)


async def _ended(payload: dict[str, Any]) -> None:
    booking = await Booking.get(id=payload["booking"])
    title, producer, cinema = await _sides(booking)
    side, other = (cinema, producer) if payload["by"] == producer.id else (producer, cinema)
    last = await BookingEvent.filter(booking_id=booking.id).order_by("-id").first()

    def write() -> Letter:
        facts = {"film": title.name, "other": other.name}
        sentence = (
            _("%(other)s has ended the booking of %(film)s. What is on sale goes on; nothing new is put on.") % facts
        )
        words = [last.because] if last is not None and last.because else []
        return Letter(_("Ended: %(film)s") % facts, [sentence, *words], _("Look at it"), _path(side, booking))

    await tell_organisation(payload, side.id, write)


JOBS: dict[str, Job] = {"booking_waits": _waits, "booking_answered": _answered, "booking_ended": _ended}
