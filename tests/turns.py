"""Tests that measure how long something takes run alone, though others share the machine's cores with them."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def turn(folder: Path, *, alone: bool) -> Iterator[None]:
    """Held by each test while it runs, in all processes of one test run. alone: nobody else holds one meanwhile.

    Who wants to be alone holds the gate while the others end, so that no new ones begin and the wait has an end.
    """
    with (folder / "gate").open("w") as gate, (folder / "turn").open("w") as lock:
        fcntl.flock(gate, fcntl.LOCK_EX)
        fcntl.flock(lock, fcntl.LOCK_EX if alone else fcntl.LOCK_SH)
        fcntl.flock(gate, fcntl.LOCK_UN)
        yield
