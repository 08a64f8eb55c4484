"""Tables of the payments room, and the states of what is in them."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from tortoise import fields
from tortoise.models import Model

from crowdfund.database import InstantField


class Consent(StrEnum):
    """Whether a card stays after what it was saved for has ended."""

    KEEP = "keep"
    WHILE_NEEDED = "while_needed"


class CardState(StrEnum):
    SAVED = "saved"
    LETTING_GO = "letting_go"
    GONE = "gone"


class SetupState(StrEnum):
    OPEN = "open"
    COMPLETED = "completed"
    EXPIRED = "expired"


class ChargeState(StrEnum):
    SENDING = "sending"  # the processor was asked, or is about to be; what came of it is not known yet
    NEEDS_ACTION = "needs_action"  # the bank wants to see the fan
    SUCCEEDED = "succeeded"
    DECLINED = "declined"


CHARGE_MOVES = {
    ChargeState.SENDING: {ChargeState.SUCCEEDED, ChargeState.DECLINED, ChargeState.NEEDS_ACTION},
    ChargeState.NEEDS_ACTION: {ChargeState.SUCCEEDED, ChargeState.DECLINED},
    ChargeState.SUCCEEDED: set(),
    ChargeState.DECLINED: set(),
}


class RefundState(StrEnum):
    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    PAID_ANOTHER_WAY = "paid_another_way"


REFUND_MOVES = {
    RefundState.PENDING: {RefundState.SUCCEEDED, RefundState.FAILED},
    RefundState.SUCCEEDED: {RefundState.FAILED},  # a bank may send it back days later
    RefundState.FAILED: {RefundState.PAID_ANOTHER_WAY, RefundState.PENDING},  # again, once no dispute keeps it back
    RefundState.PAID_ANOTHER_WAY: set(),
}


class SavedCard(Model):
    id = fields.BigIntField(primary_key=True, generated=False)
    person_id = fields.BigIntField()
    stripe_payment_method_id = fields.TextField()
    brand = fields.TextField()
    last4 = fields.TextField()
    expires_month = fields.BigIntField()
    expires_year = fields.BigIntField()
    fingerprint = fields.TextField(default="")
    consent = fields.TextField()
    state = fields.TextField()
    made_at = InstantField()

    class Meta:
        table = "saved_card"

    @property
    def label(self) -> str:
        return f"{self.brand.title()} •••• {self.last4}"

    def ends_before(self, at: datetime) -> bool:
        """Whether the month in which it expires is over by then."""
        return self.expires_year * 12 + self.expires_month < at.year * 12 + at.month


class CardSetup(Model):
    id = fields.BigIntField(primary_key=True, generated=False)
    person_id = fields.BigIntField()
    subject = fields.TextField()
    consent = fields.TextField()
    consent_text = fields.TextField()
    state = fields.TextField()
    stripe_session_id = fields.TextField(null=True)
    card_id = fields.BigIntField(null=True)
    made_at = InstantField()

    class Meta:
        table = "card_setup"


class Charge(Model):
    id = fields.BigIntField(primary_key=True, generated=False)
    subject = fields.TextField()
    held_for = fields.TextField()  # the fund or the screening, as in journal entries: `campaign:1`, `screening:2`
    campaign_id = fields.BigIntField(null=True)
    person_id = fields.BigIntField()
    card_id = fields.BigIntField(null=True)  # none where she paid on the processor's page
    attempt = fields.BigIntField()
    key = fields.TextField()
    amount_minor = fields.BigIntField()
    currency = fields.TextField()
    state = fields.TextField()
    stripe_payment_intent_id = fields.TextField(null=True)
    stripe_charge_id = fields.TextField(null=True)
    decline_code = fields.TextField(default="")
    advice = fields.TextField(default="")
    balance_transaction_id = fields.TextField(null=True)
    fee_minor = fields.BigIntField(null=True)
    refunded_minor = fields.BigIntField(default=0)
    passed_on_minor = fields.BigIntField(default=0)
    made_at = InstantField()
    sent_at = InstantField()
    ended_at = InstantField(null=True)

    class Meta:
        table = "charge"


class Refund(Model):
    id = fields.BigIntField(primary_key=True, generated=False)
    charge_id = fields.BigIntField()
    subject = fields.TextField()
    held_for = fields.TextField()
    campaign_id = fields.BigIntField(null=True)
    amount_minor = fields.BigIntField()
    currency = fields.TextField()
    state = fields.TextField()
    key = fields.TextField()
    reason = fields.TextField()  # the fan reads it
    note = fields.TextField(default="")  # for staff: how it was paid where the card could not take it
    by_person_id = fields.BigIntField(null=True)
    stripe_refund_id = fields.TextField(null=True)
    stripe_charge_id = fields.TextField()
    made_at = InstantField()
    sent_at = InstantField()
    ended_at = InstantField(null=True)

    class Meta:
        table = "refund"


class CheckoutState(StrEnum):
    OPEN = "open"
    PAID = "paid"
    EXPIRED = "expired"


class Checkout(Model):
    """A visit to the processor's page to pay for something (`order:1`): one for each thing. give_up_at: when we call it off."""

    id = fields.BigIntField(primary_key=True, generated=False)
    subject = fields.TextField()
    held_for = fields.TextField()
    person_id = fields.BigIntField()
    amount_minor = fields.BigIntField()
    currency = fields.TextField()
    state = fields.TextField()
    stripe_session_id = fields.TextField(null=True)
    url = fields.TextField(default="")
    give_up_at = InstantField()
    made_at = InstantField()
    ended_at = InstantField(null=True)

    class Meta:
        table = "checkout"


class WebhookEvent(Model):
    id = fields.CharField(max_length=255, primary_key=True)
    type = fields.TextField()
    object_id = fields.TextField()
    account_id = fields.TextField(null=True)
    state = fields.TextField()
    tries = fields.BigIntField(default=0)
    received_at = InstantField()
    next_at = fields.BigIntField(default=0)

    class Meta:
        table = "webhook_event"
