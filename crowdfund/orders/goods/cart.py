"""The cart: what a fan has put aside, from whichever sellers, and how each of it stands now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from crowdfund import clock
from crowdfund.database import Sql, atomic, new_id
from crowdfund.orders.goods import paying, rules, tax
from crowdfund.orders.goods.models import CartLine, Purchase, PurchaseState
from crowdfund.orders.goods.queries import found_of
from crowdfund.orders.goods.rules import LINES_MAX, PIECES_MAX, Found, Quote, Wish
from crowdfund.refusal import Invalid, NotFound, Refusal, Sentence
from crowdfund.settings import current


class NotOffered(Refusal):
    """It can't be bought as things stand."""


class TooMany(Invalid):
    pass


class NoSuchLine(NotFound):
    pass


class StillPaying(Refusal):
    """What she began to pay can't be called off just now, or is paid by now."""


@dataclass(frozen=True, slots=True)
class LineShown:
    """A line and how it stands. trouble: what is in the way, for her to read. price_now_minor: where it is not what she saw.

    most: how many she could have of it.
    """

    line: CartLine
    found: Found | None
    trouble: Sentence | None
    price_now_minor: int | None
    most: int


@dataclass(frozen=True, slots=True)
class CartShown:
    """What of a cart is sold in one currency, and so paid together. quote: what it costs, where nothing is in the way."""

    currency: str
    lines: tuple[LineShown, ...]
    quote: Quote | None

    @property
    def items_minor(self) -> int:
        return sum(one.line.price_seen_minor * one.line.quantity for one in self.lines)

    @property
    def has_trouble(self) -> bool:
        return any(one.trouble is not None for one in self.lines)


def _as_wish(line: CartLine) -> Wish:
    return Wish(line.variant_id, line.quantity, line.price_seen_minor, line.appearance_id, line.moment_ms)


def wishes_of(part: CartShown) -> tuple[Wish, ...]:
    """What of a cart is paid together, as a purchase asks for it."""
    return tuple(_as_wish(one.line) for one in part.lines)


async def carts_of(person_id: int, country: str) -> list[CartShown]:
    """A fan's cart as it stands for somebody in a country, a part for each currency; what she put in first comes first."""
    lines = await CartLine.filter(person_id=person_id).order_by("added_at", "id")
    found = await found_of((line.variant_id for line in lines), for_person=person_id)
    parts: dict[str, list[CartLine]] = {}
    for line in lines:
        parts.setdefault(found[line.variant_id].facts.currency, []).append(line)
    return [_part(currency, of_it, found, country) for currency, of_it in parts.items()]


def _part(currency: str, lines: Sequence[CartLine], found: dict[int, Found], country: str) -> CartShown:
    now = clock.now()
    shown = []
    for line in lines:
        one = found[line.variant_id]
        trouble = rules.trouble_of(_as_wish(line), one, currency, country, now)
        changed = trouble is not None and _is_about_its_price(line, one, currency, country)
        shown.append(LineShown(line, one, trouble, one.price_minor if changed else None, _most(one)))
    quote = None
    if all(one.trouble is None for one in shown):
        quote = rules.quote(
            [_as_wish(line) for line in lines], found, currency=currency, country=country, rates=tax.rates(),
            commission_bps=current().commission_bps, now=now,
        )  # fmt: skip
    return CartShown(currency, tuple(shown), quote)


def _is_about_its_price(line: CartLine, found: Found, currency: str, country: str) -> bool:
    """Whether nothing is in the way but that it costs something else now."""
    as_now = Wish(line.variant_id, line.quantity, found.price_minor)
    return rules.trouble_of(as_now, found, currency, country, clock.now()) is None


def _most(found: Found) -> int:
    return max(min(found.left, PIECES_MAX), 0)


async def part_of_cart(person_id: int, country: str, currency: str) -> CartShown | None:
    """What is paid together in a currency; none where nothing of the cart is sold in it."""
    return next((part for part in await carts_of(person_id, country) if part.currency == currency), None)


# --- what she does with it ---


