"""The command line: `crowdfund …`, or `python -m crowdfund …`."""

from __future__ import annotations

import os
from importlib import import_module
from pathlib import Path

import click

from crowdfund import __version__

DEMO = Path("var/demo/site.env")

# Where each command stands: a server that is started again must not first read the demo, the replays and the books.
COMMANDS = {
    "backup": "copies", "check": "check", "clock": "clock", "demo": "demo", "draw": "draw", "migrate": "database",
    "replay": "replay", "restore": "copies", "serve": "serve", "statement": "statement", "user": "user", "work": "work",
}  # fmt: skip
OF_THE_DEMO = ("check", "clock", "backup", "user")


class Commands(click.Group):
    """Reads a command's file when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = getattr(import_module(f"crowdfund.commands.{COMMANDS[cmd_name]}"), cmd_name)
        return command


@click.group(cls=Commands)
@click.version_option(__version__)
@click.pass_context
def main(context: click.Context) -> None:
    """Fans fund films, fill the first night and buy what they see on screen."""
    if context.invoked_subcommand in OF_THE_DEMO:
        _mean_the_demo_where_it_is_all_there_is()


def _mean_the_demo_where_it_is_all_there_is() -> None:
    """Nothing set and only a demo in this folder: then `crowdfund clock advance 7d` can only mean that one."""
    is_set = Path(".env").exists() or any(name.startswith("CROWDFUND_") for name in os.environ)
    if not is_set and DEMO.is_file() and not Path("var/crowdfund.db").exists():
        for name, _, value in (line.partition("=") for line in DEMO.read_text(encoding="utf-8").splitlines()):
            os.environ[name] = value
