"""Where an order of goods goes: as its purchase says, or, in a production run, as was said when it was ordered."""

from __future__ import annotations

from dataclasses import dataclass

from crowdfund.orders.goods.models import GoodsOrder, Purchase
from crowdfund.orders.runs.models import RunOrder


@dataclass(frozen=True, slots=True)
class Where:
    name: str
    lines: tuple[str, ...]
    country: str
    phone: str


async def where_to(order: GoodsOrder) -> Where:
    if order.purchase_id is None:
        waiting = await RunOrder.get(order_id=order.id)
        return Where(waiting.name, tuple(waiting.address_lines), order.country, waiting.phone)
    purchase = await Purchase.get(id=order.purchase_id)
    return Where(purchase.name, tuple(purchase.address_lines), order.country, purchase.phone)
