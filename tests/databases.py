"""The databases of tests: a fresh one each, and copies of one, so that a story can end in many ways."""

from __future__ import annotations

import shutil
from itertools import count
from typing import Any

import asyncpg

from crowdfund.database.connect import postgres_parts, sqlite_path

_numbers = count(1)


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
        await connection.execute(f"CREATE DATABASE {name} TEMPLATE {parts['database']}")
    finally:
        await connection.close()
    return url.replace(f"/{parts['database']}?", f"/{name}?")


_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"
_SHAPE = """
    SELECT (SELECT COUNT(*) FROM pg_attribute), (SELECT COUNT(*) FROM pg_constraint), (SELECT COUNT(*) FROM pg_proc),
           (SELECT COUNT(*) FROM pg_trigger WHERE tgenabled = 'O'), (SELECT COUNT(*) FROM pg_index)"""
_OTHERS = """
    SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"""


class PostgresAgain:
    """A PostgreSQL database as migration leaves it, again and again: to empty one takes a tenth of the time of making one."""

    def __init__(self) -> None:
        self.tables: list[str] = []
        self.rows: dict[str, str] = {}  # what migration itself writes, as JSON
        self.shape: Any = None

    async def learn(self, address: str) -> None:
        """How it looks when nobody has used it."""
        connection = await asyncpg.connect(address)
        try:
            self.tables = [f'"{row["tablename"]}"' for row in await connection.fetch(_TABLES)]
            for table in await self._with_rows(connection):
                self.rows[table] = await connection.fetchval(f"SELECT json_agg(t) FROM {table} t")
            self.shape = await connection.fetchrow(_SHAPE)
        finally:
            await connection.close()

    async def again(self, address: str) -> str | None:
        """Make it so again, whatever a test left in it, at an address that nobody has known; none if its tables are others now."""
        if not await self._empty(address):
            return None
        parts, name = postgres_parts(address), f"again_{next(_numbers)}"
        connection = await asyncpg.connect(**{**parts, "database": "postgres"})
        try:
            await connection.execute(f"ALTER DATABASE {parts['database']} RENAME TO {name}")
        finally:
            await connection.close()
        return address.replace(f"/{parts['database']}?", f"/{name}?")

    async def _empty(self, address: str) -> bool:
        """Triggers and references don't look."""
        connection = await asyncpg.connect(address)
        try:
            await connection.execute(_OTHERS)
            if await connection.fetchrow(_SHAPE) != self.shape:
                return False
            async with connection.transaction():
                await connection.execute("SET LOCAL session_replication_role = replica")
                for table in await self._with_rows(connection):
                    await connection.execute(f"DELETE FROM {table}")
                for table, rows in self.rows.items():
                    again = f"INSERT INTO {table} SELECT * FROM json_populate_recordset(NULL::{table}, $1)"
                    await connection.execute(again, rows)
        finally:
            await connection.close()
        return True

    async def _with_rows(self, connection: Any) -> list[str]:
        each = [f"SELECT '{table}' AS name WHERE EXISTS (SELECT 1 FROM {table})" for table in self.tables]
        return [row["name"] for row in await connection.fetch(" UNION ALL ".join(each))]
