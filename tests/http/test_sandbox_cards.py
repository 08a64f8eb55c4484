"""Customers, their saved cards, and SetupIntents at the sandbox."""

from __future__ import annotations

import pytest
import stripe

from tests.http.stripe_caller import Caller, a_caller

api = pytest.fixture(a_caller)


async def test_a_customer_is_made_read_and_changed(api: Caller) -> None:
    made = await api.v1.customers.create_async(
        {"email": "mei@example.com", "name": "Mei", "metadata": {"person": "7", "a": "b"}}
    )
    assert made.id.startswith("cus_")
    changed = await api.v1.customers.update_async(made.id, {"name": "Mei Lin", "metadata": {"a": "", "c": "d"}})
    assert (changed.name, changed.email, changed.metadata.to_dict()) == (
        "Mei Lin",
        "mei@example.com",
        {"person": "7", "c": "d"},
    )
    read = await api.v1.customers.retrieve_async(made.id)
    assert (read.name, read.metadata.to_dict()) == ("Mei Lin", {"person": "7", "c": "d"})
    cleared = await api.v1.customers.update_async(made.id, {"metadata": "", "name": ""})
    assert (cleared.name, cleared.metadata.to_dict()) == (None, {})
    assert await api.event_types() == ["customer.created", "customer.updated", "customer.updated"]


async def test_a_card_is_attached_listed_and_detached(api: Caller) -> None:
    customer = await api.v1.customers.create_async({"email": "mei@example.com"})
    card = await api.v1.payment_methods.attach_async("pm_card_visa", {"customer": customer.id})
    assert (card.card.last4, card.customer, card.type) == ("4242", customer.id, "card")
    for page in (
        await api.v1.payment_methods.list_async({"customer": customer.id, "type": "card"}),
        await api.v1.customers.payment_methods.list_async(customer.id),
    ):
        assert [method.id for method in page.data] == [card.id]
    assert (await api.v1.payment_methods.list_async({"customer": customer.id, "type": "sepa_debit"})).data == []
    gone = await api.v1.payment_methods.detach_async(card.id)
    assert gone.customer is None
    assert (await api.v1.payment_methods.list_async({"customer": customer.id})).data == []
    assert (await api.v1.payment_methods.retrieve_async(card.id)).customer is None
    assert await api.event_types() == ["customer.created", "payment_method.attached", "payment_method.detached"]


async def test_a_detached_card_is_of_no_more_use(api: Caller) -> None:
    customer, method = await api.saved()
    await api.v1.payment_methods.detach_async(method)
    for again in (
        api.v1.payment_methods.attach_async(method, {"customer": customer}),
        api.v1.payment_intents.create_async(
            {"amount": 100, "currency": "eur", "customer": customer, "payment_method": method}
        ),
        api.v1.payment_methods.detach_async(method),
    ):
        with pytest.raises(stripe.InvalidRequestError):
            await again


async def test_a_card_of_one_customer_is_not_charged_for_another(api: Caller) -> None:
    _, method = await api.saved()
    other = await api.v1.customers.create_async({})
    for customer in ({"customer": other.id}, {}):
        with pytest.raises(stripe.InvalidRequestError) as refused:
            await api.v1.payment_intents.create_async(
                {"amount": 100, "currency": "eur", "payment_method": method, **customer}
            )
        assert refused.value.param == "payment_method"


@pytest.mark.parametrize(
    ("token", "code", "decline_code"),
    [
        ("pm_card_visa_chargeDeclined", "card_declined", "generic_decline"),
        ("pm_card_visa_chargeDeclinedInsufficientFunds", "card_declined", "insufficient_funds"),
        ("pm_card_visa_chargeDeclinedLostCard", "card_declined", "lost_card"),
        ("pm_card_visa_chargeDeclinedStolenCard", "card_declined", "stolen_card"),
        ("pm_card_chargeDeclinedExpiredCard", "expired_card", "expired_card"),
    ],
)
async def test_the_bank_refuses_to_save_some_cards(api: Caller, token: str, code: str, decline_code: str) -> None:
    customer = await api.v1.customers.create_async({})
    with pytest.raises(stripe.CardError) as declined:
        await api.v1.payment_methods.attach_async(token, {"customer": customer.id})
    assert (declined.value.http_status, declined.value.code) == (402, code)
    assert declined.value.error.decline_code == decline_code
    assert (await api.v1.payment_methods.list_async({"customer": customer.id})).data == []


