"""Whether an error means that the database can't be reached or can't write now, rather than that we asked a wrong thing."""

from __future__ import annotations

import sqlite3

import asyncpg
from tortoise.exceptions import DBConnectionError

# SQLite has one exception for everything; only its message tells.
_SQLITE_OUTAGES = (
    "database or disk is full", "disk I/O error", "unable to open database file", "attempt to write a readonly database",
    "database is locked",
)  # fmt: skip
_POSTGRES_OUTAGES = (
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # a connection cut while the driver was not looking
    asyncpg.InsufficientResourcesError,  # disk full, too many connections
    asyncpg.OperatorInterventionError,  # shutting down, starting up, a statement past its time
    asyncpg.LockNotAvailableError,
    asyncpg.ReadOnlySQLTransactionError,
)


def is_outage(error: BaseException) -> bool:
    """Looks through what an error was made from: Tortoise wraps the drivers' own."""
    return any(_is_outage(one) for one in causes(error))


def _is_outage(error: BaseException) -> bool:
    if isinstance(error, (*_POSTGRES_OUTAGES, DBConnectionError, ConnectionError, TimeoutError)):
        return True
    if isinstance(error, FileNotFoundError):
        return error.filename is None  # the socket of a server that is down; a missing file has a name
    return isinstance(error, sqlite3.OperationalError) and any(words in str(error) for words in _SQLITE_OUTAGES)


def causes(error: BaseException) -> list[BaseException]:
    """An error and what it was made from, by `raise … from` or as an argument."""
    found: list[BaseException] = []
    left: list[BaseException | None] = [error]
    while left:
        one = left.pop()
        if one is not None and one not in found:
            found.append(one)
            left += [one.__cause__, *(arg for arg in one.args if isinstance(arg, BaseException))]
    return found
