"""Ids in Stripe's form: a prefix that tells the kind, then letters and digits.

They begin with the millisecond, so that new rows lie beside each other in an index, and end with 96 random bits.
"""

from __future__ import annotations

import os
from binascii import b2a_base64

from crowdfund.clock import wall_now_us

_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_LETTERS = bytes.maketrans(b"+/", b"Zz")

_last: tuple[int, str] = (0, "")


def random_letters(count: int = 16) -> str:
    """Letters and digits nobody can guess: 6 bits each, up to 64 of them."""
    return b2a_base64(os.urandom(48 if count > 16 else 12), newline=False).translate(_LETTERS).decode()[:count]


def new_id(prefix: str) -> str:
    """A fresh id: `new_id("pi_")` is `pi_1` and 23 more."""
    return f"{prefix}1{_millisecond()}{random_letters()}"


def _millisecond() -> str:
    """The wall clock's millisecond in seven characters that sort as it does; remembered, for many ids fall into one."""
    global _last
    now = wall_now_us() // 1000
    if now != _last[0]:
        rest, text = now, ""
        for _ in range(7):
            rest, digit = divmod(rest, 62)
            text = _DIGITS[digit] + text
        _last = (now, text)
    return _last[1]
