"""`crowdfund check`: the books, proven rule by rule."""

from __future__ import annotations

import click

from crowdfund import clock, settings
from crowdfund.books import Report
from crowdfund.books import check as check_books
from crowdfund.commands.database import run
from crowdfund.payments import stripe


@click.command()
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
