"""Tables of what is taken back from sellers, and the life of a reversal."""

from __future__ import annotations

from enum import StrEnum

from tortoise import fields
from tortoise.models import Model

from crowdfund.database import InstantField


class ReversalState(StrEnum):
    DUE = "due"  # to be asked for when its time comes
    SENDING = "sending"  # Stripe is asked; what came of it is not known yet
    DONE = "done"
    REFUSED = "refused"  # the seller's account has not enough: what it earns next pays instead, or another try


R = ReversalState
REVERSAL_MOVES: dict[ReversalState, set[ReversalState]] = {
    R.DUE: {R.SENDING, R.REFUSED},
    R.SENDING: {R.DONE, R.REFUSED},
    R.DONE: set(),
    R.REFUSED: {R.DUE},
}


class Reversal(Model):
    """Money of one transfer that a seller gives back. attempt: counted up only after a definite no."""

    id = fields.BigIntField(primary_key=True, generated=False)
    payout_id = fields.BigIntField()
    organisation_id = fields.BigIntField()
    amount_minor = fields.BigIntField()
    currency = fields.TextField()
    state = fields.TextField()
    attempt = fields.BigIntField(default=1)
    key = fields.TextField()
    stripe_reversal_id = fields.TextField(null=True)
    note = fields.TextField(default="")
    next_try_at = InstantField()
    made_at = InstantField()
    done_at = InstantField(null=True)

    class Meta:
        table = "reversal"
