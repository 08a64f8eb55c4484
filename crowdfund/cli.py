"""The command line: `crowdfund …`, or `python -m crowdfund …`."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

import click

from crowdfund import __version__, settings
from crowdfund.database import DatabaseError, close_database, open_database
from crowdfund.database.migrate import migrate as lay_schema
from crowdfund.people.accounts import make_person, make_staff
from crowdfund.people.models import StaffRole
from crowdfund.refusal import Refusal
from crowdfund.serve import serve_granian, serve_uvicorn

ROLES = click.Choice([*StaffRole, "none"])


@click.group()
@click.version_option(__version__)
def main() -> None:
    """Fans fund films, fill the first night and buy what they see on screen."""


def run(work: Coroutine[Any, Any, Any]) -> Any:
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


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True)
@click.option("--server", type=click.Choice(["granian", "uvicorn"]), default="granian", show_default=True)
def serve(host: str, port: int, server: str) -> None:
    """Serve the site: one process on SQLite, two on PostgreSQL unless CROWDFUND_WORKERS says otherwise."""
    (serve_granian if server == "granian" else serve_uvicorn)(host, port)


@main.command()
def migrate() -> None:
    """Bring the database to this version's schema."""
    try:
        for name in asyncio.run(lay_schema(settings.current().database_url)):
            click.echo(f"applied {name}")
    except DatabaseError as error:
        raise click.ClickException(str(error)) from error


@main.group()
def user() -> None:
    """People and their roles."""


@user.command("make")
@click.argument("email")
@click.option("--name", default="", help="What others read; else what stands before the @.")
@click.option("--password", prompt=True, hide_input=True, confirmation_prompt=True)
@click.option("--staff", type=ROLES, default="none", show_default=True)
def make_user(email: str, name: str, password: str, staff: str) -> None:
    """Make an account whose address counts as confirmed."""
    role = None if staff == "none" else StaffRole(staff)
    run(make_person(name or email.partition("@")[0], email, password, staff_role=role))
    click.echo(f"{email} can sign in.")


@user.command("staff")
@click.argument("email")
@click.argument("role", type=ROLES)
def set_staff(email: str, role: str) -> None:
    """Let somebody help run the site, or no longer (`none`)."""
    run(make_staff(email, None if role == "none" else StaffRole(role)))
    click.echo(f"{email}: {role}")
