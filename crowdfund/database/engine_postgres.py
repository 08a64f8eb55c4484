"""Tortoise's PostgreSQL engine with a pool that nobody waits for for ever, and that gets every connection back.

Tortoise 1.1.9 waits for a free connection without end, so a few stuck transactions would hang the process instead of answering
"come back in a moment". And where a BEGIN runs out of time, it keeps the connection. Found by Tortoise through `client_class`.
"""

from __future__ import annotations

from typing import Any

from tortoise.backends.asyncpg.client import AsyncpgDBClient, TransactionWrapper
from tortoise.backends.base.client import PoolConnectionWrapper, TransactionalDBClient, TransactionContextPooled
from tortoise.connection import get_connections

from crowdfund.refusal import Busy

WAIT_SECONDS = 10


async def _acquire(pool: Any) -> Any:
    """One that is free is there at once: to wait for it with a clock would start a task and an alarm with each statement."""
    try:
        return await pool.acquire(timeout=None if pool.get_idle_size() else WAIT_SECONDS)
    except TimeoutError as error:
        raise Busy("Too many people at once. Please try again in a moment.") from error


async def _give_back(pool: Any, connection: Any, error: Any) -> None:
    """The pool lets go of a connection in a task of its own, for to make it as new may take a while. Ours is left as it is, so
    that after a statement that ended well there is nothing to wait for, and a sixth of its time is saved."""
    if error is None and connection._con is not None:
        connection._con._on_release()
        await connection._holder.release(None)
    else:
        await pool.release(connection)


class PatientConnection(PoolConnectionWrapper[Any]):
    """A connection for one statement."""

    async def __aenter__(self) -> Any:
        await self.ensure_connection()
        self.connection = await _acquire(self.client._pool)
        return self.connection

    async def __aexit__(self, exc_type: Any, exc_val: Any, exc_tb: Any) -> None:
        await _give_back(self.client._pool, self.connection, exc_val)


class PooledTransaction(TransactionContextPooled):
    """A connection for one transaction."""

    async def __aenter__(self) -> TransactionalDBClient:
        await self.ensure_connection()
        pool = self.client._parent._pool
        self.client._connection = await _acquire(pool)
        self.token = get_connections().set(self.connection_name, self.client)
        try:
            await self.client.begin()
        except BaseException:
            get_connections().reset(self.token)
            await pool.release(self.client._connection)
            raise
        return self.client

    async def __aexit__(self, exc_type: Any, exc_val: Any, exc_tb: Any) -> None:
        if exc_val is not None or self.client._finalized:
            await super().__aexit__(exc_type, exc_val, exc_tb)
            return
        error: BaseException | None = None
        try:
            await self.client.commit()
        except BaseException as failed:
            error = failed
            raise
        finally:
            get_connections().reset(self.token)
            await _give_back(self.client._parent._pool, self.client._connection, error)


async def _as_it_is(_connection: Any) -> None:
    """No statement of ours leaves anything behind: asking the server to forget it would double the way of each short one."""


class PooledClient(AsyncpgDBClient):
    async def create_pool(self, **settings: Any) -> Any:
        """What is left open is rolled back by the driver all the same. Each connection stays, however long and however often it is
        used: to close one that nobody used for a while takes an alarm clock, set and stopped with each statement."""
        stays = {"max_inactive_connection_lifetime": 0, "max_queries": 10**9}
        opens = {"timeout": WAIT_SECONDS}
        return await super().create_pool(reset=_as_it_is, **stays, **opens, **settings)

    def _in_transaction(self) -> PooledTransaction:
        return PooledTransaction(TransactionWrapper(self), self._pool_init_lock)

    def acquire_connection(self) -> Any:
        return PatientConnection(self, self._pool_init_lock)


client_class = PooledClient
