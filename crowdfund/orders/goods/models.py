"""Tables of what is bought from sellers: the cart, the purchase, each seller's order and its lines."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

import orjson
from tortoise import fields
from tortoise.models import Model

from crowdfund.database import InstantField
from crowdfund.database.ids import public
from crowdfund.database.moves import Event
from crowdfund.orders.goods.shares import Part


class PurchaseState(StrEnum):
    """How its one payment stands; what became of the goods is told by its orders."""

    PLACED = "placed"  # its pieces are reserved while she pays
    PAID = "paid"
    EXPIRED = "expired"  # not paid in time; a payment may still arrive
    CAME_TOO_LATE = "came_too_late"  # paid when its pieces were somebody else's: all of it goes back
    REFUNDED = "refunded"  # all of its orders were given back
    LOST = "lost"  # her bank took the money back


P = PurchaseState
PURCHASE_MOVES: dict[PurchaseState, set[PurchaseState]] = {
    P.PLACED: {P.PAID, P.EXPIRED, P.CAME_TOO_LATE},
    P.PAID: {P.REFUNDED, P.LOST},
    P.EXPIRED: {P.PAID, P.CAME_TOO_LATE},
    P.CAME_TOO_LATE: {P.LOST},
    P.REFUNDED: {P.LOST},
    P.LOST: set(),
}


class GoodsOrderState(StrEnum):
    """Whose the money is. How far its parcels are is counted on the lines."""

    PLACED = "placed"
    PAID = "paid"
    EXPIRED = "expired"
    CANCELLED = "cancelled"  # of a production run: nothing was charged
    REFUNDED = "refunded"  # all of it was given back
    LOST = "lost"


G = GoodsOrderState
GOODS_ORDER_MOVES: dict[GoodsOrderState, set[GoodsOrderState]] = {
    G.PLACED: {G.PAID, G.EXPIRED, G.CANCELLED},
    G.PAID: {G.REFUNDED, G.LOST},
    G.EXPIRED: {G.PAID},
    G.CANCELLED: set(),
    G.REFUNDED: {G.LOST},
    G.LOST: set(),
}


class Fulfilment(StrEnum):
    """How far an order's parcels are: counted from its lines, never stored."""

    UNFULFILLED = "unfulfilled"
    PARTIALLY_FULFILLED = "partially_fulfilled"
    FULFILLED = "fulfilled"
    PARTIALLY_RETURNED = "partially_returned"
    RETURNED = "returned"


class CartLine(Model):
    """price_seen_minor: for one, after its discount, as she saw it last."""

    id = fields.BigIntField(primary_key=True, generated=False)
    person_id = fields.BigIntField()
    variant_id = fields.BigIntField()
    quantity = fields.BigIntField()
    price_seen_minor = fields.BigIntField()
    appearance_id = fields.BigIntField(null=True)
    moment_ms = fields.BigIntField(null=True)
    added_at = InstantField()

    class Meta:
        table = "cart_line"


class Purchase(Model):
    id = fields.BigIntField(primary_key=True, generated=False)
    person_id = fields.BigIntField()
    currency = fields.TextField()
    total_minor = fields.BigIntField()
    country = fields.TextField()
    name = fields.TextField()
    address = fields.TextField()  # lines, as JSON
    phone = fields.TextField(default="")
    state = fields.TextField()
    reserved_until = InstantField()
    key = fields.TextField()
    fingerprint = fields.TextField()
    made_at = InstantField()
    paid_at = InstantField(null=True)

    class Meta:
        table = "purchase"

    @property
    def path(self) -> str:
        return f"/purchases/{public(self.id)}"

    @property
    def subject(self) -> str:
        """As payments and journal entries name it."""
        return f"purchase:{self.id}"

    @property
    def address_lines(self) -> list[str]:
        return list(orjson.loads(self.address))


class PurchaseEvent(Event):
    purchase_id = fields.BigIntField()

    class Meta:
        table = "purchase_event"


