"""What every answer carries, whatever it is: pages, errors, redirects, files, the API (S9, S21)."""

from __future__ import annotations

import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from crowdfund import settings
from crowdfund.app import LOOK_UPS, ROUTES, make_app
from crowdfund.web import headers
from crowdfund.web.routes import Route, get, post, public
from crowdfund.web.site import Site
from tests.http.browser import Browser
from tests.http.conftest import SiteUnderTest

pytestmark = pytest.mark.pages

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
    "media-src 'self'; form-action 'self' {sandbox}; base-uri 'none'; frame-ancestors 'none'; manifest-src 'self'"
)
ALWAYS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "strict-origin-when-cross-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
SECRET_PAGES = (
    "/secret",
    "/outbox",
    "/outbox/mail",
    "/news/letters",
    "/until/seal/picture",
    "/until/seal/clip",
)  # what stands in their address, or on them, opens a door
FOR_OTHER_PLAYERS = ("/cues.vtt", "/cues.json")


@pytest.fixture
def engine() -> str:
    return "sqlite"


FOR_PROGRAMS = {
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
}


def carries_all(response: object, path: str) -> None:
    found = response.headers  # type: ignore[attr-defined]
    assert len(found["x-request-id"]) == 16
    assert not found.get("server")
    assert "strict-transport-security" not in found
    if path.startswith("/api/"):
        assert {name: found.get(name) for name in FOR_PROGRAMS} == FOR_PROGRAMS, path
        return
    policy, embedded = found["content-security-policy"], path.startswith("/embed/")
    assert ("frame-ancestors *" in policy) == embedded, (
        f"{path}: what is made to be embedded may be framed, nothing else"
    )
    assert embedded or policy == CSP.format(sandbox=settings.current().sandbox_origin), path
    for name, value in ALWAYS.items():
        if (embedded or path.endswith(FOR_OTHER_PLAYERS)) and name == "cross-origin-resource-policy":
            value = "cross-origin"
        if name == "referrer-policy" and path.endswith(SECRET_PAGES):
            value = "no-referrer"
        assert found.get(name) == value, f"{name} of {path}"
    camera = (
        "camera=(self)"
        if path.startswith("/door/") and path.count("/") == 2 and path != "/door/worker.js"
        else "camera=()"
    )
    assert camera in found["permissions-policy"] and "geolocation=()" in found["permissions-policy"]


async def test_every_route_sends_them(site: SiteUnderTest) -> None:
    browser = site.browser()
    paths = [route.path_format for route in ROUTES if isinstance(route, Route) and route.method == "GET"]
    assert len(paths) > 30
    for path in [
        *(path.replace("{", "").replace("}", "") for path in paths),
        "/static/css/app.css",
        "/static/no",
        "/nowhere",
        "/api/no",
    ]:
        await browser.get(path, follow=False)
        carries_all(browser.response, path)


async def boom(request: Request) -> Response:
    raise ValueError("a secret detail: SELECT password FROM person")


async def whole(request: Request) -> Response:
    return PlainTextResponse((await request.body()).decode())


async def half(request: Request) -> Response:
    class Half(Response):
        async def __call__(self, scope, receive, send) -> None:  # type: ignore[no-untyped-def]
            await send({"type": "http.response.start", "status": 200, "headers": []})
            raise ValueError("in the middle of it")

    return Half()


def broken_site(ours: settings.Settings) -> Site:
    """A site with routes that fail."""
    routes = [
        get("/boom", boom, may=public), get("/api/v1/boom", boom, may=public), post("/whole", whole, may=public, body_max=1000),
        get("/half", half, may=public), get("/door", whole, may=public, headers=headers.CAMERA),
        get("/embed", whole, may=public, headers=headers.FRAMED),
    ]  # fmt: skip
    return Site(ours, routes, LOOK_UPS)


