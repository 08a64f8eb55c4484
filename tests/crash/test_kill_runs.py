"""A production run, killed between its beats again and again: every card is charged once, and all money ends where it belongs."""

from __future__ import annotations

import random

import pytest
import time_machine

from crowdfund.books import check
from crowdfund.database import Sql, atomic
from crowdfund.merch.runs import actions
from crowdfund.payments.models import Charge, Refund
from tests.bank import fault, no_faults
from tests.crash.nursery import Nursery
from tests.crash.test_kill import environ_of_site, minutes_later, wall
from tests.goods import moved
from tests.runs import a_run, again, ordered, states
from tests.world import a_fan, broken

pytestmark = pytest.mark.landing

__all__ = ["wall"]


async def killed(nursery: Nursery, times: int, chance: random.Random, most_seconds: float) -> None:
    for _ in range(times):
        child = await nursery.born("settle", environ_of_site())
        await child.killed_after(chance.uniform(0.0, most_seconds))
        await atomic(Sql("UPDATE sweep SET lease_until = 0").__call__)()


@pytest.mark.alone
async def test_a_run_killed_while_it_is_charged_and_given_back_ends_right(
    wall: time_machine.Traveller, nursery: Nursery, long: bool
) -> None:
    number, chance = 300 if long else 30, random.Random(7)
    run = await a_run(minimum=number)
    await ordered(run, *["instant"] * number)
    await fault("http500_after", "payment_intents.create", times=number // 10)
    await killed(nursery, 3, chance, 0.8)
    await no_faults()
    await minutes_later(wall)
    await minutes_later(wall)
    now = await again(run)
    assert (now.state, now.units_paid, await states(run)) == ("funded", number, {"collected": number})
    assert await Charge.filter(state="succeeded").count() == number
    await actions.cancel_run(
        run.id, "The mould broke.", organisation_id=run.organisation_id, by=(await a_fan("Lin")).id
    )
    await fault("http500_after", "refunds.create", times=number // 10)
    await killed(nursery, 3, chance, 0.8)
    await no_faults()
    await minutes_later(wall)
    await minutes_later(wall)
    assert (await states(run), (await again(run)).units_taken) == ({"given_back": number}, 0)
    assert [(refund.amount_minor, refund.state) for refund in await Refund.all()] == [(113_00, "succeeded")] * number
    assert await moved("refunds") == (number, number * 113_00)
    assert broken((await check(counting=False)).findings) == []
