"""Who changes an order waits for whoever is at it: its screening first, as every verb that changes who has a place, then itself."""

from __future__ import annotations

from crowdfund.database import Sql
from crowdfund.orders.models import Order
from crowdfund.screenings import holding

_LOCK = Sql('SELECT id FROM "order" WHERE id = $1 {for_update}')


async def lock_with_screening(order_id: int) -> Order:
    """An order as it stands, locked until the transaction ends, and its screening with it."""
    await holding.lock([(await Order.get(id=order_id)).screening_id])
    return await lock_order(order_id)


async def lock_order(order_id: int) -> Order:
    """The same, where the caller has locked the screenings of its tickets."""
    await _LOCK(order_id)
    return await Order.get(id=order_id)
