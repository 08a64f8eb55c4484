"""Two who write on the same page at once: what only one of them changed is kept, what both changed is asked about. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

_BUDGET = "budget"
_FIELDS = frozenset(
    {
        "name", "tagline", "story", "risks", "rule", "threshold", "giving", "share_price", "shares_max", "opens_at",
        "closes_at",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Merged:
    """typed: the form with what others saved meanwhile. taken: the fields that came from them. conflicts: what they saved
    where both wrote, by field; there `typed` has what is mine.
    """

    typed: dict[str, Any]
    taken: list[str]
    conflicts: dict[str, str]


def stamp_of(typed: Mapping[str, Any]) -> str:
    """What a form shows, as a fingerprint a field: sent along with it, it tells who has changed what since."""
    return " ".join(f"{field}:{_fingerprint(text)}" for field, text in _texts(typed).items())


def merge(stamp: str, saved: Mapping[str, Any], typed: Mapping[str, Any]) -> Merged:
    """Put together what stands now and what was typed. stamp: of what the typist saw; without one all that was typed counts.

    saved: as the form would show it. typed: as it was sent; fields that `saved` doesn't have are left alone.
    """
    seen = dict(part.split(":", 1) for part in stamp.split() if ":" in part)
    theirs, mine = _texts(saved), _texts(typed)
    taken: list[str] = []
    conflicts: dict[str, str] = {}
    for field, text in theirs.items():
        before = seen.get(field)
        if before is None or before == _fingerprint(text) or mine.get(field, "") == text:
            continue  # nobody else has changed it, or both to the same
        if before == _fingerprint(mine.get(field, "")):
            taken.append(field)
        else:
            conflicts[field] = text
    return Merged(_with(typed, saved, taken), taken, conflicts)


def _with(typed: Mapping[str, Any], saved: Mapping[str, Any], taken: list[str]) -> dict[str, Any]:
    merged = dict(typed)
    for field in taken:
        if field == _BUDGET:
            merged = {name: text for name, text in merged.items() if not name.startswith(f"{_BUDGET}_")}
            merged |= {name: text for name, text in saved.items() if name.startswith(f"{_BUDGET}_")}
        else:
            merged[field] = saved[field]
    return merged


def _texts(typed: Mapping[str, Any]) -> dict[str, str]:
    """What can be changed, as one text a field; the lines of the budget are one."""
    texts = {name: _plain(text) for name, text in typed.items() if isinstance(text, str) and name in _FIELDS}
    lines = _budget_lines(typed)
    if lines is not None:
        texts[_BUDGET] = "\n".join(lines)
    return texts


def _budget_lines(typed: Mapping[str, Any]) -> list[str] | None:
    """None: a form without a budget."""
    if "name" not in typed:
        return None
    numbers = sorted({int(n) for name in typed if (n := name.removeprefix(f"{_BUDGET}_").partition("_")[0]).isdigit()})
    pairs = [[_plain(str(typed.get(f"{_BUDGET}_{n}_{part}", ""))) for part in ("name", "amount")] for n in numbers]
    return [f"{name}: {amount}" for name, amount in pairs if name or amount]


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()


def _fingerprint(text: str) -> str:
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
