"""Organisations and who belongs to them: the verbs of their desk, for programs."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from crowdfund.database import atomic, ids
from crowdfund.database.once import number_for, once
from crowdfund.people import organisations, verification
from crowdfund.people.api.bodies import (
    DecisionOut,
    InvitationIn,
    InvitationOut,
    MemberOut,
    OrganisationIn,
    OrganisationOut,
    PageOut,
    ProfileIn,
    RoleIn,
    VerificationOut,
)
from crowdfund.people.api.own import own_organisation
from crowdfund.people.forms import INVITATIONS, countries
from crowdfund.people.models import Organisation, OrganisationKind, Role
from crowdfund.people.organisations import NoSuchMember
from crowdfund.people.queries import MemberShown, desks_of, history_of, member_of, members_after
from crowdfund.settings import current
from crowdfund.web import api
from crowdfund.web.routes import bearer, get, post


def organisation_out(organisation: Organisation, role: str | None) -> OrganisationOut:
    return OrganisationOut(
        id=ids.public(organisation.id), slug=organisation.slug, name=organisation.name, about=organisation.about,
        kind=organisation.kind, country=organisation.country, state=organisation.state,
        payouts_state=organisation.payouts_state, role=role,
    )  # fmt: skip


def member_out(member: MemberShown) -> MemberOut:
    return MemberOut(person=ids.public(member.person_id), name=member.name, email=member.email, role=member.role)


async def decisions_about(organisation_id: int) -> list[DecisionOut]:
    return [
        DecisionOut(state=row["to_state"], because=row["because"], by=row["by"], at=api.instant(row["at"]))
        for row in await history_of(organisation_id)
    ]


# --- making and showing ---


async def list_organisations(request: Request) -> Response:
    """The organisations that the token's person belongs to, the newest first."""
    asked = api.cursor(request)
    before = asked.after_id if asked.after_id is not None else 2**63 - 1
    desks = sorted(await desks_of(request.state.person.id), key=lambda desk: -desk.organisation.id)
    rows = [desk for desk in desks if desk.organisation.id < before][: asked.limit + 1]
    return api.paged(
        request, rows, asked, lambda desk: organisation_out(desk.organisation, desk.role), lambda d: d.organisation.id
    )


async def create_organisation(request: Request, body: OrganisationIn) -> OrganisationOut:
    """A new organisation. It has to be verified before its fund can open."""
    if body.country not in countries():
        raise api.BodyInvalid([{"field": "country", "sentence": "There is no such country."}])
    by, key = request.state.person.id, request.state.idempotency_key
    number = await number_for(by, f"organisation:api:{key}", body.model_dump())
    made = await Organisation.get_or_none(id=number) or await organisations.make_organisation(
        OrganisationKind(body.kind), body.name, body.country, body.about, by=by, number=number
    )
    return organisation_out(made, Role.OWNER)


async def show_organisation(request: Request) -> OrganisationOut:
    return organisation_out(*await own_organisation(request, Role.VIEWER))


async def change_organisation(request: Request, body: ProfileIn) -> OrganisationOut:
    """Another name or another text; the address stays."""
    found, role = await own_organisation(request, Role.MANAGER)
    said = body.model_dump(exclude_unset=True)
    if said:
        profile = {"name": found.name, "about": found.about} | said
        await organisations.change_profile(found.id, **profile, by=request.state.person.id)
    return organisation_out(await Organisation.get(id=found.id), role)


# --- members ---


async def list_members(request: Request) -> Response:
    """Who belongs to an organisation, as they joined."""
    found, _role = await own_organisation(request, Role.VIEWER)
    asked = api.cursor(request)
    rows = await members_after(found.id, asked.after_id or 0, limit=asked.limit + 1)
    return api.paged(request, rows, asked, lambda row: member_out(row[1]), lambda row: row[0])


async def invite(request: Request, body: InvitationIn) -> InvitationOut:
    """Mail an invitation; with the same Idempotency-Key only one."""
    found, _role = await own_organisation(request, Role.OWNER)
    await _invite_once(found.id, body, request.state.person.id, request.state.idempotency_key)
    return InvitationOut(email=body.email, role=body.role)


