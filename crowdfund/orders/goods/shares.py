"""Who gets what of a sale, to the cent, and what of it goes back with a piece: pure.

Everything is frozen when it is sold. The fraction of a commission or a royalty stays with the seller; tax is rounded half up. What a
piece that comes back takes with it is counted from the beginning each time, so that piece by piece it is as much as all at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from crowdfund import money


@dataclass(frozen=True, slots=True)
class Frozen:
    """What a line of an order is for good."""

    price_minor: int
    quantity: int
    discount_minor: int
    net_minor: int
    tax_minor: int
    tax_bps: int
    commission_minor: int
    commission_bps: int
    royalty_minor: int
    royalty_bps: int

    @property
    def parted(self) -> None:
        return None


@dataclass(frozen=True, slots=True)
class Totals:
    """What an order is for good. total_minor: what its buyer pays."""

    items_minor: int
    shipping_minor: int
    tax_minor: int
    commission_minor: int
    royalty_minor: int

    @property
    def total_minor(self) -> int:
        return self.items_minor + self.shipping_minor + self.tax_minor


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a line: what pieces of it stand for. seller_minor: without shipping, and before the payment company's fee."""

    net_minor: int = 0
    tax_minor: int = 0
    commission_minor: int = 0
    royalty_minor: int = 0

    @property
    def total_minor(self) -> int:
        """What its buyer has paid for it."""
        return self.net_minor + self.tax_minor

    @property
    def seller_minor(self) -> int:
        return self.net_minor - self.commission_minor - self.royalty_minor

    def __sub__(self, other: Part) -> Part:
        return Part(
            self.net_minor - other.net_minor, self.tax_minor - other.tax_minor,
            self.commission_minor - other.commission_minor, self.royalty_minor - other.royalty_minor,
        )  # fmt: skip

    def __add__(self, other: Part) -> Part:
        return Part(
            self.net_minor + other.net_minor, self.tax_minor + other.tax_minor,
            self.commission_minor + other.commission_minor, self.royalty_minor + other.royalty_minor,
        )  # fmt: skip


class Sold(Protocol):
    """A line as it was sold: a row, or `Frozen`. parted: a bank took a part of it after so many pieces had come back, and the others
    stand for this since."""

    @property
    def quantity(self) -> int: ...
    @property
    def net_minor(self) -> int: ...
    @property
    def tax_minor(self) -> int: ...
    @property
    def commission_minor(self) -> int: ...
    @property
    def royalty_minor(self) -> int: ...
    @property
    def parted(self) -> tuple[int, Part] | None: ...


def freeze(
    *, price_minor: int, discount_minor: int, quantity: int, tax_bps: int, commission_bps: int, royalty_bps: int
) -> Frozen:
    """A line of an order. price_minor, discount_minor: of one piece."""
    discount = discount_minor * quantity
    net = price_minor * quantity - discount
    return Frozen(
        price_minor=price_minor, quantity=quantity, discount_minor=discount, net_minor=net,
        tax_minor=_half_up(net * tax_bps, 10_000), tax_bps=tax_bps,
        commission_minor=money.share_minor(net, commission_bps), commission_bps=commission_bps,
        royalty_minor=money.share_minor(net, royalty_bps), royalty_bps=royalty_bps,
    )  # fmt: skip


def freeze_order(lines: Sequence[Sold], shipping_minor: int) -> Totals:
    return Totals(
        items_minor=sum(line.net_minor for line in lines), shipping_minor=shipping_minor,
        tax_minor=sum(line.tax_minor for line in lines), commission_minor=sum(line.commission_minor for line in lines),
        royalty_minor=sum(line.royalty_minor for line in lines),
    )  # fmt: skip


def fee_shares(fee_minor: int, totals: Sequence[int]) -> list[int]:
    """The payment company's fee on one payment, among the orders that it paid for: by what each costs, largest remainder."""
    return money.split_minor(fee_minor, totals)


def part_of(line: Sold, returned_before: int, n: int) -> Part:
    """What n pieces more stand for, after so many have come back: N parts are always exactly the whole."""
    since, whole = line.parted or (0, Part(line.net_minor, line.tax_minor, line.commission_minor, line.royalty_minor))
    if not since <= returned_before <= returned_before + n <= line.quantity:
        raise ValueError(f"{n} pieces after {returned_before} of {line.quantity}")
    before, pieces = returned_before - since, line.quantity - since
    if not pieces:
        return Part()

    def more(total_minor: int) -> int:
        return _half_up(total_minor * (before + n), pieces) - _half_up(total_minor * before, pieces)

    return Part(
        more(whole.net_minor), more(whole.tax_minor), more(whole.commission_minor), more(whole.royalty_minor)
    )  # fmt: skip


def taken_of(rest: Sequence[Part], shipping_minor: int, minor: int) -> tuple[list[Part], int]:
    """What a bank that takes so much of an order takes of each line and of its shipping: of everybody who has a share of it as much
    as that share is of the whole, largest remainder. Never more than all of it."""
    weights = [
        weight for part in rest for weight in (part.seller_minor, part.commission_minor, part.royalty_minor, part.tax_minor)
    ]  # fmt: skip
    taken = money.split_minor(minor, [*weights, shipping_minor])
    parts = []
    for start in range(0, len(weights), 4):
        seller, commission, royalty, tax = taken[start : start + 4]
        parts.append(Part(seller + commission + royalty, tax, commission, royalty))
    return parts, taken[-1]


def kept_of(line: Sold, returned: int) -> Part:
    """What the pieces stand for that did not come back."""
    return part_of(line, returned, line.quantity - returned)


def sum_of(parts: Iterable[Part]) -> Part:
    return sum(parts, Part())


def _half_up(numerator: int, denominator: int) -> int:
    return (2 * numerator + denominator) // (2 * denominator)
