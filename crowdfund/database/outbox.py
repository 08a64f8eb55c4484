"""Work that has to happen after a commit: written in the same transaction, done by a worker, each job at least once.

A job is a row. A worker leases it for a minute, does it, marks it done; a worker that dies leaves a lease that runs out.
After eight tries a job is parked for a person to look at. What a job does must be safe to do twice.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import orjson

from crowdfund import clock
from crowdfund.database.atomic import atomic, inside_transaction
from crowdfund.database.batch import Batch
from crowdfund.database.ids import new_id
from crowdfund.database.sql import Sql, as_rows

LEASE_SECONDS = 60
TRIES_MAX = 8
_log = logging.getLogger("crowdfund.outbox")

# A job gets its payload, and its own number as `id` unless the payload has one: what it makes can be recognised when it is redone.
Job = Callable[[dict[str, Any]], Awaitable[None]]

_ENQUEUE = Sql("""
    INSERT INTO job (id, kind, payload, key, due_at, state, tries, lease_until)
    SELECT CAST(value->>'id' AS BIGINT), value->>'kind', value->>'payload', value->>'key',
           CAST(value->>'due_at' AS BIGINT), 'queued', 0, 0
    FROM {rows} WHERE TRUE
    ON CONFLICT (key) DO NOTHING""")
# Leases are wall time: a moved clock must not hand one job to two workers.
_LEASE = Sql("""
    UPDATE job SET state = 'running', tries = tries + 1, lease_until = $2
    WHERE id IN (SELECT id FROM job WHERE state IN ('queued', 'running') AND due_at <= $1 AND lease_until < $3
                 ORDER BY due_at LIMIT $4)
      AND lease_until < $3
    RETURNING id, kind, payload, tries""")
_DONE = Sql("DELETE FROM job WHERE id IN (SELECT CAST(value->>'id' AS BIGINT) FROM {rows})")
_HAS_COME_TO = Sql("UPDATE job SET payload = $2, tries = 0 WHERE id = $1")
_AGAIN = Sql("""
    UPDATE job SET state = CASE WHEN tries >= $2 THEN 'parked' ELSE 'queued' END, due_at = $3, lease_until = 0, error = $4
    WHERE id = $1""")


async def enqueue(kind: str, payload: dict[str, Any], *, key: str | None = None, due_at_us: int | None = None) -> None:
    """Ask for work after this transaction commits. key: at most one unfinished job has it."""
    await enqueue_many([(kind, payload, key)], due_at_us=due_at_us)


async def enqueue_many(jobs: Sequence[tuple[str, dict[str, Any], str | None]], *, due_at_us: int | None = None) -> None:
    """Ask for several pieces of work: (kind, payload, key). In the transaction of what they belong to."""
    if not inside_transaction():
        raise RuntimeError("a job outside the transaction that it belongs to")
    due_at = clock.now_us() if due_at_us is None else due_at_us
    rows = [
        {"id": new_id(), "kind": kind, "payload": orjson.dumps(payload).decode(), "key": key, "due_at": due_at}
        for kind, payload, key in jobs
    ]
    if rows:
        await _ENQUEUE(as_rows(rows))


async def has_come_to(payload: dict[str, Any]) -> None:
    """Write down how far a job has come, in the transaction of what it did: redone, it gets this payload and goes on from there.

    It has all its tries again: a long job that gets on is not one that fails.
    """
    if not inside_transaction():
        raise RuntimeError("how far a job has come belongs into the transaction of what it did")
    await _HAS_COME_TO(payload["id"], orjson.dumps(payload).decode())


_UNPARK = Sql("""
    UPDATE job SET state = 'queued', tries = 0, due_at = $2, error = NULL WHERE id = $1 AND state = 'parked'
    RETURNING kind""")

_lease = atomic(_LEASE.__call__)
_put_back = atomic(_AGAIN.__call__)


@atomic
async def _forget(job_ids: list[int]) -> list[None]:
    await _DONE(as_rows({"id": job_id} for job_id in job_ids))
    return [None] * len(job_ids)


async def unpark(job_id: int) -> str | None:
    """Let a parked job be tried anew, in the caller's transaction; gives its kind, none where it was not parked."""
    kind = await _UNPARK.value(job_id, clock.now_us())
    return None if kind is None else str(kind)


_done = Batch[int, None](_forget)


async def work_off(kinds: dict[str, Job], *, at_once: int = 50) -> int:
    """Lease what is due and do it, a few at a time; gives how many were leased. Called by the worker until it gives 0."""
    wall = clock.wall_now_us()
    leased = await _lease(clock.now_us(), wall + LEASE_SECONDS * 1_000_000, wall, at_once)
    await asyncio.gather(*(_do(row, kinds) for row in leased))
    return len(leased)


async def _do(row: dict[str, Any], kinds: dict[str, Job]) -> None:
    try:
        if row["tries"] > TRIES_MAX:
            raise RuntimeError("each worker that tried this died of it")
        async with asyncio.timeout(LEASE_SECONDS - 5):  # past its lease another worker would do it too
            await kinds[row["kind"]]({"id": row["id"], **orjson.loads(row["payload"])})
    except Exception as error:
        _log.exception("job %s (%s) failed, try %s", row["id"], row["kind"], row["tries"])
        due_at = clock.now_us() + min(2 ** row["tries"], 600) * 1_000_000
        await _put_back(row["id"], TRIES_MAX, due_at, repr(error)[:500])
    else:
        await _done.ask(row["id"])
