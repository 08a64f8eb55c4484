"""Making a thing once: the same key of the same person answers what it made the first time, also for two who ask at once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from hashlib import blake2b
from typing import Any

import orjson

from crowdfund import clock
from crowdfund.database.atomic import atomic
from crowdfund.database.ids import new_id
from crowdfund.database.sql import Sql
from crowdfund.refusal import Refusal

_CLAIM = Sql("""
    INSERT INTO made_once (person_id, key, fingerprint, made_id, made_at) VALUES ($1, $2, $3, 0, $4)
    ON CONFLICT (person_id, key) DO NOTHING RETURNING made_id""")
_MADE = Sql("UPDATE made_once SET made_id = $3 WHERE person_id = $1 AND key = $2")
_BEFORE = Sql("SELECT fingerprint, made_id FROM made_once WHERE person_id = $1 AND key = $2")


_FOR_ANOTHER = "This key was used for something else. Send a new one with a new wish."


class KeyUsedForAnother(Refusal):
    status_code = 422


def _fingerprint(wish: Any) -> str:
    return blake2b(orjson.dumps(wish, option=orjson.OPT_SORT_KEYS), digest_size=16).hexdigest()


@atomic
async def once(person_id: int, key: str, wish: Any, make: Callable[[], Awaitable[int]]) -> int:
    """The id of what `make` makes, or of what it made when this key came first; one transaction with it.

    wish: plain values that say what is asked for. Raises KeyUsedForAnother where the key stood for another wish.
    """
    fingerprint = _fingerprint(wish)
    # Who comes second waits here until the first has committed, on both engines.
    if await _CLAIM.one(person_id, key, fingerprint, clock.now_us()) is None:
        before = await _BEFORE.one(person_id, key)
        if before is None or before["fingerprint"] != fingerprint:
            raise KeyUsedForAnother(_FOR_ANOTHER)
        return int(before["made_id"])
    made_id = await make()
    await _MADE(person_id, key, made_id)
    return made_id


async def number_for(person_id: int, key: str, wish: Any) -> int:
    """An id for what takes more than one transaction to make: the same one whenever this key comes with this wish."""

    async def take() -> int:
        return new_id()

    return await once(person_id, key, wish, take)


async def made_before(person_id: int, key: str, wish: Any) -> int | None:
    """What this key has made already, before work is done in vain. Raises KeyUsedForAnother."""
    before = await _BEFORE.one(person_id, key)
    if before is not None and before["fingerprint"] != _fingerprint(wish):
        raise KeyUsedForAnother(_FOR_ANOTHER)
    return int(before["made_id"]) if before is not None else None
