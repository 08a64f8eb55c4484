"""How winners are drawn: pure, and simple enough to be done again in any language. What it does is told in ALGORITHM.

The seed is made and its hash published before anybody enters; the list is frozen and its hash published when the draw closes; a
number that nobody here controls, and that nobody knew then, may be mixed in. Who has all three can do the rest on paper.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Sequence
from hashlib import sha256

SEED_BYTES = 32
VERSION = 1

# It stands in every file: never changed, a new way gets a new version.
ALGORITHM = (
    "crowdfund draw, version 1. Hashes and the seed are written in hexadecimal, small letters; entries and public_value are ASCII. "
    "1. commitment is the SHA-256 of the 32 bytes of seed. "
    "2. entries are sorted by their bytes, each stands there once; list_hash is the SHA-256 of all entries in that order, each "
    "followed by one line feed (0x0A). "
    "3. The key of an entry is HMAC-SHA256, with the 32 bytes of seed as its key, over this message: list_hash, one line feed, "
    "public_value, one line feed, the entry. public_value is empty where the draw was announced without one. "
    "4. Entries are put in ascending order of their keys, compared as bytes. The first entries in that order, as many as places "
    "says, are winners; the next ones, as many as reserves says, are runners_up. Where the entries end, so do these lists."
)


def commitment_of(seed: bytes) -> str:
    """What is published before anybody enters: it tells nothing of the seed, and no other seed has it."""
    return sha256(seed).hexdigest()


def sorted_entries(entries: Iterable[str]) -> list[str]:
    """Entries in the order in which they are published. Not left to a database, which may sort as a dictionary does."""
    return sorted(entries, key=lambda entry: entry.encode())


def list_hash_of(entries: Sequence[str]) -> str:
    """The hash of a list of entries in its order: what `sha256sum` says of a file with an entry a line."""
    return sha256("".join(f"{entry}\n" for entry in entries).encode()).hexdigest()


def in_order(entries: Sequence[str], *, seed: bytes, list_hash: str, public_value: str) -> list[str]:
    """All entries, the first winner first. Each order is as likely as any other, however the entries came."""
    beginning = f"{list_hash}\n{public_value}\n".encode()
    return sorted(entries, key=lambda entry: hmac.digest(seed, beginning + entry.encode(), "sha256"))


def drawn(
    entries: Sequence[str], *, seed: bytes, list_hash: str, public_value: str, places: int, reserves: int
) -> tuple[list[str], list[str]]:
    """The winners, and those who move up, the first first."""
    order = in_order(entries, seed=seed, list_hash=list_hash, public_value=public_value)
    return order[:places], order[places : places + reserves]
