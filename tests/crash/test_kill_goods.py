"""Goods, with kill -9 in the middle: paid, sent, paid back and paid out once each; and of fifty who want the last piece one has it."""

from __future__ import annotations

import asyncio
import os
import random
import signal
from collections.abc import AsyncIterator
from contextlib import suppress

import orjson
import pytest
import time_machine

from crowdfund.books import check
from crowdfund.database import Sql, atomic, close_database, open_database
from crowdfund.database.ids import public
from crowdfund.ledger import balance_minor, chart
from crowdfund.merch.listings.models import Variant
from crowdfund.orders.goods.models import GoodsLine, GoodsOrder, Purchase
from crowdfund.orders.parcels.models import Parcel
from crowdfund.payments import stripe
from crowdfund.payments.models import Refund
from crowdfund.payouts.models import Payout
from crowdfund.people.tokens import make_token
from crowdfund.replay.client import Answer, Connection, NotHttp, bearer_json
from crowdfund.replay.site import Site
from tests.bank import fault, no_faults, pass_time
from tests.crash.nursery import Nursery
from tests.crash.test_kill import environ_of_site, minutes_later, wall
from tests.crash.test_server import started_again
from tests.goods import ForSale, at_the_till, for_sale, moved, placed, shelf, with_account
from tests.money import press
from tests.world import a_fan, broken

pytestmark = pytest.mark.landing

__all__ = ["wall"]
BUYERS = 50


async def paid_unheard(one: ForSale) -> GoodsOrder:
    """A fan has paid for two at the processor, and no event has told us."""
    purchase = await placed(await a_fan("Mei"), (one, 2))
    await press(await at_the_till(purchase), card="instant", email="fan@example.com")
    return await GoodsOrder.get(purchase_id=purchase.id)


@pytest.mark.alone
async def test_paid_sent_paid_back_and_paid_out_once_however_often_it_is_killed(
    wall: time_machine.Traveller, nursery: Nursery, long: bool
) -> None:
    number, kills, chance = (100, 20, random.Random(5)) if long else (12, 4, random.Random(5))
    one = await with_account(await for_sale(on_hand=2 * number + 1))
    orders = [await paid_unheard(one) for _ in range(number)]
    back = [order.id for order in orders[::3]]
    acknowledged: list[int] = []
    for operation in ("refunds.create", "transfers.create"):
        await fault("http500_after", operation, times=2)
    for _ in range(kills):
        child = await nursery.born("keep_shop", environ_of_site(), shop=one.shop.id, by=one.owner.id, back=back)
        acknowledged += await child.killed_after(chance.uniform(0.0, 0.8))
        await atomic(Sql("UPDATE sweep SET lease_until = 0").__call__)()
    await no_faults()
    child = await nursery.born("keep_shop", environ_of_site(), shop=one.shop.id, by=one.owner.id, back=back)
    async with asyncio.timeout(240):
        while await Parcel.all().count() < number or await GoodsLine.filter(returned=1).count() < len(back):
            await asyncio.sleep(0.05)
    acknowledged += await child.killed_after(0)
    await atomic(Sql("UPDATE sweep SET lease_until = 0").__call__)()
    await minutes_later(wall)
    await minutes_later(wall)
    await pass_time(days=2)
    sent = [parcel.order_id for parcel in await Parcel.all()]
    assert sorted(sent) == sorted(order.id for order in orders) and set(acknowledged) <= set(sent)
    assert len(acknowledged) == len(set(acknowledged)), "an order was sent twice"
    assert (await moved("charges"), await shelf(one)) == ((number, number * 102_30), (1, 0))
    assert await moved("refunds") == (len(back), len(back) * 48_15)
    assert {refund.state for refund in await Refund.all()} == {"succeeded"}
    payouts = await Payout.all()
    assert {payout.state for payout in payouts} == {"paid"}
    assert await moved("transfers") == (len(payouts), sum(payout.amount_minor for payout in payouts))
    assert await balance_minor(chart.earnings(one.shop.id, "USD")) == 0
    assert broken((await check(counting=False)).findings) == []
    print(
        f"{kills} kills: {number} paid and sent once, {len(acknowledged)} acknowledged, {len(back)} pieces paid back once"
    )