@pytest.mark.parametrize("path", ["/boom", "/api/v1/boom"])
async def test_what_we_broke_tells_its_number_and_nothing_else(
    site: SiteUnderTest, path: str, caplog: pytest.LogCaptureFixture
) -> None:
    browser = Browser(broken_site(site.settings))
    await browser.get(path)
    assert browser.status == 500
    carries_all(browser.response, path)
    number = browser.response.headers["x-request-id"]
    assert number in browser.response.text
    assert not {"ValueError", "Traceback", "SELECT", "secret detail", "site-packages"} & set(
        browser.response.text.split()
    )
    assert "secret detail" not in browser.response.text
    assert any(number in record.getMessage() for record in caplog.records), "the log has the number too"


async def test_errors_are_pages_for_people_and_problems_for_programs(site: SiteUnderTest) -> None:
    browser = site.browser()
    for path, status, code in (
        ("/api/v1/nothing", 404, "not_found"),
        ("/api/v1/openapi.json", 405, "method_not_allowed"),
    ):
        response = await (browser.client.get(path) if status == 404 else browser.client.post(path))
        assert response.status_code == status
        assert response.headers["content-type"] == "application/problem+json"
        problem = response.json()
        assert (problem["status"], problem["code"], problem["request_id"]) == (
            status,
            code,
            response.headers["x-request-id"],
        )
    await browser.get("/nothing")
    assert browser.status == 404 and browser.response.headers["content-type"].startswith("text/html")
    response = await browser.client.put("/sign-in")
    assert response.status_code == 405 and response.headers["allow"] == "GET, HEAD, POST"


async def test_an_answer_that_breaks_half_way_is_cut(site: SiteUnderTest) -> None:
    with pytest.raises(
        ValueError
    ):  # the server sees it and cuts the connection, so nobody takes the half for the whole
        await Browser(broken_site(site.settings)).get("/half")


@pytest.mark.parametrize("chunked", [False, True])
async def test_a_body_past_its_size_is_refused_however_it_is_sent(site: SiteUnderTest, chunked: bool) -> None:
    browser = Browser(broken_site(site.settings))

    async def pieces():  # type: ignore[no-untyped-def]
        for _ in range(30):
            yield b"x" * 50

    response = await browser.client.post("/whole", content=pieces() if chunked else b"x" * 1001)
    assert response.status_code == 413
    carries_all(response, "/whole")
    assert (await browser.client.post("/whole", content=b"x" * 1000)).status_code == 200


async def test_a_route_may_set_one_otherwise(site: SiteUnderTest) -> None:
    browser = Browser(broken_site(site.settings))
    await browser.get("/door")
    assert "camera=(self)" in browser.response.headers["permissions-policy"]
    assert browser.response.headers["content-security-policy"] == CSP.format(sandbox=site.settings.sandbox_origin)
    await browser.get("/embed")
    assert "frame-ancestors *" in browser.response.headers["content-security-policy"]


async def test_under_https_cookies_are_bound_to_the_host_and_browsers_told_to_stay(
    site_settings: settings.Settings, database: str
) -> None:
    ours = site_settings.with_(base_url="https://crowdfund.example")
    browser = Browser(make_app(ours))
    await browser.get("/sign-in")
    assert browser.response.headers["strict-transport-security"] == "max-age=31536000"
    [cookie] = [one for one in browser.response.headers.get_list("set-cookie") if "visitor" in one]
    assert cookie.startswith("__Host-visitor=") and "Secure" in cookie and "Domain" not in cookie


async def test_with_a_real_key_forms_may_lead_to_stripe(site_settings: settings.Settings, database: str) -> None:
    ours = site_settings.with_(stripe_key="sk_live_x", stripe_webhook_secret="whsec_x")
    browser = Browser(make_app(ours))
    await browser.get("/sign-in")
    policy = browser.response.headers["content-security-policy"]
    assert (
        "form-action 'self' https://checkout.stripe.com https://connect.stripe.com https://hooks.stripe.com;" in policy
    )


async def test_signed_in_pages_are_kept_by_nobody(site: SiteUnderTest) -> None:
    lin = await site.signed_up("Lin")
    await lin.get("/account")
    assert lin.response.headers["cache-control"] == "no-store"
    await lin.get("/sign-up")
    assert lin.response.headers["cache-control"] == "no-store"
