"""Checkout sessions and their hosted page, without JavaScript: a form, a card, and on to the site."""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
import stripe

from tests.http.stripe_caller import Caller, a_caller

api = pytest.fixture(a_caller)
SITE = "http://127.0.0.1:8000"
SUCCESS = f"{SITE}/cards/back?session={{CHECKOUT_SESSION_ID}}"


async def _setup(api: Caller, **more: Any) -> Any:
    return await api.v1.checkout.sessions.create_async(
        {"mode": "setup", "currency": "eur", "success_url": SUCCESS, "cancel_url": f"{SITE}/cards", **more}
    )


async def _payment(api: Caller, **more: Any) -> Any:
    item = {
        "price_data": {"currency": "eur", "unit_amount": 12_00, "product_data": {"name": "Seat F12"}},
        "quantity": 2,
    }
    return await api.v1.checkout.sessions.create_async(
        {"mode": "payment", "line_items": [item], "success_url": SUCCESS, "cancel_url": f"{SITE}/cart", **more}
    )


async def _send(api: Caller, session: Any, card: str, email: str = "mei@example.com") -> httpx.Response:
    return await api.http.post(session.url, data={"card": card, "email": email})


async def test_a_fan_saves_a_card(api: Caller) -> None:
    customer = await api.v1.customers.create_async({"email": "mei@example.com"})
    session = await _setup(api, customer=customer.id, setup_intent_data={"description": "Pledge to River Moon"})
    assert (session.status, session.payment_status, session.ui_mode) == ("open", "no_payment_required", "hosted_page")
    assert session.setup_intent.startswith("seti_")
    answer = await api.http.get(session.url)
    for words in ("Simulated", "Pledge to River Moon", "mei@example.com", "4242 4242 4242 4242", "Save card"):
        assert words in answer.text
    assert f'<form method="post" action="/c/pay/{session.id}">' in answer.text
    sent = await _send(api, session, "ok")
    assert (sent.status_code, sent.headers["location"]) == (303, f"{SITE}/cards/back?session={session.id}")
    done = await api.v1.checkout.sessions.retrieve_async(session.id, {"expand": ["setup_intent.payment_method"]})
    assert (done.status, done.url, done.setup_intent.status) == ("complete", None, "succeeded")
    method = done.setup_intent.payment_method
    assert (method.customer, method.card.last4, done.customer_details.email) == (customer.id, "4242", "mei@example.com")
    assert await api.event_types() == [
        "customer.created", "setup_intent.created", "payment_method.attached", "setup_intent.succeeded",
        "checkout.session.completed",
    ]  # fmt: skip
    again = await api.http.get(urlsplit(session.url).path)
    assert again.headers["location"] == f"{SITE}/cards/back?session={session.id}"


async def test_a_fan_pays_for_tickets(api: Caller) -> None:
    session = await _payment(
        api, customer_email="mei@example.com", metadata={"order": "5"},
        payment_intent_data={"transfer_group": "screening:3", "metadata": {"order": "5"}},
    )  # fmt: skip
    assert (session.amount_total, session.currency, session.payment_intent) == (24_00, "eur", None)
    page = await api.http.get(session.url)
    assert "Seat F12 × 2" in page.text and page.text.count("€24.00") >= 2
    assert (await _send(api, session, "ok")).status_code == 303
    paid = await api.v1.checkout.sessions.retrieve_async(session.id, {"expand": ["payment_intent.latest_charge"]})
    assert (paid.payment_status, paid.payment_intent.status) == ("paid", "succeeded")
    assert (paid.payment_intent.metadata["order"], paid.payment_intent.latest_charge.transfer_group) == (
        "5",
        "screening:3",
    )
    assert (await api.v1.checkout.sessions.list_async({"payment_intent": paid.payment_intent.id})).data[
        0
    ].id == session.id
    assert (await api.balance())["eur"] == (0, 24_00 - 61)


async def test_a_declined_card_leaves_the_page_open_for_another(api: Caller) -> None:
    session = await _payment(api)
    refused = await _send(api, session, "insufficient_funds")
    assert refused.status_code == 402
    assert "Your card has insufficient funds. Please choose another card." in refused.text
    half = await api.v1.checkout.sessions.retrieve_async(session.id, {"expand": ["payment_intent"]})
    assert (half.status, half.payment_intent.status) == ("open", "requires_payment_method")
    assert (await _send(api, session, "ok")).status_code == 303
    paid = await api.v1.checkout.sessions.retrieve_async(session.id)
    assert (paid.payment_status, paid.payment_intent) == ("paid", half.payment_intent.id)


async def test_a_card_that_can_not_be_saved_is_refused_on_the_page(api: Caller) -> None:
    session = await _setup(api)
    refused = await _send(api, session, "lost")
    assert (refused.status_code, "Your card was declined." in refused.text) == (402, True)
    assert "setup_intent.setup_failed" in await api.event_types()
    for wrong in ({"card": "ok", "email": "nobody"}, {"card": "", "email": "mei@example.com"}):
        assert (await api.http.post(session.url, data=wrong)).status_code == 422


