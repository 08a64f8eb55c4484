"""The schema's runner: each file once, whoever else runs it, and nothing half-way."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
import sys
from collections.abc import Callable
from pathlib import Path

import asyncpg
import pytest

from crowdfund.database import DatabaseError
from crowdfund.database.connect import sqlite_path
from crowdfund.database.migrate import SCHEMA, migrate, steps

FILES = [step.name for step in steps()]


@pytest.fixture
def empty_database(engine: str, tmp_path: Path, request: pytest.FixtureRequest) -> str:
    """A database without any table."""
    if engine == "sqlite":
        return f"sqlite:///{tmp_path / 'new.db'}"
    address: Callable[[str], str] = request.getfixturevalue("postgres")

    async def make(name: str) -> None:
        connection = await asyncpg.connect(address("postgres"))
        await connection.execute(f"DROP DATABASE IF EXISTS {name}")
        await connection.execute(f"CREATE DATABASE {name}")
        await connection.close()

    asyncio.run(make("an_empty_one"))
    return address("an_empty_one")


@pytest.fixture
def schema(tmp_path: Path) -> Path:
    """A copy of the schema's folder, to add files to."""
    return Path(shutil.copytree(SCHEMA, tmp_path / "schema"))


def found(folder: Path, pattern: str) -> list[Path]:
    return sorted(folder.glob(pattern))


async def rows(url: str, query: str) -> list[tuple[object, ...]]:
    if url.startswith("sqlite:"):
        connection = sqlite3.connect(sqlite_path(url))
        try:
            return connection.execute(query).fetchall()
        finally:
            connection.close()
    connected = await asyncpg.connect(url)
    try:
        return [tuple(row) for row in await connected.fetch(query)]
    finally:
        await connected.close()


async def test_every_file_is_applied_once_in_order(empty_database: str) -> None:
    assert await migrate(empty_database) == FILES
    assert await migrate(empty_database) == []
    assert [row[0] for row in await rows(empty_database, "SELECT name FROM schema_step ORDER BY name")] == FILES


@pytest.mark.landing
async def test_four_runners_at_once_apply_each_file_once(empty_database: str) -> None:
    script = "import asyncio, sys; from crowdfund.database.migrate import migrate; print(len(asyncio.run(migrate(sys.argv[1]))))"
    running = [
        await asyncio.create_subprocess_exec(
            sys.executable, "-c", script, empty_database, cwd=Path(__file__).parents[2],
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )
        for _ in range(4)
    ]  # fmt: skip
    ended = [await process.communicate() for process in running]
    assert [process.returncode for process in running] == [0, 0, 0, 0], ended
    assert sorted(int(out) for out, _ in ended) == [0, 0, 0, len(FILES)]


async def test_a_changed_file_is_refused(empty_database: str, schema: Path) -> None:
    await migrate(empty_database, schema)
    [first] = found(schema, "0001*.sql")
    first.write_text(first.read_text() + "\n-- one word more\n")
    with pytest.raises(DatabaseError, match=r"0001_foundation\.sql was changed"):
        await migrate(empty_database, schema)


async def test_a_newer_database_is_refused(empty_database: str, schema: Path) -> None:
    (schema / "0099_future.sql").write_text("CREATE TABLE future (id BIGINT PRIMARY KEY);\n")
    await migrate(empty_database, schema)
    with pytest.raises(DatabaseError, match=r"newer than this program: it has 0099_future"):
        await migrate(empty_database)


async def test_a_step_that_fails_changes_nothing(empty_database: str, schema: Path) -> None:
    await migrate(empty_database, schema)
    (schema / "0099_broken.sql").write_text(
        "CREATE TABLE half (id BIGINT PRIMARY KEY);\nINSERT INTO nowhere VALUES (1);\n"
    )
    with pytest.raises((sqlite3.OperationalError, asyncpg.UndefinedTableError)):
        await migrate(empty_database, schema)
    with pytest.raises((sqlite3.OperationalError, asyncpg.UndefinedTableError)):
        await rows(empty_database, "SELECT * FROM half")
    (schema / "0099_broken.sql").unlink()
    assert await migrate(empty_database, schema) == []


async def test_sqlite_is_backed_up_before_it_is_changed(tmp_path: Path, schema: Path) -> None:
    url = f"sqlite:///{tmp_path / 'site.db'}"
    await migrate(url, schema)
    assert found(tmp_path, "site.before-*.db") == [], "there was nothing to save yet"
    connection = sqlite3.connect(tmp_path / "site.db")
    connection.execute("INSERT INTO rate_limit VALUES ('a fan', 7)")
    connection.commit()
    connection.close()
    (schema / "0099_more.sql").write_text("DROP TABLE rate_limit;\n")
    await migrate(url, schema)
    [backup] = found(tmp_path, "site.before-*.db")
    assert sqlite3.connect(backup).execute("SELECT * FROM rate_limit").fetchall() == [("a fan", 7)]


async def test_rebuilding_a_parent_table_keeps_its_children_on_sqlite(tmp_path: Path, schema: Path) -> None:
    """With foreign keys on, dropping the old table would delete them. A row that would point at nothing stops the migration."""
    url = f"sqlite:///{tmp_path / 'site.db'}"
    (schema / "0098_family.sql").write_text(
        "CREATE TABLE parent (id BIGINT PRIMARY KEY);\n"
        "CREATE TABLE child (id BIGINT PRIMARY KEY, parent_id BIGINT NOT NULL REFERENCES parent (id) ON DELETE CASCADE);\n"
        "INSERT INTO parent VALUES (1);\nINSERT INTO child VALUES (10, 1);\nINSERT INTO child VALUES (11, 1);\n"
    )
    await migrate(url, schema)
    (schema / "0099_rebuild.sql").write_text(
        "CREATE TABLE new_parent (id BIGINT PRIMARY KEY, name TEXT NOT NULL DEFAULT '');\n"
        "INSERT INTO new_parent (id) SELECT id FROM parent;\nDROP TABLE parent;\nALTER TABLE new_parent RENAME TO parent;\n"
    )
    await migrate(url, schema)
    assert await rows(url, "SELECT id, parent_id FROM child") == [(10, 1), (11, 1)]
    (schema / "0100_orphans.sql").write_text("DELETE FROM parent;\n")
    with pytest.raises(DatabaseError, match="2 rows would point at nothing"):
        await migrate(url, schema)
    assert await rows(url, "SELECT id FROM parent") == [(1,)]


async def test_a_trigger_keeps_its_inner_semicolons(empty_database: str) -> None:
    await migrate(empty_database)
    await_change = "UPDATE audit_entry SET reason = 'x'"
    insert = "INSERT INTO audit_entry (id, at, action, subject) VALUES (1, 1, 'a', 'b')"
    if empty_database.startswith("sqlite:"):
        connection = sqlite3.connect(sqlite_path(empty_database))
        connection.execute(insert)
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            connection.execute(await_change)
    else:
        connected = await asyncpg.connect(empty_database)
        await connected.execute(insert)
        with pytest.raises(asyncpg.IntegrityConstraintViolationError, match="append-only"):
            await connected.execute(await_change)
        await connected.close()
