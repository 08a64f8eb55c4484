"""Paying for a purchase on the processor's page, and what comes of it: the goods, or the money back. Never neither, never both."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from crowdfund import clock
from crowdfund.database import Sql, as_rows, atomic, new_id, outbox
from crowdfund.database.moves import move
from crowdfund.ledger import Entry, Posting, chart, post
from crowdfund.merch.licences import counting
from crowdfund.merch.listings import rules as listings
from crowdfund.merch.listings import stock
from crowdfund.orders.goods import placing, rules
from crowdfund.orders.goods.locking import lock_purchase
from crowdfund.orders.goods.models import (
    PURCHASE_MOVES,
    GoodsLine,
    GoodsOrder,
    GoodsOrderState,
    Purchase,
    PurchaseEvent,
    PurchaseState,
)
from crowdfund.orders.goods.queries import found_of
from crowdfund.orders.visits import Visits
from crowdfund.payments import checkouts
from crowdfund.payments.in_turn import in_turn
from crowdfund.payments.models import Charge, Checkout
from crowdfund.payments.refunds import RefundIntent, make_refunds
from crowdfund.refusal import Refusal

CAME_TOO_LATE = "It was paid when its pieces were somebody else's."
NOT_SOLD_ANY_MORE = "It was paid when it was not sold any more."
LICENCE_SPENT = "It was paid when all that the licence allows were sold."


class ReservationOver(Refusal):
    """The half hour is over: the pieces may be somebody else's."""


class PaidAlready(Refusal):
    pass


async def own_purchase(purchase_id: int, person_id: int) -> Purchase:
    """A fan's own purchase. Raises NoSuchPurchase for another's, in the same words as for none."""
    purchase = await Purchase.get_or_none(id=purchase_id, person_id=person_id)
    if purchase is None:
        raise rules.NoSuchPurchase("There is no such purchase.")
    return purchase


async def start_payment(
    purchase: Purchase, items: Sequence[checkouts.Line], *, description: str, success_url: str, cancel_url: str
) -> str:
    """Send the fan to the processor's page; gives its address, the same one whenever she asks while her pieces are reserved.

    items: what that page lists, in her language. Raises ReservationOver, PaidAlready, PaymentsUnavailable.
    """
    checkout = await _begin(purchase.id)
    return await checkouts.open_page(
        checkout, items, description=description, success_url=success_url, cancel_url=cancel_url
    )


@atomic
async def _begin(purchase_id: int) -> Checkout:
    """She goes to pay: from now on her pieces are reserved as long as that page lives, once."""
    purchase = await lock_purchase(purchase_id)
    if purchase.state not in (PurchaseState.PLACED, PurchaseState.EXPIRED):
        raise PaidAlready("This purchase is paid already.")
    if purchase.state != PurchaseState.PLACED or purchase.reserved_until <= clock.now():
        raise ReservationOver("The time in which this was reserved for you is over. Please begin again.")
    until = purchase.reserved_until
    if not await Checkout.exists(subject=purchase.subject):
        until = max(until, clock.from_us(placing.until(clock.now_us())))
        await Purchase.filter(id=purchase_id).update(reserved_until=until)
    return await checkouts.begin_checkout(
        subject=purchase.subject, held_for=purchase.subject, person_id=purchase.person_id,
        amount_minor=purchase.total_minor, currency=purchase.currency, give_up_at=until,
    )  # fmt: skip


# --- what came of it ---


