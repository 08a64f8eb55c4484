"""The databases of tests: a fresh one each, and copies of one, so that a story can end in many ways."""

from __future__ import annotations

import shutil
from itertools import count
from typing import Any

import asyncpg

from crowdfund.database.connect import postgres_parts, sqlite_path
from tests import pools

_numbers = count(1)
# A connection to each database that is emptied again and again: it knows the tables already.
_inside: dict[str, Any] = {}


async def a_copy(url: str) -> str:
    """A copy of a database that is closed; gives its address."""
    number = next(_numbers)
    if url.startswith("sqlite:"):
        path = sqlite_path(url)
        copy = path.with_name(f"{path.stem}_copy_{number}.db")
        shutil.copy(path, copy)
        return f"sqlite:///{copy}"
    parts = postgres_parts(url)
    name = f"{parts['database']}_copy_{number}"
    connection = await asyncpg.connect(**{**parts, "database": "postgres"})
    try:
        await _leave(connection, parts["database"])
        await connection.execute(f"CREATE DATABASE {name} TEMPLATE {parts['database']}")
    finally:
        await connection.close()
    return url.replace(f"/{parts['database']}?", f"/{name}?")


_TABLES = "SELECT quote_ident(tablename) AS tablename FROM pg_tables WHERE schemaname = 'public'"
_SHAPE = """
    SELECT (SELECT COUNT(*) FROM pg_attribute), (SELECT COUNT(*) FROM pg_constraint), (SELECT COUNT(*) FROM pg_proc),
           (SELECT COUNT(*) FROM pg_trigger WHERE tgenabled = 'O'), (SELECT COUNT(*) FROM pg_index)"""
_WRITTEN = """
    SELECT quote_ident(relname) AS relname, n_tup_ins FROM pg_stat_user_tables WHERE schemaname = 'public' AND n_tup_ins > 0"""
_OTHERS = """
    SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend' AND pid <> ALL ($1::int[])"""


class PostgresAgain:
    """A PostgreSQL database as migration leaves it, again and again: to empty one takes a tenth of the time of making one."""

    def __init__(self) -> None:
        self.rows: dict[str, str] = {}  # what migration itself writes, as JSON
        self.shape: Any = None
        self.written: dict[str, dict[str, int]] = {}  # by database: how often something was written into each table

    async def learn(self, address: str) -> None:
        """How it looks when nobody has used it."""
        connection = await asyncpg.connect(address)
        try:
            for row in await connection.fetch(_TABLES):
                if rows := await connection.fetchval(f"SELECT json_agg(t) FROM {row['tablename']} t"):
                    self.rows[row["tablename"]] = rows
            self.shape = await connection.fetchrow(_SHAPE)
        finally:
            await connection.close()

    async def again(self, address: str) -> str | None:
        """Make it so again, whatever a test left in it; none if its tables are others now.

        Where a process of that test is still there it would come back: then the address is one that nobody has known.
        """
        name = postgres_parts(address)["database"]
        connection = await _connected(address)
        others = await connection.fetch(_OTHERS, pools.of(name))
        if await connection.fetchrow(_SHAPE) != self.shape:
            pools.forget(name)
            _inside.pop(name).terminate()
            return None
        await self._empty(connection, name)
        return await _renamed(address, name) if others else address

    async def _empty(self, connection: Any, name: str) -> None:
        """Triggers and references don't look."""
        async with connection.transaction():
            await connection.execute("SET LOCAL session_replication_role = replica")
            await connection.execute(
                ";".join(f"DELETE FROM {table}" for table in await self._written(connection, name))
            )
            for table, rows in self.rows.items():
                again = f"INSERT INTO {table} SELECT * FROM json_populate_recordset(NULL::{table}, $1)"
                await connection.execute(again, rows)

    async def _written(self, connection: Any, name: str) -> set[str]:
        """Tables that may have rows: into which something was written since they were emptied, rolled back or not, as the server has
        counted. It misses none: who wrote tells of it when she goes, and who stays was asked to."""
        before = self.written.get(name, {})
        self.written[name] = {row["relname"]: row["n_tup_ins"] for row in await connection.fetch(_WRITTEN)}
        return {*self.rows, *(table for table, number in self.written[name].items() if number != before.get(table))}


async def _connected(address: str) -> Any:
    parts = postgres_parts(address)
    if (connection := _inside.get(parts["database"])) is None or connection.is_closed():
        connection = _inside[parts["database"]] = await asyncpg.connect(**parts)
    return connection


async def _renamed(address: str, name: str) -> str:
    new_name = f"again_{next(_numbers)}"
    connection = await asyncpg.connect(**{**postgres_parts(address), "database": "postgres"})
    try:
        await _leave(connection, name)
        await connection.execute(f"ALTER DATABASE {name} RENAME TO {new_name}")
    finally:
        await connection.close()
    return address.replace(f"/{name}?", f"/{new_name}?")


async def _leave(connection: Any, name: str) -> None:
    """Nobody may be in a database that is copied or renamed."""
    pools.forget(name)
    if name in _inside:
        _inside.pop(name).terminate()
    await connection.execute("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = $1", name)
