"""Refunds of goods, followed until the money has arrived: of a purchase that came too late, and of sellers' orders."""

from __future__ import annotations

from crowdfund.orders.sent_refunds import SentRefunds

of_purchases = SentRefunds("purchase", told="goods_refund_sent")
of_orders = SentRefunds("goods_order", told="goods_refund_sent")


async def follow_goods_refund(stripe_refund_id: str) -> bool:
    """A refund changed, days later perhaps; gives whether ours moved."""
    return await of_purchases.follow(stripe_refund_id) or await of_orders.follow(stripe_refund_id)


async def send_due_refunds() -> int:
    return await of_purchases.send_due() + await of_orders.send_due()


async def follow_pending_refunds() -> int:
    return await of_purchases.follow_pending() + await of_orders.follow_pending()
