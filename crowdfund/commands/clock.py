"""`crowdfund clock`: the movable clock of a sandbox."""

from __future__ import annotations

import click

from crowdfund import clock as site_clock
from crowdfund import settings, upkeep


@click.group()
def clock() -> None:
    """The movable clock of a sandbox."""


def _shared_clock() -> None:
    ours = settings.current()
    if not ours.sandbox:
        raise click.ClickException("With a real Stripe key the clock is the world's.")
    site_clock.share(ours.clock_file)


@clock.command("show")
def show_clock() -> None:
    """What time it is for the site."""
    _shared_clock()
    click.echo(f"{site_clock.now():%Y-%m-%d %H:%M:%S} UTC")


@clock.command("advance")
@click.argument("by")
def advance_clock(by: str) -> None:
    """Move the clock forward for all processes: 30d, 12h, 45m."""
    _shared_clock()
    try:
        site_clock.advance(upkeep.span(by))
    except ValueError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{site_clock.now():%Y-%m-%d %H:%M:%S} UTC")
