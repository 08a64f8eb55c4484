"""The door through the API: keys for everybody, the list, scans and passes for those who run the cinema."""

from __future__ import annotations

import base64
import re
from typing import Annotated, Any

from pydantic import BaseModel, Field, StringConstraints
from starlette.requests import Request
from starlette.responses import Response

from crowdfund.database.ids import public
from crowdfund.people.api.own import role_in
from crowdfund.people.models import Role
from crowdfund.refusal import Refusal
from crowdfund.screenings import keys
from crowdfund.screenings.codes.judging import Verdict
from crowdfund.screenings.door import passes, queries
from crowdfund.screenings.door.admitting import admit_all
from crowdfund.screenings.door.models import DoorPass, Way
from crowdfund.screenings.door.queries import DoorList
from crowdfund.screenings.door.rules import (
    BECAUSE_MAX,
    BECAUSE_MIN,
    GATE_MAX,
    SCANS_MAX,
    Answer,
    Keeper,
    NoSuchDoor,
    Scan,
)
from crowdfund.screenings.models import Screening
from crowdfund.screenings.queries import public_screening
from crowdfund.settings import current
from crowdfund.web import api
from crowdfund.web.api import ONE_LINE, READABLE, STRAIGHT, Filter, In, Moment
from crowdfund.web.rate_limit import Limit
from crowdfund.web.routes import bearer, get, post
from crowdfund.web.routes import public as everybody

READ = Limit("public_api", 300, 60)
SCANNING = Limit("door_api", 600, 60, by="token")
ONE = "/api/v1/screenings/{screening}"
_VERDICTS = tuple(str(verdict) for verdict in Verdict)
_ANY_VERSION = re.compile(r"[0-9]{1,15}", re.ASCII)

Nonce = Annotated[str, StringConstraints(min_length=16, max_length=64, pattern=r"^[!-~]+$")]
_Reason = Annotated[
    str,
    StringConstraints(min_length=BECAUSE_MIN, max_length=BECAUSE_MAX, pattern=ONE_LINE, strip_whitespace=True),
    READABLE,
]


class ScanIn(In):
    """One scan. nonce: new for each, so that what is sent again is no other. shown: what the code held, or what was typed.

    scanned_at: by the device. said: what it said by itself while it was offline, none where this asks. because: why somebody is
    let in all the same.
    """

    nonce: Nonce
    shown: Annotated[str, StringConstraints(min_length=1, max_length=500, pattern=ONE_LINE)]
    way: Annotated[str, Field(json_schema_extra={"enum": [str(way) for way in Way]}, pattern="^(code|typed)$")] = "code"
    scanned_at: Annotated[Moment, Field(strict=False)] | None = None
    device: Annotated[str, StringConstraints(max_length=64, pattern=ONE_LINE)] = ""
    said: Annotated[str, Field(pattern=f"^({'|'.join(_VERDICTS)})$")] | None = None
    because: _Reason | None = None

    @property
    def scan(self) -> Scan:
        at = self.scanned_at
        return Scan(
            self.nonce, self.shown, Way(self.way), None if at is None else int(at.timestamp() * 1_000_000), self.device,
            Verdict(self.said) if self.said else None, self.because or "",
        )  # fmt: skip


class ScansIn(In):
    scans: Annotated[list[ScanIn], Field(min_length=1, max_length=SCANS_MAX)]


class AnswerOut(BaseModel):
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


class AnswersOut(BaseModel):
    """sold, admitted: of the screening, after these scans."""

    answers: list[AnswerOut]
    sold: int
    admitted: int


class KeysOut(BaseModel):
    """keys: Ed25519 public keys, 32 bytes in base64url without padding, by the name that codes carry: `screening.number`."""

    screening: str
    algorithm: str
    keys: dict[str, str]


class DoorOut(BaseModel):
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


class PassOut(BaseModel):
    """url: whoever opens it scans at this door, until it is withdrawn or over; empty then."""

    id: str
    gate: str
    url: str
    made_at: str
    ends_at: str
    withdrawn_at: str | None


class ScanOut(BaseModel):
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


async def _own_door(request: Request) -> Screening:
    """A screening of a cinema of the token's person. Raises NoSuchDoor for everybody else's, NotAllowed."""
    missing = NoSuchDoor("There is no such screening.")
    screening = await api.row_in(request, "screening", Screening, missing)
    await role_in(request, screening.organisation_id, Role.MANAGER, missing)
    return await passes.door_screening(screening.id)


