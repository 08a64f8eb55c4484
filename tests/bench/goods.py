"""Carts over HTTP with bearer tokens, on both engines: a purchase of one thing of each of two sellers, beside ticket orders of one seat.

All buy the same two things, so each purchase wants the rows that all others want too. Measured, at 1, 8, 32 and 128 clients:

- `placed`: `POST /api/v1/purchases` is answered 201: the sum is checked, both pieces are reserved, the purchase, an order for each
  seller and their lines are on the disk. Beside it `POST /api/v1/orders`, as `tests.bench.tickets` measures it.
- `paid`: a fan's whole way, which counts when its last answer says `paid`: placed, `POST …/payment` (a session is opened at the
  processor), its page shown and sent with a card, and the purchase looked at (`GET`), which asks the processor and books the charge,
  the sellers' parts, the pieces sold and the units of each licence, and puts the letters into the queue. Five requests of the fan's
  and those that the site sends to the processor: the sandbox, one process that shares the machine with site and clients. Beside it
  the same way for tickets.

`of tickets`: how many times as many a second as ticket orders in the same round. The worker does not run. After each engine what
was answered is compared with the database: pieces sold of each seller, and purchases paid.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from math import ceil
from statistics import median
from urllib.parse import urlencode, urlsplit

import orjson

from crowdfund.database import close_database, open_database
from crowdfund.database.ids import public
from crowdfund.database.migrate import migrate
from crowdfund.merch.listings.models import Variant
from crowdfund.orders.goods.models import Purchase
from crowdfund.replay.client import Answer, Connection, NotHttp, bearer_json
from crowdfund.replay.people import Fans
from crowdfund.replay.site import running_site
from tests.bench.load import Load, Request, load, load_walks
from tests.bench.stage import new_postgres
from tests.bench.tickets import ROWS, SEATS, Halls, order_requests, set_halls
from tests.goods import ADDRESS, ForSale, a_want, for_sale
from tests.world import a_fan

BUYERS = (1, 8, 32, 128)
SEATS_A_SECOND = 16_000  # as many as the fastest machine orders, at all numbers of clients together
PIECES = 10**6
Measured = dict[tuple[str, int], list[Load]]
Requests = Callable[[], Request]


class SoldOtherwise(RuntimeError):
    """The database has not what was answered."""


@dataclass(frozen=True)
class Market:
    """Fans with tokens, what two sellers of a film sell, and what one of each costs, sent to its fan."""

    fans: Fans
    sold: tuple[ForSale, ForSale]
    total_minor: int


async def goods_rates(engines: list[str], socket: str | None, rounds: int, seconds: float) -> list[dict[str, object]]:
    found: list[dict[str, object]] = []
    for engine in engines:
        measured: Measured = {}
        for _ in range(rounds):
            await _round(engine, socket, seconds, measured)
        found += [_row(engine, what, clients, measured) for what, clients in measured]
    return found


async def _round(engine: str, socket: str | None, seconds: float, measured: Measured) -> None:
    """A site of its own: what was written in one round weighs on no other."""
    url = (
        f"postgres://postgres:@/{await new_postgres(socket)}?host={socket}" if socket and engine == "postgres" else None
    )
    with running_site(url, workers=2 if engine == "postgres" else 1) as site:
        await migrate(site.settings.database_url)
        held = ceil(SEATS_A_SECOND * seconds)
        halls = await set_halls(site.settings.database_url, held=held, halls=2 * ceil(held / (ROWS * SEATS)))
        market = await _set_market(site.settings.database_url, halls)
        origin, orders, carts = site.settings.sandbox_origin, order_requests(halls), cart_requests(market)
        paid = unanswered = 0
        for clients in BUYERS:
            for what, requests in (("tickets placed", orders), ("carts placed", carts)):
                placed = await load(site.url, requests, clients=clients, seconds=seconds, wanted=201)
                measured.setdefault((what, clients), []).append(placed)
            for what, requests in (("tickets paid", orders), ("carts paid", carts)):
                way = load_walks((site.url, origin), _buyer(requests), clients=clients, seconds=seconds)
                measured.setdefault((what, clients), []).append(bought := await way)
                if what == "carts paid":
                    paid, unanswered = paid + bought.right, unanswered + bought.wrong
        await _compare(site.settings.database_url, market, paid, unanswered)


async def _set_market(database_url: str, halls: Halls) -> Market:
    await open_database(database_url)
    try:
        earrings = await for_sale("Pearl earrings", price_minor=45_00, on_hand=PIECES, first_minor=6_00, seller="Pearl")
        jacket = await for_sale("River jacket", price_minor=129_00, on_hand=PIECES, first_minor=9_00, seller="Loom")
        want = await a_want(await a_fan("Mei"), (earrings, 1), (jacket, 1))
        return Market(halls.fans, (earrings, jacket), want.total_minor)
    finally:
        await close_database()


def cart_requests(market: Market) -> Requests:
    """Each of another fan, in turns, under a key of its own."""
    numbers = itertools.count()
    lines = [
        {"variant": public(one.variant.id), "quantity": 1, "price_minor": one.variant.price_minor}
        for one in market.sold
    ]
    body = orjson.dumps(
        {
            "currency": "USD", "country": "US", "name": "Mei Lin", "address": list(ADDRESS), "lines": lines,
            "total_minor": market.total_minor,
        }
    )  # fmt: skip

    def one() -> Request:
        number = next(numbers)
        token = Fans.token_of(number % len(market.fans.ids))
        return "POST", "/api/v1/purchases", body, bearer_json(token, f"cart-{number}")

    return one


def _buyer(requests: Requests) -> Callable[[list[Connection]], Awaitable[bool]]:
    """Places what the next request says, and pays it on the processor's page."""

    async def buy(connections: list[Connection]) -> bool:
        try:
            return await pay(*connections)
        except NotHttp:  # no answer in half a minute: what came of it the database knows
            return False

    async def pay(site: Connection, processor: Connection) -> bool:
        method, path, body, headers = requests()
        placed = await _ask(site, method, path, body, headers)
        if placed.status != 201:
            return False
        one = f"{path}/{placed.json['id']}"
        opened = await _ask(site, "POST", f"{one}/payment", b"", headers)
        if opened.status != 200:
            return False
        page = urlsplit(opened.json["url"]).path
        html = (await _ask(processor, "GET", page)).body.decode()
        fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', html))
        form = urlencode({"email": "fan@replay.example", **fields, "card": "ok"}).encode()
        sent = await _ask(processor, "POST", page, form, b"content-type: application/x-www-form-urlencoded\r\n")
        seen = await _ask(site, "GET", one, b"", headers)
        return sent.status == 303 and seen.status == 200 and seen.json["state"] == "paid"

    return buy


