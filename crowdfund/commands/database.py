"""Commands that need the database open."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Any

import click

from crowdfund import settings
from crowdfund.database import DatabaseError, close_database, open_database
from crowdfund.database.migrate import migrate as lay_schema
from crowdfund.refusal import Refusal


def run(work: Awaitable[Any]) -> Any:
    """Do some work with the database open; an expected "no" is one line, not a trace."""

    async def with_database() -> Any:
        await lay_schema(settings.current().database_url)
        await open_database(settings.current().database_url)
        try:
            return await work
        finally:
            await close_database()

    try:
        return asyncio.run(with_database())
    except Refusal as refusal:
        raise click.ClickException(refusal.sentence) from refusal
    except (DatabaseError, settings.SettingsError) as error:
        raise click.ClickException(str(error)) from error


@click.command()
def migrate() -> None:
    """Bring the database to this version's schema."""
    try:
        for name in asyncio.run(lay_schema(settings.current().database_url)):
            click.echo(f"applied {name}")
    except DatabaseError as error:
        raise click.ClickException(str(error)) from error
