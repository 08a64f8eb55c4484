"""Regular work on production runs."""

from __future__ import annotations

from crowdfund.orders.runs import cards, charging, sweep


async def work_on_runs() -> bool:
    """Take runs one step further; gives whether there is more right now."""
    return await sweep.work_on_runs()


async def look_at_runs() -> bool:
    """What lost answers and lost events may hide: charges under way, visits that are not over."""
    return await charging.finish_charges_left() + await cards.look_at_open_visits() > 0
