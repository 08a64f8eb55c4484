"""Who changes what was bought waits for whoever is at it: first its payment, as refunds and banks do, then the order."""

from __future__ import annotations

from collections.abc import Sequence

from crowdfund.orders.goods.models import GoodsLine, GoodsOrder
from crowdfund.orders.returns import queries
from crowdfund.orders.returns.models import GoodsReturn
from crowdfund.orders.returns.rules import Pieces
from crowdfund.refusal import NotFound


async def lock_order(order_id: int) -> tuple[GoodsOrder, list[GoodsLine]]:
    """An order and its lines as they stand, locked until the transaction ends."""
    order = await GoodsOrder.get(id=order_id)
    await queries.lock_charge(order.paid_by)
    await queries.lock_order(order_id)
    return await GoodsOrder.get(id=order_id), await GoodsLine.filter(order_id=order_id).order_by("id")


async def lock_return(return_id: int) -> tuple[GoodsReturn, GoodsOrder, list[GoodsLine]]:
    """A return with its order. Raises NotFound."""
    found = await GoodsReturn.get_or_none(id=return_id)
    if found is None:
        raise NotFound("There is no such return.")
    order, lines = await lock_order(found.order_id)
    return await GoodsReturn.get(id=return_id), order, lines


def pieces_of(lines: Sequence[GoodsLine]) -> list[Pieces]:
    return [
        Pieces(one.id, one.name, one.quantity, one.shipped, one.cancelled, one.returned, one.asked_back)
        for one in lines
    ]
