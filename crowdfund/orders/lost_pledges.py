"""Seats of a pledge whose money went back: their tickets die before the show, and the producer has again what it paid for them."""

from __future__ import annotations

from crowdfund.database import atomic, outbox
from crowdfund.orders.cancelling import Back, give_back
from crowdfund.orders.models import Order
from crowdfund.orders.queries import on_seats_of_lost_pledges
from crowdfund.payments.in_turn import in_turn
from crowdfund.screenings import holding
from crowdfund.screenings.models import Ticket, TicketState

PLEDGE_WENT_BACK = "the pledge that it came with was given back"


async def take_seats_back() -> int:
    """Nobody sits on a seat that nobody has paid for; gives how many tickets died. Once it has begun, it stays as it is."""
    return await in_turn(await on_seats_of_lost_pledges(), _take_back)


@atomic
async def _take_back(ticket_id: int) -> bool:
    await holding.lock([(await Ticket.get(id=ticket_id)).screening_id])
    ticket = await Ticket.get(id=ticket_id)
    if ticket.state != TicketState.SOLD:
        return False
    back = Back(ticket, ticket.price_minor + ticket.fee_minor, ticket.price_minor + ticket.fee_minor)
    await give_back(await Order.get(id=ticket.order_id), [back], reason=PLEDGE_WENT_BACK, by=None, ticket_by=None)
    await outbox.enqueue("seat_taken_back", {"ticket": ticket_id}, key=f"seat_taken_back:{ticket.order_id}")
    return True
