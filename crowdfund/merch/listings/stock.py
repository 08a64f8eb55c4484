"""Pieces counted: kept while somebody pays, gone when it is paid, back when it comes back. In the caller's transaction.

Each verb is one guarded statement over all its rows and changes all of them or refuses; rows are locked in the order of their
variants, so that two baskets with the same two things never wait for each other in a circle.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from crowdfund.database import Sql, as_rows
from crowdfund.database.atomic import inside_transaction
from crowdfund.refusal import Refusal

Row = tuple[int, int]  # a variant's id, and how many


class OutOfStock(Refusal):
    """variant_ids: those that have fewer than was asked for."""

    def __init__(self, variant_ids: Iterable[int]) -> None:
        super().__init__("Somebody else was quicker: there are not so many left.", field="quantity")
        self.variant_ids = sorted(variant_ids)


class StockDisagrees(RuntimeError):
    """More is let go, or taken, than was kept: a mistake of ours, and nothing is changed."""


_LOCK = Sql("""
    SELECT id, state, on_hand, reserved FROM variant
    WHERE id IN (SELECT CAST(value->>'id' AS BIGINT) FROM {rows}) ORDER BY id {for_update}""")
_CHANGE = """
    UPDATE variant SET {change}
    FROM (SELECT CAST(value->>'id' AS BIGINT) AS id, CAST(value->>'n' AS BIGINT) AS n FROM {{rows}}) AS asked
    WHERE variant.id = asked.id AND {guard} RETURNING variant.id"""


def _change(change: str, guard: str) -> Sql:
    return Sql(_CHANGE.format(change=change, guard=guard))


_RESERVE = _change("reserved = reserved + asked.n", "variant.state = 'offered' AND reserved + asked.n <= on_hand")
_RELEASE = _change("reserved = reserved - asked.n", "reserved >= asked.n")
_SELL = _change(
    "reserved = reserved - asked.n, on_hand = on_hand - asked.n, sold = sold + asked.n", "reserved >= asked.n"
)
_PUT_BACK = _change("on_hand = on_hand + asked.n, sold = sold - asked.n", "sold >= asked.n")


def _summed(rows: Iterable[Row]) -> list[Row]:
    """Each variant once, in the order in which all lock them."""
    wanted: Counter[int] = Counter()
    for variant_id, quantity in rows:
        if quantity <= 0:
            raise ValueError(f"{quantity} pieces of {variant_id}")
        wanted[variant_id] += quantity
    return sorted(wanted.items())


async def _changed(change: Sql, rows: Iterable[Row]) -> list[int]:
    """Change all of them; gives those that could not be, of which the caller makes a refusal that takes the others back."""
    if not inside_transaction():
        raise RuntimeError("stock changes in the transaction of what it is changed for")
    asked = _summed(rows)
    if not asked:
        return []
    sent = as_rows({"id": variant_id, "n": n} for variant_id, n in asked)
    await _LOCK(sent)
    done = {row["id"] for row in await change(sent)}
    return [variant_id for variant_id, _ in asked if variant_id not in done]


async def reserve(rows: Iterable[Row]) -> None:
    """Keep pieces for somebody who is about to pay: all or none. rows: variant and quantity. Raises OutOfStock."""
    if missing := await _changed(_RESERVE, rows):
        raise OutOfStock(missing)


async def release(rows: Iterable[Row]) -> None:
    """What was kept is free again. Raises StockDisagrees."""
    await _or_disagree(_RELEASE, rows, "released")


async def sell(rows: Iterable[Row]) -> None:
    """What was kept is paid, and gone. Raises StockDisagrees."""
    await _or_disagree(_SELL, rows, "sold")


async def put_back(rows: Iterable[Row]) -> None:
    """What was sold is on the shelf again: cancelled before it was sent, or sent back whole. Raises StockDisagrees."""
    await _or_disagree(_PUT_BACK, rows, "put back")


async def _or_disagree(change: Sql, rows: Iterable[Row], what: str) -> None:
    if wrong := await _changed(change, rows):
        raise StockDisagrees(f"more is {what} than was kept of {wrong}")


async def lock(variant_ids: Iterable[int]) -> None:
    """Wait for whoever is at these pieces, before anything else that sales wait for is locked: pieces first, then licences."""
    await _LOCK(as_rows({"id": one} for one in sorted(set(variant_ids))))


async def left_of(variant_ids: Iterable[int]) -> dict[int, int]:
    """How many of each may be bought now, locked until the transaction ends; nothing of those that are withdrawn."""
    found = await _LOCK(as_rows({"id": one} for one in sorted(set(variant_ids))))
    return {row["id"]: row["on_hand"] - row["reserved"] if row["state"] == "offered" else 0 for row in found}
