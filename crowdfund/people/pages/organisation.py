"""Making an organisation, and its desk: members, invitations, verification, the account for payouts."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from crowdfund.database import ids
from crowdfund.people import organisations, verification
from crowdfund.people.forms import (
    INVITATIONS,
    KINDS,
    ROLES,
    InvitationForm,
    OrganisationForm,
    ProfileForm,
    RoleForm,
    countries,
)
from crowdfund.people.models import Organisation, OrganisationKind, Role
from crowdfund.people.queries import desks_of, history_of, members_of
from crowdfund.people.rules import may as role_may
from crowdfund.refusal import Refusal
from crowdfund.settings import current
from crowdfund.web import headers
from crowdfund.web.formats import said
from crowdfund.web.i18n import _
from crowdfund.web.page import go_to_processor, page, redirect
from crowdfund.web.routes import confirmed, get, member, post, signed_in
from crowdfund.web.told import told_at


async def start_page(request: Request) -> Response:
    asked = request.query_params.get("kind", "")
    return _start(request, OrganisationForm({"kind": asked if asked in list(KINDS) else "studio"}))


def _start(request: Request, form: OrganisationForm, status: int = 200) -> Response:
    return page(request, "people/start.html", status, form=form, kinds=KINDS, countries=countries())


async def start(request: Request) -> Response:
    form = await OrganisationForm.read(request)
    if form.errors:
        return _start(request, form, 422)
    made = await organisations.make_organisation(
        OrganisationKind(form.kind), form.name, form.country, form.about, by=request.state.person.id
    )
    path = f"{made.desk_path}/shop" if form.kind == OrganisationKind.SHOP else made.desk_path
    return redirect(request, path, ("good", _("Here is your desk.")))


async def desks(request: Request) -> Response:
    return page(request, "people/desk.html", desks=await desks_of(request.state.person.id))


async def members(request: Request) -> Response:
    return await _members(request, InvitationForm({"role": "manager"}))


async def _members(
    request: Request, form: InvitationForm, status: int = 200, refused: dict[int, str] | None = None
) -> Response:
    """refused: what couldn't be done with a member, by person's id: a sentence beside the row."""
    organisation: Organisation = request.state.organisation
    is_owner = role_may(request.state.role, Role.OWNER)
    return page(
        request, "people/members.html", status,
        organisation=organisation, members=await members_of(organisation.id), form=form, roles=ROLES, public=ids.public,
        is_owner=is_owner, refused=refused or {},
        invitations=await organisations.open_invitations(organisation.id) if is_owner else [],
    )  # fmt: skip


async def invite(request: Request) -> Response:
    form = await InvitationForm.read(request)
    if not form.errors:
        with form.showing_refusals():
            await organisations.invite(
                request.state.organisation.id, form.email, Role(form.role), by=request.state.person.id
            )
            flash = ("good", _("The invitation is on its way to %(email)s.") % {"email": form.email})
            return redirect(request, f"{request.state.organisation.desk_path}/members", flash)
    return await _members(request, form, 422)


async def change_role(request: Request) -> Response:
    form = await RoleForm.read(request)
    path = f"{request.state.organisation.desk_path}/members"
    if form.errors:
        return redirect(request, path, ("bad", form.errors["role"]))
    person_id = ids.private(request.path_params["person"])
    try:
        await organisations.change_role(
            request.state.organisation.id, person_id, Role(form.role), by=request.state.person.id
        )
    except organisations.LastOwner as refusal:
        return await _last_owner(request, person_id, refusal)
    return redirect(request, path, ("good", _("The role is changed.")))


async def _last_owner(request: Request, person_id: int, refusal: Refusal) -> Response:
    form = InvitationForm({"role": "manager"})
    return await _members(request, form, refusal.status_code, refused={person_id: said(refusal)})


async def remove(request: Request) -> Response:
    person_id = ids.private(request.path_params["person"])
    try:
        await organisations.remove_member(request.state.organisation.id, person_id, by=request.state.person.id)
    except organisations.LastOwner as refusal:
        return await _last_owner(request, person_id, refusal)
    path = "/desk" if person_id == request.state.person.id else f"{request.state.organisation.desk_path}/members"
    return redirect(request, path, ("good", _("The membership is ended.")))


def _members_path(request: Request) -> str:
    return f"{request.state.organisation.desk_path}/members"


@told_at(_members_path)
async def withdraw_invitation(request: Request) -> Response:
    await organisations.withdraw_invitation(
        request.state.organisation.id, request.path_params["invitation"], by=request.state.person.id
    )
    return redirect(
        request, _members_path(request), ("good", _("The invitation is taken back: its link is good no more."))
    )


async def profile_page(request: Request) -> Response:
    organisation: Organisation = request.state.organisation
    form = ProfileForm({"name": organisation.name, "about": organisation.about})
    return page(request, "people/profile.html", form=form, organisation=organisation)


async def change_profile(request: Request) -> Response:
    form, organisation = await ProfileForm.read(request), request.state.organisation
    if form.errors:
        return page(request, "people/profile.html", 422, form=form, organisation=organisation)
    await organisations.change_profile(organisation.id, form.name, form.about, by=request.state.person.id)
    return redirect(request, f"{organisation.desk_path}/verification", ("good", _("Saved.")))


async def verification_page(request: Request) -> Response:
    organisation: Organisation = request.state.organisation
    return page(
        request, "people/verification.html",
        organisation=organisation, history=await history_of(organisation.id), is_owner=role_may(request.state.role, Role.OWNER),
    )  # fmt: skip


def _verification_path(request: Request) -> str:
    return f"{request.state.organisation.desk_path}/verification"


@told_at(_verification_path)
async def submit(request: Request) -> Response:
    await verification.submit(request.state.organisation.id, by=request.state.person.id)
    return redirect(request, _verification_path(request), ("good", _("Sent. We look at it within two working days.")))


@told_at(_verification_path)
async def onboard(request: Request) -> Response:
    """To the processor's page, where an organisation says who it is and where its money goes."""
    organisation: Organisation = request.state.organisation
    base = f"{current().base_url}{organisation.desk_path}/onboarding"
    url = await verification.onboarding_page(
        organisation, email=request.state.person.email, return_url=f"{base}/return", refresh_url=f"{base}/again"
    )
    return go_to_processor(url)


