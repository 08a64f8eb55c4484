"""Regular work on goods."""

from __future__ import annotations

from crowdfund.orders.goods import earning, following, paying


async def follow_goods() -> bool:
    """End what nobody paid in time, send refunds that were promised, share fees and sales that can be; gives whether there is more."""
    ended = await paying.end_unpaid() + await following.refunds.send_due()
    return ended + await earning.share_fees() + await earning.earn_due() > 0


async def look_at_goods() -> bool:
    """What lost events may hide: visits and refunds that are not over."""
    return await paying.visits.look_at_open() + await following.refunds.follow_pending() > 0
