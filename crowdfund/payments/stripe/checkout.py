"""Paying on Stripe's page: opening it, calling it off, and finding out what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from crowdfund.payments.found import ChargeOutcome, CheckoutFound
from crowdfund.payments.models import ChargeState
from crowdfund.payments.stripe.asking import Refused, ask, client, under
from crowdfund.payments.stripe.charges import outcome_of

_LATEST = "payment_intent.latest_charge.balance_transaction"


async def make_payment_page(
    checkout_id: int,
    customer_id: str,
    lines: Sequence[tuple[str, int, int]],
    currency: str,
    *,
    group: str,
    description: str,
    expires_at: int,
    success_url: str,
    cancel_url: str,
) -> tuple[str, str]:
    """The hosted page on which a fan pays; gives the session's id and the page's address.

    lines: words, quantity, minor units for one. expires_at: seconds since 1970, 30 minutes away at least.
    """
    items = [
        {
            "quantity": quantity,
            "price_data": {
                "currency": currency.lower(),
                "unit_amount": minor,
                "product_data": {"name": words},
            },
        }
        for words, quantity, minor in lines
    ]
    session = await ask(
        client().v1.checkout.sessions.create_async(
            {
                "mode": "payment",
                "customer": customer_id,
                "allowed_payment_method_types": ["card"],  # what settles days later can't hold a seat
                "line_items": cast(Any, items),
                "expires_at": expires_at,
                "success_url": success_url,
                "cancel_url": cancel_url,
                "metadata": {"checkout": str(checkout_id)},
                "payment_intent_data": {
                    "description": description,
                    "transfer_group": group,
                    "metadata": {"checkout": str(checkout_id)},
                },
            },
            under(f"checkout:{checkout_id}"),
        )
    )
    return session.id, str(session.url)


async def checkout_found(session_id: str) -> CheckoutFound:
    session = await ask(client().v1.checkout.sessions.retrieve_async(session_id, {"expand": [_LATEST]}))
    return _found(session)


async def expire_checkout(session_id: str) -> CheckoutFound:
    """Call a visit off, so that nothing can be paid by it any more; gives how it ended, paid perhaps."""
    try:
        return _found(await ask(client().v1.checkout.sessions.expire_async(session_id)))
    except Refused:  # it is over already
        return await checkout_found(session_id)


def _found(session: Any) -> CheckoutFound:
    intent = session.payment_intent
    if session.status != "complete":
        return CheckoutFound(str(session.status))
    outcome = outcome_of(intent) if intent is not None and not isinstance(intent, str) else ChargeOutcome(None)
    return CheckoutFound("complete" if outcome.state == ChargeState.SUCCEEDED else "open", outcome)
