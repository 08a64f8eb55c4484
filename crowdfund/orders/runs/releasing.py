"""Half of what each order brings is its maker's when production starts, so that something can be made of it; the rest when it is sent."""

from __future__ import annotations

from crowdfund import clock
from crowdfund.database import Sql, atomic
from crowdfund.ledger import Entry, Posting, chart, post
from crowdfund.merch.runs import counting
from crowdfund.merch.runs.models import MADE
from crowdfund.merch.runs.rules import half_of
from crowdfund.orders.goods.models import GoodsLine, GoodsOrder
from crowdfund.orders.runs.models import RunOrder, RunOrderState
from crowdfund.orders.runs.moving import lock_order
from crowdfund.payments.models import Charge, ChargeState

# Whose half was not released, and of whose charge the fee is known; what is earned already needs no half.
_READY = Sql("""
    SELECT r.order_id FROM run_order r JOIN goods_order o ON o.id = r.order_id
    JOIN charge c ON c.subject = 'goods_order:' || CAST(r.order_id AS TEXT) AND c.state = 'succeeded'
    WHERE r.run_id = $1 AND r.state = 'collected' AND r.half_at IS NULL AND o.state = 'paid' AND o.earned_at IS NULL
      AND c.fee_minor IS NOT NULL
    ORDER BY r.order_id LIMIT 100""")


@atomic
async def release_halves(run_id: int) -> int:
    """For the orders of a run that is being made; gives of how many a half was released."""
    run = await counting.lock(run_id)
    if run.state not in MADE:
        return 0
    ready = await _READY(run_id)
    for row in ready:
        await _release(await lock_order(row["order_id"]))
    return len(ready)


async def _release(order: RunOrder) -> None:
    goods = await GoodsOrder.get(id=order.order_id)
    charge = await Charge.get(subject=order.subject, state=ChargeState.SUCCEEDED)
    half_minor = half_of(await _net_minor(goods, int(charge.fee_minor or 0)))
    if half_minor:
        movement = Posting(
            chart.sale(goods.id, goods.currency), chart.earnings(goods.organisation_id, goods.currency), half_minor
        )
        await post([Entry(f"goods_earned:{goods.id}:1", "goods_earned", goods.subject, [movement])])
    await RunOrder.filter(order_id=order.order_id).update(half_at=clock.now(), released_minor=half_minor)


async def _net_minor(goods: GoodsOrder, fee_minor: int) -> int:
    """What is its maker's of an order if all that is not paid back goes out."""
    shares_minor = goods.commission_minor + goods.royalty_minor + goods.tax_minor + fee_minor
    if any(line.returned for line in await GoodsLine.filter(order_id=goods.id)):
        return 0  # a part went back already: all of its shares are worked out when the rest is sent
    return int(goods.total_minor - shares_minor)


async def released_of(order_id: int) -> int:
    """What its maker was given of an order in advance."""
    order = await RunOrder.get_or_none(order_id=order_id)
    return int(order.released_minor) if order is not None and order.state == RunOrderState.COLLECTED else 0


