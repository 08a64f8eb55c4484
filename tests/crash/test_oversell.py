"""A hall that twice as many want as it has seats, on the real server: all sold, none twice, who is late is told; killed meanwhile."""

from __future__ import annotations

import asyncio
import os
import random
import signal
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, field
from urllib.parse import urlencode, urlsplit

import orjson
import pytest

from crowdfund import settings
from crowdfund.books import check
from crowdfund.database import close_database, open_database
from crowdfund.database.ids import public
from crowdfund.orders.models import Order
from crowdfund.payments import stripe
from crowdfund.payments.models import Refund
from crowdfund.replay.client import Answer, Connection, NotHttp, bearer_json
from crowdfund.replay.people import Fans, make_fans
from crowdfund.replay.site import Site
from crowdfund.screenings.models import Screening, Ticket
from crowdfund.screenings.queries import prices_of
from crowdfund.worker import work_until_idle
from tests.cinema import a_hall_plan, a_screening
from tests.crash.test_server import started_again
from tests.world import broken

pytestmark = pytest.mark.landing

FANS, CLIENTS = 2_000, 200
TAKEN = {"seat_in_cart", "seat_taken"}


@dataclass
class Hall:
    """A screening that everybody wants at once, through HTTP. answers: how often which was heard."""

    site: Site
    screening: Screening
    price: str
    answers: Counter[str] = field(default_factory=Counter)
    paid: set[str] = field(default_factory=set)

    async def ask(self, path: str, body: object, fan: int, key: str) -> Answer:
        connection = Connection(self.site.url)
        try:
            return await connection.ask("POST", path, orjson.dumps(body), bearer_json(Fans.token_of(fan), key))
        finally:
            connection.close()

    async def buy(self, fan: int, places: dict[str, object], lines: list[str], *, pay: bool = False) -> None:
        """Hold, order, and pay; what is refused is counted, with a 409 and its reason."""
        held = await self.ask(
            f"/api/v1/screenings/{public(self.screening.id)}/holds", places, fan, f"hold-{self.screening.id}"
        )
        if held.status != 201:
            assert held.status == 409, held.body
            self.answers[held.json["code"]] += 1
            return
        total = 11_00 * len(lines)
        body = {
            "hold": held.json["id"],
            "total_minor": total,
            "lines": [{"place": p, "price": self.price} for p in lines],
        }
        ordered = await self.ask("/api/v1/orders", body, fan, f"order-{self.screening.id}")
        assert ordered.status == 201, ordered.body
        self.answers["ordered"] += 1
        if pay:
            await self.pay(fan, ordered.json["id"])

    async def pay(self, fan: int, order: str) -> None:
        answer = await self.ask(f"/api/v1/orders/{order}/payment", {}, fan, f"pay-{self.screening.id}")
        assert answer.status == 200, answer.body
        processor = Connection(settings.current().sandbox_origin)
        form = urlencode({"email": "fan@example.com", "card": "ok"}).encode()
        page = urlsplit(answer.json["url"]).path
        sent = await processor.ask("POST", page, form, b"content-type: application/x-www-form-urlencoded\r\n")
        processor.close()
        if sent.status == 303:
            self.paid.add(order)

    async def is_sold(self) -> int:
        """How many have paid and have their ticket, each for a place of its own."""
        await self._all_is_done()
        tickets = await Ticket.filter(screening_id=self.screening.id, state="sold")
        assert len({t.order_id for t in tickets}) == len(tickets) == len(self.paid)
        seats = [t.seat_id for t in tickets if t.seat_id]
        assert len(seats) == len(set(seats))
        return len(tickets)

    async def _all_is_done(self) -> None:
        """What was paid is known to the site. Its own worker may be at it just now, and then there is nothing to do for this one."""
        async with asyncio.timeout(240):
            while True:
                await work_until_idle(leased=True)
                orders = await Order.filter(screening_id=self.screening.id, state__in=["placed", "expired"])
                if not any(public(order.id) in self.paid for order in orders):
                    return
                await asyncio.sleep(0.2)

    async def all_agrees(self) -> None:
        """Seats, tickets, money and books."""
        await self._all_is_done()
        for order in await Order.all():
            tickets = await Ticket.filter(order_id=order.id).count()
            assert (tickets > 0) == (order.state == "paid"), order.state
            if public(order.id) in self.paid:
                back = await Refund.filter(subject=order.subject).count()
                assert (order.state == "paid") != (back > 0), "the ticket or the money, never neither, never both"
        seats = [t.seat_id for t in await Ticket.filter(screening_id=self.screening.id, state="sold") if t.seat_id]
        assert len(seats) == len(set(seats))
        assert broken((await check(counting=False)).findings) == []


