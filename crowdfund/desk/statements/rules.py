"""What a statement is, to the letter, and how anybody checks one: pure, without a database and without settings.

A statement is one JSON object in canonical form: keys sorted, no spaces, UTF-8 as it is, no numbers but integers. Its signature
is Ed25519 over the canonical form of all the rest of it. Its hash is SHA-256 over the whole text; the next one names it.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from crowdfund.desk.statements import revenue_rules

VERSION = 1
REVENUE = "box_office"  # the kind of a statement of a title's revenue; a fund's has none
BYTES_MAX = 4 * 1024 * 1024
_PERIOD = re.compile(r"(20|21)[0-9]{2}-(0[1-9]|1[0-2])", re.ASCII)
_HASH = re.compile(r"[0-9a-f]{64}", re.ASCII)
_SIGNED_BY = "ed25519"


class NotAStatement(Exception):
    """What was given is something else; the message says in a sentence what was found."""


# --- months ---


def period_of(moment: datetime) -> str:
    """The month of a moment, UTC: `2027-01`."""
    return f"{moment.astimezone(UTC):%Y-%m}"


def bounds_of(period: str) -> tuple[datetime, datetime]:
    """The first moment of a month, and of the one after it."""
    year, month = int(period[:4]), int(period[5:])
    after = (year + 1, 1) if month == 12 else (year, month + 1)
    return datetime(year, month, 1, tzinfo=UTC), datetime(*after, 1, tzinfo=UTC)


# --- the text ---


def canonical(value: Any) -> bytes:
    """The one text of this value. Raises ValueError for what has none: a number that is no integer, half a letter."""
    _refuse_fractions(value)
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return text.encode("utf-8")  # half a surrogate pair is a ValueError here


def _refuse_fractions(value: Any) -> None:
    if isinstance(value, float):
        raise ValueError("a number that is no integer")
    for below in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        _refuse_fractions(below)


def read(text: bytes) -> dict[str, Any]:
    """The object in a file. Raises NotAStatement for what is no JSON object, or could be read in two ways."""
    if len(text) > BYTES_MAX:
        raise NotAStatement("This is far larger than any statement.")
    try:
        found = json.loads(text.decode("utf-8"), object_pairs_hook=_without_doubles)
    except UnicodeDecodeError:
        raise NotAStatement("This is no text in UTF-8, and no statement.") from None
    except (ValueError, RecursionError):
        raise NotAStatement("This is no JSON, or names something twice, and no statement.") from None
    if not isinstance(found, dict) or type(found.get("version")) is not int or "signature" not in found:
        raise NotAStatement("This is JSON, and no statement: it has no version and no signature.")
    return found


def _without_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands there twice")
    return found


def hash_of(text: bytes) -> str:
    """What the next statement names this one by."""
    return hashlib.sha256(text).hexdigest()


# --- keys and signatures ---


def key_id_of(public_key: bytes) -> str:
    """A key's name: the first half of its hash. public_key: its 32 bytes."""
    return hashlib.sha256(public_key).hexdigest()[:32]


def in_letters(raw: bytes) -> str:
    return base64.b64encode(raw).decode("ascii")


def signed(facts: Mapping[str, Any], key: Ed25519PrivateKey) -> bytes:
    """The whole text of a statement: these facts, the key's public half, and the signature over both."""
    public = key.public_key().public_bytes_raw()
    unsigned = {**facts, "key": {"algorithm": _SIGNED_BY, "id": key_id_of(public), "public": in_letters(public)}}
    return canonical({**unsigned, "signature": in_letters(key.sign(canonical(unsigned)))})


def keys_in(text: bytes) -> dict[str, str]:
    """Public keys by their names, from the site's list of them or a PEM file. Raises NotAStatement where there are none."""
    try:
        if text.lstrip().startswith(b"-----BEGIN"):
            key = load_pem_public_key(text)
            if not isinstance(key, Ed25519PublicKey):
                raise ValueError("another kind of key")
            raw = key.public_bytes_raw()
            return {key_id_of(raw): in_letters(raw)}
        listed = json.loads(text)["keys"]
        found = {str(one["id"]): str(one["public"]) for one in listed}
    except (ValueError, KeyError, TypeError, RecursionError, UnicodeDecodeError):
        found = {}
    if not found:
        raise NotAStatement("The key file holds no Ed25519 key: it is the site's list of keys, or one key as PEM.")
    return found


