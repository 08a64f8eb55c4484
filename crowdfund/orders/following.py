"""What the processor's events hint at for orders of tickets: the refund is fetched, and our rows are brought to where it stands."""

from __future__ import annotations

from crowdfund.database import Sql
from crowdfund.database.moves import move
from crowdfund.orders.models import ORDER_MOVES, Order, OrderEvent, OrderState
from crowdfund.orders.sent_refunds import SentRefunds

refunds = SentRefunds("order", told="order_refund_sent")
follow_order_refund, send_due_refunds, follow_pending_refunds = refunds.follow, refunds.send_due, refunds.follow_pending


async def end_wholly_refunded(order: Order, *, because: str, by: int | None) -> None:
    """An order none of whose tickets is left is refunded, in the caller's transaction."""
    if order.state == OrderState.PAID and not await _LIVE.value(order.id):
        await move(order, OrderState.REFUNDED, moves=ORDER_MOVES, because=because, by=by, events=OrderEvent)


_LIVE = Sql("SELECT COUNT(*) FROM ticket WHERE order_id = $1 AND state IN ('sold', 'admitted', 'no_show')")
