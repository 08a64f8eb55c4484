"""What the processor says of refunds of sellers' orders: sent, arrived, failed."""

from __future__ import annotations

from crowdfund.orders.sent_refunds import SentRefunds

refunds = SentRefunds("goods_order", told="goods_refund_sent")
follow_goods_refund, send_due_refunds, follow_pending_refunds = refunds.follow, refunds.send_due, refunds.follow_pending
