"""A studio is made, its people come and go, staff look at it, and the processor at its account."""

from __future__ import annotations

import asyncio

import pytest

from crowdfund.database import ids
from crowdfund.people import organisations
from crowdfund.people.models import (
    AuditEntry,
    Member,
    Organisation,
    OrganisationEvent,
    OrganisationKind,
    Person,
    Role,
    StaffRole,
)
from crowdfund.people.verification import follow_account
from tests import bank
from tests.http.conftest import SignedIn, SiteUnderTest
from tests.http.test_people_entrance import link_in

pytestmark = pytest.mark.pages


async def a_studio(site: SiteUnderTest, name: str = "Lanting Pictures") -> tuple[SignedIn, Organisation]:
    owner = await site.signed_up("Owner")
    await owner.get("/start")
    await owner.submit("/start", follow=False, name=name, kind="studio", country="CN", about="We made River Moon.")
    studio = await Organisation.get(name=name)
    assert owner.response.headers["location"] == studio.desk_path
    await owner.get(f"{studio.desk_path}/verification")
    return owner, studio


@pytest.mark.landing
async def test_making_a_studio_makes_its_owner_and_its_desk(site: SiteUnderTest) -> None:
    owner, studio = await a_studio(site)
    assert (studio.state, studio.kind, studio.country, studio.payouts_state) == ("unverified", "studio", "CN", "none")
    await owner.get("/desk")
    assert "Lanting Pictures" in owner.text and "You own it" in owner.text
    assert 'href="/desk"' in owner.response.text, "the bar shows the way to the desk from now on"


async def test_without_a_confirmed_address_nobody_asks_for_money(site: SiteUnderTest) -> None:
    lin = await site.signed_up("Lin")
    await Person.filter(id=lin.person.id).update(email_confirmed_at=None)
    await lin.get("/start")
    assert "Please confirm your e-mail address first" in lin.text
    await lin.submit("/start", name="Lanting", kind="studio", country="CN")
    assert lin.status == 403
    assert await Organisation.all().count() == 0


@pytest.mark.parametrize(
    ("name", "slugs"),
    [
        ("Lanting Pictures", ["lanting-pictures", "lanting-pictures-****"]),
        ("兰亭影业", ["studio-******", "studio-******"]),
        ("Campaigns", ["studio-******", "studio-******"]),
        ("../../etc", ["etc", "etc-****"]),
        ("Ångström & Söhne", ["angstrom-sohne", "angstrom-sohne-****"]),
    ],
)
async def test_two_of_one_name_have_two_addresses(site: SiteUnderTest, name: str, slugs: list[str]) -> None:
    lin = await site.signed_up("Lin")
    made = [
        await organisations.make_organisation(OrganisationKind.STUDIO, name, "CN", "", by=lin.person.id)
        for _ in range(2)
    ]
    assert made[0].slug != made[1].slug
    for one, wanted in zip(made, slugs, strict=True):
        length = wanted.count("*")
        assert one.slug[: len(wanted) - length] == wanted.rstrip("*") and len(one.slug) == len(wanted)


@pytest.mark.parametrize(
    "typed", [{"country": "XX"}, {"kind": "bank"}, {"name": ""}, {"name": "x" * 81}, {"about": "x" * 2001}]
)
async def test_what_is_wrong_comes_back_filled_in(site: SiteUnderTest, typed: dict[str, str]) -> None:
    owner = await site.signed_up("Owner")
    await owner.get("/start")
    await owner.submit("/start", **({"name": "Lanting", "kind": "studio", "country": "CN", "about": "Hello"} | typed))
    assert owner.status == 422
    shown = owner.form("/start").fields
    assert shown["about"] == [typed.get("about", "Hello")] and shown["name"] == [typed.get("name", "Lanting")]
    assert await Organisation.all().count() == 0


async def test_an_invited_person_becomes_a_member(site: SiteUnderTest) -> None:
    owner, studio = await a_studio(site)
    await owner.get("/desk/lanting-pictures/members")
    await owner.submit("/desk/lanting-pictures/invitations", email="wu@example.com", role="manager")
    assert "The invitation is on its way to wu@example.com." in owner.text
    [mail] = await site.mails_to("wu@example.com")
    assert mail.subject == "Lanting Pictures invites you"
    path = link_in(mail.text_body)
    wu, stranger = await site.signed_up("Wu"), await site.signed_up("Stranger")
    await stranger.get(path)
    assert "was sent to another address" in stranger.text
    await stranger.post(path, {"csrf": stranger.form("/sign-out").fields["csrf"][0]})
    assert stranger.status == 403
    await wu.get(path)
    await wu.submit("Accept", follow=False)
    assert wu.response.headers["location"] == "/desk/lanting-pictures"
    assert (await Member.get(person_id=wu.person.id, organisation_id=studio.id)).role == "manager"
    await wu.get(path)
    assert wu.status == 410


