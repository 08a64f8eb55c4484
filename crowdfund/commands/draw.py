"""`crowdfund draw`: anyone can recompute who won."""

from __future__ import annotations

from pathlib import Path

import click

from crowdfund.community.draws import file as draw_file


@click.group()
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
