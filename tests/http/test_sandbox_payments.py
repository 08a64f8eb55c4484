"""PaymentIntents and charges at the sandbox: what every test card does, authentication, and what may be cancelled."""

from __future__ import annotations

import re

import httpx
import pytest
import stripe

from tests.http.stripe_caller import Caller, a_caller

api = pytest.fixture(a_caller)
BACK = "http://127.0.0.1:8000/pledges/7?tab=pay"


async def test_a_saved_card_is_charged_and_the_fee_comes_right_after(api: Caller) -> None:
    intent = await api.pay(
        amount=25_00, transfer_group="fund:7", metadata={"pledge": "9"}, expand=["latest_charge.balance_transaction"]
    )
    charge = intent.latest_charge
    assert (intent.status, intent.amount_received, charge.status, charge.paid) == (
        "succeeded",
        25_00,
        "succeeded",
        True,
    )
    assert charge.balance_transaction is None
    read = await api.v1.payment_intents.retrieve_async(intent.id, {"expand": ["latest_charge.balance_transaction"]})
    money = read.latest_charge.balance_transaction
    assert (money.amount, money.fee, money.net, money.status, money.type) == (25_00, 63, 24_37, "pending", "charge")
    assert (read.latest_charge.transfer_group, read.latest_charge.metadata["pledge"]) == ("fund:7", "9")
    assert await api.event_types() == [
        "payment_intent.created", "charge.succeeded", "payment_intent.succeeded", "charge.updated",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("card", "code", "decline_code", "advice", "network"),
    [
        ("declined", "card_declined", "generic_decline", "try_again_later", "05"),
        ("declines_later", "card_declined", "generic_decline", "try_again_later", "05"),
        ("insufficient_funds", "card_declined", "insufficient_funds", "try_again_later", "51"),
        ("lost", "card_declined", "lost_card", "do_not_try_again", "41"),
        ("stolen", "card_declined", "stolen_card", "do_not_try_again", "43"),
        ("expired", "expired_card", "expired_card", "confirm_card_data", "54"),
        ("saved_lost", "card_declined", "lost_card", "do_not_try_again", "41"),
        ("saved_closed", "card_declined", "invalid_account", "do_not_try_again", "46"),
        ("saved_insufficient_funds", "card_declined", "insufficient_funds", "try_again_later", "51"),
    ],
)
async def test_a_decline_says_why_and_leaves_a_failed_charge(
    api: Caller, card: str, code: str, decline_code: str, advice: str, network: str
) -> None:
    with pytest.raises(stripe.CardError) as declined:
        await api.pay(card)
    error = declined.value.error
    assert (declined.value.http_status, declined.value.code, error.decline_code) == (402, code, decline_code)
    assert (error.advice_code, error.network_decline_code, error.type) == (advice, network, "card_error")
    assert declined.value.request_id.startswith("req_")
    assert (error.payment_intent.status, error.payment_intent.payment_method) == ("requires_payment_method", None)
    assert error.payment_intent.last_payment_error.advice_code == advice
    charge = await api.v1.charges.retrieve_async(error.charge)
    assert (charge.status, charge.failure_code, charge.paid, charge.balance_transaction) == (
        "failed",
        code,
        False,
        None,
    )
    assert (charge.outcome.advice_code, charge.outcome.reason) == (advice, decline_code)
    assert charge.outcome.network_decline_code == network
    assert await api.event_types() == ["payment_intent.created", "charge.failed", "payment_intent.payment_failed"]
    assert await api.balance() == {"eur": (0, 0)}


async def test_the_fixable_card_works_at_the_third_attempt(api: Caller) -> None:
    customer, method = await api.saved("fixable")
    params = {
        "amount": 25_00, "currency": "eur", "customer": customer, "payment_method": method, "off_session": True, "confirm": True,
    }  # fmt: skip
    for _ in range(2):
        with pytest.raises(stripe.CardError) as declined:
            await api.v1.payment_intents.create_async(params)
        assert declined.value.error.decline_code == "insufficient_funds"
    assert (await api.v1.payment_intents.create_async(params)).status == "succeeded"


