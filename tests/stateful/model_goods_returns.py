"""A fan asks for something to go back, its seller answers, and it comes back or not. In plain Python."""

from __future__ import annotations

from tests.stateful.model_goods import DAYS_MAX, Order, Parcel
from tests.stateful.model_goods_after import (
    ANSWER,
    RECEIVE,
    REPLACE,
    SEND,
    WINDOW,
    AfterSale,
    Back,
    Return,
    Wants,
)


class Returns(AfterSale):
    def ask(self, order: Order, kind: str, reason: str, wants: Wants) -> str | None:
        if order.state != "paid":
            return "NothingPaid"
        if self.bank_holds(order):
            return "BankDecides"
        if kind == "cancellation":
            if any(number > line.to_ship for line, number in wants.items()):
                return "MoreThanBought"
            if any(r.order is order and r.kind == kind and r.state == "requested" for r in self.returns):
                return "AskedAlready"
        elif (no := self.may_not_come_back(order, kind, reason, wants)) is not None:
            return no
        self.returns.append(Return(order, kind, reason, wants, self.now + ANSWER))
        if kind != "cancellation":
            for line, number in wants.items():
                line.asked_back += number
        return None

    def may_not_come_back(self, order: Order, kind: str, reason: str, wants: Wants) -> str | None:
        if any(number > line.can_come_back for line, number in wants.items()):
            return "MoreThanBought"
        for line in wants:
            ways = [parcel for parcel in order.parcels if line in parcel.pieces]
            if self.now >= max(arrived(way) for way in ways) + WINDOW[kind]:
                return "TooLate"
            if reason == "not_arrived" and not any(self.is_overdue(way) for way in ways):
                return "NotYet"
        return None

    def is_overdue(self, way: Parcel) -> bool:
        if way.state in ("lost", "sent_back"):
            return True
        return way.delivered_at is None and self.now > way.sent_at + DAYS_MAX

    # --- the seller's answer ---

    def approve(self, asked: Return, *, keeps_it: bool = False, replaces: Wants | None = None) -> str | None:
        if asked.state != "requested":
            return "AnsweredAlready"
        if self.bank_holds(asked.order):
            return "BankDecides"
        if asked.kind == "cancellation":
            return self.agree_to_call_off(asked)
        asked.replaces = {line: number for line, number in (replaces or {}).items() if number}
        asked.keeps_it = keeps_it or asked.reason == "not_arrived"
        asked.state, asked.send_by = "approved", self.now + (REPLACE if asked.keeps_it else SEND)
        if asked.keeps_it:
            self.settle(asked, restock=False)
        return None

    def agree_to_call_off(self, asked: Return) -> str | None:
        wants = {line: min(number, line.to_ship) for line, number in asked.wants.items()}
        wants = {line: number for line, number in wants.items() if number}
        asked.state = "refunded" if wants else "cancelled"
        if wants:
            backs = [Back(line, n, unsent=True, restock=True) for line, n in wants.items()]
            assert self.give_back(asked.order, backs, of=asked) is None
        return None

    def settle(self, asked: Return, *, restock: bool) -> None:
        """Nothing more comes back of it: the money goes, and other pieces where that was agreed."""
        backs = []
        for line, number in asked.wants.items():
            came = number if asked.received is None else asked.received.get(line, 0)
            paid = came - min(asked.replaces.get(line, 0), came)
            if paid:
                backs.append(Back(line, paid, asked=True, restock=restock))
        if backs:
            assert self.give_back(asked.order, backs, freely=asked.kind == "return", of=asked) is None
        if asked.replaces:
            asked.send_by = self.now + REPLACE
        else:
            asked.state = "refunded"

    def decline(self, asked: Return) -> str | None:
        if asked.state != "requested":
            return "AnsweredAlready"
        self.let_return_go(asked, "declined")
        return None

    def let_return_go(self, asked: Return, state: str = "cancelled") -> None:
        for line, number in asked.still_asked.items():
            line.asked_back -= number
        asked.state = state

    # --- back it goes ---

    def withdraw(self, asked: Return) -> str | None:
        if asked.sent or asked.state == "received":
            return "AlreadySent"
        if asked.state not in ("requested", "approved"):
            return "MoveRefused"
        self.let_return_go(asked)
        return None

    def say_sent(self, asked: Return) -> str | None:
        if asked.state != "approved" or asked.keeps_it or asked.sent:
            return "AlreadySent"
        asked.sent, asked.receive_by = True, self.now + RECEIVE
        return None

    def receive(self, asked: Return, counts: Wants, *, restock: bool = False) -> str | None:
        if asked.state != "approved" or asked.keeps_it:
            return "NotWaitedFor"
        if self.bank_holds(asked.order):
            return "BankDecides"
        if not any(counts.values()):
            self.let_return_go(asked)
            return None
        for line, number in asked.wants.items():
            line.asked_back -= number - counts.get(line, 0)
        asked.received, asked.state = counts, "received"
        few = {line: min(number, counts.get(line, 0)) for line, number in asked.replaces.items()}
        asked.replaces = {line: number for line, number in few.items() if number}
        self.settle(asked, restock=restock)
        return None

    def send_another(self, asked: Return) -> str | None:
        """Other pieces go out of what is there to sell, and it is over."""
        waits = asked.state == "received" or (asked.state == "approved" and asked.keeps_it)
        if not waits or not asked.replaces:
            return "AnsweredAlready"
        if any(line.variant.left < number for line, number in asked.replaces.items()):
            return "OutOfStock"
        for line, number in asked.replaces.items():
            line.asked_back -= number
            line.variant.on_hand -= number
            line.variant.sold += number
        asked.order.parcels.append(Parcel(self.now, dict(asked.replaces), replaces=True))
        asked.state = "resolved"
        return None

    # --- what nobody did in time ---

    def follow_returns(self) -> bool:
        moved = False
        free = [one for one in self.returns if not self.bank_holds(one.order)]
        for asked in [one for one in free if one.state == "requested" and one.answer_by <= self.now]:
            moved |= self.approve(asked) is None
        for asked in free:
            if asked.state == "approved" and asked.receive_by is not None and asked.receive_by <= self.now:
                moved |= self.receive(asked, dict(asked.wants)) is None
        for asked in self.returns:
            unsent = asked.state == "approved" and not asked.sent and not asked.keeps_it
            if unsent and (asked.send_by or 0) <= self.now and asked.kind != "cancellation":
                self.let_return_go(asked)
                moved = True
        for asked in free:
            waits = asked.state == "received" or (asked.state == "approved" and asked.keeps_it)
            if waits and asked.replaces and (asked.send_by or 0) <= self.now:
                self.pay_instead(asked)
                moved = True
        return moved

    def pay_instead(self, asked: Return) -> None:
        backs = [Back(line, number, asked=True) for line, number in asked.replaces.items()]
        asked.replaces, asked.state = {}, "refunded"
        assert self.give_back(asked.order, backs, of=asked) is None


def arrived(way: Parcel) -> int:
    return way.delivered_at if way.delivered_at is not None else way.sent_at + DAYS_MAX
