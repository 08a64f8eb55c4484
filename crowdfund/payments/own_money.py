"""The platform's own money at the processor: what it puts in, takes out to its bank, and pays for the account itself.

Nobody presses a button of ours for these: somebody does it at the processor, or the processor by itself. Its record is the
only word of it, so the reconciler writes the entries.
"""

from __future__ import annotations

from collections.abc import Iterable

from crowdfund.database import atomic
from crowdfund.ledger import Account, Entry, Posting, chart, post
from crowdfund.payments.found import BalanceTransaction

# Types of Stripe's balance transactions (docs.stripe.com/reports/balance-transaction-types, read 2026-11).
WITH_OUR_BANK = {"topup", "topup_reversal", "payout", "payout_cancel", "payout_failure"}
COSTS = {"stripe_fee", "stripe_fx_fee", "tax_fee", "network_cost"}
KINDS = WITH_OUR_BANK | COSTS


@atomic
async def book_own_money(transactions: Iterable[BalanceTransaction]) -> None:
    """Write the entries of these movements, each once; the kinds are KINDS."""
    entries = [_entry(transaction) for transaction in transactions]
    await post(entry for entry in entries if entry.postings)


def _entry(t: BalanceTransaction) -> Entry:
    balance, cost = chart.stripe(t.currency), chart.processor(t.currency)
    other = chart.bank(t.currency) if t.type in WITH_OUR_BANK else cost
    movements = [*_moved(balance, other, t.amount_minor), *_moved(balance, cost, -t.fee_minor)]
    return Entry(f"processor:{t.id}", t.type, "platform", movements, balance_transaction_id=t.id)


def _moved(balance: Account, other: Account, amount_minor: int) -> list[Posting]:
    """Into the balance where it is more than nothing, out of it where it is less."""
    if amount_minor == 0:
        return []
    ends = (balance, other) if amount_minor > 0 else (other, balance)
    return [Posting(debit=ends[0], credit=ends[1], amount_minor=abs(amount_minor))]
