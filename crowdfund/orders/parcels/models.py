"""Tables of parcels. What the sender says and what the carrier says are two things."""

from __future__ import annotations

from enum import StrEnum

from tortoise import fields
from tortoise.models import Model

from crowdfund.database import InstantField
from crowdfund.database.moves import Event


class ParcelState(StrEnum):
    SENT = "sent"
    DELIVERED = "delivered"
    LOST = "lost"
    SENT_BACK = "sent_back"  # it came back to who sent it


P = ParcelState
PARCEL_MOVES: dict[ParcelState, set[ParcelState]] = {
    P.SENT: {P.DELIVERED, P.LOST, P.SENT_BACK},
    P.LOST: {P.DELIVERED, P.SENT_BACK},
    P.DELIVERED: set(),
    P.SENT_BACK: set(),
}


class CarrierState(StrEnum):
    UNKNOWN = "unknown"
    PRE_TRANSIT = "pre_transit"
    IN_TRANSIT = "in_transit"
    OUT_FOR_DELIVERY = "out_for_delivery"
    DELIVERED = "delivered"
    RETURN_TO_SENDER = "return_to_sender"


class Parcel(Model):
    id = fields.BigIntField(primary_key=True, generated=False)
    order_id = fields.BigIntField()
    return_id = fields.BigIntField(null=True)  # it replaces what was claimed
    carrier = fields.TextField()
    tracking = fields.TextField(default="")
    state = fields.TextField()
    carrier_state = fields.TextField(default=CarrierState.UNKNOWN.value)
    sent_at = InstantField()
    delivered_at = InstantField(null=True)

    class Meta:
        table = "parcel"


class ParcelLine(Model):
    id = fields.BigIntField(primary_key=True, generated=False)
    parcel_id = fields.BigIntField()
    order_id = fields.BigIntField()
    line_id = fields.BigIntField()
    quantity = fields.BigIntField()

    class Meta:
        table = "parcel_line"


class ParcelEvent(Event):
    parcel_id = fields.BigIntField()

    class Meta:
        table = "parcel_event"
