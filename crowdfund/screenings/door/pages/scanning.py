"""The door's page: for a phone in the dark, a camera where there is one, a form where there is nothing else."""

from __future__ import annotations

import asyncio
from secrets import token_urlsafe
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from crowdfund import clock
from crowdfund.database.ids import public
from crowdfund.refusal import Refusal
from crowdfund.screenings.codes.judging import MAY_BE_FORCED, Verdict
from crowdfund.screenings.codes.reading_picture import read_picture
from crowdfund.screenings.codes.token import PREFIX
from crowdfund.screenings.door import passes
from crowdfund.screenings.door.admitting import admit
from crowdfund.screenings.door.forms import AllTheSameForm, ScanForm
from crowdfund.screenings.door.models import Way
from crowdfund.screenings.door.pages.words import Said, answer_in_words, hour, in_words, let_in_all_the_same, place_of
from crowdfund.screenings.door.queries import latest_by
from crowdfund.screenings.door.rules import AT_ONCE, BECAUSE_MAX, Answer, Keeper, Scan
from crowdfund.screenings.queries import Shown, shown_screening
from crowdfund.signing import fingerprint
from crowdfund.web import headers, sessions
from crowdfund.web.body import UPLOAD_MAX
from crowdfund.web.i18n import _
from crowdfund.web.page import page
from crowdfund.web.rate_limit import Limit
from crowdfund.web.routes import anyone, doorkeeper, get, post

_OPENING = Limit("door_passes", 60, 60)
DOOR = "/door/{screening}"


async def open_pass(request: Request) -> Response:
    """The link of a pass: this browser keeps it, and the address that holds the secret is left behind."""
    secret = request.path_params["secret"]
    found, screening = await passes.live_pass(fingerprint(secret))
    seconds = int((passes.ends_at(screening) - clock.now()).total_seconds())
    response = RedirectResponse(passes.door_path(found.screening_id), 303, {"cache-control": "no-store"})
    return sessions.keep_door_pass(response, public(found.screening_id), secret, seconds=seconds)


async def show_door(request: Request) -> Response:
    return await _door(request, _fresh())


async def _door(
    request: Request, form: ScanForm, status: int = 200, *, answer: Answer | None = None,
    because: AllTheSameForm | None = None,
) -> Response:  # fmt: skip
    """answer: what was said to the last scan, where one was sent. because: the form for letting in all the same, where it may be."""
    keeper: Keeper = request.state.keeper
    shown = await shown_screening(keeper.screening_id)
    response = page(
        request, "screenings/door/door.html", status, shown=shown, keeper=keeper, form=form,
        here=passes.door_path(keeper.screening_id),
        because=because or AllTheSameForm(), asks_why=because is not None, because_max=BECAUSE_MAX, large=_said(answer, because),
        place=place_of(shown.plan, answer.place_id) if answer else "", latest=await _latest(keeper, shown),
        words=[in_words(verdict) for verdict in Verdict], again=let_in_all_the_same(Verdict.ALREADY_USED),
        all_the_same=let_in_all_the_same(Verdict.TOO_EARLY), at_once=AT_ONCE, starts=hour(shown.screening.starts_at, shown.venue.zone),
        opens=hour(shown.screening.doors_at, shown.venue.zone), first=_first(answer, shown.venue.zone),
    )  # fmt: skip
    response.headers["cache-control"] = "no-store"
    return response


def _said(answer: Answer | None, because: AllTheSameForm | None) -> Said | None:
    if answer is not None:
        return answer_in_words(answer)
    verdict = because.typed["verdict"] if because is not None else ""
    return in_words(Verdict(verdict)) if verdict in MAY_BE_FORCED else None


def _first(answer: Answer | None, zone: str) -> str:
    """When somebody came in with this ticket, where the answer is that one did."""
    if answer is None or answer.counted or answer.first_at is None:
        return ""
    return _("In since %(time)s. %(gate)s") % {"time": hour(answer.first_at, zone), "gate": answer.first_gate}


async def _latest(keeper: Keeper, shown: Shown) -> list[dict[str, Any]]:
    """The last scans of this gate, as the page lists them."""
    rows = []
    for row in await latest_by(keeper):
        verdict = Verdict(row["verdict"])
        entered_otherwise = row["entered"] and verdict is not Verdict.ADMITTED
        words = let_in_all_the_same(verdict) if entered_otherwise else in_words(verdict)
        place = place_of(shown.plan, row["seat_id"] or row["area_id"])
        rows.append({"at": hour(row["scanned_at"], shown.venue.zone), "words": words, "place": place})
    return rows


async def scan_one(request: Request) -> Response:
    """A ticket by its letters or a picture, for a browser without scripts; the answer is the page."""
    form = await ScanForm.read(request)
    if form.errors:
        return await _door(request, form, 422)
    try:
        scan = await _scan_of(form)
        answer = await admit(scan, request.state.keeper)
    except Refusal as refusal:
        return await _door(request, form.refused_by(refusal), refusal.status_code)
    return await _door(request, _fresh(), answer=answer, because=_ask_why(scan, answer))


def _fresh() -> ScanForm:
    return ScanForm({"key": token_urlsafe(16)})


def _ask_why(scan: Scan, answer: Answer) -> AllTheSameForm | None:
    """The form that lets somebody in all the same, where the house may."""
    if not answer.may_be_forced:
        return None
    return AllTheSameForm({"shown": scan.text, "way": scan.way, "verdict": answer.verdict, "key": token_urlsafe(16)})


async def _scan_of(form: ScanForm) -> Scan:
    nonce = f"form-{form.key or token_urlsafe(16)}"
    if form.image is not None:
        return Scan(nonce, await asyncio.to_thread(read_picture, form.image), Way.CODE)
    return Scan(nonce, form.letters, Way.CODE if form.letters.startswith(PREFIX) else Way.TYPED)


async def let_in(request: Request) -> Response:
    """Let somebody in although the door said no, with a reason."""
    form = await AllTheSameForm.read(request)
    if form.errors:
        return await _door(request, _fresh(), 422, because=form)
    scan = Scan(f"form-{form.key or token_urlsafe(16)}", form.shown, Way(form.way), because=form.because)
    try:
        answer = await admit(scan, request.state.keeper)
    except Refusal as refusal:
        return await _door(request, _fresh().refused_by(refusal), refusal.status_code)
    return await _door(request, _fresh(), 200 if answer.entered else 409, answer=answer)


routes = [
    get("/door/passes/{secret}", open_pass, may=anyone, headers=headers.NO_REFERRER, limit=_OPENING),
    get(DOOR, show_door, may=doorkeeper, headers=headers.CAMERA),
    post(DOOR, scan_one, may=doorkeeper, headers=headers.CAMERA, body_max=UPLOAD_MAX),
    post(f"{DOOR}/admissions", let_in, may=doorkeeper, headers=headers.CAMERA),
]
