"""The outbox: work after a commit, each job done by somebody, and by one worker at a time."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Any

import pytest
import time_machine

from crowdfund import clock
from crowdfund.database import Sql, atomic, outbox
from crowdfund.database.outbox import LEASE_SECONDS, TRIES_MAX, enqueue, work_off

ask = atomic(enqueue)
JOBS = Sql("SELECT kind, state, tries, error FROM job")


async def test_a_job_is_done_once_and_forgotten(database: str) -> None:
    done: list[dict[str, Any]] = []

    async def work(payload: dict[str, Any]) -> None:
        done.append(payload)

    await ask("greet", {"name": "Lin"})
    assert await work_off({"greet": work}) == 1
    assert await work_off({"greet": work}) == 0
    assert [payload["name"] for payload in done] == ["Lin"]
    assert await JOBS() == []


async def test_a_rollback_asks_for_nothing(database: str) -> None:
    @atomic
    async def verb() -> None:
        await enqueue("greet", {})
        raise ValueError

    with pytest.raises(ValueError):
        await verb()
    assert await JOBS() == []


async def test_a_key_is_asked_for_once_until_it_is_done(database: str) -> None:
    async def work(payload: dict[str, Any]) -> None:
        pass

    await ask("greet", {}, key="lin")
    await ask("greet", {}, key="lin")
    assert len(await JOBS()) == 1
    await work_off({"greet": work})
    await ask("greet", {}, key="lin")
    assert len(await JOBS()) == 1


async def test_a_job_that_fails_waits_longer_each_time_and_is_parked(database: str) -> None:
    tried = 0

    async def work(payload: dict[str, Any]) -> None:
        nonlocal tried
        tried += 1
        raise ConnectionRefusedError("no SMTP")

    await ask("mail", {})
    for _ in range(TRIES_MAX + 3):
        await work_off({"mail": work})
        clock.set_offset(clock.from_us(clock.offset_us() + 700_000_000) - clock.from_us(0))  # past every wait
    assert tried == TRIES_MAX
    [job] = await JOBS()
    assert (job["state"], job["tries"]) == ("parked", TRIES_MAX)
    assert "no SMTP" in job["error"]


async def test_a_job_that_kills_its_workers_is_parked_too(database: str) -> None:
    """It never gets as far as failing: its lease runs out, again and again."""
    await ask("kill", {})
    at = clock.from_us(clock.wall_now_us())
    for i in range(TRIES_MAX):
        with time_machine.travel(clock.from_us(clock.to_us(at) + i * (LEASE_SECONDS + 1) * 1_000_000), tick=False):
            wall = clock.wall_now_us()
            leased = await outbox._lease(clock.now_us(), wall + LEASE_SECONDS * 1_000_000, wall, 20)
            assert len(leased) == 1, "a worker takes it, and is never heard of again"
    with time_machine.travel(clock.from_us(clock.to_us(at) + 3_600_000_000), tick=False):
        await work_off({"kill": None})  # type: ignore[dict-item]
    [job] = await JOBS()
    assert job["state"] == "parked"


async def test_a_leased_job_is_nobody_elses_until_the_lease_is_over(database: str) -> None:
    await ask("greet", {})
    wall = clock.wall_now_us()
    lease = wall + LEASE_SECONDS * 1_000_000
    assert len(await outbox._lease(clock.now_us(), lease, wall, 20)) == 1
    assert len(await outbox._lease(clock.now_us(), lease, wall, 20)) == 0
    later = lease + 1
    assert len(await outbox._lease(clock.now_us(), later + LEASE_SECONDS * 1_000_000, later, 20)) == 1


async def test_moving_the_clock_hands_no_job_to_two_workers(database: str) -> None:
    await ask("greet", {})
    wall = clock.wall_now_us()
    await outbox._lease(clock.now_us(), wall + LEASE_SECONDS * 1_000_000, wall, 20)
    clock.set_offset(clock.from_us(30 * 86_400_000_000) - clock.from_us(0))
    assert await work_off({}) == 0


WORKER = """
import asyncio, sys
from crowdfund.database import open_database, close_database, outbox
async def main():
    await open_database(sys.argv[1])
    done = []
    async def work(payload): done.append(payload["n"])
    while await outbox.work_off({"count": work}): pass
    print(*done)
    await close_database()
asyncio.run(main())
"""


@pytest.mark.landing
async def test_four_workers_do_each_job_once(database: str, long: bool) -> None:
    number = 5_000 if long else 400
    await atomic(outbox.enqueue_many)([("count", {"n": n}, None) for n in range(number)])
    running = [
        await asyncio.create_subprocess_exec(
            sys.executable, "-c", WORKER, database, stdout=asyncio.subprocess.PIPE, cwd=Path(__file__).parents[2],
        )
        for _ in range(4)
    ]  # fmt: skip
    done = [int(n) for process in running for n in (await process.communicate())[0].split()]
    assert sorted(done) == list(range(number))
    assert await JOBS() == []