@atomic
async def _invite_once(organisation_id: int, body: InvitationIn, by: int, key: str) -> None:
    async def make() -> int:
        await organisations.invite(organisation_id, body.email, Role(body.role), by=by)
        return organisation_id

    await once(by, f"invitation:api:{key}", [organisation_id, body.model_dump()], make)


async def _member(request: Request, organisation_id: int) -> MemberShown:
    """The member in the path, as they are now. Raises NoSuchMember."""
    missing = NoSuchMember("There is no such member.")
    found = await member_of(organisation_id, api.id_in(request, "person", missing))
    if found is None:
        raise missing
    return found


async def change_role(request: Request, body: RoleIn) -> MemberOut:
    """Give a member another role. Somebody always owns it."""
    found, _role = await own_organisation(request, Role.OWNER)
    was = await _member(request, found.id)
    await organisations.change_role(found.id, was.person_id, Role(body.role), by=request.state.person.id)
    return member_out(await _member(request, found.id))


async def remove_member(request: Request) -> MemberOut:
    """End a membership; what it was is answered."""
    found, _role = await own_organisation(request, Role.OWNER)
    was = await _member(request, found.id)
    await organisations.remove_member(found.id, was.person_id, by=request.state.person.id)
    return member_out(was)


# --- verification ---


async def show_verification(request: Request) -> VerificationOut:
    """Whether it may ask fans for money, and be paid."""
    return await _verification((await own_organisation(request, Role.VIEWER))[0].id)


async def _verification(organisation_id: int) -> VerificationOut:
    found = await Organisation.get(id=organisation_id)
    history = await decisions_about(organisation_id)
    return VerificationOut(state=found.state, payouts_state=found.payouts_state, history=history)


async def submit(request: Request) -> VerificationOut:
    """Ask to be looked at, or again after a decline."""
    found, _role = await own_organisation(request, Role.OWNER)
    await verification.submit(found.id, by=request.state.person.id)
    return await _verification(found.id)


async def start_onboarding(request: Request) -> PageOut:
    """The processor's page on which an owner says who they are and where the money goes. Good once, for some minutes."""
    found, _role = await own_organisation(request, Role.OWNER)
    base = f"{current().base_url}{found.desk_path}/onboarding"
    url = await verification.onboarding_page(
        found, email=request.state.person.email, return_url=f"{base}/return", refresh_url=f"{base}/again"
    )
    return PageOut(url=url)


_SEE, _WRITE = bearer("organisations:read"), bearer("organisations:write")
_ALL = "/api/v1/organisations"
_ONE = f"{_ALL}/{{organisation}}"
routes = [
    get(_ALL, list_organisations, may=_SEE, gives=OrganisationOut, lists=True, summary="My organisations"),
    post(
        _ALL, create_organisation, may=bearer("organisations:write", confirmed=True), takes=OrganisationIn,
        gives=OrganisationOut, creates=True, summary="A new organisation",
    ),
    get(_ONE, show_organisation, may=_SEE, gives=OrganisationOut, summary="One of my organisations"),
    post(_ONE, change_organisation, may=_WRITE, takes=ProfileIn, gives=OrganisationOut, summary="Change its name or text"),
    get(f"{_ONE}/members", list_members, may=_SEE, gives=MemberOut, lists=True, summary="Who belongs to it"),
    post(
        f"{_ONE}/invitations", invite, may=_WRITE, takes=InvitationIn, gives=InvitationOut, creates=True, limit=INVITATIONS,
        summary="Invite somebody by mail",
    ),
    post(
        f"{_ONE}/members/{{person}}/role", change_role, may=_WRITE, takes=RoleIn, gives=MemberOut,
        summary="Give a member another role",
    ),
    post(f"{_ONE}/members/{{person}}/removal", remove_member, may=_WRITE, gives=MemberOut, summary="Remove a member"),
    get(f"{_ONE}/verification", show_verification, may=_SEE, gives=VerificationOut, summary="Where it stands with us"),
    post(f"{_ONE}/verification", submit, may=_WRITE, gives=VerificationOut, summary="Ask to be verified"),
    post(f"{_ONE}/onboarding", start_onboarding, may=_WRITE, gives=PageOut, summary="Set its payouts up: the processor's page"),
]  # fmt: skip
