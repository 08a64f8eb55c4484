"""SetupIntents: saving a card for later, with its holder's authentication where the bank asks for it."""

from __future__ import annotations

from typing import Any

from crowdfund.sandbox import cards
from crowdfund.sandbox.account import Account
from crowdfund.sandbox.cards import Decline
from crowdfund.sandbox.errors import invalid, wrong_state
from crowdfund.sandbox.ids import random_letters
from crowdfund.sandbox.methods import Params, find_method, give_to, usable_by
from crowdfund.sandbox.shape import Obj, private

SETUP = frozenset(
    {"automatic_payment_methods", "confirm", "customer", "description", "metadata", "payment_method",
     "payment_method_options", "return_url", "usage"}
)  # fmt: skip


def create_setup(account: Account, params: Params) -> Obj:
    account.require("customer", params.get("customer"), param="customer")
    if "return_url" in params and not params.get("confirm"):
        raise invalid("return_url can be used with confirm=true only.", param="return_url")
    intent = new_setup(
        account, **{n: v for n, v in params.items() if n not in ("confirm", "expand", "payment_method", "return_url")}
    )
    method = None
    if "payment_method" in params:
        method = find_method(account, params["payment_method"], param="payment_method")
        usable_by(method, intent["customer"])
        intent.update(payment_method=method["id"], status="requires_confirmation")
    account.insert(intent)
    account.emit("setup_intent.created", intent)
    if params.get("confirm"):
        if method is None:
            raise wrong_state("SetupIntent", "without a payment method", "give one to confirm it.")
        need_return_url(intent, params)
        no = confirm_setup(account, intent, method, return_url=params.get("return_url"))
        if no:
            raise cards.card_error(no, effect_stays=True, setup_intent=intent, payment_method=method)
    return intent


def new_setup(account: Account, **values: Any) -> Obj:
    """A SetupIntent that is not stored yet."""
    intent = account.new("setup_intent", **values)
    intent["client_secret"] = f"{intent['id']}_secret_{random_letters(24)}"
    return intent


def need_return_url(intent: Obj, params: Params) -> None:
    """Refuse a confirmation without return_url, unless redirects are ruled out.

    Stripe does so for cards too, since some payment methods of its Dashboard redirect (Open Collective's frontend, pull
    request 12346, 2026-08). Off session it is let pass where automatic_payment_methods was not given, as Stripe's own
    example does ("Save and reuse", read 2026-11).
    """
    allowed = intent["automatic_payment_methods"]["allow_redirects"] == "never"
    bare = params.get("off_session") and not private(intent).get("automatic_given")
    if not allowed and not bare and "return_url" not in params:
        message = "Give a return_url, for some payment methods redirect; or set allow_redirects to never."
        raise invalid(message, param="return_url", code="payment_intent_invalid_parameter")


def confirm_setup(
    account: Account, intent: Obj, method: Obj, *, return_url: str | None, authenticated: bool = False
) -> Decline | None:
    """Save a card for its customer. Returns the bank's no; where the bank asks the holder first, status requires_action."""
    if not authenticated and cards.of(method).authentication != "never":
        intent.update(
            payment_method=method["id"], status="requires_action", next_action=redirect_to(account, intent, return_url)
        )
        account.save(method)
        account.save(intent)
        account.emit("setup_intent.requires_action", intent)
        return None
    no = cards.refusal_to_save(method)
    if no:
        fail_setup(account, intent, cards.card_error(no, payment_method=method).error)
        return no
    intent.update(payment_method=method["id"], status="succeeded", next_action=None, last_setup_error=None)
    give_to(account, method, intent["customer"], set_up=True)
    account.save(intent)
    account.emit("setup_intent.succeeded", intent)
    return None


def fail_setup(account: Account, intent: Obj, error: dict[str, Any]) -> None:
    intent.update(payment_method=None, status="requires_payment_method", next_action=None, last_setup_error=error)
    account.save(intent)
    account.emit("setup_intent.setup_failed", intent)


def redirect_to(account: Account, intent: Obj, return_url: str | None) -> Obj:
    """What an intent that waits for its holder tells the site: the address of the simulated bank's page."""
    if return_url is None:
        return {"type": "use_stripe_sdk", "use_stripe_sdk": {"type": "three_d_secure_redirect"}}
    private(intent)["return_url"] = return_url
    url = f"{account.origin}/3d-secure/{intent['client_secret']}"
    return {"type": "redirect_to_url", "redirect_to_url": {"return_url": return_url, "url": url}}


def cancel_setup(account: Account, params: Params, intent_id: str) -> Obj:
    intent = account.get("setup_intent", intent_id)
    if private(intent).get("session"):
        raise wrong_state("SetupIntent", "part of a Checkout Session", "expire the session instead.")
    if intent["status"] in ("succeeded", "canceled"):
        raise wrong_state("SetupIntent", intent["status"], "only one still open can be canceled.", setup_intent=intent)
    return end_setup(account, intent, params.get("cancellation_reason"))


def end_setup(account: Account, intent: Obj, reason: str | None) -> Obj:
    intent.update(status="canceled", cancellation_reason=reason, next_action=None)
    account.save(intent)
    account.emit("setup_intent.canceled", intent)
    return intent
