"""Anything that may happen to money, in any order, on both databases, against a small model; the books proven all the while."""

from __future__ import annotations

import asyncio
import os
import secrets
import time
from collections.abc import Callable
from pathlib import Path

import asyncpg
import pytest
from hypothesis import HealthCheck, Phase, seed
from hypothesis import settings as profile
from hypothesis.stateful import initialize, run_state_machine_as_test
from stripe import HTTPClient

from crowdfund import settings
from crowdfund.database import open_database
from crowdfund.sandbox.process import Running
from tests.stateful.rules_banks import Banks
from tests.stateful.rules_fans import Fans
from tests.stateful.rules_milestones import Milestones
from tests.stateful.rules_time import Time
from tests.stateful.rules_transfers import Transfers
from tests.transfers import a_charity, a_club, a_recipient
from tests.world import a_fan

STEPS_AN_EXAMPLE = 50


class MoneyMachine(Fans, Banks, Milestones, Transfers, Time):
    """Does each thing to the site and to the model, and compares."""

    @initialize()
    def a_site(self) -> None:
        async def begin() -> None:
            await open_database(self.ours.database_url)
            self.club, self.owner = await a_club()
            self.staff, self.second = await a_fan("Staff"), await a_fan("Second")
            self.academy, self.charity = await a_recipient(self.club.id), await a_charity()

        self.do(begin())
        for kind in ("ok", "authentication_always", "fixable", "instant"):
            self.a_fan(kind)
        self.a_fund(50_00, "strict", 3)
        self.a_film(25_00, "flexible", 1, (3_333, 3_333, 3_334), True)
        self.a_fund(25_00, "flexible", 1)
        for who, where, amount in (
            (0, 2, 25_00), (1, 2, 25_00), (2, 2, 25_00), (3, 2, 300_00), (0, 1, 20_01), (2, 1, 33_33), (3, 1, 99_99), (0, 0, 50_00),
            (1, 0, 20_00),
        ):  # fmt: skip
            self.pledge(who, where, amount, tier=amount == 25_00)


async def _drop(url: str) -> None:
    name = url.split("@/")[1].split("?")[0]
    connection = await asyncpg.connect(url.replace(f"/{name}?", "/postgres?"))
    try:
        await connection.execute(f"DROP DATABASE {name}")
    finally:
        await connection.close()


@pytest.mark.parametrize("engine", ["sqlite", "postgres"])
def test_money(
    engine: str,
    new_database: Callable[[str], str],
    sandbox: Running,
    tmp_path: Path,
    long: bool,
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(HTTPClient, "INITIAL_DELAY", 0.001)
    monkeypatch.setattr(HTTPClient, "MAX_DELAY", 0.001)
    usual = {"sqlite": 20_000 if long else 100, "postgres": 5_000 if long else 50}[engine]
    steps, chosen = int(os.environ.get("CROWDFUND_STEPS", usual)), request.config.getoption("--hypothesis-seed")
    urls: list[str] = []

    def new_settings() -> settings.Settings:
        if urls:
            _forget(urls.pop())
        urls.append(new_database(engine))
        folder = tmp_path / secrets.token_hex(4)
        folder.mkdir()
        return settings.Settings(
            database_url=urls[0], secret="a secret for tests", data=folder, uploads=folder,
            stripe_key=f"sk_test_sandbox_{secrets.token_hex(8)}", stripe_webhook_secret="whsec_test", sandbox_url=sandbox.url,
        )  # fmt: skip

    def _forget(url: str) -> None:
        if engine == "postgres":
            asyncio.run(_drop(url))
        else:
            for path in Path(url.removeprefix("sqlite:///")).parent.glob(f"{Path(url).stem}.db*"):
                path.unlink()

    machine = type("Machine", (MoneyMachine,), {"new_settings": staticmethod(new_settings), "steps_done": 0})
    began = time.monotonic()
    while machine.steps_done < steps:  # type: ignore[attr-defined]
        if chosen is not None:
            seed(f"{chosen} after {machine.steps_done} steps")(machine)  # type: ignore[attr-defined]
        run_state_machine_as_test(
            machine,
            settings=profile(
                max_examples=min(100, 2 * steps // STEPS_AN_EXAMPLE), stateful_step_count=STEPS_AN_EXAMPLE, deadline=None, database=None,
                derandomize=not long and chosen is None, suppress_health_check=list(HealthCheck), print_blob=True,
                phases=[Phase.generate, Phase.shrink] if "CROWDFUND_SHRINK" in os.environ else [Phase.generate],
            ),
        )  # fmt: skip
    print(f"{engine}: {machine.steps_done} compared steps in {time.monotonic() - began:.1f} s")  # type: ignore[attr-defined]
