"""Fans and sellers hang up while they reserve, pay, let go, send, call off and pay back: each is done whole, or not at all."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable

import pytest

from crowdfund.orders.goods import paying, placing
from crowdfund.orders.goods.models import GoodsLine, GoodsOrder, Purchase
from crowdfund.orders.goods.placing import place_purchase
from crowdfund.orders.parcels.models import Parcel
from crowdfund.orders.parcels.sending import Sending, send
from crowdfund.orders.returns.by_staff import pay_back
from crowdfund.orders.returns.cancelling import cancel_by_seller
from crowdfund.payments.models import Refund
from crowdfund.worker import work_until_idle
from tests.bank import books_proven, pass_time
from tests.crash.test_cancelled import hung_up_on, nothing_is_held
from tests.goods import ForSale, a_want, at_the_till, bought, for_sale, shelf
from tests.money import press
from tests.world import Fan, a_fan

pytestmark = pytest.mark.usefixtures("database")
ON_HAND, PAID = 60, 8


@pytest.fixture
def times(long: bool, both: bool) -> int:
    return 2_000 if long else 200 if both else 100


class Stall:
    """Sixty of a thing, fans who want two each, and eight orders that are paid already."""

    def __init__(self, one: ForSale, fans: list[Fan], chance: random.Random) -> None:
        self.one, self.fans, self.chance = one, fans, chance

    async def take(self) -> None:
        made = await place_purchase(await a_want(self.chance.choice(self.fans), (self.one, 2)))
        purchase = await Purchase.get(id=made.id)
        if self.chance.random() < 0.5:
            url = await at_the_till(purchase)
            if self.chance.random() < 0.5:
                await press(url, card="ok", email="fan@example.com")
                await paying.visits.look_at_subject(purchase.id)
                return
        await paying.let_go(purchase)

    async def send(self) -> None:
        order, line = await self._paid()
        await send(
            Sending(order.id, "China Post", "", {line.id: 1}), by=self.one.owner.id, key=f"{order.id}-{line.shipped}"
        )

    async def call_off(self) -> None:
        order, line = await self._paid()
        await cancel_by_seller(order.id, {line.id: 1}, "The kiln broke.", by=self.one.owner.id, restock=True)

    async def pay_back(self) -> None:
        order, line = await self._paid()
        await pay_back(order.id, {line.id: 1}, "It has a crack.", by=self.one.owner.id)

    async def _paid(self) -> tuple[GoodsOrder, GoodsLine]:
        order = self.chance.choice(await GoodsOrder.filter(state="paid"))
        return order, await GoodsLine.get(order_id=order.id)


@pytest.mark.landing
async def test_whoever_hangs_up_has_all_of_it_or_nothing(times: int) -> None:
    chance = random.Random(6)
    one = await for_sale(on_hand=ON_HAND)
    for _ in range(PAID):
        await bought(await a_fan("Bo"), (one, 2))
    stall = Stall(one, [await a_fan() for _ in range(20)], chance)
    calls: list[Callable[[], Awaitable[object]]] = [stall.take, stall.take, stall.send, stall.call_off, stall.pay_back]
    cancelled = await hung_up_on([chance.choice(calls) for _ in range(times)], chance, long_seconds=1)
    await placing.finish()
    assert cancelled > times // 4
    await nothing_is_held()
    await pass_time(minutes=40)  # what nobody paid is over
    await books_proven()
    lines = {line.order_id: line for line in await GoodsLine.all()}
    gone = 0
    for order in await GoodsOrder.all():
        line = lines[order.id]
        assert order.state in ("paid", "refunded", "expired")
        if order.state == "expired":
            assert (line.shipped, line.returned) == (0, 0)
        else:
            gone += line.quantity
    on_hand, reserved = await shelf(one)
    assert reserved == 0 and ON_HAND - gone <= on_hand <= ON_HAND
    assert await Parcel.exists() and await Refund.exists(), "some of it was done"
    await work_until_idle()
    assert (await bought(await a_fan("Ada"), (one, 1))).state == "paid"
