"""What verbs and pages read of goods."""

from __future__ import annotations

from crowdfund.database import Sql
from crowdfund.orders.goods.models import GoodsOrder

_BANK_HOLDS = Sql("""
    SELECT d.id FROM charge c JOIN dispute d ON d.charge_id = c.id
    WHERE c.subject = $1 AND d.amount_minor > 0 AND d.state IN ('needs_response', 'answering', 'under_review') LIMIT 1""")


async def bank_holds(order: GoodsOrder) -> bool:
    """Whether a bank has taken back what this was paid with, while it decides: until then nobody has a share of it."""
    return await _BANK_HOLDS.one(order.paid_by) is not None
