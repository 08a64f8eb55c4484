"""Fans hang up while they take seats, order, go to pay and send tickets back: each of these is done whole, or not at all."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable

import pytest

from crowdfund.orders import cancelling, paying, placing
from crowdfund.orders.models import Order
from crowdfund.screenings import holding
from crowdfund.screenings.models import Screening, Ticket
from crowdfund.screenings.rules import Kept
from crowdfund.worker import work_until_idle
from tests.bank import books_proven
from tests.cinema import a_hall_plan, a_screening, a_want, an_order, bought, page_for, pay_at
from tests.crash.test_cancelled import hung_up_on, nothing_is_held
from tests.world import Fan, a_fan

pytestmark = pytest.mark.usefixtures("database")
ROWS, SEATS, PAID = 12, 20, 12


@pytest.fixture
def times(long: bool) -> int:
    return 2_000 if long else 200


class Evening:
    """A hall of 240 seats, fans who want two neighbours each, and twelve who have theirs already."""

    def __init__(self, screening: Screening, fans: list[Fan], chance: random.Random) -> None:
        self.screening, self.fans, self.chance = screening, fans, chance

    async def take(self) -> None:
        """Any two neighbours, an order for them, and the way to the processor's page."""
        fan = self.chance.choice(self.fans)
        row, seat = self.chance.choice("ABCDEFGHIJK"), self.chance.randrange(1, SEATS)
        places = (f"{row}-{seat}", f"{row}-{seat + 1}")
        kept: Kept = await holding.hold_places(a_want(fan, self.screening, *places))
        placed = await placing.place_order(await an_order(fan, kept, places))
        if self.chance.random() < 0.5:
            url = await page_for(placed.id)
            if self.chance.random() < 0.5:
                await pay_at(url)
                await paying.look_at_order(await Order.get(id=placed.id))

    async def send_back(self) -> None:
        """A ticket that was paid before, if it was not sent back yet."""
        order = self.chance.choice(await Order.filter(state="paid", screening_id=self.screening.id))
        ticket = await Ticket.filter(order_id=order.id, state="sold").first()
        if ticket is not None:
            await cancelling.send_back(order.id, [ticket.id], expected_minor=11_00, by=order.person_id)


async def test_whoever_hangs_up_has_all_of_it_or_nothing(times: int) -> None:
    chance = random.Random(4)
    screening = await a_screening(plan=a_hall_plan(ROWS, SEATS), days=30, per_fan_max=50)
    for number in range(PAID):
        await bought(await a_fan("Bo"), screening, f"L-{number + 1}")
    evening = Evening(screening, [await a_fan() for _ in range(20)], chance)
    calls: list[Callable[[], Awaitable[object]]] = [evening.take, evening.take, evening.take, evening.send_back]
    cancelled = await hung_up_on([chance.choice(calls) for _ in range(times)], chance)
    await holding.finish()
    await placing.finish()
    assert cancelled > times // 4
    await nothing_is_held()
    await work_until_idle()
    await books_proven()
    for order in await Order.all():
        live = await Ticket.filter(order_id=order.id, state="sold").count()
        assert live == 0 or order.state == "paid"
    async with asyncio.timeout(5):
        assert (await bought(await a_fan("Ada"), screening, "L-20")).state == "paid"
