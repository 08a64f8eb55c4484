"""The part of an order that waits for its run, and its life. What was bought, and for how much, stands in the order itself."""

from __future__ import annotations

from enum import StrEnum

import orjson
from tortoise import fields
from tortoise.models import Model

from crowdfund.database import InstantField
from crowdfund.database.ids import public
from crowdfund.database.moves import Event


class RunOrderState(StrEnum):
    STARTED = "started"  # her card is not saved yet: nothing is kept for her
    STANDING = "standing"  # it counts; her card is asked when enough are ordered
    CHARGING = "charging"
    ERRORED = "errored"  # her card was refused, or her bank wants to see her: she has days to mend it
    COLLECTED = "collected"
    CANCELLED = "cancelled"  # by her, before it was charged
    DROPPED = "dropped"  # her card was not mended in time
    RELEASED = "released"  # the run came to nothing, and nothing was charged
    GIVEN_BACK = "given_back"  # it was charged, and all of it goes back


S = RunOrderState
MOVES: dict[RunOrderState, set[RunOrderState]] = {
    S.STARTED: {S.STANDING, S.CANCELLED, S.RELEASED},
    S.STANDING: {S.CHARGING, S.CANCELLED, S.RELEASED},
    S.CHARGING: {S.COLLECTED, S.ERRORED},
    S.ERRORED: {S.CHARGING, S.COLLECTED, S.DROPPED, S.RELEASED},
    S.COLLECTED: {S.GIVEN_BACK},
    S.CANCELLED: set(),
    S.DROPPED: set(),
    S.RELEASED: set(),
    S.GIVEN_BACK: set(),
}
COUNTED = (S.STANDING, S.CHARGING, S.ERRORED, S.COLLECTED)
NEEDS_CARD = (S.STANDING, S.CHARGING, S.ERRORED)


class RunOrder(Model):
    order_id = fields.BigIntField(primary_key=True, generated=False)
    run_id = fields.BigIntField()
    person_id = fields.BigIntField()
    quantity = fields.BigIntField()
    state = fields.TextField()
    card_id = fields.BigIntField(null=True)
    attempts = fields.BigIntField(default=0)
    next_charge_at = InstantField(null=True)
    mend_by = InstantField(null=True)
    half_at = InstantField(null=True)
    why = fields.TextField(default="")  # why its money went back; the fan reads it
    name = fields.TextField()
    address = fields.TextField()  # lines, as JSON
    phone = fields.TextField(default="")
    made_at = InstantField()

    class Meta:
        table = "run_order"

    @property
    def path(self) -> str:
        return f"/runs/{public(self.run_id)}/orders/{public(self.order_id)}"

    @property
    def address_lines(self) -> list[str]:
        return list(orjson.loads(self.address))

    @property
    def subject(self) -> str:
        """As payments and journal entries name it."""
        return f"goods_order:{self.order_id}"


class RunOrderEvent(Event):
    run_order_id = fields.BigIntField()

    class Meta:
        table = "run_order_event"


class RunConsent(Model):
    """That she agreed to these words, when, and for which card; none: she saves one next."""

    id = fields.BigIntField(primary_key=True, generated=False)
    order_id = fields.BigIntField()
    terms = fields.TextField()
    card_id = fields.BigIntField(null=True)
    at = InstantField()

    class Meta:
        table = "run_consent"
