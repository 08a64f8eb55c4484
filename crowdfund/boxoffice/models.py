"""Tables of the box office: deals in their versions, what was settled by them, and what a cinema counted at its door."""

from __future__ import annotations

from enum import StrEnum

from tortoise import fields
from tortoise.models import Model

from crowdfund.database import InstantField
from crowdfund.database.moves import Event


class DealState(StrEnum):
    DRAFT = "draft"  # only its side sees it
    OFFERED = "offered"  # the other side may agree
    AGREED = "agreed"
    SUPERSEDED = "superseded"  # another version came after it, or its side has taken it back


D = DealState
DEAL_MOVES: dict[DealState, set[DealState]] = {
    D.DRAFT: {D.OFFERED, D.SUPERSEDED},
    D.OFFERED: {D.AGREED, D.SUPERSEDED},
    D.AGREED: {D.SUPERSEDED},
    D.SUPERSEDED: set(),
}


class RowKind(StrEnum):
    """What a row of a settlement counts."""

    SETTLED = "settled"
    TRUE_UP = "true_up"
    TAKEN_BACK = "taken_back"  # a refund, or a bank
    GIVEN_BACK = "given_back"  # a bank that has decided for us
    ADDED = "added"  # what a bank held when the screening was settled


class LineOf(StrEnum):
    SHARE = "share"
    COST = "cost"  # what the cinema bore of the payment company's part
    FEE = "fee"  # what booking fees left over


class Deal(Model):
    """A version of what is agreed for a booking. organisation_id: the side that wrote it."""

    id = fields.BigIntField(primary_key=True, generated=False)
    booking_id = fields.BigIntField()
    version = fields.BigIntField()
    run_id = fields.BigIntField(null=True)
    currency = fields.TextField()
    state = fields.TextField()
    terms = fields.TextField()
    sha256 = fields.TextField()
    note = fields.TextField(default="")
    reserve_bps = fields.BigIntField()
    settle_days = fields.BigIntField()
    from_start = fields.BigIntField()
    organisation_id = fields.BigIntField()
    by_person_id = fields.BigIntField()
    made_at = InstantField()
    offered_at = InstantField(null=True)
    agreed_at = InstantField(null=True)

    class Meta:
        table = "deal"


class DealEvent(Event):
    deal_id = fields.BigIntField()

    class Meta:
        table = "deal_event"


class Settlement(Model):
    """One row of what was counted and shared out, for good. owed: what guarantees lacked by then, as JSON."""

    id = fields.BigIntField(primary_key=True, generated=False)
    run_id = fields.BigIntField()
    number = fields.BigIntField()
    kind = fields.TextField()
    screening_id = fields.BigIntField()
    booking_id = fields.BigIntField()
    deal_id = fields.BigIntField()
    week = fields.BigIntField()
    currency = fields.TextField()
    gross_minor = fields.BigIntField()
    admissions = fields.BigIntField()
    fees_minor = fields.BigIntField()
    processor_minor = fields.BigIntField(default=0)
    short_minor = fields.BigIntField(default=0)
    sold = fields.BigIntField(default=0)
    admitted = fields.BigIntField(default=0)
    refunded = fields.BigIntField(default=0)
    counted = fields.BigIntField(null=True)
    words = fields.TextField(default="")
    owed = fields.TextField(default="[]")
    deal_sha256 = fields.TextField()
    input_sha256 = fields.TextField()
    made_at = InstantField()

    class Meta:
        table = "settlement"


class DoorCount(Model):
    id = fields.BigIntField(primary_key=True, generated=False)
    screening_id = fields.BigIntField()
    counted = fields.BigIntField()
    words = fields.TextField(default="")
    by_person_id = fields.BigIntField()
    made_at = InstantField()

    class Meta:
        table = "door_count"