async def test_an_invitation_is_seen_and_taken_back(site: SiteUnderTest) -> None:
    owner, _studio = await a_studio(site)
    wu = await site.signed_up("Wu")
    members = "/desk/lanting-pictures/members"
    await owner.get(members)
    assert "Invited, not here yet" not in owner.text
    for role in ("viewer", "manager"):  # the second replaces the first
        await owner.submit("/desk/lanting-pictures/invitations", email="wu@example.com", role=role)
    assert "Invited, not here yet" in owner.text and owner.response.text.count("wu@example.com") == 2, (
        "a flash and a row"
    )
    newest, first = [link_in(mail.text_body) for mail in await site.mails_to("wu@example.com")]
    assert (await wu.get(first)).status_code == 410
    assert (await wu.get(newest)).status_code == 200
    await owner.get(members)
    withdrawal = owner.form("Take back").action
    await owner.submit("Take back")
    assert "its link is good no more" in owner.text and "wu@example.com" not in owner.text
    assert (await wu.get(newest)).status_code == 410
    await owner.post(withdrawal, {"csrf": owner.form("/sign-out").fields["csrf"][0]})
    assert "used already, or taken back" in owner.text
    assert (await AuditEntry.all().order_by("-id").first()).action == "invitation_withdrawn"  # type: ignore[union-attr]


async def test_roles_change_and_members_leave_but_the_last_owner_stays(site: SiteUnderTest) -> None:
    owner, studio = await a_studio(site)
    wu = await site.signed_up("Wu")
    await Member.create(
        id=ids.new_id(), organisation_id=studio.id, person_id=wu.person.id, role="viewer", made_at=studio.made_at
    )
    members = f"/desk/lanting-pictures/members/{ids.public(wu.person.id)}"
    own = f"/desk/lanting-pictures/members/{ids.public(owner.person.id)}"
    await owner.get("/desk/lanting-pictures/members")
    await owner.submit(f"{own}/role", role="viewer")
    assert owner.status == 409 and "Somebody has to own it" in owner.text
    assert "Who belongs to it" in owner.text, "the sentence stands beside the row, on the page itself"
    await owner.submit(f"{own}/removal")
    assert owner.status == 409 and "Somebody has to own it" in owner.text and "Invite somebody" in owner.text
    await owner.get("/desk/lanting-pictures/members")
    await owner.submit(f"{members}/role", role="owner")
    assert (await Member.get(person_id=wu.person.id)).role == "owner"
    await wu.get("/desk/lanting-pictures/members")
    await wu.submit(f"{own}/removal")
    assert not await Member.exists(person_id=owner.person.id)
    await owner.get("/desk/lanting-pictures/members")
    assert owner.status == 404, "what is not hers any more is as if it weren't there"
    assert [entry.action for entry in await AuditEntry.all().order_by("id")][-2:] == [
        "member_role_changed",
        "member_removed",
    ]


async def test_two_owners_who_remove_each_other_at_once_leave_one(site: SiteUnderTest) -> None:
    for i in range(8):
        first, second = await site.signed_up(f"First {i}"), await site.signed_up(f"Second {i}")
        studio = await organisations.make_organisation(OrganisationKind.STUDIO, f"S{i}", "CN", "", by=first.person.id)
        await organisations.Member.create(
            id=ids.new_id(), organisation_id=studio.id, person_id=second.person.id, role="owner", made_at=studio.made_at
        )
        results = await asyncio.gather(
            organisations.remove_member(studio.id, second.person.id, by=first.person.id),
            organisations.change_role(studio.id, first.person.id, Role.VIEWER, by=second.person.id),
            return_exceptions=True,
        )
        assert sum(isinstance(result, organisations.LastOwner) for result in results) == 1
        assert await Member.filter(organisation_id=studio.id, role="owner").count() == 1


