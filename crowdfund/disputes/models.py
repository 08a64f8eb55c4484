"""Tables of the disputes room."""

from __future__ import annotations

from enum import StrEnum

from tortoise import fields
from tortoise.models import Model

from crowdfund.database import InstantField


class DisputeState(StrEnum):
    NEEDS_RESPONSE = "needs_response"
    ANSWERING = "answering"  # the evidence is written down and on its way to the bank
    UNDER_REVIEW = "under_review"
    WON = "won"
    LOST = "lost"


D = DisputeState
MOVES = {
    D.NEEDS_RESPONSE: {D.ANSWERING, D.UNDER_REVIEW, D.WON, D.LOST},
    D.ANSWERING: {D.NEEDS_RESPONSE, D.UNDER_REVIEW, D.WON, D.LOST},
    D.UNDER_REVIEW: {D.WON, D.LOST},
    D.WON: set(),
    D.LOST: set(),
}
OPEN = {D.NEEDS_RESPONSE, D.ANSWERING, D.UNDER_REVIEW}


class Dispute(Model):
    """A bank that takes a payment back, or asks about it first. amount_minor: what it has taken, none while it only asks.

    It is about a pledge of a fund, about an order of tickets, or about goods: a purchase, or an order of a production run.
    """

    id = fields.BigIntField(primary_key=True, generated=False)
    stripe_dispute_id = fields.TextField()
    charge_id = fields.BigIntField()
    pledge_id = fields.BigIntField(null=True)
    campaign_id = fields.BigIntField(null=True)
    order_id = fields.BigIntField(null=True)
    purchase_id = fields.BigIntField(null=True)
    goods_order_id = fields.BigIntField(null=True)
    amount_minor = fields.BigIntField()
    asked_minor = fields.BigIntField(default=0)
    currency = fields.TextField()
    reason = fields.TextField()
    state = fields.TextField()
    evidence = fields.TextField(default="")
    answered_by_id = fields.BigIntField(null=True)
    due_by = InstantField(null=True)
    made_at = InstantField()
    ended_at = InstantField(null=True)

    class Meta:
        table = "dispute"

    @property
    def is_inquiry(self) -> bool:
        return not self.amount_minor

    @property
    def is_about_goods(self) -> bool:
        return self.purchase_id is not None or self.goods_order_id is not None


class DisputeWords(Model):
    """What one of several sellers says for a purchase."""

    id = fields.BigIntField(primary_key=True, generated=False)
    dispute_id = fields.BigIntField()
    organisation_id = fields.BigIntField()
    words = fields.TextField()
    by_person_id = fields.BigIntField()
    made_at = InstantField()

    class Meta:
        table = "dispute_words"
