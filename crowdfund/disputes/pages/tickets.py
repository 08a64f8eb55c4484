"""What our own records say about a disputed payment for tickets: what was bought, for when, and who came in with it."""

from __future__ import annotations

from crowdfund.boxoffice.queries import tickets_of_order
from crowdfund.disputes.queries import About
from crowdfund.orders.models import Order
from crowdfund.payments.models import Charge, Refund, RefundState
from crowdfund.screenings.models import Screening, TicketEvent, TicketState
from crowdfund.screenings.queries import show
from crowdfund.web.formats import local_moment_text, moment_text, money
from crowdfund.web.i18n import _, ngettext


async def drafted_about_tickets(found: About, charge: Charge) -> str:
    """The beginning of an answer, in the order in which it happened. Nothing here is claimed that no row says."""
    assert found.order is not None and found.screening is not None
    lines = await _bought(found.order, found.screening, charge)
    return "\n".join([*lines, *await _came_in(found.order), *await _given_back(charge)])


async def _bought(order: Order, screening: Screening, charge: Charge) -> list[str]:
    shown, tickets = await show(screening), await tickets_of_order(order.id)
    facts = {
        "num": len(tickets), "title": shown.title.name, "venue": shown.venue.name, "hall": shown.hall.name,
        "at": local_moment_text(screening.starts_at, shown.venue.zone),
    }  # fmt: skip
    what = ngettext(
        "She bought %(num)s ticket for “%(title)s” at %(venue)s, %(hall)s, on %(at)s.",
        "She bought %(num)s tickets for “%(title)s” at %(venue)s, %(hall)s, on %(at)s.",
        len(tickets),
    )
    paid = _(
        "She paid %(amount)s on the payment company's page on %(at)s; price, booking fee and what can be given back stood there."
    )
    amount = money(charge.amount_minor, charge.currency)
    return [what % facts, paid % {"amount": amount, "at": moment_text(charge.ended_at or charge.made_at)}]


async def _came_in(order: Order) -> list[str]:
    ids = [ticket["id"] for ticket in await tickets_of_order(order.id)]
    events = await TicketEvent.filter(ticket_id__in=ids, to_state=TicketState.ADMITTED).order_by("at") if ids else []
    if not events:
        return [_("Nobody was seen at the door with these tickets.")]
    said = _("Ticket %(number)s was scanned at the door on %(at)s.")
    return [said % {"number": ids.index(event.ticket_id) + 1, "at": moment_text(event.at)} for event in events]


async def _given_back(charge: Charge) -> list[str]:
    done = (RefundState.SUCCEEDED, RefundState.PAID_ANOTHER_WAY)
    said = _("%(amount)s was given back to her card on %(at)s.")
    return [
        said % {"amount": money(one.amount_minor, one.currency), "at": moment_text(one.ended_at or one.made_at)}
        for one in await Refund.filter(charge_id=charge.id, state__in=done).order_by("id")
    ]
