"""For the people who run the site: all licences, and stopping one."""

from __future__ import annotations

from functools import partial
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from crowdfund.database.ids import private, public
from crowdfund.merch.licences import actions, queries
from crowdfund.merch.licences.forms import WhyForm
from crowdfund.merch.licences.models import Licence, LicenceState
from crowdfund.merch.licences.pages.shown import shown
from crowdfund.web.form import Form
from crowdfund.web.i18n import lazy
from crowdfund.web.page import page, redirect
from crowdfund.web.routes import get, post, staff


async def licences(request: Request) -> Response:
    asked = request.query_params.get("state", "")
    state = asked if asked in list(LicenceState) else ""
    rows = [(row, f"/staff/licences/{public(row['id'])}") for row in await queries.all_licences(state)]
    return page(request, "merch/sellers/staff_licences.html", rows=rows, state=state, states=list(LicenceState))


async def _asked_for(request: Request) -> Licence:
    licence = await Licence.get_or_none(id=private(request.path_params["licence"]))
    if licence is None:
        raise actions.NoSuchLicence("There is no such licence.")
    return licence


async def licence(request: Request) -> Response:
    return await _page(request, await _asked_for(request))


async def _page(request: Request, found: Licence, form: Form | None = None, asked: str = "") -> Response:
    """form: the one that was sent and refused. asked: what it asked for."""
    forms: dict[str, Form] = {name: WhyForm() for name in ("suspension", "resumption", "end")}
    form = form or Form()
    return page(
        request, "merch/sellers/staff_licence.html", form.status, shown=await shown(found), licence=found, form=form,
        forms=forms | {asked: form},
        path=f"/staff/licences/{public(found.id)}", history=await queries.history_of(found.id),
    )  # fmt: skip


def _decided(asked: str, verb: Any, said: Any) -> Any:
    async def handle(request: Request) -> Response:
        found, form = await _asked_for(request), await WhyForm.read(request)
        if not form.errors:
            with form.showing_refusals():
                await verb(found.id, form.reason, by=request.state.person.id)
                return redirect(request, f"/staff/licences/{public(found.id)}", ("good", str(said)))
        return await _page(request, await _asked_for(request), form, asked)

    return handle


_ALL = "/staff/licences"
_ONE = f"{_ALL}/{{licence}}"
_STAFF = staff("reviewer")
routes = [
    get(_ALL, licences, may=_STAFF),
    get(_ONE, licence, may=_STAFF),
    post(f"{_ONE}/suspension", _decided("suspension", actions.suspend_licence, lazy("Suspended: nothing is sold under it.")), may=_STAFF),
    post(f"{_ONE}/end", _decided("end", actions.terminate_licence, lazy("It has ended: nothing is sold under it again.")), may=_STAFF),
    post(f"{_ONE}/resumption", _decided("resumption", partial(actions.resume_licence, is_staff=True), lazy("It goes on.")), may=_STAFF),
]  # fmt: skip
