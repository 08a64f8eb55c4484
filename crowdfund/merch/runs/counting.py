"""Counters of a run: what competes for its last piece is serialised by its row. All in the caller's transaction."""

from __future__ import annotations

from crowdfund import clock
from crowdfund.database import Sql
from crowdfund.merch.runs.models import ProductionRun
from crowdfund.merch.runs.rules import NoSuchRun, NotToJoin

_LOCK = Sql("SELECT id FROM production_run WHERE id = $1 {for_update}")
_TAKE = Sql("""
    UPDATE production_run SET units_taken = units_taken + $2
    WHERE id = $1 AND state IN ('open', 'tipped', 'charging', 'funded') AND closes_at > $3
      AND (most_units IS NULL OR units_taken + $2 <= most_units)
    RETURNING units_taken""")
_GIVE_BACK = Sql("""
    UPDATE production_run SET units_taken = units_taken - $2 WHERE id = $1 AND units_taken - $2 >= units_paid RETURNING id""")
_PAID = Sql("""
    UPDATE production_run SET units_paid = units_paid + $2 WHERE id = $1 AND units_paid + $2 <= units_taken RETURNING id""")
_PAID_BACK = Sql("""
    UPDATE production_run SET units_paid = units_paid - $2, units_taken = units_taken - $2
    WHERE id = $1 AND units_paid >= $2 RETURNING id""")


async def lock(run_id: int) -> ProductionRun:
    """A run as it stands, locked until the transaction ends. Raises NoSuchRun."""
    await _LOCK(run_id)
    run = await ProductionRun.get_or_none(id=run_id)
    if run is None:
        raise NoSuchRun("There is no such production run.")
    return run


async def take(run_id: int, pieces: int) -> None:
    """Raises NotToJoin where so many are not left, or none are taken any more."""
    if await _TAKE.one(run_id, pieces, clock.now_us()) is None:
        raise NotToJoin("This run takes no more orders of so many pieces.")


async def give_back(run_id: int, pieces: int) -> None:
    _sure(await _GIVE_BACK.one(run_id, pieces))


async def count_paid(run_id: int, pieces: int) -> None:
    _sure(await _PAID.one(run_id, pieces))


async def count_paid_back(run_id: int, pieces: int) -> None:
    """What was paid goes back: it counts no more, neither as paid nor as taken."""
    _sure(await _PAID_BACK.one(run_id, pieces))


def _sure(row: object) -> None:
    if row is None:
        raise ValueError("a run counts fewer pieces than its orders have")
