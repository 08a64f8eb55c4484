"""What calls about a door take and give."""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import Field, StringConstraints
from starlette.requests import Request

from crowdfund.database.ids import public
from crowdfund.refusal import Refusal
from crowdfund.screenings.codes.judging import Verdict
from crowdfund.screenings.door import passes
from crowdfund.screenings.door.admitting import admit_all
from crowdfund.screenings.door.models import DoorPass, Way
from crowdfund.screenings.door.queries import DoorList, Report
from crowdfund.screenings.door.rules import (
    BECAUSE_MAX,
    BECAUSE_MIN,
    GATE_MAX,
    SCANS_MAX,
    Answer,
    Keeper,
    Scan,
)
from crowdfund.screenings.models import Screening
from crowdfund.settings import current
from crowdfund.web import api
from crowdfund.web.api import ONE_LINE, READABLE, STRAIGHT, In, Moment, Out

_VERDICTS = tuple(str(verdict) for verdict in Verdict)
_ANY_VERSION = re.compile(r"[0-9]{1,15}", re.ASCII)

Nonce = Annotated[str, StringConstraints(min_length=16, max_length=64, pattern=r"^[!-~]+$")]
_Reason = Annotated[
    str,
    StringConstraints(min_length=BECAUSE_MIN, max_length=BECAUSE_MAX, pattern=ONE_LINE, strip_whitespace=True),
]


class ScanIn(In):
    """One scan. nonce: new for each, so that what is sent again is no other. shown: what the code held, or what was typed.

    scanned_at: by the device. said: what it said by itself while it was offline, none where this asks. because: why somebody is
    let in all the same. asked: the nonce under which it had asked before, and got no answer.
    """

    nonce: Nonce
    shown: Annotated[str, StringConstraints(min_length=1, max_length=500, pattern=ONE_LINE)]
    way: Annotated[str, Field(json_schema_extra={"enum": [str(way) for way in Way]}, pattern="^(code|typed)$")] = "code"
    scanned_at: Annotated[Moment, Field(strict=False)] | None = None
    device: Annotated[str, StringConstraints(max_length=64, pattern=ONE_LINE)] = ""
    said: Annotated[str, Field(pattern=f"^({'|'.join(_VERDICTS)})$")] | None = None
    because: _Reason | None = None
    asked: Nonce | None = None

    @property
    def scan(self) -> Scan:
        at = self.scanned_at
        return Scan(
            self.nonce, self.shown, Way(self.way), None if at is None else int(at.timestamp() * 1_000_000), self.device,
            Verdict(self.said) if self.said else None, self.because or "", self.asked or "",
        )  # fmt: skip


class ScansIn(In):
    scans: Annotated[list[ScanIn], Field(min_length=1, max_length=SCANS_MAX)]


class AnswerOut(Out):
    """entered: somebody went in. counted: this is the ticket's one admission. conflict: it should not have been.

    first_at, first_gate: when and where somebody came in with this ticket. refused: the code of why this scan was not taken.
    """

    nonce: str
    verdict: str | None = None
    entered: bool = False
    counted: bool = False
    conflict: bool = False
    may_be_forced: bool = False
    ticket: str | None = None
    place: str | None = None
    first_at: str | None = None
    first_gate: str = ""
    refused: str | None = None


class AnswersOut(Out):
    """sold, admitted: of the screening, after these scans."""

    answers: list[AnswerOut]
    sold: int
    admitted: int


class KeysOut(Out):
    """keys: Ed25519 public keys, 32 bytes in base64url without padding, by the name that codes carry: `screening.number`."""

    screening: str
    algorithm: str
    keys: dict[str, str]


class DoorOut(Out):
    """What a device keeps to go on offline. With `since`: of counters, admitted and cancelled only what is new since that version.

    opens_at, closes_at: seconds since 1970. counters: by ticket, the lowest issue counter that still holds, where that is not 0. off:
    this screening does not take place, and nobody is let in.
    """

    screening: str
    version: int
    since: int
    off: bool
    opens_at: int
    closes_at: int
    keys: dict[str, str]
    counters: dict[str, int]
    admitted: list[str]
    cancelled: list[str]
    sold: int
    admitted_count: int


class PassIn(In):
    gate: Annotated[
        str,
        StringConstraints(min_length=1, max_length=GATE_MAX, pattern=ONE_LINE, strip_whitespace=True),
        READABLE,
        STRAIGHT,
    ]


