"""Regular work on orders."""

from __future__ import annotations

from crowdfund.orders import following, paying


async def follow_orders() -> bool:
    """End what nobody paid in time, and send the refunds that were promised; gives whether there is more right now."""
    return await paying.end_unpaid() + await following.send_due_refunds() > 0


async def look_at_orders() -> bool:
    """What lost events may hide: visits and refunds that are not over."""
    return await paying.look_at_open() + await following.follow_pending_refunds() > 0
