"""How anybody checks a statement of box-office revenue, beyond its signature: pure, without a database and without settings."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

NUMBERS = ("sold_minor", "locked_minor", "recognised_minor", "settled_minor")
_HASH = re.compile(r"[0-9a-f]{64}", re.ASCII)


def _int(value: Any) -> int:
    if type(value) is not int:
        raise TypeError("no integer")
    return value


def sums_hold(found: Mapping[str, Any]) -> bool:
    """What is stated of the whole is what its screenings come to."""
    screenings, sums = found["screenings"], found["sums"]
    together = {name: sum(_int(one[name]) for one in screenings) for name in (*NUMBERS, "tickets")}
    return _int(sums["screenings"]) == len(screenings) and all(
        _int(sums[name]) == minor for name, minor in together.items()
    )


def each_can_be(found: Mapping[str, Any]) -> bool:
    """No screening has locked more than it sold, before it is settled; the four numbers are what they are called."""
    return all(_can_be(one) for one in found["screenings"])


def _can_be(one: Mapping[str, Any]) -> bool:
    sold, locked, recognised, settled = (_int(one[name]) for name in NUMBERS)
    if one["settlement"] is not None:
        return bool(_HASH.fullmatch(one["settlement"])) and locked == recognised == settled
    known_deal = one["deal"] is None or bool(_HASH.fullmatch(one["deal"]))
    return known_deal and settled == 0 and 0 <= locked <= sold and 0 <= recognised <= sold


def heads_hold(found: Mapping[str, Any]) -> bool:
    """Its title, its number and what it names before it can be; the makers' share is no more than the whole of what is not settled."""
    named = all(
        isinstance(found[part][name], str) and found[part][name] for part, name in (("title", "id"), ("title", "name"))
    )
    first = found["previous"] is None
    net = {name: _int(found["net"][name]) for name in NUMBERS}
    within = all(net[name] <= max(_int(found["sums"][name]), _int(found["sums"]["settled_minor"])) for name in NUMBERS)
    return bool(
        named and re.fullmatch(r"[A-Z]{3}", found["currency"]) and (_int(found["number"]) == 1) == first
        and (first or _HASH.fullmatch(found["previous"])) and within
    )  # fmt: skip


def follows(found: Mapping[str, Any], before: Mapping[str, Any]) -> bool:
    """Of the same title and currency, the next one, and later."""
    same = before["title"]["id"] == found["title"]["id"] and before["currency"] == found["currency"]
    return bool(same and found["number"] == before["number"] + 1 and found["made_at"] >= before["made_at"])
