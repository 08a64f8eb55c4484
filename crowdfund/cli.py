"""The command line: `crowdfund …`, or `python -m crowdfund …`."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import click

from crowdfund import __version__, clock, settings, upkeep
from crowdfund.books import Report
from crowdfund.books import check as check_books
from crowdfund.community.draws import file as draw_file
from crowdfund.database import DatabaseError, close_database, open_database
from crowdfund.database.migrate import migrate as lay_schema
from crowdfund.demo.run import run as run_demo
from crowdfund.desk.statements.command import statement
from crowdfund.payments import stripe
from crowdfund.people.accounts import make_person, make_staff
from crowdfund.people.models import StaffRole
from crowdfund.refusal import Refusal
from crowdfund.serve import listen_for_events, sandbox_beside, serve_granian, serve_uvicorn
from crowdfund.worker import work as do_work

DEMO = Path("var/demo/site.env")
ROLES = click.Choice([*(role.value for role in StaffRole), "none"])


@click.group()
@click.version_option(__version__)
@click.pass_context
def main(context: click.Context) -> None:
    """Fans fund films, fill the first night and buy what they see on screen."""
    if context.invoked_subcommand in ("check", "clock", "backup", "user"):
        _mean_the_demo_where_it_is_all_there_is()


def _mean_the_demo_where_it_is_all_there_is() -> None:
    """Nothing set and only a demo in this folder: then `crowdfund clock advance 7d` can only mean that one."""
    is_set = Path(".env").exists() or any(name.startswith("CROWDFUND_") for name in os.environ)
    if not is_set and DEMO.is_file() and not Path("var/crowdfund.db").exists():
        for name, _, value in (line.partition("=") for line in DEMO.read_text(encoding="utf-8").splitlines()):
            os.environ[name] = value


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


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True)
@click.option("--server", type=click.Choice(["granian", "uvicorn"]), default="granian", show_default=True)
def serve(host: str, port: int, server: str) -> None:
    """Serve the site: one process on SQLite, two on PostgreSQL unless CROWDFUND_WORKERS says otherwise."""
    with sandbox_beside(settings.current()) as ours:
        listen_for_events(ours)
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


# --- money and upkeep ---


@main.command()
@click.option("--without-stripe", is_flag=True, help="Only our own rows, where the processor can't be reached.")
def check(without_stripe: bool) -> None:
    """Prove the books, rule by rule; ends with 1 where one does not hold."""
    ours = settings.current()
    if ours.sandbox:
        clock.share(ours.clock_file)

    async def prove() -> Report:
        try:
            return await check_books(with_processor=not without_stripe)
        finally:
            await stripe.close()

    try:
        report = run(prove())
    except stripe.Unknown as unknown:
        raise click.ClickException(f"The processor can't be reached ({unknown}): try --without-stripe.") from unknown
    click.echo("\n".join(report.lines))
    if not report.holds:
        raise SystemExit(1)


@main.command()
def work() -> None:
    """Do due work in a process of its own (serve with CROWDFUND_WORK=apart)."""
    ours = settings.current()
    if ours.sandbox:
        clock.share(ours.clock_file)

    async def until_stopped() -> None:
        stop = asyncio.Event()
        for signum in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(signum, stop.set)
        await do_work(stop)
        await stripe.close()

    run(until_stopped())


@main.command()
@click.argument("file", type=click.Path(path_type=Path))
def backup(file: Path) -> None:
    """Copy the whole database to FILE while it is in use."""
    _upkeep(upkeep.back_up, settings.current().database_url, file)
    click.echo(f"backed up to {file}")


@main.command()
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


# --- draws ---


@main.group()
def draw() -> None:
    """Draws among backers: anyone can recompute who won."""


class NotADrawFile(click.ClickException):
    exit_code = 2


@draw.command("verify")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def verify_draw(file: Path) -> None:
    """Draw again what FILE tells of a draw, and compare; ends with 1 on any difference. Needs no database and no settings."""
    try:
        found = draw_file.read(file.read_bytes())
    except OSError as error:
        raise NotADrawFile(f"{file} can't be read: {error.strerror}.") from error
    except draw_file.FileNotUnderstood as refusal:
        raise NotADrawFile(refusal.sentence) from refusal
    click.echo("\n".join(draw_file.lines(found)))
    if not draw_file.holds(found):
        raise SystemExit(1)


@main.group("clock")
def clock_group() -> None:
    """The movable clock of a sandbox."""


def _shared_clock() -> None:
    ours = settings.current()
    if not ours.sandbox:
        raise click.ClickException("With a real Stripe key the clock is the world's.")
    clock.share(ours.clock_file)


@clock_group.command("show")
def show_clock() -> None:
    """What time it is for the site."""
    _shared_clock()
    click.echo(f"{clock.now():%Y-%m-%d %H:%M:%S} UTC")


@clock_group.command("advance")
@click.argument("by")
def advance_clock(by: str) -> None:
    """Move the clock forward for all processes: 30d, 12h, 45m."""
    _shared_clock()
    try:
        clock.advance(upkeep.span(by))
    except ValueError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{clock.now():%Y-%m-%d %H:%M:%S} UTC")


main.add_command(statement)


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True)
@click.option("--data", type=click.Path(path_type=Path), default=Path("var/demo"), show_default=True)
@click.option("--fresh", is_flag=True, help="Start over with a new world.")
def demo(host: str, port: int, data: Path, fresh: bool) -> None:
    """Serve a seeded world, everything simulated: no real money moves."""
    run_demo(host, port, data, fresh=fresh)


@main.command()
@click.argument("dataset")
@click.option("--database-url", help="Where to play it; else SQLite in a folder of its own.")
@click.option("--url", help="A site that runs already, with this machine's settings.")
@click.option("--clients", default=128, show_default=True, help="Connections that pledge at once.")
@click.option("--seed", default=2014, show_default=True, help="How the record's totals are spread over backers.")
@click.option("--limit", type=int, help="Only so many backers (campaigns, screenings) of the dataset.")
@click.option(
    "--settle", default="20000", show_default=True, help="How many charges of a sale of shares to settle, or `all`."
)
@click.option("--json", "json_file", type=click.Path(path_type=Path), help="Write the result there as one object.")
def replay(
    dataset: str, database_url: str | None, url: str | None, clients: int, seed: int, limit: int | None, settle: str,
    json_file: Path | None,
) -> None:  # fmt: skip
    """Play a DATASET through the real site over HTTP and compare with the record; ends with 1 on any difference."""
    from crowdfund.replay import dataset as datasets
    from crowdfund.replay.run import replay as play
    from crowdfund.replay.run import write_json

    if settle != "all" and not settle.isdigit():
        raise click.ClickException("--settle is a number of charges, or `all`.")
    try:
        read = datasets.read(dataset, seed=seed, limit=limit)
    except datasets.DatasetError as error:
        raise click.ClickException(str(error)) from error
    many = None if settle == "all" else int(settle)
    result = play(read, database_url=database_url, clients=clients, settle=many, site_url=url)
    click.echo("\n".join(result.lines))
    if json_file is not None:
        write_json(result, json_file)
    if result.differences or not result.books_balanced:
        raise SystemExit(1)
