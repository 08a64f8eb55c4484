"""Tables of recipients: who they are, what they were given, and what they tell of it."""

from __future__ import annotations

from enum import StrEnum

from tortoise import fields
from tortoise.models import Model

from crowdfund.database import InstantField


class RecipientKind(StrEnum):
    ACADEMY = "academy"
    SQUAD = "squad"
    CHARITY = "charity"  # of the platform's list, kept by staff


OF_A_CLUB = {RecipientKind.ACADEMY, RecipientKind.SQUAD}


class RecipientState(StrEnum):
    OFFERED = "offered"
    WITHDRAWN = "withdrawn"  # no new fund may announce it; what was promised to it stays


R = RecipientState
MOVES: dict[RecipientState, set[RecipientState]] = {R.OFFERED: {R.WITHDRAWN}, R.WITHDRAWN: {R.OFFERED}}


class Recipient(Model):
    id = fields.BigIntField(primary_key=True, generated=False)
    organisation_id = fields.BigIntField()
    kind = fields.TextField()
    slug = fields.TextField()
    name = fields.TextField()
    about = fields.TextField()
    report_days = fields.BigIntField()
    state = fields.TextField()
    made_at = InstantField()

    class Meta:
        table = "recipient"

    @property
    def path(self) -> str:
        return f"/recipients/{self.slug}"


class Gift(Model):
    """What one recipient got of one fund. Tortoise wants one column as key; the pair is unique in the schema."""

    campaign_id = fields.BigIntField(primary_key=True, generated=False)
    recipient_id = fields.BigIntField()
    currency = fields.TextField()
    amount_minor = fields.BigIntField()
    backers = fields.BigIntField()
    report_by = InstantField(null=True)

    class Meta:
        table = "gift"


class UseReport(Model):
    id = fields.BigIntField(primary_key=True, generated=False)
    recipient_id = fields.BigIntField()
    campaign_id = fields.BigIntField()
    body = fields.TextField()
    document_id = fields.BigIntField(null=True)
    by_person_id = fields.BigIntField()
    published_at = InstantField()

    class Meta:
        table = "use_report"
