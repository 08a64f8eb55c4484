"""Payouts to a bank, made by hand or by themselves: pending, then paid two days later, unless somebody lets one fail."""

from __future__ import annotations

from crowdfund.sandbox import sums
from crowdfund.sandbox.account import Account
from crowdfund.sandbox.charges import in_words, move_money
from crowdfund.sandbox.errors import invalid
from crowdfund.sandbox.methods import Params
from crowdfund.sandbox.payment_intents import check_amount
from crowdfund.sandbox.shape import Obj
from crowdfund.sandbox.transfers import insufficient

CREATE = frozenset({"amount", "currency", "description", "destination", "metadata", "statement_descriptor"})
ARRIVES_AFTER_SECONDS = 2 * 86_400
_PLATFORM_BANK = "ba_1SimulatedBank0platform0"


def create(account: Account, params: Params) -> Obj:
    """Send available money to the account's bank. A connected account has to have finished its onboarding."""
    return _create(account, params)


def empty(account: Account, account_id: str) -> None:
    """All that is available in a connected account goes to its bank, by itself, each currency apart."""
    for currency in sums.currencies(account.store, account.n):
        available = sums.available_minor(account.store, account.n, currency, account.now)
        if available > 0:
            _create(account, {"amount": available, "currency": currency}, automatic=True)


def _create(account: Account, params: Params, *, automatic: bool = False) -> Obj:
    amount, currency = params["amount"], params["currency"]
    check_amount(amount, currency)
    bank = _bank(account, params.get("destination"))
    there = sums.available_minor(account.store, account.n, currency, account.now)
    if there < amount:
        raise insufficient(f"Only {in_words(there, currency)} are available for a payout.")
    payout = account.new(
        "payout", amount=amount, automatic=automatic, arrival_date=account.now + ARRIVES_AFTER_SECONDS, currency=currency,
        description=params.get("description"), destination=bank, metadata=params.get("metadata", {}),
        statement_descriptor=params.get("statement_descriptor"),
        trace_id={"status": "pending", "value": None},
    )  # fmt: skip
    payout["balance_transaction"] = move_money(account, "payout", payout["id"], amount=-amount, currency=currency)["id"]
    account.insert(payout)
    account.emit("payout.created", payout)
    account.due(payout["arrival_date"], "pay_payout", payout["id"])
    sums.count(account.store, account.n, "payouts", currency, amount)
    return payout


def _bank(account: Account, wanted: str | None) -> str:
    if account.owner.connected is None:
        known = _PLATFORM_BANK
    else:
        made = account.platform().get("account", account.owner.connected)
        if not made["payouts_enabled"]:
            raise invalid("Payouts are not enabled for this account.", code="payouts_not_allowed")
        known = made["external_accounts"]["data"][0]["id"]
    if wanted not in (None, known):
        raise invalid(f"No such external account: '{wanted}'", param="destination", code="resource_missing")
    return known


def pay(account: Account, payout_id: str) -> None:
    """The money arrived at the bank."""
    payout = account.get("payout", payout_id)
    if payout["status"] == "pending":
        payout.update(status="paid", trace_id={"status": "supported", "value": f"SIM{payout_id[-8:]}"})
        account.save(payout)
        account.emit("payout.paid", payout)


def fail(account: Account, payout_id: str) -> Obj:
    """The bank sent the money back, which banks do even days after it arrived: it returns to the balance."""
    payout = account.get("payout", payout_id)
    if payout["status"] not in ("pending", "paid"):
        raise invalid(f"This payout is {payout['status']} already.", param="payout")
    amount, currency = payout["amount"], payout["currency"]
    back = move_money(account, "payout_failure", payout["id"], amount=amount, currency=currency)
    payout.update(
        status="failed", failure_balance_transaction=back["id"], failure_code="account_closed",
        failure_message="The bank account has been closed.",
    )  # fmt: skip
    account.save(payout)
    account.emit("payout.failed", payout)
    sums.count(account.store, account.n, "payouts_failed", currency, amount)
    return payout
