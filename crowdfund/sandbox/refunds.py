"""Refunds: money back to the card, whole or in part; to one test card it fails later and comes back."""

from __future__ import annotations

from crowdfund.sandbox import cards, sums
from crowdfund.sandbox.account import Account
from crowdfund.sandbox.charges import in_words, move_money
from crowdfund.sandbox.errors import invalid
from crowdfund.sandbox.methods import Params
from crowdfund.sandbox.shape import Obj, private

CREATE = frozenset({"amount", "charge", "metadata", "payment_intent", "reason"})


def create(account: Account, params: Params) -> Obj:
    """Give a charge's money back. Stripe keeps its fee, so the refund's own fee is 0."""
    charge = _charge(account, params)
    left = charge["amount"] - charge["amount_refunded"]
    amount = params.get("amount", left)
    _check(charge, amount, left)
    refund = account.new(
        "refund", amount=amount, charge=charge["id"], currency=charge["currency"], metadata=params.get("metadata") or {},
        payment_intent=charge["payment_intent"], reason=params.get("reason"),
    )  # fmt: skip
    transaction = move_money(account, "refund", refund["id"], amount=-amount, currency=refund["currency"])
    refund["balance_transaction"] = transaction["id"]
    before = {"amount_refunded": charge["amount_refunded"], "refunded": charge["refunded"]}
    charge.update(amount_refunded=charge["amount_refunded"] + amount, refunded=amount == left)
    account.save(charge)
    account.insert(refund)
    account.emit("refund.created", refund)
    account.emit("charge.refunded", charge, before)
    sums.count(account.store, account.n, "refunds", refund["currency"], amount)
    if _fails_later(charge):
        account.due(account.now, "fail_refund", refund["id"])
    return refund


def _charge(account: Account, params: Params) -> Obj:
    if ("charge" in params) == ("payment_intent" in params):
        raise invalid("Give one of charge and payment_intent.", param="charge", code="parameter_missing")
    if "charge" in params:
        charge = account.get("charge", params["charge"], param="charge")
    else:
        intent = account.get("payment_intent", params["payment_intent"], param="payment_intent")
        if intent["status"] != "succeeded":
            raise invalid("This PaymentIntent has no successful charge to refund.", param="payment_intent")
        charge = account.get("charge", intent["latest_charge"])
    if charge["status"] != "succeeded":
        raise invalid("This charge took no money, so none can be refunded.", param="charge")
    return charge


def _check(charge: Obj, amount: int, left: int) -> None:
    if charge["disputed"] and not (private(charge).get("dispute_won") or private(charge).get("only_asked_about")):
        raise invalid("This charge is disputed: the bank has its money.", param="charge", code="charge_disputed")
    if left == 0:
        raise invalid("This charge has been refunded already.", param="charge", code="charge_already_refunded")
    if amount < 1:
        raise invalid("The amount is at least 1.", param="amount", code="parameter_invalid_integer")
    if amount > left:
        of, rest = in_words(amount, charge["currency"]), in_words(left, charge["currency"])
        raise invalid(f"A refund of {of} is more than the {rest} left of this charge.", param="amount")


def _fails_later(charge: Obj) -> bool:
    return cards.BY_NAME["refund_fails"].last4 == charge["payment_method_details"]["card"]["last4"]


def fail(account: Account, refund_id: str) -> None:
    """The bank sent a refund back: its money returns to the balance."""
    refund = account.get("refund", refund_id)
    if refund["status"] != "succeeded":
        return
    amount, currency = refund["amount"], refund["currency"]
    transaction = move_money(account, "refund_failure", refund["id"], amount=amount, currency=currency)
    refund.update(
        status="failed", failure_balance_transaction=transaction["id"], failure_reason="expired_or_canceled_card"
    )
    charge = account.get("charge", refund["charge"])
    charge.update(amount_refunded=charge["amount_refunded"] - amount, refunded=False)
    account.save(refund)
    account.save(charge)
    for event in ("refund.updated", "refund.failed", "charge.refund.updated"):
        account.emit(event, refund, {"status": "succeeded"} if event != "refund.failed" else None)
    sums.count(account.store, account.n, "refunds_failed", currency, amount)
