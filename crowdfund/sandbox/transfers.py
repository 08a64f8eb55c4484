"""Transfers to connected accounts, and their reversals."""

from __future__ import annotations

from crowdfund.sandbox import connect, sums
from crowdfund.sandbox.account import Account
from crowdfund.sandbox.charges import in_words, move_money
from crowdfund.sandbox.errors import ApiError, invalid
from crowdfund.sandbox.ids import new_id
from crowdfund.sandbox.listing import page_of
from crowdfund.sandbox.methods import Params
from crowdfund.sandbox.payment_intents import check_amount
from crowdfund.sandbox.shape import Obj, private

CREATE = frozenset(
    {"amount", "currency", "description", "destination", "metadata", "source_transaction", "transfer_group"}
)
REVERSE = frozenset({"amount", "description", "metadata"})


def create(account: Account, params: Params) -> Obj:
    """Move money from the platform to a connected account.

    With source_transaction it waits for that charge's money to become available; without, the money has to be there.
    """
    check_amount(params.get("amount", 0), params["currency"])
    amount, currency = params["amount"], params["currency"]
    to, made = connect.payable(account, params["destination"])
    charge = _source(account, params)
    available_on = _available_on(account, charge)
    if charge is None:
        _need(account, amount, currency, "the platform")
    transfer = account.new(
        "transfer", amount=amount, currency=currency, description=params.get("description"), destination=made["id"],
        metadata=params.get("metadata", {}), source_transaction=params.get("source_transaction"),
        transfer_group=params.get("transfer_group") or (charge or {}).get("transfer_group"),
    )  # fmt: skip
    if charge is not None and transfer["transfer_group"] is None:
        transfer["transfer_group"] = f"group_{charge['payment_intent'] or charge['id']}"
    transfer["reversals"] = _no_reversals(transfer)
    transfer["destination_payment"] = new_id("py_")
    account_side = move_money(
        account, "transfer", transfer["id"], amount=-amount, currency=currency, available_on=available_on,
        description=transfer["description"],
    )  # fmt: skip
    transfer["balance_transaction"] = account_side["id"]
    move_money(
        to, "payment", transfer["destination_payment"], amount=amount, currency=currency, available_on=available_on
    )
    connect.schedule_payout(to, made, available_on)
    if charge is not None:
        private(charge)["transferred"] = private(charge).get("transferred", 0) + amount
        account.save(charge)
    account.insert(transfer)
    account.emit("transfer.created", transfer)
    sums.count(account.store, account.n, "transfers", currency, amount)
    return transfer


def _no_reversals(transfer: Obj) -> Obj:
    return {"object": "list", "data": [], "has_more": False, "url": f"/v1/transfers/{transfer['id']}/reversals"}


def _source(account: Account, params: Params) -> Obj | None:
    if "source_transaction" not in params:
        return None
    charge = account.get("charge", params["source_transaction"], param="source_transaction")
    if charge["status"] != "succeeded" or charge["currency"] != params["currency"]:
        raise invalid(
            "source_transaction is a successful charge in the transfer's currency.", param="source_transaction"
        )
    left = charge["amount"] - private(charge).get("transferred", 0)
    if params["amount"] > left:
        rest = in_words(left, charge["currency"])
        raise invalid(f"Transfers from a charge can't be more than the charge: {rest} are left.", param="amount")
    return charge


def _available_on(account: Account, charge: Obj | None) -> int | None:
    if charge is None:
        return None
    on: int = account.get("balance_transaction", charge["balance_transaction"])["available_on"]
    return on


def _need(account: Account, amount: int, currency: str, whose: str) -> None:
    there = sums.available_minor(account.store, account.n, currency, account.now)
    if there < amount:
        message = f"Only {in_words(there, currency)} are available in the balance of {whose}."
        raise insufficient(message)


def insufficient(message: str) -> ApiError:
    return invalid(message, code="balance_insufficient")


def retrieve(account: Account, params: Params, transfer_id: str) -> Obj:
    transfer = account.get("transfer", transfer_id)
    transfer["reversals"] = list_reversals(account, {}, transfer_id)
    return transfer


def reverse(account: Account, params: Params, transfer_id: str) -> Obj:
    """Take a transfer back, whole or in part. The connected account's available balance has to cover it."""
    transfer = account.get("transfer", transfer_id)
    left = transfer["amount"] - transfer["amount_reversed"]
    amount = params.get("amount", left)
    if left == 0:
        raise invalid("This transfer is reversed already.", param="id", code="transfer_already_reversed")
    if not 1 <= amount <= left:
        rest = in_words(left, transfer["currency"])
        raise invalid(f"The amount is at least 1 and at most the {rest} left of this transfer.", param="amount")
    to = account.connected(transfer["destination"])
    assert to is not None
    _need(to, amount, transfer["currency"], "the connected account")
    reversal = account.new(
        "transfer_reversal", amount=amount, currency=transfer["currency"], metadata=params.get("metadata") or {},
        destination_payment_refund=new_id("pyr_"), transfer=transfer["id"],
    )  # fmt: skip
    currency = transfer["currency"]
    move_money(to, "payment_refund", reversal["destination_payment_refund"], amount=-amount, currency=currency)
    back = move_money(
        account,
        "transfer_refund",
        reversal["id"],
        amount=amount,
        currency=currency,
        description=params.get("description"),
    )
    reversal["balance_transaction"] = back["id"]
    before = {"amount_reversed": transfer["amount_reversed"], "reversed": transfer["reversed"]}
    transfer.update(amount_reversed=transfer["amount_reversed"] + amount, reversed=amount == left)
    account.insert(reversal)
    account.save(transfer)
    account.emit("transfer.reversed", transfer, before)
    sums.count(account.store, account.n, "reversals", currency, amount)
    return reversal


def list_reversals(account: Account, params: Params, transfer_id: str) -> Obj:
    account.get("transfer", transfer_id)
    return page_of(account, "transfer_reversal", params, f"/v1/transfers/{transfer_id}/reversals", transfer=transfer_id)
