"""A ticket's code, to the byte: what stands in ticket_vectors.json, which the browser is held to as well, and what changes do."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from crowdfund.database import ids
from crowdfund.refusal import Refusal
from crowdfund.screenings.codes import token, typed
from crowdfund.screenings.codes.token import Forged, KeyName, NotATicket, UnknownKey, read, seats_of, sign, verify

VECTORS = json.loads((Path(__file__).parent / "ticket_vectors.json").read_text(encoding="utf-8"))
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
GOOD: str = VECTORS["codes"][0]["text"]
EVENING = datetime(2031, 3, 1, 18, tzinfo=UTC)


def bytes_of(letters: str) -> bytes:
    return base64.urlsafe_b64decode(letters + "=" * (-len(letters) % 4))


def moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


PUBLIC = {KeyName(one["screening"], one["number"]): bytes_of(one["public"]) for one in VECTORS["keys"]}
PRIVATE = {KeyName(one["screening"], one["number"]): bytes_of(one["private"]) for one in VECTORS["keys"]}


@pytest.mark.parametrize("one", VECTORS["codes"], ids=lambda one: one["name"])
def test_it_is_written_to_the_letter(one: dict[str, Any]) -> None:
    name = KeyName(one["screening"], one["key_number"])
    text = sign(
        PRIVATE[name], ticket=one["ticket"], screening=one["screening"], seat=one["seat"], counter=one["counter"],
        not_before=moment(one["from"]), not_after=moment(one["until"]), key_number=one["key_number"],
    )  # fmt: skip
    assert text == one["text"] and len(text) == 120
    code = verify(text, PUBLIC)
    assert (code.ticket, code.key_name, code.counter) == (one["ticket"], name, one["counter"])
    assert code.seat_hash == one["seat_hash"]
    assert (code.not_before, code.not_after) == (moment(one["not_before"]), moment(one["not_after"]))
    assert typed.typed_code(text) == one["typed"]


@pytest.mark.parametrize("one", VECTORS["refused"], ids=lambda one: one["name"])
def test_anything_else_is_refused_and_says_why(one: dict[str, Any]) -> None:
    with pytest.raises(Refusal) as refused:
        verify(one["text"], PUBLIC)
    assert refused.value.code == one["code"] and refused.value.status_code == 422


@pytest.mark.parametrize("one", VECTORS["seats"])
def test_a_seat_is_found_in_a_list_by_its_hash(one: dict[str, Any]) -> None:
    """C-8 and F-37 share theirs, so a scanner shows both; a seat that is not in the list is none of another's."""
    assert seats_of(read(one["text"]), VECTORS["hall"]) == one["seats"]


def test_few_seats_of_a_hall_share_their_hash() -> None:
    """25 rows of 40: a thousand seats."""
    hashes = [token.seat_hash(f"{row}-{number}") for row in "ABCDEFGHIJKLMNOPQRSTUVWXY" for number in range(1, 41)]
    assert len(hashes) == 1000 and 1000 - len(set(hashes)) <= 10 and min(hashes) > 0


@pytest.mark.landing
def test_every_letter_changed_to_any_other_is_refused() -> None:
    """All 116 x 63 of them: no other text has the same bytes."""
    for place in range(4, 120):
        for letter in ALPHABET:
            if letter != GOOD[place]:
                with pytest.raises((Forged, UnknownKey)):
                    verify(GOOD[:place] + letter + GOOD[place + 1 :], PUBLIC)


@given(st.integers(0, 86), st.integers(1, 255))
def test_every_byte_changed_is_refused(place: int, change: int) -> None:
    raw = bytearray(bytes_of(GOOD[4:]))
    raw[place] ^= change
    with pytest.raises((Forged, UnknownKey)):
        verify(token.PREFIX + base64.urlsafe_b64encode(raw).decode(), PUBLIC)


@given(st.text(max_size=200) | st.text(ALPHABET, min_size=110, max_size=122).map(token.PREFIX.__add__))
def test_any_text_at_all_gets_a_sentence(text: str) -> None:
    with pytest.raises((NotATicket, Forged, UnknownKey)):
        verify(text, PUBLIC)


PUBLIC_IDS = st.integers(0, 2**64 - 1).map(token._letters_of)
MINUTES = st.integers(0, 15_000_000)
SEATS = st.none() | st.from_regex(r"[A-Za-z0-9_.-]{1,32}", fullmatch=True)


