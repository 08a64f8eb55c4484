"""Refunds of orders in a run: sent, and followed until the bank has said what came of them."""

from __future__ import annotations

from crowdfund.database import Sql, atomic, outbox
from crowdfund.payments import refunds, stripe
from crowdfund.payments.in_turn import in_turn
from crowdfund.payments.models import Refund, RefundState
from crowdfund.payments.refunds import Sent

_PENDING = Sql("""
    SELECT stripe_refund_id FROM refund
    WHERE state = 'pending' AND stripe_refund_id IS NOT NULL AND subject LIKE 'goods_order:%' ORDER BY RANDOM() LIMIT 100""")
AT_ONCE = 240


async def follow_run_refund(stripe_refund_id: str) -> bool:
    """A refund changed, days later perhaps; gives whether ours moved."""
    refund = await Refund.get_or_none(stripe_refund_id=stripe_refund_id)
    if refund is None or not refund.subject.startswith("goods_order:"):
        return False
    return await finish_refunds([(refund.id, await stripe.refund_found(stripe_refund_id))]) > 0


@atomic
async def finish_refunds(outcomes: list[Sent]) -> int:
    """Beat three: what came of refunds. Whoever has money back is told. Gives how many moved."""
    ended = await refunds.end_refunds(outcomes)
    back = [refund for refund in ended if refund.state == RefundState.SUCCEEDED]
    await outbox.enqueue_many([("run_refund_sent", {"refund": r.id}, f"run_refund_sent:{r.id}") for r in back])
    return len(ended)


async def send_due_refunds() -> int:
    """Beats two and three for refunds that were promised; gives how many were asked for."""
    sent = await refunds.send_refunds("goods_order")
    for start in range(0, len(sent), AT_ONCE):
        await finish_refunds(sent[start : start + AT_ONCE])
    return len(sent)


async def follow_pending_refunds() -> int:
    """Refunds that no bank has confirmed, looked up in case the event was lost; gives how many moved."""
    return await in_turn([row["stripe_refund_id"] for row in await _PENDING()], follow_run_refund)
