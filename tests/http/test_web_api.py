"""JSON in and out, keys, cursors, and a description that is true."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import Response

from crowdfund.app import LOOK_UPS
from crowdfund.database import ids
from crowdfund.web import api
from crowdfund.web.api import AmountMinor, ChargeMinor, Currency, In, Line, PublicId
from crowdfund.web.routes import bearer, get, post
from crowdfund.web.site import Site
from tests.http.browser import Browser
from tests.http.conftest import SiteUnderTest
from tests.http.nasty import NASTY


@pytest.fixture
def engine() -> str:
    return "sqlite"


class ThingIn(In):
    name: Line
    amount_minor: ChargeMinor
    goal_minor: AmountMinor = 0
    currency: Currency = "EUR"
    campaign: PublicId | None = None


async def make_thing(request: Request, body: ThingIn) -> dict[str, Any]:
    return {"name": body.name, "amount_minor": body.amount_minor, "key": request.state.idempotency_key}


async def list_things(request: Request) -> Response:
    cursor = api.cursor(request)
    numbers = range((cursor.after_id or 0) + 1, 251)[: cursor.limit]
    last_id = numbers[-1] if numbers[-1] < 250 else None
    return api.listed(request, [{"n": n} for n in numbers], last_id=last_id, limit=cursor.limit)


@pytest.fixture
async def things(site: SiteUnderTest) -> httpx.AsyncClient:
    """A site with two routes of its own, and a token that may use them."""
    may = bearer("account:read")
    routes = [
        post("/api/v1/things", make_thing, may=may, takes=ThingIn, creates=True),
        get("/api/v1/things", list_things, may=may, lists=True),
    ]
    person = (await site.signed_up("Lin")).person
    browser = Browser(Site(site.settings, routes, LOOK_UPS), headers=await site.token(person, "account:read"))
    for route in routes:
        route.limit = None
    return browser.client


async def post_thing(things: httpx.AsyncClient, body: Any = None, **headers: str) -> httpx.Response:
    content = body if isinstance(body, bytes) else json.dumps(body or {"name": "Moon", "amount_minor": 2500}).encode()
    sent = {"content-type": "application/json", "idempotency-key": "a wish".replace(" ", "-"), **headers}
    return await things.post("/api/v1/things", content=content, headers={k: v for k, v in sent.items() if v})


async def test_a_body_becomes_a_model_and_an_answer(things: httpx.AsyncClient) -> None:
    response = await post_thing(things)
    assert response.status_code == 201
    assert response.json() == {"name": "Moon", "amount_minor": 2500, "key": "a-wish"}
    assert response.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"amount_minor": 1}, "name"),
        ({"name": "Moon", "amount_minor": "25"}, "amount_minor"),
        ({"name": "Moon", "amount_minor": 25.0}, "amount_minor"),
        ({"name": "Moon", "amount_minor": True}, "amount_minor"),
        ({"name": "Moon", "amount_minor": 0}, "amount_minor"),
        ({"name": "Moon", "amount_minor": 100_000_000}, "amount_minor"),
        ({"name": "Moon", "amount_minor": 2**70}, "amount_minor"),
        ({"name": "Moon\x00", "amount_minor": 1}, "name"),
        ({"name": "x" * 201, "amount_minor": 1}, "name"),
        ({"name": "Moon", "amount_minor": 1, "goal_minor": -1}, "goal_minor"),
        ({"name": "Moon", "amount_minor": 1, "currency": "eur"}, "currency"),
        ({"name": "Moon", "amount_minor": 1, "campaign": "../../etc"}, "campaign"),
        ({"name": "Moon", "amount_minor": 1, "unknown": 1}, "unknown"),
    ],
)
async def test_what_is_wrong_is_named(things: httpx.AsyncClient, body: dict[str, Any], field: str) -> None:
    response = await post_thing(things, body)
    problem = response.json()
    assert (response.status_code, problem["code"]) == (422, "invalid")
    assert [error["field"] for error in problem["errors"]] == [field]
    assert all(error["sentence"] for error in problem["errors"])


@pytest.mark.parametrize(
    ("content", "headers", "status", "code"),
    [
        (b"{", {}, 400, "not_json"),
        (b"", {}, 400, "not_json"),
        (b'{"name": "\\ud800"}', {}, 400, "not_json"),
        (b"\xff\xfe", {}, 400, "not_json"),
        (b"[" * 100_000, {}, 400, "not_json"),
        (b"[]", {}, 422, "invalid"),
        (b"{}", {"content-type": "text/plain"}, 415, "json_expected"),
        (b"{}", {"content-type": ""}, 415, "json_expected"),
        (b"{}", {"idempotency-key": ""}, 400, "idempotency_key_missing"),
        (b"{}", {"idempotency-key": "x" * 256}, 400, "idempotency_key_missing"),
        (b"{}", {"idempotency-key": "two words"}, 400, "idempotency_key_missing"),
        (b"{}", {"authorization": "Bearer nothing"}, 401, "token_needed"),
        (b" " * 300_000, {}, 413, "too_large"),
    ],
)
async def test_what_cannot_be_read(
    things: httpx.AsyncClient, content: bytes, headers: dict[str, str], status: int, code: str
) -> None:
    response = await post_thing(things, content, **headers)
    assert (response.status_code, response.json()["code"]) == (status, code)
    assert response.headers["content-type"] == "application/problem+json"


async def test_no_text_breaks_it(things: httpx.AsyncClient) -> None:
    for value in NASTY:
        body = json.dumps({"name": value, "amount_minor": 1}).encode()
        assert (await post_thing(things, body)).status_code in (201, 400, 413, 422), value[:50]


async def test_a_list_comes_in_pages(things: httpx.AsyncClient) -> None:
    url, seen, pages = "/api/v1/things?limit=100", [], 0
    while url:
        page = (await things.get(url)).json()
        seen += [item["n"] for item in page["items"]]
        url, pages = page["next"], pages + 1
    assert seen == list(range(1, 251)) and pages == 3


@pytest.mark.parametrize(
    ("query", "code"),
    [("limit=0", "bad_limit"), ("limit=101", "bad_limit"), ("limit=-1", "bad_limit"), ("limit=１０", "bad_limit"), ("limit=", "bad_limit"),
     ("cursor=x", "bad_cursor"), ("cursor=", "bad_cursor"), (f"cursor={'0' * 13}&limit=1e3", "bad_limit")],
)  # fmt: skip
async def test_a_page_that_is_none(things: httpx.AsyncClient, query: str, code: str) -> None:
    response = await things.get(f"/api/v1/things?{query}")
    assert (response.status_code, response.json()["code"]) == (400, code)


async def test_a_cursor_tells_no_number(things: httpx.AsyncClient) -> None:
    following = (await things.get("/api/v1/things?limit=10")).json()["next"]
    assert ids.public(10) in following and "cursor=10" not in following


async def test_the_description_is_complete(site: SiteUnderTest) -> None:
    document = (await site.browser().client.get("/api/v1/openapi.json")).json()
    assert document["openapi"] == "3.1.0"
    assert document["components"]["securitySchemes"] == {"bearerAuth": {"type": "http", "scheme": "bearer"}}
    operations = [(path, method, op) for path, methods in document["paths"].items() for method, op in methods.items()]
    assert len(operations) >= 5
    assert len({op["operationId"] for _, _, op in operations}) == len(operations)
    refs = {part.split('"')[0] for part in json.dumps(document).split('"$ref": "#/components/')[1:]}
    for ref in refs:
        kind, name = ref.split("/")
        assert name in document["components"][kind], ref
    for path, method, op in operations:
        named = {parameter["name"] for parameter in op["parameters"] if parameter["in"] == "path"}
        assert named == {part[1:-1] for part in path.split("/") if part.startswith("{")}
        assert {"401", "403", "429", "500", "503"} <= set(op["responses"]) or op.get("security") is None
        assert (method == "post") >= ("requestBody" in op)


async def test_a_person_can_read_it_too(site: SiteUnderTest) -> None:
    browser = site.browser()
    await browser.get("/api")
    assert browser.status == 200 and "/api/v1/me" in browser.text
