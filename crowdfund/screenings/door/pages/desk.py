"""The door on the desk of its cinema: passes for helpers, and afterwards what came of the evening."""

from __future__ import annotations

from collections.abc import AsyncIterator
from secrets import token_urlsafe
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from crowdfund import clock
from crowdfund.database import atomic
from crowdfund.database.ids import private_or_none, public
from crowdfund.people.audit import record
from crowdfund.people.models import Role
from crowdfund.people.rules import may
from crowdfund.screenings.codes.judging import Verdict
from crowdfund.screenings.codes.qr import drawing
from crowdfund.screenings.door import passes
from crowdfund.screenings.door.forms import PassForm
from crowdfund.screenings.door.models import DoorPass
from crowdfund.screenings.door.pages.words import hour, in_words, place_of
from crowdfund.screenings.door.queries import all_scans, report_of
from crowdfund.screenings.door.rules import GATE_MAX, NoSuchDoor
from crowdfund.screenings.models import Screening
from crowdfund.screenings.queries import Shown, show
from crowdfund.settings import current
from crowdfund.web import csv, formats
from crowdfund.web.i18n import _
from crowdfund.web.page import page, redirect
from crowdfund.web.rate_limit import Limit
from crowdfund.web.routes import get, member, post

DESK = "/desk/{organisation}/screenings/{screening}/door"
_EXPORT = Limit("export_scans", 20, 3600, by="person")
COLUMNS = (
    "scan", "scanned_at", "received_at", "gate", "by", "device", "way", "verdict", "said_offline", "entered", "counted", "conflict",
    "because", "ticket", "place", "first_at", "first_gate",
)  # fmt: skip


async def _own_door(request: Request) -> Screening:
    """The screening of the path, of the cinema that the policy has found. Raises NoSuchDoor."""
    number = private_or_none(request.path_params["screening"])
    if number is None or not await Screening.exists(id=number, organisation_id=request.state.organisation.id):
        raise NoSuchDoor("There is no such screening.")
    return await passes.door_screening(number)


def _base(request: Request, screening: Screening) -> str:
    return f"/desk/{request.state.organisation.slug}/screenings/{public(screening.id)}/door"


async def show_report(request: Request) -> Response:
    return await _report(request, await _own_door(request), PassForm({"key": token_urlsafe(16)}))


async def _report(request: Request, screening: Screening, form: PassForm) -> Response:
    shown, may_write = await show(screening), may(request.state.role, Role.MANAGER)
    report = await report_of(screening.id)
    response = page(
        request, "screenings/door/report.html", form.status, shown=shown, screening=screening, organisation=request.state.organisation,
        base=_base(request, screening), report=report, form=form, gate_max=GATE_MAX, may_write=may_write,
        passes=await _passes(screening) if may_write else [], opens=passes.ends_at(screening) > clock.now(),
        conflicts=[_shown(row, shown) for row in report.conflicts], forced=[_shown(row, shown) for row in report.forced],
        verdicts=[(in_words(Verdict(row["verdict"])), row["scans"], row["entered"]) for row in report.verdicts],
        gates=[(_gate(row), row) for row in report.gates], door=passes.door_path(screening.id),
    )  # fmt: skip
    response.headers["cache-control"] = "no-store"
    return response


async def _passes(screening: Screening) -> list[dict[str, Any]]:
    """Those that open the door, each with its link, and as a code that a helper's phone reads."""
    found = await DoorPass.filter(screening_id=screening.id, withdrawn_at=None).order_by("id")
    rows = []
    for one in found:
        link = f"{current().base_url}{passes.link_of(one.id)}"
        label = _("The link of %(gate)s as a QR code") % {"gate": one.gate}
        rows.append({"id": public(one.id), "gate": one.gate, "link": link, "code": drawing(link, label=label)})
    return rows


def _gate(row: dict[str, Any], before: str = "") -> str:
    """How a gate is told: by its pass, else by who scanned there."""
    return str(row[f"{before}gate"] or row[f"{before}person"] or _("no name"))


def _shown(row: dict[str, Any], shown: Shown) -> dict[str, Any]:
    """A scan with what the site said, and with the other scan of its ticket, where there is one."""
    first = row["first_at"]
    return {
        "at": hour(row["scanned_at"], shown.venue.zone), "gate": _gate(row), "words": in_words(Verdict(row["verdict"])),
        "because": row["because"], "offline": bool(row["said"]), "place": place_of(shown.plan, row["seat_id"] or row["area_id"]),
        "first_at": hour(first, shown.venue.zone) if first is not None else "",
        "first_gate": _gate(row, "first_") if first is not None else "",
    }  # fmt: skip


async def make_pass(request: Request) -> Response:
    screening = await _own_door(request)
    form = await PassForm.read(request)
    if not form.errors:
        key = f"form:{form.key or token_urlsafe(16)}"
        with form.showing_refusals():
            made = await passes.make_pass(screening.id, form.gate, by=request.state.person.id, key=key)
            flash = _("Give the link of %(gate)s to whoever stands there.") % {"gate": made.gate}
            return redirect(request, f"{_base(request, screening)}#passes", ("good", flash))
    return await _report(request, screening, form)


async def withdraw_pass(request: Request) -> Response:
    screening = await _own_door(request)
    number = private_or_none(request.path_params["pass"])
    gone = await passes.withdraw_pass(screening.id, number or 0, by=request.state.person.id)
    flash = _("%(gate)s is withdrawn: its link opens nothing any more.") % {"gate": gone.gate}
    return redirect(request, f"{_base(request, screening)}#passes", ("good", flash))


async def export(request: Request) -> Response:
    """Every scan as a CSV file."""
    screening = await _own_door(request)
    await _note(screening, request.state.person.id)
    return csv.file(f"door-{public(screening.id)}.csv", COLUMNS, _rows(await show(screening)))


@atomic
async def _note(screening: Screening, by: int) -> None:
    await record("scans_exported", f"organisation:{screening.organisation_id}", by=by)


async def _rows(shown: Shown) -> AsyncIterator[list[list[str]]]:
    async for rows in all_scans(shown.screening.id):
        yield [_cells(row, shown) for row in rows]


def _cells(row: dict[str, Any], shown: Shown) -> list[str]:
    yes = ("no", "yes")
    return [
        public(row["id"]), formats.iso(row["scanned_at"]), formats.iso(row["received_at"]), csv.harmless(row["gate"]),
        csv.harmless(row["person"] or ""), csv.harmless(row["device"]), row["way"], row["verdict"], row["said"], yes[row["entered"]],
        yes[row["counted"]], yes[row["conflict"]], csv.harmless(row["because"]),
        public(row["ticket_id"]) if row["ticket_id"] is not None else "",
        csv.harmless(place_of(shown.plan, row["seat_id"] or row["area_id"])),
        formats.iso(row["first_at"]) if row["first_at"] is not None else "", csv.harmless(row["first_gate"] or ""),
    ]  # fmt: skip


routes = [
    get(DESK, show_report, may=member("viewer")),
    get(f"{DESK}.csv", export, may=member("manager"), limit=_EXPORT),
    post(f"{DESK}/passes", make_pass, may=member("manager")),
    post(f"{DESK}/passes/{{pass}}/withdrawal", withdraw_pass, may=member("manager")),
]
