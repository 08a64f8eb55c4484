"""How an order is told on the processor's page."""

from __future__ import annotations

from collections import Counter

from crowdfund.orders import paying
from crowdfund.orders.models import Order
from crowdfund.orders.queries import OrderShown, order_shown
from crowdfund.screenings.pages.words import description_of
from crowdfund.settings import current
from crowdfund.web.formats import said
from crowdfund.web.i18n import _


async def payment_page(order: Order) -> str:
    """The address of the processor's page for an order, which tells it in the reader's language. Raises as `start_payment`."""
    found, here = await order_shown(order), f"{current().base_url}{order.path}"
    return await paying.start_payment(
        order, _items_of(found), description=description_of(found.shown), success_url=f"{here}/return", cancel_url=here
    )


def _items_of(found: OrderShown) -> list[tuple[str, int, int]]:
    """What the processor's page lists: words, how many, minor units for one."""
    counted: Counter[tuple[str, int]] = Counter()
    for line in found.lines:
        if line.price_minor:
            label = said(found.shown.plan.label(line.place_id))
            counted[f"{label} · {found.prices[line.price_id].name}", line.price_minor] += 1
    items = [(words, number, minor) for (words, minor), number in counted.items()]
    fee_minor = found.lines[0].fee_minor
    return [*items, (_("Booking fee"), len(found.lines), fee_minor)] if fee_minor else items
