"""`crowdfund backup` and `crowdfund restore`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import click

from crowdfund import settings, upkeep
from crowdfund.database import DatabaseError


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
def backup(file: Path) -> None:
    """Copy the whole database to FILE while it is in use."""
    _upkeep(upkeep.back_up, settings.current().database_url, file)
    click.echo(f"backed up to {file}")


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
def restore(file: Path) -> None:
    """Put a backup in place of an empty database."""
    _upkeep(upkeep.restore, settings.current().database_url, file)
    click.echo(f"restored from {file}: now run `crowdfund check`")


def _upkeep(verb: Callable[[str, Path], None], url: str, file: Path) -> None:
    try:
        verb(url, file)
    except DatabaseError as error:
        raise click.ClickException(str(error)) from error
