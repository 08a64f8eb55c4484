"""`crowdfund work`: the worker in a process of its own."""

from __future__ import annotations

import asyncio
import signal

import click

from crowdfund import clock, settings
from crowdfund.commands.database import run
from crowdfund.payments import stripe
from crowdfund.worker import work as do_work


@click.command()
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
