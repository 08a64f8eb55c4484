"""A ticket takes the place of another one, of another screening: its money goes along, from one escrow to the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from crowdfund import clock
from crowdfund.database import new_id
from crowdfund.ledger import Entry, Posting, chart, post
from crowdfund.orders.models import CreditState, SeatCredit, TicketMove
from crowdfund.refusal import Refusal
from crowdfund.screenings import selling
from crowdfund.screenings.models import Price, PriceState, Screening, Ticket, TicketState
from crowdfund.screenings.plans import plan_of


class PlaceGone(Refusal):
    """Somebody else has it, or it costs more than was paid."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a ticket goes on another screening, and the hold that keeps it there, if any does."""

    ticket: Ticket
    place_id: str
    hold_id: int = 0


async def move_tickets(places: Sequence[Place], to: Screening, *, because: str, by: int | None) -> list[int]:
    """New tickets in place of old ones, in the caller's transaction, with both screenings locked; gives their ids.

    They cost what the old ones did. Raises PlaceGone.
    """
    return [await _move(place, to, because, by) for place in places]


async def _move(place: Place, to: Screening, because: str, by: int | None) -> int:
    ticket, plan = place.ticket, await plan_of(to.plan_id)
    is_seat = plan.seat(place.place_id) is not None
    price = await _price_on(to, ticket, plan.category_of(place.place_id).id)
    line: dict[str, Any] = {
        "screening_id": to.id, "seat_id": place.place_id if is_seat else None, "area_id": None if is_seat else place.place_id,
        "price_id": price.id, "price_minor": ticket.price_minor, "fee_minor": ticket.fee_minor,
    }  # fmt: skip
    if not await selling.can_be_sold(to.id, place.hold_id, [line]):
        raise PlaceGone("That place is somebody else's by now. Please choose again.")
    rows = await selling.lock_tickets(ticket.order_id, [ticket.id])
    await selling.take_back([rows[0] | {"refunded_minor": 0}], TicketState.MOVED, because=because, by=by)
    (made,) = await selling.sell(ticket.order_id, place.hold_id, ticket.person_id, [line], ticket.currency)
    await _book(ticket, made, to)
    return made


async def _price_on(to: Screening, ticket: Ticket, category_id: str) -> Price:
    """The same price over there; one that nobody else is offered, where it has none like it."""
    was = await Price.get(id=ticket.price_id)
    facts = {"screening_id": to.id, "category_id": category_id, "name": was.name, "price_minor": ticket.price_minor}
    found = await Price.filter(**facts).order_by("id").first()
    return found or await Price.create(id=new_id(), position=was.position, state=PriceState.WITHDRAWN, **facts)


async def _book(ticket: Ticket, made: int, to: Screening) -> None:
    amount_minor, currency = ticket.price_minor + ticket.fee_minor, ticket.currency
    await TicketMove.create(
        from_ticket_id=ticket.id, to_ticket_id=made, from_screening_id=ticket.screening_id, to_screening_id=to.id,
        amount_minor=amount_minor, currency=currency, at=clock.now(),
    )  # fmt: skip
    await SeatCredit.filter(ticket_id=ticket.id, state=CreditState.USED).update(ticket_id=made)
    if amount_minor:
        movement = Posting(chart.escrow(ticket.screening_id, currency), chart.escrow(to.id, currency), amount_minor)
        await post([Entry(f"ticket:{ticket.id}:moved", "ticket_moved", f"screening:{to.id}", [movement])])
