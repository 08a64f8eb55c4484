"""The real server and sandbox, started for a replay or a benchmark and stopped after it."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from crowdfund import clock, settings
from crowdfund.database import close_database, open_database
from crowdfund.database.migrate import migrate
from crowdfund.payments import stripe
from crowdfund.sandbox import process as sandbox_process
from crowdfund.settings import SANDBOX_KEY_PREFIX, Settings

START_SECONDS = 120  # a busy machine takes its time; a server that ends is noticed at once


class SiteDidNotStart(Exception):
    pass


@dataclass(slots=True)
class Site:
    """A site under way. process: the server's, which may have children of its own; who starts it again says so here."""

    url: str
    settings: Settings
    process: subprocess.Popen[bytes]

    def peak_rss_mib(self) -> float:
        """The most memory that any one of the server's processes has used so far."""
        return max((_peak_kib(pid) for pid in [self.process.pid, *_children(self.process.pid)]), default=0) / 1024


@asynccontextmanager
async def database_of_site() -> AsyncIterator[None]:
    """The site's database at this version's schema, as these settings name it; it and the processor are let go in the end."""
    await migrate(settings.current().database_url)
    await open_database(settings.current().database_url)
    try:
        yield
    finally:
        await stripe.close()
        await close_database()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running_site(
    database_url: str | None, *, workers: int = 0, work: bool = False, keep: Path | None = None, **more: object
) -> Iterator[Site]:
    """Start server and sandbox on a folder of their own. database_url None: SQLite there. work: with the worker in the server.

    more: settings that are to differ from what they usually are.

    The clock is shared with this process, which may move it. Raises SiteDidNotStart.
    """
    folder = keep or Path(tempfile.mkdtemp(prefix="crowdfund-"))
    folder.mkdir(parents=True, exist_ok=True)
    port = free_port()
    ours = settings.read(
        {
            "CROWDFUND_DATA": str(folder),
            "CROWDFUND_DATABASE_URL": database_url or f"sqlite:///{folder / 'site.db'}",
            "CROWDFUND_BASE_URL": f"http://127.0.0.1:{port}",
            "CROWDFUND_STRIPE_KEY": f"{SANDBOX_KEY_PREFIX}replay",
            "CROWDFUND_CURRENCIES": "EUR,USD,CNY",
        }
    ).with_(workers=workers, **more)
    clock.share(ours.clock_file)
    sandbox = sandbox_process.start(folder / "sandbox", clock_file=ours.clock_file)
    # Without an endpoint every event is lost: a replay lives by the answers and the reconciler.
    ours = ours.with_(
        sandbox_url=sandbox.url, work_apart=not work, stripe_webhook_secret="" if work else "whsec_unused"
    )
    settings.use(ours)
    site = Site(ours.base_url, ours, start_server(ours, port))
    try:
        wait_until_serving(site.url, site.process)
        yield site
    finally:
        stop_server(site.process)
        sandbox.stop()
        clock.unshare()
        if keep is None:
            shutil.rmtree(folder, ignore_errors=True)


def environment_of(ours: Settings) -> dict[str, str]:
    """What a process of the site has to be told to run with these settings."""
    return {
        **os.environ,
        "CROWDFUND_DATA": str(ours.data),
        "CROWDFUND_DATABASE_URL": ours.database_url,
        "CROWDFUND_BASE_URL": ours.base_url,
        "CROWDFUND_SECRET": ours.secret,
        "CROWDFUND_STRIPE_KEY": ours.stripe_key,
        "CROWDFUND_STRIPE_WEBHOOK_SECRET": ours.stripe_webhook_secret,
        "CROWDFUND_SANDBOX_URL": ours.sandbox_url,
        "CROWDFUND_UPLOADS": str(ours.uploads),
        "CROWDFUND_CURRENCIES": ",".join(ours.currencies),
        "CROWDFUND_FEE_BPS": str(ours.fee_bps),
        "CROWDFUND_COMMISSION_BPS": str(ours.commission_bps),
        "CROWDFUND_WORKERS": str(ours.workers),
        "CROWDFUND_WORK": "apart" if ours.work_apart else "",
    }


def start_server(ours: Settings, port: int) -> subprocess.Popen[bytes]:
    """`crowdfund serve` as a process group of its own, so that all of it can be killed at once."""
    command = [sys.executable, "-m", "crowdfund", "serve", "--port", str(port)]
    return subprocess.Popen(command, env=environment_of(ours), start_new_session=True)  # noqa: S603 - our own module


def wait_until_serving(url: str, server: subprocess.Popen[bytes]) -> float:
    """Wait for the first healthy answer; gives the seconds it took. Raises SiteDidNotStart."""
    started = time.monotonic()
    while time.monotonic() - started < START_SECONDS:
        if server.poll() is not None:
            raise SiteDidNotStart(f"The server ended with {server.returncode}.")
        try:
            if httpx.get(f"{url}/healthz", timeout=1, trust_env=False).status_code == 200:
                return time.monotonic() - started
        except httpx.HTTPError:
            time.sleep(0.02)
    raise SiteDidNotStart(f"Nothing answers at {url}.")


def stop_server(server: subprocess.Popen[bytes]) -> None:
    server.terminate()
    try:
        server.wait(15)
    except subprocess.TimeoutExpired:
        os.killpg(server.pid, 9)
        server.wait()


def _children(pid: int) -> list[int]:
    """Processes below this one, where the system tells (Linux)."""
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in task.read_text().split():
            found += [int(child), *_children(int(child))]
    return found


def _peak_kib(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("VmHWM:")), 0)
