"""Telling of an expense once: a button pressed twice, and a call repeated, answer what was told the first time."""

from __future__ import annotations

from dataclasses import asdict

from crowdfund.database import atomic
from crowdfund.database.once import once
from crowdfund.payouts.expenses.actions import Told, tell_expense


@atomic
async def tell_expense_once(campaign_id: int, told: Told, *, document_id: int, by: int, key: str) -> int:
    """The id of the expense of this wish. Raises KeyUsedForAnother, and what `tell_expense` raises."""

    async def make() -> int:
        return await tell_expense(campaign_id, told, document_id=document_id, by=by)

    wish = [campaign_id, asdict(told) | {"spent_on": told.spent_on.isoformat()}]
    return await once(by, f"expense:{key}", wish, make)
