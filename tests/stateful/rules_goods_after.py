"""What comes after a sale: parcels, calling off, returns and claims, by whoever may."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from crowdfund.orders.parcels.models import Parcel as ParcelRow
from crowdfund.orders.parcels.models import ParcelState
from crowdfund.orders.parcels.sending import Sending, say, send, send_another
from crowdfund.orders.returns import answering, asking, receiving
from crowdfund.orders.returns.by_staff import pay_back
from crowdfund.orders.returns.cancelling import cancel_by_seller, cancel_late
from crowdfund.orders.returns.models import GoodsReturn, Kind, Reason
from tests.stateful.machine_goods import PICK, SOME
from tests.stateful.model_goods import Order, Parcel
from tests.stateful.model_goods_after import OPEN, Return, Wants
from tests.stateful.rules_goods_selling import Selling

ASKED = st.sampled_from([
    ("return", "changed_mind"), ("return", "does_not_fit"), ("claim", "damaged"), ("claim", "not_arrived"), ("cancellation", "changed_mind")
])  # fmt: skip
MOST = st.sampled_from([1, 1, 2, 9])


class AfterSale(Selling):
    def paid(self, pick: int) -> Order | None:
        """One that was paid once, whatever became of it."""
        found: Order | None = self.newest(
            [o for o in self.model.orders if o.state in ("paid", "refunded", "lost")], pick
        )
        return found

    def some(self, order: Order, most: int, of: str, pick: int) -> Wants:
        """At most so many pieces of each line, or of one of them; one more than there are, now and then."""
        lines = order.lines if pick % 3 else order.lines[:1]
        wants = {line: min(most, getattr(line, of)) for line in lines}
        if pick == 9:
            wants = {line: getattr(line, of) + 1 for line in lines}
        return {line: number for line, number in wants.items() if number > 0}

    def rows(self, wants: Wants) -> dict[int, int]:
        return {self.numbers[line]: number for line, number in wants.items()}

    # --- what goes out ---

    @precondition(lambda self: self.to_send())
    @rule(pick=PICK, most=MOST)
    def send(self, pick: int, most: int) -> None:
        order = self.paid(pick)
        if order is not None and (wants := self.some(order, most, "to_ship", pick)):
            self._send(order, wants)

    @precondition(lambda self: self.to_send())
    @rule(pick=PICK)
    def send_all(self, pick: int) -> None:
        order: Order = self.newest(self.to_send(), pick)
        self._send(order, self.some(order, 99, "to_ship", 1))

    def to_send(self) -> list[Order]:
        return [o for o in self.model.orders if o.state == "paid" and any(line.to_ship for line in o.lines)]

    def sent(self) -> list[Order]:
        return [o for o in self.model.orders if o.state == "paid" and any(line.can_come_back for line in o.lines)]

    def _send(self, order: Order, wants: Wants) -> None:
        self.a_second()
        self.pressed += 1
        no = self.model.send(order, wants)
        sending = Sending(self.numbers[order], "SF Express", f"SF{self.pressed}", self.rows(wants))
        assert self.asked(send(sending, by=self.staff.id, key=f"key-{self.pressed}")) == no
        if no is None:
            self._number_parcel(order)

    def _number_parcel(self, order: Order) -> None:
        self.numbers[order.parcels[-1]] = self.do(
            ParcelRow.filter(order_id=self.numbers[order]).order_by("-id").first()
        ).id

    @precondition(lambda self: any(order.parcels for order in self.model.orders))
    @rule(pick=PICK, state=st.sampled_from(["delivered", "delivered", "delivered", "lost", "sent_back"]))
    def say_of_a_parcel(self, pick: int, state: str) -> None:
        parcel: Parcel = self.newest([parcel for order in self.model.orders for parcel in order.parcels], pick)
        self.a_second()
        work = say(self.numbers[parcel], ParcelState(state), because="told", by=self.staff.id)
        assert self.asked(work) == self.model.say(parcel, state)

    # --- called off ---

    @precondition(lambda self: self.paid(0))
    @rule(pick=PICK, most=MOST, who=st.sampled_from(["buyer", "seller", "seller again", "staff"]))
    def call_off(self, pick: int, most: int, who: str) -> None:
        order = self.paid(pick)
        wants = self.some(order, most, "kept" if who == "staff" else "to_ship", pick) if order is not None else {}
        if order is None or not wants:
            return
        self.a_second()
        number, rows, by = self.numbers[order], self.rows(wants), self.staff.id
        work: Awaitable[Any]
        if who == "buyer":
            work, no = cancel_late(number, rows, by=self.fans[0].id), self.model.cancel_late(order, wants)
        elif who == "staff":
            work, no = pay_back(number, rows, "They quarrel.", by=by), self.model.pay_back(order, wants)
        else:
            restock = who == "seller again"
            work = cancel_by_seller(number, rows, "It broke.", by=by, restock=restock)
            no = self.model.cancel_by_seller(order, wants, restock=restock)
        assert self.asked(work) == no

    # --- returns ---

    @precondition(lambda self: self.paid(0))
    @rule(pick=PICK, most=MOST, what=ASKED)
    def ask(self, pick: int, most: int, what: tuple[str, str]) -> None:
        kind, reason = what
        order: Order | None = self.newest(self.to_send() if kind == "cancellation" else self.sent(), pick) or self.paid(
            pick
        )
        of = "to_ship" if kind == "cancellation" else "can_come_back"
        wants = self.some(order, most, of, pick) if order is not None else {}
        if order is not None and wants:
            self._ask(order, kind, reason, wants)

    def _ask(self, order: Order, kind: str, reason: str, wants: Wants) -> Return | None:
        self.a_second()
        self.pressed += 1
        no = self.model.ask(order, kind, reason, wants)
        wish = asking.Wish(self.numbers[order], Kind(kind), Reason(reason), "", self.rows(wants))
        fan = self.fans[order.purchase.fan].id
        assert self.asked(asking.ask(wish, by=fan, key=f"key-{self.pressed}")) == no
        if no is not None:
            return None
        asked = self.model.returns[-1]
        self.numbers[asked] = self.do(GoodsReturn.filter(order_id=self.numbers[order]).order_by("-id").first()).id
        return asked

    def asked_for(self, pick: int) -> Return | None:
        """Mostly one that is not over."""
        wanted = self.model.returns if pick == 9 else [r for r in self.model.returns if r.state in OPEN]
        found: Return | None = self.newest(wanted, pick)
        return found

    def _answer(self, pick: int, verb: Callable[[Return], tuple[Awaitable[Any], str | None]]) -> Return | None:
        asked = self.asked_for(pick)
        if asked is None:
            return None
        self.a_second()
        work, no = verb(asked)
        assert self.asked(work) == no
        return asked if no is None else None

    @precondition(lambda self: self.asked_for(0))
    @rule(pick=PICK, keeps_it=st.booleans(), replaced=st.integers(0, 2))
    def approve(self, pick: int, keeps_it: bool, replaced: int) -> None:
        def agree(asked: Return) -> tuple[Awaitable[Any], str | None]:
            replaces = {line: min(replaced, number) for line, number in asked.wants.items()}
            work = answering.approve(
                self.numbers[asked], "Sorry.", by=self.staff.id, keeps_it=keeps_it, replaces=self.rows(replaces)
            )
            return work, self.model.approve(asked, keeps_it=keeps_it, replaces=replaces)

        self._answer(pick, agree)

    @precondition(lambda self: self.asked_for(0))
    @rule(pick=PICK)
    def decline(self, pick: int) -> None:
        self._answer(
            pick,
            lambda asked: (answering.decline(self.numbers[asked], "No.", by=self.staff.id), self.model.decline(asked)),
        )

    @precondition(lambda self: self.asked_for(0))
    @rule(pick=PICK)
    def withdraw(self, pick: int) -> None:
        fan = self.fans[0].id
        self._answer(pick, lambda asked: (asking.withdraw(self.numbers[asked], by=fan), self.model.withdraw(asked)))

    @precondition(lambda self: self.asked_for(0))
    @rule(pick=PICK)
    def say_sent(self, pick: int) -> None:
        fan = self.fans[0].id
        self._answer(
            pick, lambda asked: (asking.say_sent(self.numbers[asked], "DHL", "1", by=fan), self.model.say_sent(asked))
        )

    @precondition(lambda self: self.asked_for(0))
    @rule(pick=PICK, missing=st.sampled_from([0, 0, 0, 1, 9]), restock=st.booleans())
    def receive(self, pick: int, missing: int, restock: bool) -> None:
        def count(asked: Return) -> tuple[Awaitable[Any], str | None]:
            counts = {line: max(0, number - missing) for line, number in asked.wants.items()}
            work = receiving.receive(
                self.numbers[asked], self.rows(counts), by=self.staff.id, restock=restock, words="Some is missing."
            )
            return work, self.model.receive(asked, counts, restock=restock)

        self._answer(pick, count)

    @precondition(lambda self: self.asked_for(0))
    @rule(pick=PICK)
    def send_another(self, pick: int) -> None:
        asked = self._answer(
            pick,
            lambda asked: (
                send_another(self.numbers[asked], "DHL", "2", by=self.staff.id),
                self.model.send_another(asked),
            ),
        )
        if asked is not None:
            self._number_parcel(asked.order)

    @precondition(lambda self: self.sent())
    @rule(pick=PICK, pieces=SOME, restock=st.booleans())
    def sent_back_and_received(self, pick: int, pieces: int, restock: bool) -> None:
        """From the wish to the money in one go, as most do."""
        order: Order = self.newest(self.sent(), pick)
        wants = self.some(order, pieces, "can_come_back", pick)
        if not wants or (asked := self._ask(order, "return", "changed_mind", wants)) is None:
            return
        number, by = self.numbers[asked], self.staff.id
        assert self.asked(answering.approve(number, "", by=by)) == self.model.approve(asked)
        assert self.asked(asking.say_sent(number, "DHL", "3", by=by)) == self.model.say_sent(asked)
        work = receiving.receive(number, self.rows(wants), by=by, restock=restock)
        assert self.asked(work) == self.model.receive(asked, wants, restock=restock)
