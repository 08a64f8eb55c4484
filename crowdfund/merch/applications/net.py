"""Who gets what of one thing that is sold: worked out before a shop applies, so that no fee comes as a surprise. Pure.

What the payment company takes is only known once a card was charged; here it is what it takes of most cards.
"""

from __future__ import annotations

from dataclasses import dataclass

from crowdfund.money import digits_of, share_minor

PROCESSOR_BPS = 290  # a card at Stripe in the US (stripe.com/pricing, read 2026-11): the dearest of the common ones
_PROCESSOR_EACH = {"USD": 30, "EUR": 25, "GBP": 20, "CNY": 210, "JPY": 40, "HKD": 235}
PRICE_MAX_MINOR = 99_999_999


@dataclass(frozen=True, slots=True)
class Share:
    """A part of what a fan pays. name: processor, platform, royalty, tax, shipping, cost or seller."""

    name: str
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Net:
    """One order of some units. paid: by the fan, all in. net: what the shop gets; left: after what making and posting costs it."""

    paid_minor: int
    items_minor: int
    shipping_minor: int
    tax_minor: int
    commission_minor: int
    royalty_minor: int
    processor_minor: int
    cost_minor: int
    units: int

    @property
    def net_minor(self) -> int:
        """What is paid out to the shop. Shipping is in it, as the shop pays the carrier."""
        return self.paid_minor - self.tax_minor - self.commission_minor - self.royalty_minor - self.processor_minor

    @property
    def left_minor(self) -> int:
        return self.net_minor - self.cost_minor - self.shipping_minor

    @property
    def net_a_unit_minor(self) -> int:
        """Rounded down: nobody is promised a cent too many. Without the shipping, which goes to the carrier."""
        return (self.net_minor - self.shipping_minor) // self.units

    @property
    def shares(self) -> tuple[Share, ...]:
        """The parts of what is paid, the shop's own first; they sum to it where nothing is below zero."""
        return (
            Share("seller", self.net_minor - self.shipping_minor), Share("shipping", self.shipping_minor),
            Share("royalty", self.royalty_minor), Share("platform", self.commission_minor),
            Share("processor", self.processor_minor), Share("tax", self.tax_minor),
        )  # fmt: skip


def net_of(
    price_minor: int, currency: str, *, commission_bps: int, royalty_bps: int, tax_bps: int = 0, shipping_minor: int = 0,
    units: int = 1, cost_minor: int = 0,
) -> Net:  # fmt: skip
    """price_minor: of one unit, without tax. cost_minor: what making one costs the shop. tax_bps: on the items, taken on top."""
    items = price_minor * units
    tax = (items * tax_bps + 5_000) // 10_000
    paid = items + shipping_minor + tax
    processor = min(paid, (paid * PROCESSOR_BPS + 5_000) // 10_000 + each_minor(currency)) if paid else 0
    return Net(
        paid, items, shipping_minor, tax, share_minor(items, commission_bps), share_minor(items, royalty_bps), processor,
        cost_minor * units, units,
    )  # fmt: skip


def each_minor(currency: str) -> int:
    """What the payment company takes of every card beside its percentage."""
    return _PROCESSOR_EACH.get(currency, 30 * 10 ** digits_of(currency) // 100)
