"""What the site's regular work makes of what people did: closing, charging, verdicts, refunds, payouts. In plain Python."""

from __future__ import annotations

from tests.stateful.model import DAY, SUCCEEDED, Campaign, Payout, Pledge, Refund, processor_fee
from tests.stateful.model_transfers import Transfers

KEY_GOOD_FOR = 23 * 3_600


class Model(Transfers):
    """The whole model. `work` does rounds until nothing moves, as the worker does."""

    def work(self) -> None:
        regular = (
            self.follow_transfers, self.follow_milestones, self.send_refunds, self.pay_out, self.hear_answers, self.end_kept_refunds,
        )  # fmt: skip
        while any([*map(self.step, self.campaigns), *(piece() for piece in regular)]):
            pass
        for card in (card for cards in self.cards.values() for card in cards if card.kind == "fixable"):
            assert card.declined == 2 if card.went_through else card.declined <= 2
        self.payouts_could_be()

    def step(self, c: Campaign) -> bool:
        if c.state == "live" and self.now >= c.closes_at:
            c.state, c.settle_by = "settling" if self.promised(c) >= c.needed else "failed", self.now + 7 * DAY
        moved = c.state == "settling" and self.settle(c)
        left = self.of(c, "started", "active") if c.state in ("funded", "failed", "cancelled", "funded_held") else []
        for p in left:
            self.end(p, "released")
        owed = [p for p in self.of(c, "collected") if p.set_aside < p.amount] if c.state == "failed" else []
        for p in owed:
            self.promise(p, p.amount - p.set_aside)
        return bool(moved or left or owed)

    def settle(self, c: Campaign) -> bool:
        for p in self.of(c, "errored"):
            if p.asked is not None and p.asked is not p.card and p.next_at is not None and p.next_at <= self.now:
                p.asked = None  # cancelled at the bank, since she gave another card
        due = [p for p in self.of(c, "active", "errored") if p.state == "active" or self.is_due(p)]
        for p in due:
            p.state = "charging"
            if not self.blocked:
                self.charge(p)
        if due:
            return True
        if self.of(c, "charging") or (self.of(c, "errored") and self.now < c.settle_by):
            return False
        for p in (dropped := self.of(c, "errored")):
            self.end(p, "dropped")
        if not dropped:
            self.verdict(c)
        return True

    def is_due(self, p: Pledge) -> bool:
        return p.asked is None and p.next_at is not None and p.next_at <= self.now

    def charge(self, p: Pledge) -> None:
        assert p.card is not None
        declined = p.card.kind in ("saved_insufficient_funds", "saved_lost")
        if p.card.kind == "fixable":  # declined twice, whichever pledges on it are charged first
            declined = not self.went_through(p)
            p.card.declined += declined
            p.card.went_through |= not declined
        if declined:
            self.answered_no(p)
            tries = (
                [p.campaign.settle_by - (7 - day) * DAY for day in (1, 3, 5, 7)] if p.card.kind != "saved_lost" else []
            )
            p.next_at = next((at for at in tries if at > self.now), None)
        elif p.card.kind == "authentication_always":
            self.answered_no(p)
            p.next_at, p.asked = None, p.card
        else:
            self.succeed(p)

    def answered_no(self, p: Pledge) -> None:
        p.state = "errored"
        if not p.answered and p.campaign.settle_by < self.now + 6 * DAY:  # days late: she has seven from now on
            p.campaign.settle_by = self.now + 7 * DAY
        p.answered = True

    def succeed(self, p: Pledge) -> None:
        c, fee = p.campaign, processor_fee(p.amount)
        instant = (p.asked or p.card).kind == "instant"  # type: ignore[union-attr]
        p.state, p.next_at, p.asked, p.left_at_bank = "collected", None, None, p.amount
        c.collected, c.fees = c.collected + p.amount, c.fees + fee
        self.post("stripe", c, p.amount)
        self.post("processor", "stripe", fee)
        self.available.append((self.now if instant else self.now + 2 * DAY, p.amount - fee))
        self.let_go(p.card)

    def verdict(self, c: Campaign) -> None:
        held = self.books[c]
        c.state = "failed" if held < c.needed else "funded_held" if c.window else "funded"
        if c.state == "funded" and c.plan:
            self.open_tranches(c, held)
        elif c.state == "funded":
            self.pay_over(c, held)

    def send_refunds(self) -> bool:
        pending = [r for r in self.refunds if r.state == "pending" and not self.blocked]
        come_back = [r for r in pending if self.send_refund(r)]
        for r in come_back:  # after all of them went out
            r.state = "failed"
            self.moved(r, -r.amount)
        return bool(pending)

    def send_refund(self, r: Refund) -> bool:
        """Gives whether the bank will send it back."""
        p = r.pledge
        if p.disputed:  # the bank has the money: refused
            r.state, r.kept_by_dispute = "failed", True
            return False
        comes_back = p.card is not None and p.card.kind == "refund_fails"
        if comes_back and r.carried_out and self.now - r.made > KEY_GOOD_FOR:
            r.state = (
                "failed"  # looked up instead of asked for again, we hear of its end before we heard of its beginning
            )
            return False
        r.state = "succeeded"
        self.moved(r, r.amount)
        self.all_back(p)
        return comes_back

    def moved(self, r: Refund, minor: int) -> None:
        """Out of the processor's balance to the card; less than nothing: back."""
        r.pledge.campaign.refunded += minor
        r.pledge.left_at_bank -= minor
        self.post("clearing", "stripe", minor)
        self.available.append((self.now, -minor))

    def end_kept_refunds(self) -> bool:
        """What a lost dispute gave her, nobody sends a second time."""
        kept = [r for r in self.refunds if r.state == "failed" and r.pledge.state == "lost"]
        for refund in kept:
            self.pay_another_way(refund, "dispute")
        return bool(kept)

    def owed(self, c: Campaign, recipient: str | None = None) -> int:
        if recipient is not None:
            paid = sum(p.amount for p in self.payouts if (p.campaign, p.recipient, p.state) == (c, recipient, "paid"))
            return min(c.gifts[recipient] - paid, self.books[recipient])
        return min(self.payable_of[c], self.books["payable"])

    def pay_out(self) -> bool:
        for c in self.campaigns:
            gifts = sorted(c.gifts) if c.state in ("redirecting", "closed", "released") else []
            for to in [*([None] if c.state in SUCCEEDED else []), *gifts]:
                under_way = [
                    p for p in self.payouts if (p.campaign, p.recipient) == (c, to) and p.state in ("due", "sending")
                ]
                if self.owed(c, to) > 0 and not under_way:
                    self.payouts.append(Payout(c, self.now, self.owed(c, to), recipient=to))
        asked = [p for p in self.payouts if p.state in ("due", "sending") and p.next_at <= self.now]
        for p in sorted(asked, key=lambda p: p.next_at):
            self.send_payout(p)
        return bool(asked)

    def send_payout(self, p: Payout) -> None:
        source = p.recipient or "payable"
        if p.state == "due":
            if p.recipient is None:
                repaid = min(self.books["receivable"], max(0, self.owed(p.campaign)))
                self.post("payable", "receivable", repaid, p.campaign)
            if self.owed(p.campaign, p.recipient) <= 0:
                p.state = "failed"
                return
            p.state, p.amount = "sending", self.owed(p.campaign, p.recipient)
            self.post(source, "transit", p.amount, p.campaign)
        p.next_at = self.now + 300
        if self.blocked:
            return
        if self.was_paid(p):
            p.state = "paid"
            self.post("transit", "stripe", p.amount)
            self.available.append((self.now, -p.amount))
        else:
            p.state, p.next_at = "due", self.now + DAY
            self.post("transit", source, p.amount, p.campaign)

    def there(self) -> int:
        return sum(minor for at, minor in self.available if at <= self.now)

    def payouts_could_be(self) -> None:
        """What comes and goes in one moment does so in any order: here is how much there may have been, and must have been."""
        now = [minor for at, minor in self.available if at == self.now]
        at_least = self.there() - sum(minor for minor in now if minor > 0)
        at_most = self.there() - sum(minor for minor in now if minor < 0)
        for p in self.payouts:
            if p.state == "paid" and p.next_at == self.now + 300:
                assert p.amount <= at_most
            if p.state == "due" and p.next_at == self.now + DAY:
                assert p.amount > at_least

    def hear_answers(self) -> bool:
        """A minute later the processor is asked again for what it never answered."""
        unknown = [p for p in self.pledges if p.state == "charging" and not self.blocked]
        for p in unknown:
            self.charge(p)
        return bool(unknown)
