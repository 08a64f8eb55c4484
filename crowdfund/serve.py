"""Starting the site: the server with the limits that the site counts on, and in sandbox mode the sandbox beside it."""

from __future__ import annotations

import asyncio
import gc
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import click

from crowdfund import clock, settings
from crowdfund.settings import SANDBOX_KEY_PREFIX, Settings

if TYPE_CHECKING:
    from crowdfund.sandbox.process import Running
    from crowdfund.web.site import Site

TARGET = "crowdfund.serve:site"
HEADER_MS, BUFFER_BYTES, BACKLOG, CLOSING_SECONDS = 5_000, 65_536, 2_048, 30


def site() -> Site:
    """The app by this process's own settings: what a server is pointed at. This file alone is light: the process that only
    minds the others need not read the house, and after a crash a site should be back before a fan tries again."""
    gc.disable()  # all that is read here stays: looking for garbage in it is a fifth of the time
    try:
        from crowdfund.app import site as whole

        return whole()
    finally:
        gc.enable()


def workers() -> int:
    """How many processes: SQLite is for one; PostgreSQL gets two unless set."""
    ours = settings.current()
    return 1 if ours.is_sqlite else ours.workers or 2


def serve_granian(host: str, port: int) -> None:
    """Granian closes half-sent headers and answers giant ones by itself; on SIGTERM it ends what is under way first."""
    from granian.constants import HTTPModes, Interfaces
    from granian.http import HTTP1Settings
    from granian.log import LogLevels
    from granian.server import Server

    Server(
        TARGET,
        address=host,
        port=port,
        interface=Interfaces.ASGI,
        workers=workers(),
        factory=True,
        websockets=False,
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(header_read_timeout=HEADER_MS, max_buffer_size=BUFFER_BYTES),
        backlog=BACKLOG,
        backpressure=BACKLOG,
        log_level=LogLevels.warning,
        workers_kill_timeout=CLOSING_SECONDS,
        respawn_failed_workers=True,
    ).serve()


def serve_uvicorn(host: str, port: int) -> None:
    """The other server, where it is installed; it needs a strict proxy in front, as it never closes half-sent headers."""
    try:
        import uvicorn
    except ImportError as error:
        raise click.ClickException("uvicorn is not installed: pip install uvicorn") from error
    uvicorn.run(
        TARGET, host=host, port=port, factory=True, workers=workers(), server_header=False, log_level="warning", ws="none",
        timeout_graceful_shutdown=CLOSING_SECONDS, access_log=False, proxy_headers=False,
    )  # fmt: skip


# --- the sandbox beside the site ---


@contextmanager
def sandbox_beside(ours: Settings) -> Iterator[Settings]:
    """The settings with which the site runs: with a real key as they are, else with a sandbox started beside the site.

    A sandbox that runs somewhere already (CROWDFUND_SANDBOX_URL) is used. What the site's own processes need to know is put
    into the environment that they inherit.
    """
    if not ours.sandbox or ours.sandbox_url:
        yield ours
        return
    running = _start(ours)
    try:
        key = ours.stripe_key or f"{SANDBOX_KEY_PREFIX}site"
        beside = ours.with_(sandbox_url=running.url, stripe_key=key)
        _tell_processes(beside)
        yield beside
    finally:
        running.stop()


def _start(ours: Settings) -> Running:
    from crowdfund.sandbox.process import start

    site = urlsplit(ours.base_url)
    port = urlsplit(ours.sandbox_origin).port or 0
    clock.share(ours.clock_file)
    return start(
        ours.data / "sandbox", host=site.hostname or "127.0.0.1", port=port, clock_file=ours.clock_file.resolve(),
        origin=ours.sandbox_origin,
    )  # fmt: skip


def _tell_processes(ours: Settings) -> None:
    settings.use(ours)
    os.environ |= {
        "CROWDFUND_DATABASE_URL": ours.database_url,
        "CROWDFUND_BASE_URL": ours.base_url,
        "CROWDFUND_SECRET": ours.secret,
        "CROWDFUND_STRIPE_KEY": ours.stripe_key,
        "CROWDFUND_STRIPE_WEBHOOK_SECRET": ours.stripe_webhook_secret,
        "CROWDFUND_SANDBOX_URL": ours.sandbox_url,
        "CROWDFUND_DATA": str(ours.data),
        "CROWDFUND_UPLOADS": str(ours.uploads),
        "CROWDFUND_CURRENCIES": ",".join(ours.currencies),
    }


def listen_for_events(ours: Settings) -> Settings:
    """Tell the sandbox where the site listens; the site believes what is signed with the secret that comes back."""
    if not ours.sandbox or ours.stripe_webhook_secret:  # a secret that is set belongs to an endpoint that somebody made
        return ours
    from crowdfund.payments import stripe
    from crowdfund.webhooks import SWITCHBOARD

    async def register() -> str:
        try:
            return await stripe.register_webhooks(f"{ours.base_url}/webhooks/stripe", sorted(SWITCHBOARD))
        finally:
            await stripe.close()

    listening = ours.with_(stripe_webhook_secret=asyncio.run(register()))
    _tell_processes(listening)
    return listening
