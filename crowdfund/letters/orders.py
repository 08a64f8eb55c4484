"""To a fan, about her tickets: here they are; the payment came too late; the money is on its way back."""

from __future__ import annotations

from typing import Any

from crowdfund.database.outbox import Job
from crowdfund.letters.letter import Letter, send
from crowdfund.orders.models import Order
from crowdfund.payments.models import Refund
from crowdfund.people.models import Person
from crowdfund.screenings.models import Ticket
from crowdfund.screenings.queries import Shown, shown_screening
from crowdfund.web.formats import money, said, there_text
from crowdfund.web.i18n import _, ngettext


def where_of(shown: Shown) -> str:
    """What, when and where a ticket is for."""
    when = there_text(shown.screening.starts_at, shown.venue.zone)
    return _("%(film)s, %(when)s, %(venue)s, %(hall)s.") % {
        "film": shown.title.name, "when": when, "venue": f"{shown.venue.name}, {shown.venue.city}", "hall": shown.hall.name
    }  # fmt: skip


async def _paid(payload: dict[str, Any]) -> None:
    order = await Order.get(id=payload["order"])
    shown = await shown_screening(order.screening_id)
    tickets = await Ticket.filter(order_id=order.id).order_by("id")

    def write() -> Letter:
        places = "; ".join(said(shown.plan.label(str(t.seat_id or t.area_id))) for t in tickets)
        return Letter(
            ngettext("Your ticket for %(film)s", "Your %(num)d tickets for %(film)s", len(tickets))
            % {"num": len(tickets), "film": shown.title.name},
            [
                where_of(shown),
                _("Your places: %(places)s.") % {"places": places},
                _("Paid: %(amount)s. The money stays in escrow until the film has been shown.")
                % {"amount": money(order.total_minor, order.currency)},
            ],
            _("Open your tickets"),
            order.path,
        )

    await send(payload, await Person.get(id=order.person_id), write)


async def _came_too_late(payload: dict[str, Any]) -> None:
    order = await Order.get(id=payload["order"])
    shown = await shown_screening(order.screening_id)

    def write() -> Letter:
        return Letter(
            _("Your payment came too late, and goes back to you"),
            [
                where_of(shown),
                _(
                    "When your payment arrived, these places could not be sold to you any more. "
                    "All of it, %(amount)s, goes back to your card."
                )
                % {"amount": money(order.total_minor, order.currency)},
            ],
            _("Look for other places"),
            shown.path,
        )

    await send(payload, await Person.get(id=order.person_id), write)


async def _refund_sent(payload: dict[str, Any]) -> None:
    refund = await Refund.get(id=payload["refund"])
    order = await Order.get(id=int(refund.subject.removeprefix("order:")))
    shown = await shown_screening(order.screening_id)

    def write() -> Letter:
        amount = money(refund.amount_minor, refund.currency)
        return Letter(
            _("%(amount)s is on its way back to you") % {"amount": amount},
            [
                where_of(shown),
                _("Why: %(reason)s.") % {"reason": said(refund.reason).rstrip(" .。")},
                _("It arrives on your card in a few days; how many, your bank decides."),
            ],
            _("See your order"),
            order.path,
        )

    await send(payload, await Person.get(id=order.person_id), write)


JOBS: dict[str, Job] = {
    "order_paid": _paid,
    "order_came_too_late": _came_too_late,
    "order_refund_sent": _refund_sent,
}
