"""The bodies of this API, in and out."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from crowdfund.database.ids import public
from crowdfund.orders.returns.models import GoodsReturn
from crowdfund.orders.returns.shown import AfterSale, ReturnShown
from crowdfund.orders.words import thing
from crowdfund.settings import current
from crowdfund.web import api
from crowdfund.web.api import LINES, ONE_LINE, READABLE, STRAIGHT, In, Out, PublicId

Words = Annotated[str, StringConstraints(max_length=1000, pattern=LINES, strip_whitespace=True), READABLE]
Said = Annotated[str, StringConstraints(min_length=10, max_length=500, pattern=LINES, strip_whitespace=True), READABLE]
Name = Annotated[
    str, StringConstraints(min_length=1, max_length=60, pattern=ONE_LINE, strip_whitespace=True), READABLE, STRAIGHT
]
Number = Annotated[str, StringConstraints(max_length=60, pattern=ONE_LINE, strip_whitespace=True), STRAIGHT]


class PiecesIn(In):
    """So many pieces of a line."""

    line: PublicId
    quantity: Annotated[int, Field(ge=1, le=99)]


Pieces = Annotated[list[PiecesIn], Field(min_length=1, max_length=100)]


class CallOffIn(In):
    """words: for the seller, where she has to agree."""

    lines: Pieces
    words: Words = ""


class ReturnIn(In):
    """changed_mind and does_not_fit are returns; the others are claims, and say in `words` what is wrong."""

    reason: Literal["changed_mind", "does_not_fit", "not_as_described", "damaged", "wrong_item", "not_arrived"]
    words: Words = ""
    lines: Pieces


class CarrierIn(In):
    carrier: Name
    tracking: Number = ""


class ReviewIn(In):
    stars: Annotated[int, Field(ge=1, le=5)]
    words: Annotated[str, StringConstraints(max_length=2000, pattern=LINES, strip_whitespace=True), READABLE] = ""


class SendIn(In):
    carrier: Name
    tracking: Number = ""
    lines: Pieces


class CantMakeItIn(In):
    """reason: the buyer reads it. restock: the pieces are there, and can be sold to others."""

    lines: Pieces
    reason: Said
    restock: bool = False


class ParcelIn(In):
    """What its sender says of a parcel, or what its carrier does: one of the two."""

    state: Literal["delivered", "lost", "sent_back"] | None = None
    carrier_state: (
        Literal["unknown", "pre_transit", "in_transit", "out_for_delivery", "delivered", "return_to_sender"] | None
    ) = None


class ReturnAnswerIn(In):
    """keeps_it: nothing comes back. replaces: pieces of a claim that are made good by others; the rest is paid back."""

    agrees: bool
    words: Words = ""
    keeps_it: bool = False
    replaces: Annotated[tuple[PiecesIn, ...], Field(max_length=100, strict=False)] = ()


class CountIn(In):
    """What came back, of each line; what is left out did not. words: what is missing. restock: it can be sold again."""

    lines: Annotated[list[PiecesIn], Field(max_length=100)]
    words: Words = ""
    restock: bool = False


class WordsIn(In):
    words: Annotated[
        str, StringConstraints(min_length=2, max_length=1000, pattern=LINES, strip_whitespace=True), READABLE
    ]


class GoodsLineOut(Out):
    """returned: pieces paid back, those cancelled among them. asked_back: in a return that is not over."""

    id: str
    listing: str
    name: str
    quantity: int
    net_minor: int
    tax_minor: int
    shipped: int
    cancelled: int
    returned: int
    asked_back: int


class ParcelOut(Out):
    """state: by its sender's word. carrier_state: by the carrier's."""

    id: str
    carrier: str
    tracking: str
    state: str
    carrier_state: str
    sent_at: str
    delivered_at: str | None


class PhotoOut(Out):
    """url: on the site, for its buyer, its seller's people and our staff, signed in there."""

    id: str
    url: str
    width: int
    height: int


