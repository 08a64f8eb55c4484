"""What staff and banks do to the money of one backer, in plain Python."""

from __future__ import annotations

from tests.stateful.model import DISPUTE_FEE, FEE_BPS, SUCCEEDED, Pledge, Refund
from tests.stateful.model_milestones import Milestones


class Banks(Milestones):
    def refund(self, p: Pledge, minor: int | None) -> str | None:
        left = p.left
        minor = left if minor is None else minor
        if p.state != "collected" or p.passed:
            return "NothingToRefund"
        if not 0 < minor <= left:
            return "RefundTooLarge"
        if p.campaign.share is not None:
            return "GoingBackToAll"
        self.promise(p, minor)
        return None

    def promise(self, p: Pledge, minor: int) -> None:
        p.set_aside += minor
        self.refunds.append(Refund(p, minor, self.now))
        c = p.campaign
        if c.state not in SUCCEEDED:
            return self.post(c, "clearing", minor)
        waiting = sum(part for _milestone, part in self.take(c, minor, self.stakes(c) + minor))
        released = minor - waiting
        fee = released * FEE_BPS // 10_000
        held = min(self.books["payable"], released - fee)
        self.post(c, "clearing", waiting)
        self.post("fee", "clearing", fee)
        self.post("payable", "clearing", held, c)
        self.post("receivable", "clearing", released - fee - held)

    def open_dispute(self, p: Pledge) -> None:
        c, minor = p.campaign, p.left_at_bank
        left, waiting = min(p.left, minor), 0
        holder, owing = ("payable", True) if c.state in SUCCEEDED else (c, False)
        if p.election == "kept":
            holder, owing, left = "carried", False, min(p.elected, minor)
        p.disputed, p.ever_disputed, p.taken, p.state = True, True, minor, "disputed"
        if owing:
            waiting = self.take_for_bank(c, p, left)
            left -= waiting
        held = min(self.books[holder], left)
        owed = left - held if owing else 0
        p.dispute = [(c, waiting), (holder, held), ("receivable", owed), ("dispute", minor - waiting - held - owed)]
        for account, part in p.dispute:
            self.post(account, "stripe", part, c)
        self.post("dispute", "stripe", DISPUTE_FEE)
        self.available.append((self.now, -minor - DISPUTE_FEE))
        c.collected -= minor

    def decide(self, p: Pledge, won: bool) -> None:
        c, parts, p.dispute = p.campaign, p.dispute or [], None
        p.state = "collected" if won else "lost"
        if not won:
            if p.election == "kept":  # her bank gave it to her: there is nothing to keep
                p.election, p.passed, p.elected = "void", 0, 0
            return
        p.disputed = False
        for r in self.refunds:
            if r.pledge is p and r.state == "failed" and r.kept_by_dispute:
                r.state, r.made, r.kept_by_dispute = "pending", self.now, False
        c.collected += p.taken
        self.available.append((self.now, p.taken))
        for account, part in parts:
            if account is c and c.state in SUCCEEDED and c.plan:
                self.give_back(p, part)
                continue
            first = min(self.books["receivable"], part) if account == "receivable" else part
            if account is c and c.state in SUCCEEDED:
                account, first = "fee", part * FEE_BPS // 10_000
            self.post("stripe", account, first, c)
            self.post("stripe", "payable", part - first, c)
        self.all_back(p)  # what was given back while the bank decided

    def pay_another_way(self, refund: Refund, paid_from: str = "bank") -> str | None:
        if refund.pledge.dispute is not None:
            return "BankIsDeciding"
        refund.state = "paid_another_way"
        refund.pledge.campaign.refunded += refund.amount
        self.post("clearing", paid_from, refund.amount)
        self.all_back(refund.pledge)
        return None

    def all_back(self, p: Pledge) -> None:
        back = sum(r.amount for r in self.refunds if r.pledge is p and r.state in ("succeeded", "paid_another_way"))
        if p.state == "collected" and back == p.amount:
            p.state = "refunded"
