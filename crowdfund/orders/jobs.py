"""Regular work on orders."""

from __future__ import annotations

from crowdfund.orders import asking, following, lost_pledges, paying


async def follow_orders() -> bool:
    """End what nobody paid or answered in time, and send the refunds that were promised; gives whether there is more right now."""
    ended = await paying.end_unpaid() + await asking.end_due_askings()
    return ended + await following.send_due_refunds() > 0


async def look_at_orders() -> bool:
    """What lost events may hide: visits and refunds that are not over."""
    return await paying.look_at_open() + await following.follow_pending_refunds() > 0


async def take_seats_back() -> bool:
    """Seats of pledges whose money went back. It looks through all seats that were ever used, so not often."""
    return await lost_pledges.take_seats_back() > 0
