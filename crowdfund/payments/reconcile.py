"""Bringing our books and Stripe's to the same state, however many events and answers were lost on the way.

Stripe's list of balance transactions is the record. Fees come from it; what is missing with us is looked up and written; what
can't be explained is reported and left to a person.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from crowdfund import clock
from crowdfund.database import Sql, as_rows, atomic
from crowdfund.ledger import balance_minor, chart, recorded_by_processor
from crowdfund.payments import stripe
from crowdfund.payments.charges import book_fees, book_fees_by_source
from crowdfund.payments.found import BalanceTransaction
from crowdfund.payments.in_turn import in_turn
from crowdfund.payments.own_money import KINDS, book_own_money

LOOK_BACK_SECONDS = 3 * 86_400  # what Stripe lists can appear days late
READ_STEP_SECONDS = 3600  # what was read since is so little that it is read again
PAGE = 100
RETURNED = ("refund_failure", "payment_failure_refund")  # a refund that its bank sent back
TAKEN_BACK = ("transfer_refund",)  # money of a transfer that was asked back

_READ_UP_TO = Sql("SELECT up_to FROM reconciled WHERE what = $1")
_READ = Sql("""
    INSERT INTO reconciled (what, up_to) VALUES ($1, $2) ON CONFLICT (what) DO UPDATE SET up_to = excluded.up_to""")
_UNKNOWN = Sql("""
    SELECT value->>'id' AS id FROM {rows}
    WHERE NOT EXISTS (SELECT 1 FROM processor_entry e WHERE e.balance_transaction_id = value->>'id')""")
_REFUND_ENTRIES = Sql("""
    SELECT value->>'id' AS id, (SELECT r.id FROM refund r WHERE r.stripe_refund_id = value->>'source') AS refund_id
    FROM {rows}""")
_PAYOUT_ENTRIES = Sql("""
    SELECT value->>'id' AS id, (SELECT p.id FROM payout p WHERE p.stripe_transfer_id = value->>'source') AS payout_id
    FROM {rows}""")
_REVERSAL_ENTRIES = Sql("""
    SELECT value->>'id' AS id, (SELECT r.id FROM reversal r WHERE r.stripe_reversal_id = value->>'source') AS reversal_id
    FROM {rows}""")
_FEES_MISSING = Sql("SELECT COUNT(*) AS n FROM charge WHERE state = 'succeeded' AND fee_minor IS NULL")
_FEE_OVERDUE = Sql("""
    SELECT id, stripe_payment_intent_id FROM charge WHERE state = 'succeeded' AND fee_minor IS NULL AND ended_at < $1
    ORDER BY ended_at LIMIT 20""")


@dataclass(slots=True)
class Differences:
    """What our books and Stripe's don't agree on: nothing, when all is well."""

    looked_at: int = 0
    currencies: int = 0
    unexplained: list[str] = field(default_factory=list)
    balances: list[str] = field(default_factory=list)


async def read_transactions() -> list[BalanceTransaction]:
    """Read what Stripe booked since the last time; gives what we have no entry for, for the rooms that follow it.

    Raises stripe.Unknown where Stripe can't be read.
    """
    since = int(await _READ_UP_TO.value("balance_transactions") or 0)
    unknown, newest, _ = await _read(max(0, since - LOOK_BACK_SECONDS))
    if newest > since + READ_STEP_SECONDS:
        await atomic(_READ.__call__)("balance_transactions", str(newest))
    return unknown


async def _read(since: int, *, news_only: bool = False) -> tuple[list[BalanceTransaction], int, int]:
    """What is unknown to us since then, when the newest was made, and how many there were.

    news_only: stop, newest first, at a page of which we know everything already.
    """
    newest, seen = 0, 0
    unknown: list[BalanceTransaction] = []
    page: list[BalanceTransaction] = []
    async for transaction in stripe.balance_transactions(since=since):
        newest, seen = max(newest, transaction.created), seen + 1
        page.append(transaction)
        if len(page) == PAGE:
            missing, left = await _write(page)
            if news_only and not missing:
                return unknown, newest, seen
            unknown, page = unknown + left, []
    _, left = await _write(page)
    return unknown + left, newest, seen


async def _write(transactions: Sequence[BalanceTransaction]) -> tuple[int, list[BalanceTransaction]]:
    """Tie transactions to what they belong to; gives how many had no entry before, and those that have none still."""
    if not transactions:
        return 0, []
    by_id = {t.id: t for t in transactions}
    missing = {row["id"] for row in await _UNKNOWN(as_rows({"id": i} for i in by_id))}
    if not missing:
        return 0, []
    await book_fees_by_source([by_id[i] for i in missing if by_id[i].type in ("charge", "payment")])
    await _tie(
        _REFUND_ENTRIES, "refund:{}:sent", [by_id[i] for i in missing if by_id[i].type in ("refund", "payment_refund")]
    )
    await _tie(_REFUND_ENTRIES, "refund:{}:returned", [by_id[i] for i in missing if by_id[i].type in RETURNED])
    await _tie(_PAYOUT_ENTRIES, "payout:{}:paid", [by_id[i] for i in missing if by_id[i].type == "transfer"])
    await _tie(_REVERSAL_ENTRIES, "reversal:{}:done", [by_id[i] for i in missing if by_id[i].type in TAKEN_BACK])
    if own := [by_id[i] for i in missing if by_id[i].type in KINDS]:
        await book_own_money(own)
    left = await _UNKNOWN(as_rows({"id": i} for i in missing))
    return len(missing), [by_id[row["id"]] for row in left]


@atomic
async def _tie(look_up: Sql, key: str, transactions: Sequence[BalanceTransaction]) -> None:
    """Entries that were posted before Stripe's own record of them was known."""
    if not transactions:
        return
    for row in await look_up(as_rows({"id": t.id, "source": t.source_id} for t in transactions)):
        number = row.get("refund_id") or row.get("payout_id") or row.get("reversal_id")
        if number is not None:
            await recorded_by_processor(key.format(number), row["id"])


async def read_fees() -> bool:
    """Bring in the fees of charges that Stripe had not booked when they were made; gives whether any came.

    Many at a time, by reading what is new; one that lies deeper, since its answer was lost for long, by its charge.
    """
    before = await _FEES_MISSING.value()
    if not before:
        return False
    await _read(0, news_only=True)
    overdue = await _FEE_OVERDUE(clock.now_us() - 600_000_000)
    await in_turn([(row["id"], row["stripe_payment_intent_id"]) for row in overdue], _book_fee)
    return bool(await _FEES_MISSING.value() < before)


async def _book_fee(charge: tuple[int, str]) -> None:
    found = await stripe.charge_found(charge[1])
    if found.fee_minor is not None:
        await atomic(book_fees)([(charge[0], found.balance_transaction_id, found.fee_minor)])


async def differences(*, since: int = 0) -> Differences:
    """Compare Stripe's record with the ledger: its movements since then (seconds since 1970), and what lies in the balance."""
    unknown, _, seen = await _read(since)
    found = Differences(looked_at=seen)
    found.unexplained = [
        f"Stripe has {t.type} {t.id} of {t.amount_minor} {t.currency} ({t.source_id}), the ledger has no entry for it"
        for t in unknown[:20]
    ]
    for currency, minor in (await stripe.balance_minor()).items():
        found.currencies += 1
        ours = await balance_minor(chart.stripe(currency))
        if ours != minor:
            found.balances.append(f"Stripe holds {minor} {currency}, the ledger says {ours}")
    return found