async def _paid(purchase_id: int, charge_id: int) -> None:
    """The money is there: the goods, if they are; else all of it goes back at once. In the transaction that books it."""
    purchase = await lock_purchase(purchase_id)
    orders = await GoodsOrder.filter(purchase_id=purchase_id).order_by("id")
    lines = await GoodsLine.filter(order_id__in=[order.id for order in orders]).order_by("id")
    wanted = [(line.variant_id, line.quantity) for line in lines]
    await stock.lock(line.variant_id for line in lines)
    was_reserved = purchase.state == PurchaseState.PLACED
    if not was_reserved:
        reason = await _why_not(purchase, lines)
        if reason is None:
            await stock.reserve(wanted)
    else:
        reason = await _licence_spent(lines)
        if reason is not None:
            await stock.release(wanted)
    if reason is not None:
        await _all_back(purchase, charge_id, reason)
        return
    await stock.sell(wanted)
    for licence_id, units in sorted(_units(lines).items()):
        await counting.take_units(licence_id, units)
    await _move(purchase, PurchaseState.PAID, "paid", paid_at=clock.now())
    await _move_orders(purchase.id, GoodsOrderState.PAID, "paid")
    await _divide(purchase, orders)
    await _OUT_OF_CART(purchase.person_id, as_rows({"id": line.variant_id} for line in lines))
    await outbox.enqueue("goods_bought", {"purchase": purchase.id}, key=f"goods_bought:{purchase.id}")
    await outbox.enqueue_many([("goods_sold", {"order": o.id}, f"goods_sold:{o.id}") for o in orders])


async def _divide(purchase: Purchase, orders: Sequence[GoodsOrder]) -> None:
    """What was paid together lies from now on in an account of each order, until that one is earned or given back."""
    currency = purchase.currency
    held = chart.purchase(purchase.id, currency)
    movements = [Posting(held, chart.sale(order.id, currency), order.total_minor) for order in orders]
    await post([Entry(f"goods_paid:{purchase.id}", "goods_paid", purchase.subject, movements)])


def _units(lines: Sequence[GoodsLine]) -> Counter[int]:
    """How many are sold under each licence."""
    units = Counter[int]()
    for line in lines:
        if line.licence_id is not None:
            units[line.licence_id] += line.quantity
    return units


_LICENCES = Sql("""
    SELECT id, unit_cap, units_sold FROM licence
    WHERE id IN (SELECT CAST(value->>'id' AS BIGINT) FROM {rows}) ORDER BY id {for_update}""")


async def _licence_spent(lines: Sequence[GoodsLine]) -> str | None:
    """Others have paid for the last that a licence allows while she was at the processor's page."""
    units = _units(lines)
    if not units:
        return None
    rows = await _LICENCES(as_rows({"id": one} for one in sorted(units)))
    spent = any(r["unit_cap"] is not None and r["units_sold"] + units[r["id"]] > r["unit_cap"] for r in rows)
    return LICENCE_SPENT if spent else None


async def _why_not(purchase: Purchase, lines: Sequence[GoodsLine]) -> str | None:
    """Why what is paid after its time can't be sold any more, for her to read; none where it still can."""
    if purchase.state != PurchaseState.EXPIRED:
        return CAME_TOO_LATE
    left = await stock.left_of(line.variant_id for line in lines)
    if any(left.get(line.variant_id, 0) < line.quantity for line in lines):
        return CAME_TOO_LATE
    found, now = await found_of(line.variant_id for line in lines), clock.now()
    if any(listings.why_not(found[line.variant_id].facts, purchase.country, now) is not None for line in lines):
        return NOT_SOLD_ANY_MORE
    return await _licence_spent(lines)


async def _all_back(purchase: Purchase, charge_id: int, reason: str) -> None:
    if purchase.state in (PurchaseState.PLACED, PurchaseState.EXPIRED):
        await _move_orders(purchase.id, GoodsOrderState.EXPIRED, reason)
        await _move(purchase, PurchaseState.CAME_TOO_LATE, reason)
        await outbox.enqueue("goods_came_too_late", {"purchase": purchase.id}, key=f"goods_came_too_late:{purchase.id}")
    charge = await Charge.get(id=charge_id)
    await make_refunds(
        [
            RefundIntent(
                charge_id=charge_id, subject=purchase.subject, campaign_id=None, held_for=charge.held_for,
                amount_minor=charge.amount_minor, currency=purchase.currency, stripe_charge_id=str(charge.stripe_charge_id),
                reason=reason, by_person_id=None,
                sources=[(chart.purchase(purchase.id, purchase.currency), charge.amount_minor)],
            )
        ]
    )  # fmt: skip