@pytest.fixture
async def opened(site: Site) -> AsyncIterator[Site]:
    await open_database(site.settings.database_url)
    await make_fans(FANS, lambda _: None)
    yield site
    await stripe.close()
    await close_database()


async def a_hall(site: Site, **more: object) -> Hall:
    screening = await a_screening(**more)
    prices = {price.category_id: public(price.id) for price in await prices_of(screening.id)}
    return Hall(site, screening, prices.get("standing", prices["usual"]))


async def test_two_hundred_clients_buy_a_hall_of_a_hundred_seats(opened: Site, long: bool) -> None:
    plan = a_hall_plan(10, 10)
    seats = [seat.id for seat in plan.seats]
    for turn in range(20 if long else 2):
        hall, chance = await a_hall(opened, plan=plan), random.Random(turn)
        wishes = [seats[n % 100] for n in range(CLIENTS)]
        chance.shuffle(wishes)
        async with asyncio.timeout(240):
            await asyncio.gather(
                *(hall.buy(fan, {"seats": [seat]}, [seat], pay=True) for fan, seat in enumerate(wishes))
            )
        assert hall.answers["ordered"] == 100
        assert {code for code in hall.answers if code != "ordered"} <= TAKEN
        assert sum(hall.answers.values()) == CLIENTS
        assert await hall.is_sold() == 100
    assert broken((await check(counting=False)).findings) == []


async def test_two_thousand_want_to_stand_where_five_hundred_can(opened: Site, long: bool) -> None:
    for _turn in range(20 if long else 1):
        hall = await a_hall(opened, plan=a_hall_plan(1, 1, standing=500))
        gate = asyncio.Semaphore(CLIENTS)

        async def one(fan: int, hall: Hall = hall, gate: asyncio.Semaphore = gate) -> None:
            async with gate:
                await hall.buy(fan, {"areas": [{"area": "floor", "places": 1}]}, ["floor"], pay=True)

        async with asyncio.timeout(300):
            await asyncio.gather(*(one(fan) for fan in range(FANS)))
        assert hall.answers["ordered"] == 500
        assert hall.answers["area_full"] == FANS - 500
        assert await hall.is_sold() == 500
    assert broken((await check(counting=False)).findings) == []


@pytest.mark.alone
async def test_killed_while_a_hall_is_sold_everybody_ends_with_a_ticket_or_her_money(opened: Site, long: bool) -> None:
    plan = a_hall_plan(10, 10)
    seats, chance = [seat.id for seat in plan.seats], random.Random(3)
    for _turn in range(5 if long else 1):
        hall = await a_hall(opened, plan=plan)

        async def one(fan: int, seat: str, hall: Hall = hall) -> None:
            with suppress(NotHttp, OSError):
                await hall.buy(fan, {"seats": [seat]}, [seat], pay=True)

        buying = asyncio.gather(*(one(fan, seats[fan % 100]) for fan in range(120)))
        await asyncio.sleep(chance.uniform(0.3, 1.2))
        os.killpg(opened.process.pid, signal.SIGKILL)
        opened.process.wait()
        await buying
        await started_again(opened)
        await hall.all_agrees()
