"""What a buyer's bank does: it takes a payment back, of each order its share, and gives it back or keeps it. In plain Python."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from tests.stateful.model_goods import Dispute, Line, Order, Parts, Purchase
from tests.stateful.model_goods_after import OPEN, Back
from tests.stateful.model_goods_returns import Returns
from tests.stateful.model_goods_split import by_largest_remainder

DISPUTE_FEE = 2_000


@dataclass(eq=False)
class Share:
    """What of a disputed payment one order bears, line by line, and of its shipping."""

    order: Order
    lines: list[tuple[Line, Counter[str]]]
    shipping: int
    is_whole: bool


class Banks(Returns):
    def shares(self, purchase: Purchase, amount: int) -> list[Share]:
        """What each order bears: all that is left of it, or its part of what a bank takes."""
        orders = [order for order in purchase.orders if order.state in ("paid", "refunded")]
        whole = [
            Share(order, [(line, line.left) for line in order.lines if line.kept], order.shop.first - order.shipping_back, True)
            for order in orders
        ]  # fmt: skip
        lefts = [sum(part["net"] + part["tax"] for _, part in one.lines) + one.shipping for one in whole]
        if not sum(lefts) or amount >= sum(lefts):
            return whole
        parts = by_largest_remainder(amount, lefts)
        return [part_of(share, part) for share, part in zip(whole, parts, strict=True) if part]

    def open_dispute(self, purchase: Purchase, amount: int) -> None:
        parts = Parts()
        earned = {org: self.books["earnings", org] for org in (self.studio, *self.shops)}
        for share in self.shares(purchase, amount):
            parts += self.sources(share.order, share.lines, share.shipping)
        parts = as_far_as_it_reaches(parts, earned)
        self.take(parts, "stripe")
        self.post("dispute", "stripe", amount - sum(minor for _, minor in parts))
        self.post("dispute", "stripe", DISPUTE_FEE)
        self.available.append((self.now, -amount - DISPUTE_FEE))
        purchase.left_at_bank -= amount
        purchase.dispute = Dispute(purchase, amount, parts)

    def decide(self, purchase: Purchase, *, won: bool) -> None:
        dispute = purchase.dispute
        assert dispute is not None
        dispute.state = "won" if won else "lost"
        if not won:
            shares = self.shares(purchase, dispute.amount)
            for share in shares:
                self.lose(share)
            if all(share.is_whole for share in shares):
                purchase.state = "lost"
            return
        purchase.left_at_bank += dispute.amount
        self.available.append((self.now, dispute.amount))
        taken = Counter[Any]()
        for account, minor in dispute.taken:
            taken[account] += minor
        for account, minor in taken.items():
            owed = minor
            if account[0] == "receivable":  # what it has repaid meanwhile it has earned again
                owed = min(self.books[account], minor)
                self.post("stripe", ("earnings", account[1]), minor - owed)
            self.post("stripe", account, owed)
        self.post("stripe", "dispute", dispute.amount - sum(taken.values()))
        for refund in self.refunds:
            if refund.purchase is purchase and refund.state == "failed":
                refund.state = "pending"

    def lose(self, share: Share) -> None:
        """What her bank gave her counts as given back, and nothing more is sent. Of a part, the rest is worth less from now on."""
        order = share.order
        order.shipping_back += share.shipping
        for line, part in share.lines:
            line.back.update(part)
        if not share.is_whole:
            for line, _ in share.lines:
                line.since, line.before = line.returned, line.back.copy()
            return
        self.restock([Back(line, line.to_ship, unsent=True, restock=True) for line in order.lines if line.to_ship])
        for line in order.lines:
            line.cancelled += line.to_ship
            line.returned, line.asked_back = line.quantity, 0
        for asked in self.returns:
            if asked.order is order and asked.state in OPEN:
                asked.state = "cancelled"
        order.state = "lost"

    # --- refunds, at the processor ---

    def send_refunds(self, *, of_goods: bool) -> bool:
        pending = [
            r for r in self.refunds if r.state == "pending" and (r.order is not None) == of_goods and not self.blocked
        ]
        for refund in pending:
            dispute = refund.purchase.dispute
            if dispute is not None and dispute.state != "won":
                refund.state = "failed"  # the bank has the money
                continue
            refund.state = "succeeded"
            refund.purchase.left_at_bank -= refund.amount
            self.post("clearing", "stripe", refund.amount)
            self.available.append((self.now, -refund.amount))
        return bool(pending)

    def has_it_by_her_bank(self, purchase: Purchase) -> bool:
        """All that was left of what she paid."""
        if purchase.dispute is None or purchase.dispute.state != "lost":
            return False
        sent = sum(r.amount for r in self.refunds if r.purchase is purchase and r.state == "succeeded")
        return purchase.dispute.amount >= purchase.total - sent

    def end_kept_refunds(self) -> bool:
        """What a lost dispute gave her, nobody sends a second time."""
        kept = [r for r in self.refunds if r.state == "failed" and self.has_it_by_her_bank(r.purchase)]
        for refund in kept:
            refund.state = "paid_another_way"
            self.post("clearing", "dispute", refund.amount)
        return bool(kept)


def part_of(share: Share, minor: int) -> Share:
    """So much of it, of everybody who has a share of a line as much as that is of the whole."""
    kinds = [Counter({**part, "seller": part["net"] - part["commission"] - part["royalty"]}) for _, part in share.lines]
    weights = [one[kind] for one in kinds for kind in ("seller", "commission", "royalty", "tax")]
    taken = by_largest_remainder(minor, [*weights, share.shipping])
    lines = []
    for number, (line, _) in enumerate(share.lines):
        seller, commission, royalty, tax = taken[4 * number : 4 * number + 4]
        lines.append(
            (line, Counter(net=seller + commission + royalty, tax=tax, commission=commission, royalty=royalty))
        )
    return Share(share.order, lines, taken[-1], False)


def as_far_as_it_reaches(parts: Parts, earned: dict[Any, int]) -> Parts:
    """Several orders may owe from the same earnings: what those do not reach for is a debt."""
    left, found = dict(earned), Parts()
    for account, minor in parts:
        if account[0] != "earnings":
            found.append((account, minor))
            continue
        here = min(left[account[1]], minor)
        left[account[1]] -= here
        found += [(account, here), (("receivable", account[1]), minor - here)]
    return found
