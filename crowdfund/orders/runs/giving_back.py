"""What was paid goes back: of a run that came to nothing, and of one that is late, to whoever does not want to wait any longer."""

from __future__ import annotations

from crowdfund import clock
from crowdfund.database import atomic
from crowdfund.merch.runs import counting
from crowdfund.merch.runs.models import CAN_BE_LATE, ProductionRun
from crowdfund.orders.goods.earning import bearers
from crowdfund.orders.goods.locking import lock_goods_order
from crowdfund.orders.goods.models import GoodsLine, GoodsOrder, GoodsOrderState
from crowdfund.orders.goods.queries import bank_holds
from crowdfund.orders.goods.shares import part_of
from crowdfund.orders.goods.units import count_cancelled
from crowdfund.orders.runs.models import RunOrder, RunOrderState
from crowdfund.orders.runs.moving import lock_order, move_order, own_order
from crowdfund.payments.models import Charge, ChargeState
from crowdfund.payments.refunds import RefundIntent, make_refunds
from crowdfund.refusal import Refusal

S = RunOrderState
FAILED = "The production run came to nothing."
CANCELLED = "Its maker called the production run off."
LATE = "It was late, and you did not want to wait."


class NotToCancel(Refusal):
    pass


class BankIsDeciding(Refusal):
    pass


async def give_back(order: RunOrder, why: str, *, by: int | None = None) -> int:
    """All that is left of what she paid, in the caller's transaction, with the run locked; gives how much. Nothing of it was sent.

    What is still held for the order goes back first, then what its maker was given already. Raises BankIsDeciding.
    """
    charge = await Charge.get(subject=order.subject, state=ChargeState.SUCCEEDED)
    goods, lines = (
        await lock_goods_order(order.order_id),
        await GoodsLine.filter(order_id=order.order_id).order_by("id"),
    )
    if await bank_holds(goods):
        raise BankIsDeciding("Her bank is deciding about this payment: wait for it, or she has her money twice.")
    parts = [(line, part_of(line, line.returned, line.to_ship)) for line in lines if line.to_ship]
    left_minor = charge.amount_minor - charge.refunded_minor
    if left_minor:
        shipping_minor = left_minor - sum(part.total_minor for _, part in parts)
        intent = RefundIntent(
            charge_id=charge.id, subject=order.subject, campaign_id=None, amount_minor=left_minor, currency=charge.currency,
            stripe_charge_id=str(charge.stripe_charge_id), reason=why, by_person_id=by, held_for=order.subject,
            sources=await bearers(goods, parts, shipping_minor), ordinal=1 + charge.refunded_minor,
        )  # fmt: skip
        await make_refunds([intent])
    for line, _part in parts:
        await count_cancelled(line.id, line.to_ship)
    await move_order(order, S.GIVEN_BACK, because=why, by=by, why=why)
    return int(left_minor)


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
