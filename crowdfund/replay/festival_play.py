"""A ticket day of a festival under way: the programme is put on, fans hold, order and pay, and each seat is sold once."""

from __future__ import annotations

import asyncio
import random
import re
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from time import perf_counter
from typing import Any
from urllib.parse import urlencode, urlsplit

import orjson

from crowdfund import clock, settings
from crowdfund.books import check
from crowdfund.database import new_id
from crowdfund.database.ids import public
from crowdfund.people.models import Organisation, Person
from crowdfund.replay import queries
from crowdfund.replay.bar import Bar
from crowdfund.replay.client import Answer, Connection, Times, ask_again
from crowdfund.replay.festival import FEE_MINOR, PRICE_MINOR, FestivalDataset, FestivalResult
from crowdfund.replay.people import Fans, make_fans
from crowdfund.replay.site import Site, database_of_site
from crowdfund.screenings import bookings, programme, venues
from crowdfund.screenings.models import Auditorium, Screening
from crowdfund.screenings.prices import PriceAsked
from crowdfund.screenings.programme import Showing
from crowdfund.screenings.queries import prices_of
from crowdfund.screenings.seating.generate import make_hall
from crowdfund.screenings.venues import VenueContent
from crowdfund.titles.models import Title
from crowdfund.worker import SWEEPS, run_sweep

PAYERS = 24  # who fill in the processor's page at once
PLACE = VenueContent("Festival Palace", "160 Xinhua Road", "Shanghai", "CN", "Asia/Shanghai")


@dataclass(frozen=True, slots=True)
class Party:
    """Who sits together: seats of one screening, by its place in the programme."""

    fan: int
    screening: int
    seats: tuple[str, ...]


