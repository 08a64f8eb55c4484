"""Starting a server with the limits that the site counts on."""

from __future__ import annotations

import click

from crowdfund import settings

TARGET = "crowdfund.app:site"
HEADER_MS, BUFFER_BYTES, BACKLOG, CLOSING_SECONDS = 5_000, 65_536, 2_048, 30


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
