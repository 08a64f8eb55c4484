"""The doors of the API, all of them, made from the router itself: whose token, which scope, which role, what kind of body."""

from __future__ import annotations

from typing import Any

import pytest

from crowdfund import clock
from crowdfund.app import ROUTES
from crowdfund.campaigns.queries import GROUPS
from crowdfund.database import new_id
from crowdfund.database.ids import public
from crowdfund.people.accounts import make_staff
from crowdfund.people.models import Member, Person, PersonState, Role, StaffRole
from crowdfund.people.rules import SCOPES, STAFF_SCOPES
from crowdfund.web.openapi import operations, scope_of, staff_role_of
from crowdfund.web.routes import Route
from tests.http.api_world import World, body_for, call, path_with, routes, world
from tests.http.conftest import SiteUnderTest, forget_tries
from tests.http.program import code_of, program_of

__all__ = ["world"]


def of_somebody(route: Route) -> bool:
    """Whether the route is about a thing that belongs to somebody, and not to everybody or to staff."""
    about = set(route.param_convertors) or (
        {"organisation"} if route.takes and route.takes.__name__ == "CampaignIn" else set()
    )
    everybodys = (
        "/follower", "/follower/removal", "/polls/{poll}/vote", "/polls/{poll}/card-setup", "{campaign}/comments", "/objections",
        "/screenings/{screening}/best", "/screenings/{screening}/holds", "/listings/{listing}/reports",
        "/listings/{listing}/reviews", "/api/v1/runs/{run}", "/api/v1/runs/{run}/orders", "/api/v1/runs/{run}/quote",
    )  # fmt: skip
    of_all = route.path.endswith(everybodys) or "/comments/" in route.path or "/wishes" in route.path
    reads = route.name == "GET /api/v1/campaigns/{campaign}/updates"  # for everybody, though not each text
    return bool(about) and not staff_role_of(route) and not of_all and not reads


@pytest.mark.landing
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
                wrong = await stranger.post(path_with(route, world.known), {}, key="k")
                assert wrong.status_code == 404, f"{route.name}: a body that nobody asked for changes nothing"
        tried += 1
    assert tried >= 45


@pytest.mark.landing
async def test_a_viewer_looks_and_changes_nothing(site: SiteUnderTest, world: World) -> None:
    vera = (await site.signed_up("Vera")).person
    organisation_id = (await Member.get(person_id=(await Person.get(email="lin@example.com")).id)).organisation_id
    await Member.create(
        id=new_id(), organisation_id=organisation_id, person_id=vera.id, role=Role.VIEWER, made_at=clock.now()
    )
    viewer = await program_of(site, vera)
    theirs = {"organisation", "campaign", "dispute", "poll"}
    # A list that is only read through changes nothing; what is of films, or of shops, a studio's viewer has none of.
    looks = {"/lists/preview": 200, "/transfer/": 404, "{organisation}/shop": 404, "/market/": 403}
    looked, other = 0, dict[str, tuple[int, str]]()
    for route in filter(of_somebody, routes()):
        if not theirs & set(route.param_convertors) and not (route.takes and route.takes.__name__ == "CampaignIn"):
            continue
        status, code = await call(viewer, route, world.known)
        if (route.method == "POST" or "deliveries" in route.path) and "/lists/preview" not in route.path:
            of_shops = route.path.endswith("/preview-consents")
            as_it_should = (status, code) == (403, "not_for_you" if of_shops else "not_allowed")
        else:
            as_it_should = status == next((status for part, status in looks.items() if part in route.path), 200)
            looked += 1
        if not as_it_should:
            other[route.name] = status, code
    assert other == {}
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


@pytest.mark.landing
async def test_bodies_that_cant_be(site: SiteUnderTest, world: World) -> None:
    """Of each call that takes one: no JSON, another kind, something unknown, nothing; each a problem, and nothing is done."""
    admin = await program_of(site, (await site.signed_up("Ada", staff=StaffRole.ADMIN)).person)
    for route in routes():
        if route.takes is None:
            continue
        forget_tries()
        path = path_with(route, world.known)
        for content, kind, status, code in (
            (b"{", "application/json", 400, "not_json"), (b"", "application/json", 400, "not_json"),
            (b"{}", "text/plain", 415, "json_expected"), (b"[]", "application/json", 422, "invalid"),
            (b'{"surprise": 1}', "application/json", 422, "invalid"), (b"null", "application/json", 422, "invalid"),
            (b" " * (route.body_max + 1), "application/json", 413, "too_large"),
        ):  # fmt: skip
            answer = await admin.post(path, key="k", content=content, headers={"content-type": kind})
            assert code_of(answer) == (status, code), f"{route.name}: {content[:20]!r}"


async def test_what_makes_something_wants_a_key(site: SiteUnderTest, world: World) -> None:
    making = [route for route in routes() if route.creates]
    assert {route.path_format.rsplit("/", 1)[1] for route in making} == {
        "organisations", "invitations", "campaigns", "tiers", "art", "pictures", "clips", "picture", "updates", "sales", "remarks",
        "pledges", "card-setup", "refunds", "polls", "candidates", "comments", "replies", "draws", "release-requests",
        "reports", "documents", "recipients", "expenses", "charities", "door-passes", "holds", "orders", "venues", "halls", "titles",
        "bookings", "screenings", "deals", "ticket-refunds", "products", "scenes", "appearances", "revisions", "listings",
        "shipping-zones", "applications", "samples", "licence", "licences", "runs", "diary", "card", "purchases", "cancellation", "parcels",
        "returns", "photos",
    }  # fmt: skip
    admin = await program_of(site, (await site.signed_up("Ada", staff=StaffRole.ADMIN)).person)
    for route in making:
        forget_tries()
        path = path_with(route, world.known)
        for headers in ({}, {"idempotency-key": "two words"}, {"idempotency-key": "x" * 256}):
            answer = await admin.post(path, body_for(route, world.known), headers=headers)
            assert code_of(answer) == (400, "idempotency_key_missing"), route.name


async def test_every_list_names_its_parameters(site: SiteUnderTest) -> None:
    document = (await site.browser().client.get("/api/v1/openapi.json")).json()

    def query(path: str) -> dict[str, Any]:
        found = document["paths"][f"/api/v1{path}"]["get"]["parameters"]
        return {one["name"]: one for one in found if one["in"] == "query"}

    funds = query("/campaigns")
    assert set(funds) == {"cursor", "limit", "state", "q", "kind", "currency"}
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


@pytest.mark.landing
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
