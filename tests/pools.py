"""Connections to PostgreSQL that stay open from one test to the next: what a server learns of each statement it learns once.

A test has a runner of its own, on the loop of all tests: tasks and contexts end with it, open connections don't.
"""

from __future__ import annotations

import asyncio
from typing import Any

from crowdfund.database.engine_postgres import PooledClient

_open_anew = PooledClient.create_pool
_close_for_good = PooledClient._close
_kept: dict[str, Any] = {}  # a database, and how it is opened


class LoopOfAll(asyncio.SelectorEventLoop):
    """Each runner takes itself for the last one."""

    def close(self) -> None:
        """It ends with the process."""

    async def shutdown_asyncgens(self) -> None:
        await super().shutdown_asyncgens()
        self._asyncgens_shutdown_called = False

    async def shutdown_default_executor(self, timeout: float | None = None) -> None:
        """Its threads are for the next one."""


_loop: LoopOfAll | None = None


def loop_of_all() -> LoopOfAll:
    global _loop
    _loop = _loop or LoopOfAll()
    return _loop


def keep_open() -> None:
    """From now on a pool that is closed is kept for whoever opens the same database in the same way."""
    PooledClient.create_pool = _taken  # type: ignore[method-assign]
    PooledClient._close = _put_back  # type: ignore[method-assign]


def of(database: str) -> list[int]:
    """The server's processes behind what is kept open to a database."""
    return [pid for key, pool in _kept.items() if _database(key) == database for pid in _pids(pool)]


def forget(database: str) -> None:
    """It is closed, or will be, by the server."""
    for key in [key for key in _kept if _database(key) == database]:
        _kept.pop(key).terminate()


async def _taken(client: PooledClient, **settings: Any) -> Any:
    pool = _kept.pop(_key(client), None)
    return pool or await _open_anew(client, **settings)


async def _put_back(client: PooledClient) -> None:
    """Kept with nobody inside; the server is asked to tell what was written, which else it does when a connection ends."""
    pool = client._pool
    if pool is None or asyncio.get_running_loop() is not _loop or pool.get_idle_size() != pool.get_size():
        await _close_for_good(client)
        return
    for holder in pool._holders:
        if holder._con is not None:
            await holder._con.execute("SELECT pg_stat_force_next_flush()")
    _kept[_key(client)], client._pool = pool, None
    others = [key for key in _kept if _database(key) != client.database]
    for other in [_kept.pop(key) for key in others]:  # a server lets in a hundred
        await other.close()


def _key(client: PooledClient) -> str:
    return f"{client.database} {client.host} {client.pool_maxsize} {client.extra} {client.server_settings}"


def _database(key: str) -> str:
    return key.partition(" ")[0]


def _pids(pool: Any) -> list[int]:
    return [holder._con.get_server_pid() for holder in pool._holders if holder._con is not None]