async def test_a_refused_payment_is_confirmed_again_with_another_card(api: Caller) -> None:
    customer, _ = await api.saved()
    other = await api.v1.payment_methods.attach_async("pm_card_visa", {"customer": customer})
    lost = await api.v1.payment_methods.attach_async("pm_card_sandbox_saved_lost", {"customer": customer})
    intent = await api.v1.payment_intents.create_async(
        {"amount": 700, "currency": "eur", "customer": customer, "payment_method": lost.id}
    )
    assert intent.status == "requires_confirmation"
    with pytest.raises(stripe.CardError):
        await api.v1.payment_intents.confirm_async(intent.id, {"off_session": True})
    with pytest.raises(stripe.InvalidRequestError) as bare:
        await api.v1.payment_intents.confirm_async(intent.id, {"return_url": BACK})
    assert bare.value.code == "payment_intent_unexpected_state"
    paid = await api.v1.payment_intents.confirm_async(intent.id, {"payment_method": other.id, "return_url": BACK})
    assert (paid.status, paid.last_payment_error) == ("succeeded", None)
    charges = await api.v1.charges.list_async({"payment_intent": intent.id})
    assert [charge.status for charge in charges.data] == ["succeeded", "failed"]


async def _waiting_for_its_holder(api: Caller) -> stripe.PaymentIntent:
    """A payment that was refused off session for want of authentication, then confirmed again with its holder there."""
    with pytest.raises(stripe.CardError) as declined:
        await api.pay("authentication_always")
    error = declined.value.error
    assert (declined.value.code, error.decline_code) == ("authentication_required", "authentication_required")
    assert error.payment_intent.status == "requires_payment_method"
    return await api.v1.payment_intents.confirm_async(
        error.payment_intent.id, {"payment_method": error.payment_method.id, "return_url": BACK}
    )


async def test_a_payment_that_needs_its_holder_is_confirmed_on_the_banks_page(api: Caller) -> None:
    intent = await _waiting_for_its_holder(api)
    assert (intent.status, intent.next_action.type) == ("requires_action", "redirect_to_url")
    assert intent.next_action.redirect_to_url.return_url == BACK
    page = await api.http.get(intent.next_action.redirect_to_url.url)
    assert page.status_code == 200
    assert "Simulated" in page.text and "€25.00" in page.text
    assert "form-action 'self' http://127.0.0.1:8000" in page.headers["content-security-policy"]
    done = await api.http.post(intent.next_action.redirect_to_url.url, data={"outcome": "complete"})
    back = httpx.URL(done.headers["location"])
    assert (done.status_code, back.path, back.params["tab"]) == (303, "/pledges/7", "pay")
    assert (back.params["payment_intent"], back.params["redirect_status"]) == (intent.id, "succeeded")
    assert back.params["payment_intent_client_secret"] == intent.client_secret
    paid = await api.v1.payment_intents.retrieve_async(intent.id, {"expand": ["latest_charge"]})
    assert (paid.status, paid.next_action) == ("succeeded", None)
    assert paid.latest_charge.payment_method_details.card.three_d_secure.result == "authenticated"
    assert (await api.http.get(intent.next_action.redirect_to_url.url)).status_code == 404


async def test_a_holder_who_does_not_authenticate_may_try_again(api: Caller) -> None:
    intent = await _waiting_for_its_holder(api)
    done = await api.http.post(intent.next_action.redirect_to_url.url, data={"outcome": "fail"})
    assert httpx.URL(done.headers["location"]).params["redirect_status"] == "failed"
    failed = await api.v1.payment_intents.retrieve_async(intent.id)
    assert (failed.status, failed.last_payment_error.code) == (
        "requires_payment_method", "payment_intent_authentication_failure",
    )  # fmt: skip
    again = await api.v1.payment_intents.confirm_async(
        intent.id, {"payment_method": failed.last_payment_error.payment_method.id, "return_url": BACK}
    )
    assert again.status == "requires_action"
    types = await api.event_types()
    assert types.count("payment_intent.requires_action") == 2
    assert types.count("payment_intent.payment_failed") == 2


async def test_a_card_that_was_set_up_is_not_asked_again_off_session(api: Caller) -> None:
    assert (await api.pay("authentication_setup")).status == "succeeded"
    customer, _ = await api.saved()
    never_set_up = await api.v1.payment_methods.attach_async(
        "pm_card_authenticationRequiredOnSetup", {"customer": customer}
    )
    with pytest.raises(stripe.CardError) as declined:
        await api.v1.payment_intents.create_async(
            {"amount": 500, "currency": "eur", "customer": customer, "payment_method": never_set_up.id, "off_session": True,
             "confirm": True}
        )  # fmt: skip
    assert declined.value.code == "authentication_required"


