"""What comes of a scan: pure, so that a batch from all gates is decided at once, as the codes' own judge decides each."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import orjson

from crowdfund import clock
from crowdfund.database.ids import private_or_none, public
from crowdfund.refusal import NotFound, Refusal
from crowdfund.screenings.codes import judging
from crowdfund.screenings.codes.judging import MAY_BE_FORCED, Verdict
from crowdfund.screenings.codes.token import Code
from crowdfund.screenings.door.models import Way
from crowdfund.screenings.models import CALLED_OFF, ScreeningState, TicketState

SCANS_MAX = 200  # in one call
AT_ONCE = 50  # of what a device brings home, so that no call of a slow connection is long
BECAUSE_MIN, BECAUSE_MAX = 3, 300
GATE_MAX = 40
PASSES_MAX = 30
# A pass is good for so much longer than the screening: a device that was offline brings its scans home.
PASS_GRACE = timedelta(hours=6)

ADMITTABLE = (TicketState.SOLD, TicketState.NO_SHOW)
_WORTHLESS = (TicketState.REFUNDED, TicketState.LOST)
# The ticket is good, and somebody who went in with it has used it: the house's hours are the house's own.
_GOOD = (Verdict.ADMITTED, Verdict.TOO_EARLY, Verdict.TOO_LATE)


class NoSuchDoor(NotFound):
    """No screening, or one that nobody has a ticket for yet."""


class NonceUsed(Refusal):
    """A device's number for a scan stands for another scan."""

    status_code = 422


@dataclass(frozen=True, slots=True)
class Keeper:
    """Who scans: a person of the cinema, or whoever holds a pass. gate: what the pass is called; else the person's name is told."""

    screening_id: int
    person_id: int | None = None
    pass_id: int | None = None
    gate: str = ""


@dataclass(frozen=True, slots=True)
class Scan:
    """One scan as a device tells it.

    text: whatever the code held, or what was typed below it. nonce: the device's own, never used again. scanned_at: microseconds
    by the device, none for now. said: what the device said by itself while it was offline, none where it asks. because: why
    somebody is let in all the same. asked: the nonce under which the device had asked, and got no answer.
    """

    nonce: str
    text: str
    way: Way = Way.CODE
    scanned_at: int | None = None
    device: str = ""
    said: Verdict | None = None
    because: str = ""
    asked: str = ""

    @property
    def fingerprint(self) -> str:
        facts = [self.text, self.way, self.said, self.because]
        return hashlib.blake2b(orjson.dumps(facts), digest_size=16).hexdigest()

    @property
    def as_asked(self) -> Scan:
        """As the device had asked about it."""
        return replace(self, said=None)


@dataclass(frozen=True, slots=True)
class Want:
    """A scan on its way into a batch.

    proven: what its code says, or why it says nothing; of what was typed, the letters as rows have them.
    """

    id: int
    scan: Scan
    keeper: Keeper
    proven: Code | Verdict | str

    @property
    def ticket_id(self) -> int | None:
        """Of what was proven; whether there is such a ticket the rows say."""
        return private_or_none(self.proven.ticket) if isinstance(self.proven, Code) else None

    @property
    def typed(self) -> str | None:
        return self.proven if isinstance(self.proven, str) and not isinstance(self.proven, Verdict) else None


@dataclass(frozen=True, slots=True)
class Answer:
    """What the door says to a scan. first_at, first_gate: when and where somebody came in with this ticket, if anybody did. again: it was
    answered before.
    """

    nonce: str
    verdict: Verdict
    entered: bool
    counted: bool
    conflict: bool
    ticket_id: int | None
    place_id: str | None = None
    first_at: int | None = None
    first_gate: str = ""
    again: bool = False

    @property
    def may_be_forced(self) -> bool:
        return not self.entered and self.verdict in MAY_BE_FORCED


@dataclass(slots=True)
class Standing:
    """What a batch looks at: screenings by id, tickets by id and by typed code, who came in when, answers given before."""

    screenings: dict[int, dict[str, Any]]
    tickets: dict[int, dict[str, Any]] = field(default_factory=dict)
    typed: dict[str, int] = field(default_factory=dict)
    first: dict[int, tuple[int, str]] = field(default_factory=dict)
    before: dict[str, dict[str, Any]] = field(default_factory=dict)

    def told(self, nonce: str, row: dict[str, Any], *, again: bool = False) -> Answer:
        """An answer with all that a helper wants to see beside it. row: what of it is kept."""
        ticket_id = row["ticket_id"]
        ticket = self.tickets.get(ticket_id) if ticket_id is not None else None
        at, gate = self.first.get(ticket_id, (None, "")) if ticket_id is not None else (None, "")
        return Answer(
            nonce, Verdict(row["verdict"]), bool(row["entered"]), bool(row["counted"]), bool(row["conflict"]), ticket_id,
            (ticket["seat_id"] or ticket["area_id"]) if ticket else None, at, gate, again,
        )  # fmt: skip


