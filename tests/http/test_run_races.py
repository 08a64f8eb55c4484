"""Many at once: fifty on the last pieces of a run, the same click twice, and the cards of a run asked by two workers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from crowdfund.merch.runs.rules import NotToJoin
from crowdfund.orders.runs import charging, placing
from crowdfund.orders.runs.models import RunOrder
from crowdfund.orders.runs.placing import order_in_run
from crowdfund.orders.runs.sweep import work_on_runs
from crowdfund.payments.models import Charge, SavedCard
from crowdfund.worker import work_until_idle
from tests.bank import fans_with
from tests.runs import a_run, a_want, again, ordered, states


@pytest.fixture(autouse=True)
async def proven(proven_when_idle: None) -> AsyncIterator[None]:
    yield


async def test_fifty_on_the_last_three_pieces_three_have_them() -> None:
    run = await a_run(minimum=3, most=3)
    wants = []
    for fan in await fans_with(*["ok"] * 50):
        wants.append(await a_want(run, fan, card_id=(await SavedCard.get(person_id=fan.id)).id))
    answers = await asyncio.gather(*(order_in_run(want) for want in wants), return_exceptions=True)
    assert sum(isinstance(one, RunOrder) for one in answers) == 3
    assert all(isinstance(one, RunOrder | NotToJoin) for one in answers)
    await work_until_idle()
    now = await again(run)
    assert (now.state, now.units_taken, now.units_paid, await states(run)) == ("funded", 3, 3, {"collected": 3})
    assert await Charge.filter(state="succeeded").count() == 3


async def test_the_same_click_twice_is_one_order() -> None:
    run = await a_run(minimum=5)
    (fan,) = await fans_with("ok")
    want = await a_want(run, fan, card_id=(await SavedCard.get(person_id=fan.id)).id)
    orders = await asyncio.gather(*(order_in_run(want) for _ in range(8)))
    assert len({order.order_id for order in orders}) == 1 and (await again(run)).units_taken == 1


async def test_two_workers_charge_each_card_once() -> None:
    run = await a_run(minimum=6)
    await ordered(run, *["ok"] * 6)
    for _ in range(4):
        await asyncio.gather(work_on_runs(), work_on_runs(), charging.charge_due(run.id))
    await work_until_idle()
    assert ((await again(run)).state, await Charge.filter(state="succeeded").count()) == ("funded", 6)


async def test_cancelling_while_it_tips_ends_one_way_or_the_other() -> None:
    run = await a_run(minimum=2)
    (first,) = await ordered(run, "ok")
    (fan,) = await fans_with("ok")
    want = await a_want(run, fan, card_id=(await SavedCard.get(person_id=fan.id)).id)
    answers = await asyncio.gather(
        placing.cancel_order(first.order_id, person_id=first.person_id), order_in_run(want), return_exceptions=True
    )
    assert isinstance(answers[0], placing.NotToCancel | None) and isinstance(answers[1], RunOrder), answers
    cancelled = answers[0] is None
    await work_until_idle()
    assert (await again(run)).state == ("open" if cancelled else "funded")
