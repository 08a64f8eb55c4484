"""Refunds of purchases that came too late, followed until the money has arrived."""

from __future__ import annotations

from crowdfund.orders.sent_refunds import SentRefunds

refunds = SentRefunds("purchase", told="purchase_refund_sent")
follow_purchase_refund = refunds.follow
