"""Tables of the pledges room, and the life of a pledge."""

from __future__ import annotations

from enum import StrEnum

from tortoise import fields
from tortoise.models import Model

from crowdfund.database import InstantField
from crowdfund.database.ids import public
from crowdfund.database.moves import Event


class PledgeState(StrEnum):
    STARTED = "started"  # made, but no card is saved yet: not counted
    ACTIVE = "active"  # counted
    CHARGING = "charging"
    ERRORED = "errored"  # the card said no, or wants to see the fan: seven days to mend it
    COLLECTED = "collected"
    DISPUTED = "disputed"
    REFUNDED = "refunded"
    LOST = "lost"
    CANCELLED = "cancelled"  # by the fan
    RELEASED = "released"  # the fund ended without charging
    DROPPED = "dropped"  # the card was never mended


S = PledgeState
MOVES: dict[PledgeState, set[PledgeState]] = {
    S.STARTED: {S.ACTIVE, S.CANCELLED, S.RELEASED},
    S.ACTIVE: {S.CHARGING, S.CANCELLED, S.RELEASED},
    S.CHARGING: {S.COLLECTED, S.ERRORED},
    S.ERRORED: {S.CHARGING, S.COLLECTED, S.DROPPED},
    S.COLLECTED: {S.REFUNDED, S.DISPUTED},
    S.DISPUTED: {S.COLLECTED, S.LOST},
    S.REFUNDED: set(),
    S.LOST: set(),
    S.CANCELLED: set(),
    S.RELEASED: set(),
    S.DROPPED: set(),
}
# These count: in the fund's total, in the tier's places, and as the fan's one pledge in the fund.
LIVE = {S.ACTIVE, S.CHARGING, S.ERRORED, S.COLLECTED, S.DISPUTED}
CHANGEABLE = {S.STARTED, S.ACTIVE}
NEEDS_CARD = {S.ACTIVE, S.CHARGING, S.ERRORED}


class Pledge(Model):
    id = fields.BigIntField(primary_key=True, generated=False)
    person_id = fields.BigIntField()
    campaign_id = fields.BigIntField()
    currency = fields.TextField()
    tier_id = fields.BigIntField(null=True)
    quantity = fields.BigIntField()
    amount_minor = fields.BigIntField()
    state = fields.TextField()
    card_id = fields.BigIntField(null=True)
    key = fields.TextField()
    fingerprint = fields.TextField()
    shown_as = fields.TextField(default="name")
    referrer = fields.TextField(default="")
    page_version = fields.BigIntField()
    attempts = fields.BigIntField(default=0)
    next_charge_at = InstantField(null=True)
    made_at = InstantField()
    fallback_id = fields.BigIntField(null=True)  # what was announced when she pledged
    if_it_fails = fields.TextField(default="")
    charity_id = fields.BigIntField(null=True)

    class Meta:
        table = "pledge"

    @property
    def path(self) -> str:
        return f"/pledges/{public(self.id)}"

    @property
    def is_live(self) -> bool:
        return self.state in LIVE

    @property
    def can_change(self) -> bool:
        return self.state in CHANGEABLE


class ShareBack(Model):
    """Money of a fund that goes back to all who gave, each by what she gave."""

    id = fields.BigIntField(primary_key=True, generated=False)
    campaign_id = fields.BigIntField()
    reason = fields.TextField()
    amount_minor = fields.BigIntField()
    of_minor = fields.BigIntField()
    shared_minor = fields.BigIntField(default=0)
    after_id = fields.BigIntField(default=0)
    passed_minor = fields.BigIntField(default=0)  # what those gave whom it has passed
    state = fields.TextField()
    by_person_id = fields.BigIntField(null=True)
    made_at = InstantField()

    class Meta:
        table = "share_back"


class PledgeEvent(Model):
    id = fields.BigIntField(primary_key=True, generated=False)
    pledge_id = fields.BigIntField()
    kind = fields.TextField()
    from_state = fields.TextField()
    to_state = fields.TextField()
    amount_minor = fields.BigIntField()
    tier_id = fields.BigIntField(null=True)
    quantity = fields.BigIntField()
    because = fields.TextField()
    by_person_id = fields.BigIntField(null=True)
    at = InstantField()
    terms = fields.TextField(null=True)

    class Meta:
        table = "pledge_event"


class Terms(Model):
    """What people agree to, word for word: one row for each text in each language, found by the hash of its words."""

    hash = fields.CharField(max_length=64, primary_key=True)
    locale = fields.TextField()
    text = fields.TextField()
    made_at = InstantField()

    class Meta:
        table = "terms"


class DeliveryState(StrEnum):
    AWAITING_ADDRESS = "awaiting_address"
    READY = "ready"
    SENT = "sent"
    RECEIVED = "received"
    WITHDRAWN = "withdrawn"  # the pledge has ended: nothing is owed any more


D = DeliveryState
DELIVERY_MOVES: dict[DeliveryState, set[DeliveryState]] = {
    D.AWAITING_ADDRESS: {D.READY, D.WITHDRAWN},
    D.READY: {D.READY, D.SENT, D.WITHDRAWN},  # until it is sent it may go to another address
    D.SENT: {D.RECEIVED},
    D.RECEIVED: set(),
    D.WITHDRAWN: set(),
}
UNSENT = {D.AWAITING_ADDRESS, D.READY}


class Delivery(Model):
    pledge_id = fields.BigIntField(primary_key=True, generated=False)
    campaign_id = fields.BigIntField()
    tier_id = fields.BigIntField()
    state = fields.TextField()
    recipient = fields.TextField(default="")
    address = fields.TextField(default="")
    country = fields.TextField(default="")
    tracking = fields.TextField(default="")
    asked_at = InstantField()
    sent_at = InstantField(null=True)
    received_at = InstantField(null=True)

    class Meta:
        table = "delivery"


class DeliveryEvent(Event):
    delivery_id = fields.BigIntField()  # a delivery goes by the number of its pledge

    class Meta:
        table = "delivery_event"
