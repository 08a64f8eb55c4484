"""An account and organisations by program: made, shown, joined, verified, with the roles that pages ask for."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from crowdfund import clock
from crowdfund.database import new_id
from crowdfund.database.ids import public
from crowdfund.people import organisations
from crowdfund.people.models import (
    AuditEntry,
    Invitation,
    Member,
    Organisation,
    OrganisationKind,
    Person,
    PersonState,
    Role,
    StaffRole,
)
from tests.http.conftest import SiteUnderTest
from tests.http.program import Program, code_of, fields_of, program_of

pytestmark = pytest.mark.pages

STUDIO = {"kind": "studio", "name": "Lanting Pictures", "country": "CN", "about": "We made River Moon."}


async def join(organisation_id: str, site: SiteUnderTest, name: str, role: Role) -> Program:
    """Somebody who belongs to it with this role; her program may ask for everything."""
    person = (await site.signed_up(name)).person
    number = (await Organisation.get(slug="lanting-pictures")).id
    assert public(number) == organisation_id
    await Member.create(id=new_id(), organisation_id=number, person_id=person.id, role=role, made_at=clock.now())
    return await program_of(site, person)


async def test_an_account_is_shown_and_changed(site: SiteUnderTest) -> None:
    mei = (await site.signed_up("Mei")).person
    program = await program_of(site, mei)
    assert (await program.read("/me"))["name"] == "Mei"
    assert (await program.do("/me", {"name": "  Méi Lin "}))["name"] == "Méi Lin"
    await program.do("/me", {"language": "zh_CN"})
    person = await Person.get(id=mei.id)
    assert (person.name, person.locale) == ("Méi Lin", "zh_CN"), "what is left out stays"
    for body, field in (({"name": ""}, "name"), ({"name": "\u200b"}, "name"), ({"name": "a\u202eb"}, "name"),
                        ({"name": None}, "name"), ({"language": "tlh"}, "language"), ({"email": "x@y.example"}, "email")):  # fmt: skip
        answer = await program.post("/me", body)
        assert (code_of(answer), fields_of(answer)) == ((422, "invalid"), [field]), body
    reader = await program_of(site, mei, "account:read")
    assert code_of(await reader.post("/me", {"name": "Eve"})) == (403, "scope_missing")


async def test_a_studio_from_its_making_to_its_verification(site: SiteUnderTest) -> None:
    lin = await program_of(site, (await site.signed_up("Lin")).person)
    answers = await asyncio.gather(*(lin.post("/organisations", STUDIO, key="once") for _ in range(8)))
    assert {answer.status_code for answer in answers} == {201}
    [made] = {answer.json()["id"] for answer in answers}
    assert await Organisation.all().count() == await Member.all().count() == 1, "eight at once with one key made one"
    assert code_of(await lin.post("/organisations", STUDIO | {"about": "Another."}, key="once")) == (
        422, "key_used_for_another",
    )  # fmt: skip
    path = f"/organisations/{made}"
    assert await lin.read(path) == {
        "id": made, "slug": "lanting-pictures", "name": "Lanting Pictures", "about": "We made River Moon.", "kind": "studio",
        "country": "CN", "state": "unverified", "payouts_state": "none", "role": "owner",
    }  # fmt: skip
    changed = await lin.do(path, {"about": "Films from the river."})
    assert (changed["name"], changed["about"], changed["slug"]) == (
        "Lanting Pictures", "Films from the river.", "lanting-pictures",
    )  # fmt: skip
    submitted = await lin.do(f"{path}/verification")
    assert (submitted["state"], [one["state"] for one in submitted["history"]]) == ("submitted", ["submitted"])
    assert code_of(await lin.post(f"{path}/verification")) == (409, "move_refused"), "once is enough"
    page = await lin.do(f"{path}/onboarding")
    assert page["url"].startswith(site.settings.sandbox_origin)
    assert (await lin.read(f"{path}/verification"))["payouts_state"] == "started"
    account_id = (await Organisation.get(slug="lanting-pictures")).stripe_account_id
    await Organisation.filter(slug="lanting-pictures").update(stripe_account_id="acct_closed")
    assert code_of(await lin.post(f"{path}/onboarding")) == (409, "account_refused"), "the processor may say no"
    await Organisation.filter(slug="lanting-pictures").update(stripe_account_id=account_id)

    ada = await program_of(site, (await site.signed_up("Ada", staff=StaffRole.REVIEWER)).person)
    [waiting] = await ada.all("/staff/organisations?state=submitted")
    assert (waiting["id"], waiting["role"]) == (made, None)
    seen = await ada.do(f"/staff/organisations/{made}/verification", {"reason": "The register says the same."})
    assert (seen["state"], [m["email"] for m in seen["members"]]) == ("verified", ["lin@example.com"])
    assert [(one["state"], one["by"]) for one in seen["history"]] == [("verified", "Ada"), ("submitted", "Lin")]
    assert await ada.all("/staff/organisations?state=submitted") == []
    suspension = f"/staff/organisations/{made}/suspension"
    reason = {"reason": "Its register entry has ended."}
    assert code_of(await ada.post(suspension, reason)) == (403, "not_allowed"), "that takes an admin, as on the page"
    admin = await program_of(site, (await site.signed_up("Root", staff=StaffRole.ADMIN)).person)
    assert code_of(await admin.post(suspension, {"reason": "short"})) == (422, "invalid")
    assert (await admin.do(suspension, reason))["state"] == "suspended"
    assert (await admin.do(f"/staff/organisations/{made}/reinstatement", reason))["state"] == "verified"
    assert [one["state"] for one in (await lin.read(f"{path}/verification"))["history"]] == [
        "verified", "suspended", "verified", "submitted",
    ]  # fmt: skip
    subjects = {entry.action for entry in await AuditEntry.all()}
    assert {"organisation_made", "organisation_changed", "organisation_suspended"} <= subjects


async def test_a_declined_one_reads_why_and_comes_again(site: SiteUnderTest) -> None:
    lin = await program_of(site, (await site.signed_up("Lin")).person)
    path = f"/organisations/{(await lin.make('/organisations', STUDIO))['id']}"
    await lin.do(f"{path}/verification")
    ada = await program_of(site, (await site.signed_up("Ada", staff=StaffRole.REVIEWER)).person)
    await ada.do(f"/staff{path}/refusal", {"reason": "There is no such studio in the register."})
    found = await lin.read(f"{path}/verification")
    assert (found["state"], found["history"][0]["because"]) == ("declined", "There is no such studio in the register.")
    assert (await lin.do(f"{path}/verification"))["state"] == "submitted"


async def test_members_are_invited_given_roles_and_removed(site: SiteUnderTest) -> None:
    lin = await program_of(site, (await site.signed_up("Lin")).person)
    made = (await lin.make("/organisations", STUDIO))["id"]
    path = f"/organisations/{made}"
    wish = {"email": "Wei@Example.com", "role": "manager"}
    for _ in range(2):
        answer = await lin.post(f"{path}/invitations", wish, key="invite")
        assert (answer.status_code, answer.json()) == (201, {"email": "wei@example.com", "role": "manager"})
    assert await Invitation.all().count() == len(await site.mails_to("wei@example.com")) == 1, "the key mails once"
    assert code_of(await lin.post(f"{path}/invitations", wish | {"role": "owner"}, key="invite")) == (
        422, "key_used_for_another",
    )  # fmt: skip
    assert code_of(await lin.post(f"{path}/invitations", wish)) == (400, "idempotency_key_missing")
    for email in ("nobody", "a@b", "x@y.example\x00", "é@example.com"):
        assert code_of(await lin.post(f"{path}/invitations", wish | {"email": email}, key="bad")) == (422, "invalid")
    assert code_of(await lin.post(f"{path}/invitations", {"email": "lin@example.com", "role": "viewer"}, key="me")) == (
        409, "refusal",
    )  # fmt: skip

    wei, vera = [await join(made, site, name, role) for name, role in (("Wei", Role.MANAGER), ("Vera", Role.VIEWER))]
    members = await vera.all(f"{path}/members?limit=2")
    assert [(m["name"], m["role"]) for m in members] == [("Lin", "owner"), ("Wei", "manager"), ("Vera", "viewer")]
    ids = {m["name"]: m["person"] for m in members}
    assert code_of(await wei.post(f"{path}/members/{ids['Vera']}/removal")) == (403, "not_allowed")
    assert code_of(await vera.post(path, {"name": "Vera Pictures"})) == (403, "not_allowed")
    assert (await wei.do(path, {"name": "Lanting Films"}))["name"] == "Lanting Films", "a manager runs it"
    assert code_of(await lin.post(f"{path}/members/{ids['Lin']}/role", {"role": "viewer"})) == (409, "last_owner")
    assert (await lin.do(f"{path}/members/{ids['Wei']}/role", {"role": "owner"}))["role"] == "owner"
    assert (await wei.do(f"{path}/members/{ids['Lin']}/removal"))["name"] == "Lin"
    assert code_of(await lin.get(path)) == (404, "not_found"), "she doesn't belong to it any more"
    for nobody in (public(new_id()), "0" * 13, "x"):
        assert code_of(await wei.post(f"{path}/members/{nobody}/role", {"role": "viewer"})) == (404, "no_such_member")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"kind": "bank"}, "kind"), ({"name": "x"}, "name"), ({"name": "a\nb"}, "name"), ({"country": "XX"}, "country"),
        ({"country": "China"}, "country"), ({"about": "x" * 2_001}, "about"), ({"state": "verified"}, "state"),
    ],
)  # fmt: skip
async def test_an_organisation_that_cant_be(site: SiteUnderTest, change: dict[str, Any], field: str) -> None:
    lin = await program_of(site, (await site.signed_up("Lin")).person)
    answer = await lin.post("/organisations", STUDIO | change, key="a")
    assert (code_of(answer), fields_of(answer)) == ((422, "invalid"), [field])
    assert await Organisation.all().count() == 0


async def test_who_may_not_make_one(site: SiteUnderTest) -> None:
    mei = await site.signed_up("Mei")
    program = await program_of(site, mei.person)
    await Person.filter(id=mei.person.id).update(email_confirmed_at=None)
    assert code_of(await program.post("/organisations", STUDIO, key="a")) == (403, "email_not_confirmed")
    await Person.filter(id=mei.person.id).update(email_confirmed_at=clock.now(), state=PersonState.SUSPENDED.value)
    assert code_of(await program.post("/organisations", STUDIO, key="a")) == (403, "account_suspended")
    assert await program.all("/organisations") == [], "but she may look"


async def test_a_list_of_organisations_goes_on_by_cursor(site: SiteUnderTest) -> None:
    lin = (await site.signed_up("Lin")).person
    for number in range(5):
        await organisations.make_organisation(OrganisationKind.STUDIO, f"Studio {number}", "CN", "", by=lin.id)
        clock.advance(timedelta(seconds=1))
    program = await program_of(site, lin)
    names = [one["name"] for one in await program.all("/organisations?limit=2")]
    assert names == [f"Studio {number}" for number in (4, 3, 2, 1, 0)], "each once, the newest first"
    ada = await program_of(site, (await site.signed_up("Ada", staff=StaffRole.REVIEWER)).person)
    assert [one["name"] for one in await ada.all("/staff/organisations?limit=2&state=unverified")] == names
    assert code_of(await ada.get("/staff/organisations?state=nonsense")) == (400, "unknown_state")
