"""Organisations as staff sees them and decides about them, always with a reason. A token is worth what its person is now."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response

from crowdfund.people import verification
from crowdfund.people.api.bodies import OrganisationOut, ReasonIn, StaffOrganisationOut
from crowdfund.people.api.organisations import decisions_about, member_out, organisation_out
from crowdfund.people.api.own import no_such_organisation
from crowdfund.people.models import Organisation, OrganisationState
from crowdfund.people.queries import members_of
from crowdfund.web import api
from crowdfund.web.routes import Handler, bearer, get, post

_STATE = api.Filter("state", "Only those in this state.", tuple(state.value for state in OrganisationState))


async def list_organisations_for_staff(request: Request) -> Response:
    """All organisations, the newest first; `submitted` are those that wait for us."""
    asked, state = api.cursor(request), _STATE.of(request)
    query = Organisation.filter(id__lt=asked.after_id if asked.after_id is not None else 2**63 - 1)
    query = query.filter(state=state) if state else query
    rows = await query.order_by("-id").limit(asked.limit + 1)
    return api.paged(request, rows, asked, lambda row: organisation_out(row, None), lambda row: row.id)


async def _found(request: Request) -> Organisation:
    return await api.row_in(request, "organisation", Organisation, no_such_organisation())


async def show_organisation_to_staff(request: Request) -> StaffOrganisationOut:
    """One organisation, its people, and what was decided about it."""
    return await _shown(await _found(request))


async def _shown(found: Organisation) -> StaffOrganisationOut:
    return StaffOrganisationOut(
        **organisation_out(found, None).model_dump(), members=[member_out(m) for m in await members_of(found.id)],
        history=await decisions_about(found.id),
    )  # fmt: skip


def _decide(verb: Callable[..., Awaitable[None]], name: str) -> Handler:
    async def decide(request: Request, body: ReasonIn) -> StaffOrganisationOut:
        found = await _found(request)
        await verb(found.id, reason=body.reason, by=request.state.person.id)
        return await _shown(await Organisation.get(id=found.id))

    decide.__name__, decide.__doc__ = name, "The owners are told, with the reason."
    return decide


_REVIEW, _ADMIN = bearer("staff:review", staff="reviewer"), bearer("staff:review", staff="admin")
_ALL = "/api/v1/staff/organisations"
_ONE = f"{_ALL}/{{organisation}}"
_MODELS = {"takes": ReasonIn, "gives": StaffOrganisationOut}
routes = [
    get(
        _ALL, list_organisations_for_staff, may=_REVIEW, gives=OrganisationOut, lists=True, filters=[_STATE],
        summary="Organisations, by state",
    ),
    get(_ONE, show_organisation_to_staff, may=_REVIEW, gives=StaffOrganisationOut, summary="One organisation"),
    post(
        f"{_ONE}/verification", _decide(verification.verify, "verify"), may=_REVIEW, **_MODELS,
        summary="Verify an organisation",
    ),
    post(f"{_ONE}/refusal", _decide(verification.decline, "decline"), may=_REVIEW, **_MODELS, summary="Decline one"),
    post(f"{_ONE}/suspension", _decide(verification.suspend, "suspend"), may=_ADMIN, **_MODELS, summary="Suspend one"),
    post(
        f"{_ONE}/reinstatement", _decide(verification.reinstate, "reinstate"), may=_ADMIN, **_MODELS,
        summary="Let a suspended one go on",
    ),
]  # fmt: skip