async def _expired(purchase_id: int) -> None:
    """Nobody can pay it any more: others can have its pieces."""
    purchase = await lock_purchase(purchase_id)
    if purchase.state != PurchaseState.PLACED:
        return
    orders = await GoodsOrder.filter(purchase_id=purchase_id)
    lines = await GoodsLine.filter(order_id__in=[order.id for order in orders])
    await stock.release([(line.variant_id, line.quantity) for line in lines])
    await _move(purchase, PurchaseState.EXPIRED, "not paid in time")
    await _move_orders(purchase_id, GoodsOrderState.EXPIRED, "not paid in time")


async def _move(purchase: Purchase, to: PurchaseState, because: str, **changes: Any) -> None:
    await move(purchase, to, moves=PURCHASE_MOVES, because=because, by=None, events=PurchaseEvent, **changes)


_ORDERS_NOW = Sql(
    "SELECT id, state FROM goods_order WHERE purchase_id = $1 AND state IN ('placed', 'expired') AND state <> $2"
)
_ORDERS_MOVE = Sql("UPDATE goods_order SET state = $2 WHERE purchase_id = $1 AND state IN ('placed', 'expired')")
_ORDERS_EVENTS = Sql("""
    INSERT INTO goods_order_event (id, goods_order_id, from_state, to_state, because, by_person_id, at)
    SELECT CAST(value->>'event_id' AS BIGINT), CAST(value->>'id' AS BIGINT), value->>'state', $2, $3, NULL, $4 FROM {rows}""")
_OUT_OF_CART = Sql("""
    DELETE FROM cart_line WHERE person_id = $1 AND variant_id IN (SELECT CAST(value->>'id' AS BIGINT) FROM {rows:2})""")


async def _move_orders(purchase_id: int, to: GoodsOrderState, because: str) -> None:
    """All orders of a purchase at once, as its one payment decides; the purchase is locked, and they with it."""
    rows = await _ORDERS_NOW(purchase_id, to)
    if rows:
        await _ORDERS_MOVE(purchase_id, to)
        await _ORDERS_EVENTS(as_rows({**row, "event_id": new_id()} for row in rows), to, because, clock.now_us())


visits = Visits("purchase", paid=_paid, expired=_expired)

# --- what nobody came back to ---

# A purchase that was never brought to the processor's page has nothing to call off there.
_NEVER_PAID = Sql("""
    SELECT p.id FROM purchase p WHERE p.state = 'placed' AND p.reserved_until <= $1
      AND NOT EXISTS (SELECT 1 FROM checkout c WHERE c.subject = 'purchase:' || CAST(p.id AS TEXT))
    ORDER BY p.reserved_until LIMIT 200""")
_GIVEN_UP = Sql("""
    SELECT id FROM checkout WHERE state = 'open' AND subject LIKE 'purchase:%' AND give_up_at <= $1
    ORDER BY give_up_at LIMIT 100""")


async def end_unpaid() -> int:
    """Purchases whose pieces are reserved no more: their visits are called off, so that nobody pays for what is gone; how many ended."""
    now = clock.now_us()
    ended = await in_turn([row["id"] for row in await _NEVER_PAID(now)], _expire_unvisited)
    return ended + await in_turn([row["id"] for row in await _GIVEN_UP(now)], visits.call_off)


@atomic
async def _expire_unvisited(purchase_id: int) -> bool:
    await lock_purchase(purchase_id)
    if await Checkout.exists(subject=f"purchase:{purchase_id}"):
        return False  # she has just gone to pay
    await _expired(purchase_id)
    return True


async def let_go(purchase: Purchase) -> bool:
    """She does not want it after all: nothing can be paid any more, and others can have its pieces at once.

    Gives whether it is so; not where the processor can't be reached just now, or where it is paid.
    """
    checkout = await Checkout.get_or_none(subject=purchase.subject)
    if checkout is None:
        await _expire_unvisited(purchase.id)
    else:
        await visits.call_off(checkout.id)
    return (await Purchase.get(id=purchase.id)).state == PurchaseState.EXPIRED
