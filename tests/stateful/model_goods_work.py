"""What the site's regular work makes of sales: unpaid ones end, money goes back and out, debts are taken back, royalties are paid."""

from __future__ import annotations

import calendar
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from tests.stateful.model_goods import DAY, HOUR, MINUTE, Licence, Org
from tests.stateful.model_goods_after import OPEN, WINDOW
from tests.stateful.model_goods_banks import Banks
from tests.stateful.model_goods_returns import arrived

UNDER_WAY = ("due", "sending")
DRIFT = 9 * MINUTE  # the processor's clock goes by itself: never by more than that before or behind the site's


@dataclass(eq=False)
class Payout:
    org: Org
    amount: int
    next_at: int
    state: str = "due"
    attempt: int = 1
    paid_at: int = 0
    taken_back: int = 0
    waits: bool = False  # for what is not available yet: what is earned meanwhile is no part of it
    there: int = 0  # at the processor, at most, when it was asked for


@dataclass(eq=False)
class Reversal:
    payout: Payout
    amount: int
    next_at: int
    state: str = "due"
    attempt: int = 1
    there: list[int] = field(default_factory=list)  # in the seller's account, perhaps, whenever it was asked for


@dataclass(eq=False)
class Statement:
    licence: Licence
    begins: int
    ends: int
    due_at: int
    paid: int | None = None