# --- checking ---


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at: whether it holds, and what was found."""

    name: str
    holds: bool
    found: str = ""


def verify(text: bytes, *, keys: Mapping[str, str] | None = None, previous: bytes | None = None) -> list[Check]:
    """Everything that can be checked of a statement by itself, each with what was found.

    keys: public keys by name that the reader trusts; none where she compares by herself. previous: the text of the statement
    before. Raises NotAStatement where `text` is none.
    """
    found = read(text)
    checks = [
        Check(
            "it is a statement of a version that this program knows",
            found["version"] == VERSION,
            f"version {found['version']}",
        ),
        Check("the text is in canonical form, to the letter", _is_canonical(found, text)),
        _check_of_signature(found),
        *_checks_of_sums(found),
    ]
    if keys is not None:
        checks.append(_check_of_key(found, keys))
    if previous is not None:
        checks += _checks_of_chain(found, previous)
    return checks


def _is_canonical(found: dict[str, Any], text: bytes) -> bool:
    try:
        return canonical(found) == text
    except (ValueError, TypeError, RecursionError):
        return False


def _of_key(found: Mapping[str, Any], name: str) -> str:
    key = found.get("key")
    value = key.get(name) if isinstance(key, dict) else None
    return value if isinstance(value, str) else ""


def _bytes_of(letters: object) -> bytes:
    try:
        return base64.b64decode(letters, validate=True) if isinstance(letters, str) else b""
    except (binascii.Error, ValueError):
        return b""


def public_key_in(found: Mapping[str, Any]) -> tuple[str, str]:
    """The name and the letters of the key that stands in a statement."""
    return _of_key(found, "id"), _of_key(found, "public")


def _check_of_signature(found: dict[str, Any]) -> Check:
    name = "the signature is that of the key in it"
    raw = _bytes_of(_of_key(found, "public"))
    if len(raw) != 32 or _of_key(found, "algorithm") != _SIGNED_BY:
        return Check(name, False, "it holds no Ed25519 key")
    if _of_key(found, "id") != key_id_of(raw):
        return Check(name, False, "the key is called by another's name")
    unsigned = {field: value for field, value in found.items() if field != "signature"}
    try:
        Ed25519PublicKey.from_public_bytes(raw).verify(_bytes_of(found["signature"]), canonical(unsigned))
    except (InvalidSignature, ValueError, TypeError, RecursionError):
        return Check(name, False, "it was changed after it was signed, or somebody else signed it")
    return Check(name, True, f"key {key_id_of(raw)}")


def _check_of_key(found: Mapping[str, Any], keys: Mapping[str, str]) -> Check:
    key_id, public = public_key_in(found)
    return Check(
        "the key in it is one of those given", keys.get(key_id) == public and public != "", f"key {key_id or 'none'}"
    )


def _checks_of_sums(found: Mapping[str, Any]) -> list[Check]:
    try:
        if found.get("kind") == REVENUE:
            return [
                Check("what it states of the whole is what its screenings come to", revenue_rules.sums_hold(found)),
                Check("each screening's four numbers can be", revenue_rules.each_can_be(found)),
                Check("its title, its number and the makers' share can be", revenue_rules.heads_hold(found)),
            ]
        return [
            Check("each account opens, moves and closes as it says", all(map(_closes, found["accounts"]))),
            Check("what is debited is credited, and what each kind moved is all of it", _balances(found)),
            Check("its month, its fund and its counts can be", _can_be(found)),
        ]
    except (KeyError, TypeError, AttributeError, ValueError):
        return [Check("it holds all that a statement holds", False, "something of it is missing, or is something else")]


def _int(value: Any) -> int:
    if type(value) is not int:
        raise TypeError("no integer")
    return value


def _closes(account: Mapping[str, Any]) -> bool:
    sign = {"debit": 1, "credit": -1}[account["grows_by"]]
    debits, credits = _int(account["debits"]), _int(account["credits"])
    return (
        _int(account["closing"]) == _int(account["opening"]) + sign * (debits - credits) and min(debits, credits) >= 0
    )


def _balances(found: Mapping[str, Any]) -> bool:
    accounts, kinds = found["accounts"], found["kinds"]
    debits, credits = (sum(_int(account[end]) for account in accounts) for end in ("debits", "credits"))
    return debits == credits == sum(_int(kind["amount_minor"]) for kind in kinds.values())


def _can_be(found: Mapping[str, Any]) -> bool:
    entries, fund = found["entries"], found["fund"]
    counted = sum(_int(kind["entries"]) for kind in found["kinds"].values())
    before = found["previous"]
    named = all(isinstance(fund[name], str) and fund[name] for name in ("id", "slug", "name"))
    return bool(
        _PERIOD.fullmatch(found["period"]) and _HASH.fullmatch(entries["sha256"]) and _int(entries["count"]) == counted > 0
        and named and (not _opening(found) if before is None else _HASH.fullmatch(before)) and re.fullmatch(r"[A-Z]{3}", found["currency"])
    )  # fmt: skip


def _checks_of_chain(found: Mapping[str, Any], previous: bytes) -> list[Check]:
    before = read(previous)
    checks = [Check("the statement before it is the one that it names", found.get("previous") == hash_of(previous))]
    try:
        if found.get("kind") == REVENUE:
            is_next = before.get("kind") == REVENUE and revenue_rules.follows(found, before)
            return [*checks, Check("it is the next one of the same title and currency", is_next)]
        same_fund = before["fund"]["id"] == found["fund"]["id"] and before["currency"] == found["currency"]
        checks += [
            Check("it is of the same fund, and of an earlier month", same_fund and before["period"] < found["period"]),
            Check("it opens as the one before it closes", _closing(before) == _opening(found)),
        ]
    except (KeyError, TypeError, AttributeError):
        checks.append(Check("both hold all that a statement holds", False))
    return checks


def _closing(found: Mapping[str, Any]) -> dict[str, int]:
    return {account["account"]: account["closing"] for account in found["accounts"] if account["closing"]}


def _opening(found: Mapping[str, Any]) -> dict[str, int]:
    return {account["account"]: account["opening"] for account in found["accounts"] if account["opening"]}


# --- the month's entries in one hash ---

EntryFacts = tuple[str, str, int, list[list[Any]]]  # key, kind, moment in microseconds, postings: debit, credit, amount


class EntriesHash:
    """The hash over the entries of a month, one after the other: each as canonical JSON on a line of its own."""

    def __init__(self) -> None:
        self._hash = hashlib.sha256()
        self.count = 0

    def take(self, entries: Iterable[EntryFacts]) -> None:
        for key, kind, at, postings in entries:
            self._hash.update(canonical([key, kind, at, postings]) + b"\n")
            self.count += 1

    @property
    def hex(self) -> str:
        return self._hash.hexdigest()
