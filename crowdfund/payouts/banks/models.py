"""Tables of payouts that a bank has sent back, and the life of one."""

from __future__ import annotations

from enum import StrEnum

from tortoise import fields
from tortoise.models import Model

from crowdfund.database import InstantField
from crowdfund.database.moves import Event


class BankPayoutState(StrEnum):
    FAILED = "failed"  # the bank sent it back: it lies in the account at the processor, and waits for its next try
    SENDING = "sending"  # the processor is asked; what came of it is not known yet
    SENT = "sent"  # on its way to the bank again
    PAID = "paid"  # it arrived; a bank may send it back even then
    GONE = "gone"  # not in that account any more: it left with a later payout, or was taken back


B = BankPayoutState
BANK_PAYOUT_MOVES: dict[BankPayoutState, set[BankPayoutState]] = {
    B.FAILED: {B.SENDING, B.GONE},
    B.SENDING: {B.SENT, B.PAID, B.FAILED, B.GONE},
    B.SENT: {B.PAID, B.FAILED},
    B.PAID: {B.FAILED},
    B.GONE: set(),
}


class BankPayout(Model):
    """attempt: tries of ours, none at first; counted up only after a definite no."""

    id = fields.BigIntField(primary_key=True, generated=False)
    organisation_id = fields.BigIntField()
    first_stripe_id = fields.TextField()
    stripe_payout_id = fields.TextField()
    amount_minor = fields.BigIntField()
    currency = fields.TextField()
    state = fields.TextField()
    attempt = fields.BigIntField(default=0)
    note = fields.TextField(default="")
    next_try_at = InstantField()
    asked_at = InstantField(null=True)
    made_at = InstantField()
    ended_at = InstantField(null=True)

    class Meta:
        table = "bank_payout"


class BankPayoutEvent(Event):
    bank_payout_id = fields.BigIntField()

    class Meta:
        table = "bank_payout_event"
