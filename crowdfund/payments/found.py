"""What Stripe said, in our words: of a charge, a card, a refund, a dispute, a movement of the balance."""

from __future__ import annotations

from dataclasses import dataclass, field

from crowdfund.payments.models import ChargeState, RefundState


@dataclass(frozen=True, slots=True)
class ChargeOutcome:
    """What came of a charge. state None: unknown. advice `do_not_try_again`: the network forbids another attempt."""

    state: ChargeState | None
    payment_intent_id: str | None = None
    charge_id: str | None = None
    balance_transaction_id: str | None = None
    fee_minor: int | None = None
    decline_code: str = ""
    advice: str = ""


@dataclass(frozen=True, slots=True)
class CardFound:
    """What came of a visit to the page that saves a card. state: open, complete or expired."""

    state: str
    payment_method_id: str | None = None
    brand: str = ""
    last4: str = ""
    expires_month: int = 0
    expires_year: int = 0
    fingerprint: str = ""


@dataclass(frozen=True, slots=True)
class CheckoutFound:
    """What came of a visit to the page on which a fan pays. state: open, complete or expired; complete: it is paid."""

    state: str
    outcome: ChargeOutcome = field(default_factory=lambda: ChargeOutcome(None))


@dataclass(frozen=True, slots=True)
class RefundFound:
    """What came of a refund, and Stripe's records of the money: as it left the balance, and as a bank sent it back."""

    id: str
    state: RefundState
    left_by: str | None = None
    came_back_by: str | None = None


@dataclass(frozen=True, slots=True)
class ReversalFound:
    """Money of a transfer that came back, and Stripe's record of it."""

    id: str
    amount_minor: int
    came_back_by: str | None


@dataclass(frozen=True, slots=True)
class BalanceTransaction:
    """A movement of the balance at Stripe, as Stripe books it. net = amount - fee."""

    id: str
    type: str
    source_id: str
    amount_minor: int
    fee_minor: int
    currency: str
    created: int


@dataclass(frozen=True, slots=True)
class DisputeFound:
    """A dispute as the bank sees it now, and every movement of money that it made."""

    id: str
    stripe_charge_id: str
    amount_minor: int
    currency: str
    reason: str
    status: str
    due_by: int | None
    transactions: tuple[BalanceTransaction, ...]

    @property
    def is_inquiry(self) -> bool:
        """The bank only asks: no money has moved, and the payment can be refunded (Stripe docs, "How disputes work")."""
        return self.status.startswith("warning_")


@dataclass(frozen=True, slots=True)
class BankPayoutFound:
    """A payout from an organisation's account to its bank. state: sent, paid or failed, for which note says why.

    bank_payout_id, attempt: the row that it is a new try of; 0: it left by itself.
    """

    id: str
    state: str
    amount_minor: int
    currency: str
    note: str = ""
    bank_payout_id: int = 0
    attempt: int = 0
