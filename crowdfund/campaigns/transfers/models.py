"""The table of transfers: what a transfer fund is about, and what the club has signed."""

from __future__ import annotations

from enum import StrEnum

from tortoise import fields
from tortoise.models import Model

from crowdfund.database import InstantField


class SubType(StrEnum):
    NAMED_TARGET = "named_target"  # one player: what happens when he does not come is settled before anybody pays
    SQUAD_BUDGET = "squad_budget"  # no player: it succeeds or fails like any other fund


class Surplus(StrEnum):
    """What becomes of money beyond the goal, chosen before the launch."""

    REFUND = "refund"  # back to all backers, each by what she gave
    FALLBACK = "fallback"
    CLUB = "club"


class Part(StrEnum):
    """What a part of a transfer's cost is for."""

    TRANSFER_FEE = "transfer_fee"
    TAX = "tax"
    PLATFORM_FEE = "platform_fee"
    COMMITTED = "committed"  # what others have put up already: in the stack, and not in the goal


class Transfer(Model):
    campaign_id = fields.BigIntField(primary_key=True, generated=False)
    sub_type = fields.TextField()
    player = fields.TextField(default="")
    selling_club = fields.TextField(default="")
    competition = fields.TextField(default="")
    buys = fields.TextField(default="")
    confirmed_by = fields.TextField(default="")
    window_closes_at = InstantField(null=True)
    window_zone = fields.TextField(default="UTC")
    surplus = fields.TextField(default=Surplus.REFUND.value)
    signed_hash = fields.TextField(default="")
    signed_name = fields.TextField(default="")
    signed_by_id = fields.BigIntField(null=True)
    signed_document_id = fields.BigIntField(null=True)
    signed_at = InstantField(null=True)
    elections_until = InstantField(null=True)
    agreed_words = fields.TextField(default="")
    agreed_document_id = fields.BigIntField(null=True)
    agreed_at = InstantField(null=True)

    class Meta:
        table = "transfer"

    @property
    def is_contingent(self) -> bool:
        return self.sub_type == SubType.NAMED_TARGET
