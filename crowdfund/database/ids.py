"""Ids of our own: ordered by time, never equal between processes, and unguessable where a stranger sees them.

63 bits: 41 of milliseconds since 2020, 10 of the process's number, 12 of a counter. The process's number is the count of
starts so far, so two processes share one only if 1,024 were started while both lived.
"""

from __future__ import annotations

import hashlib
from time import time_ns

from crowdfund.database.sql import Sql
from crowdfund.refusal import NotFound
from crowdfund.settings import current

_SINCE_MS = 1_577_836_800_000  # 2020-01-01
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's: no letter looks like a digit
_PUBLIC_LENGTH = 13

_process_number: int | None = None
_last_ms = 0
_count = 0


class NoSuchId(NotFound):
    pass


_CLAIM = Sql("UPDATE process_start SET started = started + 1 RETURNING started")


async def claim_process_number() -> None:
    """Take this process's number; once, when the database is opened."""
    global _process_number
    from crowdfund.database.atomic import atomic
    from crowdfund.database.names import DatabaseError

    try:
        _process_number = (await atomic(_CLAIM.value)()) % 1024
    except Exception as error:
        raise DatabaseError("This database has no tables of crowdfund: run `crowdfund migrate`.") from error


def new_id() -> int:
    global _last_ms, _count
    if _process_number is None:
        raise RuntimeError("new_id before the database is open")
    ms = max(time_ns() // 1_000_000 - _SINCE_MS, _last_ms)  # a wall clock set back must not give an id twice
    if ms == _last_ms:
        _count += 1
        if _count == 4096:
            ms, _count = ms + 1, 0
    else:
        _count = 0
    _last_ms = ms
    return ms << 22 | _process_number << 12 | _count


def public(number: int) -> str:
    """The id as a stranger sees it: 13 letters that don't tell how many there are, or which comes next."""
    mixed = _mix(number, range(_ROUNDS))
    return "".join(_ALPHABET[mixed >> shift & 31] for shift in range(60, -1, -5))


def private(text: str) -> int:
    """The id behind 13 letters. Raises NoSuchId where they are none of ours."""
    mixed = 0
    if len(text) != _PUBLIC_LENGTH:
        raise NoSuchId("There is nothing here under that address.")
    for letter in text:
        value = _ALPHABET.find(letter)
        if value < 0:
            raise NoSuchId("There is nothing here under that address.")
        mixed = mixed << 5 | value
    number = _mix(mixed, reversed(range(_ROUNDS))) if mixed < 1 << 64 else -1
    if not 0 <= number < 1 << 63:
        raise NoSuchId("There is nothing here under that address.")
    return number


_ROUNDS = 4


def _mix(number: int, rounds: range | reversed[int]) -> int:  # type: ignore[type-arg]
    """A Feistel network over 64 bits, keyed by the site's secret: a permutation, so no two ids collide."""
    left, right = number >> 32, number & 0xFFFFFFFF
    for i in rounds:
        left, right = right, left ^ _round(i, right)
    return right << 32 | left


def _round(i: int, half: int) -> int:
    key = current().secret.encode()[:64]
    return int.from_bytes(hashlib.blake2b(half.to_bytes(4, "big") + bytes([i]), digest_size=4, key=key).digest(), "big")
