"""What a buyer's bank does: it takes a payment back, of each order its share, and gives it back or keeps it. In plain Python."""

from __future__ import annotations

from collections import Counter
from typing import Any

from tests.stateful.model_goods import Dispute, Order, Parts, Purchase
from tests.stateful.model_goods_after import OPEN, Back
from tests.stateful.model_goods_returns import Returns

DISPUTE_FEE = 2_000


class Banks(Returns):
    def lefts(self, purchase: Purchase) -> list[tuple[Order, int]]:
        """What of each order has not gone back."""
        found = []
        for order in purchase.orders:
            if order.state in ("paid", "refunded"):
                kept = sum(line.whole[kind] - line.back[kind] for line in order.lines for kind in ("net", "tax"))
                found.append((order, kept + order.shop.first - order.shipping_back))
        return found

    def open_dispute(self, purchase: Purchase) -> None:
        amount, parts = purchase.left_at_bank, []
        earned = {org: self.books["earnings", org] for org in (self.studio, *self.shops)}
        for order, _ in self.lefts(purchase):
            rest = [(line, line.part(line.kept)) for line in order.lines if line.kept]
            parts += self.sources(order, rest, order.shop.first - order.shipping_back)
        parts = as_far_as_it_reaches(parts, earned)
        self.take(parts, "stripe")
        self.post("dispute", "stripe", amount - sum(minor for _, minor in parts))
        self.post("dispute", "stripe", DISPUTE_FEE)
        self.available.append((self.now, -amount - DISPUTE_FEE))
        purchase.left_at_bank = 0
        purchase.dispute = Dispute(purchase, amount, parts)

    def decide(self, purchase: Purchase, *, won: bool) -> None:
        dispute = purchase.dispute
        assert dispute is not None
        dispute.state = "won" if won else "lost"
        if not won:
            for order, _ in self.lefts(purchase):
                self.lose(order)
            purchase.state = "lost"
            return
        purchase.left_at_bank = dispute.amount
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

    def lose(self, order: Order) -> None:
        """What her bank gave her counts as given back, and nothing more is sent."""
        backs = [Back(line, line.to_ship, unsent=True, restock=True) for line in order.lines if line.to_ship]
        for line in order.lines:
            line.back.update(line.part(line.kept))
            line.cancelled += line.to_ship
            line.returned, line.asked_back = line.quantity, 0
        order.shipping_back = order.shop.first
        self.restock(backs)
        for asked in self.returns:
            if asked.order is order and asked.state in OPEN:
                asked.state = "cancelled"
        order.state = "lost"

    # --- refunds, at the processor ---

    def send_refunds(self, *, of_goods: bool) -> bool:
        pending = [r for r in self.refunds if r.state == "pending" and (r.order is not None) == of_goods]
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

    def end_kept_refunds(self) -> bool:
        """What a lost dispute gave her, nobody sends a second time."""
        kept = [
            r for r in self.refunds if r.state == "failed" and r.purchase.dispute and r.purchase.dispute.state == "lost"
        ]
        for refund in kept:
            refund.state = "paid_another_way"
            self.post("clearing", "dispute", refund.amount)
        return bool(kept)


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
