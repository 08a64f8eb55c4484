"""How an order is told: the lines on the processor's page, what state it is in."""

from __future__ import annotations

from collections import Counter

from crowdfund.orders.queries import OrderShown
from crowdfund.web.formats import said
from crowdfund.web.i18n import _


def items_of(found: OrderShown) -> list[tuple[str, int, int]]:
    """What the processor's page lists: words, how many, minor units for one."""
    counted: Counter[tuple[str, int]] = Counter()
    for line in found.lines:
        if line.price_minor:
            label = said(found.shown.plan.label(line.place_id))
            counted[f"{label} · {found.prices[line.price_id].name}", line.price_minor] += 1
    items = [(words, number, minor) for (words, minor), number in counted.items()]
    fee_minor = found.lines[0].fee_minor
    return [*items, (_("Booking fee"), len(found.lines), fee_minor)] if fee_minor else items
