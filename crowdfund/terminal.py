"""What somebody else wrote, as it may stand on a terminal."""

from __future__ import annotations


def one_line(text: str) -> str:
    """Nothing of it moves the cursor, runs from right to left, or is no letter at all, so that no line looks like another one."""
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in text)