async def test_a_setup_intent_saves_a_card_without_a_payment(api: Caller) -> None:
    customer = await api.v1.customers.create_async({})
    intent = await api.v1.setup_intents.create_async(
        {
            "customer": customer.id, "usage": "off_session", "confirm": True, "payment_method": "pm_card_visa",
            "automatic_payment_methods": {"enabled": True, "allow_redirects": "never"}, "metadata": {"pledge": "9"},
            "expand": ["payment_method"],
        }
    )  # fmt: skip
    assert (intent.status, intent.payment_method.customer, intent.metadata["pledge"]) == ("succeeded", customer.id, "9")
    page = await api.v1.setup_intents.list_async({"customer": customer.id, "payment_method": intent.payment_method.id})
    assert [found.id for found in page.data] == [intent.id]
    with pytest.raises(stripe.InvalidRequestError) as over:
        await api.v1.setup_intents.cancel_async(intent.id)
    assert over.value.code == "setup_intent_unexpected_state"


async def test_a_setup_intent_can_wait_fail_and_be_canceled(api: Caller) -> None:
    customer = await api.v1.customers.create_async({})
    waiting = await api.v1.setup_intents.create_async({"customer": customer.id})
    assert (waiting.status, waiting.client_secret.startswith(waiting.id)) == ("requires_payment_method", True)
    canceled = await api.v1.setup_intents.cancel_async(waiting.id, {"cancellation_reason": "abandoned"})
    assert (canceled.status, canceled.cancellation_reason) == ("canceled", "abandoned")
    with pytest.raises(stripe.CardError) as declined:
        await api.v1.setup_intents.create_async(
            {"confirm": True, "payment_method": "pm_card_visa_chargeDeclined", "return_url": "http://127.0.0.1/back"}
        )
    failed = await api.v1.setup_intents.retrieve_async(declined.value.error.setup_intent.id)
    assert (failed.status, failed.last_setup_error.code) == ("requires_payment_method", "card_declined")
    assert "setup_intent.setup_failed" in await api.event_types()


async def test_thousands_of_saved_cards_are_made_at_once(api: Caller) -> None:
    made = await api.control("POST", "cards", {"count": 3_000, "card": "lost"})
    assert len(set(made["customers"])) == len(set(made["payment_methods"])) == 3_000
    method = await api.v1.payment_methods.retrieve_async(made["payment_methods"][2_999])
    assert (method.customer, method.card.last4) == (made["customers"][2_999], "9987")
    for wrong in ({"count": -1}, {"card": "platinum"}, {"cards": "ok"}, {"count": 50_001}):
        assert (await api.control("POST", "cards", wrong, status=400))["error"]["param"] == "cards"


async def test_a_bank_renews_a_card_and_the_event_says_so(api: Caller) -> None:
    _, method = await api.saved("ends_now")
    old = await api.v1.payment_methods.retrieve_async(method)
    changed = await api.control(
        "POST", f"payment_methods/{method}/renewal", {"card": "ok", "exp_month": 3, "exp_year": 2040}
    )
    assert (changed["card"]["last4"], changed["card"]["exp_month"], changed["card"]["exp_year"]) == ("4242", 3, 2040)
    assert (await api.v1.payment_methods.retrieve_async(method)).card.last4 == "4242"
    await api.control(
        "POST", f"payment_methods/{method}/renewal", {"exp_month": 4, "exp_year": 2040, "automatically": False}
    )
    assert await api.event_types() == ["payment_method.automatically_updated", "payment_method.updated"]
    first = (await api.v1.events.list_async({"type": "payment_method.automatically_updated"})).data[0]
    assert first.data.previous_attributes["card"]["last4"] == old.card.last4 == "2053"
    for wrong in ({}, {"exp_month": 13}, {"exp_year": "2040"}, {"card": "platinum"}):
        assert "error" in await api.control("POST", f"payment_methods/{method}/renewal", wrong, status=400)


async def test_a_card_is_removed_where_the_site_has_no_part_in_it(api: Caller) -> None:
    _, method = await api.saved()
    gone = await api.control("POST", f"payment_methods/{method}/removal")
    assert (gone["id"], gone["customer"]) == (method, None)
    assert await api.event_types() == ["payment_method.detached"]
    await api.control("POST", f"payment_methods/{method}/removal", status=400)
    await api.control("POST", f"payment_methods/{method}/renewal", {"exp_year": 2040}, status=400)
    await api.control("POST", "payment_methods/pm_none/removal", status=404)


async def test_a_card_is_good_until_its_month_is_over(api: Caller) -> None:
    customer, method = await api.saved("ends_now")
    paid = {
        "amount": 25_00,
        "currency": "eur",
        "customer": customer,
        "payment_method": method,
        "off_session": True,
        "confirm": True,
    }
    assert (await api.v1.payment_intents.create_async(paid)).status == "succeeded"
    await api.pass_time(days=32)
    with pytest.raises(stripe.CardError) as declined:
        await api.v1.payment_intents.create_async(paid)
    assert (declined.value.code, declined.value.error.decline_code) == ("expired_card", "expired_card")
    await api.control("POST", f"payment_methods/{method}/renewal", {"exp_year": 2040})
    assert (await api.v1.payment_intents.create_async(paid)).status == "succeeded"
