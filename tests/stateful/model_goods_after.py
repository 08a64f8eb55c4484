"""What happens to a sale after it was paid: parcels, sharing it out, calling off, returns, claims, money back. In plain Python."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from tests.stateful.model_goods import DAY, Buying, Line, Order, Parcel, Parts, Refund

ANSWER, SEND, RECEIVE, REPLACE = 7 * DAY, 30 * DAY, 14 * DAY, 14 * DAY
WINDOW = {"return": 14 * DAY, "claim": 180 * DAY}
OPEN = ("requested", "approved", "received")
Wants = dict[Line, int]


@dataclass(eq=False)
class Return:
    order: Order
    kind: str
    reason: str
    wants: Wants
    answer_by: int
    state: str = "requested"
    keeps_it: bool = False
    replaces: Wants = field(default_factory=dict)
    received: Wants | None = None
    send_by: int | None = None
    sent: bool = False
    receive_by: int | None = None

    @property
    def still_asked(self) -> Wants:
        """Pieces that count as asked back because of it."""
        if self.kind == "cancellation" or self.state not in OPEN:
            return {}
        waits = self.state == "received" or (self.state == "approved" and self.keeps_it)
        return self.replaces if waits else self.wants


@dataclass(eq=False)
class Back:
    """Pieces that are paid back. unsent: they never went out; asked: they count in a return; restock: they can be sold again."""

    line: Line
    pieces: int
    unsent: bool = False
    asked: bool = False
    restock: bool = False


class AfterSale(Buying):
    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.returns: list[Return] = []

    def bank_holds(self, order: Order) -> bool:
        dispute = order.purchase.dispute
        return dispute is not None and dispute.state == "under_review"

    # --- sharing it out ---

    def owed_by(self, org: Any, minor: int) -> Parts:
        """Of what it has earned, and beyond that as a debt."""
        there = min(minor, self.books["earnings", org])
        return [(("earnings", org), there), (("receivable", org), minor - there)]

    def earn(self, order: Order) -> bool:
        ready = order.earned_at is None and order.fee is not None and order.state in ("paid", "refunded")
        if not ready or any(line.to_ship for line in order.lines) or self.bank_holds(order):
            return False
        assert order.fee is not None
        order.earned_at, sale = self.now, ("sale", order)
        shares = Counter[Any]({"processor": order.fee})
        for line in order.lines:
            shares["fee"] += line.left["commission"]
            shares["tax"] += line.left["tax"]
            shares["royalty", line.licence] += line.left["royalty"]
        sellers = self.books[sale] - sum(shares.values())
        self.take(self.owed_by(order.shop, max(0, -sellers)), sale)
        for account, minor in shares.items():
            self.post(sale, account, minor)
        self.post(sale, ("earnings", order.shop), max(0, sellers))
        return True

    def sources(self, order: Order, parts: list[tuple[Line, Counter[str]]], shipping: int) -> Parts:
        """Whose money goes back for these parts of lines: the order's own until it was shared out, then of each who had a share."""
        total = sum(part["net"] + part["tax"] for _, part in parts) + shipping
        if order.earned_at is None:
            there = min(total, self.books["sale", order])
            return [(("sale", order), there), *self.owed_by(order.shop, total - there)]
        of, royalties = Counter[str](), Counter[Any]()
        for line, part in parts:
            of.update(part)
            if line.licence is not None:
                royalties[line.licence] += part["royalty"]
        found = self.owed_by(order.shop, of["net"] - of["commission"] - of["royalty"] + shipping)
        earned = self.books["earnings", self.studio]
        for licence in sorted(royalties, key=self.licences.index):
            minor = royalties[licence]
            there = min(minor, self.books["royalty", licence])
            here = min(minor - there, earned)
            earned -= here
            found += [
                (("royalty", licence), there),
                (("earnings", self.studio), here),
                (("receivable", self.studio), minor - there - here),
            ]
        return [*found, ("fee", of["commission"]), ("tax", of["tax"])]

    # --- what goes out ---

    def send(self, order: Order, wants: Wants) -> str | None:
        if order.state != "paid":
            return "NotToSend"
        if any(number > line.to_ship for line, number in wants.items()):
            return "MoreThanBought"
        for line, number in wants.items():
            line.shipped += number
        order.parcels.append(Parcel(self.now, wants))
        if not any(line.to_ship for line in order.lines):
            for wish in self.returns:
                if wish.order is order and wish.kind == "cancellation" and wish.state == "requested":
                    wish.state = "cancelled"
        self.earn(order)
        return None

    def say(self, parcel: Parcel, state: str) -> str | None:
        moves = {"sent": ("delivered", "lost", "sent_back"), "lost": ("delivered", "sent_back")}
        if state not in moves.get(parcel.state, ()):
            return "MoveRefused"
        parcel.state = state
        if state == "delivered" and parcel.delivered_at is None:
            parcel.delivered_at = self.now
        return None

    # --- money back ---

    def give_back(
        self, order: Order, backs: list[Back], *, freely: bool = False, of: Return | None = None
    ) -> str | None:
        if order.state != "paid":
            return "NothingPaid"
        if self.bank_holds(order):
            return "BankDecides"
        parts = [(one.line, one.line.part(one.pieces)) for one in backs]
        for one, (line, part) in zip(backs, parts, strict=True):
            line.returned += one.pieces
            line.cancelled += one.pieces if one.unsent else 0
            line.asked_back -= one.pieces if one.asked else 0
            line.back.update(part)
        shipping = 0
        if not (freely or order.freely) and not any(line.kept for line in order.lines):
            shipping = order.shop.first - order.shipping_back
            order.shipping_back += shipping
        order.freely = order.freely or (of is not None and of.kind == "return")
        amount = sum(part["net"] + part["tax"] for _, part in parts) + shipping
        self.take(self.sources(order, parts, shipping), "clearing")
        if amount:
            self.refunds.append(Refund(order.purchase, order, amount))
        self.restock(backs)
        self.end_wholly_back(order)
        self.earn(order)
        return None

    def restock(self, backs: list[Back]) -> None:
        for one in backs:
            if one.restock:
                one.line.variant.on_hand += one.pieces
                one.line.variant.sold -= one.pieces
            if one.line.licence is not None and (one.unsent or one.restock):
                one.line.licence.sold -= one.pieces

    def end_wholly_back(self, order: Order) -> None:
        if order.state == "paid" and not any(line.kept for line in order.lines):
            order.state = "refunded"
            if order.purchase.state == "paid" and all(o.state in ("refunded", "lost") for o in order.purchase.orders):
                order.purchase.state = "refunded"

    def call_off(self, order: Order, wants: Wants, *, restock: bool) -> str | None:
        if any(number > line.to_ship for line, number in wants.items()):
            return "MoreThanBought"
        return self.give_back(order, [Back(line, n, unsent=True, restock=restock) for line, n in wants.items()])

    def cancel_late(self, order: Order, wants: Wants) -> str | None:
        if order.state != "paid" or self.now <= order.ship_by or not any(line.to_ship for line in order.lines):
            return "NotLate"
        return self.call_off(order, wants, restock=True)

    def cancel_by_seller(self, order: Order, wants: Wants, *, restock: bool) -> str | None:
        return "NothingPaid" if order.state != "paid" else self.call_off(order, wants, restock=restock)

    def pay_back(self, order: Order, wants: Wants) -> str | None:
        """By staff: those that are not sent first, one after the other; nothing of it, if one of them can't be."""
        if any(number > line.kept - line.asked_back for line, number in wants.items()):
            return "MoreThanBought"
        if order.state != "paid":
            return "NothingPaid"
        if self.bank_holds(order):
            return "BankDecides"
        for line, number in wants.items():
            unsent = min(number, line.to_ship)
            for pieces, is_unsent in ((unsent, True), (number - unsent, False)):
                if pieces:
                    assert self.give_back(order, [Back(line, pieces, unsent=is_unsent)]) is None
        return None
