"""Reading back: events and the balance."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any, cast

import stripe as library

from crowdfund.payments.found import BalanceTransaction
from crowdfund.payments.stripe.asking import Refused, all_of, ask, client, id_of


async def event_verified(body: bytes, signature: str, secrets: str) -> tuple[str, str, str, str | None]:
    """Id, type, object and connected account of an event. Raises Refused where the signature is not Stripe's.

    secrets: one, or several with commas: events of connected accounts come to an endpoint of their own.
    """
    for secret in filter(None, secrets.split(",")):
        try:
            library.WebhookSignature.verify_header(body.decode(), signature, secret, tolerance=300)
            event = json.loads(body)
            about = event["data"]["object"].get("id", "")  # a balance, for one, has none
            return event["id"], event["type"], about, event.get("account")
        except (library.SignatureVerificationError, ValueError, KeyError, TypeError, AttributeError):
            continue
    raise Refused("That is not an event of Stripe.", "bad_signature")


async def balance_transactions(*, since: int) -> AsyncIterator[BalanceTransaction]:
    """Every movement of the balance since then, newest first. since: seconds since 1970."""
    page = await ask(client().v1.balance_transactions.list_async({"created": {"gte": since}, "limit": 100}))
    async for found in all_of(page):
        yield transaction_of(found)


async def balance_minor() -> dict[str, int]:
    """What lies at Stripe by currency, available and pending together."""
    balance = await ask(client().v1.balance.retrieve_async())
    totals: dict[str, int] = {}
    parts: list[Any] = [*balance.available, *balance.pending]
    for part in parts:
        totals[part.currency.upper()] = totals.get(part.currency.upper(), 0) + part.amount
    return totals


async def register_webhooks(url: str, types: list[str]) -> str:
    """Tell the sandbox where the site listens; gives the secrets that sign its events. Real Stripe is set up by hand.

    Two endpoints, as at Stripe: one for the platform's own events, one for those of connected accounts.
    """
    for endpoint in (await ask(client().v1.webhook_endpoints.list_async({"limit": 100}))).data:
        await ask(client().v1.webhook_endpoints.delete_async(endpoint.id))
    secrets = []
    for connect in (False, True):
        wanted = {"url": url, "enabled_events": types, "connect": connect}
        made = await ask(client().v1.webhook_endpoints.create_async(cast(Any, wanted)))
        secrets.append(str(made.secret))
    return ",".join(secrets)


def transaction_of(found: Any) -> BalanceTransaction:
    return BalanceTransaction(
        id=found.id,
        type=found.type,
        source_id=str(id_of(found.source)),
        amount_minor=found.amount,
        fee_minor=found.fee,
        currency=found.currency.upper(),
        created=found.created,
    )
