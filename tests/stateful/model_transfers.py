"""How a transfer fund ought to end, in plain Python: the deal, or each backer's own choice, what she ticked where she is silent."""

from __future__ import annotations

from tests.stateful.model import DAY, FEE_BPS, SUCCEEDED, Campaign, Outcome, Pledge
from tests.stateful.model_banks import Banks

OBJECTIONS, ELECTION, KEPT = 3 * DAY, 14 * DAY, 365 * DAY
AWAITING, ENDING = ("funded_held", "deal_agreed"), ("electing", "refunding", "redirecting")
FELL_THROUGH = {"outcome_failed", *ENDING, "closed"}
GOES_TO = {"fallback": "academy", "charity": "charity"}


class Transfers(Banks):
    # --- what the club, backers and staff do; each gives the name of the refusal, or none ---

    def file(self, c: Campaign, kind: str, by: int) -> str | None:
        if c.state not in AWAITING or c.outcome is not None:
            return "OutcomeFiled"
        if kind == "window_closed" and self.now < c.window:
            return "NotYet"
        c.outcome = Outcome(kind, by, self.now + OBJECTIONS)
        c.state = "deal_agreed" if kind == "signed" else "outcome_failed"
        return None

    def object(self, c: Campaign, fan: int) -> str | None:
        outcome = c.outcome
        assert outcome is not None
        if not any(p.fan == fan for p in self.of(c, "collected", "disputed")):
            return "Refusal"
        if c.state not in ("outcome_failed", "deal_agreed", "registered") or self.now >= outcome.objections_until:
            return "TooLate"
        if fan in outcome.objections:
            return "AlreadyChosen"
        outcome.objections.add(fan)
        outcome.open_objections.add(fan)
        return None

    def dismiss(self, c: Campaign) -> None:
        assert c.outcome is not None
        c.outcome.open_objections.clear()

    def withdraw(self, c: Campaign) -> str | None:
        if c.state not in ("outcome_failed", "deal_agreed", "registered"):
            return "MoveRefused"
        c.state = "deal_agreed" if c.state in ("deal_agreed", "registered") else "funded_held"
        c.outcome, c.withdrawn_at = None, self.now
        return None

    def check(self, c: Campaign, by: int) -> str | None:
        assert c.outcome is not None
        if c.outcome.kind != "signed":
            return "Refusal"
        if c.outcome.filed_by == by:
            return "AnotherPerson"
        if c.state != "deal_agreed":
            return "MoveRefused"
        c.outcome.checked_by, c.state = by, "registered"
        return None

    def release(self, c: Campaign, by: int) -> str | None:
        assert c.outcome is not None
        if c.state != "registered":
            return "MoveRefused"
        if by in (c.outcome.checked_by, c.outcome.filed_by):
            return "AnotherPerson"
        if self.now < c.outcome.objections_until or c.outcome.open_objections:
            return "NotYet"
        held = self.books[c]
        surplus = max(0, held - c.goal)
        c.state = "released"
        self.pay_over(c, held - surplus)
        self.begin_share(c, surplus)
        return None

    def choose(self, p: Pledge, choice: str) -> str | None:
        if p.election is None:
            return "NotFound"
        to = {"refund": "refunded", "next": "kept"}.get(choice, "given")
        if p.election != "asked":
            same = p.election == to and p.ticked == f"chose {choice}"
            return None if same else "AlreadyChosen"
        if p.campaign.state != "electing" or self.now >= p.campaign.elections_until:
            return "TooLate"
        if p.state != "collected" or p.left <= 0:
            return "Refusal"
        self.elect(p, choice)
        p.ticked = f"chose {choice}"
        return None

    # --- what follows by itself ---

    def pay_over(self, c: Campaign, minor: int) -> None:
        cost = min(c.fees, minor)
        fee = min(minor * FEE_BPS // 10_000, minor - cost)
        for account, part in (("processor", cost), ("fee", fee), ("payable", minor - cost - fee)):
            self.post(c, account, part, c)

    def elect(self, p: Pledge, choice: str) -> None:
        c, p.elected = p.campaign, p.left
        if choice == "refund":
            p.election = "refunded"
            return self.promise(p, p.left)
        to = GOES_TO.get(choice, "carried")
        self.post(c, to, p.left)
        p.passed = p.left
        if to == "carried":
            p.election, p.kept_until = "kept", self.now + KEPT
        else:
            p.election = "given"
            c.gifts[to] += p.elected
        return None

    def follow_transfers(self) -> bool:
        transfers = [c for c in self.campaigns if c.window]
        kept = [p for p in self.pledges if p.election == "kept"]
        moved = any([*map(self.follow, transfers), self.tie(transfers, kept), *map(self.follow_kept, kept)])
        return any([moved, *map(self.share_back, self.campaigns)])

    def follow(self, c: Campaign) -> bool:
        was = (c.state, sum(p.election not in (None, "asked") for p in self.pledges if p.campaign is c))
        silent = self.now >= c.window + OBJECTIONS
        given_time = c.withdrawn_at is None or self.now >= c.withdrawn_at + OBJECTIONS
        if c.state in AWAITING and c.outcome is None and silent and given_time:
            c.outcome, c.state = Outcome("window_closed", None, self.now + OBJECTIONS), "outcome_failed"
        if c.state == "outcome_failed" and c.outcome is not None and not c.outcome.open_objections:
            if self.now >= c.outcome.objections_until:
                c.state, c.elections_until = "electing", self.now + ELECTION
        if c.state == "electing":
            for p in (p for p in self.of(c, "collected", "disputed") if p.election is None):
                p.election = "asked"
        if c.state in ENDING and self.now >= c.elections_until:
            self.decide_for_silent(c)
            self.end_elections(c)
        return was != (c.state, sum(p.election not in (None, "asked") for p in self.pledges if p.campaign is c))

    def decide_for_silent(self, c: Campaign) -> None:
        for p in [p for p in self.pledges if p.campaign is c and p.election == "asked" and p.state != "disputed"]:
            if p.left <= 0 or p.state != "collected":
                p.election = "void"
            else:
                self.elect(p, p.ticked or "refund")

    def end_elections(self, c: Campaign) -> None:
        if any(p.election == "asked" for p in self.pledges if p.campaign is c):
            return
        owed = any(r.state in ("pending", "failed") for r in self.refunds if r.pledge.campaign is c)
        paid = sum(p.amount for p in self.payouts if p.campaign is c and p.recipient and p.state == "paid")
        to = "refunding" if owed else "redirecting" if paid < c.gifts.total() else "closed"
        legal = {
            "electing": {"refunding", "redirecting", "closed"}, "refunding": {"redirecting", "closed"}, "redirecting": {"closed"}
        }  # fmt: skip
        if to in legal[c.state]:
            c.state = to

    def tie(self, transfers: list[Campaign], kept: list[Pledge]) -> bool:
        """What is kept goes to the first of the club's next targets that is open."""
        moved = False
        for c in (c for c in transfers if c.state == "live"):
            for p in kept:
                if p.kept_for is None and p.kept_until > self.now and p.campaign is not c:
                    p.kept_for, moved = c, True
        return moved

    def follow_kept(self, p: Pledge) -> bool:
        next_target = p.kept_for
        if p.state != "collected" or p.election != "kept":
            return False
        if next_target is not None and next_target.state in SUCCEEDED:
            p.election = "used"
            self.post("carried", "payable", p.elected, next_target)
            return True
        ended_badly = next_target is not None and next_target.state in {"failed", "cancelled", *FELL_THROUGH}
        if ended_badly or (next_target is None and p.kept_until <= self.now):
            p.election, p.passed = "refunded", 0
            self.promise_from("carried", p, p.elected)
            return True
        return False
