"""`Batch`: one piece of work for all that wait, and nobody fails for somebody else's want."""

from __future__ import annotations

import asyncio

import pytest

from crowdfund.database import Batch, Sql, as_rows, atomic, new_id
from crowdfund.refusal import Busy, Refusal

INSERT = Sql("""
    INSERT INTO rate_limit (key, arrives_at) SELECT value->>'key', CAST(value->>'n' AS BIGINT) FROM {rows} WHERE TRUE""")
COUNT = Sql("SELECT COUNT(*) AS n FROM rate_limit")


async def test_what_arrives_during_the_work_goes_into_the_next_batch() -> None:
    sizes: list[int] = []
    go_on = asyncio.Event()

    async def work(wants: list[int]) -> list[int]:
        sizes.append(len(wants))
        if len(sizes) == 1:
            await go_on.wait()
        return [want * 2 for want in wants]

    batch = Batch[int, int](work, size_max=50)
    asked = [asyncio.create_task(batch.ask(0))]
    await asyncio.sleep(0.01)
    asked += [asyncio.create_task(batch.ask(i)) for i in range(1, 121)]
    await asyncio.sleep(0)
    go_on.set()
    assert await asyncio.gather(*asked) == [i * 2 for i in range(121)]
    assert sizes == [1, 50, 50, 20]


async def test_a_refusal_among_the_answers_is_raised_to_its_asker() -> None:
    async def work(wants: list[int]) -> list[int | Exception]:
        return [Refusal("odd") if want % 2 else want for want in wants]

    batch = Batch[int, int](work)
    answers = await asyncio.gather(*(batch.ask(i) for i in range(4)), return_exceptions=True)
    assert [answers[0], answers[2]] == [0, 2]
    assert isinstance(answers[1], Refusal) and isinstance(answers[3], Refusal)


async def test_a_batch_that_fails_is_redone_one_by_one(database: str, engine: str) -> None:
    """Seven wants, one of them impossible: the database refuses the whole statement, and six rows are made all the same."""
    sizes: list[int] = []

    @atomic
    async def work(wants: list[str]) -> list[str]:
        sizes.append(len(wants))
        await INSERT(as_rows({"key": want, "n": 1} for want in wants))
        return wants

    batch = Batch[str, str](work)
    wants = ["a", "b", "c", "a", "d", "e", "f"]  # the second "a" breaks the key
    answers = await asyncio.gather(*(batch.ask(want) for want in wants), return_exceptions=True)
    assert [isinstance(answer, Exception) for answer in answers] == [False, False, False, True, False, False, False]
    assert int(await COUNT.value()) == 6
    # On PostgreSQL a key that is there already may have come a moment ago from another process: it is looked at twice.
    assert sizes == {"sqlite": [7] + [1] * 7, "postgres": [7, 7] + [1] * 8}[engine]


async def test_an_outage_is_told_to_all_at_once() -> None:
    calls = []

    async def work(wants: list[int]) -> list[int]:
        calls.append(len(wants))
        raise ConnectionRefusedError

    batch = Batch[int, int](work)
    answers = await asyncio.gather(*(batch.ask(i) for i in range(100)), return_exceptions=True)
    assert all(isinstance(answer, ConnectionRefusedError) for answer in answers)
    assert calls == [100]


async def test_the_queue_is_bounded() -> None:
    go_on = asyncio.Event()

    async def work(wants: list[int]) -> list[int]:
        await go_on.wait()
        return wants

    batch = Batch[int, int](work, size_max=2, waiting_max=3)
    asked = [asyncio.create_task(batch.ask(0))]
    await asyncio.sleep(0.01)
    asked += [asyncio.create_task(batch.ask(i)) for i in (1, 2, 3)]
    await asyncio.sleep(0)
    with pytest.raises(Busy) as refused:
        await batch.ask(4)
    assert refused.value.status_code == 503 and refused.value.retry_after_seconds == 1
    go_on.set()
    assert await asyncio.gather(*asked) == [0, 1, 2, 3]


async def test_who_goes_away_is_not_waited_for_and_what_was_asked_is_done(database: str) -> None:
    @atomic
    async def work(wants: list[int]) -> list[int]:
        await INSERT(as_rows({"key": str(want), "n": 1} for want in wants))
        return wants

    batch = Batch[int, int](work)
    asked = [asyncio.create_task(batch.ask(i)) for i in range(20)]
    await asyncio.sleep(0)
    for task in asked[::2]:
        task.cancel()
    await asyncio.gather(*asked, return_exceptions=True)
    await batch.finish()
    assert int(await COUNT.value()) == 20


async def test_finish_waits_for_all_that_was_asked(database: str) -> None:
    @atomic
    async def work(wants: list[int]) -> list[int]:
        await INSERT(as_rows({"key": str(want), "n": 1} for want in wants))
        return wants

    batch = Batch[int, int](work, size_max=3)
    asked = [asyncio.create_task(batch.ask(new_id())) for _ in range(10)]
    await asyncio.sleep(0)
    await batch.finish()
    assert int(await COUNT.value()) == 10
    await asyncio.gather(*asked)


async def test_a_work_that_forgets_somebody_fails_them_all_rather_than_letting_one_wait() -> None:
    async def work(wants: list[int]) -> list[int]:
        return wants[1:]

    batch = Batch[int, int](work)
    async with asyncio.timeout(5):
        answers = await asyncio.gather(*(batch.ask(i) for i in range(3)), return_exceptions=True)
    assert all(isinstance(answer, RuntimeError) for answer in answers)


async def test_a_work_that_is_cut_short_leaves_nobody_waiting() -> None:
    async def work(wants: list[int]) -> list[int]:
        raise asyncio.CancelledError

    batch = Batch[int, int](work)
    async with asyncio.timeout(5):
        answers = await asyncio.gather(*(batch.ask(i) for i in range(3)), return_exceptions=True)
    assert all(isinstance(answer, asyncio.CancelledError) for answer in answers)
