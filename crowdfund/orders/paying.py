"""Paying for an order on the processor's page, and what comes of it: tickets, or the money back. Never neither, never both."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from crowdfund import clock
from crowdfund.database import Sql, atomic, outbox
from crowdfund.database.moves import move
from crowdfund.ledger import chart
from crowdfund.orders import rules
from crowdfund.orders.locking import lock_with_screening
from crowdfund.orders.models import ORDER_MOVES, Order, OrderEvent, OrderLine, OrderState
from crowdfund.orders.visits import Visits
from crowdfund.payments import checkouts
from crowdfund.payments.in_turn import in_turn
from crowdfund.payments.models import Charge, Checkout
from crowdfund.payments.refunds import RefundIntent, make_refunds
from crowdfund.refusal import NotFound, Refusal
from crowdfund.screenings import holding, selling
from crowdfund.screenings.models import TO_COME, Hold, Screening

_LOCK_HOLD = Sql("SELECT id FROM hold WHERE id = $1 {for_update}")
CAME_TOO_LATE = "It was paid when its places were somebody else's."
NOT_SOLD_ANY_MORE = "It was paid when no tickets were sold for this screening any more."
TOO_MANY = "It was paid when you had as many tickets there as one person may have."
PAID_ALREADY = "It was paid already, with seats of a pledge."
# What she has bought there herself; what was given to her is not in the way of what she is paying for.
_HAS = Sql("""
    SELECT COUNT(*) FROM ticket t JOIN "order" o ON o.id = t.order_id
    WHERE t.screening_id = $1 AND t.person_id = $2 AND o.person_id = $2 AND t.state IN ('sold', 'admitted', 'no_show')""")


async def own_order(order_id: int, person_id: int) -> Order:
    """A fan's own order. Raises NotFound for another's, in the same words as for none."""
    order = await Order.get_or_none(id=order_id, person_id=person_id)
    if order is None:
        raise NotFound("There is no such order.")
    return order


async def start_payment(
    order: Order, items: Sequence[checkouts.Line], *, description: str, success_url: str, cancel_url: str
) -> str:
    """Send the fan to the processor's page; gives its address, the same one whenever she asks while her places are kept.

    items: what that page lists, in her language. Raises HoldEnded, PaymentsUnavailable, Refusal where it is paid already.
    """
    checkout = await _begin(order.id)
    return await checkouts.open_page(
        checkout, items, description=description, success_url=success_url, cancel_url=cancel_url
    )


@atomic
async def _begin(order_id: int) -> Checkout:
    """She goes to pay: her places are kept ten minutes more, once."""
    found = await Order.get(id=order_id)
    await holding.lock([found.screening_id])
    order, hold = await Order.get(id=order_id), await Hold.get(id=found.hold_id)
    if order.state == OrderState.PAID:
        raise Refusal("This order is paid. Your tickets are below.")
    if order.state != OrderState.PLACED or hold.held_until <= clock.now():
        raise rules.HoldEnded("The time in which these places were kept for you is over. Please choose again.")
    if hold.extended_at is None:
        hold.held_until = await holding.extend(hold)
    return await checkouts.begin_checkout(
        subject=order.subject, held_for=f"screening:{order.screening_id}", person_id=order.person_id,
        amount_minor=order.total_minor, currency=order.currency, give_up_at=hold.held_until,
    )  # fmt: skip


async def _paid(order_id: int, charge_id: int) -> None:
    """The money is there: tickets, if the places are; else all of it goes back at once. In the transaction that books it."""
    order = await lock_with_screening(order_id)
    screening = await Screening.get(id=order.screening_id)
    lines: list[dict[str, Any]] = await OrderLine.filter(order_id=order_id).order_by("id").values()
    if order.state not in (OrderState.PLACED, OrderState.EXPIRED):
        await _all_back(order, charge_id, PAID_ALREADY)
        return
    reason = await _why_not(order, screening, lines)
    if reason is None:
        await _end_others(order)
        await selling.sell(order.id, order.hold_id, order.person_id, lines, order.currency)
        await _move(order, OrderState.PAID, "paid", paid_at=clock.now())
        await outbox.enqueue("order_paid", {"order": order.id}, key=f"order_paid:{order.id}")
        return
    await _move(order, OrderState.CAME_TOO_LATE, reason)
    await _all_back(order, charge_id, reason)
    await outbox.enqueue("order_came_too_late", {"order": order.id}, key=f"order_came_too_late:{order.id}")


async def _why_not(order: Order, screening: Screening, lines: list[dict[str, Any]]) -> str | None:
    """Why an order that is paid can't have its tickets any more, for her to read; none where it can."""
    if screening.state not in TO_COME:
        return NOT_SOLD_ANY_MORE
    if await is_too_many(order, screening):
        return TOO_MANY
    if await _replaced(order) or not await selling.can_be_sold(screening.id, order.hold_id, lines):
        return CAME_TOO_LATE
    return None


