"""Regular work on what goes back."""

from __future__ import annotations

from crowdfund.orders.returns import answering, asking, following, receiving


async def follow_returns() -> bool:
    """End what nobody answered, sent or counted in time, and send the refunds that were promised; gives whether there is more now."""
    ended = await answering.approve_unanswered() + await receiving.receive_uncounted()
    ended += await asking.lapse_unsent() + await answering.pay_unreplaced()
    return ended + await following.send_due_refunds() > 0


async def look_at_returns() -> bool:
    """What lost events may hide: refunds that are not over."""
    return await following.follow_pending_refunds() > 0
