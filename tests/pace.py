"""How slow this machine is at this moment: limits in seconds are for the one on which they were set."""

from __future__ import annotations

from time import perf_counter

READY_WITHIN_SECONDS = 3  # after a kill
_SET_ON_SECONDS = 0.0115  # what the work below took there


def _work() -> int:
    """Some of what Python does most: numbers, words, and looking things up."""
    found: dict[str, int] = {}
    for number in range(20_000):
        found[f"{number % 997}"] = found.get(f"{number % 997}", 0) + number
    return sum(sorted(found.values()))


def slowness() -> float:
    """How many times slower, at least 1: a faster machine gets the same limits."""
    times = []
    for _ in range(7):
        began = perf_counter()
        _work()
        times.append(perf_counter() - began)
    return max(1.0, min(times) / _SET_ON_SECONDS)