async def test_a_return_url_is_needed_where_redirects_are_possible(api: Caller) -> None:
    customer, method = await api.saved()
    params = {"amount": 500, "currency": "eur", "customer": customer, "payment_method": method, "confirm": True}
    on = {"enabled": True}
    for more in ({}, {"automatic_payment_methods": on}, {"automatic_payment_methods": on, "off_session": True}):
        with pytest.raises(stripe.InvalidRequestError) as refused:
            await api.v1.payment_intents.create_async({**params, **more})
        assert refused.value.param == "return_url"
    for more in ({"return_url": BACK}, {"automatic_payment_methods": {**on, "allow_redirects": "never"}}):
        assert (await api.v1.payment_intents.create_async({**params, **more})).status == "succeeded"


async def test_an_open_payment_is_cancelled_once(api: Caller) -> None:
    intent = await api.v1.payment_intents.create_async({"amount": 500, "currency": "eur"})
    canceled = await api.v1.payment_intents.cancel_async(intent.id, {"cancellation_reason": "abandoned"})
    assert (canceled.status, canceled.cancellation_reason) == ("canceled", "abandoned")
    for again in (api.v1.payment_intents.cancel_async(intent.id), api.v1.payment_intents.confirm_async(intent.id)):
        with pytest.raises(stripe.InvalidRequestError) as refused:
            await again
        assert refused.value.code == "payment_intent_unexpected_state"
        assert refused.value.error.payment_intent.status == "canceled"
    paid = await api.pay()
    with pytest.raises(stripe.InvalidRequestError, match="succeeded"):
        await api.v1.payment_intents.cancel_async(paid.id)


@pytest.mark.parametrize(
    ("amount", "currency", "param", "code"),
    [
        (0, "eur", "amount", "parameter_invalid_integer"),
        (49, "eur", "amount", "amount_too_small"),
        (100_000_000, "eur", "amount", "amount_too_large"),
        (500, "EUR", "currency", None),
        (500, "zzz", "currency", None),
    ],
)
async def test_an_amount_that_can_not_be_charged_is_refused(
    api: Caller, amount: int, currency: str, param: str, code: str | None
) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await api.v1.payment_intents.create_async({"amount": amount, "currency": currency})
    assert (refused.value.param, refused.value.code) == (param, code)


async def test_payments_are_found_by_customer_and_time(api: Caller) -> None:
    first = await api.pay(metadata={"charge": "1"})
    await api.pay(metadata={"charge": "2"})
    page = await api.v1.payment_intents.list_async({"customer": first.customer, "created": {"gte": first.created}})
    assert [found.metadata["charge"] for found in page.data] == ["1"]
    assert (await api.v1.payment_intents.list_async({"created": {"lt": first.created}})).data == []
    charges = await api.v1.charges.list_async({"customer": first.customer})
    assert [charge.payment_intent for charge in charges.data] == [first.id]


async def test_a_card_that_belongs_to_nobody_pays_once(api: Caller) -> None:
    intent = await api.v1.payment_intents.create_async(
        {"amount": 500, "currency": "eur", "payment_method": "pm_card_visa", "confirm": True, "return_url": BACK}
    )
    assert intent.status == "succeeded"
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await api.v1.payment_intents.create_async(
            {
                "amount": 500,
                "currency": "eur",
                "payment_method": intent.payment_method,
                "confirm": True,
                "return_url": BACK,
            }
        )
    assert refused.value.param == "payment_method"


async def test_a_payment_saves_its_card_where_that_was_asked_for(api: Caller) -> None:
    customer, _ = await api.saved()
    intent = await api.v1.payment_intents.create_async(
        {"amount": 500, "currency": "eur", "customer": customer, "payment_method": "pm_card_visa", "confirm": True,
         "return_url": BACK, "setup_future_usage": "off_session"}
    )  # fmt: skip
    saved = await api.v1.payment_methods.list_async({"customer": customer})
    assert intent.payment_method in [method.id for method in saved.data]


async def test_fees_by_currency(api: Caller) -> None:
    for amount, currency, fee in (
        (25_00, "eur", 63),
        (100_00, "usd", 320),
        (239_70, "usd", 725),
        (1_000, "jpy", 40),
        (10_000, "kwd", 175),
    ):
        intent = await api.pay(amount=amount, currency=currency)
        charge = await api.v1.charges.retrieve_async(intent.latest_charge, {"expand": ["balance_transaction"]})
        assert (charge.balance_transaction.fee, charge.balance_transaction.net) == (fee, amount - fee)


async def test_ids_look_like_stripes(api: Caller) -> None:
    intent = await api.pay()
    charge = await api.v1.charges.retrieve_async(intent.latest_charge)
    for found, prefix in (
        (intent.id, "pi"),
        (charge.id, "ch"),
        (charge.balance_transaction, "txn"),
        (intent.customer, "cus"),
    ):
        assert re.fullmatch(rf"{prefix}_1[0-9A-Za-z]{{23}}", found)