async def show_keys(request: Request) -> Response:
    """The public keys that tickets of a screening are signed with: anybody can write a scanner. No secret is needed to check one."""
    shown = await public_screening(api.id_in(request, "screening", NoSuchDoor("There is no such screening.")))
    number = shown.screening.id
    found = {
        f"{name.screening}.{name.number}": base64.urlsafe_b64encode(key).rstrip(b"=").decode()
        for name, key in keys.public_keys(number).items()
    }
    body = KeysOut(screening=public(number), algorithm="Ed25519", keys=found)
    return api.answer(body, headers={"cache-control": "public, max-age=300"})


async def show_list(request: Request) -> DoorOut:
    """What a device at the door has to know to go on offline: keys, and which tickets are used, void or worth nothing."""
    return door_out(await queries.door_list((await _own_door(request)).id, since_in(request)))


async def take_scans(request: Request, body: ScansIn) -> AnswersOut:
    """Scan tickets, or bring what was scanned offline; each scan has a nonce, and is answered the same however often it is sent."""
    screening = await _own_door(request)
    keeper = Keeper(screening.id, person_id=request.state.person.id)
    return await answers_out([one.scan for one in body.scans], keeper)


async def list_scans(request: Request) -> Response:
    """Every scan at the doors of a screening, the newest first, refused ones and conflicts among them."""
    screening, asked = await _own_door(request), api.cursor(request)
    rows = await queries.scans_of(
        screening.id, asked.after_id, limit=asked.limit + 1, verdict=VERDICT.of(request), conflicts=CONFLICTS.of(request) == "yes"
    )  # fmt: skip
    return api.paged(request, rows, asked, scan_out, lambda row: row["id"])


async def list_passes(request: Request) -> Response:
    """The door passes of a screening, the newest first."""
    screening, asked = await _own_door(request), api.cursor(request)
    found = DoorPass.filter(screening_id=screening.id)
    if asked.after_id is not None:
        found = found.filter(id__lt=asked.after_id)
    rows = await found.order_by("-id").limit(asked.limit + 1)
    return api.paged(request, rows, asked, lambda one: pass_out(one, screening), lambda one: one.id)


async def make_pass(request: Request, body: PassIn) -> PassOut:
    """Make a door pass: a link for a helper without an account, named after the gate."""
    screening = await _own_door(request)
    key = f"api:{request.state.idempotency_key}"
    return pass_out(await passes.make_pass(screening.id, body.gate, by=request.state.person.id, key=key), screening)


async def withdraw_pass(request: Request) -> PassOut:
    """Withdraw a door pass: whoever holds it scans nothing from now on."""
    screening = await _own_door(request)
    pass_id = api.id_in(request, "pass", passes.NoSuchPass("There is no such door pass."))
    return pass_out(await passes.withdraw_pass(screening.id, pass_id, by=request.state.person.id), screening)


VERDICT = Filter("verdict", "Only scans of this verdict.", choices=_VERDICTS)
CONFLICTS = Filter(
    "conflicts",
    "`yes` for those alone where somebody came in who should not have.",
    choices=("yes", "no"),
    default="no",
)
SINCE = Filter(
    "since", "The version of the list that the device has; 0 for all of it.", pattern="[0-9]{1,15}", default="0"
)
_READ, _WRITE = bearer("door:read"), bearer("door:write")
routes = [
    get(f"{ONE}/keys", show_keys, may=everybody, limit=READ, gives=KeysOut, summary="The keys of a screening's tickets"),
    get(f"{ONE}/door", show_list, may=_READ, limit=SCANNING, gives=DoorOut, filters=(SINCE,), summary="The list of a door"),
    get(
        f"{ONE}/scans", list_scans, may=_READ, gives=ScanOut, lists=True, filters=(VERDICT, CONFLICTS), summary="What was scanned",
    ),
    post(f"{ONE}/scans", take_scans, may=_WRITE, limit=SCANNING, takes=ScansIn, gives=AnswersOut, summary="Scan tickets"),
    get(f"{ONE}/door-passes", list_passes, may=_READ, gives=PassOut, lists=True, summary="Door passes"),
    post(
        f"{ONE}/door-passes", make_pass, may=_WRITE, takes=PassIn, gives=PassOut, creates=True, summary="Make a door pass",
    ),
    post(
        f"{ONE}/door-passes/{{pass}}/withdrawal", withdraw_pass, may=_WRITE, gives=PassOut, summary="Withdraw a door pass",
    ),
]  # fmt: skip
