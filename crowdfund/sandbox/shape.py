"""What Stripe's objects look like: one blank of every kind with all its keys, and a small form of objects for storage.

A stored object keeps only what differs from its kind's blank: a charge takes some 500 bytes instead of 3,000. The key `_` holds
what only the sandbox knows about an object; it is stored and never shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

Obj = dict[str, Any]

BLANK: dict[str, Obj] = {}
_BLANK_JSON: dict[str, bytes] = {}
PRIVATE = "_"


def define(kind: str, nulls: str, **values: Any) -> None:
    """Make a kind known. nulls: names of keys that are null until set, parted by spaces. values: the other keys."""
    blank: Obj = {"id": None, "object": kind, **dict.fromkeys(nulls.split()), **values}
    BLANK[kind] = blank
    _BLANK_JSON[kind] = orjson.dumps(blank)


def blank(kind: str) -> Obj:
    """A new object of this kind with every key, nothing shared with any other."""
    fresh: Obj = orjson.loads(_BLANK_JSON[kind])
    return fresh


def filled(kind: str, values: Mapping[str, Any]) -> Obj:
    """A new object of this kind with these values; nested members that are not given keep their usual value."""
    return _fill(blank(kind), values)


def pack(value: Any) -> Any:
    """The small form of an object, or of a list or answer that holds objects."""
    if isinstance(value, list):
        return [pack(item) for item in value]
    if not isinstance(value, dict):
        return value
    kind = value.get("object")
    base = BLANK.get(kind) if isinstance(kind, str) else None
    if base is None:
        return {name: pack(item) if isinstance(item, (dict, list)) else item for name, item in value.items()}
    small = _difference(base, value)
    small["object"] = kind
    return small


def _difference(base: Obj, value: Mapping[str, Any]) -> Obj:
    get = base.get  # the hottest lines of the sandbox: PRIVATE is a text that no member has as its whole value
    small = {name: item for name, item in value.items() if get(name, PRIVATE) != item}
    for name, item in small.items():
        if isinstance(item, dict):
            usual = get(name)
            small[name] = _difference(usual, item) if isinstance(usual, dict) and "object" not in item else pack(item)
        elif isinstance(item, list):
            small[name] = pack(item)
    return small


def unpack(value: Any) -> Any:
    """The whole form of what `pack` made small. Keys a nested object lost on purpose come back as the blank has them."""
    if isinstance(value, list):
        return [unpack(item) for item in value]
    if not isinstance(value, dict):
        return value
    kind = value.get("object")
    if not isinstance(kind, str) or kind not in BLANK:
        return {name: unpack(item) if isinstance(item, (dict, list)) else item for name, item in value.items()}
    return _fill(blank(kind), value)


def _fill(whole: Obj, small: Mapping[str, Any]) -> Obj:
    for name, item in small.items():
        usual = whole.get(name)
        if isinstance(item, dict):
            nested = isinstance(usual, dict) and "object" not in item
            whole[name] = _fill(usual, item) if nested and isinstance(usual, dict) else unpack(item)
        else:
            whole[name] = unpack(item) if isinstance(item, list) else item
    return whole


def shown(obj: Obj) -> Obj:
    """The object without what only the sandbox knows."""
    return {name: value for name, value in obj.items() if name != PRIVATE} if PRIVATE in obj else obj


def private(obj: Obj) -> Obj:
    """What only the sandbox knows of an object: changes to it are kept when the object is saved."""
    return obj.setdefault(PRIVATE, {})