@atomic
async def put_in(
    person_id: int,
    variant_id: int,
    quantity: int,
    country: str,
    *,
    appearance_id: int | None = None,
    moment_ms: int | None = None,
) -> CartLine:
    """Put so many more of it in; where she saw it is kept with it. Raises NotOffered, TooMany."""
    found = (await found_of([variant_id], for_person=person_id)).get(variant_id)
    if found is None:
        raise NotOffered("This is not offered any more.")
    before = await CartLine.get_or_none(person_id=person_id, variant_id=variant_id)
    wanted = quantity + (before.quantity if before is not None else 0)
    _refuse_more_than(wanted)
    wish = Wish(variant_id, wanted, found.price_minor)
    if (trouble := rules.trouble_of(wish, found, found.facts.currency, country, clock.now())) is not None:
        raise NotOffered(trouble, field="quantity")
    if before is None and await CartLine.filter(person_id=person_id).count() >= LINES_MAX:
        raise TooMany("A cart has room for 50 different things. Please pay for some of them first.")
    await _PUT(
        new_id(), person_id, variant_id, quantity, found.price_minor, appearance_id, moment_ms, clock.now_us(), PIECES_MAX
    )  # fmt: skip
    return await CartLine.get(person_id=person_id, variant_id=variant_id)


_PUT = Sql("""
    INSERT INTO cart_line (id, person_id, variant_id, quantity, price_seen_minor, appearance_id, moment_ms, added_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
    ON CONFLICT (person_id, variant_id) DO UPDATE
    SET quantity = CASE WHEN cart_line.quantity + excluded.quantity > $9 THEN $9 ELSE cart_line.quantity + excluded.quantity END,
        price_seen_minor = excluded.price_seen_minor,
        appearance_id = COALESCE(excluded.appearance_id, cart_line.appearance_id),
        moment_ms = COALESCE(excluded.moment_ms, cart_line.moment_ms)""")


def _refuse_more_than(quantity: int) -> None:
    if not 1 <= quantity <= PIECES_MAX:
        raise TooMany("Please choose from 1 to 99 pieces.", field="quantity")


async def own_line(person_id: int, line_id: int) -> CartLine:
    line = await CartLine.get_or_none(id=line_id, person_id=person_id)
    if line is None:
        raise NoSuchLine("This is not in your cart any more.")
    return line


@atomic
async def change(person_id: int, line_id: int, quantity: int) -> None:
    """So many of it instead; none takes it out. Raises TooMany where there are not so many."""
    line = await own_line(person_id, line_id)
    if quantity == 0:
        await line.delete()
        return
    _refuse_more_than(quantity)
    found = (await found_of([line.variant_id], for_person=person_id)).get(line.variant_id)
    if quantity > line.quantity and found is not None and quantity > _most(found):
        raise TooMany(rules.too_few(_most(found)), field="quantity")
    await CartLine.filter(id=line.id).update(quantity=quantity)


@atomic
async def take_out(person_id: int, line_id: int) -> None:
    await (await own_line(person_id, line_id)).delete()


@atomic
async def accept(person_id: int, line_id: int, price_minor: int) -> None:
    """She agrees to the price of now. price_minor: the one that she was shown. Raises NotOffered where it changed again."""
    line = await own_line(person_id, line_id)
    found = (await found_of([line.variant_id])).get(line.variant_id)
    if found is None or found.price_minor != price_minor:
        raise NotOffered("Its price has changed again. Please look at it once more.")
    await CartLine.filter(id=line.id).update(price_seen_minor=price_minor)


async def end_earlier(person_id: int, currency: str, key: str) -> Purchase | None:
    """She begins to pay anew: what she began before and never paid is called off, so that it keeps no pieces from her.

    Gives a purchase of the same key that stands already. Raises StillPaying where an earlier one can't be called off.
    """
    same = await Purchase.get_or_none(person_id=person_id, key=key)
    if same is not None:
        return same
    for earlier in await Purchase.filter(person_id=person_id, currency=currency, state=PurchaseState.PLACED):
        if not await paying.let_go(earlier):
            raise StillPaying(
                "You have just paid for this, or the payment page can't be reached. Look at your purchases."
            )
    return None
