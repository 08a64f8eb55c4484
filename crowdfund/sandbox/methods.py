"""Customers and their payment methods."""

from __future__ import annotations

from typing import Any

from crowdfund.sandbox import cards
from crowdfund.sandbox.account import Account
from crowdfund.sandbox.cards import TestCard
from crowdfund.sandbox.errors import invalid
from crowdfund.sandbox.listing import page_of
from crowdfund.sandbox.shape import Obj, private

CUSTOMER = frozenset({"address", "description", "email", "metadata", "name", "phone", "preferred_locales", "shipping"})

Params = dict[str, Any]


def create_customer(account: Account, params: Params) -> Obj:
    customer = account.new("customer", **{name: value or None for name, value in params.items() if name != "expand"})
    customer["metadata"] = params.get("metadata") or {}
    account.insert(customer)
    account.emit("customer.created", customer)
    return customer


def update_customer(account: Account, params: Params, customer_id: str) -> Obj:
    customer = account.get("customer", customer_id)
    before = {name: customer[name] for name in params if name != "expand"}
    for name in before:
        customer[name] = merged(customer[name], params[name]) if name == "metadata" else params[name] or None
    account.save(customer)
    account.emit("customer.updated", customer, before)
    return customer


def merged(old: dict[str, str], new: dict[str, str] | str) -> dict[str, str]:
    """Metadata after an update: pairs are added or replaced, an empty value removes one, an empty text all of them."""
    if isinstance(new, str):
        return {}
    return {name: value for name, value in {**old, **new}.items() if value != ""}


def new_method(account: Account, card: TestCard, **values: Any) -> Obj:
    """A payment method for a test card, not stored yet and attached to nobody."""
    method = account.new("payment_method", **values)
    method["card"].update(cards.card_members(card, account.now))
    return method


def find_method(account: Account, method_id: str, *, param: str | None = None) -> Obj:
    """The payment method with this id; the name of a test card, such as pm_card_visa, makes a new one."""
    card = cards.BY_TOKEN.get(method_id)
    if card is None:
        return account.get("payment_method", method_id, param=param)
    method = new_method(account, card)
    account.insert(method)
    return method


def usable_by(method: Obj, customer: str | None) -> None:
    """Refuse a payment method of another customer, and one that was detached, or used while it belonged to nobody."""
    if method["customer"] and method["customer"] != customer:
        message = (
            "This PaymentMethod belongs to a customer: give that customer with the request, or another PaymentMethod."
        )
        raise invalid(message, param="payment_method")
    if private(method).get("spent"):
        message = "This PaymentMethod was detached, or used without a customer. It can't be used again."
        raise invalid(message, param="payment_method")


def attach(account: Account, params: Params, method_id: str) -> Obj:
    """Give a payment method to a customer. The customer's bank is asked, so some cards are declined here."""
    if "customer" not in params:
        raise invalid("Missing required param: customer.", param="customer", code="parameter_missing")
    account.require("customer", params["customer"], param="customer")
    method = find_method(account, method_id)
    usable_by(method, params["customer"])
    no = cards.refusal_to_save(method)
    if no:
        raise cards.card_error(no)
    return give_to(account, method, params["customer"])


def give_to(account: Account, method: Obj, customer: str | None, *, set_up: bool = False) -> Obj:
    """Attach without asking the bank; set_up: its holder authenticated, so later charges off session need not ask."""
    if set_up:
        private(method)["set_up"] = True
    fresh = customer is not None and method["customer"] is None
    if customer is not None:
        method["customer"] = customer
    account.save(method)
    if fresh:
        account.emit("payment_method.attached", method)
    return method


def detach(account: Account, params: Params, method_id: str) -> Obj:
    method = account.get("payment_method", method_id)
    if method["customer"] is None:
        raise invalid("This PaymentMethod is attached to no customer, so it can't be detached.", param="payment_method")
    before = {"customer": method["customer"]}
    method["customer"] = None
    private(method)["spent"] = True
    account.save(method)
    account.emit("payment_method.detached", method, before)
    return method


def renew(account: Account, method_id: str, changes: dict[str, Any], *, automatically: bool) -> Obj:
    """Its bank gave the holder another card under the same account, or another last month for it.

    automatically: the card network told Stripe, and nobody did anything; else its holder changed it.
    """
    method = account.get("payment_method", method_id)
    if method["customer"] is None:
        raise invalid("This PaymentMethod is attached to no customer: nobody renews it.", param="payment_method")
    before = {"card": {name: method["card"][name] for name in changes}}
    method["card"].update(changes)
    account.save(method)
    account.emit("payment_method.automatically_updated" if automatically else "payment_method.updated", method, before)
    return method


def list_methods(account: Account, params: Params) -> Obj:
    if "customer" not in params:
        raise invalid("Give the customer whose payment methods are asked for.", param="customer")
    account.require("customer", params["customer"], param="customer")
    return _cards_only(account, params, "/v1/payment_methods", params.pop("customer"))


def list_methods_of_customer(account: Account, params: Params, customer_id: str) -> Obj:
    account.get("customer", customer_id)
    return _cards_only(account, params, f"/v1/customers/{customer_id}/payment_methods", customer_id)


def _cards_only(account: Account, params: Params, url: str, customer_id: str) -> Obj:
    if params.pop("type", "card") != "card":
        return {"object": "list", "data": [], "has_more": False, "url": url}
    return page_of(account, "payment_method", params, url, customer=customer_id)
