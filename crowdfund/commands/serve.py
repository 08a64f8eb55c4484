"""`crowdfund serve`: the site."""

from __future__ import annotations

import click

from crowdfund import settings
from crowdfund.serve import listen_for_events, sandbox_beside, serve_granian, serve_uvicorn


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True)
@click.option("--server", type=click.Choice(["granian", "uvicorn"]), default="granian", show_default=True)
def serve(host: str, port: int, server: str) -> None:
    """Serve the site: one process on SQLite, two on PostgreSQL unless CROWDFUND_WORKERS says otherwise."""
    with sandbox_beside(settings.current()) as ours:
        listen_for_events(ours)
        (serve_granian if server == "granian" else serve_uvicorn)(host, port)
