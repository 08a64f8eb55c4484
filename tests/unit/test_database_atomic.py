"""`atomic`: whole or not at all, whoever hangs up, whatever the other processes do."""

from __future__ import annotations

import asyncio
import random
import sys
import threading
from pathlib import Path

import asyncpg
import pytest
from tortoise.connection import get_connection
from tortoise.exceptions import OperationalError

from crowdfund import mailer
from crowdfund.database import Sql, after_commit, atomic, engine_postgres, inside_transaction
from crowdfund.database.names import reading, writing
from crowdfund.database.outbox import enqueue
from crowdfund.people import passwords
from crowdfund.refusal import Busy

SET = Sql("""INSERT INTO sweep (name, lease_until, done_at) VALUES ($1, 0, $2)
    ON CONFLICT (name) DO UPDATE SET done_at = excluded.done_at""")
READ = Sql("SELECT done_at FROM sweep WHERE name = $1")
LOCK = Sql("SELECT done_at FROM sweep WHERE name = $1 {for_update}")
TOTAL = Sql("SELECT CAST(COALESCE(SUM(done_at), 0) AS BIGINT) AS total FROM sweep")


async def value_of(name: str) -> int:
    return int(await (LOCK if inside_transaction() else READ).value(name) or 0)


@atomic
async def give(amount: int) -> None:
    """From one row to another, by way of Python: what a cancelled or half-done transaction would tear apart."""
    a, b = await value_of("a"), await value_of("b")
    await asyncio.sleep(0)
    await SET("a", a - amount)
    await SET("b", b + amount)


@atomic
async def start() -> None:
    await SET("a", 1000)
    await SET("b", 1000)


async def test_all_or_nothing(database: str) -> None:
    @atomic
    async def half() -> None:
        await SET("a", 1)
        raise ValueError("in the middle")

    with pytest.raises(ValueError, match="in the middle"):
        await half()
    assert await READ("a") == []


async def test_an_inner_verb_joins_the_outer_one(database: str) -> None:
    @atomic
    async def inner() -> None:
        await SET("inner", 1)

    @atomic
    async def outer() -> None:
        await inner()
        raise ValueError

    with pytest.raises(ValueError):
        await outer()
    assert await READ("inner") == []


async def test_cancelled_requests_leave_no_lock_and_no_connection_behind(database: str, long: bool) -> None:
    """Stock Tortoise hangs after nine of these on SQLite; on PostgreSQL the pool runs dry."""
    await start()
    number, seed = (2_000 if long else 200), random.randrange(10**9)
    dice = random.Random(seed)
    done = 0
    for _ in range(number // 20):
        tasks = [asyncio.create_task(give(1)) for _ in range(20)]
        for task in tasks:
            if dice.random() < 0.6:
                await asyncio.sleep(dice.random() * 0.002)
                task.cancel()
        results = await asyncio.gather(*tasks, return_exceptions=True)
        done += sum(result is None for result in results)
    async with asyncio.timeout(10):
        await give(1)
        assert await TOTAL.value() == 2000, f"money was lost or made; seed {seed}"
        # As many at once as there are connections: had one leaked, this would wait for ever.
        await asyncio.gather(*(give(0) for _ in range(16)))
    assert done > 0


def cut_all_connections(database: str) -> None:
    """While this thread, and so the loop in it, stands still: its pool goes on believing that the connections live."""

    async def cut() -> None:
        connection = await asyncpg.connect(database)
        await connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = current_database()"
        )
        await connection.close()

    thread = threading.Thread(target=asyncio.run, args=(cut(),))
    thread.start()
    thread.join()


async def test_a_begin_that_fails_gives_everything_back(database: str) -> None:
    """Twenty begins that fail, then one that works: on SQLite the lock, on PostgreSQL the connection would be gone."""
    client = get_connection(writing())
    if database.startswith("sqlite"):
        other = await asyncio.create_subprocess_exec(
            sys.executable, "-c",
            "import sqlite3, sys, time; c = sqlite3.connect(sys.argv[1], isolation_level=None); c.execute('BEGIN IMMEDIATE');"
            "print('held', flush=True); sys.stdin.read()",
            database.removeprefix("sqlite:///"), stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        )  # fmt: skip
        assert other.stdout is not None and other.stdin is not None
        await other.stdout.readline()
        await client.execute_query("PRAGMA busy_timeout = 10")
        for _ in range(3):
            with pytest.raises(OperationalError, match="locked"):
                await start()
        other.stdin.close()
        await other.wait()
        await client.execute_query("PRAGMA busy_timeout = 5000")
    else:
        failed = 0
        for _ in range(40):
            cut_all_connections(database)
            try:
                async with asyncio.timeout(5):
                    await start()
            except (asyncpg.PostgresError, asyncpg.InternalClientError, asyncpg.InterfaceError):
                failed += 1
        assert failed > 8, "there are eight connections: had each failure kept one, none would be left"
    async with asyncio.timeout(10):
        await asyncio.gather(*(give(0) for _ in range(16)))


