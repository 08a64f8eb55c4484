"""Tries counted in the database, so that all processes share one count. Wall time; one atomic statement a try."""

from __future__ import annotations

from crowdfund import clock
from crowdfund.database.atomic import atomic
from crowdfund.database.sql import Sql

# One row a key: the moment until which its tries are spent. The guard and the write are one statement, so it is exact.
_TAKE = Sql("""
    INSERT INTO rate_limit (key, arrives_at) VALUES ($1, $2)
    ON CONFLICT (key) DO UPDATE
    SET arrives_at = CASE WHEN rate_limit.arrives_at > $3 THEN rate_limit.arrives_at ELSE CAST($3 AS BIGINT) END + $4
    WHERE rate_limit.arrives_at <= $5
    RETURNING arrives_at""")
_ARRIVES_AT = Sql("SELECT arrives_at FROM rate_limit WHERE key = $1")
_FORGET = Sql("DELETE FROM rate_limit WHERE arrives_at < $1")


@atomic
async def attempt(key: str, step_us: int, ahead_us: int) -> int:
    """Count a try of this key; gives 0, or how many microseconds too early it came, and then it doesn't count.

    step_us: what one try costs. ahead_us: how far the spent time may run ahead of the clock.
    """
    now = clock.wall_now_us()
    if await _TAKE.value(key, now + step_us, now, step_us, now + ahead_us) is not None:
        return 0
    arrives_at = await _ARRIVES_AT.value(key)
    return max(1, int(arrives_at) - now - ahead_us)


@atomic
async def forget_attempts() -> None:
    """Drop the keys whose tries have long been given back: regular work."""
    await _FORGET(clock.wall_now_us())
