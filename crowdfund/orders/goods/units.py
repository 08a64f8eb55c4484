"""Pieces of an order counted: those that went out, those that were paid back. In the caller's transaction, with the order locked."""

from __future__ import annotations

from crowdfund.database import Sql
from crowdfund.refusal import Refusal


class TooManyPieces(Refusal):
    """More than were bought, or than are left."""


_SHIP = Sql("""
    UPDATE goods_line SET shipped = shipped + $2 WHERE id = $1 AND shipped + cancelled + $2 <= quantity RETURNING id""")
_CANCEL = Sql("""
    UPDATE goods_line SET cancelled = cancelled + $2, returned = returned + $2
    WHERE id = $1 AND shipped + cancelled + $2 <= quantity RETURNING id""")
_PAY_BACK = Sql("""
    UPDATE goods_line SET returned = returned + $2 WHERE id = $1 AND returned + $2 <= shipped + cancelled RETURNING id""")


async def count_shipped(line_id: int, n: int) -> None:
    """So many of a line went out. Raises TooManyPieces where fewer had to."""
    await _count(_SHIP, line_id, n)


async def count_cancelled(line_id: int, n: int) -> None:
    """So many of a line are paid back and never go out. Raises TooManyPieces."""
    await _count(_CANCEL, line_id, n)


async def count_paid_back(line_id: int, n: int) -> None:
    """So many of a line that went out are paid back. Raises TooManyPieces where fewer are out and paid for."""
    await _count(_PAY_BACK, line_id, n)


async def _count(statement: Sql, line_id: int, n: int) -> None:
    if n <= 0 or await statement.one(line_id, n) is None:
        raise TooManyPieces("That is more than was bought, or than is left of it. Please look again.", field="quantity")
