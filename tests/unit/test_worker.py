"""Work that is done in turn ends when nothing more can be found, and not before."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from crowdfund import worker
from crowdfund.database import Sql, atomic
from crowdfund.database.read_up_to import begin, have_read
from crowdfund.worker import Sweep, work_until_idle

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database")]


async def _nothing() -> bool:
    return False


def times(more: int) -> Callable[[], Awaitable[bool]]:
    """Work that says so often that there is more."""
    left = [more]

    async def work() -> bool:
        left[0] -= 1
        return left[0] >= 0

    return work


@atomic
async def _write() -> None:
    await have_read("what a test reads", await begin("what a test reads") + 1)


async def done(
    monkeypatch: pytest.MonkeyPatch, sweeps: dict[str, Callable[[], Awaitable[bool]]], runs_max: int = 100
) -> str:
    """Which of these sweeps were done, in order."""
    said: list[str] = []

    def telling(name: str, work: Callable[[], Awaitable[bool]]) -> Callable[[], Awaitable[bool]]:
        async def tell() -> bool:
            said.append(name)
            return await work()

        return tell

    monkeypatch.setattr(worker, "SWEEPS", tuple(Sweep(name, 1, telling(name, work)) for name, work in sweeps.items()))
    await work_until_idle(runs_max)
    return "".join(said)


async def test_what_finds_nothing_is_done_once(monkeypatch: pytest.MonkeyPatch) -> None:
    assert await done(monkeypatch, {"a": _nothing, "b": _nothing, "c": _nothing}) == "abc"


async def test_after_the_last_that_had_something_all_others_look_once_more(monkeypatch: pytest.MonkeyPatch) -> None:
    sweeps = {"a": _nothing, "b": times(2), "c": _nothing, "d": _nothing}
    assert await done(monkeypatch, sweeps) == "a" + "bbb" + "cd" + "ab"


async def test_who_writes_and_says_nothing_lets_all_others_look_in_a_whole_round(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What c writes is work for b, which was done before it."""
    written, seen = [False], [0]

    async def writes() -> bool:
        if not written[0]:
            await _write()
        written[0] = True
        return False

    async def follows() -> bool:
        up_to = int(await Sql("SELECT id FROM read_up_to WHERE what = 'what a test reads'").value() or 0)
        more, seen[0] = up_to > seen[0], up_to
        return more

    sweeps = {"a": times(1), "b": follows, "c": writes, "d": _nothing}
    assert await done(monkeypatch, sweeps) == "aabcd" + "abbcd" + "ab"


async def test_work_that_never_ends_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(RuntimeError, match="the work does not end: b"):
        await done(monkeypatch, {"a": _nothing, "b": times(1_000)}, runs_max=20)
