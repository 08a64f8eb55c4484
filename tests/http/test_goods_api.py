"""A program that knows nothing but the OpenAPI file buys something."""

from __future__ import annotations

from typing import Any

import pytest

from crowdfund.database.ids import public
from crowdfund.orders.goods.models import Purchase
from tests.goods import for_sale
from tests.http.conftest import SiteUnderTest
from tests.money import press

pytestmark = pytest.mark.usefixtures("proven_when_idle")
KEY = {"idempotency-key": "a-purchase-of-mine"}


def operation(spec: dict[str, Any], summary: str) -> tuple[str, str]:
    """Method and path of what the file calls so."""
    return next(
        (method, path)
        for path, methods in spec["paths"].items()
        for method, one in methods.items()
        if isinstance(one, dict) and one.get("summary") == summary
    )


async def test_a_program_buys_by_the_openapi_file_alone(site: SiteUnderTest) -> None:
    mei, one = await site.signed_up("Mei"), await for_sale(on_hand=5)
    spec = (await mei.client.get("/api/v1/openapi.json")).json()
    headers = await site.token(mei.person, "goods:read", "goods:write")

    async def call(summary: str, body: Any = None, **places: str) -> Any:
        method, path = operation(spec, summary)
        more = KEY if summary.startswith("Buy things") else {}
        answer = await mei.client.request(method, path.format(**places), json=body, headers={**headers, **more})
        assert answer.status_code in (200, 201), answer.text
        return answer.json()

    lines = [{"variant": public(one.variant.id), "quantity": 2, "price_minor": 4500}]
    wish = {"currency": "USD", "country": "US", "lines": lines}
    quoted = await call("What a purchase would cost", wish)
    assert (quoted["total_minor"], quoted["orders"][0]["tax_minor"]) == (10230, 630)
    whom = {"name": "Mei Lin", "address": ["3 Quay Street", "Portland"], "total_minor": quoted["total_minor"]}
    placed = await call("Buy things, of one seller or of several", {**wish, **whom})
    assert (await call("Buy things, of one seller or of several", {**wish, **whom}))["id"] == placed["id"]
    url = (await call("Where to pay what I buy", purchase=placed["id"]))["url"]
    await press(url, card="ok", email="mei@example.com")
    shown = await call("One purchase of mine", purchase=placed["id"])
    assert (shown["state"], shown["status"], shown["orders"][0]["fulfilment"]) == ("paid", "paid", "unfulfilled")
    assert [p["id"] for p in (await call("My purchases"))["items"]] == [placed["id"]]
    assert await Purchase.all().count() == 1


async def test_each_no_has_its_code(site: SiteUnderTest) -> None:
    mei, one = await site.signed_up("Mei"), await for_sale(on_hand=5)
    headers = await site.token(mei.person, "goods:read", "goods:write")
    line = {"variant": public(one.variant.id), "quantity": 1, "price_minor": 4500}
    body = {
        "currency": "USD", "country": "US", "lines": [line], "name": "Mei", "address": ["3 Quay Street"], "total_minor": 5415,
    }  # fmt: skip
    for number, (change, status, code) in enumerate(
        (
            ({"total_minor": 1}, 409, "sum_changed"),
            ({"lines": [{**line, "price_minor": 1}]}, 409, "line_changed"),
            ({"lines": [{**line, "quantity": 6}]}, 409, "line_changed"),
            ({"lines": [line, line]}, 422, "nothing_to_buy"),
            ({"country": "XX"}, 422, "nothing_to_buy"),
            ({"currency": "EUR"}, 409, "line_changed"),
            ({"lines": [{**line, "variant": "0" * 13}]}, 422, "nothing_to_buy"),
            ({"address": []}, 422, "invalid"),
            ({"lines": [{**line, "quantity": 0}]}, 422, "invalid"),
        )
    ):
        answer = await mei.client.post(
            "/api/v1/purchases", json={**body, **change}, headers={**headers, "idempotency-key": f"key-number-{number}"}
        )
        assert (answer.status_code, answer.json()["code"]) == (status, code), (change, answer.text)
    assert await Purchase.all().count() == 0
