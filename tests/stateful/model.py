"""What the money ought to do, in plain Python: no database, no processor, no concurrency. One studio, time in seconds.

The machine in test_money.py does the same things to the real site and compares after each step. Here is what a fan does;
milestones, what staff and banks do, and transfers are in files of their own, and what the site's regular work makes of it all
is in model_work.py.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

DAY = 86_400
SUCCEEDED = {"funded", "released"}
LIVE = {"active", "charging", "errored", "collected", "disputed"}
NEEDS_CARD = {"active", "charging", "errored"}
FEE_BPS, DISPUTE_FEE, PLACES, TIER_PRICE = 500, 2_000, 3, 20_00
GROWS_BY_DEBITS = {"stripe", "receivable", "processor", "dispute", "bank"}


def processor_fee(minor: int) -> int:
    return -(-minor * 15 // 1000) + 25


@dataclass(eq=False)
class Card:
    kind: str
    saved_for: Any = None  # the pledge that it was saved for on the processor's page
    declined: int = 0
    went_through: bool = False
    gone: bool = False


@dataclass(eq=False)
class Campaign:
    goal: int
    rule: str
    closes_at: int
    state: str = "live"
    settle_by: int = 0
    paused_at: int = 0
    collected: int = 0
    refunded: int = 0
    fees: int = 0
    window: int = 0  # when the registration window closes; 0: no transfer fund
    outcome: Outcome | None = None
    withdrawn_at: int | None = None
    elections_until: int = 0
    gifts: Counter[str] = field(default_factory=Counter)
    share: Share | None = None  # what is on its way back to all
    plan: list[Milestone] = field(default_factory=list)
    update_due: int | None = None

    @property
    def needed(self) -> int:
        return {"strict": self.goal, "threshold": max(1, -(-self.goal * 8 // 10)), "flexible": 1}[self.rule]

    def decide(self, to: str, now: int) -> str | None:
        """Staff pauses, resumes or ends it; a pause is given back to it. Gives the name of the refusal."""
        if to == self.state or self.state not in ("live", "suspended"):
            return "MoveRefused"
        if to == "suspended":
            self.paused_at = now
        elif to == "live":
            self.closes_at += now - self.paused_at
            if self.update_due is not None:  # by whole days
                self.update_due += -(-(now - self.paused_at) // DAY) * DAY
        self.state = to
        return None


@dataclass(eq=False)
class Outcome:
    kind: str
    filed_by: int | None
    objections_until: int
    checked_by: int | None = None
    objections: set[int] = field(default_factory=set)  # who has objected
    open_objections: set[int] = field(default_factory=set)


@dataclass(eq=False)
class Milestone:
    share: int  # in basis points
    at_once: bool
    state: str = "planned"
    amount: int | None = None
    cost: int = 0
    taken: int = 0

    @property
    def left(self) -> int:
        return (self.amount or 0) - self.taken


@dataclass(eq=False)
class Request:
    milestone: Milestone
    campaign: Campaign
    objections_until: int
    pauses_at: int
    objections: set[int] = field(default_factory=set)  # who has objected
    unanswered: set[int] = field(default_factory=set)
    ended_as: str | None = None


@dataclass(eq=False)
class Share:
    """So much goes back to those who gave `of` together."""

    amount: int
    of: int
    who: list[Pledge]
    shared: int = 0


@dataclass(eq=False)
class Pledge:
    fan: int
    campaign: Campaign
    amount: int
    tier: bool
    state: str
    card: Card | None
    asked: Card | None = None  # the card whose charge waits for the fan
    next_at: int | None = None
    answered: bool = False  # its bank has said something
    set_aside: int = 0
    left_at_bank: int = 0  # of the charge, what is not refunded there
    disputed: bool = False
    ever_disputed: bool = False
    dispute: list[tuple[str | Campaign, int]] | None = None  # who bears the open one
    taken: int = 0
    takings: list[tuple[Milestone, int]] = field(default_factory=list)  # what her bank took of milestones
    ticked: str = ""
    election: str | None = None
    passed: int = 0  # went on by her choice
    elected: int = 0
    kept_until: int = 0
    kept_for: Campaign | None = None

    @property
    def left(self) -> int:
        return self.amount - self.set_aside - self.passed


@dataclass(eq=False)
class Refund:
    pledge: Pledge
    amount: int
    made: int
    state: str = "pending"
    carried_out: bool = False  # at the bank, and the answer was lost
    kept_by_dispute: bool = False


@dataclass(eq=False)
class Payout:
    campaign: Campaign
    next_at: int
    amount: int
    state: str = "due"
    recipient: str | None = None


@dataclass
class World:
    began: int = 0  # seconds since 1970
    now: int = 0  # seconds since it began
    cards: dict[int, list[Card]] = field(default_factory=dict)
    campaigns: list[Campaign] = field(default_factory=list)
    pledges: list[Pledge] = field(default_factory=list)
    refunds: list[Refund] = field(default_factory=list)
    payouts: list[Payout] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)
    books: Counter[Any] = field(default_factory=Counter)
    payable_of: Counter[Campaign] = field(default_factory=Counter)
    available: list[tuple[int, int]] = field(default_factory=list)
    blocked: bool = False
    # What is asked for in one moment reaches the processor in an order that nobody promises. Where that decides, the site
    # says how it was, and the model whether it could be.
    went_through: Callable[[Pledge], bool] = lambda pledge: False
    was_paid: Callable[[Payout], bool] = lambda payout: False

    def of(self, campaign: Campaign, *states: str) -> list[Pledge]:
        return [p for p in self.pledges if p.campaign is campaign and p.state in states]

    def promised(self, campaign: Campaign) -> int:
        return sum(p.amount for p in self.of(campaign, *LIVE))

    def places(self, campaign: Campaign) -> int:
        return sum(p.tier for p in self.of(campaign, *LIVE))

    def post(self, debit: Any, credit: Any, minor: int, campaign: Campaign | None = None) -> None:
        self.books[debit] += minor if debit in GROWS_BY_DEBITS else -minor
        self.books[credit] += -minor if credit in GROWS_BY_DEBITS else minor
        if campaign is not None:
            self.payable_of[campaign] += minor * ((credit == "payable") - (debit == "payable"))

    # --- what a fan does; each gives the name of the refusal, or none ---

    def refusal(self, campaign: Campaign, amount: int, tier: bool, more_places: int) -> str | None:
        if campaign.state != "live" or self.now >= campaign.closes_at:
            return "CampaignNotOpen"
        if amount < 50 or (tier and amount < TIER_PRICE):
            return "AmountTooSmall"
        return "TierSoldOut" if more_places > 0 and self.places(campaign) + more_places > PLACES else None

    def pledge(self, fan: int, campaign: Campaign, amount: int, tier: bool) -> str | Pledge:
        no = self.refusal(campaign, amount, tier, int(tier))
        if no is None and any(p.fan == fan for p in self.of(campaign, *LIVE)):
            no = "AlreadyPledged"
        if no is not None:
            return no
        card = next((c for c in reversed(self.cards[fan]) if not c.gone), None)
        self.pledges.append(Pledge(fan, campaign, amount, tier, "active" if card else "started", card))
        return self.pledges[-1]

    def breaks_goal(self, p: Pledge, less: int) -> bool:
        promised, needed = self.promised(p.campaign), p.campaign.needed
        late = self.now >= p.campaign.closes_at - DAY and p.campaign.rule != "flexible"
        return p.state == "active" and less > 0 and late and promised >= needed > promised - less

    def amend(self, p: Pledge, amount: int, tier: bool) -> str | None:
        if p.state not in ("started", "active"):
            return "PledgeNotChangeable"
        no = self.refusal(p.campaign, amount, tier, tier - p.tier)
        if no is None and self.breaks_goal(p, p.amount - amount):
            no = "GoalWouldBreak"
        if no is None:
            p.amount, p.tier = amount, tier
        return no

    def cancel(self, p: Pledge) -> str | None:
        if p.state == "cancelled":
            return None
        is_paused = p.campaign.state == "suspended"  # nobody is held in it
        has_closed = p.state == "active" and self.now >= p.campaign.closes_at
        if p.state not in ("started", "active") or (has_closed and not is_paused):
            return "PledgeNotChangeable"
        if self.breaks_goal(p, p.amount) and not is_paused:
            return "GoalWouldBreak"
        self.end(p, "cancelled")
        return None

    def save_card(self, p: Pledge, kind: str) -> None:
        """She saves a card on the processor's page for this pledge; it is used if the pledge can use it."""
        card, old = Card(kind, p), p.card
        self.cards[p.fan].append(card)
        if p.state == "started" and not self.refusal(p.campaign, p.amount, p.tier, int(p.tier)):
            if not any(q.fan == p.fan for q in self.of(p.campaign, *LIVE)):
                p.state, p.card = "active", card
        elif p.state in ("active", "errored"):
            p.card, p.next_at = card, self.now
        self.let_go(old)
        self.let_go(card)

    def let_go(self, card: Card | None) -> None:
        used = any(p.card is card and p.state in NEEDS_CARD for p in self.pledges)
        if card is not None and not used and (card.saved_for is None or card.saved_for.state != "started"):
            card.gone = True

    def end(self, p: Pledge, state: str) -> None:
        p.state = state
        for card in [p.card, *(c for c in self.cards[p.fan] if c.saved_for is p)]:
            self.let_go(card)

    # --- what many verbs do ---

    def end_of_day(self, at: int) -> int:
        return ((self.began + at) // DAY + 1) * DAY - self.began

    def promise_from(self, account: Any, p: Pledge, minor: int) -> None:
        p.set_aside += minor
        self.refunds.append(Refund(p, minor, self.now))
        self.post(account, "clearing", minor)

    def begin_share(self, c: Campaign, minor: int) -> None:
        who = self.of(c, "collected")
        whole = sum(p.left for p in who)
        if min(minor, whole) > 0:
            c.share = Share(min(minor, whole), whole, who)

    def share_back(self, c: Campaign) -> bool:
        """Each one's share goes back, to the last cent: whoever brings the sum to the next whole one gets it. Then the rest is paid."""
        share = c.share
        if share is None:
            return False
        who, share.who = [p for p in share.who if p.state == "collected" and p.left > 0], []
        if not who:
            c.share = None
            self.post(c, "payable", min(share.amount - share.shared, self.books[c]), c)
        passed = 0
        for p in who:
            part = part_up_to(share, passed + p.left) - part_up_to(share, passed)
            passed += p.left
            if part > 0:
                self.promise_from(c, p, part)
                share.shared += part
        return True


def part_up_to(share: Share, minor: int) -> int:
    return share.amount * min(minor, share.of) // share.of
