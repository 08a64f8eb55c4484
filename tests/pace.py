"""How slow this machine is at this moment: limits in seconds are for the one on which they were set."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from statistics import median
from time import perf_counter

READY_WITHIN_SECONDS = 3  # after a kill
_SET_ON_SECONDS = 0.0062  # what `_work` took there
_STARTED_ON_SECONDS = 0.5  # what `_start` took there


def _work() -> object:
    """Some of what Python does most: numbers, words, and looking things up."""
    found: dict[str, int] = {}
    for number in range(20_000):
        found[f"{number % 997}"] = found.get(f"{number % 997}", 0) + number
    return sum(sorted(found.values()))


def _start() -> object:
    """Two programs at once, as a site has, that read libraries, none of them ours: files, bytecode and memory, which can be slow
    where counting is quick."""
    program = [sys.executable, "-c", "import asyncpg, httpx, jinja2, pydantic, stripe"]
    return [started.wait() for started in [subprocess.Popen(program), subprocess.Popen(program)]]


def slowness() -> float:
    """How many times slower, at least 1: a faster machine gets the same limits."""
    return max(1.0, min(_times(_work, 7)) / _SET_ON_SECONDS)


def seconds_there(work: Callable[[], object]) -> float:
    """What some work of milliseconds would take there: each time is put beside our own of the same moment."""
    return median(_time(work) / _time(_work) for _ in range(15)) * _SET_ON_SECONDS


def slowness_of_starts() -> float:
    """The same for programs that start."""
    return max(1.0, min(_times(_start, 3)) / _STARTED_ON_SECONDS)


def _times(work: Callable[[], object], often: int) -> list[float]:
    return [_time(work) for _ in range(often)]


def _time(work: Callable[[], object]) -> float:
    began = perf_counter()
    work()
    return perf_counter() - began
