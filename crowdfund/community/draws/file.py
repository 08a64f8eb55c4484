"""The file of a draw: everything that it takes to draw it again, in one canonical JSON. Pure: no database, no settings.

`crowdfund draw verify FILE` and the page at `/draws/{id}/verification` read it here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from crowdfund.community.draws.algorithm import ALGORITHM, VERSION, commitment_of, drawn, list_hash_of, sorted_entries
from crowdfund.refusal import Invalid
from crowdfund.terminal import one_line

BYTES_MAX = 64 * 1024 * 1024
WINNERS_MAX = 1_000_000  # far more than any draw has: a number that no list can be cut by is none
_HASH = re.compile(r"[0-9a-f]{64}", re.ASCII)
_ENTRY = re.compile(r"[!-~]{1,64}", re.ASCII)
_NOT_SHOWN = re.compile(r"[^!-~]", re.ASCII)
_NOT_WORDS = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")  # a title that moves a terminal's cursor
PUBLIC_VALUE = re.compile(r"[!-~](?:[ -~]{0,198}[!-~])?", re.ASCII)  # one line that reads the same on every machine


class FileNotUnderstood(Invalid):
    """It is no draw file, or one that nothing can be computed from."""


@dataclass(frozen=True, slots=True)
class DrawFile:
    """A draw that was held. seed, commitment, list_hash: hexadecimal. Moments: RFC 3339 in UTC."""

    draw: str
    title: str
    announced_at: str
    closes_at: str
    drawn_at: str
    commitment: str
    seed: str
    list_hash: str
    entries: list[str]
    places: int
    reserves: int
    public_what: str
    public_value: str
    public_source: str
    winners: list[str]
    runners_up: list[str]
    algorithm: str = ALGORITHM
    version: int = VERSION

    def as_bytes(self) -> bytes:
        """Canonical JSON: names sorted, no spaces, UTF-8. The same draw is the same bytes, wherever it is written."""
        return json.dumps(asdict(self), sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was computed anew. found: what the file says; computed: what it should say."""

    name: str
    holds: bool
    found: str = ""
    computed: str = ""


def checks(file: DrawFile) -> list[Check]:
    """Everything that can be proven of a file, in the order of the algorithm."""
    commitment, list_hash = commitment_of(bytes.fromhex(file.seed)), list_hash_of(file.entries)
    winners, runners_up = drawn(
        file.entries, seed=bytes.fromhex(file.seed), list_hash=list_hash, public_value=file.public_value,
        places=file.places, reserves=file.reserves,
    )  # fmt: skip
    return [
        Check("algorithm", file.algorithm == ALGORITHM),
        Check("commitment", file.commitment == commitment, file.commitment, commitment),
        Check("entries", file.entries == sorted_entries(set(file.entries))),
        Check("list_hash", file.list_hash == list_hash, file.list_hash, list_hash),
        Check("winners", file.winners == winners, ", ".join(file.winners), ", ".join(winners)),
        Check("runners_up", file.runners_up == runners_up, ", ".join(file.runners_up), ", ".join(runners_up)),
    ]


def holds(file: DrawFile) -> bool:
    return all(check.holds for check in checks(file))


def lines(file: DrawFile) -> list[str]:
    """What a terminal shows of it, in English: the draw, then a line a check, with the difference where there is one."""
    told = [f"{file.title} ({file.draw}): {len(file.entries)} entries, {file.places} places, {file.reserves} reserves"]
    if file.public_what:
        told.append(f"number from outside: {file.public_value} ({file.public_what}; {file.public_source})")
    for check in checks(file):
        told.append(f"{'ok    ' if check.holds else 'FAILED'}  {_SAYS[check.name]}")
        if not check.holds and check.computed:
            told += [
                f"          - the file says {check.found or 'nothing'}",
                f"          - it should be  {check.computed}",
            ]
    told += [f"winner {rank}: {entry}" for rank, entry in enumerate(file.winners, 1)] if holds(file) else []
    return [one_line(line) for line in told]


_SAYS = {
    "algorithm": "the file tells of the algorithm that was used here",
    "commitment": "the seed is the one that was committed to before anybody entered",
    "entries": "the entries are sorted, and each stands there once",
    "list_hash": "the list has the hash that was published when the draw closed",
    "winners": "the winners are those who come out",
    "runners_up": "the runners-up are those who come after them",
}


# --- reading ---


def read(content: bytes) -> DrawFile:
    """A file as it was written, whoever wrote it. Raises FileNotUnderstood, with what is wrong."""
    if len(content) > BYTES_MAX:
        raise FileNotUnderstood("This is too large for a draw file.")
    try:
        found = json.loads(content.decode("utf-8"), object_pairs_hook=_once, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise FileNotUnderstood("This is no draw file: it is not JSON, or a part of it is missing.") from error
    if not isinstance(found, dict):
        raise FileNotUnderstood("This is no draw file: it is not JSON, or a part of it is missing.")
    if found.get("version") != VERSION or isinstance(found["version"], bool):
        raise FileNotUnderstood("This is no draw file of version {version}.", version=str(VERSION))
    return _understood(found)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Of two values by one name each reader would believe another one."""
    if len(dict(pairs)) != len(pairs):
        raise ValueError("a name that stands there twice")
    return dict(pairs)


def _no_number(name: str) -> Any:
    raise ValueError(name)


def _understood(found: Mapping[str, Any]) -> DrawFile:
    names = [field.name for field in fields(DrawFile)]
    if missing := [name for name in names if name not in found]:
        raise FileNotUnderstood("The file lacks {name}.", name=missing[0])
    if strange := sorted(set(found) - set(names)):
        raise FileNotUnderstood(
            "The file has {name}, which no draw file has.", name=_NOT_SHOWN.sub("?", strange[0][:60])
        )
    for name in names:
        if not _can_be(name, found[name]):
            raise FileNotUnderstood("What the file says under {name} can't be.", name=name)
    return DrawFile(**found)


def _can_be(name: str, value: Any) -> bool:
    if name in ("commitment", "seed", "list_hash"):
        return isinstance(value, str) and bool(_HASH.fullmatch(value))
    if name in ("entries", "winners", "runners_up"):
        return isinstance(value, list) and all(isinstance(one, str) and _ENTRY.fullmatch(one) for one in value)
    if name in ("places", "reserves", "version"):
        return type(value) is int and (0 if name == "reserves" else 1) <= value <= WINNERS_MAX
    if name == "public_value":
        return isinstance(value, str) and (not value or bool(PUBLIC_VALUE.fullmatch(value)))
    return isinstance(value, str) and not _NOT_WORDS.search(value)