class Model(Banks):
    """The whole model. `work` does rounds until nothing moves, in the order in which the worker does its pieces."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.orgs = [self.studio, *self.shops]
        self.payouts: list[Payout] = []
        self.reversals: list[Reversal] = []
        self.statements: list[Statement] = []
        self.account_stopped = False

    def work(self) -> None:
        pieces = (
            self.follow_returns, lambda: self.send_refunds(of_goods=True), self.end_unpaid, lambda: self.send_refunds(of_goods=False),
            self.share_fees, self.earn_due, self.look_at_visits, self.pay_out, self.take_back, self.pay_royalties,
            self.end_kept_refunds,
        )  # fmt: skip
        while any([piece() for piece in pieces]):
            pass

    # --- sales ---

    def end_unpaid(self) -> bool:
        moved = False
        for purchase in self.purchases:
            if purchase.state == "placed" and purchase.page == "none" and purchase.reserved_until <= self.now:
                self.expire(purchase)
                moved = True
            elif purchase.page in ("open", "paid") and purchase.give_up <= self.now:
                self.let_go(purchase)
                moved = True
        return moved

    def look_at_visits(self) -> bool:
        moved = False
        for purchase in self.purchases:
            if purchase.page == "paid" or (purchase.page == "open" and self.page_is_over(purchase)):
                self.let_go(purchase)
                moved = True
        return moved

    def share_fees(self) -> bool:
        new = [p for p in self.purchases if p.state in ("paid", "refunded", "lost") and not p.fee_shared and p.lines]
        new = [p for p in new if any(order.state in ("paid", "refunded", "lost") for order in p.orders)]
        for purchase in new:
            self.share_fee(purchase)
        return bool(new)

    def earn_due(self) -> bool:
        return any([self.earn(order) for order in self.orders])

    # --- payouts ---

    def owes(self, org: Org) -> int:
        """Beyond what is being asked back of its transfers."""
        under_way = sum(r.amount for r in self.reversals if r.payout.org is org and r.state in UNDER_WAY)
        return max(0, self.books["receivable", org] - under_way)

    def repay(self, org: Org) -> None:
        self.post(("earnings", org), ("receivable", org), min(self.owes(org), self.books["earnings", org]))

    def pay_out(self) -> bool:
        for org in self.orgs:
            own = [p for p in self.payouts if p.org is org]
            is_busy = any(p.state in UNDER_WAY or (p.state == "paid" and p.paid_at > self.now - DAY) for p in own)
            if self.books["earnings", org] > 0 and not is_busy:
                self.repay(org)
                if (minor := self.books["earnings", org]) > 0:
                    self.payouts.append(Payout(org, minor, self.now))
        due = [p for p in self.payouts if p.state in UNDER_WAY and p.next_at <= self.now]
        for payout in sorted(due, key=lambda p: p.next_at):
            self.send_payout(payout)
        return bool(due)

    def send_payout(self, payout: Payout) -> None:
        earnings = "earnings", payout.org
        if payout.state == "due":
            self.repay(payout.org)
            if not self.books[earnings]:
                payout.state = "failed"
                return
            minor = min(self.books[earnings], payout.amount) if payout.waits else self.books[earnings]
            payout.state, payout.amount, payout.there = "sending", minor, 0
            self.post(earnings, "transit", payout.amount)
        payout.next_at = self.now + 5 * MINUTE
        payout.there = max(payout.there, self.there(self.now + DRIFT))
        if self.blocked:
            return
        if not self.account_stopped and self.was_paid(payout):
            assert payout.amount <= payout.there
            payout.state, payout.paid_at = "paid", self.now
            self.post("transit", "stripe", payout.amount)
            self.available.append((self.now, -payout.amount))
            payout.org.at_the_processor.append((self.now, payout.amount))
        else:
            assert self.account_stopped or payout.amount > self.there(self.now - DRIFT)
            payout.state, payout.attempt, payout.next_at = "due", payout.attempt + 1, self.now + DAY
            payout.waits = not self.account_stopped
            self.post("transit", earnings, payout.amount)

    def there(self, at: int) -> int:
        """What is available at that moment; what has left by now is not."""
        return sum(minor for since, minor in self.available if since <= at or minor < 0)

    # --- what was paid out and has to come back ---

    def take_back(self) -> bool:
        moved = False
        for org in self.orgs:
            if self.books["receivable", org] > 0 and any(not self.waits(p) for p in self.reversible(org)):
                self.repay(org)
                moved |= self.ask_back(org)
        due = [r for r in self.reversals if r.state in UNDER_WAY and r.next_at <= self.now]
        for reversal in due:
            self.send_reversal(reversal)
        return moved or any(r.state == "done" for r in due)

    def reversible(self, org: Org) -> list[Payout]:
        """Its transfers of which something is left, the latest first."""
        own = [p for p in self.payouts if p.org is org and p.state == "paid" and p.taken_back < p.amount]
        return sorted(own, key=lambda p: (p.paid_at, self.payouts.index(p)), reverse=True)

    def reversal_of(self, payout: Payout) -> Reversal | None:
        return next((r for r in self.reversals if r.payout is payout and r.state != "done"), None)

    def waits(self, payout: Payout) -> bool:
        one = self.reversal_of(payout)
        return one is not None and one.next_at > self.now

    def ask_back(self, org: Org) -> bool:
        """Of each transfer that is not asked already; one that was refused lately ends it."""
        owes, moved = self.owes(org), False
        for payout in self.reversible(org):
            again = self.reversal_of(payout)
            if again is not None and again.state in UNDER_WAY:
                continue
            if owes <= 0 or self.waits(payout):
                break
            minor = min(owes, payout.amount - payout.taken_back)
            if again is None:
                self.reversals.append(Reversal(payout, minor, self.now))
            else:
                again.state, again.amount, again.attempt, again.next_at = "due", minor, again.attempt + 1, self.now
            owes, moved = owes - minor, True
        return moved

    def send_reversal(self, reversal: Reversal) -> None:
        org = reversal.payout.org
        there = [self.still_there(org, self.now - DRIFT), self.still_there(org, self.now + DRIFT)]
        seen = reversal.there if reversal.state == "sending" else []
        reversal.state, reversal.next_at, reversal.there = "sending", self.now + 5 * MINUTE, [*seen, *there]
        if self.blocked:
            return
        if not self.was_reversed(reversal):
            assert reversal.amount > min(there)
            reversal.state, reversal.next_at = "refused", self.now + 7 * DAY
            return
        assert reversal.amount <= max(reversal.there)
        reversal.state = "done"
        reversal.payout.taken_back += reversal.amount
        owed = min(self.books["receivable", org], reversal.amount)
        self.post("stripe", ("receivable", org), owed)
        self.post("stripe", ("earnings", org), reversal.amount - owed)
        self.available.append((self.now, reversal.amount))
        org.at_the_processor.append((self.now, -reversal.amount))

    def still_there(self, org: Org, at: int) -> int:
        """At midnight the processor sends all that lies in an account to its owner's bank."""
        return sum(minor for since, minor in org.at_the_processor if since >= at // DAY * DAY)

    # --- royalties ---

    def pay_royalties(self) -> bool:
        moved = False
        for licence in self.licences:
            moved |= self.begin_periods(licence)
        due = [one for one in self.statements if one.paid is None and one.due_at <= self.now]
        for statement in sorted(due, key=lambda one: one.due_at):
            moved |= self.pay_statement(statement)
        return moved

    def begin_periods(self, licence: Licence) -> bool:
        own, moved = [one for one in self.statements if one.licence is licence], False
        begins = own[-1].ends if own else licence.starts_at
        while begins <= self.now:
            ends = months_after(licence.starts_at, len(own) + 1)
            own.append(Statement(licence, begins, ends, ends))
            self.statements.append(own[-1])
            begins, moved = ends, True
        return moved

    def pay_statement(self, statement: Statement) -> bool:
        licence, due_at = statement.licence, self.now + 6 * HOUR
        if not any(
            one.paid is None and one.begins < statement.begins for one in self.statements if one.licence is licence
        ):
            due_at = self.nothing_comes_back_after(statement)
        if due_at > self.now:
            statement.due_at = due_at
            return False
        later = sum(
            line.whole["royalty"] - line.back["royalty"]
            for order in self.orders if order.earned_at is not None and order.earned_at >= statement.ends
            for line in order.lines if line.licence is licence
        )  # fmt: skip
        statement.paid = max(0, self.books["royalty", licence] - later)
        self.post(("royalty", licence), ("earnings", self.studio), statement.paid)
        return True

    def nothing_comes_back_after(self, statement: Statement) -> int:
        due_at, comes_back = statement.ends, False
        for order in self.orders:
            earned_at = order.earned_at
            is_of_it = earned_at is not None and statement.begins <= earned_at < statement.ends
            if earned_at is None or not is_of_it or not any(line.licence is statement.licence for line in order.lines):
                continue
            due_at = max(due_at, max([arrived(way) for way in order.parcels] or [earned_at]) + WINDOW["return"])
            comes_back |= any(one.order is order and one.state in OPEN for one in self.returns)
        return max(due_at, self.now + 6 * HOUR) if comes_back else due_at


def months_after(at: int, months: int) -> int:
    """The same day of a later month at the same moment, or its last day."""
    begins, micros = datetime.fromtimestamp(at // 1_000_000, UTC), at % 1_000_000
    years, month = divmod(begins.month - 1 + months, 12)
    year = begins.year + years
    day = min(begins.day, calendar.monthrange(year, month + 1)[1])
    return int(begins.replace(year=year, month=month + 1, day=day).timestamp()) * 1_000_000 + micros
