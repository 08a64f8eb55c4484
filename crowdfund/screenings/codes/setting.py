"""Words set into lines: where a line may break, in letters and in Chinese, and how large what has to fit may be."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import pairwise

Measure = Callable[[str], float]

_WIDE = "\u2e80-\u303f\u3041-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff00-\uffef"
_HANGS = "、。，．：；？！…—」』】》〉）〕”’,.:;?!)]}%％"  # never begins a line
_LEADS = "「『【《〈（〔“‘([{"  # never ends one
PARTS = re.compile(rf"[{_WIDE}]|[^\s{_WIDE}-]+-?|-|\s+")


def lines_of(text: str, width: float, measure: Measure) -> list[str]:
    """The text in lines that are no wider than this. measure: how wide some letters are. A word that is wider is broken."""
    lines, line = [], ""
    for piece in _pieces(text):
        if line and measure((line + piece).rstrip()) > width:
            lines.append(line.rstrip())
            line = ""
        line += piece.lstrip() if not line else piece
        while measure(line.rstrip()) > width and len(line) > 1:
            cut = 1
            while measure(line[: cut + 1]) <= width:
                cut += 1
            lines.append(line[:cut])
            line = line[cut:]
    return [*lines, line.rstrip()] if line.strip() else lines


def _pieces(text: str) -> list[str]:
    """What can't be broken, in order: words with the space before them, single Chinese characters with their punctuation."""
    parts = PARTS.findall(" ".join(text.split()))
    pieces: list[str] = parts[:1]
    for before, part in pairwise(parts):
        if part[0] in _HANGS or before[-1] in _LEADS or before == " ":
            pieces[-1] += part
        else:
            pieces.append(part)
    return pieces


def fitted(
    text: str, width: float, most: int, sizes: Sequence[float], measure: Callable[[str, float], float]
) -> tuple[float, list[str]]:
    """The largest of some sizes, as they come, at which it takes at most so many lines, and these lines.

    One that leaves a word or two alone on the last line is passed over where a smaller one does not. At the least size the rest
    is cut, with dots.
    """
    fits: tuple[float, list[str]] | None = None
    for size in sizes:
        lines = lines_of(text, width, _at(size, measure))
        if len(lines) < 2 or (len(lines) <= most and measure(lines[-1], size) > width / 3):
            return size, lines
        if len(lines) <= most and fits is None:
            fits = size, lines
    if fits is not None:
        return fits
    last = lines[most - 1]
    while last and measure(last + "…", size) > width:
        last = last[:-1]
    return size, [*lines[: most - 1], last.rstrip() + "…"]


def _at(size: float, measure: Callable[[str, float], float]) -> Measure:
    return lambda part: measure(part, size)
