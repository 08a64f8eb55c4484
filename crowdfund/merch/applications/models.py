"""Tables of the applications room: what a shop asks for, its samples, and where the answer stands."""

from __future__ import annotations

from enum import StrEnum

from tortoise import fields
from tortoise.models import Model

from crowdfund.database import InstantField
from crowdfund.database.ids import public
from crowdfund.database.moves import Event


class ApplicationState(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    SHORTLISTED = "shortlisted"
    SAMPLE_REQUESTED = "sample_requested"
    ACCEPTED = "accepted"  # a licence was offered with it
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"  # nobody answered in time


A = ApplicationState
MOVES: dict[ApplicationState, set[ApplicationState]] = {
    A.DRAFT: {A.SUBMITTED, A.WITHDRAWN},
    A.SUBMITTED: {A.SHORTLISTED, A.SAMPLE_REQUESTED, A.ACCEPTED, A.DECLINED, A.WITHDRAWN, A.EXPIRED},
    A.SHORTLISTED: {A.SAMPLE_REQUESTED, A.ACCEPTED, A.DECLINED, A.WITHDRAWN, A.EXPIRED},
    A.SAMPLE_REQUESTED: {A.SHORTLISTED, A.ACCEPTED, A.DECLINED, A.WITHDRAWN, A.EXPIRED},
    A.ACCEPTED: set(),
    A.DECLINED: set(),
    A.WITHDRAWN: set(),
    A.EXPIRED: set(),
}
WAITING = (A.SUBMITTED, A.SHORTLISTED, A.SAMPLE_REQUESTED)  # the studio has to answer
LIVE = (A.DRAFT, *WAITING)  # a shop has at most one of these for a product


class Application(Model):
    id = fields.BigIntField(primary_key=True, generated=False)
    product_id = fields.BigIntField()
    organisation_id = fields.BigIntField()
    person_id = fields.BigIntField()
    pitch = fields.TextField()
    price_minor = fields.BigIntField()
    currency = fields.TextField()
    units = fields.BigIntField()
    ships_within_days = fields.BigIntField()
    state = fields.TextField(default=ApplicationState.DRAFT.value)
    reason = fields.TextField(default="")
    answer_by = InstantField(null=True)
    made_at = InstantField()

    class Meta:
        table = "application"

    @property
    def public_id(self) -> str:
        return public(self.id)

    @property
    def is_waiting(self) -> bool:
        return self.state in WAITING


class ApplicationImage(Model):
    image_id = fields.BigIntField(primary_key=True, generated=False)
    application_id = fields.BigIntField()
    position = fields.BigIntField()
    alt = fields.TextField(default="")

    class Meta:
        table = "application_image"


class ApplicationEvent(Event):
    application_id = fields.BigIntField()

    class Meta:
        table = "application_event"
