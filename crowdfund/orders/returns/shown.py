"""All that is told of an order of goods after it was paid: parcels, what went back, what is said of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from crowdfund import clock
from crowdfund.database.ids import public
from crowdfund.orders.goods.models import GoodsLine, GoodsOrder, GoodsOrderState, Purchase, fulfilment_of
from crowdfund.orders.parcels.models import Parcel, ParcelLine
from crowdfund.orders.returns import queries, rules
from crowdfund.orders.returns.cancelling import is_late_now
from crowdfund.orders.returns.locking import pieces_of
from crowdfund.orders.returns.models import (
    OPEN,
    GoodsRefund,
    GoodsReturn,
    GoodsReturnEvent,
    GoodsReturnLine,
    GoodsReturnPhoto,
    Kind,
    ReturnState,
)
from crowdfund.orders.reviews.models import Review
from crowdfund.orders.runs.models import RunOrder
from crowdfund.orders.words import in_words
from crowdfund.payments.models import Refund
from crowdfund.people.models import Organisation, Person


@dataclass(frozen=True, slots=True)
class ParcelShown:
    parcel: Parcel
    things: str


@dataclass(frozen=True, slots=True)
class ReturnShown:
    """goods_return, its lines with how many pieces, what was paid back for it, and what its buyer shows."""

    row: GoodsReturn
    lines: list[GoodsReturnLine]
    things: str
    paid_minor: int
    photos: list[GoodsReturnPhoto]

    @property
    def waits_for_piece(self) -> bool:
        waits = self.row.state == ReturnState.RECEIVED or (self.row.state == ReturnState.APPROVED and self.row.keeps_it)
        return bool(waits) and any(line.replaces for line in self.lines)


@dataclass(frozen=True, slots=True)
class AfterSale:
    """An order as its buyer and its seller see it after it was paid. goes_to: whose name, address and telephone stand on its parcels."""

    order: GoodsOrder
    lines: list[GoodsLine]
    shop: Organisation
    buyer: Person
    purchase: Purchase | None
    goes_to: Purchase | RunOrder | None
    parcels: list[ParcelShown]
    returns: list[ReturnShown]
    reviews: dict[int, Review]
    refunds: list[Refund]
    given_back: list[GoodsRefund] = field(default_factory=list)
    bank_holds: bool = False

    @property
    def fulfilment(self) -> str:
        return fulfilment_of(self.lines)

    @property
    def to_ship(self) -> int:
        return sum(line.to_ship for line in self.lines)

    @property
    def is_late(self) -> bool:
        return is_late_now(self.order, self.lines, clock.now())

    @property
    def can_come_back(self) -> int:
        return sum(line.shipped - (line.returned - line.cancelled) - line.asked_back for line in self.lines)

    @property
    def is_paid(self) -> bool:
        return self.order.state == GoodsOrderState.PAID

    @property
    def refunded_minor(self) -> int:
        return sum(row.total_minor for row in self.given_back)

    @property
    def asked_to_call_off(self) -> ReturnShown | None:
        """A wish to call it off that waits for its seller."""
        waiting = (one for one in self.returns if one.row.kind == Kind.CANCELLATION)
        return next((one for one in waiting if one.row.state == ReturnState.REQUESTED), None)

    @property
    def open_returns(self) -> list[ReturnShown]:
        return [one for one in self.returns if one.row.state in OPEN]


async def after_sale(order: GoodsOrder) -> AfterSale:
    lines = await GoodsLine.filter(order_id=order.id).order_by("id")
    purchase = await Purchase.get_or_none(id=order.purchase_id) if order.purchase_id else None
    return AfterSale(
        order, lines, await Organisation.get(id=order.organisation_id), await Person.get(id=order.person_id),
        purchase, purchase or await RunOrder.get_or_none(order_id=order.id), await _parcels(order, lines), await _returns(order, lines),
        {one.line_id: one for one in await Review.filter(line_id__in=[line.id for line in lines])},
        await Refund.filter(subject=order.subject).order_by("id"), await GoodsRefund.filter(order_id=order.id).order_by("id"),
        bool(await queries.bank_holds([order.id])),
    )  # fmt: skip


async def _parcels(order: GoodsOrder, lines: Sequence[GoodsLine]) -> list[ParcelShown]:
    inside = await ParcelLine.filter(order_id=order.id)
    return [
        ParcelShown(one, in_words(lines, {p.line_id: p.quantity for p in inside if p.parcel_id == one.id}))
        for one in await Parcel.filter(order_id=order.id).order_by("id")
    ]


async def _returns(order: GoodsOrder, lines: Sequence[GoodsLine]) -> list[ReturnShown]:
    asked = await GoodsReturnLine.filter(order_id=order.id).order_by("id")
    paid = await GoodsRefund.filter(order_id=order.id)
    rows = await GoodsReturn.filter(order_id=order.id).order_by("-id")
    photos = await GoodsReturnPhoto.filter(return_id__in=[one.id for one in rows]).order_by("position") if rows else []
    found = []
    for one in rows:
        own = [line for line in asked if line.return_id == one.id]
        things = in_words(lines, {line.line_id: line.quantity for line in own})
        paid_minor = sum(row.total_minor for row in paid if row.return_id == one.id)
        found.append(
            ReturnShown(one, own, things, paid_minor, [photo for photo in photos if photo.return_id == one.id])
        )
    return found


async def history_of(found: GoodsReturn) -> list[GoodsReturnEvent]:
    return await GoodsReturnEvent.filter(goods_return_id=found.id).order_by("id")


def boxes_of(lines: Sequence[GoodsLine], left: dict[int, tuple[str, int]]) -> list[tuple[GoodsLine, str, int]]:
    """The lines of which something can be chosen: the line, the end of its box's name, and how many at most."""
    return [(line, public(line.id), left[line.id][1]) for line in lines if left[line.id][1]]


def sendable(found: AfterSale) -> list[tuple[GoodsLine, str, int]]:
    return boxes_of(found.lines, rules.to_ship(pieces_of(found.lines)))


def returnable(found: AfterSale) -> list[tuple[GoodsLine, str, int]]:
    return boxes_of(found.lines, rules.coming_back(pieces_of(found.lines)))
