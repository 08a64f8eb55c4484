"""What pages read of orders."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from crowdfund import clock
from crowdfund.database import Sql, as_rows
from crowdfund.orders.models import Order, OrderLine
from crowdfund.payments.models import Charge, ChargeState, Refund
from crowdfund.refusal import NotFound
from crowdfund.screenings.models import Hold, Price, Ticket
from crowdfund.screenings.queries import Shown, shown_screening


@dataclass(frozen=True, slots=True)
class OrderShown:
    """An order with all that is told of it."""

    order: Order
    shown: Shown
    hold: Hold
    lines: list[OrderLine]
    tickets: list[Ticket]
    prices: dict[int, Price]
    charge: Charge | None
    refunds: list[Refund]


async def order_shown(order: Order, screening_id: int | None = None) -> OrderShown:
    """screening_id: as its tickets of that screening are told, where they were moved to another one."""
    lines = await OrderLine.filter(order_id=order.id).order_by("id")
    tickets = await Ticket.filter(order_id=order.id).order_by("id")
    priced = {line.price_id for line in lines} | {ticket.price_id for ticket in tickets}
    return OrderShown(
        order, await shown_screening(screening_id or order.screening_id), await Hold.get(id=order.hold_id), lines,
        tickets,
        {price.id: price for price in await Price.filter(id__in=list(priced))},
        await Charge.get_or_none(subject=order.subject, state=ChargeState.SUCCEEDED),
        await Refund.filter(subject=order.subject).order_by("id"),
    )  # fmt: skip


async def own_ticket(ticket_id: int, person_id: int) -> Ticket:
    """A fan's own ticket. Raises NotFound for another's, in the same words as for none."""
    ticket = await Ticket.get_or_none(id=ticket_id, person_id=person_id)
    if ticket is None:
        raise NotFound("There is no such ticket.")
    return ticket


_TICKETS = Sql("""
    SELECT t.id, t.state, t.seat_id, t.area_id, t.order_id, s.id AS screening_id
    FROM ticket t JOIN screening s ON s.id = t.screening_id
    WHERE t.person_id = $1 ORDER BY s.starts_at DESC, t.id LIMIT 200""")
_HELD = Sql("""
    SELECT seat_id AS place_id, 1 AS places FROM seat_claim WHERE hold_id = $1 AND ticket_id IS NULL
    UNION ALL SELECT area_id AS place_id, places FROM standing_claim WHERE hold_id = $1""")


async def tickets_of(person_id: int) -> list[dict[str, Any]]:
    """A fan's tickets, what comes last first."""
    return await _TICKETS(person_id)


async def held_places(hold_id: int) -> list[str]:
    """What a hold keeps: each seat, and an area once for each place."""
    rows = await _HELD(hold_id)
    return sorted(row["place_id"] for row in rows for _ in range(row["places"]))


_BANK_HOLDS = Sql("""
    SELECT DISTINCT order_id FROM dispute
    WHERE order_id IN (SELECT CAST(value->>'id' AS BIGINT) FROM {rows}) AND amount_minor > 0
      AND state IN ('needs_response', 'answering', 'under_review')""")


async def bank_holds(order_ids: Iterable[int]) -> set[int]:
    """Orders whose payment a bank has taken back while it decides."""
    return {row["order_id"] for row in await _BANK_HOLDS(as_rows({"id": one} for one in sorted(set(order_ids))))}


_ANSWERS = Sql("SELECT answer, COUNT(*) AS tickets FROM asking_answer WHERE asking_id = $1 GROUP BY answer")


async def answers_of(asking_id: int) -> dict[str, int]:
    """How many tickets were answered for, by answer."""
    return {row["answer"]: row["tickets"] for row in await _ANSWERS(asking_id)}


_OF_LOST_PLEDGES = Sql("""
    SELECT t.id FROM seat_credit c JOIN pledge p ON p.id = c.pledge_id JOIN ticket t ON t.id = c.ticket_id
    JOIN screening s ON s.id = t.screening_id
    WHERE c.state = 'used' AND p.state IN ('refunded', 'lost') AND t.state = 'sold' AND s.state IN ('on_sale', 'closed')
      AND s.starts_at > $1 ORDER BY t.id LIMIT 100""")


async def on_seats_of_lost_pledges() -> list[int]:
    """Tickets to come that were paid with seats of a pledge whose money went back."""
    return [row["id"] for row in await _OF_LOST_PLEDGES(clock.now_us())]


# --- refunds that no card took ---

_FAILED_REFUNDS = Sql("""
    SELECT id FROM refund WHERE state = 'failed' AND subject NOT LIKE 'pledge:%' AND id < $1 ORDER BY id DESC LIMIT $2""")
_BANK_DECIDES = Sql("""
    SELECT d.id FROM refund r JOIN dispute d ON d.charge_id = r.charge_id
    WHERE r.id = $1 AND d.state IN ('needs_response', 'answering', 'under_review') LIMIT 1""")


async def failed_refunds(before_id: int, limit: int) -> list[int]:
    """Of tickets and goods, the newest first."""
    return [row["id"] for row in await _FAILED_REFUNDS(before_id, limit)]


async def bank_decides_of_refund(refund_id: int) -> bool:
    """Whether a bank may still give its buyer the same money."""
    return await _BANK_DECIDES.value(refund_id) is not None
