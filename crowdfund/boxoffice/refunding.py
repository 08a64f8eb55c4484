"""Giving a ticket's money back after the film was shown: the cinema's own decision, in whole or in part.

Before the screening is settled it comes out of the escrow; after that exactly from those who had it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from crowdfund.boxoffice import returns
from crowdfund.boxoffice.rules import AdmittedAlready, NotShownYet
from crowdfund.database import atomic, new_id
from crowdfund.ledger import Account, chart
from crowdfund.money import Amount
from crowdfund.orders.credits import return_seats
from crowdfund.orders.following import end_wholly_refunded
from crowdfund.orders.models import Order, PaidBy
from crowdfund.orders.queries import bank_holds
from crowdfund.payments.models import Charge, ChargeState, Refund
from crowdfund.payments.refunds import RefundIntent, make_refunds
from crowdfund.people.audit import record
from crowdfund.refusal import Invalid, NotFound, Refusal
from crowdfund.screenings import selling
from crowdfund.screenings.codes.token import NotATicket
from crowdfund.screenings.codes.typed import read_typed
from crowdfund.screenings.holding import lock
from crowdfund.screenings.models import LIVE, Screening, ScreeningState, Ticket, TicketState


class NoSuchTicket(NotFound):
    pass


class GivenBackAlready(Refusal):
    pass


class BankDecides(Refusal):
    """Her bank has the money already, or gives it back to us."""


@dataclass(frozen=True, slots=True)
class GivenBack:
    """What a fan gets back, and what of her ticket is left: nothing where it is worth nothing any more."""

    ticket_id: int
    minor: int
    left_minor: int
    currency: str


async def typed_ticket(screening_id: int, typed: str, *, field: str) -> Ticket:
    """The ticket with this code below its QR code, as somebody typed it. Raises NoSuchTicket."""
    try:
        found = await Ticket.get_or_none(typed_code=read_typed(typed), screening_id=screening_id)
    except NotATicket:
        found = None
    if found is None:
        raise NoSuchTicket("There is no ticket with this code at this screening.", field=field)
    return found


@atomic
async def refund_after_show(
    screening_id: int, ticket_id: int, reason: str, *, by: int, amount_minor: int | None = None
) -> GivenBack:
    """Give price and fee of a ticket back, or a part of both. amount_minor: None for all that is left.

    Raises NoSuchTicket, NotShownYet, AdmittedAlready, GivenBackAlready, BankDecides, Invalid for more than is left.
    """
    await lock([screening_id])
    screening = await Screening.get(id=screening_id)
    ticket = await Ticket.get_or_none(id=ticket_id, screening_id=screening_id)
    if ticket is None:
        raise NoSuchTicket("There is no such ticket at this screening.")
    _refuse(screening, ticket)
    left_minor = ticket.price_minor + ticket.fee_minor - ticket.refunded_minor
    minor = left_minor if amount_minor is None else amount_minor
    if minor > left_minor or (minor <= 0 and left_minor):
        raise Invalid("Of this ticket {left} is left.", field="amount", left=Amount(left_minor, ticket.currency))
    order, refund_id = await Order.get(id=ticket.order_id), new_id() if minor else None
    if await bank_holds([order.id]):
        raise BankDecides("Her bank disputes this payment: it decides about the money.")
    if order.paid_by == PaidBy.SEATS and minor < left_minor:
        raise Invalid("This ticket was paid with a backer's seat: it is given back whole.", field="amount")
    await _take(ticket, minor, left_minor, reason, by)
    if order.paid_by == PaidBy.SEATS:
        await _return_seat(screening, order, ticket, minor)
    elif refund_id is not None:
        await _refund(screening, order, minor, reason, by, refund_id)
        await Ticket.filter(id=ticket.id).update(refund_id=refund_id)
    elif screening.state == ScreeningState.SETTLED:
        await returns.take_back(screening, order.id)  # it was free, and somebody less was there
    await end_wholly_refunded(order, because=reason, by=by)
    await record("ticket_refunded", f"screening:{screening_id}", by=by, reason=reason, after={"amount_minor": minor})
    return GivenBack(ticket.id, minor, left_minor - minor, ticket.currency)


def _refuse(screening: Screening, ticket: Ticket) -> None:
    if screening.state not in (ScreeningState.SCREENED, ScreeningState.SETTLED):
        raise NotShownYet(
            "It has not been shown yet: until then fans cancel by themselves, or the screening is cancelled."
        )
    if ticket.state == TicketState.ADMITTED:
        raise AdmittedAlready("Somebody came in with this ticket: it can't be given back.")
    if TicketState(ticket.state) not in LIVE:
        raise GivenBackAlready("This ticket is worth nothing any more.")


async def _take(ticket: Ticket, minor: int, left_minor: int, reason: str, by: int) -> None:
    """The ticket dies with the last part of its money."""
    refunded_minor = ticket.refunded_minor + minor
    if minor < left_minor:
        await Ticket.filter(id=ticket.id).update(refunded_minor=refunded_minor)
        return
    rows: list[dict[str, Any]] = await selling.lock_tickets(ticket.order_id, [ticket.id])
    given = [{**row, "refunded_minor": refunded_minor} for row in rows]
    await selling.take_back(given, TicketState.REFUNDED, because=reason, by=by)


async def _return_seat(screening: Screening, order: Order, ticket: Ticket, minor: int) -> None:
    """Her pledge has its seat again, and the producer what it has paid for it."""
    if screening.state == ScreeningState.SETTLED:
        await returns.take_into_escrow(screening, order.id)
    await return_seats(order, [ticket], minor, screening_id=screening.id)


async def _refund(screening: Screening, order: Order, minor: int, reason: str, by: int, refund_id: int) -> None:
    charge = await Charge.get(subject=order.subject, state=ChargeState.SUCCEEDED)
    sources: list[tuple[Account, int]] = [(chart.escrow(screening.id, screening.currency), minor)]
    if screening.state == ScreeningState.SETTLED:
        moved = await returns.take_back(screening, order.id)
        sources = moved.parts
    await make_refunds(
        [
            RefundIntent(
                charge_id=charge.id, subject=order.subject, campaign_id=None, held_for=f"screening:{screening.id}",
                amount_minor=minor,
                currency=order.currency, stripe_charge_id=str(charge.stripe_charge_id), reason=reason, by_person_id=by,
                sources=sources, ordinal=1 + await Refund.filter(charge_id=charge.id).count(), id=refund_id,
            )
        ]
    )  # fmt: skip
