"""The sandbox's SQLite file: accounts, objects, sums of money, what falls due, idempotency keys, undelivered events.

One connection, one thread. Every query runs on an index, so that the 250,000th object costs what the first did. Commits survive
a killed process; a power cut may lose the last ones (synchronous NORMAL), which is fine for what is simulated.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from crowdfund.sandbox.shape import Obj, pack, unpack

_SCHEMA = """
CREATE TABLE IF NOT EXISTS account (
  n INTEGER PRIMARY KEY, key TEXT UNIQUE, platform INTEGER, connected TEXT UNIQUE, ahead_seconds INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS object (
  seq INTEGER PRIMARY KEY, account INTEGER NOT NULL, kind TEXT NOT NULL, id TEXT NOT NULL, created INTEGER NOT NULL,
  customer TEXT, payment_intent TEXT, about TEXT, label TEXT, json BLOB NOT NULL);
CREATE UNIQUE INDEX IF NOT EXISTS object_id ON object (id);
CREATE INDEX IF NOT EXISTS object_kind ON object (account, kind, created);
CREATE INDEX IF NOT EXISTS object_customer ON object (account, kind, customer, created) WHERE customer IS NOT NULL;
CREATE INDEX IF NOT EXISTS object_payment_intent ON object (account, kind, payment_intent, created)
  WHERE payment_intent IS NOT NULL;
CREATE INDEX IF NOT EXISTS object_about ON object (account, kind, about, created) WHERE about IS NOT NULL;
CREATE INDEX IF NOT EXISTS object_label ON object (account, kind, label, created) WHERE label IS NOT NULL;
CREATE TABLE IF NOT EXISTS balance (
  account INTEGER, currency TEXT, at INTEGER, net_minor INTEGER NOT NULL, PRIMARY KEY (account, currency, at)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS tally (
  account INTEGER, what TEXT, currency TEXT, count INTEGER NOT NULL, amount_minor INTEGER NOT NULL,
  PRIMARY KEY (account, what, currency)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS due (
  account INTEGER, at INTEGER, what TEXT, id TEXT, PRIMARY KEY (account, at, what, id)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS answered (
  seq INTEGER PRIMARY KEY, account INTEGER NOT NULL, key TEXT NOT NULL, fingerprint BLOB NOT NULL, status INTEGER NOT NULL,
  request TEXT NOT NULL, body BLOB NOT NULL, created INTEGER NOT NULL, UNIQUE (account, key));
CREATE INDEX IF NOT EXISTS answered_created ON answered (created);
CREATE TABLE IF NOT EXISTS delivery (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, event TEXT NOT NULL, endpoint TEXT NOT NULL, attempt INTEGER NOT NULL,
  at_us INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS delivery_at ON delivery (at_us);
CREATE INDEX IF NOT EXISTS delivery_event ON delivery (event);
"""

# Which members of an object its lists can be filtered by: customer, payment_intent, what it is about, its label.
COLUMNS: dict[str, tuple[str | None, str | None, str | None, str | None]] = {
    "payment_method": ("customer", None, None, None),
    "setup_intent": ("customer", None, "payment_method", None),
    "payment_intent": ("customer", None, None, None),
    "charge": ("customer", "payment_intent", None, "transfer_group"),
    "balance_transaction": (None, None, "source", "type"),
    "refund": (None, "payment_intent", "charge", None),
    "dispute": (None, "payment_intent", "charge", None),
    "checkout.session": ("customer", "payment_intent", None, "status"),
    "transfer": (None, None, "destination", "transfer_group"),
    "transfer_reversal": (None, None, "transfer", None),
    "payout": (None, None, "destination", "status"),
    "event": (None, None, None, "type"),
}
_NO_COLUMNS: tuple[None, None, None, None] = (None, None, None, None)


_SHARED_SECONDS = 0.002


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose data a row is: an API key's account, or one connected to it."""

    n: int
    platform: int
    connected: str | None


class Store:
    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.db = sqlite3.connect(path, isolation_level=None, cached_statements=256)
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "cache_size=-32000", "wal_autocheckpoint=4000"):
            self.db.execute(f"PRAGMA {pragma}")
        self.db.executescript(_SCHEMA)
        self._commit: asyncio.Future[None] | None = None
        self._owners: dict[str, Owner] = {}
        self._owner_by_n: dict[int, Owner] = {}
        self._ahead: dict[int, int] = dict(
            self.db.execute("SELECT n, ahead_seconds FROM account WHERE platform IS NULL")
        )
        self.endpoints: dict[int, list[Obj]] = {}
        self.on_delivery: Callable[[], object] = lambda: None
        self.next_due: dict[int, int] = dict(self.db.execute("SELECT account, min(at) FROM due GROUP BY account"))

    def close(self) -> None:
        self.flush()
        self.db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing of what is written inside, and on disk afterwards."""
        self.flush()
        self.db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self.db.execute("ROLLBACK")
            raise
        self.db.execute("COMMIT")

    @contextmanager
    def part(self) -> Iterator[None]:
        """All or nothing of what is written inside, in a commit shared with others: `await settled()` before telling of it.

        One commit costs what half a charge costs, so whoever comes within two milliseconds shares one.
        """
        if self._commit is None:
            loop = asyncio.get_running_loop()
            self.db.execute("BEGIN IMMEDIATE")
            self._commit = loop.create_future()
            loop.call_later(_SHARED_SECONDS, self.flush)
        with self.savepoint():
            yield

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """All or nothing of what is written inside, within what is open around it."""
        self.db.execute("SAVEPOINT part")
        try:
            yield
        except BaseException:
            self.undo()
            self.db.execute("RELEASE part")
            raise
        self.db.execute("RELEASE part")

    def undo(self) -> None:
        """Forget what was written since the savepoint, and go on."""
        self.db.execute("ROLLBACK TO part")

    def flush(self) -> None:
        """Commit what is shared, if anything is."""
        commit, self._commit = self._commit, None
        if commit is None:
            return
        try:
            self.db.execute("COMMIT")
        except sqlite3.Error as error:
            commit.set_exception(error)
        else:
            commit.set_result(None)

    async def settled(self) -> None:
        """Wait until everything written so far is on disk."""
        if self._commit is not None:
            await asyncio.shield(self._commit)

    # Accounts

    def owner_of_key(self, key: str) -> Owner:
        """The account of an API key, made on its first use."""
        owner = self._owners.get(key)
        if owner is None:
            self.db.execute("INSERT OR IGNORE INTO account (key) VALUES (?)", (key,))
            n = self.db.execute("SELECT n FROM account WHERE key = ?", (key,)).fetchone()[0]
            owner = self._owners[key] = Owner(n, n, None)
        return owner

    def add_connected(self, platform: int, account_id: str) -> Owner:
        sql = "INSERT INTO account (platform, connected) VALUES (?, ?) RETURNING n"
        return Owner(self.db.execute(sql, (platform, account_id)).fetchone()[0], platform, account_id)

    def connected(self, platform: int, account_id: str) -> Owner | None:
        sql = "SELECT n FROM account WHERE connected = ? AND platform = ?"
        row = self.db.execute(sql, (account_id, platform)).fetchone()
        return None if row is None else Owner(row[0], platform, account_id)

    def owner(self, n: int) -> Owner:
        if n not in self._owner_by_n:
            platform, connected = self.db.execute(
                "SELECT platform, connected FROM account WHERE n = ?", (n,)
            ).fetchone()
            self._owner_by_n[n] = Owner(n, platform or n, connected)
        return self._owner_by_n[n]

    def ahead_seconds(self, platform: int) -> int:
        return self._ahead.get(platform, 0)

    def advance(self, platform: int, seconds: int) -> None:
        self._ahead[platform] = self.ahead_seconds(platform) + seconds
        self.db.execute("UPDATE account SET ahead_seconds = ? WHERE n = ?", (self._ahead[platform], platform))

    # Objects

    def insert(self, account: int, obj: Obj) -> None:
        self.db.execute(_INSERT, _row(account, obj))

    def insert_many(self, account: int, objects: Iterable[Obj]) -> None:
        self.db.executemany(_INSERT, (_row(account, obj) for obj in objects))

    def update(self, obj: Obj) -> None:
        columns_and_json = _row(0, obj)[4:]
        sql = "UPDATE object SET customer = ?, payment_intent = ?, about = ?, label = ?, json = ? WHERE id = ?"
        self.db.execute(sql, (*columns_and_json, obj["id"]))

    def delete(self, object_id: str) -> None:
        self.db.execute("DELETE FROM object WHERE id = ?", (object_id,))

    def get(self, account: int, kind: str, object_id: str) -> Obj | None:
        sql = "SELECT json FROM object WHERE id = ? AND account = ? AND kind = ?"
        row = self.db.execute(sql, (object_id, account, kind)).fetchone()
        return None if row is None else unpack(orjson.loads(row[0]))

    def find(self, kind: str, object_id: str) -> tuple[int, Obj] | None:
        """An object whoever's it is, for pages whose address is the secret: (account, object)."""
        row = self.db.execute(
            "SELECT account, json FROM object WHERE id = ? AND kind = ?", (object_id, kind)
        ).fetchone()
        return None if row is None else (row[0], unpack(orjson.loads(row[1])))

    def place(self, account: int, kind: str, object_id: str) -> tuple[int, int] | None:
        """Where an object stands in its lists: (created, seq)."""
        sql = "SELECT created, seq FROM object WHERE id = ? AND account = ? AND kind = ?"
        found: tuple[int, int] | None = self.db.execute(sql, (object_id, account, kind)).fetchone()
        return found

    def page(
        self,
        account: int,
        kind: str,
        where: dict[str, Any],
        bounds: list[tuple[str, tuple[Any, ...]]],
        *,
        newest: bool,
        limit: int,
    ) -> list[tuple[int, int, Obj]]:
        """Objects of a kind in the order they were made, newest first or last: (created, seq, object).

        where: column to wanted value. bounds: SQL conditions on created and seq with their values.
        """
        conditions = ["account = ?", "kind = ?", *(f"{column} = ?" for column in where), *(text for text, _ in bounds)]
        order = "DESC" if newest else "ASC"
        sql = (
            f"SELECT created, seq, json FROM object WHERE {' AND '.join(conditions)}"  # noqa: S608  names of columns are ours
            f" ORDER BY created {order}, seq {order} LIMIT ?"
        )
        values = [account, kind, *where.values(), *(value for _, values in bounds for value in values), limit]
        return [(created, seq, unpack(orjson.loads(json))) for created, seq, json in self.db.execute(sql, values)]

    # What falls due

    def add_due(self, account: int, at: int, what: str, object_id: str) -> None:
        self.db.execute("INSERT OR IGNORE INTO due VALUES (?, ?, ?, ?)", (account, at, what, object_id))
        self.next_due[account] = min(at, self.next_due.get(account, at))

    def first_due(self, account: int, now: int) -> tuple[int, str, str] | None:
        """The oldest thing that is due: (at, what, id)."""
        sql = "SELECT at, what, id FROM due WHERE account = ? AND at <= ? ORDER BY at LIMIT 1"
        found: tuple[int, str, str] | None = self.db.execute(sql, (account, now)).fetchone()
        return found

    def drop_due(self, account: int, row: tuple[int, str, str]) -> None:
        self.db.execute("DELETE FROM due WHERE account = ? AND at = ? AND what = ? AND id = ?", (account, *row))

    def look_up_next_due(self, account: int) -> None:
        at = self.db.execute("SELECT min(at) FROM due WHERE account = ?", (account,)).fetchone()[0]
        if at is None:
            self.next_due.pop(account, None)
        else:
            self.next_due[account] = at


_INSERT = (
    "INSERT INTO object (account, kind, id, created, customer, payment_intent, about, label, json)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
)


def _row(account: int, obj: Obj) -> tuple[Any, ...]:
    kind = obj["object"]
    columns = (obj[name] if name else None for name in COLUMNS.get(kind, _NO_COLUMNS))
    return (account, kind, obj["id"], obj["created"], *columns, orjson.dumps(pack(obj)))
