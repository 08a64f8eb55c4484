"""Holds and orders over HTTP with bearer tokens, on both engines, beside a bare handler with stock Tortoise in the same run."""

from __future__ import annotations

import itertools
import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from statistics import median

import orjson

from crowdfund import clock
from crowdfund.database import Sql, as_rows, atomic, close_database, new_id, open_database
from crowdfund.database.ids import public
from crowdfund.database.migrate import migrate
from crowdfund.replay.client import bearer_json
from crowdfund.replay.people import Fans, make_fans
from crowdfund.replay.site import running_site
from crowdfund.screenings import programme
from crowdfund.screenings.models import Screening
from crowdfund.screenings.prices import PriceAsked
from crowdfund.screenings.queries import prices_of
from crowdfund.screenings.seating.generate import make_hall
from tests.bench.load import Load, Request, load
from tests.bench.stage import FANS, new_postgres, running_granian
from tests.cinema import a_booking, a_cinema, a_hall, a_showing, a_title
from tests.world import a_fan, a_studio

HOLDERS, BUYERS = (1, 32, 128), (1, 8, 32, 128)
HALLS, ROWS, SEATS = 200, 25, 40  # a thousand seats each: enough for the fastest

_HELD = Sql("""
    INSERT INTO hold (id, screening_id, person_id, places, held_until, key, fingerprint, made_at)
    SELECT CAST(value->>'id' AS BIGINT), CAST(value->>'screening_id' AS BIGINT), CAST(value->>'person_id' AS BIGINT), 1,
           CAST(value->>'until' AS BIGINT), 'bench:' || (value->>'id'), '', CAST(value->>'until' AS BIGINT) FROM {rows}""")
_CLAIMED = Sql("""
    INSERT INTO seat_claim (screening_id, seat_id, hold_id)
    SELECT CAST(value->>'screening_id' AS BIGINT), value->>'seat_id', CAST(value->>'id' AS BIGINT) FROM {rows}""")


@dataclass(frozen=True)
class Halls:
    """Fans with tokens, screenings of a thousand seats, their seats and prices; and holds that wait to be ordered."""

    fans: Fans
    screenings: list[Screening]
    seats: list[str]
    prices: list[str]
    held: list[tuple[int, int, int, str]]  # fan, screening, hold, seat


async def set_halls(database_url: str, *, held: int, halls: int = HALLS) -> Halls:
    await open_database(database_url)
    try:
        owner = await a_fan("Gu")
        cinema, plan = await a_cinema(owner), make_hall("Hall", rows=ROWS, seats_a_row=SEATS)
        hall, title = await a_hall(cinema, owner, plan), await a_title(await a_studio())
        await a_booking(title, cinema, owner)
        screenings = [await _screening(title, cinema, hall, owner.id, day) for day in range(halls)]
        prices = [public((await prices_of(screening.id))[0].id) for screening in screenings]
        fans, seats = await make_fans(FANS, lambda _: None), [seat.id for seat in plan.seats]
        return Halls(fans, screenings, seats, prices, await _hold(fans, screenings, seats, held))
    finally:
        await close_database()


async def _screening(title: object, cinema: object, hall: object, by: int, day: int) -> Screening:
    made = await programme.make_screening(
        title, cinema, hall, a_showing(days=3 + day, per_fan_max=50), [PriceAsked("usual", "Full", 10_00)], by=by, key=f"day {day}"  # type: ignore[arg-type]
    )  # fmt: skip
    await programme.put_on_sale(made.id, by=by)
    return made


