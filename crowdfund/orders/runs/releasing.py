"""Half of what each order brings is its maker's when production starts, so that something can be made of it; the rest when it is sent."""

from __future__ import annotations

from crowdfund import clock
from crowdfund.database import Sql, atomic
from crowdfund.merch.runs import counting
from crowdfund.merch.runs.models import MADE
from crowdfund.orders.goods.earning import release_half
from crowdfund.orders.runs.models import RunOrder

# Whose half was not released, and of which the fee is known; what is earned already needs no half.
_READY = Sql("""
    SELECT r.order_id FROM run_order r JOIN goods_order o ON o.id = r.order_id
    WHERE r.run_id = $1 AND r.state = 'collected' AND r.half_at IS NULL AND o.state = 'paid' AND o.earned_at IS NULL
      AND o.fee_minor IS NOT NULL
    ORDER BY r.order_id LIMIT 100""")


@atomic
async def release_halves(run_id: int) -> int:
    """For the orders of a run that is being made; gives of how many a half was released."""
    run = await counting.lock(run_id)
    if run.state not in MADE:
        return 0
    released = 0
    for row in await _READY(run_id):
        if await release_half(row["order_id"]):
            released += await RunOrder.filter(order_id=row["order_id"], half_at=None).update(half_at=clock.now())
    return released
