"""One place for each thing in the styles: what a name looks like is said in one file, so that no room dresses another's by chance."""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path

STYLES = Path(__file__).parents[2] / "static" / "css"
EVERYWHERE = {"base.css", "contrast.css", "print.css"}  # what holds for many components at once
_COMMENT = re.compile(r"/\*.*?\*/", re.S)


def top_rules(text: str) -> list[str]:
    """The selectors of a file that stand in no other rule: neither at a width nor inside a component."""
    found, depth, start = [], 0, 0
    text = _COMMENT.sub("", text)
    for at, sign in enumerate(text):
        if sign == "{":
            if depth == 0:
                found.append(text[start:at].strip())
            depth += 1
        elif sign == "}":
            depth -= 1
            start = at + 1
    return found


def test_what_is_read_of_a_file_is_its_own_rules() -> None:
    text = "/* .no { } */ .a { b: c } @media (x) { .d { e: f } } .g, .h { .i { j: k } }"
    assert top_rules(text) == [".a", "@media (x)", ".g, .h"]


def test_a_name_is_dressed_in_one_file() -> None:
    files: dict[str, set[str]] = defaultdict(set)
    for path in sorted(STYLES.glob("*.css")):
        if path.name in EVERYWHERE:
            continue
        for rule in top_rules(path.read_text(encoding="utf-8")):
            for one in re.split(r",(?![^(]*\))", rule):
                if re.fullmatch(r"\.[a-z][\w-]*", one.strip()):
                    files[one.strip()].add(path.name)
    assert len(files) > 400
    assert {name: sorted(told) for name, told in files.items() if len(told) > 1} == {}
