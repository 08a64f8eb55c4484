"""The campaign page for strangers: from its cache and made anew, with ten pledges on the fund and with a million.

Both are asked of one server, in turns; the page made anew is an address of its own (`tests.bench.uncached`).
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from statistics import median

from crowdfund import clock, settings
from crowdfund.campaigns.models import Campaign
from crowdfund.database import Sql, atomic, close_database, new_id, open_database
from crowdfund.database.migrate import migrate
from crowdfund.replay.site import environment_of, free_port, stop_server, wait_until_serving
from tests.bench.load import Load, Request, load
from tests.bench.stage import old_pledges
from tests.world import a_campaign, a_fan, a_tier

CLIENTS = 32
_STORY = Sql("UPDATE campaign_page SET story = $2, risks = 'High water.' WHERE campaign_id = $1")
_LINE = Sql(
    "INSERT INTO budget_line (id, campaign_id, position, name, amount_minor) VALUES ($1, $2, $3, 'What for', 100000)"
)
_UPDATE = Sql("""
    INSERT INTO campaign_update (id, campaign_id, number, title, body, by_person_id, published_at)
    VALUES ($1, $2, $3, 'What is new', 'The **third** ferry is here.', $4, $5)""")


async def page_rates(rounds: int, seconds: float, rows: int) -> list[dict[str, object]]:
    found: list[dict[str, object]] = []
    for size in (10, rows):
        with tempfile.TemporaryDirectory(prefix="crowdfund-pages-") as folder, server_on(Path(folder)) as (ours, start):
            path = await _set_stage(ours.database_url, size)
            url = start()
            cached: list[Load] = []
            fresh: list[Load] = []
            for _ in range(rounds):
                cached.append(await load(url, _always(path), clients=CLIENTS, seconds=seconds, wanted=200))
                fresh.append(
                    await load(
                        url,
                        _always(path.replace("campaigns", "uncached")),
                        clients=CLIENTS,
                        seconds=seconds,
                        wanted=200,
                    )
                )
            ratio = median(c.per_second / f.per_second for c, f in zip(cached, fresh, strict=True))
            for what, loads in (("cached", cached), ("made anew", fresh)):
                found.append(
                    {
                        "pledges": size,
                        "what": what,
                        "per second": [one.per_second for one in loads],
                        "p50 ms": [one.p50_ms for one in loads],
                        "p99 ms": [one.p99_ms for one in loads],
                        "cached/anew": f"{ratio:.1f}x",
                        "not 200": sum(one.wrong for one in loads),
                    }
                )
    return found


@contextmanager
def server_on(folder: Path) -> Iterator[tuple[settings.Settings, Callable[[], str]]]:
    """Settings of a site in this folder, and a way to start it once its stage is set."""
    port = free_port()
    ours = settings.read(
        {
            "CROWDFUND_DATA": str(folder),
            "CROWDFUND_DATABASE_URL": f"sqlite:///{folder / 'site.db'}",
            "CROWDFUND_BASE_URL": f"http://127.0.0.1:{port}",
        }
    ).with_(work_apart=True, stripe_webhook_secret="whsec_unused")
    settings.use(ours)
    clock.share(ours.clock_file)
    started: list[subprocess.Popen[bytes]] = []

    def start() -> str:
        command = [sys.executable, "-m", "tests.bench.uncached", str(port)]
        started.append(subprocess.Popen(command, env=environment_of(ours), start_new_session=True))
        wait_until_serving(ours.base_url, started[0])
        return ours.base_url

    try:
        yield ours, start
    finally:
        for server in started:
            stop_server(server)
        clock.unshare()


async def _set_stage(database_url: str, rows: int) -> str:
    """One fund with a whole page and so many pledges; gives its path."""
    await migrate(database_url)
    await open_database(database_url)
    try:
        campaign = await a_campaign(goal_minor=10**9, name="River Moon")
        await _write(campaign)
        await old_pledges([campaign], rows)
        return campaign.path
    finally:
        await close_database()


async def _write(campaign: Campaign) -> None:
    for price in (10_00, 25_00, 60_00, 180_00):
        await a_tier(campaign, price_minor=price, size=5_000)
    fan = await a_fan("Lin")
    paragraph = (
        "Everyone crosses by Lin's boat. She knows **who owes whom**, who is leaving, and who only says so. " * 3
    )
    await atomic(_STORY.__call__)(campaign.id, "\n\n".join([paragraph] * 8))
    for number in range(1, 6):
        await atomic(_LINE.__call__)(new_id(), campaign.id, number)
        await atomic(_UPDATE.__call__)(
            new_id(), campaign.id, number, fan.id, clock.to_us(clock.now() - timedelta(days=number))
        )


def _always(path: str, headers: bytes = b"") -> Callable[[], Request]:
    return lambda: ("GET", path, b"", headers)
