"""What was paid goes back: of a run that came to nothing, and of one that is late, to whoever does not want to wait any longer."""

from __future__ import annotations

from crowdfund import clock
from crowdfund.database import atomic
from crowdfund.merch.runs import counting
from crowdfund.merch.runs.models import CAN_BE_LATE, ProductionRun
from crowdfund.orders.goods.models import GoodsLine, GoodsOrder, GoodsOrderState
from crowdfund.orders.returns.cancelling import call_off
from crowdfund.orders.returns.locking import lock_order as lock_goods
from crowdfund.orders.runs.models import RunOrder, RunOrderState
from crowdfund.orders.runs.moving import lock_order, move_order, own_order
from crowdfund.refusal import Refusal

S = RunOrderState
FAILED = "the production run came to nothing"
CANCELLED = "its maker called the production run off"
LATE = "it was late, and you did not want to wait"


class NotToCancel(Refusal):
    pass


async def give_back(order: RunOrder, why: str, *, by: int | None = None) -> int:
    """All of what was not sent goes back, in the caller's transaction, with the run locked; gives how much.

    What is still held for the order goes back first, then what its maker was given already. Raises BankDecides.
    """
    goods, lines = await lock_goods(order.order_id)
    wants = {line.id: line.to_ship for line in lines if line.to_ship}
    back_minor = await call_off(goods, lines, wants, reason=why, by=by, restock=False) if wants else 0
    await move_order(order, S.GIVEN_BACK, because=why, by=by, why=why)
    return back_minor


async def can_go_late(run: ProductionRun, order: RunOrder) -> bool:
    """Whether she may cancel for nothing and have all of it back: it is late, and nothing of it was sent."""
    if order.state != S.COLLECTED or run.state not in CAN_BE_LATE or clock.now() < run.ships_by:
        return False
    paid = await GoodsOrder.exists(id=order.order_id, state=GoodsOrderState.PAID)
    return paid and not await GoodsLine.exists(order_id=order.order_id, shipped__gt=0)


@atomic
async def cancel_late(order_id: int, *, person_id: int) -> int:
    """Free cancellation of what is late; gives how much goes back. Raises NotToCancel."""
    run = await counting.lock((await own_order(order_id, person_id)).run_id)
    order = await lock_order(order_id)
    if order.state == S.GIVEN_BACK:
        return 0  # the button was pressed twice
    if not await can_go_late(run, order):
        raise NotToCancel("This order can't be cancelled now. It can be once it is late and nothing of it was sent.")
    return await give_back(order, LATE, by=person_id)
