"""Idempotency keys: the same key and parameters get the first answer again, other parameters are refused.

Kept for 24 hours of the account's time, as Stripe does (Stripe docs, "Idempotent requests", read 2026-11). What never began is not
kept: parameters that fail the check, a 429, a conflict.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

import orjson

from crowdfund.sandbox.account import Account
from crowdfund.sandbox.errors import ApiError
from crowdfund.sandbox.shape import pack, unpack
from crowdfund.sandbox.store import Store

KEPT_SECONDS = 24 * 3600
LONGEST_KEY = 255
_PURGED_AT_ONCE = 2_000


@dataclass(frozen=True, slots=True)
class Answered:
    status: int
    request_id: str
    body: Any


def fingerprint(method: str, path: str, params: dict[str, Any]) -> bytes:
    """What tells one request from another."""
    content = orjson.dumps([method, path, params], option=orjson.OPT_SORT_KEYS)
    return hashlib.blake2b(content, digest_size=16).digest()


def find(account: Account, key: str, print_: bytes) -> Answered | None:
    """The answer this key got, if it got one. Raises ApiError where it was used with other parameters."""
    if len(key) > LONGEST_KEY:
        raise ApiError(400, f"An idempotency key has at most {LONGEST_KEY} characters.", type="idempotency_error")
    sql = "SELECT fingerprint, status, request, body, created FROM answered WHERE account = ? AND key = ?"
    row = account.store.db.execute(sql, (account.n, key)).fetchone()
    if row is None or row[4] <= account.now - KEPT_SECONDS:
        return None
    if row[0] != print_:
        message = "This idempotency key was used with other parameters. Use another key for another request."
        raise ApiError(400, message, type="idempotency_error")
    return Answered(row[1], row[2], unpack(orjson.loads(row[3])))


def keep(account: Account, key: str, print_: bytes, status: int, body: Any) -> None:
    """Remember an answer; it stands in the transaction that did the work."""
    sql = (
        "INSERT OR REPLACE INTO answered (account, key, fingerprint, status, request, body, created)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)"
    )
    small = orjson.dumps(pack(body))
    account.store.db.execute(sql, (account.n, key, print_, status, account.request_id, small, account.now))


def in_use() -> ApiError:
    message = "Another request with this idempotency key is under way. Try again in a moment."
    return ApiError(409, message, type="idempotency_error", code="idempotency_key_in_use")


def purge(store: Store, now: int) -> None:
    """Forget keys past their day, a bounded number at a time. now: the site's time, in seconds."""
    sql = "DELETE FROM answered WHERE seq IN (SELECT seq FROM answered WHERE created <= ? ORDER BY created LIMIT ?)"
    store.db.execute(sql, (now - KEPT_SECONDS, _PURGED_AT_ONCE))
