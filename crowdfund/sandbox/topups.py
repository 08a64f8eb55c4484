"""Top-ups: the platform puts money of its own into its balance. Here it is there at once; at Stripe it takes days."""

from __future__ import annotations

from crowdfund.sandbox import sums
from crowdfund.sandbox.account import Account
from crowdfund.sandbox.charges import move_money
from crowdfund.sandbox.errors import invalid
from crowdfund.sandbox.methods import Params
from crowdfund.sandbox.payment_intents import check_amount
from crowdfund.sandbox.shape import Obj

CREATE = frozenset({"amount", "currency", "description", "metadata", "statement_descriptor"})


def create(account: Account, params: Params) -> Obj:
    amount, currency = params["amount"], params["currency"]
    check_amount(amount, currency)
    if account.owner.connected is not None:
        raise invalid("Only the platform's own balance can be topped up.")
    topup = account.new(
        "topup", amount=amount, currency=currency, description=params.get("description"), metadata=params.get("metadata", {}),
        expected_availability_date=account.now, statement_descriptor=params.get("statement_descriptor"),
    )  # fmt: skip
    topup["balance_transaction"] = move_money(account, "topup", topup["id"], amount=amount, currency=currency)["id"]
    account.insert(topup)
    account.emit("topup.succeeded", topup)
    sums.count(account.store, account.n, "topups", currency, amount)
    return topup
