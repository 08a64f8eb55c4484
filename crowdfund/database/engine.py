"""Tortoise's SQLite engine with the write lock taken at BEGIN, and a transaction that always gives its lock back.

Tortoise 1.1.9 begins deferred, so a read-then-write fails at once with "database is locked" while another process writes
(busy_timeout does not apply to the upgrade), and a BEGIN that fails or is cancelled keeps the connection's lock for ever.
And it keeps no more than 128 statements ready. Found by Tortoise through `client_class`.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any

import aiosqlite
from tortoise.backends.base.client import TransactionalDBClient, TransactionContext
from tortoise.backends.sqlite.client import SqliteClient, SqliteTransactionWrapper, translate_exceptions
from tortoise.connection import get_connections
from tortoise.exceptions import OperationalError

KEPT_READY = 2_000  # statements: a round of regular work and a proof of the books have more than 128 already


class SqliteTogether(SqliteClient):
    """A connection that runs several statements in one turn of its thread."""

    @translate_exceptions
    async def execute_together(self, statements: Iterable[tuple[str, Sequence[Any]]]) -> list[list[dict[str, Any]]]:
        """The rows of each statement. One way to the connection's thread and back: in a rush the ways cost more than the work."""
        async with self.acquire_connection() as connection:
            run = connection._conn.execute
            return await connection._execute(lambda: [[dict(row) for row in run(*one)] for one in statements])


class ImmediateTransaction(SqliteTogether, SqliteTransactionWrapper):
    async def begin(self) -> None:
        try:
            await self._connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            raise OperationalError(error) from error


class ImmediateTransactionContext(TransactionContext):
    def __init__(self, parent: ImmediateClient) -> None:
        self._parent = parent

    async def __aenter__(self) -> TransactionalDBClient:
        await self._parent._lock.acquire()
        try:
            if self._parent._connection is None:
                await self._parent.create_connection(with_db=True)
            self._transaction = ImmediateTransaction(self._parent)
            await self._transaction.begin()
        except BaseException:
            self._parent._lock.release()
            raise
        self._token = get_connections().set(self._parent.connection_name, self._transaction)
        return self._transaction

    async def __aexit__(self, kind: Any, error: Any, trace: Any) -> None:
        try:
            if kind is None:
                try:
                    await self._transaction.commit()
                except BaseException:
                    await self._transaction.rollback()
                    raise
            else:
                await self._transaction.rollback()
        finally:
            get_connections().reset(self._token)
            self._parent._lock.release()


class ImmediateClient(SqliteTogether):
    async def create_connection(self, with_db: bool) -> None:
        if self._connection is None:
            # Kept at once, so that it is closed where it is no database.
            self._connection = await aiosqlite.connect(
                self.filename, isolation_level=None, cached_statements=KEPT_READY
            )
            self._connection._conn.row_factory = sqlite3.Row
            pragmas = "".join(f"PRAGMA {name}={value};" for name, value in self.pragmas.items())
            await self._connection.executescript(pragmas)
            await self._post_connect()

    def _in_transaction(self) -> TransactionContext:
        return ImmediateTransactionContext(self)


client_class = ImmediateClient
