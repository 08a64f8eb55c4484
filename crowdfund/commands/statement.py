"""`crowdfund statement verify`: checks a statement on any computer. It opens no database and reads no settings."""

from __future__ import annotations

from pathlib import Path

import click

from crowdfund.desk.statements import rules
from crowdfund.desk.statements.rules import Check, NotAStatement
from crowdfund.terminal import one_line

_FILE = click.Path(exists=True, dir_okay=False, readable=True, path_type=Path)
NO_STATEMENT = 2


@click.group()
def statement() -> None:
    """The signed statements: of funds by month, and of what titles have locked at the box office."""


@statement.command()
@click.argument("file", type=_FILE)
@click.option("--key", "key_file", type=_FILE, help="Keys that you trust: the site's list of them, or one as PEM.")
@click.option("--previous", "previous_file", type=_FILE, help="The statement of the month before, to check the chain.")
def verify(file: Path, key_file: Path | None, previous_file: Path | None) -> None:
    """Check a statement: signature, form, sums, and the chain. Ends with 1 where something is wrong, 2 where it is none."""
    try:
        text, keys = _read(file), rules.keys_in(_read(key_file)) if key_file else None
        checks = rules.verify(text, keys=keys, previous=_read(previous_file) if previous_file else None)
    except NotAStatement as refusal:
        click.echo(str(refusal), err=True)
        raise SystemExit(NO_STATEMENT) from None
    _tell(text, checks, told_keys=keys is not None, told_previous=previous_file is not None)
    if not all(check.holds for check in checks):
        raise SystemExit(1)


def _read(file: Path) -> bytes:
    """Not more of a file than a statement can be. Raises NotAStatement where it can't be read."""
    try:
        with file.open("rb") as opened:
            return opened.read(rules.BYTES_MAX + 1)
    except OSError as error:
        raise NotAStatement(f"{file} can't be read: {error.strerror or error}.") from None


def _tell(text: bytes, checks: list[Check], *, told_keys: bool, told_previous: bool) -> None:
    found = rules.read(text)
    fund = found.get("fund") or found.get("title")
    name = fund.get("name") if isinstance(fund, dict) else None
    which = found.get("period") or f"box office in {found.get('currency')}, number {found.get('number')}"
    click.echo(f"{_plain(name)}, {_plain(which)}")
    for check in checks:
        click.echo(
            f"{'ok   ' if check.holds else 'WRONG'}  {check.name}{f' ({_plain(check.found)})' if check.found else ''}"
        )
    if not told_keys:
        key_id, public = rules.public_key_in(found)
        click.echo(f"       Whose key is it? Compare it with the site's list: {_plain(key_id)} {_plain(public)}")
    if not told_previous and found.get("previous") is not None:
        click.echo(
            f"       The statement before it has the hash {_plain(found['previous'])}: check it with --previous."
        )
    click.echo(f"       Its own hash is {rules.hash_of(text)}.")


def _plain(value: object) -> str:
    """What a file says, as it may stand on a terminal."""
    text = value if isinstance(value, str) else "?" if value is None else str(value)
    return one_line(text)[:200]
