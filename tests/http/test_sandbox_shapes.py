"""The sandbox's answers have every key that Stripe's examples have for that object, and the library knows all of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import stripe

from tests.http.stripe_caller import Caller, a_caller

api = pytest.fixture(a_caller)
KEYS = {
    name: set(keys.split())
    for name, keys in json.loads((Path(__file__).parents[1] / "data/stripe_keys.json").read_text()).items()
}
# Members whose keys depend on the object they tell of: the examples show one kind of them.
FREE = {"account/capabilities", "payment_intent/next_action", "setup_intent/next_action"}


def _lacking(kind: str, found: dict[str, Any]) -> list[str]:
    """Keys of the example that the answer has not, with their place."""
    lacking = []
    for place, keys in KEYS.items():
        if (place != kind and not place.startswith(f"{kind}/")) or place in FREE:
            continue
        member: Any = found
        for step in place.split("/")[1:]:
            member = member.get(step) if isinstance(member, dict) else None
        if isinstance(member, dict) and member:
            lacking += [f"{place}/{key}" for key in sorted(keys - member.keys())]
    return lacking


async def _answers(api: Caller) -> dict[str, list[dict[str, Any]]]:
    """Objects of every kind, in their different states, as they are on the wire."""
    studio = await api.account()
    intent = await api.pay("instant", amount=100_00)
    with pytest.raises(stripe.CardError) as declined:
        await api.pay("lost")
    refund = await api.v1.refunds.create_async({"payment_intent": intent.id, "amount": 1_00})
    transfer = await api.v1.transfers.create_async({"amount": 5_00, "currency": "eur", "destination": studio})
    reversed_ = await api.raw("POST", f"/v1/transfers/{transfer.id}/reversals")
    payout = await api.v1.payouts.create_async({"amount": 1_00, "currency": "eur"})
    topup = await api.v1.topups.create_async({"amount": 1_00, "currency": "eur", "description": "A reserve"})
    _, renewed = await api.saved()
    await api.control("POST", f"payment_methods/{renewed}/renewal", {"exp_month": 3, "exp_year": 2040})
    await api.control("POST", f"payment_methods/{renewed}/removal")
    dispute = await api.control("POST", f"charges/{intent.latest_charge}/dispute")
    session = await api.v1.checkout.sessions.create_async(
        {"mode": "setup", "currency": "eur", "success_url": "http://127.0.0.1/"}
    )
    await api.http.post(session.url, data={"card": "ok", "email": "mei@example.com"})
    endpoint = await api.raw(
        "POST", "/v1/webhook_endpoints", form={"url": "http://127.0.0.1:9/", "enabled_events[0]": "payout.paid"}
    )
    link = await api.raw(
        "POST", "/v1/account_links",
        form={"account": studio, "type": "account_onboarding", "refresh_url": "http://127.0.0.1/", "return_url": "http://127.0.0.1/"},
    )  # fmt: skip

    async def get(path: str) -> dict[str, Any]:
        answer = await api.raw("GET", f"/v1/{path}")
        assert answer.status_code == 200, answer.text
        return answer.json()

    failed = declined.value.error
    return {
        "account": [await get(f"accounts/{studio}")],
        "account_link": [link.json()],
        "balance": [await get("balance")],
        "balance_transaction": (await get("balance_transactions"))["data"],
        "charge": [await get(f"charges/{intent.latest_charge}"), await get(f"charges/{failed.charge}")],
        "checkout.session": [await get(f"checkout/sessions/{session.id}")],
        "customer": [await get(f"customers/{intent.customer}")],
        "dispute": [dispute, await get(f"disputes/{dispute['id']}")],
        "event": (await get("events?limit=100"))["data"],
        "payment_intent": [
            await get(f"payment_intents/{intent.id}"),
            await get(f"payment_intents/{failed.payment_intent.id}"),
        ],
        "payment_method": [
            await get(f"payment_methods/{intent.payment_method}"),
            await get(f"payment_methods/{renewed}"),
        ],
        "payout": [await get(f"payouts/{payout.id}")],
        "refund": [await get(f"refunds/{refund.id}")],
        "setup_intent": [await get(f"setup_intents/{session.setup_intent}")],
        "topup": [await get(f"topups/{topup.id}")],
        "transfer": [await get(f"transfers/{transfer.id}")],
        "transfer_reversal": [reversed_.json()],
        "webhook_endpoint": [endpoint.json()],
    }


async def test_no_answer_lacks_a_key(api: Caller) -> None:
    answers = await _answers(api)
    assert set(answers) == {place for place in KEYS if "/" not in place}
    for kind, objects in answers.items():
        for found in objects:
            assert _lacking(kind, found) == []
            assert kind in (found["object"], "account_link") and "_" not in found
    for event in answers["event"]:
        inner = event["data"]["object"]
        assert _lacking(inner["object"], inner) == []


async def test_the_library_knows_every_key(api: Caller) -> None:
    classes: dict[str, Any] = {
        "account": stripe.Account, "account_link": stripe.AccountLink, "balance": stripe.Balance,
        "balance_transaction": stripe.BalanceTransaction, "charge": stripe.Charge, "checkout.session": stripe.checkout.Session,
        "customer": stripe.Customer, "dispute": stripe.Dispute, "event": stripe.Event, "payment_intent": stripe.PaymentIntent,
        "payment_method": stripe.PaymentMethod, "payout": stripe.Payout, "refund": stripe.Refund,
        "setup_intent": stripe.SetupIntent, "topup": stripe.Topup, "transfer": stripe.Transfer,
        "transfer_reversal": stripe.TransferReversal, "webhook_endpoint": stripe.WebhookEndpoint,
    }  # fmt: skip
    for kind, objects in (await _answers(api)).items():
        for found in objects:
            assert found.keys() - classes[kind].__annotations__.keys() == set(), kind