async def test_staff_verify_with_a_reason_and_the_owner_reads_it(site: SiteUnderTest) -> None:
    owner, studio = await a_studio(site)
    await owner.submit("Send it for review")
    assert "We are looking at it." in owner.text
    staff = await site.signed_up("Reviewer", staff=StaffRole.REVIEWER)
    await staff.get("/staff/organisations")
    assert "Lanting Pictures" in staff.text
    await staff.get("/staff/organisations/lanting-pictures")
    await staff.submit("Verify", reason="short")
    assert staff.status == 422
    await staff.submit("Decline", reason="The register does not know this address.")
    assert "Decided, and the owners are told." in staff.text
    [mail] = await site.mails_to("owner@example.com")
    assert mail.subject == "We need more from you" and "The register does not know this address." in mail.text_body
    await owner.get("/desk/lanting-pictures/verification")
    assert "The register does not know this address." in owner.text
    await owner.submit("Send it for review")
    await staff.get("/staff/organisations/lanting-pictures")
    await staff.submit("Verify", reason="Extract of the register seen.")
    assert (await Organisation.get(id=studio.id)).state == "verified"
    events = await OrganisationEvent.filter(organisation_id=studio.id).order_by("id")
    assert [(event.from_state, event.to_state) for event in events] == [
        ("unverified", "submitted"), ("submitted", "declined"), ("declined", "submitted"), ("submitted", "verified"),
    ]  # fmt: skip
    assert events[-1].by_person_id == staff.person.id
    audited = await AuditEntry.get(action="organisation_verified")
    assert (audited.before, audited.after, audited.reason) == (
        '{"state":"submitted"}', '{"state":"verified"}', "Extract of the register seen.",
    )  # fmt: skip


async def test_admins_alone_suspend_and_reinstate(site: SiteUnderTest) -> None:
    owner, studio = await a_studio(site)
    await Organisation.filter(id=studio.id).update(state="verified")
    admin = await site.signed_up("Admin", staff=StaffRole.ADMIN)
    await admin.get("/staff/organisations/lanting-pictures")
    await admin.submit("Suspend", reason="Several fans wrote to us.")
    assert (await Organisation.get(id=studio.id)).state == "suspended"
    await admin.submit("Reinstate", reason="It was a misunderstanding.")
    assert (await Organisation.get(id=studio.id)).state == "verified"
    await owner.get("/desk/lanting-pictures/verification")
    assert "It was a misunderstanding." in owner.text


async def test_a_decision_made_twice_is_made_once(site: SiteUnderTest) -> None:
    owner, studio = await a_studio(site)
    await owner.submit("Send it for review")
    one, other = (
        await site.signed_up("One", staff=StaffRole.REVIEWER),
        await site.signed_up("Other", staff=StaffRole.REVIEWER),
    )
    for staff in (one, other):
        await staff.get("/staff/organisations/lanting-pictures")
    await one.submit("Verify", reason="Seen and believed.")
    await other.submit("Decline", reason="Seen and not believed.")
    assert (other.status, other.path) == (200, "/staff/organisations/lanting-pictures")
    assert "not possible as things stand now" in other.text, "told where it was pressed"
    assert (await Organisation.get(id=studio.id)).state == "verified"


async def test_payouts_are_set_up_on_the_processors_page(site: SiteUnderTest) -> None:
    owner, studio = await a_studio(site)
    await owner.submit("Set up payouts", follow=False)
    assert owner.status == 303, owner.text
    url = owner.response.headers["location"]
    assert url.startswith(site.settings.sandbox_origin)
    studio = await Organisation.get(id=studio.id)
    assert studio.stripe_account_id is not None and studio.payouts_state == "started"
    await owner.get("/desk/lanting-pictures/onboarding/again")
    assert "That link had run out" in owner.text and "Begun, not finished" in owner.text
    await owner.submit("Go on", follow=False)
    assert (await Organisation.get(id=studio.id)).stripe_account_id == studio.stripe_account_id, "no second account"


@pytest.mark.parametrize(
    ("outcome", "state", "words"),
    [
        ("complete", "enabled", "Payouts work"),
        ("unfinished", "started", "Begun, not finished"),
        ("rejected", "disabled", "Payouts are stopped"),
    ],
)
async def test_coming_back_counts_only_what_the_processor_says(
    site: SiteUnderTest, outcome: str, state: str, words: str
) -> None:
    owner, studio = await a_studio(site)
    await owner.submit("Set up payouts", follow=False)
    await owner.get("/desk/lanting-pictures/onboarding/return")
    assert "Begun, not finished" in owner.text, "that somebody came back proves nothing"
    account_id = (await Organisation.get(id=studio.id)).stripe_account_id
    await bank.ask("POST", f"accounts/{account_id}/onboarding", {"outcome": outcome})
    await owner.get("/desk/lanting-pictures/onboarding/return")
    assert words in owner.text
    assert (await Organisation.get(id=studio.id)).payouts_state == state
    await follow_account("acct_of_somebody_else")