async def _all_back(order: Order, charge_id: int, reason: str) -> None:
    charge = await Charge.get(id=charge_id)
    escrow = chart.escrow(order.screening_id, order.currency)
    await make_refunds(
        [
            RefundIntent(
                charge_id=charge_id, subject=order.subject, campaign_id=None, held_for=charge.held_for,
                amount_minor=charge.amount_minor, currency=order.currency, stripe_charge_id=str(charge.stripe_charge_id),
                reason=reason, by_person_id=None, sources=[(escrow, charge.amount_minor)],
            )
        ]
    )  # fmt: skip


async def is_too_many(order: Order, screening: Screening) -> bool:
    """Whether she would have more than one may: a hold asks that too, but payment pages of earlier holds can add up."""
    more = await OrderLine.filter(order_id=order.id).count()
    return int(await _HAS.value(screening.id, order.person_id)) + more > screening.per_fan_max


async def _replaced(order: Order) -> bool:
    """She began again with the same places and has paid that order."""
    return await Order.exists(hold_id=order.hold_id, state=OrderState.PAID)


async def _end_others(order: Order) -> None:
    """She began again with the same places, and has paid the order before: of one hold one order lives."""
    await _LOCK_HOLD(order.hold_id)  # who places another one just now comes before, or finds this one paid
    for other in await Order.filter(hold_id=order.hold_id, state=OrderState.PLACED).exclude(id=order.id):
        await _move(other, OrderState.EXPIRED, "another order of these places was paid")


async def _expired(order_id: int) -> None:
    order = await lock_with_screening(order_id)
    if order.state == OrderState.PLACED:
        await _move(order, OrderState.EXPIRED, "not paid in time")
        if not await Order.exists(hold_id=order.hold_id, state=OrderState.PLACED):
            await holding.let_go([order.hold_id], clock.now_us())


async def _move(order: Order, to: OrderState, because: str, by: int | None = None, **changes: Any) -> None:
    await move(order, to, moves=ORDER_MOVES, because=because, by=by, events=OrderEvent, **changes)


visits = Visits("order", paid=_paid, expired=_expired)
finish_checkout, look_at_open = visits.finish, visits.look_at_open


async def look_at_order(order: Order) -> None:
    """Her return from the processor's page: what came of it is looked up before she reads it."""
    await visits.look_at_subject(order.id)


# --- what nobody came back to ---

# An order that was never brought to the processor's page has nothing to call off there.
_NEVER_PAID = Sql("""
    SELECT o.id FROM "order" o JOIN hold h ON h.id = o.hold_id
    WHERE o.state = 'placed' AND h.held_until <= $1
      AND NOT EXISTS (SELECT 1 FROM checkout c WHERE c.subject = 'order:' || CAST(o.id AS TEXT)) ORDER BY o.made_at LIMIT 200""")
_GIVEN_UP = Sql("""
    SELECT c.id FROM checkout c
    JOIN "order" o ON o.id = CASE WHEN c.subject LIKE 'order:%' THEN CAST(SUBSTR(c.subject, 7) AS BIGINT) END
    WHERE c.state = 'open' AND (c.give_up_at <= $1 OR o.state IN ('expired', 'paid')) ORDER BY c.give_up_at LIMIT 100""")


async def end_unpaid() -> int:
    """Orders whose places are kept no more: their visits are called off, so that nobody pays for what is gone; how many ended."""
    now = clock.now_us()
    ended = await in_turn([row["id"] for row in await _NEVER_PAID(now)], _expire_unvisited)
    return ended + await in_turn([row["id"] for row in await _GIVEN_UP(now)], visits.call_off)


@atomic
async def _expire_unvisited(order_id: int) -> bool:
    if await Checkout.exists(subject=f"order:{order_id}"):
        return False  # she has just gone to pay
    await _expired(order_id)
    return True
