"""Checkout sessions: made by the site, completed by a person on the hosted page, expired by time or by the site."""

from __future__ import annotations

from typing import Any

from crowdfund.sandbox import cards, payment_intents, setup_intents
from crowdfund.sandbox.account import Account
from crowdfund.sandbox.cards import Decline, TestCard
from crowdfund.sandbox.errors import invalid
from crowdfund.sandbox.ids import random_letters
from crowdfund.sandbox.methods import Params, new_method
from crowdfund.sandbox.shape import Obj, private

CREATE = frozenset(
    {"allowed_payment_method_types", "billing_address_collection", "cancel_url", "client_reference_id", "currency",
     "custom_text", "customer", "customer_creation", "customer_email", "expires_at", "line_items", "locale", "metadata",
     "mode", "payment_intent_data", "payment_method_options", "setup_intent_data", "submit_type", "success_url", "ui_mode"}
)  # fmt: skip
LEAST_SECONDS = 30 * 60
MOST_SECONDS = 24 * 3600
_OF_INTENT = frozenset({"description", "metadata", "receipt_email", "setup_future_usage", "statement_descriptor_suffix",
                        "transfer_group"})  # fmt: skip


def create(account: Account, params: Params) -> Obj:
    mode = params.get("mode")
    if mode not in ("payment", "setup"):
        raise invalid("Give the mode: the sandbox simulates payment and setup.", param="mode", code="parameter_missing")
    _check(account, params, mode)
    items = [_line_item(number, item) for number, item in enumerate(params.get("line_items", []))]
    session = account.new("checkout.session", **{name: value for name, value in params.items() if name in _COPIED})
    session["id"] = f"{session['id']}{random_letters(32)}"
    session.update(expires_at=_expires_at(account, params), url=f"{account.origin}/c/pay/{session['id']}")
    if mode == "payment":
        _price(session, items)
        private(session).update(items=items, intent=params.get("payment_intent_data", {}))
    else:
        session["payment_status"] = "no_payment_required"
        intent = setup_intents.new_setup(account, customer=session["customer"], **params.get("setup_intent_data", {}))
        private(intent)["session"] = session["id"]
        session["setup_intent"] = intent["id"]
        account.insert(intent)
        account.emit("setup_intent.created", intent)
    account.insert(session)
    account.due(session["expires_at"], "expire_session", session["id"])
    return session


_COPIED = CREATE - {"line_items", "payment_intent_data", "setup_intent_data", "expires_at"}


def _check(account: Account, params: Params, mode: str) -> None:
    if params.get("ui_mode", "hosted_page") != "hosted_page":
        raise invalid("The sandbox simulates hosted_page only.", param="ui_mode", code="sandbox_unsupported")
    _need(params, "success_url", "Checkout comes back to it")
    if "customer" in params and "customer_email" in params:
        raise invalid("Give one of customer and customer_email.", param="customer_email")
    account.require("customer", params.get("customer"), param="customer")
    if mode == "payment":
        _need(params, "line_items", "a payment is for something")
        _refuse(params, "setup_intent_data", "mode=setup")
    else:
        _refuse(params, "line_items", "mode=payment")
        _refuse(params, "payment_intent_data", "mode=payment")
        if "allowed_payment_method_types" not in params:
            _need(params, "currency", "the payment methods on offer depend on it")
    unknown = params.get("payment_intent_data", {}).keys() - _OF_INTENT
    if unknown:
        name = f"payment_intent_data[{min(unknown)}]"
        raise invalid(f"The sandbox does not simulate {name}.", param=name, code="sandbox_unsupported")


def _need(params: Params, name: str, because: str) -> None:
    if not params.get(name):
        raise invalid(f"Missing required param: {name}; {because}.", param=name, code="parameter_missing")


def _refuse(params: Params, name: str, only: str) -> None:
    if name in params:
        raise invalid(f"{name} can be used with {only} only.", param=name)


def _line_item(number: int, item: Obj) -> Obj:
    """One line: what it is called, how many, and what one costs."""
    path = f"line_items[{number}]"
    unknown = item.keys() - {"price_data", "quantity"}
    if unknown or "price_data" not in item:
        raise invalid(
            f"The sandbox simulates {path} with price_data and quantity.", param=path, code="sandbox_unsupported"
        )
    price = item["price_data"]
    if "product_data" not in price or "unit_amount" not in price:
        raise invalid(f"{path}[price_data] needs product_data and unit_amount.", param=f"{path}[price_data]")
    if item.get("quantity", 0) < 1 or price["unit_amount"] < 0:
        raise invalid(
            f"{path} needs a quantity of at least 1 and an amount that is not negative.", param=f"{path}[quantity]"
        )
    return {
        "name": price["product_data"]["name"],
        "description": price["product_data"].get("description"),
        "quantity": item["quantity"],
        "unit_amount": price["unit_amount"],
        "currency": price["currency"],
    }


