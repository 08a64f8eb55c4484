"""Ids: ordered by time, never equal between processes, and unguessable where a stranger sees them."""

from __future__ import annotations

import asyncio
import sys
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, strategies

from crowdfund import settings
from crowdfund.database import new_id
from crowdfund.database.ids import NoSuchId, private, private_or_none, public

SCRIPT = """
import asyncio, sys
from crowdfund.database import open_database, close_database, new_id
async def main():
    await open_database(sys.argv[1])
    print(*(new_id() for _ in range(10_000)))
    await close_database()
asyncio.run(main())
"""


@pytest.mark.landing
async def test_four_processes_make_no_id_twice(database: str) -> None:
    running = [
        await asyncio.create_subprocess_exec(
            sys.executable, "-c", SCRIPT, database, stdout=asyncio.subprocess.PIPE, cwd=Path(__file__).parents[2],
        )
        for _ in range(4)
    ]  # fmt: skip
    made = [int(number) for process in running for number in (await process.communicate())[0].split()]
    made += [new_id() for _ in range(10_000)]
    assert len(made) == len(set(made)) == 50_000
    assert all(0 < number < 1 << 63 for number in made)


async def test_ids_of_one_process_go_up(database: str) -> None:
    made = [new_id() for _ in range(20_000)]
    assert made == sorted(set(made))


@pytest.fixture(autouse=True)
def a_secret() -> None:
    settings.use(settings.Settings(secret="a secret for tests"))


@given(number=strategies.integers(0, 2**63 - 1))
def test_public_and_private_are_one_way_there_and_back(number: int) -> None:
    text = public(number)
    assert len(text) == 13 and text.isascii() and text == text.lower()
    assert private(text) == number


def test_neighbours_look_like_strangers() -> None:
    """Ten thousand in a row: no two share a long beginning, so nobody can walk from one to the next."""
    texts = sorted(public(number) for number in range(1 << 62, (1 << 62) + 10_000))
    assert len(set(texts)) == 10_000
    longest = max(next((i for i in range(13) if a[i] != b[i]), 13) for a, b in pairwise(texts))
    assert longest < 8


@given(text=strategies.text(max_size=20))
def test_any_text_is_an_id_or_nothing(text: str) -> None:
    try:
        assert public(private(text)) == text
    except NoSuchId as refusal:
        assert refusal.status_code == 404


@pytest.mark.parametrize(
    "text", ["", "0", "zzzzzzzzzzzzz", "O" * 13, "../../etc/pas", "0123456789ab", "0123456789abcd", "０" * 13]
)
def test_what_is_no_id_is_not_found(text: str) -> None:
    with pytest.raises(NoSuchId):
        private(text)


def test_another_secret_has_other_names() -> None:
    ours = public(7)
    settings.use(settings.Settings(secret="another secret"))
    assert public(7) != ours


def test_what_stands_in_a_query_is_an_id_of_ours_or_none() -> None:
    assert private_or_none(public(7)) == 7
    assert [private_or_none(text) for text in ("", "none", "0" * 13 + "x", "\x00" * 13)] == [None] * 4