class PassOut(Out):
    """url: whoever opens it scans at this door, until it is withdrawn or over; empty then."""

    id: str
    gate: str
    url: str
    made_at: str
    ends_at: str
    withdrawn_at: str | None


class ScanOut(Out):
    """A scan that was kept. said: what the device said by itself, empty where it asked."""

    id: str
    ticket: str | None
    gate: str
    by: str | None
    device: str
    way: str
    verdict: str
    said: str
    because: str
    entered: bool
    counted: bool
    conflict: bool
    scanned_at: str
    received_at: str
    first_at: str | None
    first_gate: str


class GateOut(Out):
    """gate: what its pass is called; empty where somebody of the cinema scanned, who is named then."""

    gate: str
    by: str | None
    scans: int
    admitted: int
    refused: int
    offline: int
    conflicts: int


class ReportOut(Out):
    """An evening in numbers. no_shows: known after the end. forced: let in with a reason."""

    screening: str
    sold: int
    admitted: int
    no_shows: int
    scans: int
    refused: int
    conflicts: int
    forced: int
    verdicts: dict[str, int]
    gates: list[GateOut]


def report_out(screening_id: int, found: Report) -> ReportOut:
    return ReportOut(
        screening=public(screening_id), sold=found.sold, admitted=found.admitted, no_shows=found.no_shows, scans=found.scans,
        refused=found.refused, conflicts=found.conflict_count, forced=len(found.forced),
        verdicts={row["verdict"]: row["scans"] for row in found.verdicts},
        gates=[
            GateOut(by=row["person"], **{name: row[name] for name in GateOut.model_fields if name != "by"}) for row in found.gates
        ],
    )  # fmt: skip


def answer_out(answer: Answer | BaseException, nonce: str) -> AnswerOut:
    """Raises what was no refusal."""
    if isinstance(answer, Refusal):
        return AnswerOut(nonce=nonce, refused=answer.code)
    if isinstance(answer, BaseException):
        raise answer
    return AnswerOut(
        nonce=nonce, verdict=answer.verdict, entered=answer.entered, counted=answer.counted, conflict=answer.conflict,
        may_be_forced=answer.may_be_forced, ticket=None if answer.ticket_id is None else public(answer.ticket_id),
        place=answer.place_id, first_at=api.instant_or_none(answer.first_at), first_gate=answer.first_gate,
    )  # fmt: skip


async def answers_out(scans: list[Scan], keeper: Keeper) -> AnswersOut:
    answers = await admit_all(scans, keeper)
    found = [answer_out(answer, scan.nonce) for scan, answer in zip(scans, answers, strict=True)]
    screening = await Screening.get(id=keeper.screening_id)
    return AnswersOut(answers=found, sold=screening.sold, admitted=screening.admitted)


def door_out(found: DoorList) -> DoorOut:
    return DoorOut(
        **found.door.told(),
        version=found.version,
        since=found.since,
        off=found.off,
        sold=found.screening.sold,
        admitted_count=found.screening.admitted,
    )


def since_in(request: Request) -> int:
    """The version in the query; what is none is all."""
    asked = request.query_params.get("since", "0")
    return int(asked) if _ANY_VERSION.fullmatch(asked) else 0


def pass_out(one: DoorPass, screening: Screening) -> PassOut:
    url = "" if one.withdrawn_at else f"{current().base_url}{passes.link_of(one.id)}"
    return PassOut(
        id=public(one.id), gate=one.gate, url=url, made_at=api.instant(one.made_at), ends_at=api.instant(passes.ends_at(screening)),
        withdrawn_at=api.instant_or_none(one.withdrawn_at),
    )  # fmt: skip


def scan_out(row: dict[str, Any]) -> ScanOut:
    return ScanOut(
        id=public(row["id"]), ticket=None if row["ticket_id"] is None else public(row["ticket_id"]), gate=row["gate"],
        by=row["person"], device=row["device"], way=row["way"], verdict=row["verdict"], said=row["said"], because=row["because"],
        entered=bool(row["entered"]), counted=bool(row["counted"]), conflict=bool(row["conflict"]),
        scanned_at=api.instant(row["scanned_at"]), received_at=api.instant(row["received_at"]),
        first_at=api.instant_or_none(row["first_at"]), first_gate=row["first_gate"] or "",
    )  # fmt: skip
