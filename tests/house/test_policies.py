"""Every route says who may use it, and means it: all routes against all kinds of visitors, made from the router itself."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest
from starlette.routing import Mount

from crowdfund.app import ROUTES
from crowdfund.database import ids, new_id
from crowdfund.people import accounts, organisations
from crowdfund.people.models import OrganisationKind, Person, PersonState, StaffRole
from crowdfund.web.policies import Policy
from crowdfund.web.routes import Route, get
from tests.http.browser import ORIGIN, Browser
from tests.http.conftest import SiteUnderTest

# By name: where no form token is asked for. The webhook's signature and the API's bearer token stand in for it.
NO_TOKEN = {"POST /webhooks/stripe", "POST /language", "POST /region", "POST /sandbox/clock"}
# Anybody may post here without being signed in.
OPEN_TO_ALL = {
    # Who chooses seats signs in when they are to be kept; who has the link to a gift may say no to it.
    "POST /screenings/{screening}/holds", "POST /cart/lines", "POST /gifts/{secret}/refusal",
    "POST /sign-up", "POST /sign-in", "POST /sign-out", "POST /confirm/{secret}", "POST /reset", "POST /reset/{secret}",
    "POST /language", "POST /region", "POST /sandbox/clock", "POST /webhooks/stripe", "POST /news/{letters}",
    "POST /draws/{draw}/verification",
}  # fmt: skip


def routes() -> list[Route]:
    return [route for route in ROUTES if isinstance(route, Route)]


def test_every_route_has_a_policy() -> None:
    others = [route for route in ROUTES if not isinstance(route, Route)]
    assert [route.path for route in others if isinstance(route, Mount)] == ["/static"]
    assert len(others) == 1, "a route that is none of ours declares no policy"
    assert all(isinstance(route.policy, Policy) for route in routes())


def test_a_route_without_a_policy_cannot_be_made() -> None:
    async def page() -> None: ...

    with pytest.raises(TypeError):
        get("/open", page)  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="does not say who may use it"):
        get("/open", page, may=None)  # type: ignore[arg-type]


def test_what_changes_something_is_guarded() -> None:
    unguarded = {route.name for route in routes() if route.method == "POST" and not route.needs_token}
    assert {name for name in unguarded if not name.startswith("POST /api/")} <= NO_TOKEN
    for route in routes():
        if route.path.startswith("/api/") and route.method != "GET":
            assert route.policy.name.startswith("bearer:"), route.name
        if route.policy.name in ("anyone", "public", "processor") and route.method != "GET":
            assert route.name in OPEN_TO_ALL, f"{route.name} lets everybody change something"


def filled_in(route: Route, **known: str) -> str:
    """The route's path with something that isn't there in each place, or what is known."""
    made_up = {
        name: "no-such" if name in ("slug", "organisation") else ids.public(new_id()) for name in route.param_convertors
    }
    return route.path_format.format(**{**made_up, **known})


@dataclass
class Cast:
    """Who tries: each in a browser of their own."""

    anonymous: Browser
    fan: Browser
    suspended: Browser
    viewer: Browser
    reviewer: Browser


@pytest.fixture
async def cast(site: SiteUnderTest) -> Cast:
    owner = await site.signed_up("Owner")
    made = await organisations.make_organisation(OrganisationKind.STUDIO, "Lanting", "CN", "", by=owner.person.id)
    fan, suspended, viewer = [await site.signed_up(name) for name in ("Fan", "Suspended", "Viewer")]
    await organisations.Member.create(
        id=new_id(), organisation_id=made.id, person_id=viewer.person.id, role="viewer", made_at=made.made_at
    )
    await Person.filter(id=suspended.person.id).update(state=PersonState.SUSPENDED.value)
    reviewer = await site.signed_up("Reviewer", staff=StaffRole.REVIEWER)
    return Cast(site.browser(), fan, suspended, viewer, reviewer)


async def use(browser: Browser, route: Route, path: str) -> tuple[int, str]:
    """Use a route as a browser would, with a token that is right for this session."""
    if route.method == "GET":
        await browser.get(path, follow=False)
    else:
        await browser.client.get("/sign-in")  # an anonymous browser gets its cookie
        token = await token_of(browser)
        await browser.post(path, {"csrf": token}, follow=False)
    return browser.status, browser.response.text


async def token_of(browser: Browser) -> str:
    await browser.get("/sign-up")
    return browser.form("/sign-up").fields["csrf"][0]


@pytest.mark.landing
async def test_who_is_not_signed_in_gets_to_the_sign_in_page(cast: Cast) -> None:
    for route in routes():
        if route.policy.name.startswith(("signed_in", "confirmed", "member", "staff")):
            path = filled_in(route)
            status, _ = await use(cast.anonymous, route, path)
            assert status == 303, route.name
            wanted = f"/sign-in?next={path}" if route.method == "GET" else "/sign-in"
            assert cast.anonymous.response.headers["location"] == wanted


async def test_staff_pages_are_for_staff(cast: Cast) -> None:
    tried = 0
    for route in routes():
        if route.policy.name.startswith("staff"):
            for browser in (cast.fan, cast.viewer, cast.suspended):
                assert (await use(browser, route, filled_in(route)))[0] == 403, route.name
            if route.policy.name == "staff:admin":
                assert (await use(cast.reviewer, route, filled_in(route)))[0] == 403, route.name
            tried += 1
    assert tried >= 6


def without_clock(html: str) -> str:
    """The clock of the site moves on between two pages."""
    return re.sub(r"<time.*?</time>", "", html)


@pytest.mark.landing
async def test_an_organisation_of_others_is_as_none_at_all(cast: Cast) -> None:
    """The same status and the same body, whoever asks and whatever they would do there."""
    tried = 0
    for route in routes():
        if route.policy.name.startswith("member") and "organisation" in route.param_convertors:
            known = {name: ids.public(7) for name in route.param_convertors}
            theirs = await use(cast.fan, route, filled_in(route, **{**known, "organisation": "lanting"}))
            missing = await use(cast.fan, route, filled_in(route, **{**known, "organisation": "no-such"}))
            assert theirs[0] == missing[0] == 404, route.name
            assert without_clock(theirs[1]).replace("lanting", "no-such") == without_clock(missing[1]), route.name
            tried += 1
    assert tried >= 10


async def test_a_viewer_changes_nothing(cast: Cast) -> None:
    for route in routes():
        if route.policy.name in ("member:manager", "member:owner") and "organisation" in route.param_convertors:
            path = filled_in(route, organisation="lanting")
            assert (await use(cast.viewer, route, path))[0] == 403, route.name


async def test_a_suspended_person_looks_and_changes_nothing(cast: Cast) -> None:
    for route in routes():
        if route.policy.name in ("signed_in", "confirmed") and route.method == "POST":
            assert (await use(cast.suspended, route, filled_in(route)))[0] == 403, route.name
    assert (await cast.suspended.get("/account")).status_code == 200


async def test_the_api_wants_a_token_with_the_scope(cast: Cast, site: SiteUnderTest) -> None:
    person = cast.fan.person  # type: ignore[attr-defined]
    tokens = {scope: await site.token(person, scope) for scope in ("account:read", "pledges:read")}
    for route in routes():
        if route.policy.name.startswith("bearer:"):
            scope, path = route.policy.name.removeprefix("bearer:"), filled_in(route)
            other = "account:read" if scope != "account:read" else "pledges:read"
            call = {"GET": cast.anonymous.client.get, "POST": cast.anonymous.client.post}[route.method]
            for headers, status, code in (
                ({}, 401, "token_needed"),
                ({"authorization": "Bearer " + "x" * 46}, 401, "token_needed"),
                ({"authorization": "Basic bGluOmxpbg=="}, 401, "token_needed"),
                (tokens[other], 403, "scope_missing"),
            ):
                response = await call(path, headers=headers)
                assert (response.status_code, response.json()["code"]) == (status, code), route.name
                assert response.headers["content-type"] == "application/problem+json"
                assert ("www-authenticate" in response.headers) == (status == 401)


ORIGINS: list[dict[str, str | None]] = [
    {"origin": "https://evil.example", "sec-fetch-site": "cross-site"},
    {"origin": "https://evil.example", "sec-fetch-site": None},
    {"origin": "null", "sec-fetch-site": None},
    {"origin": "null", "sec-fetch-site": "cross-site"},
    {"origin": None, "sec-fetch-site": None},
    {"origin": ORIGIN, "sec-fetch-site": "cross-site"},
    {"origin": ORIGIN, "sec-fetch-site": "same-site"},
    {"origin": ORIGIN, "sec-fetch-site": "none"},
    {"origin": f"{ORIGIN}.evil.example", "sec-fetch-site": None},
    {"origin": f"{ORIGIN}@evil.example", "sec-fetch-site": None},
    {"origin": "http://127.0.0.1:8001", "sec-fetch-site": None},
    {"origin": "https://evil.example", "sec-fetch-site": "same-origin"},
]


@pytest.mark.landing
async def test_what_another_site_sends_changes_nothing(cast: Cast) -> None:
    token = await token_of(cast.reviewer)
    for route in routes():
        if route.from_a_form:
            path = filled_in(route, organisation="lanting")
            for headers in ORIGINS:
                for data in ({}, {"csrf": token}):
                    await cast.reviewer.post(path, data, follow=False, headers=headers)
                    assert cast.reviewer.status == 403, f"{route.name} from {headers} with {data}"


async def test_a_form_without_its_token_changes_nothing(cast: Cast, site: SiteUnderTest) -> None:
    other = await token_of(await site.signed_up("Somebody Else"))
    for route in routes():
        if route.needs_token and route.policy.name in ("anyone", "signed_in", "confirmed"):
            for data in ({}, {"csrf": ""}, {"csrf": other}, {"csrf": "ｘ" * 43}):
                await cast.fan.post(filled_in(route), data, follow=False)
                assert cast.fan.status == 403, f"{route.name} with {data}"


@pytest.mark.landing
async def test_nothing_that_is_missing_breaks_a_page(cast: Cast, site: SiteUnderTest) -> None:
    """Every page with every id made up, by somebody who may: not found, never broken."""
    admin = await site.signed_up("Admin", staff=StaffRole.ADMIN)
    person = await Person.get(email="owner@example.com")
    owner = await site.signed_in(person)
    await accounts.change_name(person.id, "Owner")
    for route in routes():
        if route.method == "GET" and not route.policy.name.startswith("bearer:"):
            for browser in (cast.anonymous, owner, admin):
                await browser.get(filled_in(route), follow=False)
                assert browser.status < 500, f"{route.name}: {browser.response.text[:2000]}"
