"""Tables of reviews."""

from __future__ import annotations

from enum import StrEnum

from tortoise import fields
from tortoise.models import Model

from crowdfund.database import InstantField
from crowdfund.database.moves import Event


class ReviewState(StrEnum):
    SHOWN = "shown"
    HIDDEN = "hidden"  # by staff, with a reason


REVIEW_MOVES: dict[ReviewState, set[ReviewState]] = {
    ReviewState.SHOWN: {ReviewState.HIDDEN},
    ReviewState.HIDDEN: {ReviewState.SHOWN},
}


class Review(Model):
    id = fields.BigIntField(primary_key=True, generated=False)
    line_id = fields.BigIntField()
    person_id = fields.BigIntField()
    listing_id = fields.BigIntField()
    organisation_id = fields.BigIntField()
    stars = fields.BigIntField()
    words = fields.TextField(default="")
    answer = fields.TextField(default="")
    answered_at = InstantField(null=True)
    state = fields.TextField()
    made_at = InstantField()

    class Meta:
        table = "review"


class ReviewEvent(Event):
    review_id = fields.BigIntField()

    class Meta:
        table = "review_event"