async def _ask(connection: Connection, method: str, path: str, body: bytes = b"", headers: bytes = b"") -> Answer:
    """Asked again where the server has closed the connection: it keeps none that says nothing for five seconds."""
    try:
        return await connection.ask(method, path, body, headers)
    except NotHttp:
        return await connection.ask(method, path, body, headers)


async def _compare(database_url: str, market: Market, paid: int, unanswered: int) -> None:
    """Raises SoldOtherwise. unanswered: ways that did not end as they should; these may be paid or not."""
    await open_database(database_url)
    try:
        sold = [(await Variant.get(id=one.variant.id)).sold for one in market.sold]
        purchases = await Purchase.filter(state="paid").count()
    finally:
        await close_database()
    if sold != [purchases, purchases] or not paid <= purchases <= paid + unanswered:
        raise SoldOtherwise(f"{paid} carts were answered paid; sold are {sold}, purchases paid are {purchases}")


def _row(engine: str, what: str, clients: int, measured: Measured) -> dict[str, object]:
    loads = measured[what, clients]
    beside = measured[what.replace("carts", "tickets"), clients]
    ratio = median(one.per_second / base.per_second for one, base in zip(loads, beside, strict=True))
    return {
        "engine": engine, "what": what, "clients": clients, "per second": [one.per_second for one in loads],
        "p50 ms": [one.p50_ms for one in loads], "p99 ms": [one.p99_ms for one in loads],
        "of tickets": f"{ratio:.2f}" if what.startswith("carts") else "", "wrong": sum(one.wrong for one in loads),
    }  # fmt: skip
