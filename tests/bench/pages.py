"""The campaign page for strangers: from its cache and not, with ten pledges and with a million."""

from __future__ import annotations

from collections.abc import Callable

from crowdfund.database.migrate import migrate
from crowdfund.replay.site import running_site
from tests.bench.load import Load, Request, load
from tests.bench.stage import set_stage

CLIENTS = 32


async def page_rates(rounds: int, seconds: float, rows: int) -> list[dict[str, object]]:
    found: list[dict[str, object]] = []
    for size in (10, rows):
        with running_site(None) as site:
            await migrate(site.settings.database_url)
            stage = await set_stage(site.settings.database_url, fans=1, rows=size)
            path = stage.campaigns[0].path
            cached: list[Load] = []
            fresh: list[Load] = []
            for _ in range(rounds):
                cached.append(await load(site.url, _always(path), clients=CLIENTS, seconds=seconds, wanted=200))
                # A visitor with a form token of their own gets a page made for them.
                fresh.append(
                    await load(
                        site.url, _always(path, b"cookie: ref=bench\r\n"), clients=CLIENTS, seconds=seconds, wanted=200
                    )
                )
            middle = [sorted(one.per_second for one in loads)[len(loads) // 2] for loads in (cached, fresh)]
            for what, loads in (("cached", cached), ("not cached", fresh)):
                found.append(
                    {
                        "pledges": size,
                        "what": what,
                        "per second": [one.per_second for one in loads],
                        "p50 ms": [one.p50_ms for one in loads],
                        "p99 ms": [one.p99_ms for one in loads],
                        "cached/not": f"{middle[0] / middle[1]:.1f}x",
                        "not 200": sum(one.wrong for one in loads),
                    }
                )
    return found


def _always(path: str, headers: bytes = b"") -> Callable[[], Request]:
    return lambda: ("GET", path, b"", headers)
