"""Moving an order of a run: its state, the run's counters, the licence's and the order's own money state, in one transaction."""

from __future__ import annotations

from typing import Any

from crowdfund.database import Sql
from crowdfund.database.moves import begin, move
from crowdfund.merch.licences.counting import give_units_back, take_units
from crowdfund.merch.runs import counting
from crowdfund.orders.goods.models import GOODS_ORDER_MOVES, GoodsLine, GoodsOrder, GoodsOrderEvent, GoodsOrderState
from crowdfund.orders.runs.models import COUNTED, MOVES, RunOrder, RunOrderEvent, RunOrderState
from crowdfund.pledges import letting_go
from crowdfund.refusal import NotFound

S = RunOrderState
_GOODS = {
    S.COLLECTED: GoodsOrderState.PAID,
    S.CANCELLED: GoodsOrderState.CANCELLED,
    S.DROPPED: GoodsOrderState.CANCELLED,
    S.RELEASED: GoodsOrderState.CANCELLED,
    S.GIVEN_BACK: GoodsOrderState.REFUNDED,
}
_LOCK = Sql("SELECT order_id FROM run_order WHERE order_id = $1 {for_update}")


async def own_order(order_id: int, person_id: int) -> RunOrder:
    """A fan's own order of a run. Raises NotFound for another's, in the same words as for none."""
    order = await RunOrder.get_or_none(order_id=order_id, person_id=person_id)
    if order is None:
        raise NotFound("There is no such order.")
    return order


async def lock_order(order_id: int) -> RunOrder:
    """An order as it stands, where the caller has locked its run."""
    await _LOCK(order_id)
    return await RunOrder.get(order_id=order_id)


async def begin_order(order: RunOrder) -> None:
    """The first row of its history; one that stands at once is counted. Raises NotToJoin, UnitsGone."""
    await begin(order, because="ordered", by=order.person_id, events=RunOrderEvent)
    if order.state == S.STANDING:
        await _count(order)


async def move_order(
    order: RunOrder, to: RunOrderState, *, because: str, by: int | None = None, **changes: Any
) -> None:
    """In the caller's transaction, with its run locked. Raises NotToJoin, UnitsGone where it comes to count and can't."""
    was = order.state
    await move(order, to, moves=MOVES, because=because, by=by, events=RunOrderEvent, **changes)
    if was not in COUNTED and to in COUNTED:
        await _count(order)
    if was in COUNTED and to not in COUNTED:
        await _count_off(order, was)
    if to == S.COLLECTED:
        await counting.count_paid(order.run_id, order.quantity)
    if to in _GOODS:
        goods = await GoodsOrder.get(id=order.order_id)
        if goods.state != _GOODS[to]:
            await move(goods, _GOODS[to], moves=GOODS_ORDER_MOVES, because=because, by=by, events=GoodsOrderEvent)
    if to not in (S.STANDING, S.CHARGING, S.ERRORED):
        await letting_go.mark_unused([order.card_id])


async def _count(order: RunOrder) -> None:
    await counting.take(order.run_id, order.quantity)
    licence_id = await _licence_of(order)
    if licence_id is not None:
        await take_units(licence_id, order.quantity)


async def _count_off(order: RunOrder, was: str) -> None:
    if was == S.COLLECTED:  # its licence had its pieces back with the money
        await counting.count_paid_back(order.run_id, order.quantity)
        return
    await counting.give_back(order.run_id, order.quantity)
    licence_id = await _licence_of(order)
    if licence_id is not None:
        await give_units_back(licence_id, order.quantity)


async def _licence_of(order: RunOrder) -> int | None:
    line = await GoodsLine.get(order_id=order.order_id)
    return line.licence_id
