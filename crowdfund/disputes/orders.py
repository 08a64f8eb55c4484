"""Disputes about tickets: whose money a bank takes, who has it back, and what becomes of the tickets.

Before the screening is settled it lies in escrow; after that it is taken from exactly those who had a part of these tickets. In
the caller's transaction, with the screening locked.
"""

from __future__ import annotations

from typing import Any

from crowdfund.boxoffice import queries, returns
from crowdfund.boxoffice.queries import settled_row
from crowdfund.database import Sql, atomic, outbox
from crowdfund.database.moves import move
from crowdfund.disputes.models import Dispute, DisputeState
from crowdfund.ledger import Account, balance_minor, chart
from crowdfund.orders.following import end_wholly_refunded
from crowdfund.orders.models import ORDER_MOVES, Order, OrderEvent, OrderState
from crowdfund.payments import refunds
from crowdfund.payments.models import Charge
from crowdfund.screenings import selling
from crowdfund.screenings.holding import lock
from crowdfund.screenings.models import LIVE, Screening, Ticket, TicketState

_FROM_ESCROW = Sql("""
    SELECT CAST(COALESCE(SUM(CASE WHEN p.debit_id = a.id THEN p.amount_minor ELSE -p.amount_minor END), 0) AS BIGINT) AS minor
    FROM account a JOIN journal_entry e ON e.subject = $2 AND e.kind = 'dispute' AND e.key LIKE $3
    JOIN posting p ON p.entry_id = e.id AND (p.debit_id = a.id OR p.credit_id = a.id) WHERE a.code = $1""")


async def lock_order(charge: Charge) -> None:
    await lock([int(charge.held_for.removeprefix("screening:"))])


async def _about(dispute: Dispute) -> tuple[Order, Screening]:
    order = await Order.get(id=dispute.order_id)
    return order, await Screening.get(id=order.screening_id)


async def bearers(dispute: Dispute, amount_minor: int) -> list[tuple[Account, int]]:
    """Whose money is frozen. What a refund has set aside of the charge stands in clearing: that part nobody bears but us."""
    order, screening = await _about(dispute)
    cost = chart.dispute_cost(dispute.currency)
    if await settled_row(screening.id) is not None:
        moved = await returns.take_back(screening, order.id)
        return [*moved.parts, *_rest(cost, amount_minor - moved.minor)]
    charge, escrow = await Charge.get(id=dispute.charge_id), chart.escrow(screening.id, screening.currency)
    held = min(charge.amount_minor - charge.refunded_minor, amount_minor, await balance_minor(escrow))
    return [*_rest(escrow, held), *_rest(cost, amount_minor - held)]


def _rest(account: Account, minor: int) -> list[tuple[Account, int]]:
    return [(account, minor)] if minor > 0 else []


async def given_back(dispute: Dispute, amount_minor: int) -> list[tuple[Account, int]]:
    """A won dispute gives back what it took: to the escrow, or to those who have a share of the tickets by now."""
    order, screening = await _about(dispute)
    cost = chart.dispute_cost(dispute.currency)
    if await settled_row(screening.id) is not None:
        held = await queries.missing_of(screening.id)
        held[order.id] = max(0, held.get(order.id, 0) - dispute.amount_minor)
        moved = await returns.give_back(screening, order.id, held)
        return [*moved.parts, *_rest(cost, amount_minor - moved.minor)]
    escrow, subject = chart.escrow(screening.id, screening.currency), f"screening:{screening.id}"
    taken = int(await _FROM_ESCROW.value(escrow.code, subject, f"dispute:{dispute.id}:%") or 0)
    back = min(taken, amount_minor)
    return [*_rest(escrow, back), *_rest(cost, amount_minor - back)]


async def end(dispute: Dispute, state: DisputeState) -> None:
    """Won: all is as before. Lost: her tickets are worth nothing any more, and their places are free."""
    if dispute.is_inquiry:
        return
    order, _screening = await _about(dispute)
    if state == DisputeState.LOST:
        await _let_tickets_die(dispute, order)
        if OrderState.LOST in ORDER_MOVES[OrderState(order.state)]:
            await move(
                order, OrderState.LOST, moves=ORDER_MOVES, because="the dispute was lost", by=None, events=OrderEvent
            )
    else:
        await end_wholly_refunded(order, because="given back while the bank decided", by=None)
    await outbox.enqueue("dispute_ended", {"dispute": dispute.id}, key=f"dispute_ended:{dispute.id}")


async def _let_tickets_die(dispute: Dispute, order: Order) -> None:
    """What her bank gave her counts as given back, ticket by ticket, as it was counted while the bank decided."""
    tickets = await queries.tickets_of(order.screening_id, order.id)
    rows = {row["id"]: row for row in await selling.lock_tickets(order.id, [ticket["id"] for ticket in tickets])}
    left, dying = dispute.amount_minor, list[dict[str, Any]]()
    for ticket in tickets:
        part = min(left, ticket["price_minor"] + ticket["fee_minor"] - ticket["refunded_minor"])
        left -= part
        back = ticket["refunded_minor"] + part
        if TicketState(ticket["state"]) in LIVE:
            dying.append({**rows[ticket["id"]], "refunded_minor": back})
        elif part:
            await Ticket.filter(id=ticket["id"]).update(refunded_minor=back)
    await selling.take_back(dying, TicketState.LOST, because="the dispute was lost", by=None)


@atomic
async def end_refund(refund_id: int, *, note: str, paid_from: Account) -> None:
    """A refund of an order that has reached its fan by her bank."""
    await refunds.pay_another_way(refund_id, note=note, paid_from=paid_from)
