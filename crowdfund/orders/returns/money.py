"""The money of what goes back: how much of each line, and who has how much of it less."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from crowdfund.ledger import Account
from crowdfund.orders.goods.earning import bearers
from crowdfund.orders.goods.models import GoodsLine, GoodsOrder
from crowdfund.orders.goods.shares import Part, part_of, taken_of

NOTHING = Part()


@dataclass(frozen=True, slots=True)
class Back:
    """What goes back of a line, or, without one, of the shipping. uncounted: pieces of it that count under no licence any more."""

    line: GoodsLine | None
    units: int
    part: Part = NOTHING
    shipping_minor: int = 0
    uncounted: int = 0

    @property
    def total_minor(self) -> int:
        return self.part.total_minor + self.shipping_minor

    @property
    def seller_minor(self) -> int:
        return self.part.seller_minor + self.shipping_minor


def back_of(line: GoodsLine, units: int, uncounted: int = 0) -> Back:
    """What the next pieces of a line give back: rounded over all that came before, so that parts come to the whole."""
    return Back(line, units, part_of(line, line.returned, units), uncounted=uncounted)


def shipping_back(minor: int) -> Back:
    return Back(None, 0, shipping_minor=minor)


def rest_of(lines: Iterable[GoodsLine], shipping_minor: int) -> list[Back]:
    """All that is left of an order: every piece that was not paid back, and so much of its shipping."""
    backs = [back_of(line, line.kept, line.to_ship) for line in lines if line.kept]
    return [*backs, shipping_back(shipping_minor)] if shipping_minor else backs


def part_of_rest(rest: Sequence[Back], minor: int) -> list[Back]:
    """So much of what is left of an order, of each who has a share of it; no piece of it comes back."""
    lines = [back for back in rest if back.line is not None]
    shipping = sum(back.shipping_minor for back in rest)
    parts, shipping_minor = taken_of([back.part for back in lines], shipping, minor)
    found = [Back(back.line, 0, part) for back, part in zip(lines, parts, strict=True) if part != NOTHING]
    return [*found, shipping_back(shipping_minor)] if shipping_minor else found


async def sources_of(order: GoodsOrder, backs: Sequence[Back]) -> list[tuple[Account, int]]:
    """Whose money goes back, in the caller's transaction, with the order locked."""
    parts = [(back.line, back.part) for back in backs if back.line is not None]
    return await bearers(order, parts, sum(back.shipping_minor for back in backs))
