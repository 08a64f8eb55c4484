"""Tables of what goes back: what a fan asks for, what was counted, and the money of it by line and by who has it less."""

from __future__ import annotations

from enum import StrEnum

from tortoise import fields
from tortoise.models import Model

from crowdfund.database import InstantField
from crowdfund.database.ids import public
from crowdfund.database.moves import Event


class Kind(StrEnum):
    CANCELLATION = "cancellation"  # of what is not sent yet
    RETURN = "return"  # she may, whatever her reason
    CLAIM = "claim"  # something is wrong with it, or it is not there


class Reason(StrEnum):
    CHANGED_MIND = "changed_mind"
    DOES_NOT_FIT = "does_not_fit"
    NOT_AS_DESCRIBED = "not_as_described"
    DAMAGED = "damaged"
    WRONG_ITEM = "wrong_item"
    NOT_ARRIVED = "not_arrived"


REASONS: dict[Kind, tuple[Reason, ...]] = {
    Kind.CANCELLATION: (Reason.CHANGED_MIND,),
    Kind.RETURN: (Reason.CHANGED_MIND, Reason.DOES_NOT_FIT),
    Kind.CLAIM: (Reason.NOT_AS_DESCRIBED, Reason.DAMAGED, Reason.WRONG_ITEM, Reason.NOT_ARRIVED),
}


class ReturnState(StrEnum):
    REQUESTED = "requested"
    APPROVED = "approved"
    RECEIVED = "received"
    REFUNDED = "refunded"
    DECLINED = "declined"
    CANCELLED = "cancelled"
    RESOLVED = "resolved"  # by another piece


R = ReturnState
RETURN_MOVES: dict[ReturnState, set[ReturnState]] = {
    R.REQUESTED: {R.APPROVED, R.DECLINED, R.CANCELLED},
    R.APPROVED: {R.RECEIVED, R.REFUNDED, R.RESOLVED, R.CANCELLED},
    R.RECEIVED: {R.REFUNDED, R.RESOLVED, R.CANCELLED},
    R.REFUNDED: set(),
    R.DECLINED: set(),
    R.CANCELLED: set(),
    R.RESOLVED: set(),
}
OPEN = {R.REQUESTED, R.APPROVED, R.RECEIVED}


class Resolution(StrEnum):
    NONE = ""
    REFUND = "refund"
    REPLACEMENT = "replacement"
    BOTH = "both"


class GoodsReturn(Model):
    id = fields.BigIntField(primary_key=True, generated=False)
    order_id = fields.BigIntField()
    person_id = fields.BigIntField()
    kind = fields.TextField()
    reason = fields.TextField()
    words = fields.TextField(default="")
    state = fields.TextField()
    resolution = fields.TextField(default="")
    keeps_it = fields.BigIntField(default=0)
    answer = fields.TextField(default="")
    answer_by = InstantField()
    send_by = InstantField(null=True)
    carrier = fields.TextField(default="")
    tracking = fields.TextField(default="")
    sent_at = InstantField(null=True)
    receive_by = InstantField(null=True)
    made_at = InstantField()
    ended_at = InstantField(null=True)

    class Meta:
        table = "goods_return"

    @property
    def path(self) -> str:
        return f"/returns/{public(self.id)}"


class GoodsReturnLine(Model):
    id = fields.BigIntField(primary_key=True, generated=False)
    return_id = fields.BigIntField()
    order_id = fields.BigIntField()
    line_id = fields.BigIntField()
    quantity = fields.BigIntField()
    replaces = fields.BigIntField(default=0)
    received = fields.BigIntField(null=True)

    class Meta:
        table = "goods_return_line"


class GoodsReturnEvent(Event):
    goods_return_id = fields.BigIntField()

    class Meta:
        table = "goods_return_event"


class GoodsReturnPhoto(Model):
    """file: its name among the files that are kept apart."""

    id = fields.BigIntField(primary_key=True, generated=False)
    return_id = fields.BigIntField()
    position = fields.BigIntField()
    file = fields.TextField()
    width = fields.BigIntField()
    height = fields.BigIntField()
    made_at = InstantField()

    class Meta:
        table = "goods_return_photo"

    @property
    def path(self) -> str:
        return f"/returns/{public(self.return_id)}/photos/{public(self.id)}"


class GoodsRefund(Model):
    """What went back of a line, or of the shipping: net + tax + shipping to the fan, of which each has so much less."""

    id = fields.BigIntField(primary_key=True, generated=False)
    order_id = fields.BigIntField()
    return_id = fields.BigIntField(null=True)
    refund_id = fields.BigIntField(null=True)
    dispute_id = fields.BigIntField(null=True)
    line_id = fields.BigIntField(null=True)
    quantity = fields.BigIntField()
    net_minor = fields.BigIntField()
    tax_minor = fields.BigIntField()
    shipping_minor = fields.BigIntField()
    commission_minor = fields.BigIntField()
    royalty_minor = fields.BigIntField()
    seller_minor = fields.BigIntField()
    at = InstantField()
    uncounted = fields.BigIntField(null=True)  # pieces of it that count under no licence any more

    class Meta:
        table = "goods_refund"

    @property
    def total_minor(self) -> int:
        return self.net_minor + self.tax_minor + self.shipping_minor
