"""For the people who run the site: looking at organisations and deciding about them, always with a reason."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response

from crowdfund.people import verification
from crowdfund.people.forms import ReasonForm
from crowdfund.people.models import Organisation, OrganisationState
from crowdfund.people.queries import history_of, members_of
from crowdfund.refusal import NotFound
from crowdfund.web.i18n import _
from crowdfund.web.page import page, redirect
from crowdfund.web.routes import Route, get, post, staff
from crowdfund.web.told import told_at

_SHOWN_MAX = 200


async def organisations(request: Request) -> Response:
    """All of a state; the ones that wait for us first, where none is asked for."""
    wanted = request.query_params.get("state", OrganisationState.SUBMITTED.value)
    state = wanted if wanted in list(OrganisationState) else OrganisationState.SUBMITTED.value
    found = await Organisation.filter(state=state).order_by("id").limit(_SHOWN_MAX)
    return page(
        request, "people/staff_organisations.html", organisations=found, state=state, states=list(OrganisationState)
    )


async def _asked_for(request: Request) -> Organisation:
    organisation = await Organisation.get_or_none(slug=request.path_params["organisation"])
    if organisation is None:
        raise NotFound("There is nothing here under that address.")
    return organisation


async def organisation(request: Request) -> Response:
    return await _organisation(request, await _asked_for(request), ReasonForm())


async def _organisation(request: Request, found: Organisation, form: ReasonForm, status: int = 200) -> Response:
    return page(
        request, "people/staff_organisation.html", status,
        organisation=found, members=await members_of(found.id), history=await history_of(found.id), form=form,
        decisions=_decisions(found.state),
    )  # fmt: skip


def _decisions(state: str) -> list[tuple[str, str, str]]:
    """What can be decided now: the last part of the path, the words of the button, its tone."""
    return {
        "submitted": [("verification", _("Verify"), "go"), ("refusal", _("Decline"), "danger")],
        "verified": [("suspension", _("Suspend"), "danger")],
        "suspended": [("reinstatement", _("Reinstate"), "go")],
    }.get(state, [])


def _decide(verb: Callable[..., Awaitable[None]]) -> Callable[[Request], Awaitable[Response]]:
    @told_at(lambda request: f"/staff/organisations/{request.path_params['organisation']}")
    async def decide(request: Request) -> Response:
        found, form = await _asked_for(request), await ReasonForm.read(request)
        if form.errors:
            return await _organisation(request, found, form, 422)
        await verb(found.id, reason=form.reason, by=request.state.person.id)
        return redirect(request, found.staff_path, ("good", _("Decided, and the owners are told.")))

    return decide


_ONE = "/staff/organisations/{organisation}"
routes: list[Route] = [
    get("/staff/organisations", organisations, may=staff("reviewer")),
    get(_ONE, organisation, may=staff("reviewer")),
    post(f"{_ONE}/verification", _decide(verification.verify), may=staff("reviewer")),
    post(f"{_ONE}/refusal", _decide(verification.decline), may=staff("reviewer")),
    post(f"{_ONE}/suspension", _decide(verification.suspend), may=staff("admin")),
    post(f"{_ONE}/reinstatement", _decide(verification.reinstate), may=staff("admin")),
]
