"""Tables of releases: what the makers showed, who objected, and what banks took meanwhile."""

from __future__ import annotations

from enum import StrEnum

from tortoise import fields
from tortoise.models import Model

from crowdfund.database import InstantField


class EndedAs(StrEnum):
    """What became of a request."""

    RELEASED = "released"
    SENT_BACK = "sent_back"  # staff asks for other evidence
    TAKEN_BACK = "taken_back"  # by its makers
    REFUNDED = "refunded"


class ReleaseRequest(Model):
    """backers: whose money was in the fund when it was made. pauses_at: that many objections pause it."""

    id = fields.BigIntField(primary_key=True, generated=False)
    milestone_id = fields.BigIntField()
    campaign_id = fields.BigIntField()
    words = fields.TextField()
    filed_by_id = fields.BigIntField()
    filed_at = InstantField()
    objections_until = InstantField()
    backers = fields.BigIntField()
    pauses_at = fields.BigIntField()
    ended_as = fields.TextField(null=True)
    ended_at = InstantField(null=True)

    class Meta:
        table = "release_request"

    @property
    def is_open(self) -> bool:
        return self.ended_at is None


class ReleasePaper(Model):
    """A document of a request. Tortoise wants one column as key; the pair is unique in the schema."""

    request_id = fields.BigIntField(primary_key=True, generated=False)
    document_id = fields.BigIntField()

    class Meta:
        table = "release_paper"


class ReleaseObjection(Model):
    id = fields.BigIntField(primary_key=True, generated=False)
    request_id = fields.BigIntField()
    person_id = fields.BigIntField()
    text = fields.TextField()
    made_at = InstantField()
    answer = fields.TextField(default="")
    answered_by_id = fields.BigIntField(null=True)
    answered_at = InstantField(null=True)

    class Meta:
        table = "release_objection"


class MilestoneTaking(Model):
    """What a bank took of a milestone that waited, and how much of it came back."""

    id = fields.BigIntField(primary_key=True, generated=False)
    milestone_id = fields.BigIntField()
    dispute_id = fields.BigIntField()
    amount_minor = fields.BigIntField()
    returned_minor = fields.BigIntField(default=0)

    class Meta:
        table = "milestone_taking"
