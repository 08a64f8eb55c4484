"""What the processor says of refunds of goods: sent, arrived, failed."""

from __future__ import annotations

from crowdfund.database import atomic, outbox
from crowdfund.orders.returns.queries import pending_refunds
from crowdfund.payments import refunds, stripe
from crowdfund.payments.in_turn import in_turn
from crowdfund.payments.models import Refund, RefundState
from crowdfund.payments.refunds import Sent

AT_ONCE = 240


async def follow_goods_refund(stripe_refund_id: str) -> bool:
    """A refund of goods changed, days later perhaps; gives whether ours moved."""
    refund = await Refund.get_or_none(stripe_refund_id=stripe_refund_id)
    if refund is None or not refund.subject.startswith("goods_order:"):
        return False
    return await _finish([(refund.id, await stripe.refund_found(stripe_refund_id))]) > 0


@atomic
async def _finish(outcomes: list[Sent]) -> int:
    """Beat three: what came of refunds. Whoever has money back is told. Gives how many moved."""
    ended = await refunds.end_refunds(outcomes)
    back = [refund for refund in ended if refund.state == RefundState.SUCCEEDED]
    await outbox.enqueue_many([("goods_refund_sent", {"refund": r.id}, f"goods_refund_sent:{r.id}") for r in back])
    return len(ended)


async def send_due_refunds() -> int:
    """Beats two and three for the refunds of goods that were promised; gives how many were asked for."""
    sent = await refunds.send_refunds("goods_order")
    for start in range(0, len(sent), AT_ONCE):
        await _finish(sent[start : start + AT_ONCE])
    return len(sent)


async def follow_pending_refunds() -> int:
    """Refunds that no bank has confirmed, looked up in case the event was lost; gives how many moved."""
    return await in_turn([row["stripe_refund_id"] for row in await pending_refunds()], follow_goods_refund)
