"""A site of its own for each example that Hypothesis tries, and a sandbox that it asks; both on one clock that stands still."""

from __future__ import annotations

import asyncio
import os
import secrets
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import asyncpg
import time_machine
from hypothesis import HealthCheck, Phase, seed
from hypothesis import settings as profile
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test

from crowdfund import clock, settings
from crowdfund.books import check
from crowdfund.database import close_database
from crowdfund.payments import stripe
from crowdfund.refusal import Refusal
from crowdfund.sandbox.process import Running
from crowdfund.worker import work_until_idle
from tests.bank import ask, no_faults
from tests.world import broken

STEPS_AN_EXAMPLE = 50


class OnASite(RuleBasedStateMachine):
    """What rules of any subject need: to do things on the site, and time. new_settings: of a site that nobody has used."""

    new_settings: Callable[[], settings.Settings]
    steps_done = 0

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.ours = type(self).new_settings()
        settings.use(self.ours)
        clock.share(self.ours.clock_file)
        self.wall = time_machine.travel(clock.from_us(clock.wall_now_us()), tick=False)
        self.traveller = self.wall.start()

    def do(self, work: Awaitable[Any]) -> Any:
        return self.loop.run_until_complete(work)

    def asked(self, work: Awaitable[Any]) -> str | None:
        """Do it; gives the name of the refusal, if it was refused."""
        try:
            self.do(work)
        except Refusal as refusal:
            return type(refusal).__name__
        return None

    async def pass_time(self, seconds: int) -> None:
        """Here and at the processor; nothing is done meanwhile."""
        self.traveller.shift(seconds)
        await ask("POST", "clock", {"advance_seconds": seconds})

    def teardown(self) -> None:
        """The processor's answers come after all, and its record is compared with ours to the cent."""
        try:
            self.do(self._end())
        finally:
            self.do(self._close())
            self.loop.close()
            self.wall.stop()
            clock.unshare()

    async def _end(self) -> None:
        await no_faults()
        await work_until_idle()
        report = await check()
        assert broken(report.findings) == []

    async def _close(self) -> None:
        await stripe.close()
        await close_database()


def run(
    machine: type[OnASite],
    engine: str,
    steps: int,
    *,
    new_database: Callable[[str], str],
    sandbox: Running,
    folder: Path,
    chosen_seed: str | None,
    is_long: bool,
) -> None:
    """Examples of fifty steps until so many were compared. CROWDFUND_STEPS and CROWDFUND_SHRINK are for whoever looks for a cause."""
    steps = int(os.environ.get("CROWDFUND_STEPS", steps))
    urls: list[str] = []

    def new_settings() -> settings.Settings:
        if urls:
            _forget(urls.pop(), engine)
        urls.append(new_database(engine))
        data = folder / secrets.token_hex(4)
        data.mkdir()
        return settings.Settings(
            database_url=urls[0], secret="a secret for tests", data=data, uploads=data,
            stripe_key=f"sk_test_sandbox_{secrets.token_hex(8)}", stripe_webhook_secret="whsec_test", sandbox_url=sandbox.url,
        )  # fmt: skip

    tried = type("Machine", (machine,), {"new_settings": staticmethod(new_settings), "steps_done": 0})
    began = time.monotonic()
    while tried.steps_done < steps:  # type: ignore[attr-defined]
        if chosen_seed is not None:
            seed(f"{chosen_seed} after {tried.steps_done} steps")(tried)  # type: ignore[attr-defined]
        run_state_machine_as_test(
            tried,
            settings=profile(
                max_examples=min(100, 2 * steps // STEPS_AN_EXAMPLE), stateful_step_count=STEPS_AN_EXAMPLE, deadline=None, database=None,
                derandomize=not is_long and chosen_seed is None, suppress_health_check=list(HealthCheck), print_blob=True,
                phases=[Phase.generate, Phase.shrink] if "CROWDFUND_SHRINK" in os.environ else [Phase.generate],
            ),
        )  # fmt: skip
    print(f"{engine}: {tried.steps_done} compared steps in {time.monotonic() - began:.1f} s")  # type: ignore[attr-defined]


def _forget(url: str, engine: str) -> None:
    if engine == "postgres":
        asyncio.run(_drop(url))
    else:
        for path in Path(url.removeprefix("sqlite:///")).parent.glob(f"{Path(url).stem}.db*"):
            path.unlink()


async def _drop(url: str) -> None:
    name = url.split("@/")[1].split("?")[0]
    connection = await asyncpg.connect(url.replace(f"/{name}?", "/postgres?"))
    try:
        await connection.execute(f"DROP DATABASE {name}")
    finally:
        await connection.close()
