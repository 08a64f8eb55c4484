"""Disputes: the holder's bank takes a charge's money back; evidence decides, or time, or whoever drives the sandbox."""

from __future__ import annotations

from crowdfund.sandbox import sums
from crowdfund.sandbox.account import Account
from crowdfund.sandbox.charges import move_money
from crowdfund.sandbox.errors import invalid
from crowdfund.sandbox.methods import Params, merged
from crowdfund.sandbox.shape import Obj, private
from crowdfund.sandbox.shapes_money import EVIDENCE

UPDATE = frozenset({"evidence", "metadata", "submit"})
FEE_MINOR = 2_000
ANSWER_WITHIN_SECONDS = 14 * 86_400
_OPEN = ("needs_response", "under_review")
_ASKING = ("warning_needs_response", "warning_under_review")
# What Stripe's test mode understands in evidence[uncategorized_text] (Stripe docs, "Testing", read 2026-11).
_DECIDES = {"winning_evidence": "won", "losing_evidence": "lost"}


def open_dispute(
    account: Account, charge_id: str, *, reason: str = "fraudulent", amount: int | None = None, inquiry: bool = False
) -> Obj:
    """The bank takes what is left of a charge, or `amount` of it, and Stripe takes a fee; or it only asks. Once a charge."""
    charge = account.get("charge", charge_id)
    left = charge["amount"] - charge["amount_refunded"]
    taken = left if amount is None else amount
    if charge["status"] != "succeeded" or charge["disputed"] or not 1 <= taken <= left:
        raise invalid("Only a paid charge that was neither disputed nor refunded can be disputed.", param="charge")
    dispute = account.new(
        "dispute", amount=taken, charge=charge["id"], currency=charge["currency"], payment_intent=charge["payment_intent"],
        reason=reason, is_charge_refundable=inquiry,
    )  # fmt: skip
    dispute["evidence_details"]["due_by"] = account.now + ANSWER_WITHIN_SECONDS
    charge["disputed"] = True
    private(charge)["only_asked_about"] = inquiry
    account.save(charge)
    if inquiry:
        dispute["status"] = "warning_needs_response"
    account.insert(dispute)
    account.emit("charge.dispute.created", dispute)
    if not inquiry:
        _withdraw(account, dispute)
    return dispute


def _withdraw(account: Account, dispute: Obj) -> None:
    _move(account, dispute, -dispute["amount"], FEE_MINOR, "Simulated dispute")
    account.emit("charge.dispute.funds_withdrawn", dispute)
    account.due(dispute["evidence_details"]["due_by"] + 1, "dispute_unanswered", dispute["id"])
    sums.count(account.store, account.n, "disputes", dispute["currency"], dispute["amount"])


def escalate(account: Account, dispute_id: str) -> Obj:
    """The bank has asked, and now takes the money: the same dispute, to be answered anew."""
    dispute = account.get("dispute", dispute_id)
    if dispute["status"] not in _ASKING:
        raise invalid(f"This dispute is {dispute['status']}: the bank does not only ask.", param="dispute")
    charge = account.get("charge", dispute["charge"])
    private(charge)["only_asked_about"] = False
    account.save(charge)
    dispute["status"], dispute["is_charge_refundable"] = "needs_response", False
    dispute["evidence_details"]["due_by"] = account.now + ANSWER_WITHIN_SECONDS
    account.save(dispute)
    account.emit("charge.dispute.updated", dispute, {})
    _withdraw(account, dispute)
    return dispute


def _move(account: Account, dispute: Obj, amount: int, fee: int, description: str) -> None:
    category = "dispute" if amount < 0 else "dispute_reversal"
    transaction = move_money(
        account, "adjustment", dispute["id"], amount=amount, currency=dispute["currency"], fee=fee, category=category,
        description=description,
    )  # fmt: skip
    dispute["balance_transactions"] = [*dispute["balance_transactions"], transaction]
    account.save(dispute)


def update(account: Account, params: Params, dispute_id: str) -> Obj:
    """Add evidence; it is sent to the bank unless submit=false only keeps it."""
    dispute = account.get("dispute", dispute_id)
    if "metadata" in params:
        dispute["metadata"] = merged(dispute["metadata"], params["metadata"])
    evidence = params.get("evidence", {})
    sends = bool(evidence) or "submit" in params
    if sends and dispute["status"] not in ("needs_response", "warning_needs_response"):
        raise invalid("This dispute takes no more evidence.", param="evidence")
    unknown = evidence.keys() - set(EVIDENCE)
    if unknown:
        name = f"evidence[{min(unknown)}]"
        raise invalid(f"The sandbox does not simulate {name}.", param=name, code="sandbox_unsupported")
    dispute["evidence"].update(evidence)
    dispute["evidence_details"]["has_evidence"] = any(dispute["evidence"][name] for name in EVIDENCE)
    if sends and params.get("submit", True):
        dispute["evidence_details"]["submission_count"] += 1
        dispute["status"] = "under_review" if dispute["status"] == "needs_response" else "warning_under_review"
        if dispute["evidence"]["uncategorized_text"] in _DECIDES:
            account.due(account.now, "decide_dispute", dispute["id"])
    account.save(dispute)
    account.emit("charge.dispute.updated", dispute, {})
    return dispute


def accept(account: Account, params: Params, dispute_id: str) -> Obj:
    """The merchant gives the dispute up: it is lost."""
    return close(account, dispute_id, won=False)


def close(account: Account, dispute_id: str, *, won: bool) -> Obj:
    """The bank decides. Won: the money comes back, the fee does not; where it only asked, it asks no more."""
    dispute = account.get("dispute", dispute_id)
    if dispute["status"] in _ASKING and won:
        dispute["status"] = "warning_closed"
        account.save(dispute)
        account.emit("charge.dispute.closed", dispute)
        return dispute
    if dispute["status"] not in _OPEN:
        raise invalid(f"This dispute is {dispute['status']} already.", param="dispute")
    dispute["status"] = "won" if won else "lost"
    account.save(dispute)
    if won:
        _move(account, dispute, dispute["amount"], 0, "Simulated dispute, won")
        account.emit("charge.dispute.funds_reinstated", dispute)
        charge = account.get("charge", dispute["charge"])
        private(charge)["dispute_won"] = True
        account.save(charge)
    account.emit("charge.dispute.closed", dispute)
    sums.count(
        account.store, account.n, "disputes_won" if won else "disputes_lost", dispute["currency"], dispute["amount"]
    )
    return dispute


def decide(account: Account, dispute_id: str) -> None:
    dispute = account.get("dispute", dispute_id)
    if dispute["status"] == "under_review":
        close(account, dispute_id, won=_DECIDES[dispute["evidence"]["uncategorized_text"]] == "won")


def unanswered(account: Account, dispute_id: str) -> None:
    """The time to answer is over: a dispute nobody answered is lost."""
    dispute = account.get("dispute", dispute_id)
    if dispute["status"] == "needs_response":
        dispute["evidence_details"]["past_due"] = True
        account.save(dispute)
        close(account, dispute_id, won=False)
