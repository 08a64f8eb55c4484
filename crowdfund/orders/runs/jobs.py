"""Regular work on production runs."""

from __future__ import annotations

from crowdfund.orders.goods import earning
from crowdfund.orders.runs import cards, charging, following, sweep


async def work_on_runs() -> bool:
    """Take runs one step further, and send the refunds that were promised; gives whether there is more right now."""
    moved = await earning.share_fees() + await earning.earn_due() > 0  # halves and rests wait for the real fee
    moved |= await sweep.work_on_runs()
    return await following.send_due_refunds() > 0 or moved


async def look_at_runs() -> bool:
    """What lost answers and lost events may hide: charges under way, refunds, visits that are not over."""
    moved = await charging.finish_charges_left() + await cards.look_at_open_visits()
    return moved + await following.follow_pending_refunds() > 0
