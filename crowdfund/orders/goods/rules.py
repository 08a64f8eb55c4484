"""What a purchase may be and what it costs: pure, so that a whole batch can be decided at once, and a page shows the same."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import orjson

from crowdfund import money
from crowdfund.merch.listings import rules as listings
from crowdfund.merch.listings.models import VariantState
from crowdfund.merch.listings.rules import Facts, Piece, Zone
from crowdfund.orders.goods import shares
from crowdfund.orders.goods.shares import Frozen, Totals
from crowdfund.orders.goods.tax import Rates
from crowdfund.refusal import Invalid, NotFound, Refusal, Sentence

LINES_MAX = 50
PIECES_MAX = 99


class NoSuchPurchase(NotFound):
    pass


class NothingToBuy(Invalid):
    pass


class LineChanged(Refusal):
    """What she wants is not as she saw it: it costs something else, is gone, or may not be sold to her. variant_id: which."""

    def __init__(self, sentence: Sentence, variant_id: int) -> None:
        super().__init__(sentence, field="lines")
        self.variant_id = variant_id


class SumChanged(Refusal):
    """Tax or shipping are others than she was shown."""


class NotPayable(Refusal):
    """One payment can't be so small, or so large."""


@dataclass(frozen=True, slots=True)
class Wish:
    """So many of one variant. price_minor: for one, as she saw it. appearance_id, moment_ms: where in the film she saw it."""

    variant_id: int
    quantity: int
    price_minor: int
    appearance_id: int | None = None
    moment_ms: int | None = None


@dataclass(slots=True)
class Want:
    """A purchase: what, sent to whom, and the sum that she was shown."""

    id: int
    person_id: int
    currency: str
    wishes: tuple[Wish, ...]
    country: str
    name: str
    address: tuple[str, ...]
    phone: str
    total_minor: int
    key: str

    @property
    def fingerprint(self) -> str:
        wishes = sorted((w.variant_id, w.quantity, w.price_minor) for w in self.wishes)
        facts = [self.currency, wishes, self.country, self.name, self.address, self.phone, self.total_minor]
        return hashlib.blake2b(orjson.dumps(facts), digest_size=16).hexdigest()


@dataclass(slots=True)
class Placed:
    """A purchase as its maker answers it. reserved_until: microseconds since 1970."""

    id: int
    state: str
    currency: str
    total_minor: int
    reserved_until: int
    again: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """A variant as it stands now. category: of its product. left: pieces that may be bought."""

    facts: Facts
    piece: Piece
    category: str
    left: int

    @property
    def price_minor(self) -> int:
        """For one, after its seller's discount."""
        return listings.price_now_minor(self.piece.price_minor, self.facts.discount_bps)

    @property
    def royalty_bps(self) -> int:
        return self.facts.right.royalty_bps if self.facts.right is not None else 0


@dataclass(frozen=True, slots=True)
class LineQuote:
    wish: Wish
    found: Found
    frozen: Frozen


@dataclass(frozen=True, slots=True)
class OrderQuote:
    """One seller's part: what it costs, when it leaves and how long it takes."""

    organisation_id: int
    seller: str
    lines: tuple[LineQuote, ...]
    totals: Totals
    ship_by: datetime
    zone: Zone


@dataclass(frozen=True, slots=True)
class Quote:
    orders: tuple[OrderQuote, ...]

    @property
    def total_minor(self) -> int:
        return sum(order.totals.total_minor for order in self.orders)

    @property
    def tax_minor(self) -> int:
        return sum(order.totals.tax_minor for order in self.orders)

    @property
    def shipping_minor(self) -> int:
        return sum(order.totals.shipping_minor for order in self.orders)


def trouble_of(wish: Wish, found: Found | None, currency: str, country: str, now: datetime) -> Sentence | None:
    """What is in the way of buying this as she saw it, for her to read; none where nothing is."""
    if found is None or found.piece.state != VariantState.OFFERED or found.facts.currency != currency:
        return Sentence("This is not offered any more.")
    facts = found.facts
    if (reason := listings.why_not(facts, country, now)) is not None:
        return reason
    left = (
        found.left if facts.right is None or facts.right.units_left is None else min(found.left, facts.right.units_left)
    )
    if left < wish.quantity:
        return too_few(max(left, 0))
    if found.price_minor != wish.price_minor:
        return Sentence(
            "“{name}” costs {price} now, it was {before} when you saw it.",
            values={
                "name": facts.name, "price": money.Amount(found.price_minor, currency),
                "before": money.Amount(wish.price_minor, currency),
            },
        )  # fmt: skip
    return None


def too_few(left: int) -> Sentence:
    if left == 0:
        return Sentence("This is sold out.")
    return Sentence("There are only {num} left.", "There is only one left.", {"num": left})


def quote(
    wishes: Sequence[Wish],
    found: Mapping[int, Found],
    *,
    currency: str,
    country: str,
    rates: Rates,
    commission_bps: int,
    now: datetime,
) -> Quote:
    """What it all costs, one order a seller, in the order in which they stand. Raises NothingToBuy, LineChanged."""
    if not wishes:
        raise NothingToBuy("There is nothing in your cart to pay for.", field="lines")
    if len({wish.variant_id for wish in wishes}) != len(wishes) or len(wishes) > LINES_MAX:
        raise NothingToBuy("A purchase has each thing once, and 50 things at most.", field="lines")
    sellers: dict[int, list[LineQuote]] = {}
    for wish in wishes:
        one = found.get(wish.variant_id)
        trouble = trouble_of(wish, one, currency, country, now)
        if one is None or trouble is not None:
            raise LineChanged(trouble or Sentence("This is not offered any more."), wish.variant_id)
        frozen = shares.freeze(
            price_minor=one.piece.price_minor,
            discount_minor=listings.discount_minor(one.piece.price_minor, one.facts.discount_bps), quantity=wish.quantity,
            tax_bps=rates.bps(country, one.category), commission_bps=commission_bps, royalty_bps=one.royalty_bps,
        )  # fmt: skip
        sellers.setdefault(one.facts.organisation_id, []).append(LineQuote(wish, one, frozen))
    return Quote(tuple(_order(lines, country, currency, now) for lines in sellers.values()))


def _order(lines: Sequence[LineQuote], country: str, currency: str, now: datetime) -> OrderQuote:
    facts = lines[0].found.facts
    zone = listings.zone_for(facts.zones, country, currency)
    assert zone is not None, "why_not has asked"
    pieces = sum(line.wish.quantity for line in lines)
    return OrderQuote(
        organisation_id=facts.organisation_id, seller=facts.seller, lines=tuple(lines), zone=zone,
        totals=shares.freeze_order([line.frozen for line in lines], zone.shipping_minor(pieces)),
        ship_by=now + timedelta(days=max(line.found.facts.ships_within_days for line in lines)),
    )  # fmt: skip


def refuse_other_sum(total_minor: int, shown_minor: int, currency: str) -> None:
    if total_minor != shown_minor:
        raise SumChanged(
            "It costs {total} now. Please look again.", field="total", total=money.Amount(total_minor, currency)
        )
    least = money.charge_min_minor(currency)
    if not least <= total_minor <= money.CHARGE_MAX_MINOR:
        raise NotPayable(
            "One payment is between {least} and {most}.",
            least=money.Amount(least, currency), most=money.Amount(money.CHARGE_MAX_MINOR, currency),
        )  # fmt: skip


def status_of(states: Iterable[str]) -> str:
    """A purchase as its orders stand: `placed`, `paid`, `refunded`, …, or `mixed`; one that ended does not end the others."""
    found = set(states)
    return found.pop() if len(found) == 1 else "mixed"
