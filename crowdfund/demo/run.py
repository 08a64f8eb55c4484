"""`crowdfund demo`: one command, one address, everything simulated."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

import click

from crowdfund import clock, settings
from crowdfund.database import close_database, open_database
from crowdfund.database.migrate import migrate
from crowdfund.demo.crowd import PASSWORD
from crowdfund.demo.seed import seed
from crowdfund.payments import stripe
from crowdfund.serve import listen_for_events, sandbox_beside, serve_granian
from crowdfund.settings import Settings

MARK = "seeded"  # beside the data: the sign-ins, and that the world is whole


def settings_of(data: Path, host: str, port: int) -> Settings:
    """A demo has settings of its own, whatever the environment says: it never touches a real database or a real key."""
    shown = "127.0.0.1" if host in ("0.0.0.0", "::") else host  # noqa: S104 - compared, not bound
    return settings.read(
        {
            "CROWDFUND_DATA": str(data),
            "CROWDFUND_DATABASE_URL": f"sqlite:///{data / 'crowdfund.db'}",
            "CROWDFUND_BASE_URL": f"http://{shown}:{port}",
            "CROWDFUND_UPLOADS": str(data / "uploads"),
        }
    )


def run(host: str, port: int, data: Path, *, fresh: bool) -> None:
    """Serve the demo. fresh: start over. A world that was not finished is made again; one that was is kept."""
    if fresh or not (data / MARK).exists():
        shutil.rmtree(data, ignore_errors=True)
    data.mkdir(parents=True, exist_ok=True)
    ours = settings_of(data, host, port)
    (data / "site.env").write_text(
        f"CROWDFUND_DATA={data}\nCROWDFUND_DATABASE_URL={ours.database_url}\nCROWDFUND_BASE_URL={ours.base_url}\n",
        encoding="utf-8",
    )
    settings.use(ours)
    with sandbox_beside(ours) as beside:
        if not (data / MARK).exists():
            click.echo("Making a world: three months of films, fans and money.")
            (data / MARK).write_text(asyncio.run(_make_world(beside)), encoding="utf-8")
        listen_for_events(beside)
        click.echo(f"\n{(data / MARK).read_text(encoding='utf-8')}\n")
        click.echo(f"Open {ours.base_url} (Ctrl+C ends it; `crowdfund clock advance 7d` moves its clock)\n")
        serve_granian(host, port)


async def _make_world(ours: Settings) -> str:
    await migrate(ours.database_url)
    await open_database(ours.database_url)
    try:
        sign_ins = await seed(lambda words: click.echo(f"  {words}"))
    finally:
        await stripe.close()
        await close_database()
        clock.unshare()
    lines = [f"  {email:<22} {name}: {what}" for name, email, what in sign_ins]
    return "\n".join(["Sign in with one of these; the password is: " + PASSWORD, *lines])
