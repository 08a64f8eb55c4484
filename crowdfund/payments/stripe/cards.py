"""Customers and saved cards at Stripe."""

from __future__ import annotations

from typing import Any, cast

from crowdfund.payments.found import CardFound
from crowdfund.payments.stripe.asking import Refused, ask, client, under


async def make_customer(key: str, person_id: int, email: str, name: str) -> str:
    customer = await ask(
        client().v1.customers.create_async(
            {"email": email, "name": name, "metadata": {"person": str(person_id)}},
            under(key),
        )
    )
    return customer.id


async def make_setup_page(
    setup_id: int, customer_id: str, currency: str, *, success_url: str, cancel_url: str
) -> tuple[str, str]:
    """The hosted page on which a fan saves a card; gives the session's id and the page's address."""
    session = await ask(
        client().v1.checkout.sessions.create_async(
            {
                "mode": "setup",
                "customer": customer_id,
                "allowed_payment_method_types": [
                    "card"
                ],  # whatever else is switched on in the account can't be a pledge
                "currency": currency.lower(),
                "success_url": success_url,
                "cancel_url": cancel_url,
                "metadata": {"card_setup": str(setup_id)},
            },
            under(f"card_setup:{setup_id}"),
        )
    )
    return session.id, str(session.url)


async def card_found(session_id: str) -> CardFound:
    session = await ask(
        client().v1.checkout.sessions.retrieve_async(session_id, {"expand": ["setup_intent.payment_method"]})
    )
    intent = cast(Any, session.setup_intent)
    method = intent.payment_method if intent is not None and intent.status == "succeeded" else None
    if session.status != "complete" or method is None:
        return CardFound(str(session.status))
    return _card_of(method)


def _card_of(method: Any) -> CardFound:
    card = method.card
    if card is None:
        return CardFound("expired")
    return CardFound(
        "complete", method.id, card.brand, card.last4, card.exp_month, card.exp_year, card.fingerprint or ""
    )


async def card_now(payment_method_id: str) -> CardFound:
    """A saved card as it is now. state `expired`: it belongs to its customer no more, and can't be charged again."""
    method = await ask(client().v1.payment_methods.retrieve_async(payment_method_id))
    return CardFound("expired") if method.customer is None else _card_of(method)


async def let_card_go(payment_method_id: str) -> None:
    try:
        await ask(client().v1.payment_methods.detach_async(payment_method_id))
    except Refused as refused:
        if refused.code not in ("resource_missing", "payment_method_unexpected_state", ""):
            raise
