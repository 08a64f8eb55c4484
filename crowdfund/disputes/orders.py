"""Disputes about tickets: whose money a bank takes, who has it back, and what becomes of the tickets.

Before the screening is settled it lies in escrow; after that it is taken from exactly those who had a part of these tickets. In
the caller's transaction, with the screening locked.
"""

from __future__ import annotations

from typing import Any

from crowdfund.boxoffice import queries, returns
from crowdfund.boxoffice.queries import settled_row
from crowdfund.database import Sql, atomic, new_id, outbox
from crowdfund.database.moves import move
from crowdfund.disputes.models import Dispute, DisputeState
from crowdfund.ledger import Account, Entry, balance_minor, chart, poured
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
    """The screening that it was paid for, and those to which its tickets have moved since."""
    locked, order_id = set[int](), int(charge.subject.removeprefix("order:"))
    wanted = {int(charge.held_for.removeprefix("screening:"))}
    while more := wanted - locked:
        await lock(more)
        locked |= more
        wanted |= {ticket["screening_id"] for ticket in await queries.tickets_of_order(order_id)}


async def _screenings(order_id: int) -> list[Screening]:
    """Where the tickets of an order are, and with them their money."""
    ids = {ticket["screening_id"] for ticket in await queries.tickets_of_order(order_id)}
    return await Screening.filter(id__in=list(ids)).order_by("id")


async def bearers(dispute: Dispute, amount_minor: int) -> list[tuple[Account, int]]:
    """Whose money is frozen. What a refund has set aside of the charge stands in clearing: that part nobody bears but us."""
    order_id, parts, left = int(dispute.order_id or 0), list[tuple[Account, int]](), amount_minor
    for screening in await _screenings(order_id):
        escrow = chart.escrow(screening.id, screening.currency)
        if await settled_row(screening.id) is not None:
            minor = await returns.take_into_escrow(screening, order_id)
        else:
            hers = (await queries.missing_of(screening.id)).get(order_id, 0)
            minor = min(hers, left, await balance_minor(escrow))
        parts, left = [*parts, (escrow, minor)], left - minor
    return _those_of_some([*parts, (chart.dispute_cost(dispute.currency), left)])


def _those_of_some(parts: list[tuple[Account, int]]) -> list[tuple[Account, int]]:
    return [(account, minor) for account, minor in parts if minor > 0]


async def given_back(dispute: Dispute, amount_minor: int) -> tuple[list[tuple[Account, int]], list[Entry]]:
    """A won dispute gives back what it took, to the escrow; and the entries that bring it from there to whoever has a share by now."""
    order_id, parts, left, onward = int(dispute.order_id or 0), list[tuple[Account, int]](), amount_minor, list[Entry]()
    for screening in await _screenings(order_id):
        escrow, subject = chart.escrow(screening.id, screening.currency), f"screening:{screening.id}"
        if await settled_row(screening.id) is not None:
            held = await queries.missing_of(screening.id, but=dispute.id)
            moved = await returns.give_back(screening, order_id, held)
            minor, movements = moved.minor, poured([(escrow, moved.minor)], moved.parts)
            key = f"dispute:{dispute.id}:{subject}:{new_id()}"
            onward += [Entry(key, "dispute_shared_out", subject, movements)] if movements else []
        else:
            paid_for = (await Charge.get(id=dispute.charge_id)).held_for
            minor = min(int(await _FROM_ESCROW.value(escrow.code, paid_for, f"dispute:{dispute.id}:%") or 0), left)
        parts, left = [*parts, (escrow, minor)], left - minor
    return _those_of_some([*parts, (chart.dispute_cost(dispute.currency), left)]), onward


async def end(dispute: Dispute, state: DisputeState) -> None:
    """Won: all is as before. Lost: her tickets are worth nothing any more, and their places are free."""
    if dispute.is_inquiry:
        return
    order = await Order.get(id=dispute.order_id)
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
    tickets = await queries.tickets_of_order(order.id)
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
    for screening_id in sorted({row["screening_id"] for row in dying}):
        of_one = [row for row in dying if row["screening_id"] == screening_id]
        await selling.take_back(of_one, TicketState.LOST, because="the dispute was lost", by=None)


@atomic
async def end_refund(refund_id: int, *, note: str, paid_from: Account) -> None:
    """A refund of tickets or goods that has reached its fan by her bank."""
    await refunds.pay_another_way(refund_id, note=note, paid_from=paid_from)
