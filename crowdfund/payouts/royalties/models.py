"""Tables of royalties."""

from __future__ import annotations

from enum import StrEnum

from tortoise import fields
from tortoise.models import Model

from crowdfund.database import InstantField


class StatementKind(StrEnum):
    PERIOD = "period"  # what was sold in a reporting period
    MINIMUM = "minimum"  # what was missing of the minimum guarantee when the licence ended


class StatementState(StrEnum):
    OPEN = "open"  # grows, or waits until nothing of it can be returned any more
    PAID = "paid"


STATEMENT_MOVES: dict[StatementState, set[StatementState]] = {
    StatementState.OPEN: {StatementState.PAID},
    StatementState.PAID: set(),
}


class RoyaltyStatement(Model):
    """What a licence brought its production in a period. Sums are written when it is paid; then nothing of it changes."""

    id = fields.BigIntField(primary_key=True, generated=False)
    licence_id = fields.BigIntField()
    kind = fields.TextField()
    from_at = InstantField()
    to_at = InstantField()
    currency = fields.TextField()
    units = fields.BigIntField(default=0)
    net_minor = fields.BigIntField(default=0)
    royalty_minor = fields.BigIntField(default=0)
    topped_up_minor = fields.BigIntField(default=0)
    state = fields.TextField()
    due_at = InstantField()
    made_at = InstantField()
    paid_at = InstantField(null=True)

    class Meta:
        table = "royalty_statement"
