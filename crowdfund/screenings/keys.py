"""Keys that sign tickets, a pair for each screening: made again from the site's secret whenever they are needed.

A stolen database can't forge a ticket, and what is published opens nothing. Who changes the site's secret makes all tickets void.
"""

from __future__ import annotations

from datetime import timedelta
from functools import lru_cache

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from crowdfund import settings, signing
from crowdfund.database.ids import public
from crowdfund.screenings.codes import token
from crowdfund.screenings.codes.token import KeyName
from crowdfund.screenings.models import CALLED_OFF, Screening, Ticket, TicketState

KEY_NUMBER = 0  # another one when a key has become known: not needed so far
# A code is good from a while before the doors open: their own clock says who is early. And after the end: shows start late.
EARLY, LATE = timedelta(hours=2), timedelta(hours=2)


@lru_cache(maxsize=512)
def _private_key(secret: str, screening_id: int) -> bytes:
    return signing.seed("ticket-key", f"{screening_id}:{KEY_NUMBER}")


def private_key(screening_id: int) -> bytes:
    """32 bytes that sign the tickets of a screening."""
    return _private_key(settings.current().secret, screening_id)


def public_keys(screening_id: int) -> dict[KeyName, bytes]:
    """What a scanner needs to know tickets of a screening: 32 bytes by the key's name."""
    raw = Ed25519PrivateKey.from_private_bytes(private_key(screening_id)).public_key().public_bytes_raw()
    return {KeyName(public(screening_id), KEY_NUMBER): raw}


def is_good(ticket: Ticket, screening: Screening) -> bool:
    """Whether its code lets somebody in: it was not used or sent back, and its screening takes place."""
    return ticket.state == TicketState.SOLD and screening.state not in CALLED_OFF


def code_of(ticket: Ticket, screening: Screening) -> str:
    """The text of a ticket's QR code as it is good now: another issue, or another screening, is another text."""
    return code_for(ticket.id, ticket.seat_id, ticket.issue, screening)


def code_for(ticket_id: int, seat_id: str | None, issue: int, screening: Screening) -> str:
    """The same, of a ticket that is about to be written."""
    return token.sign(
        private_key(screening.id), ticket=public(ticket_id), screening=public(screening.id), seat=seat_id,
        not_before=screening.doors_at - EARLY, not_after=screening.ends_at + LATE, counter=issue - 1, key_number=KEY_NUMBER,
    )  # fmt: skip
