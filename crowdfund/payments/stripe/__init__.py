"""The only door to Stripe (in sandbox mode, to the sandbox: the same library, another address).

Each function is one call under a key of ours. It gives what Stripe said, raises Refused where Stripe said no for good, and
Unknown where nobody can tell whether it happened: a timeout, a broken answer, a 5xx. Who gets Unknown asks again with the
same key, or looks it up; nobody may take it for a failure.
"""

from crowdfund.payments.stripe.accounts import (
    account_state,
    make_account,
    onboarding_link,
    reversal_searched,
    reverse_transfer,
    transfer,
    transfer_searched,
)
from crowdfund.payments.stripe.asking import API_VERSION, PaymentsUnavailable, Refused, Unknown, client, close
from crowdfund.payments.stripe.bank_payouts import (
    bank_payout_found,
    bank_payout_searched,
    bank_payouts_failed,
    send_bank_payout,
)
from crowdfund.payments.stripe.cards import card_found, card_now, let_card_go, make_customer, make_setup_page
from crowdfund.payments.stripe.charges import (
    ASKED_WRONGLY,
    authenticate,
    cancel_charge,
    charge_card,
    charge_found,
    charge_searched,
    outcome_of,
)
from crowdfund.payments.stripe.checkout import checkout_found, expire_checkout, make_payment_page
from crowdfund.payments.stripe.disputes import answer_dispute, dispute_found
from crowdfund.payments.stripe.record import balance_minor, balance_transactions, event_verified, register_webhooks
from crowdfund.payments.stripe.refunds import refund, refund_found, refund_searched

__all__ = [
    "API_VERSION",
    "ASKED_WRONGLY",
    "PaymentsUnavailable",
    "Refused",
    "Unknown",
    "account_state",
    "answer_dispute",
    "authenticate",
    "balance_minor",
    "balance_transactions",
    "bank_payout_found",
    "bank_payout_searched",
    "bank_payouts_failed",
    "cancel_charge",
    "card_found",
    "card_now",
    "charge_card",
    "charge_found",
    "charge_searched",
    "checkout_found",
    "client",
    "close",
    "dispute_found",
    "event_verified",
    "expire_checkout",
    "let_card_go",
    "make_account",
    "make_customer",
    "make_payment_page",
    "make_setup_page",
    "onboarding_link",
    "outcome_of",
    "refund",
    "refund_found",
    "refund_searched",
    "register_webhooks",
    "reversal_searched",
    "reverse_transfer",
    "send_bank_payout",
    "transfer",
    "transfer_searched",
]