class FestivalPlay:
    """One ticket day under way."""

    def __init__(self, dataset: FestivalDataset, site: Site | None, url: str, clients: int) -> None:
        self.dataset, self.site, self.url, self.clients = dataset, site, url, clients
        self.result = FestivalResult(dataset.name, "sqlite" if settings.current().is_sqlite else "postgres")
        self.dice = random.Random(dataset.seed)
        self.fans = Fans([])
        self.screenings: list[Screening] = []
        self.prices: list[str] = []

    async def run(self) -> FestivalResult:
        async with database_of_site():
            parties = await self._stage()
            held = await self._hold(parties)
            orders = await self._order(held)
            await self._pay(orders)
            await self._compare()
        return self.result

    # --- before the doors of the shop open ---

    async def _stage(self) -> list[Party]:
        owner, cinema, title = await self._people()
        halls = {
            size: make_hall(f"{size} seats", rows=10, seats_a_row=size // 10, aisles_after=(size // 20,))
            for size in set(self.dataset.sizes)
        }
        with Bar("putting screenings on", len(self.dataset.sizes)) as bar:
            venue = await venues.make_venue(cinema, PLACE, by=owner, key="festival")
            for number, size in enumerate(self.dataset.sizes):
                hall_number, day = number % 60, number // 60
                hall = await venues.make_hall(
                    venue, f"Hall {hall_number}, {size}", halls[size], by=owner, key=f"hall:{hall_number}:{size}"
                )
                self.screenings.append(await self._put_on(title, cinema, hall, owner, day))
                bar.update(1)
        self.prices = [public((await prices_of(screening.id))[0].id) for screening in self.screenings]
        parties = self._parties([[seat.id for seat in halls[size].seats] for size in self.dataset.sizes])
        with Bar("making fans and tokens", len(parties)) as bar:
            self.fans = await make_fans(len(parties), bar.update)
        return parties

    async def _people(self) -> tuple[int, Organisation, Title]:
        owner, studio_id, cinema_id, now = new_id(), new_id(), new_id(), clock.now()
        await Person.create(
            id=owner, email="owner@replay.example", name="The festival", password_hash="", made_at=now, email_confirmed_at=now
        )  # fmt: skip
        await Organisation.create(
            id=studio_id, kind="studio", slug=f"studio-{studio_id}", name="Many studios", country="CN", state="verified", made_at=now
        )  # fmt: skip
        cinema = await Organisation.create(
            id=cinema_id, kind="cinema", slug=f"festival-{cinema_id}", name="The festival", country="CN", state="verified", made_at=now
        )  # fmt: skip
        title = await Title.create(
            id=new_id(), organisation_id=studio_id, kind="film", name="Opening night", colour="key--rose", made_at=now
        )
        booking = await bookings.ask_booking(title, cinema, "All nights.", by=owner)
        await bookings.answer_booking(booking, True, "", side=studio_id, by=owner)
        return owner, cinema, title

    async def _put_on(self, title: Title, cinema: Organisation, hall: Auditorium, by: int, day: int) -> Screening:
        starts_at = clock.now() + timedelta(days=20 + day)
        showing = Showing(
            starts_at=starts_at, doors_at=starts_at - timedelta(minutes=30), ends_at=starts_at + timedelta(hours=2),
            sale_opens_at=clock.now() - timedelta(minutes=1), sale_closes_at=starts_at, currency="CNY", fee_minor=FEE_MINOR, per_fan_max=4,
        )  # fmt: skip
        made = await programme.make_screening(
            title, cinema, hall, showing, [PriceAsked("usual", "Full", PRICE_MINOR)], by=by, key=f"{hall.id}:{day}"
        )
        await programme.put_on_sale(made.id, by=by)
        return made

    def _parties(self, seats: list[list[str]]) -> list[Party]:
        """All seats, each once, in parties of one to four; and for one in five another party that wants the same."""
        wanted: list[tuple[int, tuple[str, ...]]] = []
        for number, of_hall in enumerate(seats):
            start = 0
            while start < len(of_hall):
                size = self.dice.choice((1, 2, 2, 2, 3, 4))
                wanted.append((number, tuple(of_hall[start : start + size])))
                start += size
        wanted += self.dice.sample(wanted, len(wanted) // 5)
        self.dice.shuffle(wanted)
        self.result.screenings, self.result.seats = len(seats), sum(map(len, seats))
        self.result.parties = len(wanted)
        return [Party(fan, number, its) for fan, (number, its) in enumerate(wanted)]

    # --- the rush ---

    async def _hold(self, parties: list[Party]) -> list[tuple[Party, str]]:
        held: list[tuple[Party, str]] = []
        times = Times()

        async def one(party: Party, connection: Connection) -> None:
            answer = await self._hold_for(party, connection, "hold")
            if answer.status == 201:
                held.append((party, answer.json["id"]))
            elif answer.json["code"] in ("seat_in_cart", "seat_taken"):
                self.result.refused_taken += 1
            else:
                self.result.differ(f"a hold was answered {answer.status} {answer.json['code']}")

        took = await self._all(parties, one, "holding", times)
        result = self.result
        result.seats_held, result.holding_seconds = sum(len(p.seats) for p, _ in held), round(took, 2)
        result.holds_per_second, result.seats_per_second = len(parties) / took, result.seats_held / took
        result.hold_p50_ms, result.hold_p99_ms = times.percentile_ms(50), times.percentile_ms(99)
        return held

    async def _order(self, held: list[tuple[Party, str]]) -> list[tuple[Party, str]]:
        orders: list[tuple[Party, str]] = []
        times = Times()

        async def one(kept: tuple[Party, str], connection: Connection) -> None:
            party, hold = kept
            answer = await self._order_for(party, hold, connection, "order")
            if answer.status == 201:
                orders.append((party, answer.json["id"]))
            else:
                self.result.differ(f"an order was answered {answer.status} {answer.json['code']}")

        took = await self._all(held, one, "ordering", times)
        self.result.orders, self.result.ordering_seconds = len(orders), round(took, 2)
        self.result.orders_per_second, self.result.order_p99_ms = len(orders) / took, times.percentile_ms(99)
        return orders

    async def _all(
        self, things: Sequence[Any], one: Callable[[Any, Connection], Awaitable[None]], label: str, times: Times
    ) -> float:
        """Each thing once, by so many clients; gives the seconds it took."""
        pending: Iterator[Any] = iter(things)

        async def client() -> None:
            connection = Connection(self.url, times)
            for thing in pending:
                await one(thing, connection)
                bar.update(1)
            connection.close()

        with Bar(label, len(things)) as bar:
            started = perf_counter()
            await asyncio.gather(*(client() for _ in range(self.clients)))
            return perf_counter() - started

    async def _hold_for(self, party: Party, connection: Connection, key: str) -> Answer:
        path = f"/api/v1/screenings/{public(self.screenings[party.screening].id)}/holds"
        return await self._ask(connection, path, orjson.dumps({"seats": party.seats}), party.fan, key)

    async def _order_for(self, party: Party, hold: str, connection: Connection, key: str) -> Answer:
        lines = [{"place": seat, "price": self.prices[party.screening]} for seat in party.seats]
        body = {"hold": hold, "lines": lines, "total_minor": len(lines) * (PRICE_MINOR + FEE_MINOR)}
        return await self._ask(connection, "/api/v1/orders", orjson.dumps(body), party.fan, key)

    async def _ask(self, connection: Connection, path: str, body: bytes, fan: int, key: str) -> Answer:
        return await ask_again(connection, path, body, token=Fans.token_of(fan), key=key)

    # --- on the processor's page ---

    async def _pay(self, orders: list[tuple[Party, str]]) -> None:
        origin = settings.current().sandbox_origin
        pending = iter(orders)

        async def client() -> None:
            site, processor = Connection(self.url), Connection(origin)
            for party, order in pending:
                await self._pay_one(party, order, site, processor)
                bar.update(1)
            site.close()
            processor.close()

        with Bar("paying", len(orders)) as bar:
            started = perf_counter()
            await asyncio.gather(*(client() for _ in range(min(PAYERS, self.clients))))
            self.result.paying_seconds = round(perf_counter() - started, 2)
        self.result.paid_per_second = self.result.paid / max(0.001, self.result.paying_seconds)

    async def _pay_one(self, party: Party, order: str, site: Connection, processor: Connection) -> None:
        answer = await self._ask(site, f"/api/v1/orders/{order}/payment", b"", party.fan, "pay")
        if answer.status == 409 and answer.json["code"] == "hold_ended":
            order, answer = await self._begin_again(party, site)
        if answer.status != 200:
            self.result.differ(f"a payment was answered {answer.status} {answer.body[:200]!r}")
            return
        page = urlsplit(answer.json["url"]).path
        html = (await processor.ask("GET", page)).body.decode()
        fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', html))
        form = urlencode({"email": "fan@replay.example", **fields, "card": "ok"}).encode()
        sent = await processor.ask("POST", page, form, b"content-type: application/x-www-form-urlencoded\r\n")
        if sent.status != 303:
            self.result.differ(f"the processor's page answered {sent.status}")
        token = f"authorization: Bearer {Fans.token_of(party.fan)}\r\n".encode()
        seen = await site.ask("GET", f"/api/v1/orders/{order}", headers=token)
        self.result.paid += seen.status == 200 and seen.json["state"] == "paid"

    async def _begin_again(self, party: Party, site: Connection) -> tuple[str, Answer]:
        """So many stood before her at the processor's page that her time was over: the seats are free again, and she wants them."""
        self.result.begun_again += 1
        held = await self._hold_for(party, site, "hold-again")
        if held.status != 201:
            return "", held
        ordered = await self._order_for(party, held.json["id"], site, "order-again")
        if ordered.status != 201:
            return "", ordered
        order = ordered.json["id"]
        return order, await self._ask(site, f"/api/v1/orders/{order}/payment", b"", party.fan, "pay-again")

    # --- as it has to be ---

    async def _compare(self) -> None:
        result = self.result
        fees = next(sweep for sweep in SWEEPS if sweep.name == "fees")
        while await run_sweep(fees, due=False):
            pass
        counted = await queries.TICKETS.one()
        assert counted is not None
        result.tickets, result.sold_twice = counted["tickets"], counted["twice"]
        result.collected_minor = int(await queries.TAKEN_FOR_SCREENINGS.value() or 0)
        if self.site is not None:
            result.peak_rss_mib = self.site.peak_rss_mib()
        if (result.seats_held, result.tickets, result.sold_twice) != (result.seats, result.seats, 0):
            self.result.differ(
                f"{result.seats_held} held and {result.tickets} sold of {result.seats}, {result.sold_twice} twice"
            )
        if result.collected_minor != result.seats * (PRICE_MINOR + FEE_MINOR):
            self.result.differ(f"{result.collected_minor} collected")
        report = await check()
        result.books_balanced = report.holds
        result.differences += [line for line in report.lines if line.startswith("BROKEN")]