def _price(session: Obj, items: list[Obj]) -> None:
    currencies = {item["currency"] for item in items}
    if len(currencies) > 1:
        raise invalid("All line items have one currency.", param="line_items")
    total = sum(item["unit_amount"] * item["quantity"] for item in items)
    currency = currencies.pop()
    payment_intents.check_amount(total, currency, least=True)
    session.update(
        amount_subtotal=total, amount_total=total, currency=currency,
        total_details={"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0},
    )  # fmt: skip


def _expires_at(account: Account, params: Params) -> int:
    expires_at: int = params.get("expires_at", account.now + MOST_SECONDS)
    if not account.now + LEAST_SECONDS <= expires_at <= account.now + MOST_SECONDS:
        raise invalid("A session expires 30 minutes to 24 hours after it was made.", param="expires_at")
    return expires_at


def expire(account: Account, params: Params, session_id: str) -> Obj:
    session = account.get("checkout.session", session_id)
    if session["status"] != "open":
        raise invalid(
            f"Only an open Checkout Session can be expired; this one is {session['status']}.", param="session"
        )
    return end(account, session)


def end(account: Account, session: Obj) -> Obj:
    """Close an open session unpaid; its intent is canceled with it."""
    session.update(status="expired", url=None)
    account.save(session)
    if session["payment_intent"]:
        payment_intents.end(account, account.get("payment_intent", session["payment_intent"]), "automatic")
    elif session["setup_intent"]:
        setup_intents.end_setup(account, account.get("setup_intent", session["setup_intent"]), "abandoned")
    account.emit("checkout.session.expired", session)
    return session


def submit(account: Account, session: Obj, card: TestCard, email: str | None) -> Decline | None:
    """What a person sent from the hosted page: save or charge this card.

    Returns the bank's no. Afterwards the session is complete, or its intent waits for the holder's authentication.
    """
    billing = {"email": email, "name": None, "phone": None, "tax_id": None, "address": dict(_NO_ADDRESS)}
    method = new_method(account, card, billing_details=billing)
    account.insert(method)
    session["customer_details"] = _DETAILS | {"email": email}
    back = f"{account.origin}/c/pay/{session['id']}/back"
    no = (
        _save_card(account, session, method, back)
        if session["mode"] == "setup"
        else _pay(account, session, method, back)
    )
    account.save(session)
    return no


_NO_ADDRESS: dict[str, None] = dict.fromkeys(("city", "country", "line1", "line2", "postal_code", "state"))
_DETAILS: dict[str, Any] = {
    "address": None, "business_name": None, "email": None, "individual_name": None, "name": None, "phone": None,
    "tax_exempt": "none", "tax_ids": [],
}  # fmt: skip


def _save_card(account: Account, session: Obj, method: Obj, back: str) -> Decline | None:
    intent = account.get("setup_intent", session["setup_intent"])
    _make_customer(account, session)
    intent["customer"] = session["customer"]
    return setup_intents.confirm_setup(account, intent, method, return_url=back)


def _pay(account: Account, session: Obj, method: Obj, back: str) -> Decline | None:
    if session["payment_intent"]:
        intent = account.get("payment_intent", session["payment_intent"])
    else:
        _make_customer(account, session)
        wanted = private(session)["intent"]
        intent = payment_intents.new(
            account,
            amount=session["amount_total"],
            currency=session["currency"],
            customer=session["customer"],
            **wanted,
        )
        private(intent)["session"] = session["id"]
        session["payment_intent"] = intent["id"]
        account.insert(intent)
        account.emit("payment_intent.created", intent)
    return payment_intents.pay(account, intent, method, off_session=False, return_url=back)


def _make_customer(account: Account, session: Obj) -> None:
    """A customer for a session that was asked to make one."""
    if session["customer"] is None and session["customer_creation"] == "always":
        customer = account.new("customer", email=session["customer_details"]["email"])
        account.insert(customer)
        account.emit("customer.created", customer)
        session["customer"] = customer["id"]


def intent_of(account: Account, session: Obj) -> Obj | None:
    """The intent that a session works on; a payment has none before the first try."""
    if session["mode"] == "setup":
        return account.get("setup_intent", session["setup_intent"])
    return account.get("payment_intent", session["payment_intent"]) if session["payment_intent"] else None


def complete(account: Account, session: Obj) -> None:
    """The card is saved or the money is there: the session is done."""
    session.update(status="complete", url=None)
    if session["mode"] == "payment":
        session["payment_status"] = "paid"
    account.save(session)
    account.emit("checkout.session.completed", session)


def sentence(no: Decline) -> str:
    """What the hosted page says when the bank said no."""
    return (
        f"{no.message} Please choose another card."
        if no is not cards.EXPIRED
        else f"{no.message} Please choose one that is valid."
    )
