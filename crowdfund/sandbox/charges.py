"""Charges and the money they make: the bank's answer, the balance transaction, and what follows from the card."""

from __future__ import annotations

from typing import Any

from crowdfund.money import digits_of
from crowdfund.sandbox import cards, sums
from crowdfund.sandbox.account import Account
from crowdfund.sandbox.cards import Decline
from crowdfund.sandbox.shape import Obj, private

AVAILABLE_AFTER_SECONDS = 2 * 86_400
FEE_PER_MILLE = 15
FEE_FIXED_MINOR = 25
DOLLARS = "usd"


def fee_minor(amount_minor: int, currency: str) -> int:
    """The sandbox's fee for a charge: in dollars 2.9 % rounded half up and 30 cents, as Stripe takes in the United States; in all
    other currencies 1.5 % rounded up and 25 minor units."""
    if currency == DOLLARS:
        return (amount_minor * 29 + 500) // 1000 + 30
    return -(-amount_minor * FEE_PER_MILLE // 1000) + FEE_FIXED_MINOR


def move_money(
    account: Account,
    kind: str,
    source: str,
    *,
    amount: int,
    currency: str,
    fee: int = 0,
    available_on: int | None = None,
    category: str | None = None,
    description: str | None = None,
) -> Obj:
    """A balance transaction: money into the account (amount > 0) or out of it, less a fee. It is the only way money moves.

    available_on: the second from which it counts as available; None is at once.
    """
    now = account.now
    details = [
        {"amount": fee, "application": None, "currency": currency, "description": "Simulated fee", "type": "stripe_fee"}
    ]
    transaction = account.new(
        "balance_transaction", amount=amount, available_on=now if available_on is None else available_on, currency=currency,
        description=description, fee=fee, fee_details=details if fee else [], net=amount - fee,
        reporting_category=category or kind, source=source, type=kind,
    )  # fmt: skip
    account.insert(transaction)
    sums.add(account.store, account.n, currency, amount - fee, transaction["available_on"], now)
    if fee:
        sums.count(account.store, account.n, "fees", currency, fee)
    return transaction


def charge(
    account: Account, intent: Obj, method: Obj, *, off_session: bool, authenticated: bool = False
) -> Decline | None:
    """Ask the bank for an intent's amount; the outcome is written into the intent, which the caller saves.

    Returns the bank's no, or None where the money came.
    """
    no = _bank_says(account, method, off_session, authenticated)
    made = account.new("charge", **_from(intent, method, authenticated))
    intent.update(latest_charge=made["id"], next_action=None)
    if no is None:
        _collect(account, intent, made, method)
    else:
        _decline(account, intent, made, method, no)
    return no


def _bank_says(account: Account, method: Obj, off_session: bool, authenticated: bool) -> Decline | None:
    if cards.has_expired(method, account.now):
        return cards.EXPIRED
    if not authenticated and cards.must_authenticate(method):
        return cards.AUTHENTICATION
    card = cards.of(method)
    if card.declines_first:
        declined = private(method).get("declined", 0)
        if not off_session or declined >= card.declines_first:
            return None
        private(method)["declined"] = declined + 1
        account.save(method)
    return card.decline


def _from(intent: Obj, method: Obj, authenticated: bool) -> dict[str, Any]:
    details = {
        "type": "card",
        "card": {
            **{
                name: method["card"][name]
                for name in ("brand", "country", "exp_month", "exp_year", "fingerprint", "funding", "last4")
            },
            "amount_authorized": intent["amount"],
            "three_d_secure": _AUTHENTICATED if authenticated else None,
        },
    }
    copied = (
        "amount",
        "currency",
        "customer",
        "description",
        "metadata",
        "receipt_email",
        "statement_descriptor_suffix",
    )
    return {
        **{name: intent[name] for name in (*copied, "shipping", "transfer_group")},
        "billing_details": method["billing_details"],
        "payment_intent": intent["id"],
        "payment_method": method["id"],
        "payment_method_details": details,
    }


_AUTHENTICATED = {
    "authentication_flow": "challenge", "electronic_commerce_indicator": "05", "exemption_indicator": None,
    "result": "authenticated", "result_reason": None, "transaction_id": None, "version": "2.2.0",
}  # fmt: skip


def _collect(account: Account, intent: Obj, made: Obj, method: Obj) -> None:
    amount, currency, card = intent["amount"], intent["currency"], cards.of(method)
    made.update(amount_captured=amount, captured=True, paid=True, status="succeeded")
    intent.update(amount_received=amount, last_payment_error=None, payment_method=method["id"], status="succeeded")
    account.emit("charge.succeeded", made)
    account.emit("payment_intent.succeeded", intent)
    # The answer that makes a charge has no balance transaction yet (capture_method automatic_async): it comes right after.
    account.as_answered[made["id"]] = dict(made)
    available_on = None if card.at_once else account.now + AVAILABLE_AFTER_SECONDS
    transaction = move_money(
        account, "charge", made["id"], amount=amount, currency=currency, fee=fee_minor(amount, currency), available_on=available_on,
        description=intent["description"],
    )  # fmt: skip
    made["balance_transaction"] = transaction["id"]
    account.insert(made)
    account.emit("charge.updated", made, {"balance_transaction": None})
    sums.count(account.store, account.n, "charges", currency, amount)
    if card.disputed:
        account.due(account.now, "dispute", made["id"])


def _decline(account: Account, intent: Obj, made: Obj, method: Obj, no: Decline) -> None:
    made.update(
        failure_code=no.code,
        failure_message=no.message,
        outcome={
            "advice_code": no.advice or None, "network_advice_code": None, "network_decline_code": no.network_code,
            "network_status": "declined_by_network", "reason": no.decline_code, "risk_level": "normal",
            "seller_message": "The bank declined the payment.", "type": "issuer_declined",
        },
        status="failed",
    )  # fmt: skip
    error = cards.card_error(no, charge=made["id"], payment_method=method).error
    intent.update(last_payment_error=error, payment_method=None, status="requires_payment_method")
    account.insert(made)
    account.emit("charge.failed", made)
    account.emit("payment_intent.payment_failed", intent)
    sums.count(account.store, account.n, "declined", intent["currency"], intent["amount"])


def in_words(amount_minor: int, currency: str) -> str:
    """An amount for an error message: `25.00 EUR`."""
    digits = digits_of(currency.upper())
    return f"{amount_minor / 10**digits:.{digits}f} {currency.upper()}"
