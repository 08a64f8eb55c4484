"""About tickets that change hands, and screenings that do not take place as they were sold."""

from __future__ import annotations

from typing import Any

from crowdfund import mailer
from crowdfund.database import Sql
from crowdfund.database.outbox import Job
from crowdfund.letters.crowds import tell_readers
from crowdfund.letters.letter import Letter, send
from crowdfund.letters.orders import where_of
from crowdfund.orders.models import Asking
from crowdfund.people.models import Person
from crowdfund.screenings import giving
from crowdfund.screenings.models import GiftState, Ticket, TicketGift
from crowdfund.screenings.queries import shown_screening
from crowdfund.web.formats import moment_text, said, there_text
from crowdfund.web.i18n import _, speaking


async def _offered(payload: dict[str, Any]) -> None:
    """To an address that may belong to nobody here yet."""
    gift = await TicketGift.get(id=payload["gift"])
    if gift.state != GiftState.OFFERED:
        return
    ticket, giver = await Ticket.get(id=gift.ticket_id), await Person.get(id=gift.from_person_id)
    shown = await shown_screening(ticket.screening_id)
    known = await Person.get_or_none(email=gift.to_email)
    locale = known.locale if known else giver.locale
    with speaking(locale):
        place = said(shown.plan.label(str(ticket.seat_id or ticket.area_id)))
        letter = Letter(
            _("%(giver)s has a ticket for you: %(film)s") % {"giver": giver.name, "film": shown.title.name},
            [
                where_of(shown),
                _("Your place: %(place)s.") % {"place": place},
                _("Whoever opens this link first and says yes has the ticket. Until then it stays with %(giver)s.") % {"giver": giver.name},
            ],
            _("Look at it"),
            f"/gifts/{giving.secret_of(gift.id)}",
        )  # fmt: skip
        context = letter.context(known or Person(name=gift.to_email, email=gift.to_email))
    await mailer.send(payload["id"], "letter", gift.to_email, locale, context)


async def _given(payload: dict[str, Any]) -> None:
    """To who had it: her own code is good for nothing any more."""
    gift = await TicketGift.get(id=payload["gift"])
    ticket = await Ticket.get(id=gift.ticket_id)
    shown, new = await shown_screening(ticket.screening_id), await Person.get(id=gift.to_person_id or 0)

    def write() -> Letter:
        return Letter(
            _("%(name)s has your ticket now") % {"name": new.name},
            [where_of(shown), _("The code that you had is good for nothing any more; do not print it.")],
            _("Your tickets"),
            "/tickets",
        )

    await send(payload, await Person.get(id=gift.from_person_id), write)


_HOLDERS = Sql("""
    SELECT DISTINCT person_id, person_id AS place FROM asking_answer WHERE asking_id = $1 AND person_id > $2
    ORDER BY person_id LIMIT $3""")


async def _asked(payload: dict[str, Any]) -> None:
    """To every holder: what happened, what she can choose, and what happens if she says nothing."""
    asking = await Asking.get(id=payload["asking"])
    shown = await shown_screening(asking.screening_id)
    moved = await shown_screening(asking.to_screening_id) if asking.to_screening_id else None

    def write() -> Letter:
        by = _("Please answer by %(when)s. If you say nothing, all that was paid goes back, with the fee.") % {
            "when": moment_text(asking.answer_by)
        }
        if moved is None:
            return Letter(
                _("Cancelled: %(film)s") % {"film": shown.title.name},
                [
                    where_of(shown),
                    _("The cinema writes: %(reason)s") % {"reason": asking.reason},
                    _("You can have your money back, or another screening."), by,
                ],
                _("Choose"), asking.path,
            )  # fmt: skip
        return Letter(
            _("Another time: %(film)s") % {"film": shown.title.name},
            [
                where_of(shown),
                _("It takes place on %(when)s instead. Your place is kept for you there.")
                % {"when": there_text(moved.screening.starts_at, moved.venue.zone)},
                _("The cinema writes: %(reason)s") % {"reason": asking.reason},
                _("You can keep your place, take another screening, or have your money back."), by,
            ],
            _("Choose"), asking.path,
        )  # fmt: skip

    await tell_readers(payload, (asking.id,), write, readers=(_HOLDERS,))


async def _seat_taken_back(payload: dict[str, Any]) -> None:
    ticket = await Ticket.get(id=payload["ticket"])
    shown = await shown_screening(ticket.screening_id)

    def write() -> Letter:
        return Letter(
            _("Your ticket is not good any more: %(film)s") % {"film": shown.title.name},
            [
                where_of(shown),
                _("The seat came with a pledge, and the money of that pledge has gone back. You can buy a ticket as everybody can."),
            ],
            _("Look at the screening"),
            shown.path,
        )  # fmt: skip

    await send(payload, await Person.get(id=ticket.person_id), write)


JOBS: dict[str, Job] = {
    "ticket_offered": _offered, "ticket_given": _given, "asking_opened": _asked, "seat_taken_back": _seat_taken_back,
}  # fmt: skip
