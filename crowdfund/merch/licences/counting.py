"""How many were sold under a licence: counted in the transaction of who sells, and never above what it allows."""

from __future__ import annotations

from crowdfund.database import Sql
from crowdfund.refusal import Refusal

_TAKE = Sql("""
    UPDATE licence SET units_sold = units_sold + $2
    WHERE id = $1 AND (unit_cap IS NULL OR units_sold + $2 <= unit_cap) RETURNING units_sold""")
_GIVE_BACK = Sql(
    "UPDATE licence SET units_sold = units_sold - $2 WHERE id = $1 AND units_sold >= $2 RETURNING units_sold"
)


class UnitsGone(Refusal):
    """The licence allows fewer than these."""


async def take_units(licence_id: int, quantity: int) -> None:
    """Count what is sold, in the caller's transaction. Of several licences the one with the smaller id first. Raises UnitsGone."""
    if await _TAKE.one(licence_id, quantity) is None:
        raise UnitsGone("Its maker may sell only so many of these, and fewer are left than you want.")


async def give_units_back(licence_id: int, quantity: int) -> None:
    """What was not sold after all, in the caller's transaction: an order that ran out, pieces that came back."""
    if await _GIVE_BACK.one(licence_id, quantity) is None:
        raise ValueError("more units given back than were taken")
