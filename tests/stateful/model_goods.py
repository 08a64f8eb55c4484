"""What is for sale, in carts and paid for, in plain Python: no database, no processor, no concurrency. Moments in microseconds.

The machine in test_goods.py does the same things to the real site and compares after each step. What comes after a sale, banks, and
what the site's regular work makes of it all are in files of their own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.stateful.model_goods_split import KINDS, back_with, by_largest_remainder, card_fee, whole_of

SECOND = 1_000_000
MINUTE, HOUR, DAY = 60 * SECOND, 3_600 * SECOND, 86_400 * SECOND
PIECES_MAX, RESERVED, PAGE_LIVES = 99, 32 * MINUTE, 31 * MINUTE
SHIPS_WITHIN, DAYS_MAX = 5 * DAY, 9 * DAY
GROWS_BY_DEBITS = {"stripe", "receivable", "processor", "dispute", "bank"}
Parts = list[tuple[Any, int]]


@dataclass(eq=False)
class Org:
    """A shop, or the production. first: what its parcels cost."""

    name: str
    first: int = 0
    away_until: int | None = None
    at_the_processor: list[tuple[int, int]] = field(default_factory=list)  # what came to its account there, and when


@dataclass(eq=False)
class Licence:
    royalty_bps: int
    cap: int | None
    starts_at: int
    sold: int = 0
    suspended: bool = False


@dataclass(eq=False)
class Listing:
    shop: Org
    licence: Licence | None
    discount_bps: int
    live: bool = True


@dataclass(eq=False)
class Variant:
    listing: Listing
    price: int
    on_hand: int
    reserved: int = 0
    sold: int = 0

    @property
    def left(self) -> int:
        return self.on_hand - self.reserved

    @property
    def price_now(self) -> int:
        return self.price - self.price * self.listing.discount_bps // 10_000


@dataclass(eq=False)
class InCart:
    quantity: int
    seen: int


@dataclass(eq=False)
class Line:
    variant: Variant
    quantity: int
    whole: Counter[str]
    shipped: int = 0
    cancelled: int = 0
    returned: int = 0
    asked_back: int = 0
    back: Counter[str] = field(default_factory=Counter)
    since: int = 0  # pieces that were back when a bank kept a part: the others have stood for less since
    before: Counter[str] = field(default_factory=Counter)  # and what was back by then, with that part

    @property
    def licence(self) -> Licence | None:
        return self.variant.listing.licence

    @property
    def to_ship(self) -> int:
        return self.quantity - self.shipped - self.cancelled

    @property
    def kept(self) -> int:
        return self.quantity - self.returned

    @property
    def can_come_back(self) -> int:
        return self.shipped - (self.returned - self.cancelled) - self.asked_back

    @property
    def left(self) -> Counter[str]:
        return Counter({kind: self.whole[kind] - self.back[kind] for kind in KINDS})

    def part(self, pieces: int) -> Counter[str]:
        whole = Counter({kind: self.whole[kind] - self.before[kind] for kind in KINDS})
        back = Counter({kind: self.back[kind] - self.before[kind] for kind in KINDS})
        return back_with(whole, self.quantity - self.since, self.returned - self.since + pieces, back)


@dataclass(eq=False)
class Parcel:
    sent_at: int
    pieces: dict[Line, int]
    delivered_at: int | None = None
    state: str = "sent"
    replaces: bool = False


@dataclass(eq=False)
class Order:
    purchase: Purchase
    shop: Org
    lines: list[Line]
    ship_by: int
    state: str = "placed"
    fee: int | None = None
    earned_at: int | None = None
    shipping_back: int = 0
    freely: bool = False  # something was sent back as she may
    parcels: list[Parcel] = field(default_factory=list)

    @property
    def total(self) -> int:
        return sum(line.whole["net"] + line.whole["tax"] for line in self.lines) + self.shop.first


@dataclass(eq=False)
class Refund:
    purchase: Purchase
    order: Order | None  # none: all of a purchase that came too late
    amount: int
    state: str = "pending"


@dataclass(eq=False)
class Dispute:
    purchase: Purchase
    amount: int
    taken: Parts
    state: str = "under_review"


@dataclass(eq=False)
class Purchase:
    """page: none, open, paid and we have not heard of it, heard, closed. left_at_bank: of the charge, what is not refunded there."""

    fan: int
    reserved_until: int
    orders: list[Order] = field(default_factory=list)
    state: str = "placed"
    page: str = "none"
    opened_at: int = 0
    give_up: int = 0
    left_at_bank: int = 0
    fee_shared: bool = False
    dispute: Dispute | None = None

    @property
    def total(self) -> int:
        return sum(order.total for order in self.orders)

    @property
    def lines(self) -> list[Line]:
        return [line for order in self.orders for line in order.lines]


class Buying:
    """who_is_paid and the like: where two answers are right, the site says which it was, and the model whether it could be."""

    def __init__(self, now: int, studio: Org, variants: list[Variant]) -> None:
        self.now, self.studio, self.variants = now, studio, variants
        self.listings = list(dict.fromkeys(one.listing for one in variants))
        self.shops = list(dict.fromkeys(one.shop for one in self.listings))
        self.licences = [one.licence for one in self.listings if one.licence is not None]
        self.carts: dict[int, dict[Variant, InCart]] = {}
        self.purchases: list[Purchase] = []
        self.refunds: list[Refund] = []
        self.books: Counter[Any] = Counter()
        self.available: list[tuple[int, int]] = []  # at the processor: from when on, how much
        self.charged: list[int] = []
        self.blocked = False  # whether no answer of the processor comes
        self.was_paid: Callable[[Any], bool] = lambda payout: False
        self.was_reversed: Callable[[Any], bool] = lambda reversal: False

    # --- looking ---

    @property
    def orders(self) -> list[Order]:
        return [order for purchase in self.purchases for order in purchase.orders]

    def post(self, debit: Any, credit: Any, minor: int) -> None:
        assert minor >= 0
        self.books[debit] += minor if role_of(debit) in GROWS_BY_DEBITS else -minor
        self.books[credit] += -minor if role_of(credit) in GROWS_BY_DEBITS else minor

    def take(self, parts: Parts, to: Any) -> None:
        for account, minor in parts:
            self.post(account, to, minor)

    def closed(self, listing: Listing) -> bool:
        """Whether it may not be sold just now, however many there are."""
        shop, licence = listing.shop, listing.licence
        away = shop.away_until is not None and self.now < shop.away_until
        spent = licence is not None and (licence.suspended or licence.sold == licence.cap)
        return not listing.live or away or spent

    def left_for(self, fan: int, variant: Variant) -> int:
        """What she is paying for now is not kept from her."""
        paying = [p for p in self.purchases if p.fan == fan and p.state == "placed"]
        return variant.left + sum(line.quantity for p in paying for line in p.lines if line.variant is variant)

    def has_trouble(self, fan: int, variant: Variant, quantity: int, price: int) -> bool:
        licence = variant.listing.licence
        left = self.left_for(fan, variant)
        if licence is not None and licence.cap is not None:
            left = min(left, licence.cap - licence.sold)
        return self.closed(variant.listing) or left < quantity or price != variant.price_now

    # --- the cart; each gives the name of the refusal, or none ---

    def put_in(self, fan: int, variant: Variant, quantity: int) -> str | None:
        cart = self.carts.setdefault(fan, {})
        wanted = quantity + (cart[variant].quantity if variant in cart else 0)
        if not 1 <= wanted <= PIECES_MAX:
            return "TooMany"
        if self.has_trouble(fan, variant, wanted, variant.price_now):
            return "NotOffered"
        cart.setdefault(variant, InCart(0, 0)).quantity = wanted
        cart[variant].seen = variant.price_now
        return None

    def change(self, fan: int, variant: Variant, quantity: int) -> str | None:
        line = self.carts[fan][variant]
        if quantity == 0:
            del self.carts[fan][variant]
            return None
        if quantity > PIECES_MAX or (
            quantity > line.quantity and quantity > min(self.left_for(fan, variant), PIECES_MAX)
        ):
            return "TooMany"
        line.quantity = quantity
        return None

    def cart_has_trouble(self, fan: int) -> bool:
        return any(self.has_trouble(fan, variant, one.quantity, one.seen) for variant, one in self.carts[fan].items())

    # --- paying ---

    def end_earlier(self, fan: int) -> str | None:
        for earlier in [p for p in self.purchases if p.fan == fan and p.state == "placed"]:
            self.let_go(earlier)
            if earlier.state != "expired":
                return "StillPaying"
        return None

    def let_go(self, purchase: Purchase) -> None:
        """Its page is called off; what was paid there before counts."""
        if purchase.page == "paid":
            self.hear(purchase)
            return
        purchase.page = "closed" if purchase.page == "open" else purchase.page
        self.expire(purchase)

    def ordered(self, fan: int) -> Purchase:
        """What she would place: an order for each seller."""
        purchase, by_shop = Purchase(fan, self.now + RESERVED), dict[Org, list[Line]]()
        for variant, one in self.carts[fan].items():
            licence = variant.listing.licence
            royalty_bps = licence.royalty_bps if licence is not None else 0
            line = Line(variant, one.quantity, whole_of(variant.price_now, one.quantity, royalty_bps))
            by_shop.setdefault(variant.listing.shop, []).append(line)
        purchase.orders = [Order(purchase, shop, lines, self.now + SHIPS_WITHIN) for shop, lines in by_shop.items()]
        return purchase

    def place(self, purchase: Purchase) -> str | None:
        if self.cart_has_trouble(purchase.fan):
            return "LineChanged"
        for line in purchase.lines:
            line.variant.reserved += line.quantity
        self.purchases.append(purchase)
        return None

    def go_to_pay(self, purchase: Purchase) -> str | None:
        if purchase.state not in ("placed", "expired"):
            return "PaidAlready"
        if purchase.state != "placed" or purchase.reserved_until <= self.now:
            return "ReservationOver"
        if purchase.page == "none":
            purchase.reserved_until = max(purchase.reserved_until, self.now + RESERVED)
            purchase.page, purchase.opened_at, purchase.give_up = "open", self.now, purchase.reserved_until
        return None

    def page_is_over(self, purchase: Purchase) -> bool:
        """The processor has closed it by itself."""
        return self.now >= purchase.opened_at + PAGE_LIVES

    def pay(self, purchase: Purchase, *, at_once: bool) -> None:
        """Whether the site has heard of it is another matter."""
        purchase.page, purchase.left_at_bank = "paid", purchase.total
        self.charged.append(purchase.total)
        there_at = self.now if at_once else self.now + 2 * DAY
        self.available.append((there_at, purchase.total - card_fee(purchase.total)))

    def hear(self, purchase: Purchase) -> None:
        """The money is there: the goods, if they are; else all of it goes back."""
        held, lines = ("purchase", purchase), purchase.lines
        purchase.page = "heard"
        self.post("stripe", held, purchase.total)
        self.post("processor", "stripe", card_fee(purchase.total))
        reserved = purchase.state == "placed"
        if reserved:
            self.release(lines)
        fits = purchase.state in ("placed", "expired") and not self.spent(lines)
        if not reserved:
            fits = fits and not any(line.variant.left < line.quantity for line in lines)
            fits = fits and not any(self.closed(line.variant.listing) for line in lines)
        if not fits:
            self.all_back(purchase)
            return
        for line in lines:
            line.variant.on_hand -= line.quantity
            line.variant.sold += line.quantity
            if line.licence is not None:
                line.licence.sold += line.quantity
            self.carts[purchase.fan].pop(line.variant, None)
        purchase.state = "paid"
        for order in purchase.orders:
            order.state = "paid"
            self.post(held, ("sale", order), order.total)

    def release(self, lines: list[Line]) -> None:
        for line in lines:
            line.variant.reserved -= line.quantity

    def spent(self, lines: list[Line]) -> bool:
        units = Counter[Licence]()
        for line in lines:
            if line.licence is not None:
                units[line.licence] += line.quantity
        return any(one.cap is not None and one.sold + number > one.cap for one, number in units.items())

    def all_back(self, purchase: Purchase) -> None:
        purchase.state = "came_too_late"
        for order in purchase.orders:
            order.state = "expired"
        self.refunds.append(Refund(purchase, None, purchase.total))
        self.post(("purchase", purchase), "clearing", purchase.total)

    def expire(self, purchase: Purchase) -> None:
        """Nobody waits for it any more: others can have its pieces."""
        if purchase.state != "placed":
            return
        self.release(purchase.lines)
        purchase.state = "expired"
        for order in purchase.orders:
            order.state = "expired"

    def share_fee(self, purchase: Purchase) -> None:
        purchase.fee_shared = True
        shares = by_largest_remainder(card_fee(purchase.total), [order.total for order in purchase.orders])
        for order, share in zip(purchase.orders, shares, strict=True):
            order.fee = share


def role_of(account: Any) -> str:
    return str(account if isinstance(account, str) else account[0])


def nothing_is_lost(line: Line) -> bool:
    """However many parts it went back in, all of it is as much as it was; and never more."""
    if line.returned == line.quantity:
        return line.back == line.whole
    return all(0 <= line.back[kind] <= line.whole[kind] for kind in KINDS)