# --- the last piece ---


@pytest.fixture
async def opened(site: Site) -> AsyncIterator[Site]:
    await open_database(site.settings.database_url)
    yield site
    await stripe.close()
    await close_database()


class Rush:
    """Fifty who want the last piece at the same moment, each by a program of her own."""

    def __init__(self, site: Site, tokens: list[str], one: ForSale) -> None:
        self.site, self.tokens, self.one, self.answered = site, tokens, one, 0
        line = {"variant": public(one.variant.id), "quantity": 1, "price_minor": 45_00}
        whom = {"name": "Mei Lin", "address": ["3 Quay Street", "Portland"], "total_minor": 54_15}
        self.body = orjson.dumps({"currency": "USD", "country": "US", "lines": [line], **whom})

    async def ask(self, token: str) -> Answer | None:
        """None: the answer never came."""
        connection = Connection(self.site.url)
        with suppress(NotHttp, OSError):
            try:
                answer = await connection.ask("POST", "/api/v1/purchases", self.body, bearer_json(token, self.key))
                self.answered += 1
                return answer
            finally:
                connection.close()
        return None

    @property
    def key(self) -> str:
        return f"the-last-of-{self.one.variant.id}"

    async def all_ask(self) -> list[Answer | None]:
        async with asyncio.timeout(240):
            return await asyncio.gather(*(self.ask(token) for token in self.tokens))

    async def one_has_it(self, *heard: list[Answer | None]) -> Purchase:
        """One purchase, whoever asked how often; all others were told in words that it is gone."""
        answers = [answer for each in heard for answer in each if answer is not None]
        assert {answer.status for answer in answers} <= {201, 409}, [a.body for a in answers if a.status >= 500]
        won = {answer.json["id"] for answer in answers if answer.status == 201}
        (purchase,) = await Purchase.filter(key=self.key)
        assert won == {public(purchase.id)}
        for answer in answers:
            if answer.status == 409:
                assert "This is sold out." in answer.json["detail"], answer.body
        assert await shelf(self.one) == (1, 1)
        return purchase


async def buyers(number: int = BUYERS) -> list[str]:
    return [await make_token((await a_fan()).id, "a program", ("goods:read", "goods:write")) for _ in range(number)]


@pytest.mark.alone
async def test_fifty_at_the_last_piece_of_a_running_server_some_of_them_cut_off(opened: Site, long: bool) -> None:
    tokens, chance = await buyers(), random.Random(8)
    rounds, killed = (20, {3, 8, 13, 18}) if long else (3, {1})
    lost = 0
    for turn in range(rounds):
        rush = Rush(opened, tokens, await for_sale(on_hand=1))
        if turn not in killed:
            heard = await rush.all_ask()
            assert [answer.status for answer in heard if answer is not None].count(201) == 1, heard[0]
            assert None not in heard
            await rush.one_has_it(heard)
            continue
        asking = asyncio.ensure_future(rush.all_ask())
        hear = chance.randrange(BUYERS // 2)
        while rush.answered < hear and not asking.done():
            await asyncio.sleep(0.001)
        os.killpg(opened.process.pid, signal.SIGKILL)
        opened.process.wait()
        first = await asking
        lost += first.count(None)
        await started_again(opened)
        again = await rush.all_ask()  # each with her key: who had it has it
        assert None not in again
        await rush.one_has_it(first, again)
    assert lost > 0
    assert await Variant.filter(reserved__gt=1).count() == 0
    assert broken((await check(counting=False)).findings) == []
    print(f"{rounds} rounds of {BUYERS}, {len(killed)} killed with {lost} unanswered: one has it each time")