def judged_at(scan: Scan, now: int) -> int:
    """The moment that a scan is judged by: now where the site was asked; the device's own, never later than now, where it was not."""
    return now if scan.said is None or scan.scanned_at is None else min(scan.scanned_at, now)


def outcome_of(verdict: Verdict, scan: Scan) -> tuple[bool, bool, bool]:
    """Whether somebody went in, whether that is the ticket's one admission, and whether it should not have been.

    Who went out and comes back is let in again with a reason, and not counted again. What a device did while it was offline has
    happened: it stands, and where the site would have stopped it, that is a conflict.
    """
    done = scan.said is Verdict.ADMITTED or (scan.said is not None and bool(scan.because))
    if scan.said is not None and not done:
        return False, False, False
    forced = bool(scan.because) and verdict in MAY_BE_FORCED
    entered = verdict is Verdict.ADMITTED or forced or done
    counted = entered and verdict in _GOOD
    came_back = forced and verdict is Verdict.ALREADY_USED and scan.said in (None, Verdict.ALREADY_USED)
    return entered, counted, entered and not counted and not came_back


def decide(want: Want, standing: Standing, now: int) -> Answer:
    """What comes of a scan; what it changes is put into the standing, for the scans after it. Raises NoSuchDoor, NonceUsed."""
    scan, screening = want.scan, standing.screenings.get(want.keeper.screening_id)
    if screening is None or screening["state"] == ScreeningState.DRAFT:
        raise NoSuchDoor("There is no such screening.")
    if (before := standing.before.get(scan.nonce)) is not None:
        if before["fingerprint"] != scan.fingerprint or before["screening_id"] != screening["id"]:
            raise NonceUsed("This scan was sent for another ticket before. Please scan again.")
        return standing.told(scan.nonce, before, again=True)
    if (heard := _heard_before(scan, screening["id"], standing)) is not None:
        return standing.told(scan.nonce, heard, again=True)
    verdict, ticket_id = _judged(want, screening, standing, now)
    entered, counted, conflict = outcome_of(verdict, scan)
    row = {
        "fingerprint": scan.fingerprint, "screening_id": screening["id"], "verdict": verdict, "ticket_id": ticket_id,
        "entered": entered, "counted": counted, "conflict": conflict,
    }  # fmt: skip
    answer = standing.told(scan.nonce, row)
    if counted and ticket_id is not None:
        standing.tickets[ticket_id]["state"] = TicketState.ADMITTED
        standing.first[ticket_id] = judged_at(scan, now), want.keeper.gate
    standing.before[scan.nonce] = row
    return answer


def _heard_before(scan: Scan, screening_id: int, standing: Standing) -> dict[str, Any] | None:
    """The scan that the site let in, and whose answer the device never got: that it let in by itself is the same coming in."""
    row = standing.before.get(scan.asked) if scan.asked and outcome_of(Verdict.ADMITTED, scan)[0] else None
    is_same = row is not None and row["entered"] and row["screening_id"] == screening_id
    return row if is_same and row is not None and row["fingerprint"] == scan.as_asked.fingerprint else None


def _judged(want: Want, screening: dict[str, Any], standing: Standing, now: int) -> tuple[Verdict, int | None]:
    if isinstance(want.proven, Verdict):
        return want.proven, None
    ticket_id = want.ticket_id if want.typed is None else standing.typed.get(want.typed)
    ticket = standing.tickets.get(ticket_id) if ticket_id is not None else None
    if ticket is None:  # signed by this site for a ticket that it has no row of: somebody else knows its secret
        return Verdict.FORGED if want.typed is None else Verdict.NOT_A_TICKET, None
    code = want.proven if isinstance(want.proven, Code) else code_in_row(ticket, screening)
    verdict = judging.verdict_on(code, door_of(screening, [ticket]), clock.from_us(judged_at(want.scan, now)))
    return verdict, ticket["id"]


def code_in_row(ticket: dict[str, Any], screening: dict[str, Any]) -> Code:
    """What the newest code of a ticket says, as far as a door asks: for what was found by the letters below it."""
    opens_at, closes_at = clock.from_us(screening["doors_at"]), clock.from_us(screening["ends_at"])
    return Code(
        public(ticket["id"]), public(ticket["screening_id"]), 0, 0, ticket["issue"] - 1, opens_at, closes_at
    )  # fmt: skip


def door_of(
    screening: dict[str, Any], tickets: list[dict[str, Any]], keys: dict[Any, bytes] | None = None
) -> judging.Door:
    """What the judge asks of a screening, as far as these tickets go. Of one that is off, no ticket is worth anything."""
    off = screening["state"] in CALLED_OFF
    return judging.Door(
        screening=public(screening["id"]), opens_at=clock.from_us(screening["doors_at"]),
        closes_at=clock.from_us(screening["ends_at"]), keys=keys or {},
        counters={public(t["id"]): t["issue"] - 1 for t in tickets if t["issue"] > 1},
        admitted={public(t["id"]) for t in tickets if t["state"] == TicketState.ADMITTED},
        cancelled={public(t["id"]) for t in tickets if off or t["state"] in _WORTHLESS},
    )  # fmt: skip
