"""What seats, holds, orders and tickets must come to: the rules in the fewest words, one thing after the other, no database."""

from __future__ import annotations

from dataclasses import dataclass, field

HOLD, PAYING, WEEK = 8 * 60, 10 * 60, 7 * 86_400
PRICE, PER_FAN, STANDING = 11_00, 8, 5


@dataclass(eq=False)
class Showing:
    """starts: seconds, as all moments here. ends_sale: a quarter of an hour after the start."""

    starts: int
    state: str = "on_sale"
    answer_by: int | None = None

    @property
    def ends(self) -> int:
        return self.starts + 2 * 3600


@dataclass(eq=False)
class Hold:
    fan: int
    showing: Showing
    seats: frozenset[str]
    standing: int
    until: int
    extended: bool = False

    @property
    def places(self) -> int:
        return len(self.seats) + self.standing


@dataclass(eq=False)
class Ticket:
    fan: int
    showing: Showing
    seat: str | None
    state: str = "sold"


@dataclass(eq=False)
class Order:
    """give_up: when nobody waits for its page any more; none where it was never opened. back: what has gone back of what was paid."""

    hold: Hold
    state: str = "placed"
    give_up: int | None = None
    page: str = "none"
    paid: int = 0
    back: int = 0
    tickets: list[Ticket] = field(default_factory=list)


class Model:
    def __init__(self, now: int, starts: list[int]) -> None:
        self.now = now
        self.showings = [Showing(at) for at in starts]
        self.holds: list[Hold] = []
        self.orders: list[Order] = []
        self.tickets: list[Ticket] = []

    # --- looking ---

    def live(self, showing: Showing, *, but: Hold | None = None) -> list[Hold]:
        return [h for h in self.holds if h.showing is showing and h.until > self.now and h is not but]

    def sold(self, showing: Showing) -> list[Ticket]:
        return [t for t in self.tickets if t.showing is showing and t.state == "sold"]

    def gone(self, showing: Showing, *, but: Hold | None = None) -> set[str]:
        held = {seat for hold in self.live(showing, but=but) for seat in hold.seats}
        return held | {t.seat for t in self.sold(showing) if t.seat}

    def standing_left(self, showing: Showing, *, but: Hold | None = None) -> int:
        held = sum(hold.standing for hold in self.live(showing, but=but))
        return STANDING - held - sum(t.seat is None for t in self.sold(showing))

    def own(self, fan: int, showing: Showing) -> Hold | None:
        return next((h for h in self.live(showing) if h.fan == fan), None)

    def fits(self, hold: Hold, *, but: Hold | None) -> bool:
        free = not hold.seats & self.gone(hold.showing, but=but)
        return free and hold.standing <= self.standing_left(hold.showing, but=but)

    # --- doing; each gives whether it was done ---

    def hold(self, fan: int, showing: Showing, seats: frozenset[str], standing: int) -> Hold | None:
        asked = Hold(fan, showing, seats, standing, self.now + HOLD)
        before = self.own(fan, showing)
        has = sum(t.fan == fan for t in self.sold(showing))
        on_sale = showing.state == "on_sale" and self.now < showing.starts + 15 * 60
        if not on_sale or not asked.places or asked.places + has > PER_FAN or not self.fits(asked, but=before):
            return None
        if before is not None:
            before.until = self.now
        self.holds.append(asked)
        return asked

    def release(self, hold: Hold) -> bool:
        if any(o.hold is hold and o.state == "paid" for o in self.orders):
            return False
        hold.until = min(hold.until, self.now)
        return True

    def order(self, hold: Hold) -> Order | None:
        orders = [o for o in self.orders if o.hold is hold]
        if hold.until <= self.now or hold.showing.state not in ("on_sale", "closed"):
            return None
        if any(o.state == "paid" for o in orders):
            return None
        for one in orders:
            if one.state == "placed":
                one.state = "expired"
        self.orders.append(order := Order(hold))
        return order

    def go_to_pay(self, order: Order) -> bool:
        hold = order.hold
        if order.state != "placed" or hold.until <= self.now:
            return False
        if not hold.extended:
            hold.until, hold.extended = max(hold.until, self.now + PAYING), True
        if order.page == "none":
            order.page, order.give_up = "open", hold.until
        return True

    def pay(self, order: Order) -> None:
        """On a page that is open. Whether the site has looked since is another matter: it comes to the same."""
        order.page, hold = "paid", order.hold
        order.paid = PRICE * hold.places
        replaced = any(o.hold is hold and o.state == "paid" for o in self.orders)
        has = sum(t.fan == hold.fan for t in self.sold(hold.showing))
        may = hold.showing.state in ("on_sale", "closed") and has + hold.places <= PER_FAN and not replaced
        if may and self.fits(hold, but=hold):
            for other in self.orders:
                if other.hold is hold and other.state == "placed" and other is not order:
                    other.state = "expired"
            order.state = "paid"
            order.tickets = [Ticket(hold.fan, hold.showing, seat) for seat in sorted(hold.seats)]
            order.tickets += [Ticket(hold.fan, hold.showing, None) for _ in range(hold.standing)]
            self.tickets += order.tickets
            hold.until = min(hold.until, self.now)
        else:
            order.state, order.back = "came_too_late", order.paid

    def share_back(self, showing: Showing) -> int:
        """In percent: all of it a day before, half of it two hours before."""
        left = showing.starts - self.now
        return 100 if left >= 24 * 3600 else 50 if left >= 2 * 3600 else 0

    def send_back(self, order: Order, tickets: list[Ticket]) -> bool:
        showing = order.hold.showing
        if order.state != "paid" or showing.state not in ("on_sale", "closed") or not tickets:
            return False
        if any(t.state != "sold" for t in tickets):
            return False
        self.give_back(order, tickets, self.share_back(showing))
        return True

    def give_back(self, order: Order, tickets: list[Ticket], percent: int) -> None:
        for ticket in tickets:
            ticket.state = "refunded"
            order.back += PRICE * percent // 100
        if all(t.state == "refunded" for t in order.tickets):
            order.state = "refunded"

    def cancel(self, showing: Showing) -> bool:
        if showing.state not in ("on_sale", "closed"):
            return False
        showing.state = "cancelled"
        showing.answer_by = self.now + WEEK if self.sold(showing) else None
        return True

    def want_money(self, order: Order) -> bool:
        live = [t for t in order.tickets if t.state == "sold"]
        if order.hold.showing.answer_by is None or not live:
            return False
        self.give_back(order, live, 100)
        return True

    def work(self) -> None:
        """What the site's worker does when its time has come."""
        for order in self.orders:
            never_opened = order.page == "none" and order.state == "placed" and order.hold.until <= self.now
            given_up = order.page == "open" and (order.state == "expired" or (order.give_up or 0) <= self.now)
            if given_up:
                order.page = "closed"
            if (never_opened or given_up) and order.state == "placed":
                order.state = "expired"
                if not any(o.hold is order.hold and o.state == "placed" for o in self.orders):
                    order.hold.until = min(order.hold.until, self.now)
        for showing in self.showings:
            if showing.state in ("on_sale", "closed") and showing.ends <= self.now:
                showing.state = "screened"
            if showing.answer_by is not None and showing.answer_by <= self.now:
                for order in self.orders:
                    if order.hold.showing is showing:
                        self.want_money(order)
                showing.answer_by = None