@told_at(_verification_path)
async def onboarded(request: Request) -> Response:
    """Back from the processor; what it says of the account counts, not that somebody came back."""
    organisation: Organisation = request.state.organisation
    if organisation.stripe_account_id:
        await verification.follow_account(organisation.stripe_account_id)
    return redirect(request, _verification_path(request))


async def onboarding_again(request: Request) -> Response:
    """The processor's link had run out: the page offers a new one."""
    return redirect(request, _verification_path(request), ("note", _("That link had run out. Please start again.")))


async def invitation_page(request: Request) -> Response:
    invitation = await organisations.live_invitation(request.path_params["secret"])
    organisation = await Organisation.get(id=invitation.organisation_id)
    return page(
        request, "people/invitation.html",
        organisation=organisation, role=ROLES[Role(invitation.role)], is_for_them=invitation.email == request.state.person.email,
        action=request.url.path,
    )  # fmt: skip


async def accept(request: Request) -> Response:
    organisation = await organisations.accept_invitation(request.path_params["secret"], request.state.person.id)
    flash = ("good", _("You belong to %(name)s now.") % {"name": organisation.name})
    return redirect(request, organisation.desk_path, flash)


_DESK = "/desk/{organisation}"
routes = [
    get("/start", start_page, may=signed_in),
    post("/start", start, may=confirmed),
    get("/desk", desks, may=signed_in),
    get(f"{_DESK}/members", members, may=member("viewer")),
    post(f"{_DESK}/invitations", invite, may=member("owner"), limit=INVITATIONS),
    post(f"{_DESK}/invitations/{{invitation}}/withdrawal", withdraw_invitation, may=member("owner")),
    post(f"{_DESK}/members/{{person}}/role", change_role, may=member("owner")),
    post(f"{_DESK}/members/{{person}}/removal", remove, may=member("owner")),
    get(f"{_DESK}/profile", profile_page, may=member("manager")),
    post(f"{_DESK}/profile", change_profile, may=member("manager")),
    get(f"{_DESK}/verification", verification_page, may=member("viewer")),
    post(f"{_DESK}/verification", submit, may=member("owner")),
    post(f"{_DESK}/onboarding", onboard, may=member("owner")),
    get(f"{_DESK}/onboarding/return", onboarded, may=member("owner")),
    get(f"{_DESK}/onboarding/again", onboarding_again, may=member("owner")),
    get("/invitations/{secret}", invitation_page, may=signed_in, headers=headers.NO_REFERRER),
    post("/invitations/{secret}", accept, may=signed_in, headers=headers.NO_REFERRER),
]
