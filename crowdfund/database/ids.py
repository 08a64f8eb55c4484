"""Ids of our own: ordered by time, never equal between processes, and unguessable where a stranger sees them.

63 bits: 41 of milliseconds since 2020, 10 of the process's number, 12 of a counter. The process's number is the count of
starts so far, so two processes share one only if 1,024 were started while both lived.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import lru_cache
from time import time_ns

from crowdfund.database.sql import Sql
from crowdfund.refusal import NotFound
from crowdfund.settings import current

_SINCE_MS = 1_577_836_800_000  # 2020-01-01
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's: no letter looks like a digit
_PUBLIC_LENGTH = 13
_SHIFTS = range(60, -1, -5)

_process_number: int | None = None
_last_ms = 0
_count = 0


class NoSuchId(NotFound):
    pass


_CLAIM = Sql("UPDATE process_start SET started = started + 1 RETURNING started")


async def claim_process_number() -> None:
    """Take this process's number; once, when the database is opened."""
    global _process_number, _last_ms, _count
    from crowdfund.database.atomic import atomic
    from crowdfund.database.names import DatabaseError

    try:
        _process_number = (await atomic(_CLAIM.value)()) % 1024
        _last_ms = _count = 0  # nothing was made under this number yet, whatever the clock said before
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


def first_of(wall_us: int) -> int:
    """No id made at this moment of wall time, or later, is below this one."""
    return max(0, wall_us // 1_000 - _SINCE_MS) << 22


def public(number: int) -> str:
    """The id as a stranger sees it: 13 letters that don't tell how many there are, or which comes next."""
    return _public(number, current().secret)


@lru_cache(maxsize=16_384)  # a page and a film's track name the same things again and again
def _public(number: int, secret: str) -> str:
    mixed = _mix(number, _rounds(secret))
    return "".join([_ALPHABET[mixed >> shift & 31] for shift in _SHIFTS])


def private(text: str) -> int:
    """The id behind 13 letters. Raises NoSuchId where they are none of ours."""
    return _private(text, current().secret)


def private_or_none(text: str) -> int | None:
    """The id behind 13 letters, or none: for what stands in a query or a hidden field, where anything may stand."""
    try:
        return private(text) if text else None
    except NoSuchId:
        return None


@lru_cache(maxsize=4096)  # a rush asks for few funds and tiers, again and again
def _private(text: str, secret: str) -> int:
    mixed = 0
    if len(text) != _PUBLIC_LENGTH:
        raise NoSuchId("There is nothing here under that address.")
    for letter in text:
        value = _ALPHABET.find(letter)
        if value < 0:
            raise NoSuchId("There is nothing here under that address.")
        mixed = mixed << 5 | value
    number = _mix(mixed, _rounds(secret)[::-1]) if mixed < 1 << 64 else -1
    if not 0 <= number < 1 << 63:
        raise NoSuchId("There is nothing here under that address.")
    return number


@lru_cache(maxsize=8)
def _rounds(secret: str) -> tuple[Callable[[], hashlib.blake2b], ...]:
    """The rounds of the network, keyed by the site's secret: a hash to copy for each, its key taken in already."""
    key = secret.encode()[:64]
    return tuple(hashlib.blake2b(bytes([i]), digest_size=4, key=key).copy for i in range(4))


def _mix(number: int, rounds: tuple[Callable[[], hashlib.blake2b], ...]) -> int:
    """A Feistel network over 64 bits: a permutation, so no two ids collide, and its own inverse with the rounds turned around."""
    left, right = number >> 32, number & 0xFFFFFFFF
    for keyed in rounds:
        hashed = keyed()
        hashed.update(right.to_bytes(4, "big"))
        left, right = right, left ^ int.from_bytes(hashed.digest(), "big")
    return right << 32 | left
