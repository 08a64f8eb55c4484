"""Who changes a purchase or an order waits for whoever is at it: the purchase first, then its orders, then stock, then money."""

from __future__ import annotations

from crowdfund.database import Sql
from crowdfund.orders.goods.models import GoodsOrder, Purchase

_PURCHASE = Sql("SELECT id FROM purchase WHERE id = $1 {for_update}")
_ORDER = Sql("SELECT id FROM goods_order WHERE id = $1 {for_update}")
_ORDERS_OF = Sql("SELECT id FROM goods_order WHERE purchase_id = $1 ORDER BY id {for_update}")


async def lock_purchase(purchase_id: int) -> Purchase:
    """A purchase as it stands, locked until the transaction ends, and its orders with it."""
    await _PURCHASE(purchase_id)
    await _ORDERS_OF(purchase_id)
    return await Purchase.get(id=purchase_id)


async def lock_goods_order(order_id: int) -> GoodsOrder:
    """One seller's order as it stands, locked until the transaction ends."""
    await _ORDER(order_id)
    return await GoodsOrder.get(id=order_id)
