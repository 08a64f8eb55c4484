"""Charging a saved card, and finding out what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

import stripe as library

from crowdfund.database import outside_transaction
from crowdfund.payments.found import ChargeOutcome
from crowdfund.payments.models import ChargeState
from crowdfund.payments.stripe.asking import Refused, all_of, ask, client, id_of, is_for, under

ASKED_WRONGLY = "request:"  # begins the decline code of a charge that Stripe did not even bring to the bank


async def charge_card(
    *, key: str, amount_minor: int, currency: str, customer_id: str, payment_method_id: str, charge_id: int, group: str
) -> ChargeOutcome:
    """Charge a saved card without the fan being there. Never raises: what can't be told comes back as unknown."""
    outside_transaction("a charge")
    try:
        intent = await client().v1.payment_intents.create_async(
            {
                "amount": amount_minor,
                "currency": currency.lower(),
                "customer": customer_id,
                "payment_method": payment_method_id,
                "off_session": True,
                "confirm": True,
                "transfer_group": group,
                "metadata": {"charge": str(charge_id)},
                "expand": ["latest_charge.balance_transaction"],
            },
            under(key),
        )
    except library.CardError as error:
        return _declined(error)
    except library.InvalidRequestError as error:
        if error.code in ("resource_missing", "payment_method_unexpected_state") or error.param == "payment_method":
            return ChargeOutcome(ChargeState.DECLINED, decline_code="card_gone", advice="do_not_try_again")
        # A definite no to what we asked, not to her card: nothing happened, and a person has to look at why.
        return ChargeOutcome(ChargeState.DECLINED, decline_code=f"{ASKED_WRONGLY}{error.code or error.param or ''}")
    except Exception as error:
        return ChargeOutcome(None, decline_code=type(error).__name__)
    return outcome_of(intent)


def _declined(error: library.CardError) -> ChargeOutcome:
    facts: Mapping[str, Any] = cast(dict[str, Any], error.json_body or {}).get("error", {})
    intent = facts.get("payment_intent") or {}
    code = str(facts.get("decline_code") or facts.get("code") or "")
    needs_fan = "authentication_required" in (facts.get("code"), facts.get("decline_code"))
    return ChargeOutcome(
        ChargeState.NEEDS_ACTION if needs_fan else ChargeState.DECLINED,
        payment_intent_id=intent.get("id"),
        charge_id=facts.get("charge"),
        decline_code=code,
        advice=str(facts.get("advice_code") or ""),
    )


# She did not confirm it this time: the same PaymentIntent waits for another try.
_FAN_IS_WANTED = ("authentication_required", "payment_intent_authentication_failure")


def outcome_of(intent: library.PaymentIntent) -> ChargeOutcome:
    """What a PaymentIntent says of the charge it stands for."""
    if intent.status == "succeeded":
        charge = cast(Any, intent.latest_charge)
        transaction = cast(Any, None if isinstance(charge, str) else charge.balance_transaction)
        known = not isinstance(transaction, str | None)
        return ChargeOutcome(
            ChargeState.SUCCEEDED,
            payment_intent_id=intent.id,
            charge_id=id_of(charge),
            balance_transaction_id=transaction.id if known else None,
            fee_minor=transaction.fee if known else None,
        )
    if intent.status == "canceled":
        return ChargeOutcome(ChargeState.DECLINED, payment_intent_id=intent.id, decline_code="canceled")
    failure = intent.last_payment_error  # has only the keys that apply
    code, decline, advice = (str(getattr(failure, key, "") or "") for key in ("code", "decline_code", "advice_code"))
    if intent.status == "requires_action" or code in _FAN_IS_WANTED:
        return ChargeOutcome(ChargeState.NEEDS_ACTION, payment_intent_id=intent.id, decline_code=decline or code)
    if intent.status == "requires_payment_method":
        return ChargeOutcome(
            ChargeState.DECLINED, payment_intent_id=intent.id, decline_code=decline or code, advice=advice
        )
    return ChargeOutcome(None, payment_intent_id=intent.id)


async def charge_found(payment_intent_id: str) -> ChargeOutcome:
    """Look a charge up by its PaymentIntent."""
    intent = await ask(
        client().v1.payment_intents.retrieve_async(payment_intent_id, {"expand": ["latest_charge.balance_transaction"]})
    )
    return outcome_of(intent)


async def charge_searched(customer_id: str, charge_id: int, since: int) -> ChargeOutcome | None:
    """Look for a charge whose answer was lost, among the customer's PaymentIntents since then; None: there is none.

    By listing, never by Stripe's search, which lags. since: seconds since 1970.
    """
    page = await ask(
        client().v1.payment_intents.list_async(
            {
                "customer": customer_id,
                "created": {"gte": since},
                "limit": 100,
                "expand": ["data.latest_charge.balance_transaction"],
            }
        )
    )
    async for intent in all_of(page):
        if is_for(intent, "charge", charge_id):
            return outcome_of(intent)
    return None


async def authenticate(payment_intent_id: str, payment_method_id: str, return_url: str) -> str | None:
    """Confirm a charge again while the fan is there; gives the bank's page to send her to, or None where none is needed."""
    try:
        intent = await ask(
            client().v1.payment_intents.confirm_async(
                payment_intent_id, {"payment_method": payment_method_id, "return_url": return_url}
            )
        )
    except Refused:
        return None  # declined, or done already: what came of it is fetched
    page = getattr(intent.next_action, "redirect_to_url", None)
    return str(page.url) if intent.status == "requires_action" and page is not None else None


async def cancel_charge(payment_intent_id: str) -> ChargeOutcome:
    """Make sure that a charge which waits for the fan can't succeed any more; gives what it ended as."""
    try:
        intent = await ask(client().v1.payment_intents.cancel_async(payment_intent_id))
    except Refused:
        return await charge_found(payment_intent_id)
    return outcome_of(intent)
