"""How far regular work has read rows that are only ever added: the next page begins there, and none is taken twice."""

from __future__ import annotations

from crowdfund.database.sql import Sql

ALL = 2**63 - 1  # of what ends: everything was read

_BEGIN = Sql("INSERT INTO read_up_to (what, id) VALUES ($1, 0) ON CONFLICT (what) DO NOTHING")
_LOCK = Sql("SELECT id FROM read_up_to WHERE what = $1 {for_update}")
_READ = Sql("UPDATE read_up_to SET id = $2 WHERE what = $1")


async def begin(what: str) -> int:
    """The last id that was read, 0 at first; locked until the caller's transaction ends, so that nobody reads beside it."""
    await _BEGIN(what)
    return int(await _LOCK.value(what))


async def have_read(what: str, up_to: int) -> None:
    """The next page begins after this id, once the caller's transaction is safe on disk."""
    await _READ(what, up_to)
