"""A database from before deliveries could end is brought up to date: nothing is lost, and what is promised is known."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import asyncpg
import pytest

from crowdfund.database.connect import sqlite_path
from crowdfund.database.migrate import SCHEMA, migrate, steps

_BEFORE = [step.name for step in steps() if step.name < "0008"]

# Two tiers of which one was taken and left again, and three backers: one is refunded, one waits, one's is sent.
_WORLD = """
INSERT INTO person (id, email, name, password_hash, made_at)
    VALUES (1, 'mei@example.com', 'Mei', '', 1), (2, 'lin@example.com', 'Lin', '', 1), (3, 'wei@example.com', 'Wei', '', 1);
INSERT INTO organisation (id, kind, slug, name, country, state, payouts_state, made_at)
    VALUES (1, 'studio', 's', 'S', 'DE', 'verified', 'enabled', 1);
INSERT INTO title (id, organisation_id, kind, name, colour, made_at) VALUES (1, 1, 'film', 'T', 'key--amber', 1);
INSERT INTO campaign (id, title_id, organisation_id, kind, slug, name, state, currency, goal_minor, rule, threshold_bps, fee_bps, made_at)
    VALUES (1, 1, 1, 'film', 'c', 'C', 'delivering', 'EUR', 100, 'strict', 10000, 500, 1);
INSERT INTO tier (id, campaign_id, position, name, price_minor, size, taken, ships) VALUES (1, 1, 0, 'Scarf', 100, 9, 2, 'post'),
    (2, 1, 1, 'Card', 100, 9, 0, 'post'), (3, 1, 2, 'Never', 100, 9, 0, 'post');
INSERT INTO pledge (id, person_id, campaign_id, currency, tier_id, quantity, amount_minor, state, key, fingerprint, page_version, made_at)
    VALUES (1, 1, 1, 'EUR', 1, 1, 100, 'refunded', 'a', 'f', 1, 1), (2, 2, 1, 'EUR', 1, 1, 100, 'collected', 'b', 'f', 1, 1),
           (3, 3, 1, 'EUR', 1, 1, 100, 'refunded', 'c', 'f', 1, 1);
INSERT INTO pledge_event (id, pledge_id, kind, from_state, to_state, amount_minor, tier_id, quantity, because, at) VALUES
    (1, 1, 'moved', '', 'started', 100, 3, 1, 'made', 10), (2, 1, 'amended', 'active', 'active', 100, 2, 1, 'x', 20),
    (3, 2, 'moved', '', 'active', 100, 1, 1, 'made', 30), (4, 3, 'moved', '', 'active', 100, 1, 1, 'made', 40);
INSERT INTO delivery (pledge_id, campaign_id, tier_id, state, recipient, tracking, asked_at, sent_at) VALUES
    (1, 1, 1, 'awaiting_address', '', '', 50, NULL), (2, 1, 1, 'ready', 'Lin', '', 50, NULL), (3, 1, 1, 'sent', 'Wei', 'KH 1', 50, 60);
"""
_DELIVERIES = "SELECT pledge_id, state, recipient, tracking, asked_at, sent_at FROM delivery ORDER BY pledge_id"


@pytest.fixture
async def old_database(engine: str, tmp_path: Path, request: pytest.FixtureRequest) -> str:
    """The address of a database as the first release left it, with a world in it."""
    folder = tmp_path / "schema"
    folder.mkdir()
    for name in _BEFORE:
        shutil.copy(SCHEMA / f"{name}.sql", folder)
    if engine == "sqlite":
        url = f"sqlite:///{tmp_path / 'old.db'}"
    else:
        address: Callable[[str], str] = request.getfixturevalue("postgres")
        connection = await asyncpg.connect(address("postgres"))
        await connection.execute("DROP DATABASE IF EXISTS an_old_one")
        await connection.execute("CREATE DATABASE an_old_one")
        await connection.close()
        url = address("an_old_one")
    assert await migrate(url, folder) == _BEFORE
    await run(url, _WORLD)
    return url


async def run(url: str, script: str) -> None:
    if url.startswith("sqlite:"):
        with sqlite3.connect(sqlite_path(url)) as connection:
            connection.execute("PRAGMA foreign_keys = ON")
            connection.executescript(script)
        return
    connected = await asyncpg.connect(url)
    try:
        await connected.execute(script)
    finally:
        await connected.close()


async def rows(url: str, query: str) -> list[tuple[object, ...]]:
    if url.startswith("sqlite:"):
        with sqlite3.connect(sqlite_path(url)) as connection:
            return connection.execute(query).fetchall()
    connected = await asyncpg.connect(url)
    try:
        return [tuple(row) for row in await connected.fetch(query)]
    finally:
        await connected.close()


@pytest.mark.landing
async def test_deliveries_are_kept_and_end_with_their_pledge(old_database: str) -> None:
    assert "0010_deliveries" in await migrate(old_database)
    assert await rows(old_database, _DELIVERIES) == [
        (1, "withdrawn", "", "", 50, None), (2, "ready", "Lin", "", 50, None), (3, "sent", "Wei", "KH 1", 50, 60),
    ]  # fmt: skip
    await run(old_database, "UPDATE delivery SET state = 'withdrawn' WHERE pledge_id = 2")
    with pytest.raises(Exception, match=r"(?i)check"):
        await run(old_database, "UPDATE delivery SET state = 'burnt' WHERE pledge_id = 2")
    with pytest.raises(Exception, match=r"(?i)foreign key"):
        await run(
            old_database,
            "INSERT INTO delivery_event (id, delivery_id, from_state, to_state, because, at) VALUES (1, 99, '', 'ready', 'x', 1)",
        )


async def test_a_tier_that_was_ever_taken_is_promised(old_database: str) -> None:
    await migrate(old_database)
    assert await rows(old_database, "SELECT id, first_taken_at FROM tier ORDER BY id") == [(1, 30), (2, 20), (3, None)]
    await run(old_database, "UPDATE tier SET name = 'Badge', price_minor = 50, size = 3 WHERE id = 3")
    for change in ("name = 'Badge'", "price_minor = 50", "size = 3", "ships = 'nothing'"):
        with pytest.raises(Exception, match="keeps what it promises"):
            await run(old_database, f"UPDATE tier SET {change} WHERE id = 2")
    await run(old_database, "UPDATE tier SET size = 10 WHERE id = 2")
