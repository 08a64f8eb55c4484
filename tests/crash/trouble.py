"""The processor's bad hours, for stories that have to end right whatever it does: `async with trouble.at("refunds.create"): …`."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import product

import pytest
import time_machine

from crowdfund.payments import stripe
from crowdfund.payments.stripe import PaymentsUnavailable
from crowdfund.worker import work_until_idle
from tests.bank import ask, fault, no_faults

KINDS = ["refuse", "hang", "http500_before", "http500_after", "http500_sticky", "rate_limit", "drop_after", "garbage"]
ENGINES = ["sqlite", "postgres"]
TIMEOUT_SECONDS, HANG_SECONDS = 1.0, 1.5


@dataclass
class Trouble:
    """The processor's bad hours."""

    kind: str
    wall: time_machine.Traveller
    without: Collection[str] = ()  # sweeps that the story at hand has nothing to do with
    struck_now: list[str] = field(default_factory=list)
    struck: Counter[str] = field(default_factory=Counter)  # how many calls, by operation

    @asynccontextmanager
    async def at(self, operation: str, *, sure: bool = True) -> AsyncIterator[None]:
        """Every call of this kind is struck, for as long as this lasts. sure: at least one is made."""
        self.struck_now.append(operation)
        await fault(self.kind, operation, seconds=HANG_SECONDS)
        yield
        self.struck_now.remove(operation)
        await self._ends()
        assert not sure or self.struck[operation] > 0, f"nothing asked for {operation} meanwhile"
        if self.kind == "hang":
            await asyncio.sleep(HANG_SECONDS)  # what hangs is still being done: time passes for it as well

    @asynccontextmanager
    async def lost_for_a_day(self, operation: str) -> AsyncIterator[None]:
        """An answer is lost, and for a day no other comes: after that the key is forgotten, and only looking helps."""
        await fault("drop_after", operation, times=1)
        await fault("refuse", operation)
        yield
        await self.passes(hours=25)
        await self._ends()

    async def _ends(self) -> None:
        for one in (await ask("GET", "faults"))["faults"]:
            self.struck[one["operation"]] += one["hits"]
        await no_faults()
        for operation in self.struck_now:  # what is around it goes on
            await fault(self.kind, operation, seconds=HANG_SECONDS)

    async def passes(self, **by: float) -> None:
        """Time passes here and there; the regular work is done."""
        self.wall.shift(timedelta(**by))
        await ask("POST", "clock", {"advance_seconds": int(timedelta(**by).total_seconds())})
        await work_until_idle(without=self.without)

    async def is_over(self) -> None:
        """Minutes later; and for a first answer that is repeated for a day, after that day."""
        await self.passes(minutes=2)
        await self.passes(minutes=10)
        if self.kind == "http500_sticky":
            await self.passes(hours=25)
            await self.passes(minutes=2)


async def tried(call: Awaitable[object]) -> None:
    """What the processor leaves unknown is no error of the site: whoever asked is told to come back."""
    try:
        await call
    except (stripe.Unknown, PaymentsUnavailable):
        pass


def choose(metafunc: pytest.Metafunc, calls: Sequence[str], *, moving: Sequence[str]) -> None:
    """All of them with --long; with --both every fault on the calls that move money; else one on each."""
    if "call" not in metafunc.fixturenames:
        return
    if metafunc.config.getoption("--long"):
        cases = list(product(ENGINES, calls, KINDS))
    else:
        many = len(KINDS) if metafunc.config.getoption("--both") else 1
        first = [(call, KINDS[(3 * i + n) % len(KINDS)]) for i, call in enumerate(moving) for n in range(many)]
        others = [(call, KINDS[i % len(KINDS)]) for i, call in enumerate(call for call in calls if call not in moving)]
        cases = [(ENGINES[i % 2], call, kind) for i, (call, kind) in enumerate([*first, *others])]
    metafunc.parametrize(("engine", "call", "kind"), cases)
