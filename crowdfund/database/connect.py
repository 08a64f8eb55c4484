"""Opening and closing the database of a process: a connection to write, another to read pages from."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from tortoise import models
from tortoise.connection import get_connection
from tortoise.context import TortoiseContext

from crowdfund.database import ids, names
from crowdfund.database.atomic import finish_transactions
from crowdfund.database.names import DatabaseError, reading, writing

SQLITE_MIN = (3, 38)  # the ->> operator, which every rush statement uses
SQLITE_SYNCHRONOUS = "FULL"  # what was answered is on the disk

MODELS = (
    "crowdfund.people.models",
    "crowdfund.titles.models",
    "crowdfund.campaigns.models",
    "crowdfund.campaigns.recipients.models",
    "crowdfund.campaigns.transfers.models",
    "crowdfund.campaigns.milestones.models",
    "crowdfund.payments.models",
    "crowdfund.screenings.models",
    "crowdfund.screenings.door.models",
    "crowdfund.orders.models",
    "crowdfund.orders.goods.models",
    "crowdfund.orders.runs.models",
    "crowdfund.merch.runs.models",
    "crowdfund.pledges.models",
    "crowdfund.pledges.transfers.models",
    "crowdfund.community.polls.models",
    "crowdfund.community.talk.models",
    "crowdfund.community.draws.models",
    "crowdfund.merch.shops.models",
    "crowdfund.merch.previews.models",
    "crowdfund.merch.applications.models",
    "crowdfund.merch.licences.models",
    "crowdfund.pledges.milestones.models",
    "crowdfund.merch.screen.models",
    "crowdfund.orders.parcels.models",
    "crowdfund.orders.returns.models",
    "crowdfund.orders.reviews.models",
    "crowdfund.merch.listings.models",
    "crowdfund.boxoffice.models",
    "crowdfund.payouts.models",
    "crowdfund.payouts.banks.models",
    "crowdfund.payouts.expenses.models",
    "crowdfund.payouts.sellers.models",
    "crowdfund.payouts.royalties.models",
    "crowdfund.disputes.models",
    "crowdfund.desk.statements.models",
)

_context: TortoiseContext | None = None

# Tortoise reads the source of each model for comments to put into CREATE TABLE. Our schema is SQL of its own, and all that
# reading would be a quarter of the time in which a site starts.
models._get_comments = lambda cls: {}


class Router:
    """Models read from the read connection, unless a transaction is under way: then all goes through that one."""

    def db_for_read(self, model: object) -> str:
        return reading()

    def db_for_write(self, model: object) -> str:
        return writing()


def sqlite_path(url: str) -> Path:
    """The file of `sqlite:///relative.db` or `sqlite:////absolute.db`."""
    return Path(unquote(url.removeprefix("sqlite:///").split("?")[0]))


def postgres_parts(url: str) -> dict[str, Any]:
    """host, port, user, password, database of a `postgres://` address; `?host=` names a socket's folder."""
    parts = urlsplit(url)
    query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    return {
        "host": query.get("host") or parts.hostname or "localhost",
        "port": parts.port or int(query.get("port", 5432)),
        "user": unquote(parts.username or "postgres"),
        "password": unquote(parts.password) if parts.password else None,
        "database": unquote(parts.path.lstrip("/")),
    }


def _connections_of(url: str) -> dict[str, dict[str, Any]]:
    if url.startswith("sqlite:"):
        path = sqlite_path(url)
        path.parent.mkdir(parents=True, exist_ok=True)
        one = {
            "file_path": str(path), "journal_mode": "WAL", "synchronous": SQLITE_SYNCHRONOUS, "busy_timeout": 5000,
            "foreign_keys": "ON", "temp_store": "MEMORY", "cache_size": -65536, "journal_size_limit": 67108864,
            # Sixteen times the default: a rush changes the same pages again and again, and they are copied back once.
            "wal_autocheckpoint": 16_000,
        }  # fmt: skip
        two = {"sqlite_write": one, "sqlite_read": one | {"query_only": "ON"}}
        return {name: {"engine": "crowdfund.database.engine", "credentials": c} for name, c in two.items()}
    # A rush is worked off by one transaction at a time; the rest of the pool serves ordinary verbs. The last timeout is the
    # driver's own: a server that vanished from the network never tells that a statement ran out of time.
    one = postgres_parts(url) | {"minsize": 1, "maxsize": 8, "statement_cache_size": 500, "command_timeout": 60}
    limits = {
        "statement_timeout": "30000", "idle_in_transaction_session_timeout": "10000", "lock_timeout": "10000",
        "application_name": "crowdfund", "jit": "off",
    }  # fmt: skip
    two = {
        "postgres_write": one | {"server_settings": limits},
        "postgres_read": one | {"server_settings": limits | {"default_transaction_read_only": "on"}},
    }
    return {name: {"engine": "crowdfund.database.engine_postgres", "credentials": c} for name, c in two.items()}


async def open_database(url: str, *, models: tuple[str, ...] = MODELS) -> None:
    """Open the database of this process. Raises DatabaseError where the engine is too old."""
    global _context
    name = "sqlite" if url.startswith("sqlite:") else "postgres"
    if name == "sqlite" and sqlite3.sqlite_version_info < SQLITE_MIN:
        raise DatabaseError(f"SQLite {sqlite3.sqlite_version} is too old: 3.38 or newer is needed.")
    if _context is not None:
        raise DatabaseError("The database is open already.")
    config = {
        "connections": _connections_of(url),
        "apps": {"crowdfund": {"models": list(models), "default_connection": f"{name}_write"}},
    }
    _context = TortoiseContext()
    names.open_as(name)
    try:
        with _context:
            # The global fallback, since the lifespan and the requests run in different tasks.
            await _context.init(config=config, routers=[Router], _enable_global_fallback=True)
        await ids.claim_process_number()
        # Opened now: a request that is cancelled while it opens the connection would keep its lock for ever.
        await get_connection(reading()).execute_query("SELECT 1")
    except BaseException:
        await close_database()
        raise


async def close_database() -> None:
    """Finish what is under way, then close."""
    global _context
    if _context is None:
        return
    await finish_transactions()
    await _context.close_connections()
    _context = None
    names.open_as(None)
