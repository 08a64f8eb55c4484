"""What holds for every call to the sandbox: keys, the check of parameters, errors, idempotency, pages of lists, expand."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
import stripe

from crowdfund.sandbox.operations import OPERATIONS
from crowdfund.sandbox.params import typed
from tests.http.stripe_caller import Caller, a_caller

api = pytest.fixture(a_caller)


async def test_only_keys_of_the_sandbox_are_let_in(api: Caller) -> None:
    for key in ("sk_test_4eC39", "sk_live_4eC39", "pk_test_sandbox_x"):
        stranger = Caller(api.url, key=key)
        with pytest.raises(stripe.AuthenticationError) as refused:
            await stranger.v1.balance.retrieve_async()
        assert (refused.value.http_status, refused.value.error.type) == (401, "invalid_request_error")
        await stranger.close()
    assert (await api.http.get("/v1/balance")).status_code == 401
    assert (await api.http.get("/_sandbox/faults")).status_code == 401


async def test_each_key_is_an_account_of_its_own(api: Caller) -> None:
    other = Caller(api.url)
    intent = await api.pay()
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await other.v1.payment_intents.retrieve_async(intent.id)
    assert (refused.value.http_status, refused.value.code, refused.value.param) == (404, "resource_missing", "id")
    assert (await other.v1.payment_intents.list_async()).data == []
    assert (await other.balance(), await other.event_types()) == ({"eur": (0, 0)}, [])
    await other.close()


async def test_every_operation_names_parameters_of_the_library() -> None:
    for operation in OPERATIONS:
        known = set(typed(operation.type_name).__annotations__)
        assert operation.takes <= known, (operation.name, operation.takes - known)


@pytest.mark.parametrize(
    ("path", "form", "param", "code"),
    [
        ("payment_intents", {"amount": "500", "currency": "eur", "colour": "red"}, "colour", "parameter_unknown"),
        ("payment_intents", {"currency": "eur"}, "amount", "parameter_missing"),
        ("payment_intents", {"amount": "5.00", "currency": "eur"}, "amount", "parameter_invalid_integer"),
        ("payment_intents", {"amount": "500", "currency": "eur", "confirm": "yes"}, "confirm", None),
        ("payment_intents", {"amount": "500", "currency": "eur", "setup_future_usage": "ever"}, "setup_future_usage", None),
        ("payment_intents", {"amount": "500", "currency": "eur", "off_session": "sometimes"}, "off_session", None),
        ("payment_intents", {"amount": "500", "currency": "eur", "customer": ""}, "customer", "parameter_invalid_empty"),
        ("payment_intents", {"amount": "500", "currency": "eur", "customer": "cus_none"}, "customer", "resource_missing"),
        ("payment_intents", {"amount": "5", "currency": "eur", "hooks": "x"}, "hooks", None),
        ("payment_intents", {"amount": "5", "currency": "eur", "mandate": "m"}, "mandate", "sandbox_unsupported"),
        (
            "payment_intents", {"amount": "500", "currency": "eur", "payment_method_types[0]": "card"},
            "payment_method_types", "payment_method_types_no_longer_supported",
        ),
        (
            "payment_intents", {"amount": "500", "currency": "eur", "automatic_payment_methods[enable]": "true"},
            "automatic_payment_methods[enable]", "parameter_unknown",
        ),
        (
            "payment_intents", {"amount": "500", "currency": "eur", "automatic_payment_methods[allow_redirects]": "never"},
            "automatic_payment_methods[enabled]", "parameter_missing",
        ),
        (
            "checkout/sessions", {"mode": "payment", "line_items[0][price_data][unit_amount]": "100"},
            "line_items[0][price_data][currency]", "parameter_missing",
        ),
        ("refunds", {"charge": "ch_1", "reason": "boredom"}, "reason", None),
        ("customers", {"metadata[" + "k" * 41 + "]": "v"}, "metadata[" + "k" * 41 + "]", None),
        ("customers", {"metadata[k]": "v" * 501}, "metadata[k]", None),
        ("customers", {"preferred_locales": "en"}, "preferred_locales", None),
        ("customers", {"address": "Lane 1"}, "address", None),
        ("webhook_endpoints", {"url": "http://127.0.0.1/hook", "enabled_events[0]": "charge.eaten"}, "enabled_events[0]", None),
    ],
)  # fmt: skip
async def test_parameters_are_held_against_the_librarys_types(
    api: Caller, path: str, form: dict[str, str], param: str, code: str | None
) -> None:
    answer = await api.raw("POST", f"/v1/{path}", form=form)
    error = answer.json()["error"]
    assert (answer.status_code, error["type"]) == (400, "invalid_request_error")
    assert (error["param"], error.get("code")) == (param, code)
    assert answer.headers["request-id"].startswith("req_")


@pytest.mark.parametrize(
    ("query", "param"),
    [("limit=0", "limit"), ("limit=101", "limit"), ("limit=x", "limit"), ("created[after]=1", "created[after]"),
     ("starting_after=ch_none", "starting_after"), ("expand[0]=data.colour", "expand"), ("colour=red", "colour"),
     ("expand[0]=data.payment_intent.latest_charge.payment_intent.latest_charge.customer", "expand")],
)  # fmt: skip
async def test_queries_of_lists_are_checked_too(api: Caller, query: str, param: str) -> None:
    await api.pay()
    answer = await api.raw("GET", f"/v1/charges?{query}")
    assert (answer.status_code, answer.json()["error"]["param"]) == (400, param)


async def test_what_is_not_simulated_says_so(api: Caller) -> None:
    for method, path in (
        ("GET", "/v1/prices"),
        ("POST", "/v1/charges"),
        ("DELETE", "/v1/customers/cus_1"),
        ("GET", "/v1/"),
    ):
        answer = await api.raw(method, path)
        assert (answer.status_code, answer.json()["error"]["type"]) == (404, "invalid_request_error")
        assert "does not simulate" in answer.json()["error"]["message"]


async def test_lists_are_paged_in_both_directions(api: Caller) -> None:
    made = [(await api.v1.customers.create_async({"name": str(n)})).id for n in range(1, 8)]
    customer = made[0]
    intents = [
        (await api.v1.payment_intents.create_async({"amount": 100 + n, "currency": "eur", "customer": customer})).id
        for n in range(7)
    ][::-1]
    page = await api.v1.payment_intents.list_async({"customer": customer, "limit": 3})
    assert ([one.id for one in page.data], page.has_more, page.url) == (intents[:3], True, "/v1/payment_intents")
    page = await api.v1.payment_intents.list_async({"limit": 3, "starting_after": intents[2]})
    assert ([one.id for one in page.data], page.has_more) == (intents[3:6], True)
    page = await api.v1.payment_intents.list_async({"limit": 3, "starting_after": intents[5]})
    assert ([one.id for one in page.data], page.has_more) == (intents[6:], False)
    page = await api.v1.payment_intents.list_async({"limit": 3, "ending_before": intents[4]})
    assert ([one.id for one in page.data], page.has_more) == (intents[1:4], True)
    page = await api.v1.payment_intents.list_async({"limit": 3, "ending_before": intents[2]})
    assert ([one.id for one in page.data], page.has_more) == (intents[:2], False)
    found = [one.id async for one in (await api.v1.payment_intents.list_async({"limit": 2})).auto_paging_iter()]
    assert found == intents
    both = await api.raw("GET", f"/v1/payment_intents?starting_after={intents[0]}&ending_before={intents[1]}")
    assert both.status_code == 400


async def test_events_are_listed_by_one_type_or_several(api: Caller) -> None:
    await api.pay()
    with pytest.raises(stripe.CardError):
        await api.pay("lost")
    one = await api.v1.events.list_async({"type": "charge.failed"})
    assert [event.data.object.status for event in one.data] == ["failed"]
    many = await api.v1.events.list_async(
        {"types": ["charge.failed", "charge.succeeded", "payment_intent.created"], "limit": 3}
    )
    assert ([event.type for event in many.data], many.has_more) == (
        ["charge.failed", "payment_intent.created", "charge.succeeded"], True,
    )  # fmt: skip
    wild = await api.v1.events.list_async({"type": "charge.*"})
    assert [event.type for event in wild.data] == ["charge.failed", "charge.updated", "charge.succeeded"]
    event = await api.v1.events.retrieve_async(one.data[0].id)
    assert (event.api_version, event.request.id.startswith("req_"), event.livemode) == (
        "2026-10-28.endive",
        True,
        False,
    )
    await api.pass_time(days=31)
    assert (await api.v1.events.list_async()).data == []


async def test_expand_reaches_into_objects_and_lists(api: Caller) -> None:
    intent = await api.pay(amount=25_00)
    page = await api.v1.charges.list_async({"expand": ["data.balance_transaction", "data.payment_intent.customer"]})
    assert page.data[0].balance_transaction.fee == 63
    assert page.data[0].payment_intent.customer.id == intent.customer
    refund = await api.v1.refunds.create_async(
        {"charge": intent.latest_charge, "expand": ["charge", "payment_intent.latest_charge"]}
    )
    assert (refund.charge.amount_refunded, refund.payment_intent.latest_charge.refunded) == (25_00, True)


# --- idempotency ---


async def test_a_key_brings_the_first_answer_again(api: Caller) -> None:
    customer, method = await api.saved()
    form = {
        "amount": "2500", "currency": "eur", "customer": customer, "payment_method": method, "off_session": "true",
        "confirm": "true", "expand[0]": "latest_charge",
    }  # fmt: skip
    first = await api.raw("POST", "/v1/payment_intents", form=form, idempotency_key="pledge:7:charge:1")
    again = await api.raw("POST", "/v1/payment_intents", form=form, idempotency_key="pledge:7:charge:1")
    assert (first.status_code, again.status_code, again.json()) == (200, 200, first.json())
    assert "idempotent-replayed" not in first.headers and again.headers["idempotent-replayed"] == "true"
    assert again.headers["original-request"] == first.headers["request-id"] != again.headers["request-id"]
    assert len((await api.v1.payment_intents.list_async()).data) == 1


async def test_a_decline_is_brought_again_too(api: Caller) -> None:
    customer, method = await api.saved("saved_insufficient_funds")
    params = {
        "amount": 2500, "currency": "eur", "customer": customer, "payment_method": method, "off_session": True, "confirm": True,
    }  # fmt: skip
    intents = set()
    for _ in range(2):
        with pytest.raises(stripe.CardError) as declined:
            await api.v1.payment_intents.create_async(params, {"idempotency_key": "k"})
        intents.add(declined.value.error.payment_intent.id)
        assert declined.value.error.decline_code == "insufficient_funds"
    assert len(intents) == 1
    assert declined.value.headers["idempotent-replayed"] == "true"


async def test_a_key_is_not_used_for_something_else(api: Caller) -> None:
    await api.v1.customers.create_async({"name": "Mei"}, {"idempotency_key": "k"})
    for call in (
        api.v1.customers.create_async({"name": "Kai"}, {"idempotency_key": "k"}),
        api.v1.payment_intents.create_async({"amount": 500, "currency": "eur"}, {"idempotency_key": "k"}),
    ):
        with pytest.raises(stripe.IdempotencyError) as refused:
            await call
        assert refused.value.http_status == 400
    with pytest.raises(stripe.IdempotencyError):
        await api.v1.customers.create_async({"name": "Mei"}, {"idempotency_key": "k" * 256})


async def test_refusals_are_kept_but_not_what_never_began(api: Caller) -> None:
    customer = await api.v1.customers.create_async({})
    key: Any = {"idempotency_key": "k"}
    with pytest.raises(stripe.InvalidRequestError):
        await api.v1.payment_intents.create_async({"amount": 500, "currency": "eur", "colour": "red"}, key)
    params = {"amount": 500, "currency": "eur", "customer": customer.id, "payment_method": "pm_none"}
    with pytest.raises(stripe.InvalidRequestError) as first:
        await api.v1.payment_intents.create_async(params, key)
    with pytest.raises(stripe.InvalidRequestError) as again:
        await api.v1.payment_intents.create_async(params, key)
    assert first.value.code == again.value.code == "resource_missing"
    assert again.value.headers["idempotent-replayed"] == "true"
    assert (await api.v1.payment_intents.list_async()).data == []


async def test_a_key_is_free_again_after_a_day(api: Caller) -> None:
    first = await api.v1.customers.create_async({"name": "Mei"}, {"idempotency_key": "k"})
    await api.pass_time(seconds=23 * 3600)
    assert (await api.v1.customers.create_async({"name": "Mei"}, {"idempotency_key": "k"})).id == first.id
    await api.pass_time(seconds=3601)
    assert (await api.v1.customers.create_async({"name": "Mei"}, {"idempotency_key": "k"})).id != first.id


async def test_a_key_in_use_is_refused_for_the_moment(api: Caller) -> None:
    await api.fault("hang", "customers.create", seconds=0.5, times=1)
    slow = asyncio.create_task(api.v1.customers.create_async({"name": "Mei"}, {"idempotency_key": "k"}))
    await asyncio.sleep(0.2)
    meanwhile = await api.raw("POST", "/v1/customers", form={"name": "Mei"}, idempotency_key="k")
    assert (meanwhile.status_code, meanwhile.json()["error"]["type"]) == (409, "idempotency_error")
    assert meanwhile.json()["error"]["code"] == "idempotency_key_in_use"
    made = await slow
    assert (await api.v1.customers.create_async({"name": "Mei"}, {"idempotency_key": "k"})).id == made.id


async def test_many_at_once_with_one_key_make_one(api: Caller) -> None:
    form = {"amount": "500", "currency": "eur"}
    calls = [api.raw("POST", "/v1/payment_intents", form=form, idempotency_key="k") for _ in range(12)]
    statuses = [answer.status_code for answer in await asyncio.gather(*calls)]
    assert 200 in statuses and set(statuses) <= {200, 409}
    assert len((await api.v1.payment_intents.list_async()).data) == 1