class ReturnOut(Out):
    """answer_by: who says nothing until then has agreed. paid_minor: what was paid back for it. photos: of what is wrong."""

    id: str
    order: str
    kind: str
    reason: str
    words: str
    state: str
    resolution: str
    keeps_it: bool
    answer: str
    answer_by: str
    send_by: str | None
    receive_by: str | None
    lines: list[dict[str, str | int | None]]
    photos: list[PhotoOut]
    paid_minor: int
    made_at: str


class BoughtOut(Out):
    """One seller's part of a purchase. fulfilment: counted from the pieces of its lines."""

    id: str
    purchase: str | None
    seller: str
    state: str
    fulfilment: str
    is_late: bool
    ship_by: str
    currency: str
    items_minor: int
    shipping_minor: int
    tax_minor: int
    total_minor: int
    refunded_minor: int
    lines: list[GoodsLineOut]
    parcels: list[ParcelOut]
    returns: list[ReturnOut]
    made_at: str


class SaleListed(Out):
    id: str
    state: str
    thing: str
    pieces: int
    to_ship: int
    ship_by: str
    currency: str
    total_minor: int
    made_at: str


class SaleOut(BoughtOut):
    """name, address: where it goes."""

    name: str
    address: list[str]
    country: str


class ReviewOut(Out):
    id: str
    stars: int
    words: str
    name: str
    answer: str
    made_at: str


def bought_out(found: AfterSale) -> BoughtOut:
    return BoughtOut(**_facts(found))


def sale_out(found: AfterSale) -> SaleOut:
    to = found.goes_to
    return SaleOut(
        **_facts(found), name=to.name if to else found.buyer.name, address=to.address_lines if to else [],
        country=found.order.country,
    )  # fmt: skip


def _facts(found: AfterSale) -> dict[str, Any]:
    order = found.order
    return {
        "id": public(order.id), "purchase": public(order.purchase_id) if order.purchase_id else None,
        "seller": public(order.organisation_id), "state": str(order.state), "fulfilment": str(found.fulfilment),
        "is_late": found.is_late, "ship_by": api.instant(order.ship_by), "currency": order.currency,
        "items_minor": order.items_minor, "shipping_minor": order.shipping_minor, "tax_minor": order.tax_minor,
        "total_minor": order.total_minor, "refunded_minor": found.refunded_minor,
        "lines": [
            GoodsLineOut(
                id=public(one.id), listing=public(one.listing_id), name=thing(one), quantity=one.quantity,
                net_minor=one.net_minor, tax_minor=one.tax_minor, shipped=one.shipped, cancelled=one.cancelled,
                returned=one.returned, asked_back=one.asked_back,
            )
            for one in found.lines
        ],
        "parcels": [
            ParcelOut(
                id=public(one.parcel.id), carrier=one.parcel.carrier, tracking=one.parcel.tracking, state=one.parcel.state,
                carrier_state=one.parcel.carrier_state, sent_at=api.instant(one.parcel.sent_at),
                delivered_at=api.instant_or_none(one.parcel.delivered_at),
            )
            for one in found.parcels
        ],
        "returns": [return_out(one) for one in found.returns], "made_at": api.instant(order.made_at),
    }  # fmt: skip


def return_out(shown: ReturnShown) -> ReturnOut:
    row: GoodsReturn = shown.row
    return ReturnOut(
        id=public(row.id), order=public(row.order_id), kind=row.kind, reason=row.reason, words=row.words, state=row.state,
        resolution=row.resolution, keeps_it=bool(row.keeps_it), answer=row.answer, answer_by=api.instant(row.answer_by),
        send_by=api.instant_or_none(row.send_by), receive_by=api.instant_or_none(row.receive_by),
        lines=[
            {"line": public(one.line_id), "quantity": one.quantity, "replaces": one.replaces, "received": one.received}
            for one in shown.lines
        ],
        photos=[
            PhotoOut(id=public(one.id), url=f"{current().base_url}{one.path}", width=one.width, height=one.height) for one in shown.photos
        ],
        paid_minor=shown.paid_minor, made_at=api.instant(row.made_at),
    )  # fmt: skip
