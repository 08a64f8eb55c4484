"""The doors of the API, all of them, made from the router itself: whose token, which scope, which role, what kind of body."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from crowdfund import clock
from crowdfund.app import ROUTES
from crowdfund.campaigns import gallery
from crowdfund.campaigns.queries import GROUPS
from crowdfund.database import new_id
from crowdfund.database.ids import public
from crowdfund.disputes.models import Dispute
from crowdfund.payments.models import Charge
from crowdfund.people.accounts import make_staff
from crowdfund.people.models import Member, Person, PersonState, Role, StaffRole
from crowdfund.people.pictures import keep_image
from crowdfund.people.rules import SCOPES, STAFF_SCOPES
from crowdfund.web.openapi import operations, scope_of, staff_role_of
from crowdfund.web.routes import Route
from tests.http.campaign_world import STORY, a_picture, a_producer, submitted
from tests.http.conftest import SiteUnderTest, forget_tries
from tests.http.program import Program, code_of, program_of
from tests.world import Fan, a_campaign, a_card, a_sale, a_tier, pledged

NEEDED = {"email": "lin@example.com", "alt": "A boat"}
REASON = {"reason": "Long enough a reason."}
# A body for each model that could be taken: what is refused then is refused for another reason.
BODIES: dict[str, Any] = {
    "MeIn": {"name": "Mei"}, "OrganisationIn": {"kind": "studio", "name": "Lanting", "country": "CN"},
    "ProfileIn": {"name": "Lanting"}, "InvitationIn": {"email": "x@y.example", "role": "viewer"}, "RoleIn": {"role": "viewer"},
    "ReasonIn": REASON, "ContentIn": {"name": "River Moon"}, "TierIn": {"name": "Two seats", "price_minor": 25_00},
    "ScheduleIn": {"closes_at": "2040-01-01T00:00:00Z"}, "UpdateIn": {"title": "A boat", "body": "She is called Heron."},
    "PageIn": {"story": STORY}, "CancelIn": REASON, "AnswerIn": {"answer": "Her uncle."}, "RemarkIn": {"text": "Who owns it?"},
    "VerdictIn": {"verdict": "approved"}, "AmendIn": {"amount_minor": 30_00}, "CardSetupIn": {"consent_text": "I agree."},
    "AddressIn": {"recipient": "Mei", "address": "1 River Road", "country": "China"}, "DispatchIn": {"tracking": "RM 1"},
    "RefundIn": REASON, "PaidAnotherWayIn": REASON, "SaleIn": {"name": "Summer", "currency": "EUR", "amount_per_fan_max_minor": 100_00},
    "ExpenseIn": {
        "line": None, "amount_minor": 1, "payee": "Boatyard", "spent_on": "2026-01-31", "words": "Two boats for a week.",
        "receipt": "0" * 13,
    }, "TakeBackIn": {"because": "It was the other boatyard."},
    "EvidenceIn": {"evidence": "She agreed, and it was sent to her. " * 2},
}  # fmt: skip


def routes() -> list[Route]:
    return [route for route in operations(ROUTES) if scope_of(route)]


def body_for(route: Route, known: dict[str, str]) -> Any:
    if route.takes is None:
        return None
    name = route.takes.__name__
    if name == "CampaignIn":
        return {"organisation": known["organisation"], "name": "River Moon", "currency": "EUR"}
    if name == "PledgesIn":
        return {"pledges": [{"campaign": known["campaign"], "amount_minor": 25_00, "currency": "EUR"}]}
    if name in ("CardIn", "JoinIn"):
        return {field: known[field] for field in route.takes.model_fields}
    return BODIES[name]


async def call(
    program: Program, route: Route, known: dict[str, str], *, key: str = "key", path_of: dict[str, str] | None = None
) -> tuple[int, str]:
    """Use a route; gives the status and, of an error, the code. path_of: ids for the path alone."""
    forget_tries()
    path = route.path_format.removeprefix("/api/v1").format(**(path_of or known))
    path += "".join(f"?{one.name}={NEEDED[one.name]}" for one in route.filters if one.needed)
    if route.method == "GET":
        answer = await program.get(path)
    elif route.picture:
        answer = await program.post(path, key=key, content=a_picture(), headers={"content-type": "image/png"})
    else:
        answer = await program.post(path, body_for(route, known), key=key)
    return (answer.status_code, "") if answer.status_code < 400 else code_of(answer)


@dataclass
class World:
    """Lin owns a studio with a fund under review and an open one, which Mei backs; a bank disputes her payment."""

    lin: Program
    mei: Program
    known: dict[str, str]


@pytest.fixture
async def world(site: SiteUnderTest) -> World:
    lin = await a_producer(site)
    mei = (await site.signed_up("Mei")).person
    fan = Fan(mei.id, mei.email)
    card_id = await a_card(fan)
    review = await submitted(lin)
    campaign = await a_campaign(studio_id=lin.organisation.id, name="Open")
    tier_id = await a_tier(campaign, ships="post")
    pledge = await pledged(fan, campaign, tier_id=tier_id)
    remark_path = f"/staff/campaigns/{public(review.id)}/remarks"
    admin = await program_of(site, (await site.signed_up("Root", staff=StaffRole.ADMIN)).person)
    remark = await admin.make(remark_path, {"text": "Who owns the boat?"})
    charge = await Charge.create(
        id=new_id(), subject=f"pledge:{pledge.id}", campaign_id=campaign.id, person_id=mei.id, card_id=card_id, attempt=1,
        key="k", amount_minor=25_00, currency="EUR", state="declined", made_at=clock.now(), sent_at=clock.now(),
    )  # fmt: skip
    dispute = await Dispute.create(
        id=new_id(), stripe_dispute_id="du_1", charge_id=charge.id, pledge_id=pledge.id, campaign_id=campaign.id,
        amount_minor=25_00, currency="EUR", reason="fraudulent", state="needs_response", made_at=clock.now(),
    )  # fmt: skip
    picture_id = new_id()
    await keep_image(picture_id, 320, 180, by=lin.id)
    await gallery.add_picture(campaign.id, picture_id, alt="A boat", by=lin.id)
    ids = {
        "organisation": lin.organisation.id, "campaign": campaign.id, "tier": tier_id, "pledge": pledge.id, "card": card_id,
        "dispute": dispute.id, "person": lin.id, "refund": new_id(), "picture": picture_id,
        "expense": new_id(),
        "sale": await a_sale(amount_per_fan_max_minor=100_00),
    }  # fmt: skip
    known = {name: public(number) for name, number in ids.items()} | {"remark": remark["id"]}
    return World(await program_of(site, lin.browser.person), await program_of(site, mei), known)


def of_somebody(route: Route) -> bool:
    """Whether the route is about a thing that belongs to somebody, and not to everybody or to staff."""
    about = set(route.param_convertors) or (
        {"organisation"} if route.takes and route.takes.__name__ == "CampaignIn" else set()
    )
    return bool(about) and not staff_role_of(route) and not route.path.endswith(("/follower", "/follower/removal"))


async def test_what_belongs_to_others_is_as_none_at_all(site: SiteUnderTest, world: World) -> None:
    """Whoever asks for it, with every scope and a body that could be: the same status, the same code, the same sentence."""
    stranger = await program_of(site, (await site.signed_up("Eve")).person)
    missing, nonsense = {name: public(new_id()) for name in world.known}, {name: "nonsense" for name in world.known}
    tried = 0
    for route in filter(of_somebody, routes()):
        theirs, none = await call(stranger, route, world.known), await call(stranger, route, missing)
        assert theirs == none and theirs[0] == 404, route.name
        if route.param_convertors:
            assert (await call(stranger, route, missing, path_of=nonsense))[0] == 404, route.name
            if route.method == "POST" and not route.takes and not route.picture:
                wrong = await stranger.post(
                    route.path_format.removeprefix("/api/v1").format(**world.known), {}, key="k"
                )
                assert wrong.status_code == 404, f"{route.name}: a body that nobody asked for changes nothing"
        tried += 1
    assert tried >= 45


async def test_a_viewer_looks_and_changes_nothing(site: SiteUnderTest, world: World) -> None:
    vera = (await site.signed_up("Vera")).person
    organisation_id = (await Member.get(person_id=(await Person.get(email="lin@example.com")).id)).organisation_id
    await Member.create(
        id=new_id(), organisation_id=organisation_id, person_id=vera.id, role=Role.VIEWER, made_at=clock.now()
    )
    viewer = await program_of(site, vera)
    theirs = {"organisation", "campaign", "dispute"}
    looked = 0
    for route in filter(of_somebody, routes()):
        if not theirs & set(route.param_convertors) and not (route.takes and route.takes.__name__ == "CampaignIn"):
            continue
        answer = await call(viewer, route, world.known)
        if route.method == "POST" or "deliveries" in route.path:
            assert answer == (403, "not_allowed"), route.name
        else:
            assert answer[0] == 200, route.name
            looked += 1
    assert looked >= 10


async def test_staff_is_who_is_staff_right_now(site: SiteUnderTest, world: World) -> None:
    """The token stays; what it is worth changes with its person."""
    ada = (await site.signed_up("Ada", staff=StaffRole.ADMIN)).person
    program = await program_of(site, ada)
    staff_routes = [route for route in routes() if staff_role_of(route)]
    assert len(staff_routes) >= 18 and {scope_of(route) for route in staff_routes} == set(STAFF_SCOPES)
    for role in (None, StaffRole.REVIEWER):
        await make_staff(ada.email, role)
        for route in staff_routes:
            status, code = await call(program, route, world.known, key=f"{role}")
            if role is None or staff_role_of(route) == "admin":
                assert (status, code) == (403, "not_allowed"), route.name
            else:
                assert status != 403, route.name
    assert {scope_of(route) for route in routes() if not staff_role_of(route)} == set(SCOPES), "each scope is of use"


async def test_nobody_makes_a_token_for_staff_but_staff(site: SiteUnderTest) -> None:
    mei = await site.signed_up("Mei")
    await mei.get("/account/tokens")
    assert "staff:review" not in mei.response.text and "organisations:write" in mei.response.text
    await mei.submit("/account/tokens", name="Mine", scopes=["staff:review"])
    assert mei.status == 422
    ada = await site.signed_up("Ada", staff=StaffRole.REVIEWER)
    await ada.get("/account/tokens")
    assert all(scope in ada.response.text for scope in (*SCOPES, *STAFF_SCOPES))


async def test_a_suspended_person_looks_and_changes_nothing(site: SiteUnderTest, world: World) -> None:
    await Person.filter(email="lin@example.com").update(state=PersonState.SUSPENDED.value)
    for route in routes():
        if route.method == "POST" and not staff_role_of(route):
            assert await call(world.lin, route, world.known) == (403, "account_suspended"), route.name
    assert (await world.lin.get(f"/organisations/{world.known['organisation']}")).status_code == 200


async def test_bodies_that_cant_be(site: SiteUnderTest, world: World) -> None:
    """Of each call that takes one: no JSON, another kind, something unknown, nothing; each a problem, and nothing is done."""
    admin = await program_of(site, (await site.signed_up("Ada", staff=StaffRole.ADMIN)).person)
    for route in routes():
        if route.takes is None:
            continue
        forget_tries()
        path = route.path_format.removeprefix("/api/v1").format(**world.known)
        for content, kind, status, code in (
            (b"{", "application/json", 400, "not_json"), (b"", "application/json", 400, "not_json"),
            (b"{}", "text/plain", 415, "json_expected"), (b"[]", "application/json", 422, "invalid"),
            (b'{"surprise": 1}', "application/json", 422, "invalid"), (b"null", "application/json", 422, "invalid"),
            (b" " * 300_000, "application/json", 413, "too_large"),
        ):  # fmt: skip
            answer = await admin.post(path, key="k", content=content, headers={"content-type": kind})
            assert code_of(answer) == (status, code), f"{route.name}: {content[:20]!r}"


async def test_what_makes_something_wants_a_key(site: SiteUnderTest, world: World) -> None:
    making = [route for route in routes() if route.creates]
    assert {route.path_format.rsplit("/", 1)[1] for route in making} == {
        "organisations", "invitations", "campaigns", "tiers", "art", "pictures", "picture", "updates", "sales", "remarks",
        "pledges", "card-setup", "refunds", "expenses",
    }  # fmt: skip
    admin = await program_of(site, (await site.signed_up("Ada", staff=StaffRole.ADMIN)).person)
    for route in making:
        path = route.path_format.removeprefix("/api/v1").format(**world.known)
        for headers in ({}, {"idempotency-key": "two words"}, {"idempotency-key": "x" * 256}):
            answer = await admin.post(path, body_for(route, world.known), headers=headers)
            assert code_of(answer) == (400, "idempotency_key_missing"), route.name


async def test_every_list_names_its_parameters(site: SiteUnderTest) -> None:
    document = (await site.browser().client.get("/api/v1/openapi.json")).json()

    def query(path: str) -> dict[str, Any]:
        found = document["paths"][f"/api/v1{path}"]["get"]["parameters"]
        return {one["name"]: one for one in found if one["in"] == "query"}

    funds = query("/campaigns")
    assert set(funds) == {"cursor", "limit", "state", "q", "currency"}
    assert funds["state"]["schema"] == {
        "type": "string", "default": "all", "enum": list(GROUPS),
    }  # fmt: skip
    assert set(query("/staff/audit")) == {"cursor", "limit", "action", "subject", "by", "from", "to"}
    assert query("/staff/pledges")["email"]["required"] is True
    for route in operations(ROUTES):
        if route.summary and route.lists:
            assert {"cursor", "limit"} <= set(query(route.path_format.removeprefix("/api/v1"))), route.name
    [key] = [
        p for p in document["paths"]["/api/v1/pledges/{pledge}/card-setup"]["post"]["parameters"] if p["in"] == "header"
    ]
    assert (key["name"], key["required"]) == ("Idempotency-Key", True)


async def test_a_person_reads_what_each_call_needs(site: SiteUnderTest) -> None:
    browser = site.browser()
    await browser.get("/api")
    assert browser.status == 200
    for route in operations(ROUTES):
        if route.summary:
            assert f"{route.method} {route.path_format}" in browser.response.text
    assert all(scope in browser.text for scope in (*SCOPES, *STAFF_SCOPES))
    for problem in (
        "no_such_tier",
        "key_used_for_another",
        "invalid",
        "not_json",
        "bad_cursor",
        "internal_error",
        "goal_would_break",
    ):
        assert f'id="{problem}"' in browser.response.text, "the type of a problem leads to its line"
