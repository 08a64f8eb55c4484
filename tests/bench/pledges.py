"""Pledges over HTTP with bearer tokens, on both engines, beside the core in the same run, at ten pledges and at a million."""

from __future__ import annotations

import itertools
import random
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from statistics import median

import orjson

from crowdfund.database.ids import public
from crowdfund.database.migrate import migrate
from crowdfund.replay.client import bearer_json
from crowdfund.replay.people import Fans
from crowdfund.replay.site import running_site
from tests.bench.load import Load, Request, load
from tests.bench.stage import FANS, Stage, new_postgres, running_core, set_stage

CLIENTS = (1, 32, 128)


async def pledge_rates(
    engines: list[str], socket: str | None, rounds: int, seconds: float, rows: int
) -> list[dict[str, object]]:
    found: list[dict[str, object]] = []
    for engine in engines:
        found += await _on(engine, socket, rounds, seconds, rows)
    return found


async def _on(engine: str, socket: str | None, rounds: int, seconds: float, rows: int) -> list[dict[str, object]]:
    measured: dict[tuple[str, int], list[Load]] = {}
    for number in range(rounds):
        with tempfile.TemporaryDirectory(prefix="crowdfund-bench-") as name, ExitStack() as stack:
            folder = Path(name)
            core_database = await new_postgres(socket) if socket and engine == "postgres" else ""
            core = stack.enter_context(running_core(engine, socket, core_database, folder))
            for clients in CLIENTS:
                measured.setdefault(("core", clients), []).append(
                    await load(core, _core_requests(), clients=clients, seconds=seconds, wanted=201)
                )
        for label, size in (("ours", 10), (f"ours, {rows:,} rows", rows)):
            if size == rows and number and rows:
                continue  # laying a million rows takes longer than the measurement: once is enough
            await _ours(engine, socket, size, label, seconds, measured)
    return [_row(engine, what, clients, loads, measured) for (what, clients), loads in measured.items()]


async def _ours(
    engine: str, socket: str | None, rows: int, label: str, seconds: float, measured: dict[tuple[str, int], list[Load]]
) -> None:
    url = (
        f"postgres://postgres:@/{await new_postgres(socket)}?host={socket}" if socket and engine == "postgres" else None
    )
    with running_site(url, workers=2 if engine == "postgres" else 1) as site:
        await migrate(site.settings.database_url)
        stage = await set_stage(site.settings.database_url, rows=rows)
        requests = our_requests(stage)
        for clients in CLIENTS:
            found = await load(site.url, requests, clients=clients, seconds=seconds, wanted=201)
            measured.setdefault((label, clients), []).append(found)


def _row(
    engine: str, what: str, clients: int, loads: list[Load], measured: dict[tuple[str, int], list[Load]]
) -> dict[str, object]:
    core = median(one.per_second for one in measured["core", clients])
    ours = median(one.per_second for one in loads)
    return {
        "engine": engine,
        "what": what,
        "clients": clients,
        "per second": [one.per_second for one in loads],
        "p50 ms": [one.p50_ms for one in loads],
        "p99 ms": [one.p99_ms for one in loads],
        "of core": f"{ours / core:.0%}",
        "not 201": sum(one.wrong for one in loads),
    }


def our_requests(stage: Stage) -> Callable[[], Request]:
    """Each fan backs each fund once, in an order of chance; the requests never repeat."""
    names = [public(campaign.id) for campaign in stage.campaigns]
    pairs = [(fan, fund) for fan in range(len(stage.fans.ids)) for fund in range(len(names))]
    random.Random(1).shuffle(pairs)
    order = iter(pairs)

    def one() -> Request:
        fan, fund = next(order)
        pledge = {"campaign": names[fund], "amount_minor": 2500, "currency": "EUR"}
        return (
            "POST",
            "/api/v1/pledges",
            orjson.dumps({"pledges": [pledge]}),
            bearer_json(Fans.token_of(fan), f"b{fund}"),
        )

    return one


def _core_requests() -> Callable[[], Request]:
    numbers = itertools.count(random.randrange(10**9))

    def one() -> Request:
        number = next(numbers)
        body = orjson.dumps({"tier": 1 + number % 4, "amount_minor": 2500})
        return "POST", "/pledges", body, bearer_json(f"t{number % FANS}", f"k{number}")

    return one