async def _hold(
    fans: Fans, screenings: list[Screening], seats: list[str], wanted: int
) -> list[tuple[int, int, int, str]]:
    """So many holds that wait, one seat each, by as many pairs of fan and screening; they end in a day."""
    until = clock.to_us(clock.now() + timedelta(days=1))
    half = screenings[len(screenings) // 2 :]
    places = [(n, seat) for n in range(len(half)) for seat in seats][:wanted]
    made = []
    for start in range(0, len(places), 5_000):
        page = places[start : start + 5_000]
        rows = []
        for i, (n, seat) in enumerate(page, start):
            fan = i % len(fans.ids)
            rows.append(
                {
                    "id": new_id(),
                    "screening_id": half[n].id,
                    "person_id": fans.ids[fan],
                    "seat_id": seat,
                    "until": until,
                }
            )
            made.append((fan, len(screenings) // 2 + n, rows[-1]["id"], seat))

        @atomic
        async def insert(page: str = as_rows(rows)) -> None:
            await _HELD(page)
            await _CLAIMED(page)

        await insert()
    return made


def hold_requests(halls: Halls) -> Callable[[], Request]:
    """Each asks for one seat that nobody has asked for, of half of the screenings, in an order of chance."""
    places = [(n, seat) for n in range(len(halls.screenings) // 2) for seat in halls.seats]
    random.Random(1).shuffle(places)
    numbers, order = itertools.count(), iter(places)
    paths = [f"/api/v1/screenings/{public(screening.id)}/holds" for screening in halls.screenings]

    def one() -> Request:
        n, seat = next(order)
        fan = next(numbers) % len(halls.fans.ids)
        body = orjson.dumps({"seats": [seat]})
        return "POST", paths[n], body, bearer_json(Fans.token_of(fan), f"{n}-{seat}")

    return one


def order_requests(halls: Halls) -> Callable[[], Request]:
    order = iter(random.Random(2).sample(halls.held, len(halls.held)))

    def one() -> Request:
        fan, n, hold_id, seat = next(order)
        body = {"hold": public(hold_id), "lines": [{"place": seat, "price": halls.prices[n]}], "total_minor": 11_00}
        return "POST", "/api/v1/orders", orjson.dumps(body), bearer_json(Fans.token_of(fan), f"o{hold_id}")

    return one


def _stock_requests() -> Callable[[], Request]:
    numbers = itertools.count()

    def one() -> Request:
        number = next(numbers)
        body = orjson.dumps({"screening": number % HALLS, "person": number})
        return "POST", "/orders", body, b"content-type: application/json\r\n"

    return one


def _lay_stock(url: str) -> None:
    """In a process of its own: Tortoise is told of one database at a time."""
    script = f"import asyncio; from tests.bench import stock; asyncio.run(stock.lay({HALLS}))"
    subprocess.run([sys.executable, "-c", script], env={**os.environ, "DB": url}, check=True)


async def ticket_rates(engines: list[str], socket: str | None, rounds: int, seconds: float) -> list[dict[str, object]]:
    found: list[dict[str, object]] = []
    for engine in engines:
        measured: dict[tuple[str, int], list[Load]] = {}
        for _ in range(rounds):
            await _stock(engine, socket, seconds, measured)
            await _ours(engine, socket, seconds, measured)
        found += [_row(engine, what, clients, loads, measured) for (what, clients), loads in measured.items()]
    return found


async def _stock(engine: str, socket: str | None, seconds: float, measured: dict[tuple[str, int], list[Load]]) -> None:
    with tempfile.TemporaryDirectory(prefix="crowdfund-bench-") as name, ExitStack() as stack:
        url = f"sqlite://{name}/stock.db"
        if socket and engine == "postgres":
            url = f"asyncpg://postgres:@/{await new_postgres(socket)}?host={socket}"
        _lay_stock(url)
        site = stack.enter_context(
            running_granian(
                "tests.bench.stock:app", {**os.environ, "DB": url}, workers=2 if engine == "postgres" else 1
            )
        )
        for clients in BUYERS:
            found = await load(site, _stock_requests(), clients=clients, seconds=seconds, wanted=201)
            measured.setdefault(("stock handler, orders", clients), []).append(found)


async def _ours(engine: str, socket: str | None, seconds: float, measured: dict[tuple[str, int], list[Load]]) -> None:
    url = (
        f"postgres://postgres:@/{await new_postgres(socket)}?host={socket}" if socket and engine == "postgres" else None
    )
    with running_site(url, workers=2 if engine == "postgres" else 1) as site:
        await migrate(site.settings.database_url)
        halls = await set_halls(site.settings.database_url, held=HALLS // 2 * ROWS * SEATS)
        for what, requests, many in (
            ("orders", order_requests(halls), BUYERS),
            ("holds", hold_requests(halls), HOLDERS),
        ):
            for clients in many:
                found = await load(site.url, requests, clients=clients, seconds=seconds, wanted=201)
                measured.setdefault((what, clients), []).append(found)


def _row(
    engine: str, what: str, clients: int, loads: list[Load], measured: dict[tuple[str, int], list[Load]]
) -> dict[str, object]:
    stock = measured.get(("stock handler, orders", clients))
    ratio = median(one.per_second for one in loads) / median(one.per_second for one in stock) if stock else 0.0
    return {
        "engine": engine, "what": what, "clients": clients, "per second": [one.per_second for one in loads],
        "p50 ms": [one.p50_ms for one in loads], "p99 ms": [one.p99_ms for one in loads],
        "of stock": f"{ratio:.1f}" if what == "orders" else "", "not 201": sum(one.wrong for one in loads),
    }  # fmt: skip
