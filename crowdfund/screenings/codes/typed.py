"""The short code below a QR code, for a door without a camera or paper that got wet: looked up in the site's rows, not proven.

Ten letters, 50 bits of SHA-256 over the QR code's text: who has the QR code knows them, nobody can guess them, and they change
with each new code of a ticket.
"""

from __future__ import annotations

import hashlib
import re

from crowdfund.screenings.codes.token import NotATicket

_LETTERS = "0123456789abcdefghjkmnpqrstvwxyz"
_MEANT = str.maketrans({"o": "0", "i": "1", "l": "1", "-": "", " ": ""})
_TYPED = re.compile(f"[{_LETTERS}]{{10}}", re.ASCII)


def typed_code(text: str) -> str:
    """Ten letters, as a row keeps them. text: that of the QR code."""
    number = int.from_bytes(hashlib.sha256(text.encode("ascii")).digest()[:7], "big") >> 6
    return "".join([_LETTERS[number >> shift & 31] for shift in range(45, -1, -5)])


def shown(typed: str) -> str:
    """As it is printed: `7K3QM-2P9DX`."""
    return f"{typed[:5]}-{typed[5:]}".upper()


def read_typed(text: str) -> str:
    """What somebody typed, as a row keeps it: any case, with or without the dash, O for 0, I and L for 1. Raises NotATicket."""
    typed = text[:40].lower().translate(_MEANT)
    if not _TYPED.fullmatch(typed):
        raise NotATicket(
            "The code below a ticket has ten letters and digits, like {example}.", field="typed", example="7K3QM-2P9DX"
        )
    return typed
