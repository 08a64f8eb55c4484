"""Tables of the licences room, and how a licence moves. Its products and its countries are rows that `queries` reads."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from tortoise import fields
from tortoise.models import Model

from crowdfund.database import InstantField
from crowdfund.database.ids import public
from crowdfund.database.moves import Event

EVERYWHERE = "*"  # as a country of a licence


class Exclusivity(StrEnum):
    NONE = "none"
    PRODUCT = "product"  # nobody else makes these products
    CATEGORY = "category"  # nobody else makes anything of this kind of the title


class LicenceState(StrEnum):
    OFFERED = "offered"
    ACCEPTED = "accepted"  # its first day is to come
    ACTIVE = "active"
    SELL_OFF = "sell_off"  # what is made may be sold; nothing more is made
    ENDED = "ended"
    SUSPENDED = "suspended"  # nothing is sold for now; it goes on to wherever its days have taken it
    TERMINATED = "terminated"
    DECLINED = "declined"  # by the shop
    WITHDRAWN = "withdrawn"  # before the shop answered


L = LicenceState
MOVES: dict[LicenceState, set[LicenceState]] = {
    L.OFFERED: {L.ACCEPTED, L.DECLINED, L.WITHDRAWN},
    L.ACCEPTED: {L.ACTIVE, L.SUSPENDED, L.TERMINATED},
    L.ACTIVE: {L.SELL_OFF, L.ENDED, L.SUSPENDED, L.TERMINATED},
    L.SELL_OFF: {L.ENDED, L.SUSPENDED, L.TERMINATED},
    L.SUSPENDED: {L.ACCEPTED, L.ACTIVE, L.SELL_OFF, L.ENDED, L.TERMINATED},
    L.ENDED: set(),
    L.TERMINATED: set(),
    L.DECLINED: set(),
    L.WITHDRAWN: set(),
}
HELD = (L.ACCEPTED, L.ACTIVE, L.SELL_OFF, L.SUSPENDED)  # the shop has it
LIVE = (L.OFFERED, *HELD)  # what it reserves is nobody else's
BY_CLOCK = (L.ACCEPTED, L.ACTIVE, L.SELL_OFF)  # its days move it on


class Licence(Model):
    id = fields.BigIntField(primary_key=True, generated=False)
    title_id = fields.BigIntField()
    licensor_id = fields.BigIntField()
    licensee_id = fields.BigIntField()
    application_id = fields.BigIntField(null=True)
    exclusivity = fields.TextField()
    category = fields.TextField(default="")
    royalty_bps = fields.BigIntField()
    minimum_minor = fields.BigIntField()
    currency = fields.TextField()
    unit_cap = fields.BigIntField(null=True)
    units_sold = fields.BigIntField(default=0)
    starts_at = InstantField()
    ends_at = InstantField()
    sell_off_days = fields.BigIntField()
    report_months = fields.BigIntField()
    state = fields.TextField(default=LicenceState.OFFERED.value)
    note = fields.TextField(default="")
    badge = fields.TextField()
    answer_by = InstantField()
    made_at = InstantField()
    accepted_at = InstantField(null=True)

    class Meta:
        table = "licence"

    @property
    def public_id(self) -> str:
        return public(self.id)

    @property
    def sold_off_at(self) -> datetime:
        """From when on nothing may be sold any more."""
        return self.ends_at + timedelta(days=self.sell_off_days)

    @property
    def path(self) -> str:
        """Its badge: what anyone may read of it."""
        return f"/licences/{self.badge}"


class LicenceEvent(Event):
    licence_id = fields.BigIntField()

    class Meta:
        table = "licence_event"
