"""What an operator does besides serving: back up, restore, move the sandbox's clock."""

from __future__ import annotations

import re
import shutil
import sqlite3
import subprocess
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

from crowdfund.database import DatabaseError
from crowdfund.database.connect import postgres_parts, sqlite_path

_SPAN = re.compile(r"([0-9]{1,5})([smhdw])", re.ASCII)
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def span(text: str) -> timedelta:
    """`30d`, `12h`, `45m`, `10s`, `2w`, and several in a row. Raises ValueError."""
    parts = _SPAN.findall(text)
    if not parts or "".join(number + unit for number, unit in parts) != text:
        raise ValueError("Write a span like 30d, 12h, 45m or 1d12h.")
    return timedelta(**{_UNITS[unit]: sum(int(n) for n, u in parts if u == unit) for unit in {u for _, u in parts}})


def back_up(url: str, to: Path) -> None:
    """A whole copy of the database while it is in use. SQLite: one file; PostgreSQL: what pg_dump writes.

    Raises DatabaseError where the file exists already or the copy did not work.
    """
    if to.exists():
        raise DatabaseError(f"{to} exists already; nothing was written.")
    to.parent.mkdir(parents=True, exist_ok=True)
    if url.startswith("sqlite:"):
        with sqlite3.connect(sqlite_path(url), timeout=30) as connection:
            connection.execute("VACUUM INTO ?", (str(to),))
        return
    _run(["pg_dump", "--format=custom", f"--file={to}", _dsn(url)])


def restore(url: str, source: Path) -> None:
    """Put a backup in place. The database must be empty: a SQLite file that is not there, a PostgreSQL database without tables.

    Raises DatabaseError where it is not.
    """
    if not source.exists():
        raise DatabaseError(f"{source} is not there.")
    if url.startswith("sqlite:"):
        path = sqlite_path(url)
        if path.exists():
            raise DatabaseError(f"{path} exists: move it away first, so that nothing is lost by a restore.")
        with sqlite3.connect(source) as connection:
            if connection.execute("PRAGMA integrity_check").fetchone() != ("ok",):
                raise DatabaseError(f"{source} is damaged.")
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, path)
        return
    _run(["pg_restore", "--exit-on-error", "--single-transaction", "--no-owner", f"--dbname={_dsn(url)}", str(source)])


def _dsn(url: str) -> str:
    parts = postgres_parts(url)
    password = f":{quote(parts['password'])}" if parts["password"] else ""
    return f"postgresql://{quote(parts['user'])}{password}@/{parts['database']}?host={quote(parts['host'])}&port={parts['port']}"


def _run(command: list[str]) -> None:
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own words, no shell
    except FileNotFoundError as error:
        raise DatabaseError(f"{command[0]} is not installed: it comes with PostgreSQL's client.") from error
    if done.returncode:
        raise DatabaseError(f"{command[0]} failed: {done.stderr.strip()[:500]}")
