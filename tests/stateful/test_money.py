"""Anything that may happen to money, in any order, on both databases, against a small model; the books proven all the while."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis.stateful import initialize

from crowdfund.database import open_database
from tests.stateful.rules_banks import Banks
from tests.stateful.rules_fans import Fans
from tests.stateful.rules_milestones import Milestones
from tests.stateful.rules_time import Time
from tests.stateful.rules_transfers import Transfers
from tests.transfers import a_charity, a_club, a_recipient
from tests.world import a_fan


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


@pytest.mark.landing
@pytest.mark.parametrize("engine", ["sqlite", "postgres"])
def test_money(engine: str, tell: Callable[..., None], long: bool) -> None:
    steps = {"sqlite": 20_000 if long else 100, "postgres": 5_000 if long else 50}[engine]
    tell(MoneyMachine, engine, steps)
