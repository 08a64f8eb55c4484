"""PaymentIntents: one payment, from the amount to the bank's answer, with the holder's authentication in between if asked."""

from __future__ import annotations

from typing import Any

from babel.numbers import list_currencies

from crowdfund import money
from crowdfund.sandbox import cards, charges
from crowdfund.sandbox.account import Account
from crowdfund.sandbox.cards import Decline
from crowdfund.sandbox.errors import invalid, wrong_state
from crowdfund.sandbox.ids import random_letters
from crowdfund.sandbox.methods import Params, find_method, give_to, usable_by
from crowdfund.sandbox.setup_intents import need_return_url, redirect_to
from crowdfund.sandbox.shape import Obj, private, shown

CONFIRM = frozenset(
    {"error_on_requires_action", "off_session", "payment_method", "payment_method_options", "receipt_email", "return_url",
     "setup_future_usage"}
)  # fmt: skip
CREATE = CONFIRM | {
    "amount", "automatic_payment_methods", "confirm", "currency", "customer", "description", "metadata", "shipping",
    "statement_descriptor_suffix", "transfer_group",
}  # fmt: skip
_ONLY_CONFIRMING = ("error_on_requires_action", "off_session", "return_url")
_CURRENCIES = frozenset(code.lower() for code in list_currencies())
_CAN_CONFIRM = ("requires_payment_method", "requires_confirmation", "requires_action")
_WITHDRAWN = "The authentication of this payment failed. Give another payment method, or confirm it again."


def create(account: Account, params: Params) -> Obj:
    check_amount(params["amount"], params["currency"], least=True)
    account.require("customer", params.get("customer"), param="customer")
    if not params.get("confirm"):
        for name in _ONLY_CONFIRMING:
            if name in params:
                raise invalid(f"{name} can be used with confirm=true only.", param=name)
    intent = new(
        account,
        **{name: value for name, value in params.items() if name not in (*_ONLY_CONFIRMING, "confirm", "expand")},
    )
    method = None
    if "payment_method" in params:
        method = _method_for(account, intent, params["payment_method"])
        intent.update(payment_method=method["id"], status="requires_confirmation")
    account.insert(intent)
    account.emit("payment_intent.created", intent)
    return _confirm(account, intent, method, params) if params.get("confirm") else intent


def new(account: Account, **values: Any) -> Obj:
    """A PaymentIntent that is not stored yet."""
    intent = account.new("payment_intent", **values)
    if "automatic_payment_methods" in values:
        private(intent)["automatic_given"] = True
    intent["client_secret"] = f"{intent['id']}_secret_{random_letters(24)}"
    return intent


def check_amount(amount_minor: int, currency: str, *, least: bool = False) -> None:
    """Refuse an amount or a currency that can't be charged. least: hold it against the currency's minimum charge."""
    if currency not in _CURRENCIES:
        raise invalid(f"Invalid currency: {currency}. Currencies are three lower-case letters.", param="currency")
    if amount_minor < 1:
        raise invalid("The amount is at least 1.", param="amount", code="parameter_invalid_integer")
    if amount_minor > money.CHARGE_MAX_MINOR:
        raise invalid("The amount has at most eight digits.", param="amount", code="amount_too_large")
    if least and amount_minor < money.charge_min_minor(currency.upper()):
        raise invalid("The amount is below the currency's minimum charge.", param="amount", code="amount_too_small")


def confirm(account: Account, params: Params, intent_id: str) -> Obj:
    intent = account.get("payment_intent", intent_id)
    if intent["status"] not in _CAN_CONFIRM or private(intent).get("session"):
        status = "part of a Checkout Session" if private(intent).get("session") else intent["status"]
        raise wrong_state("PaymentIntent", status, "it can't be confirmed.", payment_intent=shown(intent))
    method_id = params.get("payment_method") or intent["payment_method"]
    method = _method_for(account, intent, method_id) if method_id else None
    for name in ("payment_method_options", "receipt_email", "setup_future_usage"):
        if name in params:
            intent[name] = params[name] or None
    return _confirm(account, intent, method, params)


def _method_for(account: Account, intent: Obj, method_id: str) -> Obj:
    method = find_method(account, method_id, param="payment_method")
    usable_by(method, intent["customer"])
    return method


def _confirm(account: Account, intent: Obj, method: Obj | None, params: Params) -> Obj:
    if method is None:
        raise wrong_state(
            "PaymentIntent", "without a payment method", "give one to confirm it.", payment_intent=shown(intent)
        )
    need_return_url(intent, params)
    if params.get("error_on_requires_action") and not params.get("off_session") and cards.must_authenticate(method):
        params["off_session"] = True
    no = pay(account, intent, method, off_session=bool(params.get("off_session")), return_url=params.get("return_url"))
    if no:
        made = {"charge": intent["latest_charge"], "payment_intent": intent, "payment_method": method}
        raise cards.card_error(no, effect_stays=True, **made)
    return intent


def pay(
    account: Account,
    intent: Obj,
    method: Obj,
    *,
    off_session: bool,
    return_url: str | None,
    authenticated: bool = False,
) -> Decline | None:
    """Try to collect an intent's money from a payment method, and save the intent. Returns the bank's no.

    On session, a bank that asks the holder first leaves the intent in requires_action.
    """
    if not off_session and not authenticated and cards.must_authenticate(method):
        action = redirect_to(account, intent, return_url)
        intent.update(next_action=action, payment_method=method["id"], status="requires_action")
        account.save(intent)
        account.emit("payment_intent.requires_action", intent)
        return None
    no = charges.charge(account, intent, method, off_session=off_session, authenticated=authenticated)
    if no is None:
        _keep_or_spend(account, intent, method)
    account.save(intent)
    return no


def _keep_or_spend(account: Account, intent: Obj, method: Obj) -> None:
    """After a payment: the card is saved where that was asked for; one that belongs to nobody can't be used again."""
    usage = intent["setup_future_usage"]
    if usage and intent["customer"]:
        give_to(account, method, intent["customer"], set_up=usage == "off_session")
    elif method["customer"] is None:
        private(method)["spent"] = True
        account.save(method)


def fail_authentication(account: Account, intent: Obj, method: Obj) -> None:
    """The holder did not authenticate: the intent waits for another try."""
    error = {
        "code": "payment_intent_authentication_failure", "message": _WITHDRAWN, "payment_method": shown(method),
        "type": "invalid_request_error",
    }  # fmt: skip
    intent.update(last_payment_error=error, next_action=None, payment_method=None, status="requires_payment_method")
    account.save(intent)
    account.emit("payment_intent.payment_failed", intent)


def cancel(account: Account, params: Params, intent_id: str) -> Obj:
    intent = account.get("payment_intent", intent_id)
    if private(intent).get("session"):
        raise wrong_state("PaymentIntent", "part of a Checkout Session", "expire the session instead.")
    if intent["status"] in ("succeeded", "canceled"):
        wanted = "only one still open can be canceled."
        raise wrong_state("PaymentIntent", intent["status"], wanted, payment_intent=shown(intent))
    return end(account, intent, params.get("cancellation_reason"))


def end(account: Account, intent: Obj, reason: str | None) -> Obj:
    intent.update(canceled_at=account.now, cancellation_reason=reason, next_action=None, status="canceled")
    account.save(intent)
    account.emit("payment_intent.canceled", intent)
    return intent
