"""Who is let in: one rule, the same to the letter in static/js/ticket-judging.js; tests/unit/ticket_cases.json holds both to it."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Set
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from crowdfund.refusal import Refusal
from crowdfund.screenings.codes.token import Code, KeyName, verify


class Verdict(StrEnum):
    ADMITTED = "admitted"
    NOT_A_TICKET = "not_a_ticket"
    FORGED = "forged"
    UNKNOWN_KEY = "unknown_key"
    WRONG_SCREENING = "wrong_screening"
    CANCELLED = "cancelled"
    GIVEN_AWAY = "given_away"
    ALREADY_USED = "already_used"
    TOO_EARLY = "too_early"
    TOO_LATE = "too_late"


TEXT = {
    Verdict.ADMITTED: "Welcome: this ticket is good.",
    Verdict.NOT_A_TICKET: "This code is no ticket of this site.",
    Verdict.FORGED: "This is no genuine ticket.",
    Verdict.UNKNOWN_KEY: "This device does not know the key of this ticket. Load the door's list again.",
    Verdict.WRONG_SCREENING: "This ticket is for another screening.",
    Verdict.CANCELLED: "This ticket was cancelled, and its money went back.",
    Verdict.GIVEN_AWAY: "This code is void: the ticket has a newer one, perhaps somebody else's.",
    Verdict.ALREADY_USED: "Somebody came in with this ticket already.",
    Verdict.TOO_EARLY: "The door is not open for this ticket yet.",
    Verdict.TOO_LATE: "This ticket's time is over.",
}

# Staff may let somebody in all the same, with a reason, where the ticket is good and the house alone decides: about its own hours,
# and about somebody who says that she only went out (no second admission is counted then). Never where it would be at the cost of
# somebody else: of the new holder (given away), of who bought the seat after it was cancelled, of another hall, where the ticket may
# have been used. And never what nobody signed, or nobody can prove.
MAY_BE_FORCED = frozenset({Verdict.TOO_EARLY, Verdict.TOO_LATE, Verdict.ALREADY_USED})


@dataclass(frozen=True, slots=True)
class Door:
    """What a door knows, online or off.

    screening: its public id. opens_at, closes_at: aware, when people are let in. keys: public keys, 32 bytes, of this screening
    and of those that people may mistake it for. counters: by ticket, the lowest issue counter that still holds, where that is not
    0. admitted, cancelled: tickets. All by public ids.
    """

    screening: str
    opens_at: datetime
    closes_at: datetime
    keys: Mapping[KeyName, bytes]
    counters: Mapping[str, int]
    admitted: Set[str]
    cancelled: Set[str]

    def told(self) -> dict[str, Any]:
        """As JSON, which `doorOf` of ticket-judging.js reads: seconds since 1970, keys in base64url by `screening.number`."""
        return {
            "screening": self.screening,
            "opens_at": int(self.opens_at.timestamp()), "closes_at": int(self.closes_at.timestamp()),
            "keys": {f"{name.screening}.{name.number}": _letters(key) for name, key in sorted(self.keys.items())},
            "counters": dict(self.counters), "admitted": sorted(self.admitted), "cancelled": sorted(self.cancelled),
        }  # fmt: skip


def _letters(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


@dataclass(frozen=True, slots=True)
class Answer:
    """What the door says. code: what the ticket says, none where that was not proven."""

    verdict: Verdict
    code: Code | None = None

    @property
    def may_be_forced(self) -> bool:
        return self.verdict in MAY_BE_FORCED


def judge(text: str, door: Door, now: datetime) -> Answer:
    """What the door says to a code that was scanned. text: whatever the QR code held. Never raises."""
    try:
        code = verify(text, door.keys)
    except Refusal as refusal:
        return Answer(Verdict(refusal.code))
    return Answer(verdict_on(code, door, now), code)


def verdict_on(code: Code, door: Door, now: datetime) -> Verdict:
    """What the door says to a code that is proven, or to a ticket that was found by its typed code.

    The first that holds: what can't be mended by waiting is said before what can.
    """
    if code.screening != door.screening:
        return Verdict.WRONG_SCREENING
    if code.ticket in door.cancelled:
        return Verdict.CANCELLED
    if code.counter < door.counters.get(code.ticket, 0):
        return Verdict.GIVEN_AWAY
    if code.ticket in door.admitted:
        return Verdict.ALREADY_USED
    if now < max(code.not_before, door.opens_at):
        return Verdict.TOO_EARLY
    if now >= min(code.not_after, door.closes_at):
        return Verdict.TOO_LATE
    return Verdict.ADMITTED