class GoodsOrder(Model):
    """One seller's part of a purchase; or one buyer's of a production run, which has no purchase."""

    id = fields.BigIntField(primary_key=True, generated=False)
    purchase_id = fields.BigIntField(null=True)
    run_id = fields.BigIntField(null=True)
    organisation_id = fields.BigIntField()
    person_id = fields.BigIntField()
    currency = fields.TextField()
    items_minor = fields.BigIntField()
    shipping_minor = fields.BigIntField()
    tax_minor = fields.BigIntField()
    total_minor = fields.BigIntField()
    commission_minor = fields.BigIntField()
    royalty_minor = fields.BigIntField()
    fee_minor = fields.BigIntField(null=True)  # its share of what the payment company took, once known
    state = fields.TextField()
    ship_by = InstantField()
    days_min = fields.BigIntField()
    days_max = fields.BigIntField()
    country = fields.TextField()
    earned_at = InstantField(null=True)
    made_at = InstantField()

    class Meta:
        table = "goods_order"

    @property
    def subject(self) -> str:
        return f"goods_order:{self.id}"

    @property
    def paid_by(self) -> str:
        """What its payment is named: the purchase's, or its own where it belongs to a production run."""
        return self.subject if self.purchase_id is None else f"purchase:{self.purchase_id}"


class GoodsOrderEvent(Event):
    goods_order_id = fields.BigIntField()

    class Meta:
        table = "goods_order_event"


class GoodsLine(Model):
    """A thing as it was sold. shipped: pieces that went out; cancelled: paid back before they did; returned: all paid back."""

    id = fields.BigIntField(primary_key=True, generated=False)
    order_id = fields.BigIntField()
    variant_id = fields.BigIntField()
    listing_id = fields.BigIntField()
    product_id = fields.BigIntField()
    title_id = fields.BigIntField()
    licence_id = fields.BigIntField(null=True)
    appearance_id = fields.BigIntField(null=True)
    moment_ms = fields.BigIntField(null=True)
    name = fields.TextField()
    variant_name = fields.TextField()
    match = fields.TextField()
    quantity = fields.BigIntField()
    price_minor = fields.BigIntField()
    discount_minor = fields.BigIntField()
    net_minor = fields.BigIntField()
    tax_minor = fields.BigIntField()
    tax_bps = fields.BigIntField()
    commission_minor = fields.BigIntField()
    commission_bps = fields.BigIntField()
    royalty_minor = fields.BigIntField()
    royalty_bps = fields.BigIntField()
    shipped = fields.BigIntField(default=0)
    cancelled = fields.BigIntField(default=0)
    returned = fields.BigIntField(default=0)
    asked_back = fields.BigIntField(default=0)  # in a return or a claim that is not over
    # Since a bank took a part of it, after so many had come back: what the others stand for.
    parted_after = fields.BigIntField(null=True)
    left_net_minor = fields.BigIntField(null=True)
    left_tax_minor = fields.BigIntField(null=True)
    left_commission_minor = fields.BigIntField(null=True)
    left_royalty_minor = fields.BigIntField(null=True)

    class Meta:
        table = "goods_line"

    @property
    def to_ship(self) -> int:
        """Pieces that have to go out yet."""
        return self.quantity - self.shipped - self.cancelled

    @property
    def parted(self) -> tuple[int, Part] | None:
        if self.parted_after is None:
            return None
        left = (self.left_net_minor, self.left_tax_minor, self.left_commission_minor, self.left_royalty_minor)
        return self.parted_after, Part(*(minor or 0 for minor in left))

    @property
    def kept(self) -> int:
        """Pieces that are paid for and were not paid back."""
        return self.quantity - self.returned


def fulfilment_of(lines: Sequence[GoodsLine]) -> Fulfilment:
    """How far an order is, from the pieces of its lines; what was cancelled counts for nothing."""
    if all(line.kept == 0 for line in lines):
        return Fulfilment.RETURNED
    if any(line.returned > line.cancelled for line in lines):
        return Fulfilment.PARTIALLY_RETURNED
    if all(line.to_ship == 0 for line in lines):
        return Fulfilment.FULFILLED
    return Fulfilment.PARTIALLY_FULFILLED if any(line.shipped for line in lines) else Fulfilment.UNFULFILLED
