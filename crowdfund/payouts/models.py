"""Tables of the payouts room."""

from __future__ import annotations

from enum import StrEnum

from tortoise import fields
from tortoise.models import Model

from crowdfund.database import InstantField


class PayoutState(StrEnum):
    DUE = "due"
    SENDING = "sending"
    PAID = "paid"
    FAILED = "failed"


class Payout(Model):
    id = fields.BigIntField(primary_key=True, generated=False)
    organisation_id = fields.BigIntField()
    campaign_id = fields.BigIntField()
    amount_minor = fields.BigIntField()
    currency = fields.TextField()
    state = fields.TextField()
    attempt = fields.BigIntField(default=1)
    key = fields.TextField()
    stripe_transfer_id = fields.TextField(null=True)
    note = fields.TextField(default="")
    next_try_at = InstantField()
    made_at = InstantField()
    paid_at = InstantField(null=True)

    class Meta:
        table = "payout"
