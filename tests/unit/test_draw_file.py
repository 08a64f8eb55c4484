"""The file of a draw, in the hands of a stranger: what it proves, what a change to it is found out by, what is no such file."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crowdfund.community.draws.algorithm import commitment_of, drawn, list_hash_of
from crowdfund.community.draws.file import Check, DrawFile, FileNotUnderstood, checks, holds, lines, read

SEED = bytes(range(32))
ENTRIES = ["0q", "a1", "c7", "m4", "zz"]


def a_file(*, title: str = "Ein Tag am Fluß · 河上一日", value: str = "16843") -> DrawFile:
    hashed = list_hash_of(ENTRIES)
    winners, runners_up = drawn(ENTRIES, seed=SEED, list_hash=hashed, public_value=value, places=2, reserves=2)
    return DrawFile(
        draw="2s8v6v9d2m7ha", title=title, announced_at="2031-03-01T09:00:00Z", closes_at="2031-03-08T18:00:00Z",
        drawn_at="2031-03-09T18:00:00Z", commitment=commitment_of(SEED), seed=SEED.hex(), list_hash=hashed, entries=ENTRIES,
        places=2, reserves=2, public_what="the closing DAX of 9 March" if value else "", public_value=value,
        public_source="the exchange's own page" if value else "", winners=winners, runners_up=runners_up,
    )  # fmt: skip


def failed(file: DrawFile) -> list[str]:
    return [check.name for check in checks(file) if not check.holds]


def changed(**to: Any) -> DrawFile:
    return read(json.dumps(json.loads(a_file().as_bytes()) | to).encode())


def test_the_file_is_canonical_and_the_same_whenever_it_is_written() -> None:
    written = a_file().as_bytes()
    assert written == a_file().as_bytes() == read(written).as_bytes()
    assert written.startswith(b'{"algorithm":"crowdfund draw, version 1.') and "河上一日".encode() in written
    assert list(json.loads(written)) == sorted(json.loads(written)) and b": " not in written.replace(b"1. ", b"")[:40]
    assert holds(a_file()) and failed(a_file()) == []


def test_laid_out_otherwise_it_is_the_same_file() -> None:
    """By an editor that likes spaces, or another order of names."""
    told = json.loads(a_file().as_bytes())
    assert read(json.dumps(told, indent=4).encode()) == a_file()
    assert read(json.dumps(dict(reversed(told.items()))).encode()) == a_file()


OTHER_SEED = "ff" * 32


@pytest.mark.parametrize(
    ("change", "found_out_by"),
    [
        ({"winners": ["0q", "zz"]}, ["winners"]),
        ({"winners": ["m4", "0q"]}, ["winners"]),
        ({"winners": ["0q"]}, ["winners"]),
        ({"winners": ["0q", "m4", "zz"]}, ["winners"]),
        ({"runners_up": ["zz"]}, ["runners_up"]),
        ({"seed": OTHER_SEED}, ["commitment", "winners", "runners_up"]),
        ({"seed": OTHER_SEED, "commitment": commitment_of(bytes.fromhex(OTHER_SEED))}, ["winners", "runners_up"]),
        ({"commitment": "00" * 32}, ["commitment"]),
        ({"list_hash": "00" * 32}, ["list_hash"]),
        ({"entries": ["0q", "a1", "c7", "m4"]}, ["list_hash", "winners", "runners_up"]),
        ({"entries": ["0q", "a1", "c7", "m4", "m4", "zz"]}, ["entries", "list_hash", "winners", "runners_up"]),
        ({"entries": ["zz", "m4", "c7", "a1", "0q"]}, ["entries", "list_hash", "winners", "runners_up"]),
        ({"public_value": "16844"}, ["winners", "runners_up"]),
        ({"places": 3}, ["winners", "runners_up"]),
        ({"reserves": 3}, ["runners_up"]),
        ({"algorithm": "by hand"}, ["algorithm"]),
    ],
)  # fmt: skip
def test_whatever_is_changed_is_found_out(change: dict[str, Any], found_out_by: list[str]) -> None:
    assert failed(changed(**change)) == found_out_by


def test_a_difference_is_told_with_what_it_should_be() -> None:
    told = lines(changed(winners=["0q", "zz"]))
    assert "FAILED  the winners are those who come out" in told
    assert "          - it should be  0q, m4" in told
    assert "winner 1: 0q" in lines(a_file()) and "winner 1: 0q" not in told
    assert Check("winners", False, "0q, zz", "0q, m4") in checks(changed(winners=["0q", "zz"]))


def test_a_draw_without_a_number_from_outside() -> None:
    told = a_file(value="")
    assert holds(told) and told.winners == ["zz", "0q"]
    assert not any("outside" in line for line in lines(told))


JSON = json.loads(a_file().as_bytes())
CHANGES: dict[str, dict[str, Any]] = {
    "another version": {"version": 2}, "a true version": {"version": True}, "a version with a comma": {"version": 1.0},
    "something more": {"\x1b[2J\ud800": 1}, "a seed too short": {"seed": "00"}, "a seed in large letters": {"seed": "AB" * 32},
    "entries that are no list": {"entries": "0q"}, "an entry that is no word": {"entries": [1]},
    "an entry of two lines": {"entries": ["a\nb"]}, "no places": {"places": 0}, "true places": {"places": True},
    "more places than can be": {"places": 10**30}, "fewer than no reserves": {"reserves": -1},
    "a number of two lines": {"public_value": "1\n2"}, "a title that moves the cursor": {"title": "\x1b[2J"},
    "a title of half a letter": {"title": "\ud800"}, "a title that is none": {"title": None},
}  # fmt: skip
NONSENSE: dict[str, bytes] = {
    "empty": b"", "no json": b"hello", "half of it": a_file().as_bytes()[:300], "a list": b"[]", "a word": b'"draw"',
    "not utf-8": b"\xff\xfe{}", "null": b"null", "deep": b"[" * 200_000, "deep objects": b'{"a":' * 200_000,
    "a long number": b"1" * 10_000, "not a number": b'{"version": NaN}', "no version": b"{}",
    "a name twice": b'{"version": 1, "version": 1}',
    "something missing": json.dumps({name: value for name, value in JSON.items() if name != "winners"}).encode(),
    **{name: json.dumps(JSON | change).encode() for name, change in CHANGES.items()},
}  # fmt: skip


@pytest.mark.parametrize("name", NONSENSE)
def test_what_is_no_draw_file_is_a_sentence(name: str) -> None:
    with pytest.raises(FileNotUnderstood) as refused:
        read(NONSENSE[name])
    assert refused.value.sentence.isprintable() and refused.value.sentence.endswith(".")


@pytest.mark.parametrize("letter", ["\ud7fc", "\u202e", "\u2028"])
def test_a_title_can_not_make_a_line_look_like_another(letter: str) -> None:
    shown = lines(read(json.dumps(JSON | {"title": f"Set visit{letter}dne"}, ensure_ascii=False).encode()))
    assert shown[0].startswith("Set visit\ufffddne (")


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
)  # fmt: skip


@given(name=st.sampled_from(sorted(JSON)), value=anything)
def test_whatever_stands_in_it_ends_as_a_check_or_a_sentence(name: str, value: Any) -> None:
    try:
        found = read(json.dumps(JSON | {name: value}).encode())
    except FileNotUnderstood:
        return
    assert len(checks(found)) == 6 and all(line.isprintable() for line in lines(found))


@given(st.binary(max_size=300))
def test_any_bytes_at_all(content: bytes) -> None:
    with pytest.raises(FileNotUnderstood):
        read(content)


# --- on the command line ---

Verify = Callable[[Path], tuple[int, str]]


@pytest.fixture
def verify(tmp_path: Path) -> Verify:
    """`crowdfund draw verify FILE`, in an empty folder and with settings that no database answers to."""
    empty = tmp_path / "elsewhere"
    empty.mkdir()
    broken = {"CROWDFUND_DATABASE_URL": "postgres://nobody@127.0.0.1:1/nothing", "CROWDFUND_DATA": "/nowhere"}

    def run(path: Path) -> tuple[int, str]:
        done = subprocess.run(
            [sys.executable, "-m", "crowdfund", "draw", "verify", str(path)], cwd=empty, capture_output=True, text=True,
            env={**os.environ, **broken, "PYTHONPATH": str(Path(__file__).parents[2])}, check=False,
        )  # fmt: skip
        assert "Traceback" not in done.stderr and list(empty.iterdir()) == []
        return done.returncode, done.stdout + done.stderr

    return run


def test_a_good_file_is_proven(verify: Verify, tmp_path: Path) -> None:
    path = tmp_path / "draw.json"
    path.write_bytes(a_file().as_bytes())
    status, said = verify(path)
    assert status == 0 and said.count("ok    ") == 6 and "FAILED" not in said
    assert "5 entries, 2 places, 2 reserves" in said and "number from outside: 16843" in said


@pytest.mark.parametrize(
    "change", [{"winners": ["zz", "m4"]}, {"seed": OTHER_SEED}, {"entries": [*ENTRIES, "zzz"]}, {"list_hash": "ab" * 32}]
)  # fmt: skip
def test_a_changed_file_ends_with_1(verify: Verify, tmp_path: Path, change: dict[str, Any]) -> None:
    path = tmp_path / "draw.json"
    path.write_bytes(changed(**change).as_bytes())
    status, said = verify(path)
    assert status == 1 and "FAILED" in said and "it should be" in said


@pytest.mark.parametrize(
    "name", ["no json", "half of it", "deep", "something missing", "a title that moves the cursor"]
)
def test_garbage_ends_with_2_and_a_sentence(verify: Verify, tmp_path: Path, name: str) -> None:
    path = tmp_path / "draw.json"
    path.write_bytes(NONSENSE[name])
    status, said = verify(path)
    assert status == 2 and said.startswith("Error: ") and said.count("\n") == 1


def test_a_file_that_is_not_there_ends_with_2(verify: Verify, tmp_path: Path) -> None:
    assert [verify(path)[0] for path in (tmp_path / "none.json", tmp_path)] == [2, 2]
