"""The last leg of a payout: from an organisation's account at Stripe to its bank, which may send it back."""

from __future__ import annotations

from typing import Any

import stripe as library

from crowdfund.payments.found import BankPayoutFound
from crowdfund.payments.stripe.asking import all_of, ask, client, is_for

_ENDED = {"paid": "paid", "failed": "failed", "canceled": "failed"}


async def bank_payout_found(account_id: str, stripe_payout_id: str) -> BankPayoutFound:
    return _found(await ask(client().v1.payouts.retrieve_async(stripe_payout_id, options=_of(account_id))))


async def bank_payouts_failed(account_id: str, *, since: int) -> list[BankPayoutFound]:
    """Those that the bank of an account has sent back. since: seconds since 1970."""
    page = await ask(
        client().v1.payouts.list_async(
            {"status": "failed", "created": {"gte": since}, "limit": 100}, options=_of(account_id)
        )
    )
    return [_found(one) async for one in all_of(page)]


async def send_bank_payout(
    *, key: str, account_id: str, amount_minor: int, currency: str, bank_payout_id: int, attempt: int
) -> BankPayoutFound:
    """Send what lies in an organisation's account to its bank once more. Raises Refused: `balance_insufficient` where it is not there."""
    made = await ask(
        client().v1.payouts.create_async(
            {
                "amount": amount_minor,
                "currency": currency.lower(),
                "metadata": {"bank_payout": str(bank_payout_id), "attempt": str(attempt)},
            },
            options={**_of(account_id), "idempotency_key": key},
        )
    )
    return _found(made)


async def bank_payout_searched(
    account_id: str, bank_payout_id: int, attempt: int, *, since: int
) -> BankPayoutFound | None:
    """Look for a payout whose answer was lost, by listing the account's; None: there is none. since: seconds since 1970."""
    page = await ask(client().v1.payouts.list_async({"created": {"gte": since}, "limit": 100}, options=_of(account_id)))
    async for found in all_of(page):
        if is_for(found, "bank_payout", bank_payout_id) and is_for(found, "attempt", attempt):
            return _found(found)
    return None


def _of(account_id: str) -> library.RequestOptions:
    return {"stripe_account": account_id}


def _found(payout: Any) -> BankPayoutFound:
    return BankPayoutFound(
        payout.id, _ENDED.get(payout.status, "sent"), payout.amount, payout.currency.upper(),
        str(payout.failure_message or payout.failure_code or ""), int(getattr(payout.metadata, "bank_payout", None) or 0),
        int(getattr(payout.metadata, "attempt", None) or 0),
    )  # fmt: skip
