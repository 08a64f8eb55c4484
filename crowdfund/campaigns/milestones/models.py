"""Tables of milestones: what a piece of a fund is for, and what became of it."""

from __future__ import annotations

from enum import StrEnum

from tortoise import fields
from tortoise.models import Model

from crowdfund.database import InstantField
from crowdfund.database.moves import Event


class MilestoneState(StrEnum):
    PLANNED = "planned"
    REQUESTED = "requested"  # its evidence is shown, backers may object
    PAUSED = "paused"  # enough of them have, and staff decides
    RELEASED = "released"
    REFUNDED = "refunded"


S = MilestoneState
MOVES: dict[MilestoneState, set[MilestoneState]] = {
    S.PLANNED: {S.REQUESTED, S.RELEASED, S.REFUNDED},  # released: the first, at the result, where that was announced
    S.REQUESTED: {S.RELEASED, S.PAUSED, S.PLANNED, S.REFUNDED},
    S.PAUSED: {S.RELEASED, S.PLANNED, S.REFUNDED},
    S.RELEASED: set(),
    S.REFUNDED: set(),
}
WAITING = {S.PLANNED, S.REQUESTED, S.PAUSED}  # its money is in the fund, and its backers'
ASKED_FOR = {S.REQUESTED, S.PAUSED}


class Milestone(Model):
    """amount_minor: its part of what was collected, before fees; none until the fund has its result.

    cost_minor: what of it the processor's fees will be. taken_minor: what refunds and banks took of it while it waited.
    """

    id = fields.BigIntField(primary_key=True, generated=False)
    campaign_id = fields.BigIntField()
    position = fields.BigIntField()
    title = fields.TextField()
    evidence = fields.TextField()
    expected_on = fields.TextField()
    share_bps = fields.BigIntField()
    at_once = fields.BigIntField(default=0)  # 1: released with the result, for the first one only
    state = fields.TextField(default=MilestoneState.PLANNED.value)
    amount_minor = fields.BigIntField(null=True)
    cost_minor = fields.BigIntField(default=0)
    taken_minor = fields.BigIntField(default=0)
    ended_at = InstantField(null=True)

    class Meta:
        table = "milestone"

    @property
    def number(self) -> int:
        return self.position + 1

    @property
    def left_minor(self) -> int:
        """What is left of it, before fees: what waits, or what was released or given back."""
        return (self.amount_minor or 0) - self.taken_minor


class MilestoneLine(Model):
    """A budget line that a milestone is for. Tortoise wants one column as key; the pair is unique in the schema."""

    milestone_id = fields.BigIntField(primary_key=True, generated=False)
    budget_line_id = fields.BigIntField()

    class Meta:
        table = "milestone_line"


class MilestoneEvent(Event):
    milestone_id = fields.BigIntField()

    class Meta:
        table = "milestone_event"
