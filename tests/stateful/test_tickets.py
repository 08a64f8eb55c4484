"""Anything that fans may do with seats and tickets, in any order and at any moment, on both databases, against a small model."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule

from crowdfund.books import RULES
from crowdfund.clock import now_us
from crowdfund.database import open_database
from crowdfund.ledger import balance_minor, chart
from crowdfund.ledger.books import prove
from crowdfund.orders import asking, cancelling, letting_go, paying
from crowdfund.orders.models import Answer, Asking
from crowdfund.orders.models import Order as OrderRow
from crowdfund.refusal import Refusal
from crowdfund.screenings.models import Screening
from crowdfund.screenings.models import Ticket as TicketRow
from crowdfund.screenings.plans import plan_of
from crowdfund.screenings.queries import free_in
from crowdfund.screenings.rules import Kept
from crowdfund.worker import work_until_idle
from tests.cinema import a_hall_plan, a_screening, held, ordered, page_for, pay_at
from tests.stateful.model_tickets import Hold, Model, Order
from tests.stateful.site import OnASite
from tests.world import Fan, a_fan, broken

FANS, DAY = 3, 86_400
WHO, WHERE, PICK = st.integers(0, FANS - 1), st.integers(0, 1), st.integers(0, 9)
SEATS = st.frozensets(st.sampled_from(["A-1", "A-2", "A-3", "B-1", "B-2", "B-3"]), max_size=3)
SPANS = st.sampled_from([60, 5 * 60, 9 * 60, 11 * 60, 20 * 60, 3_600, 9 * 3_600, DAY, 3 * DAY])


class TicketMachine(OnASite):
    """Two screenings of six seats and an area for five: one in two days, one in six weeks."""

    model: Model
    fans: list[Fan]
    screenings: list[Screening]

    def __init__(self) -> None:
        super().__init__()
        self.numbers: dict[Any, int] = {}
        self.urls: dict[Order, str] = {}

    @initialize()
    def a_site(self) -> None:
        async def begin() -> None:
            await open_database(self.ours.database_url)
            self.fans = [await a_fan() for _ in range(FANS)]
            plan = a_hall_plan(2, 3, standing=5)
            self.screenings = [await a_screening(plan=plan, days=days, per_fan_max=8) for days in (2, 42)]

        self.do(begin())
        starts = [int(one.starts_at.timestamp()) for one in self.screenings]
        self.model = Model(now_us() // 1_000_000, starts)

    # --- what fans do ---

    def a_second(self) -> None:
        self.do(self.pass_time(1))
        self.model.now += 1

    def newest(self, things: list[Any], pick: int) -> Any:
        return things[-1 - pick % len(things)] if things else None

    @rule(who=WHO, where=WHERE, seats=SEATS, standing=st.integers(0, 3))
    def hold(self, who: int, where: int, seats: frozenset[str], standing: int) -> None:
        self.a_second()
        kept = self.model.hold(who, self.model.showings[where], seats, standing)
        try:
            made = self.do(held(self.fans[who], self.screenings[where], *sorted(seats), standing=standing))
        except Refusal as refusal:
            assert kept is None, refusal
        else:
            assert kept is not None
            self.numbers[kept] = made.id

    @rule(pick=PICK)
    def order(self, pick: int) -> None:
        hold: Hold | None = self.newest(self.model.holds, pick)
        if hold is None:
            return
        self.a_second()
        made = self.model.order(hold)
        places = [*sorted(hold.seats), *["floor"] * hold.standing]
        kept = self._kept(hold)
        try:
            placed = self.do(ordered(self.fans[hold.fan], kept, *places))
        except Refusal as refusal:
            assert made is None, refusal
        else:
            assert made is not None
            self.numbers[made] = placed.id

    def _kept(self, hold: Hold) -> Kept:
        where = self.model.showings.index(hold.showing)
        return Kept(self.numbers[hold], self.screenings[where].id, hold.places, 0)

    @rule(pick=PICK)
    def release(self, pick: int) -> None:
        hold: Hold | None = self.newest(self.model.holds, pick)
        if hold is not None:
            self.a_second()
            done = self.model.release(hold)
            assert (self.asked(letting_go.let_go(self.numbers[hold])) is None) == done

    @rule(pick=PICK)
    def go_to_pay(self, pick: int) -> None:
        order: Order | None = self.newest(self.model.orders, pick)
        if order is None:
            return
        self.a_second()
        done = self.model.go_to_pay(order)
        try:
            url = self.do(page_for(self.numbers[order]))
        except Refusal as refusal:
            assert not done, refusal
        else:
            assert done
            assert self.urls.setdefault(order, url) == url

    @rule(pick=PICK, comes_back=st.booleans())
    def pay(self, pick: int, comes_back: bool) -> None:
        """On any page that is still open, however late; then she comes back, or her event is all that tells of it."""
        order: Order | None = self.newest([o for o in self.model.orders if o.page == "open"], pick)
        if order is None:
            return
        self.a_second()
        answer = self.do(pay_at(self.urls[order]))
        if answer.status_code != 303:  # the processor's own half hour is over: as good as never paid
            assert self.model.now - (order.give_up or 0) > 10 * 60
            return
        self.model.pay(order)
        self.do(paying.look_at_order(self.do(OrderRow.get(id=self.numbers[order]))))
        if not comes_back:
            self.do(work_until_idle())
            self.model.work()

    @rule(pick=PICK, number=st.integers(1, 3))
    def send_back(self, pick: int, number: int) -> None:
        order: Order | None = self.newest([o for o in self.model.orders if o.tickets], pick)
        if order is None:
            return
        self.a_second()
        live = [t for t in order.tickets if t.state == "sold"]
        tickets = (live or order.tickets)[:number]
        expected = sum(11_00 * self.model.share_back(order.hold.showing) // 100 for _ in tickets)
        rows = self.do(self._rows(order, tickets))
        done = self.model.send_back(order, tickets)
        number_of, by = self.numbers[order], self.fans[order.hold.fan].id
        sent = self.asked(cancelling.send_back(number_of, rows, expected_minor=expected, by=by))
        assert (sent is None) == done, sent

    async def _rows(self, order: Order, tickets: list[Any]) -> list[int]:
        """The tickets of the site that are these of the model: by seat, and standing ones by how far they are."""
        rows = await TicketRow.filter(order_id=self.numbers[order]).order_by("id")
        of_seat = {row.seat_id: row.id for row in rows if row.seat_id}
        standing = {state: [r.id for r in rows if not r.seat_id and r.state == state] for state in ("sold", "refunded")}
        return [of_seat[t.seat] if t.seat else standing[t.state].pop() for t in tickets]

    # --- what cinemas do, and time ---

    @rule(where=WHERE, pick=PICK)
    def cancel(self, where: int, pick: int) -> None:
        """Rarely, or nothing would be left to play with."""
        if pick:
            return
        self.a_second()
        done = self.model.cancel(self.model.showings[where])
        asked = self.asked(asking.cancel_screening(self.screenings[where].id, "It burned.", by=self.fans[0].id))
        assert (asked is None) == done, asked

    @rule(pick=PICK)
    def want_money(self, pick: int) -> None:
        order: Order | None = self.newest([o for o in self.model.orders if o.tickets], pick)
        if order is None or order.hold.showing.answer_by is None:
            return
        self.a_second()
        live = [t for t in order.tickets if t.state == "sold"]
        if not live:
            return
        rows, where = self.do(self._rows(order, live)), self.model.showings.index(order.hold.showing)
        found = self.do(Asking.get(screening_id=self.screenings[where].id))
        assert self.model.want_money(order)
        self.do(asking.answer(found.id, rows, Answer.MONEY_BACK, by=self.fans[order.hold.fan].id))

    @rule(seconds=SPANS, works=st.booleans())
    def time_passes(self, seconds: int, works: bool) -> None:
        """works: whether the worker finds the time to do anything meanwhile."""
        self.do(self.pass_time(seconds))
        self.model.now += seconds
        if works:
            self.do(work_until_idle())
            self.model.work()

    # --- comparing ---

    @invariant()
    def the_site_is_as_the_model_says(self) -> None:
        type(self).steps_done += 1
        self.do(self._compare())

    async def _compare(self) -> None:
        for showing, screening in zip(self.model.showings, self.screenings, strict=True):
            row = await Screening.get(id=screening.id)
            assert row.state == showing.state
            free = await free_in(screening.id, await plan_of(screening.plan_id))
            assert free.taken == {t.seat for t in self.model.sold(showing) if t.seat}
            assert free.held | free.own == {seat for hold in self.model.live(showing) for seat in hold.seats}
            assert free.areas == {"floor": self.model.standing_left(showing)}
            assert row.sold == len(self.model.sold(showing))
            orders = [o for o in self.model.orders if o.hold.showing is showing]
            kept = sum(o.paid - o.back for o in orders)
            assert await balance_minor(chart.escrow(screening.id, "EUR")) == kept
        found = {row.id: row.state for row in await OrderRow.all()}
        assert found == {self.numbers[o]: o.state for o in self.model.orders}
        assert broken(await prove(RULES, counting=False)) == []


@pytest.mark.landing
@pytest.mark.parametrize("engine", ["sqlite", "postgres"])
def test_tickets(engine: str, tell: Callable[..., None], long: bool) -> None:
    steps = {"sqlite": 10_000 if long else 150, "postgres": 3_000 if long else 100}[engine]
    tell(TicketMachine, engine, steps)
