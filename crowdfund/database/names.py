"""Which engine is open, and the names of its connections.

Two dialects have two names each, since Tortoise caches SQL by the connection's name.
"""

from __future__ import annotations

from contextvars import ContextVar

from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.connection import get_connection

transaction: ContextVar[BaseDBAsyncClient | None] = ContextVar("transaction", default=None)

_dialect: str | None = None


class DatabaseError(Exception):
    """The database can't be used as it is set; the message says what to do."""


def open_as(dialect: str | None) -> None:
    global _dialect
    _dialect = dialect


def dialect() -> str:
    """`sqlite` or `postgres`: what this process has open."""
    if _dialect is None:
        raise DatabaseError("The database is not open.")
    return _dialect


def writing() -> str:
    return f"{dialect()}_write"


def reading() -> str:
    """The read connection is a step behind inside a transaction, so there everything reads through the transaction."""
    return writing() if transaction.get() is not None else f"{dialect()}_read"


def connection_in_force() -> BaseDBAsyncClient:
    """The transaction under way, else the connection that pages read from."""
    return transaction.get() or get_connection(reading())
