"""`python -m crowdfund.sandbox`: the sandbox as a process of its own, on loopback unless another host is named."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import threading
from pathlib import Path

import click
from granian.constants import Interfaces
from granian.server.embed import Server

from crowdfund import clock
from crowdfund.sandbox.app import create_app

LOOPBACK = "127.0.0.1"


@click.command()
@click.option(
    "--host", default=LOOPBACK, show_default=True, help="Where to listen; anything but loopback is said loudly."
)
@click.option("--port", default=8001, show_default=True)
@click.option("--data", type=click.Path(path_type=Path), default=Path("var/sandbox"), show_default=True)
@click.option("--clock-file", type=click.Path(path_type=Path), help="The site's movable clock, to share it.")
@click.option("--origin", default="", help="Where people reach the hosted pages, if not where the API is called.")
@click.option("--merchant", default="crowdfund", show_default=True, help="What the pages call the site.")
@click.option("--until-stdin-closes", is_flag=True, help="End when whoever started this ends.")
def main(
    host: str, port: int, data: Path, clock_file: Path | None, origin: str, merchant: str, until_stdin_closes: bool
) -> None:
    """Stand in for Stripe. Nothing here moves money."""
    if host not in (LOOPBACK, "::1", "localhost"):
        click.echo(f"The sandbox listens on {host}: everybody there can use it.", err=True)
    if clock_file is not None:
        clock.share(clock_file)
    if until_stdin_closes:
        threading.Thread(target=_end_with_stdin, daemon=True).start()
    _refuse_taken(host, port)
    app = create_app(
        data, origin=origin.rstrip("/"), merchant=merchant, nonce=os.environ.get("CROWDFUND_SANDBOX_NONCE", "")
    )
    server = Server(app, address=host, port=port, interface=Interfaces.ASGI, websockets=False, log_enabled=False)
    asyncio.run(_serve(server))


def _refuse_taken(host: str, port: int) -> None:
    """End here where somebody listens already: the server would share the port with it, each getting half of the calls."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise click.ClickException(f"The sandbox can't listen on {host}:{port}: {error.strerror}.") from error


async def _serve(server: Server) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, server.stop)
    await server.serve()


def _end_with_stdin() -> None:
    """Wait for the other end of stdin to close, which it does however its process ends; every commit is on disk by then."""
    while os.read(0, 4096):  # not sys.stdin, whose lock would be in the way of a normal end
        pass
    os._exit(0)


if __name__ == "__main__":
    main()
