"""How winners are drawn: vectors that another program computed, and what holds for every list, seed and number."""

from __future__ import annotations

import hashlib
import random
from collections import Counter
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crowdfund.community.draws.algorithm import (
    ALGORITHM,
    commitment_of,
    drawn,
    in_order,
    list_hash_of,
    sorted_entries,
)

SEED = bytes(range(32))  # 00 01 02 … 1f
ENTRIES = ["0q", "a1", "c7", "m4", "zz"]


def test_the_vectors_that_openssl_gives() -> None:
    """`printf '0q\\na1\\nc7\\nm4\\nzz\\n' | sha256sum`, and `printf '%s\\n%s\\n%s' HASH VALUE ENTRY | openssl dgst -sha256 -mac HMAC
    -macopt hexkey:000102…1f` for each entry, sorted."""
    assert commitment_of(SEED) == "630dcd2966c4336691125448bbb25b4ff412a49c732db2c8abc1b8581bd710dd"
    list_hash = list_hash_of(ENTRIES)
    assert list_hash == "102f04b656f6977ea7cd4970300b714b312cf3751da2c5c79b1ca8db4b04cd58"
    assert in_order(ENTRIES, seed=SEED, list_hash=list_hash, public_value="") == ["zz", "0q", "a1", "c7", "m4"]
    assert in_order(ENTRIES, seed=SEED, list_hash=list_hash, public_value="16843") == ["0q", "m4", "zz", "a1", "c7"]
    winners = drawn(ENTRIES, seed=SEED, list_hash=list_hash, public_value="16843", places=2, reserves=2)
    assert winners == (["0q", "m4"], ["zz", "a1"])


def test_the_first_version_is_for_ever() -> None:
    """Files say by which words they were drawn; a new way gets a new version."""
    words = hashlib.sha256(ALGORITHM.encode()).hexdigest()
    assert words == "1837ca434b3cbe75dd0d9be4f43fc30cd0dfc631f9ed12dde6e54d2c40d92a3a"


lists = st.lists(
    st.text("0123456789abcdefghjkmnpqrstvwxyz", min_size=1, max_size=16), min_size=1, max_size=40, unique=True
)
seeds = st.binary(min_size=32, max_size=32)
values = st.text("0123456789.-", max_size=12)


@given(entries=lists, seed=seeds, value=values, dice=st.randoms())
def test_the_order_in_which_they_came_means_nothing(
    entries: list[str], seed: bytes, value: str, dice: random.Random
) -> None:
    shuffled = entries[:]
    dice.shuffle(shuffled)
    assert sorted_entries(shuffled) == sorted_entries(entries)
    hashed = list_hash_of(sorted_entries(entries))
    order = in_order(sorted_entries(entries), seed=seed, list_hash=hashed, public_value=value)
    assert order == in_order(shuffled, seed=seed, list_hash=hashed, public_value=value)
    assert sorted(order) == sorted(entries), "everybody is in it, once"


@given(entries=lists, seed=seeds, value=values, places=st.integers(1, 50), reserves=st.integers(0, 50))
def test_winners_and_runners_up_are_the_beginning_of_one_order(
    entries: list[str], seed: bytes, value: str, places: int, reserves: int
) -> None:
    hashed = list_hash_of(entries)
    order = in_order(entries, seed=seed, list_hash=hashed, public_value=value)
    winners, runners_up = drawn(
        entries, seed=seed, list_hash=hashed, public_value=value, places=places, reserves=reserves
    )
    assert winners + runners_up == order[: places + reserves]
    assert (len(winners), len(runners_up)) == (
        min(places, len(entries)), min(reserves, max(0, len(entries) - places))
    )  # fmt: skip


@given(entries=lists, seed=seeds)
def test_one_entry_more_is_another_draw(entries: list[str], seed: bytes) -> None:
    """Whoever adds an entry to a list can't tell what that does to the others: their keys are all new."""
    before = list_hash_of(sorted_entries(entries))
    assert before != list_hash_of(sorted_entries([*entries, "another entry"]))
    assert commitment_of(seed) != commitment_of(seed[::-1] + b"x")


@pytest.mark.parametrize("number", range(3))
def test_every_entry_wins_as_often_as_every_other(number: int) -> None:
    """6,000 seeds over six entries and two places: each wins 2,000 times, within five standard deviations (183)."""
    entries, dice = ["0q", "a1", "c7", "k2", "m4", "zz"], random.Random(number)
    hashed, wins = list_hash_of(entries), Counter[str]()
    for _ in range(6_000):
        winners, _ = drawn(entries, seed=dice.randbytes(32), list_hash=hashed, public_value="", places=2, reserves=0)
        wins.update(winners)
    assert all(abs(wins[entry] - 2_000) < 183 for entry in entries), wins


def test_every_order_is_as_likely() -> None:
    """Six orders of three entries over 6,000 numbers from outside and one seed: 1,000 each, within five deviations (145)."""
    entries = ["a1", "c7", "m4"]
    hashed = list_hash_of(entries)
    orders = Counter(
        tuple(in_order(entries, seed=SEED, list_hash=hashed, public_value=str(number))) for number in range(6_000)
    )
    assert set(orders) == set(permutations(entries))
    assert all(abs(times - 1_000) < 145 for times in orders.values()), orders