@given(PUBLIC_IDS, PUBLIC_IDS, SEATS, st.integers(0, 15), st.integers(0, 255), MINUTES, st.integers(1, 62 * 60))
@settings(max_examples=200)
def test_what_is_signed_is_read(
    ticket: str, screening: str, seat: str | None, number: int, counter: int, minutes: int, lasts: int
) -> None:
    start = datetime(2020, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    end = start + timedelta(minutes=lasts)
    key, another = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
    text = sign(
        key.private_bytes_raw(), ticket=ticket, screening=screening, seat=seat, not_before=start, not_after=end, counter=counter,
        key_number=number,
    )  # fmt: skip
    code = verify(text, {KeyName(screening, number): key.public_key().public_bytes_raw()})
    assert len(text.encode()) == 120 and text.isascii()
    assert (code.ticket, code.screening, code.key_number, code.counter) == (ticket, screening, number, counter)
    assert start - timedelta(hours=1) < code.not_before <= start < end <= code.not_after < end + timedelta(hours=1)
    assert code.seat_hash == token.seat_hash(seat) and (code.seat_hash == 0) == (seat is None)
    with pytest.raises(Forged):
        verify(text, {KeyName(screening, number): another.public_key().public_bytes_raw()})


@pytest.mark.parametrize(
    "wrong",
    [
        {"counter": 256}, {"counter": -1}, {"key_number": 16}, {"not_after": EVENING}, {"not_after": EVENING + timedelta(hours=64)},
        {"not_before": datetime(2019, 12, 31, tzinfo=UTC)}, {"not_before": datetime(2051, 1, 1, tzinfo=UTC)},
        {"ticket": "2s8v"}, {"ticket": "gs8v6v9d2m7ha"}, {"screening": "2S8V6V9D2M7HA"}, {"seat": "Reihe Ä"},
    ],
)  # fmt: skip
def test_what_no_code_can_say_is_not_signed(wrong: dict[str, Any]) -> None:
    fits: dict[str, Any] = {
        "ticket": "2s8v6v9d2m7ha", "screening": "0q8v6v9d2m7ha", "seat": "F-12", "not_before": EVENING,
        "not_after": EVENING + timedelta(hours=5),
    }  # fmt: skip
    assert len(sign(bytes(32), **fits)) == 120
    with pytest.raises(ValueError):
        sign(bytes(32), **(fits | wrong))


@given(st.integers(0, 2**63 - 1))
def test_ids_stand_in_it_as_in_addresses(number: int) -> None:
    """The 13 letters of any row are letters that a code can hold, and give back."""
    letters = ids.public(number)
    assert token._letters_of(token._number_of(letters)) == letters


# --- the code that is typed ---


@pytest.mark.parametrize("said", ["7k3qm-2p9dx", "7K3QM-2P9DX", " 7k3qm 2p9dx ", "7K3QM2P9DX", "7k3-qm2-p9dx"])
def test_what_is_typed_is_understood(said: str) -> None:
    assert typed.read_typed(said) == "7k3qm2p9dx" and typed.shown("7k3qm2p9dx") == "7K3QM-2P9DX"


def test_letters_that_look_like_digits_are_those() -> None:
    assert typed.read_typed("OIL01-OIL01") == "0110101101"


@pytest.mark.parametrize(
    "said", ["", "7k3qm-2p9d", "7k3qm-2p9dx1", "7k3qm-2p9du", "７k3qm2p9dx", "a" * 10_000, "-" * 50, GOOD]
)
def test_what_is_no_typed_code_is_told_how_one_looks(said: str) -> None:
    with pytest.raises(NotATicket, match="like 7K3QM-2P9DX"):
        typed.read_typed(said)


@given(st.integers(0, 255), st.integers(0, 255))
def test_each_issue_has_a_typed_code_of_its_own(one: int, other: int) -> None:
    texts = [
        sign(bytes(32), ticket="2s8v6v9d2m7ha", screening="0q8v6v9d2m7ha", seat="F-12", not_before=EVENING,
             not_after=EVENING + timedelta(hours=5), counter=counter)
        for counter in (one, other)
    ]  # fmt: skip
    codes = [typed.typed_code(text) for text in texts]
    assert (codes[0] == codes[1]) == (one == other) and typed.read_typed(typed.shown(codes[0])) == codes[0]
