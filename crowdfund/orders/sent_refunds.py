"""Refunds followed until the money has arrived: what all that is given back has in common."""

from __future__ import annotations

from dataclasses import dataclass

from crowdfund.database import Sql, atomic, outbox
from crowdfund.payments import refunds, stripe
from crowdfund.payments.in_turn import in_turn
from crowdfund.payments.models import Refund, RefundState
from crowdfund.payments.refunds import Sent

_PENDING = Sql("""
    SELECT stripe_refund_id FROM refund WHERE state = 'pending' AND stripe_refund_id IS NOT NULL AND subject LIKE $1
    ORDER BY RANDOM() LIMIT 100""")
AT_ONCE = 240


@dataclass(frozen=True, slots=True)
class SentRefunds:
    """The refunds of one kind of thing (`order`). told: the job that writes to whoever has money back."""

    kind: str
    told: str

    async def follow(self, stripe_refund_id: str) -> bool:
        """A refund changed, days later perhaps; gives whether ours moved."""
        refund = await Refund.get_or_none(stripe_refund_id=stripe_refund_id)
        if refund is None or not refund.subject.startswith(f"{self.kind}:"):
            return False
        return await self.finish([(refund.id, await stripe.refund_found(stripe_refund_id))]) > 0

    async def finish(self, outcomes: list[Sent]) -> int:
        """Beat three: what came of refunds. Whoever has money back is told. Gives how many moved."""
        return await _finish(outcomes, self.told)

    async def send_due(self) -> int:
        """Beats two and three for what was promised; gives how many were asked for."""
        sent = await refunds.send_refunds(self.kind)
        for start in range(0, len(sent), AT_ONCE):
            await self.finish(sent[start : start + AT_ONCE])
        return len(sent)

    async def follow_pending(self) -> int:
        """Refunds that no bank has confirmed, looked up in case the event was lost; gives how many moved."""
        return await in_turn([row["stripe_refund_id"] for row in await _PENDING(f"{self.kind}:%")], self.follow)


@atomic
async def _finish(outcomes: list[Sent], told: str) -> int:
    ended = await refunds.end_refunds(outcomes)
    back = [refund for refund in ended if refund.state == RefundState.SUCCEEDED]
    await outbox.enqueue_many([(told, {"refund": r.id}, f"{told}:{r.id}") for r in back])
    return len(ended)
