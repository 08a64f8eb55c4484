"""Giving places back before their time is over."""

from __future__ import annotations

from crowdfund import clock
from crowdfund.database import atomic
from crowdfund.orders.models import Order, OrderState
from crowdfund.refusal import Refusal
from crowdfund.screenings import holding
from crowdfund.screenings.models import Hold


@atomic
async def let_go(hold_id: int) -> None:
    """Others can have these places at once. An order on them ends unpaid; what is paid all the same is looked at as ever."""
    hold = await Hold.get(id=hold_id)
    await holding.lock([hold.screening_id])
    if await Order.exists(hold_id=hold_id, state=OrderState.PAID):
        raise Refusal("These places are paid. You can send the tickets back on the page of your order.")
    await holding.let_go([hold_id], clock.now_us())