async def test_an_exhausted_pool_says_busy_and_recovers(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if database.startswith("sqlite"):
        pytest.skip("SQLite has one connection, and its own queue")
    monkeypatch.setattr(engine_postgres, "WAIT_SECONDS", 0.2)
    go_on = asyncio.Event()
    waiting = [asyncio.create_task(atomic(go_on.wait)()) for _ in range(8)]
    await asyncio.sleep(0.1)
    with pytest.raises(Busy):
        await start()
    go_on.set()
    await asyncio.gather(*waiting)
    await start()


async def test_a_begin_that_runs_out_of_time_keeps_no_connection(database: str) -> None:
    if database.startswith("sqlite"):
        pytest.skip("SQLite's BEGIN is the test before")
    for _ in range(40):
        opening = asyncio.create_task(get_connection(writing())._in_transaction().__aenter__())
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        opening.cancel()
        with pytest.raises(asyncio.CancelledError):
            await opening
    async with asyncio.timeout(10):
        await asyncio.gather(*(start() for _ in range(16)))


async def test_several_processes_write_at_once(database: str, tmp_path: Path) -> None:
    """Read-then-write from four processes. With SQLite's deferred BEGIN half of them fail at once, "database is locked"."""
    await start()
    script = tmp_path / "write.py"
    script.write_text(
        "import asyncio, sys\n"
        "from crowdfund.database import open_database, close_database\n"
        "from tests.unit.test_database_atomic import give\n"
        "async def main():\n"
        "    await open_database(sys.argv[1])\n"
        "    for _ in range(25): await give(1)\n"
        "    await close_database()\n"
        "asyncio.run(main())\n"
    )
    root = str(Path(__file__).parents[2])
    processes = [
        await asyncio.create_subprocess_exec(
            sys.executable, str(script), database, env={"PYTHONPATH": root, "CROWDFUND_SECRET": "x"}
        )
        for _ in range(4)
    ]
    assert [await process.wait() for process in processes] == [0, 0, 0, 0]
    assert (await value_of("a"), await value_of("b")) == (900, 1100)


async def test_a_deadlock_is_tried_again(database: str) -> None:
    """Two verbs lock two rows in opposite order. PostgreSQL kills one of them; it is redone, and both end."""
    await start()
    both = asyncio.Barrier(2)
    first_time = {"a", "b"}

    @atomic
    async def take(first: str, second: str) -> None:
        await SET(first, await value_of(first) + 1)
        if database.startswith("postgres") and first in first_time:
            first_time.discard(first)
            await both.wait()
        await SET(second, await value_of(second) + 1)

    async with asyncio.timeout(20):
        await asyncio.gather(take("a", "b"), take("b", "a"))
    assert (await value_of("a"), await value_of("b")) == (1002, 1002)


async def test_a_lost_race_under_serializable_is_tried_again(database: str) -> None:
    await start()
    if database.startswith("sqlite"):
        await asyncio.gather(*(give(1) for _ in range(8)))  # one at a time by itself
    else:

        @atomic
        async def give_strictly() -> None:
            await Sql("SET TRANSACTION ISOLATION LEVEL SERIALIZABLE")()
            a = int(await Sql("SELECT done_at FROM sweep WHERE name = 'a'").value())
            await asyncio.sleep(0.01)
            await SET("a", a - 1)

        await asyncio.gather(give_strictly(), give_strictly())
        await asyncio.gather(*(give(1) for _ in range(6)))
    assert await value_of("a") == 992


async def test_nothing_slow_may_happen_inside(database: str) -> None:
    @atomic
    async def hash_inside() -> None:
        await passwords.hash_password("river moon over lanting")

    @atomic
    async def mail_inside() -> None:
        await mailer._send(mailer.Letter(1, "lin@example.com", "s", "t", "h"))

    for slow in (hash_inside, mail_inside):
        with pytest.raises(RuntimeError, match="inside a transaction"):
            await slow()


async def test_what_belongs_to_a_transaction_is_refused_outside(database: str) -> None:
    with pytest.raises(RuntimeError, match="outside"):
        await enqueue("mail", {})
    with pytest.raises(RuntimeError, match="outside"):
        after_commit(start)


async def test_hooks_run_after_the_commit_in_a_context_of_their_own(database: str) -> None:
    seen: list[tuple[bool, int]] = []
    ended = asyncio.Event()

    async def look() -> None:
        seen.append((inside_transaction(), await value_of("a")))
        ended.set()

    @atomic
    async def verb() -> None:
        await SET("a", 7)
        after_commit(look)

    await verb()
    async with asyncio.timeout(5):
        await ended.wait()
    assert seen == [(False, 7)], "the hook sees what was committed, from outside the transaction"


async def test_a_rollback_runs_no_hook(database: str) -> None:
    called = []

    @atomic
    async def verb() -> None:
        async def hook() -> None:
            called.append(1)

        after_commit(hook)
        raise ValueError

    with pytest.raises(ValueError):
        await verb()
    await asyncio.sleep(0.05)
    assert called == []


async def test_pages_read_while_a_transaction_is_open(database: str) -> None:
    """The second connection: a reader neither waits for a writer nor sees what isn't committed."""
    await start()
    open_, go_on = asyncio.Event(), asyncio.Event()

    @atomic
    async def slow() -> None:
        await SET("a", 5)
        open_.set()
        await go_on.wait()

    task = asyncio.create_task(slow())
    await open_.wait()
    async with asyncio.timeout(1):
        assert await value_of("a") == 1000
    go_on.set()
    await task
    assert await value_of("a") == 5


async def test_the_read_connection_refuses_to_write(database: str) -> None:
    with pytest.raises(Exception, match=r"readonly|read-only"):
        await get_connection(reading()).execute_query_dict(SET.text, ["a", 1])


async def test_a_cancelled_first_read_leaves_the_read_connection_usable(database: str) -> None:
    for _ in range(50):
        task = asyncio.create_task(Sql("SELECT 1 AS one").value())
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    async with asyncio.timeout(5):
        assert await Sql("SELECT 1 AS one").value() == 1