@pytest.mark.parametrize("mode", ["setup", "payment"])
async def test_the_bank_asks_first_and_then_the_session_goes_on(api: Caller, mode: str) -> None:
    customer = await api.v1.customers.create_async({"email": "mei@example.com"})
    session = await (_setup if mode == "setup" else _payment)(api, customer=customer.id)
    to_bank = await _send(api, session, "authentication_always")
    bank = httpx.URL(to_bank.headers["location"])
    assert bank.path.startswith("/3d-secure/")
    page = await api.http.get(bank)
    assert f"form-action 'self' {SITE}" in page.headers["content-security-policy"].replace(f"{api.url} ", "")
    failed = await api.http.post(bank, data={"outcome": "fail"})
    unsure = await api.http.get(failed.headers["location"])
    assert (unsure.status_code, "could not confirm" in unsure.text) == (200, True)
    bank = httpx.URL((await _send(api, session, "authentication_always")).headers["location"])
    back = await api.http.post(bank, data={"outcome": "complete"})
    assert (await api.v1.checkout.sessions.retrieve_async(session.id)).status == "complete"
    site = await api.http.get(back.headers["location"])
    assert site.headers["location"] == f"{SITE}/cards/back?session={session.id}"


async def test_a_saved_card_after_authentication_is_charged_off_session(api: Caller) -> None:
    customer = await api.v1.customers.create_async({"email": "mei@example.com"})
    session = await _setup(api, customer=customer.id)
    bank = (await _send(api, session, "authentication_setup")).headers["location"]
    await api.http.post(bank, data={"outcome": "complete"})
    method = (await api.v1.payment_methods.list_async({"customer": customer.id})).data[0]
    intent = await api.v1.payment_intents.create_async(
        {"amount": 25_00, "currency": "eur", "customer": customer.id, "payment_method": method.id, "off_session": True,
         "confirm": True}
    )  # fmt: skip
    assert intent.status == "succeeded"


async def test_time_expires_a_session(api: Caller) -> None:
    session = await _payment(api, expires_at=int(time.time()) + 1_860)
    assert (await _send(api, session, "insufficient_funds")).status_code == 402
    await api.pass_time(seconds=1_900)
    expired = await api.v1.checkout.sessions.retrieve_async(session.id, {"expand": ["payment_intent"]})
    assert (expired.status, expired.url, expired.payment_intent.status) == ("expired", None, "canceled")
    page = await api.http.get(session.url)
    assert (page.status_code, "expired" in page.text, f"{SITE}/cart" in page.text) == (410, True, True)
    assert (await _send(api, session, "ok")).status_code == 410
    assert "checkout.session.expired" in await api.event_types()


async def test_the_site_expires_a_session_and_never_its_intent(api: Caller) -> None:
    paying, saving = await _payment(api), await _setup(api)
    await _send(api, paying, "declined")
    intent = (await api.v1.checkout.sessions.retrieve_async(paying.id)).payment_intent
    for cancel in (api.v1.payment_intents.cancel_async(intent), api.v1.setup_intents.cancel_async(saving.setup_intent)):
        with pytest.raises(stripe.InvalidRequestError, match="Checkout Session"):
            await cancel
    for session in (paying, saving):
        assert (await api.v1.checkout.sessions.expire_async(session.id)).status == "expired"
        with pytest.raises(stripe.InvalidRequestError):
            await api.v1.checkout.sessions.expire_async(session.id)
    assert (await api.v1.payment_intents.retrieve_async(intent)).status == "canceled"
    open_ones = await api.v1.checkout.sessions.list_async({"status": "open"})
    gone = await api.v1.checkout.sessions.list_async({"status": "expired"})
    assert (len(open_ones.data), len(gone.data)) == (0, 2)


@pytest.mark.parametrize(
    ("params", "param"),
    [
        ({"mode": "setup", "currency": "eur"}, "success_url"),
        ({"mode": "setup", "success_url": SUCCESS}, "currency"),
        ({"mode": "payment", "success_url": SUCCESS}, "line_items"),
        ({"success_url": SUCCESS}, "mode"),
        ({"mode": "subscription", "success_url": SUCCESS}, "mode"),
        ({"mode": "setup", "currency": "eur", "success_url": SUCCESS, "expires_at": 1_700_000_000}, "expires_at"),
        ({"mode": "setup", "currency": "eur", "success_url": SUCCESS, "customer": "cus_none"}, "customer"),
        (
            {"mode": "setup", "currency": "eur", "success_url": SUCCESS, "payment_intent_data": {"description": "x"}},
            "payment_intent_data",
        ),
        ({"mode": "setup", "currency": "eur", "success_url": SUCCESS, "ui_mode": "elements"}, "ui_mode"),
    ],
)
async def test_a_session_that_makes_no_sense_is_refused(api: Caller, params: dict[str, Any], param: str) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await api.v1.checkout.sessions.create_async(params)
    assert refused.value.param == param


async def test_a_session_makes_a_customer_where_asked_to(api: Caller) -> None:
    session = await _payment(api, customer_creation="always", payment_intent_data={"setup_future_usage": "off_session"})
    await _send(api, session, "ok", "kai@example.com")
    done = await api.v1.checkout.sessions.retrieve_async(session.id, {"expand": ["customer"]})
    assert done.customer.email == "kai@example.com"
    assert len((await api.v1.payment_methods.list_async({"customer": done.customer.id})).data) == 1


async def test_pages_are_strict_and_unknown_ones_say_so(api: Caller) -> None:
    session = await _setup(api)
    page = await api.http.get(session.url)
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy and SITE in policy
    assert "<script" not in page.text and 'style="' not in page.text
    for path in ("/c/pay/cs_test_none", "/3d-secure/pi_none_secret_x", "/connect/onboarding/none"):
        answer = await api.http.get(path)
        assert (answer.status_code, "Simulated" in answer.text) == (404, True)
    assert (await api.http.get("/sandbox.css")).headers["content-type"].startswith("text/css")
    assert "pm_card_visa" in (await api.http.get("/")).text
