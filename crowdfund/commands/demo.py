"""`crowdfund demo`: a seeded world."""

from __future__ import annotations

from pathlib import Path

import click

from crowdfund.demo.run import run as run_demo


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True)
@click.option("--data", type=click.Path(path_type=Path), default=Path("var/demo"), show_default=True)
@click.option("--fresh", is_flag=True, help="Start over with a new world.")
def demo(host: str, port: int, data: Path, fresh: bool) -> None:
    """Serve a seeded world, everything simulated: no real money moves."""
    run_demo(host, port, data, fresh=fresh)
