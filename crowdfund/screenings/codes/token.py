"""The text in a ticket's QR code, to the byte, so that anybody can write a scanner. It holds no secret, and needs none to be checked.

`PT1.` and 116 letters of base64url (RFC 4648, section 5, no padding): always 120 ASCII bytes, for these 87 bytes. All numbers
are big-endian and unsigned.

    0      high half: version, 1; low half: the number of the screening's key, 0 to 15
    1-8    ticket: its public id, as the number that its 13 letters are
    9-16   screening: the same
    17-18  seat: the first two bytes of SHA-256 over the seat's id, and 1 where these are 0; 0 is no numbered seat
    19     issue counter: 0 on the first code of a ticket, one more for each that makes the last one void
    20-22  validity: 18 bits of not-before, in hours since 2020-01-01T00:00Z; 6 bits of how many hours it is good for, 1 to 63
    23-86  Ed25519 (RFC 8032) over `PT1.` and bytes 0 to 22

A screening has keys of its own, so a key is named by the screening and its number; another number is another key. 87 bytes are 116
letters without a bit to spare: one ticket has exactly one text, and whatever differs by a bit is refused.

Why the seat is a hash: beside the signature only two bytes are left for it. A place in a list would be exact, but tell a
wrong seat once the list changes. A hash finds its seat in any list that has it, or none; in a hall of 500 seats about 4 share theirs
with another, and a scanner then shows both. The seat on paper and the door's own list stay exact.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from crowdfund.refusal import Invalid

PREFIX = "PT1."
LENGTH = 120
VERSION = 1
KEY_NUMBER_MAX = 15
COUNTER_MAX = 255
HOURS_MAX = 63
_EPOCH = datetime(2020, 1, 1, tzinfo=UTC)
_EPOCH_HOURS_MAX = (1 << 18) - 1
_HOUR = timedelta(hours=1)
_FACTS = 23  # bytes before the signature
_WHOLE = re.compile(r"PT1\.[A-Za-z0-9_-]{116}", re.ASCII)
_LETTERS = "0123456789abcdefghjkmnpqrstvwxyz"  # those of public ids
_PUBLIC_ID = re.compile(f"[0-9a-f][{_LETTERS}]{{12}}", re.ASCII)


class NotATicket(Invalid):
    """Another kind of code, or of another kind of shop."""


class Forged(Invalid):
    """It says that it is ours, and was cut off, changed, or signed by somebody else."""


class UnknownKey(Invalid):
    """Signed, it says, with a key that is not among those at hand: it can't be told whether it is good."""


class KeyName(NamedTuple):
    """Which key a code is signed with. screening: its public id; number: 0 to 15, one more for each new key."""

    screening: str
    number: int


@dataclass(frozen=True, slots=True)
class Code:
    """What a ticket's code says. ticket, screening: public ids; not_before, not_after: UTC, whole hours."""

    ticket: str
    screening: str
    key_number: int
    seat_hash: int
    counter: int
    not_before: datetime
    not_after: datetime

    @property
    def key_name(self) -> KeyName:
        return KeyName(self.screening, self.key_number)


def seat_hash(seat: str | None) -> int:
    """What of a seat's id stands in a code, 1 to 65535; 0 where there is none, as in standing areas."""
    return (int.from_bytes(hashlib.sha256(seat.encode("ascii")).digest()[:2], "big") or 1) if seat else 0


def seats_of(code: Code, seats: Iterable[str]) -> list[str]:
    """Those of a hall's seats that a code can mean: one as a rule, rarely two, none where it has no numbered seat."""
    return [seat for seat in seats if seat_hash(seat) == code.seat_hash]


# --- writing ---


def sign(
    private_key: bytes, *, ticket: str, screening: str, seat: str | None, not_before: datetime, not_after: datetime,
    counter: int = 0, key_number: int = 0,
) -> str:  # fmt: skip
    """The text of a ticket's code, 120 letters.

    private_key: 32 bytes. ticket, screening: public ids, 13 letters. seat: its id, or none. not_before, not_after: aware; the
    hours around them are taken whole, 63 at most. counter: one more than that of the code that this one makes void.
    Raises ValueError for what does not fit.
    """
    start = (not_before - _EPOCH) // _HOUR
    hours = -((_EPOCH - not_after) // _HOUR) - start
    fits = (
        0 <= start <= _EPOCH_HOURS_MAX and 1 <= hours <= HOURS_MAX
        and 0 <= counter <= COUNTER_MAX and 0 <= key_number <= KEY_NUMBER_MAX
    )  # fmt: skip
    if not fits:
        raise ValueError(f"no code can say {not_before} to {not_after}, counter {counter}, key {key_number}")
    facts = b"".join([
        bytes([VERSION << 4 | key_number]), _number_of(ticket).to_bytes(8, "big"), _number_of(screening).to_bytes(8, "big"),
        seat_hash(seat).to_bytes(2, "big"), bytes([counter]), (start << 6 | hours).to_bytes(3, "big"),
    ])  # fmt: skip
    signature = Ed25519PrivateKey.from_private_bytes(private_key).sign(PREFIX.encode() + facts)
    return PREFIX + base64.urlsafe_b64encode(facts + signature).decode("ascii")


def _number_of(public_id: str) -> int:
    if not _PUBLIC_ID.fullmatch(public_id):
        raise ValueError(f"{public_id!r} is no public id")
    number = 0
    for letter in public_id:
        number = number << 5 | _LETTERS.index(letter)
    return number


def _letters_of(number: int) -> str:
    return "".join([_LETTERS[number >> shift & 31] for shift in range(60, -1, -5)])


# --- reading ---


def read(text: str) -> Code:
    """What a code says, unproven: for its form alone. Raises NotATicket, Forged."""
    return _code_in(_bytes_in(text))


def verify(text: str, public_keys: Mapping[KeyName, bytes]) -> Code:
    """What a code says, once its signature was proven. Whether it is good here and now is for `judging` to say.

    public_keys: 32 bytes by the key's name. Raises NotATicket, Forged, UnknownKey.
    """
    raw = _bytes_in(text)
    code = _code_in(raw)
    public = public_keys.get(code.key_name)
    if public is None:
        raise UnknownKey("This ticket is signed with a key that is not known here. Load the door's list again.")
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(raw[_FACTS:], PREFIX.encode() + raw[:_FACTS])
    except (InvalidSignature, ValueError):
        raise Forged("This is no genuine ticket: its signature is wrong.") from None
    return code


def _bytes_in(text: str) -> bytes:
    if not text.startswith(PREFIX):
        raise NotATicket("This code is no ticket of this site.")
    if not _WHOLE.fullmatch(text):
        raise Forged("This ticket's code is not whole. Scan it again, or type the code below it.")
    return base64.urlsafe_b64decode(text[len(PREFIX) :])


def _code_in(raw: bytes) -> Code:
    start, hours = divmod(int.from_bytes(raw[20:23], "big"), 64)
    if raw[0] >> 4 != VERSION or hours == 0:
        raise Forged("This is no genuine ticket: it says what no ticket says.")
    not_before = _EPOCH + start * _HOUR
    return Code(
        ticket=_letters_of(int.from_bytes(raw[1:9], "big")), screening=_letters_of(int.from_bytes(raw[9:17], "big")),
        key_number=raw[0] & 15, seat_hash=int.from_bytes(raw[17:19], "big"), counter=raw[19],
        not_before=not_before, not_after=not_before + hours * _HOUR,
    )  # fmt: skip
