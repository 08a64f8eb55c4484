"""How a sale is shared out and what of it goes back with each piece, once more and slowly: with fractions, from the agreed rules alone.

Commission and royalty are rounded down, as the fraction stays with the seller; tax is rounded half up. What goes back with pieces is
the rounded part of all that came back so far, less what went back before. The payment company's fee goes by largest remainder.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from fractions import Fraction
from math import floor

TAX_BPS, COMMISSION_BPS = 700, 500
KINDS = ("net", "tax", "commission", "royalty")


def half_up(share: Fraction) -> int:
    return floor(share + Fraction(1, 2))


def percent(minor: int, bps: int) -> Fraction:
    return Fraction(minor * bps, 10_000)


def whole_of(price: int, quantity: int, royalty_bps: int) -> Counter[str]:
    """What a line of so many pieces is, price being what one of them costs her."""
    net = price * quantity
    return Counter(
        net=net, tax=half_up(percent(net, TAX_BPS)), commission=floor(percent(net, COMMISSION_BPS)),
        royalty=floor(percent(net, royalty_bps)),
    )  # fmt: skip


def back_with(whole: Counter[str], quantity: int, pieces: int, before: Counter[str]) -> Counter[str]:
    """What goes back so that `pieces` are back altogether, after `before` went back already."""
    return Counter({kind: half_up(Fraction(whole[kind] * pieces, quantity)) - before[kind] for kind in KINDS})


def by_largest_remainder(minor: int, weights: Sequence[int]) -> list[int]:
    """The whole cents of each one's share, and the cents left over to those who miss most of one, the earlier first."""
    exact = [Fraction(minor * weight, sum(weights)) for weight in weights]
    shares = [floor(one) for one in exact]
    for _ in range(minor - sum(shares)):
        who = max(range(len(shares)), key=lambda i: (exact[i] - shares[i], -i))
        shares[who] += 1
    return shares


def card_fee(minor: int) -> int:
    """What the simulated processor takes of a payment in dollars."""
    return half_up(Fraction(minor * 29, 1_000)) + 30
