"""Licences through the API for those who run the site: all of them, and stopping one."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from crowdfund.merch.licences import actions, queries
from crowdfund.merch.licences.actions import NoSuchLicence
from crowdfund.merch.licences.api.sides import licence_out, whole
from crowdfund.merch.licences.models import Licence, LicenceState
from crowdfund.merch.shops.api.bodies import LicenceOut, LicenceWhole, ReasonIn
from crowdfund.web import api
from crowdfund.web.routes import bearer, get, post

_STATE = api.Filter("state", "Only in this state.", choices=tuple(LicenceState))


async def list_all_licences(request: Request) -> Response:
    """Licences of everybody, the newest first."""
    asked = api.cursor(request)
    before_id = asked.after_id if asked.after_id is not None else queries.NEWEST
    rows = await queries.all_licences(_STATE.of(request), before_id=before_id, limit=asked.limit + 1)
    return api.paged(request, rows, asked, licence_out, lambda row: int(row["id"]))


async def _licence(request: Request) -> Licence:
    return await api.row_in(request, "licence", Licence, NoSuchLicence("There is no such licence."))


async def show_any_licence(request: Request) -> LicenceWhole:
    """One licence, with what both sides have said."""
    return await whole(await _licence(request))


async def stop_licence(request: Request, body: ReasonIn) -> LicenceWhole:
    """Stop sales for now; only staff lets it go on. Orders that are open end as they were sold."""
    found = await _licence(request)
    return await whole(await actions.suspend_licence(found.id, body.reason, by=request.state.person.id))


async def let_licence_go_on(request: Request, body: ReasonIn) -> LicenceWhole:
    """Let it go on, to wherever its days have taken it."""
    found = await _licence(request)
    return await whole(await actions.resume_licence(found.id, body.reason, by=request.state.person.id, is_staff=True))


async def end_any_licence(request: Request, body: ReasonIn) -> LicenceWhole:
    """End it for good, before its time."""
    found = await _licence(request)
    return await whole(await actions.terminate_licence(found.id, body.reason, by=request.state.person.id))


_REVIEW = bearer("staff:review", staff="reviewer")
_ALL = "/api/v1/staff/licences"
_ONE = f"{_ALL}/{{licence}}"
routes = [
    get(_ALL, list_all_licences, may=_REVIEW, gives=LicenceOut, lists=True, filters=[_STATE], summary="All licences"),
    get(_ONE, show_any_licence, may=_REVIEW, gives=LicenceWhole, summary="Anybody's licence"),
    post(f"{_ONE}/suspension", stop_licence, may=_REVIEW, takes=ReasonIn, gives=LicenceWhole, summary="Stop a licence"),
    post(f"{_ONE}/resumption", let_licence_go_on, may=_REVIEW, takes=ReasonIn, gives=LicenceWhole, summary="Let a stopped licence go on"),
    post(f"{_ONE}/end", end_any_licence, may=_REVIEW, takes=ReasonIn, gives=LicenceWhole, summary="End anybody's licence"),
]  # fmt: skip
