"""Lays the schema: numbered files of SQL in `schema/`, each applied once, in order, one transaction a file.

Tortoise makes no tables: it drops CHECKs silently, rebuilds SQLite tables with foreign keys on (which deletes children), and
knows no triggers. The same text serves both engines; what differs stands between `-- sqlite:` or `-- postgres:` and `-- end`.
Two runners at once are fine. SQLite is backed up first, beside itself, where it already holds something.
"""

from __future__ import annotations

import hashlib
import re
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from crowdfund import clock
from crowdfund.database.connect import postgres_parts, sqlite_path
from crowdfund.database.names import DatabaseError

SCHEMA = Path(__file__).parent / "schema"
_LOCK_NUMBER = 7_239_911  # any number, the same for every runner of this project

_STEPS_TABLE = """CREATE TABLE IF NOT EXISTS schema_step (
    name TEXT PRIMARY KEY, fingerprint TEXT NOT NULL, applied_at BIGINT NOT NULL)"""


@dataclass(frozen=True)
class Step:
    name: str
    text: str

    @property
    def fingerprint(self) -> str:
        return hashlib.sha256(self.text.encode()).hexdigest()

    def script(self, engine: str) -> str:
        """The file's text for one engine."""
        other = {"sqlite": "postgres", "postgres": "sqlite"}[engine]
        return re.sub(rf"^-- {other}:$.*?^-- end$", "", self.text, flags=re.MULTILINE | re.DOTALL)


def steps(folder: Path = SCHEMA) -> list[Step]:
    return [Step(path.stem, path.read_text(encoding="utf-8")) for path in sorted(folder.glob("[0-9]*.sql"))]


async def migrate(url: str, folder: Path = SCHEMA) -> list[str]:
    """Apply what is missing; gives the names of the files applied.

    Raises DatabaseError where an applied file was changed since, or the database is newer than this program.
    """
    wanted = steps(folder)
    return (
        _migrate_sqlite(sqlite_path(url), wanted) if url.startswith("sqlite:") else await _migrate_postgres(url, wanted)
    )


def _missing(wanted: list[Step], applied: dict[str, str]) -> list[Step]:
    unknown = sorted(set(applied) - {step.name for step in wanted})
    if unknown:
        raise DatabaseError(f"This database is newer than this program: it has {', '.join(unknown)}.")
    changed = [step.name for step in wanted if step.name in applied and applied[step.name] != step.fingerprint]
    if changed:
        raise DatabaseError(f"{changed[0]}.sql was changed after it was applied to this database.")
    return [step for step in wanted if step.name not in applied]


def _migrate_sqlite(path: Path, wanted: list[Step]) -> list[str]:
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(path, isolation_level=None, timeout=60)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = OFF")  # a rebuilt table must not delete its children
        connection.execute(_STEPS_TABLE)
        _back_up(connection, path, wanted)
        connection.execute("BEGIN IMMEDIATE")
        missing = _missing(wanted, dict(connection.execute("SELECT name, fingerprint FROM schema_step").fetchall()))
        for step in missing:
            for statement in _statements(step.script("sqlite")):
                connection.execute(statement)
            connection.execute(
                "INSERT INTO schema_step VALUES (?, ?, ?)", (step.name, step.fingerprint, clock.wall_now_us())
            )
        broken = connection.execute("PRAGMA foreign_key_check").fetchall()
        if broken:
            raise DatabaseError(f"After the migration {len(broken)} rows would point at nothing; nothing was changed.")
        connection.execute("COMMIT")
        return [step.name for step in missing]
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    finally:
        connection.close()


def _back_up(connection: sqlite3.Connection, path: Path, wanted: list[Step]) -> None:
    applied = dict(connection.execute("SELECT name, fingerprint FROM schema_step").fetchall())
    if applied and _missing(wanted, applied):
        connection.execute("VACUUM INTO ?", (str(path.with_suffix(f".before-{clock.wall_now_us()}.db")),))


def _statements(script: str) -> Iterator[str]:
    """The statements of a script; a trigger's own semicolons stay inside."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
    if re.sub(r"--[^\n]*", "", statement).strip():
        raise DatabaseError(f"A statement of the schema does not end: {statement.strip()[:80]}")


async def _migrate_postgres(url: str, wanted: list[Step]) -> list[str]:
    connection = await asyncpg.connect(**postgres_parts(url))
    try:
        await connection.execute(
            "SELECT pg_advisory_lock($1)", _LOCK_NUMBER
        )  # a second runner waits, then finds nothing
        await connection.execute("SET lock_timeout = '5s'")
        await connection.execute(_STEPS_TABLE)
        applied = {row["name"]: row["fingerprint"] for row in await connection.fetch("SELECT * FROM schema_step")}
        missing = _missing(wanted, applied)
        for step in missing:
            async with connection.transaction():
                await connection.execute(step.script("postgres"))
                await connection.execute(
                    "INSERT INTO schema_step VALUES ($1, $2, $3)", step.name, step.fingerprint, clock.wall_now_us()
                )
        return [step.name for step in missing]
    finally:
        await connection.close()
