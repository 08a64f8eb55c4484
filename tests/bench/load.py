"""Load by keep-alive clients for some seconds: how many answers, how fast, and how many were not what was wanted."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from crowdfund.replay.client import Connection, Times

Request = tuple[str, str, bytes, bytes]


@dataclass(frozen=True, slots=True)
class Load:
    per_second: float
    p50_ms: float
    p99_ms: float
    wrong: int
    right: int = 0


async def load(url: str, next_request: Callable[[], Request], *, clients: int, seconds: float, wanted: int) -> Load:
    times, wrong = Times(), 0
    ends = time.perf_counter() + seconds

    async def one() -> None:
        nonlocal wrong
        connection = Connection(url, times)
        while time.perf_counter() < ends:
            answer = await connection.ask(*next_request())
            wrong += answer.status != wanted
        connection.close()

    started = time.perf_counter()
    await asyncio.gather(*(one() for _ in range(clients)))
    took = time.perf_counter() - started
    return Load(
        len(times.seconds) / took, times.percentile_ms(50), times.percentile_ms(99), wrong, len(times.seconds) - wrong
    )


async def load_walks(
    urls: Sequence[str], walk: Callable[[list[Connection]], Awaitable[bool]], *, clients: int, seconds: float
) -> Load:
    """The same for ways of several requests, timed as one: each client has a connection to each of these addresses.

    walk: gives whether it ended as it should.
    """
    times, wrong = Times(), 0
    ends = time.perf_counter() + seconds

    async def one() -> None:
        nonlocal wrong
        connections = [Connection(url) for url in urls]
        while time.perf_counter() < ends:
            begun = time.perf_counter()
            went = await walk(connections)  # not within the sum: that would be read before the others have added to it
            wrong += not went
            times.seconds.append(time.perf_counter() - begun)
        for connection in connections:
            connection.close()

    started = time.perf_counter()
    await asyncio.gather(*(one() for _ in range(clients)))
    took = time.perf_counter() - started
    right = len(times.seconds) - wrong
    return Load(right / took, times.percentile_ms(50), times.percentile_ms(99), wrong, right)
