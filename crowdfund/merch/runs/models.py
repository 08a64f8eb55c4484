"""Tables of production runs, and the life of a run."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from tortoise import fields
from tortoise.models import Model

from crowdfund.database import InstantField
from crowdfund.database.ids import public
from crowdfund.database.moves import Event


class RunState(StrEnum):
    OPEN = "open"
    TIPPED = "tipped"  # as many are ordered as are needed: the cards are asked next
    CHARGING = "charging"
    FUNDED = "funded"  # as many are paid as are needed
    IN_PRODUCTION = "in_production"
    SHIPPING = "shipping"
    CLOSED = "closed"  # all is sent
    FAILED = "failed"  # too few were ordered in time, or too few cards could be charged
    CANCELLED = "cancelled"  # by its maker, before anything was made


R = RunState
MOVES: dict[RunState, set[RunState]] = {
    R.OPEN: {R.TIPPED, R.FAILED, R.CANCELLED},
    R.TIPPED: {R.CHARGING, R.CANCELLED},
    R.CHARGING: {R.FUNDED, R.FAILED, R.CANCELLED},
    R.FUNDED: {R.IN_PRODUCTION, R.CANCELLED},
    R.IN_PRODUCTION: {R.SHIPPING, R.CLOSED},
    R.SHIPPING: {R.CLOSED},
    R.CLOSED: set(),
    R.FAILED: set(),
    R.CANCELLED: set(),
}
TO_JOIN = (R.OPEN, R.TIPPED, R.CHARGING, R.FUNDED)  # who comes while it is not being made is in it too
CAN_BE_LATE = (R.FUNDED, R.IN_PRODUCTION, R.SHIPPING)
CALLED_OFF = (R.FAILED, R.CANCELLED)
MADE = (R.IN_PRODUCTION, R.SHIPPING, R.CLOSED)


class ProductionRun(Model):
    id = fields.BigIntField(primary_key=True, generated=False)
    listing_id = fields.BigIntField()
    variant_id = fields.BigIntField()
    organisation_id = fields.BigIntField()
    about = fields.TextField(default="")
    minimum_units = fields.BigIntField()
    most_units = fields.BigIntField(null=True)
    price_minor = fields.BigIntField()
    currency = fields.TextField()
    closes_at = InstantField()
    ships_by = InstantField()
    state = fields.TextField()
    units_taken = fields.BigIntField(default=0)
    units_paid = fields.BigIntField(default=0)
    charging_until = InstantField(null=True)
    late_at = InstantField(null=True)
    reason = fields.TextField(default="")  # why its maker called it off
    made_at = InstantField()
    ended_at = InstantField(null=True)

    class Meta:
        table = "production_run"

    @property
    def path(self) -> str:
        return f"/runs/{public(self.id)}"

    @property
    def left(self) -> int | None:
        """Units that somebody may still order; none where there is no most."""
        return None if self.most_units is None else int(self.most_units - self.units_taken)

    @property
    def missing(self) -> int:
        """Units that must still be ordered for it to be made."""
        return max(0, int(self.minimum_units - self.units_taken))

    def can_be_joined(self, now: datetime) -> bool:
        return self.state in TO_JOIN and now < self.closes_at and self.left != 0


class ProductionRunEvent(Event):
    production_run_id = fields.BigIntField()

    class Meta:
        table = "production_run_event"


class RunDiary(Model):
    """An entry of the diary that a maker keeps for those who wait. Append-only."""

    id = fields.BigIntField(primary_key=True, generated=False)
    run_id = fields.BigIntField()
    words = fields.TextField()
    image_id = fields.BigIntField(null=True)
    alt = fields.TextField(default="")
    by_person_id = fields.BigIntField()
    at = InstantField()

    class Meta:
        table = "run_diary"
