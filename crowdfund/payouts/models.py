"""Tables of the payouts room, and the life of a payout."""

from __future__ import annotations

from enum import StrEnum

from tortoise import fields
from tortoise.models import Model

from crowdfund.database import InstantField


class PayoutState(StrEnum):
    DUE = "due"  # to be sent when its time comes; the money is still the organisation's
    SENDING = "sending"  # set aside, and Stripe is asked
    PAID = "paid"
    FAILED = "failed"  # refused: the money is the organisation's again, and another payout is made tomorrow


P = PayoutState
MOVES: dict[PayoutState, set[PayoutState]] = {
    P.DUE: {P.SENDING, P.FAILED},
    P.SENDING: {P.PAID, P.DUE, P.FAILED},
    P.PAID: set(),
    P.FAILED: set(),
}


class Payout(Model):
    """held_for: whose money it was: `campaign:1`, `screening:2`, `earnings:3:EUR`; of a fund campaign_id says it too."""

    id = fields.BigIntField(primary_key=True, generated=False)
    organisation_id = fields.BigIntField()
    held_for = fields.TextField()
    campaign_id = fields.BigIntField(null=True)
    recipient_id = fields.BigIntField(null=True)  # whose gift it is; none: the fund's own organisation
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
    reversed_minor = fields.BigIntField(default=0)  # what of it was taken back

    class Meta:
        table = "payout"
