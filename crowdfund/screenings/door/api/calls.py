"""The door through the API: keys for everybody, the list, scans and passes for those who run the cinema."""

from __future__ import annotations

import base64

from starlette.requests import Request
from starlette.responses import Response

from crowdfund.database.ids import public
from crowdfund.people.api.own import role_in
from crowdfund.people.models import Role
from crowdfund.screenings import keys
from crowdfund.screenings.codes.judging import Verdict
from crowdfund.screenings.door import passes, queries
from crowdfund.screenings.door.api.bodies import (
    AnswersOut,
    DoorOut,
    KeysOut,
    PassIn,
    PassOut,
    ReportOut,
    ScanOut,
    ScansIn,
    answers_out,
    door_out,
    pass_out,
    report_out,
    scan_out,
    since_in,
)
from crowdfund.screenings.door.models import DoorPass
from crowdfund.screenings.door.rules import (
    Keeper,
    NoSuchDoor,
)
from crowdfund.screenings.models import Screening
from crowdfund.screenings.queries import public_screening
from crowdfund.web import api
from crowdfund.web.api import Filter
from crowdfund.web.rate_limit import PUBLIC_API, Limit
from crowdfund.web.routes import bearer, get, post
from crowdfund.web.routes import public as everybody

SCANNING = Limit("door_api", 600, 60, by="token")
ONE = "/api/v1/screenings/{screening}"
_VERDICTS = tuple(str(verdict) for verdict in Verdict)


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


async def show_report(request: Request) -> ReportOut:
    """What came of an evening at the doors: who came, who did not, which gates, and how many scans disagree."""
    screening = await _own_door(request)
    return report_out(screening.id, await queries.report_of(screening.id))


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
    get(f"{ONE}/keys", show_keys, may=everybody, limit=PUBLIC_API, gives=KeysOut, summary="The keys of a screening's tickets"),
    get(f"{ONE}/door", show_list, may=_READ, limit=SCANNING, gives=DoorOut, filters=(SINCE,), summary="The list of a door"),
    get(
        f"{ONE}/scans", list_scans, may=_READ, gives=ScanOut, lists=True, filters=(VERDICT, CONFLICTS), summary="What was scanned",
    ),
    post(f"{ONE}/scans", take_scans, may=_WRITE, limit=SCANNING, takes=ScansIn, gives=AnswersOut, summary="Scan tickets"),
    get(f"{ONE}/door-report", show_report, may=_READ, gives=ReportOut, summary="What came of an evening at the doors"),
    get(f"{ONE}/door-passes", list_passes, may=_READ, gives=PassOut, lists=True, summary="Door passes"),
    post(
        f"{ONE}/door-passes", make_pass, may=_WRITE, takes=PassIn, gives=PassOut, creates=True, summary="Make a door pass",
    ),
    post(
        f"{ONE}/door-passes/{{pass}}/withdrawal", withdraw_pass, may=_WRITE, gives=PassOut, summary="Withdraw a door pass",
    ),
]  # fmt: skip
