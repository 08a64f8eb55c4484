"""Refunds: rows with states of their own. The money leaves the fund when a refund is promised, the bank when it is confirmed."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from crowdfund import clock
from crowdfund.database import Sql, as_rows, atomic, new_id
from crowdfund.ledger import Account, Entry, Posting, chart, post
from crowdfund.payments import stripe
from crowdfund.payments.found import RefundFound
from crowdfund.payments.models import REFUND_MOVES, RefundState
from crowdfund.refusal import Refusal

AT_ONCE = 16
ANSWER_WITHIN_US = 60_000_000
KEY_GOOD_FOR_US = 23 * 3600 * 1_000_000


class BankDecides(Refusal):
    """Her bank has the money already, or decides about it: who pays as well may pay twice."""


class RefundTooLarge(Refusal):
    """More than was paid and not yet given back."""


@dataclass(frozen=True, slots=True)
class RefundIntent:
    """Money to give back on one charge. sources: whose money it is, and how much of it.

    campaign_id, or else held_for: what it was paid for.
    """

    charge_id: int
    subject: str
    campaign_id: int | None
    amount_minor: int
    currency: str
    stripe_charge_id: str
    reason: str
    by_person_id: int | None
    sources: Sequence[tuple[Account, int]]
    ordinal: int = 1
    id: int = 0
    held_for: str = ""

    @property
    def paid_for(self) -> str:
        return self.held_for or f"campaign:{self.campaign_id}"


@dataclass(frozen=True, slots=True)
class RefundEnded:
    id: int
    subject: str
    campaign_id: int | None
    amount_minor: int
    currency: str
    was: RefundState
    state: RefundState


_TAKE = Sql("""
    UPDATE charge SET refunded_minor = refunded_minor + taken.amount_minor
    FROM (SELECT CAST(value->>'charge_id' AS BIGINT) AS id, CAST(value->>'amount_minor' AS BIGINT) AS amount_minor
          FROM {rows}) AS taken
    WHERE charge.id = taken.id AND charge.state = 'succeeded'
      AND charge.refunded_minor + taken.amount_minor <= charge.amount_minor
    RETURNING charge.id""")
_MAKE = Sql("""
    INSERT INTO refund (id, charge_id, subject, held_for, campaign_id, amount_minor, currency, state, key, reason, by_person_id,
                        stripe_charge_id, made_at, sent_at)
    SELECT CAST(value->>'id' AS BIGINT), CAST(value->>'charge_id' AS BIGINT), value->>'subject', value->>'held_for',
           CAST(value->>'campaign_id' AS BIGINT), CAST(value->>'amount_minor' AS BIGINT), value->>'currency', 'pending',
           value->>'key', value->>'reason', CAST(value->>'by_person_id' AS BIGINT), value->>'stripe_charge_id',
           CAST(value->>'made_at' AS BIGINT), CAST(value->>'sent_at' AS BIGINT)
    FROM {rows}""")


async def make_refunds(intents: Iterable[RefundIntent]) -> None:
    """Promise refunds, in the caller's transaction: rows, keys, and the money set aside. At most once per (charge, ordinal).

    Raises RefundTooLarge where a charge has less left; FloorBroken where the money is not there.
    """
    wanted = list(intents)
    if not wanted:
        return
    rows = [_row(intent) for intent in wanted]
    if len(await _TAKE(as_rows(rows))) != len(rows):
        raise RefundTooLarge("That is more than is left of what was paid.")
    await _MAKE(as_rows(rows))
    await post(_set_aside(intent, row["id"]) for intent, row in zip(wanted, rows, strict=True))


def _row(intent: RefundIntent) -> dict[str, object]:
    return {
        "id": intent.id or new_id(), "charge_id": intent.charge_id, "subject": intent.subject,
        "held_for": intent.paid_for, "campaign_id": intent.campaign_id, "amount_minor": intent.amount_minor, "currency": intent.currency,
        "key": f"charge:{intent.charge_id}:refund:{intent.ordinal}", "reason": intent.reason,
        "by_person_id": intent.by_person_id, "stripe_charge_id": intent.stripe_charge_id,
        "made_at": clock.now_us(), "sent_at": 0,
    }  # fmt: skip


def _set_aside(intent: RefundIntent, refund_id: object) -> Entry:
    clearing = chart.refund_clearing(intent.currency)
    movements = [Posting(source, clearing, amount_minor) for source, amount_minor in intent.sources if amount_minor]
    return Entry(f"refund:{refund_id}", "refund_promised", intent.paid_for, movements)


# --- sending, and ending ---

_WAITING = Sql("""
    SELECT 1 AS one FROM refund WHERE state = 'pending' AND stripe_refund_id IS NULL AND sent_at < $1 AND subject LIKE $2 LIMIT 1""")
_CLAIM = Sql("""
    UPDATE refund SET sent_at = $1
    WHERE id IN (SELECT id FROM refund WHERE state = 'pending' AND stripe_refund_id IS NULL AND sent_at < $2 AND subject LIKE $4
                 ORDER BY sent_at LIMIT $3) AND sent_at < $2
    RETURNING id, key, stripe_charge_id, amount_minor, made_at""")
_ID = Sql("UPDATE refund SET stripe_refund_id = $2 WHERE id = $1 AND stripe_refund_id IS NULL RETURNING id")
_LOCK = Sql("""SELECT id, subject, held_for, campaign_id, amount_minor, currency, state FROM refund
               WHERE id IN (SELECT CAST(value->>'id' AS BIGINT) FROM {rows}) ORDER BY id {for_update}""")
_END = Sql("""
    UPDATE refund SET state = ended.state, ended_at = ended.at,
        stripe_refund_id = COALESCE(ended.stripe_refund_id, refund.stripe_refund_id)
    FROM (SELECT CAST(value->>'id' AS BIGINT) AS id, value->>'state' AS state, CAST(value->>'at' AS BIGINT) AS at,
                 value->>'stripe_refund_id' AS stripe_refund_id FROM {rows}) AS ended
    WHERE refund.id = ended.id""")

_claim = atomic(_CLAIM.__call__)
REFUSED = RefundFound("", RefundState.FAILED)
Sent = tuple[int, RefundFound | None]  # a refund's id and what came of it; None: nobody can tell yet


async def send_refunds(of: str, limit: int = 200) -> list[Sent]:
    """Ask Stripe for refunds that were promised for pledges, or for orders (`of`); gives what came of each."""
    wall, theirs = clock.wall_now_us(), f"{of}:%"
    if not await _WAITING(wall - ANSWER_WITHIN_US, theirs):  # nobody else's write lock is asked for to find that out
        return []
    claimed = await _claim(wall, wall - ANSWER_WITHIN_US, limit, theirs)
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(row: dict[str, object]) -> Sent:
        async with gate:
            return await _send(row)

    return list(await asyncio.gather(*(one(row) for row in claimed)))


async def _send(row: dict[str, object]) -> Sent:
    refund_id, charge_id, amount = int(row["id"]), str(row["stripe_charge_id"]), int(row["amount_minor"])  # type: ignore[call-overload]
    try:
        if clock.now_us() - int(row["made_at"]) > KEY_GOOD_FOR_US:  # type: ignore[call-overload]
            found = await stripe.refund_searched(charge_id, refund_id)
            if found is not None:
                return refund_id, found
        return refund_id, await stripe.refund(
            key=str(row["key"]), stripe_charge_id=charge_id, amount_minor=amount, refund_id=refund_id
        )
    except stripe.Refused:
        return refund_id, REFUSED
    except stripe.Unknown:
        return refund_id, None


async def end_refunds(outcomes: Sequence[Sent]) -> list[RefundEnded]:
    """Write what came of refunds, in the caller's transaction, and book what left the bank. Gives those that moved."""
    latest = {refund_id: found for refund_id, found in outcomes if found is not None}
    if not latest:
        return []
    rows = await _LOCK(as_rows({"id": refund_id} for refund_id in latest))
    moved = [row for row in rows if latest[row["id"]].state in REFUND_MOVES[RefundState(row["state"])]]
    waiting = [row for row in rows if row["state"] == latest[row["id"]].state == RefundState.PENDING]
    for row in waiting:
        await _ID(row["id"], latest[row["id"]].id)
    if moved:
        now = clock.now_us()
        await _END(as_rows(_end_row(row["id"], latest[row["id"]], now) for row in moved))
    await post(entry for row in [*moved, *waiting] for entry in _at_the_bank(row, latest[row["id"]]))
    return [
        RefundEnded(
            r["id"], r["subject"], r["campaign_id"], r["amount_minor"], r["currency"], RefundState(r["state"]),
            latest[r["id"]].state,
        )
        for r in moved
    ]  # fmt: skip


def _end_row(refund_id: int, found: RefundFound, at: int) -> dict[str, object]:
    return {"id": refund_id, "state": found.state, "at": at, "stripe_refund_id": found.id or None}


def _at_the_bank(row: dict[str, object], found: RefundFound) -> Iterator[Entry]:
    """The money leaves when Stripe books it, or says that it has left. What fails after that is back, and waits for a person."""
    if found.left_by is None and RefundState.SUCCEEDED not in (row["state"], found.state):
        return
    currency, amount_minor = str(row["currency"]), int(row["amount_minor"])  # type: ignore[call-overload]
    clearing, balance = chart.refund_clearing(currency), chart.stripe(currency)
    key, subject = f"refund:{row['id']}", str(row["held_for"])
    left = [Posting(clearing, balance, amount_minor)]
    yield Entry(f"{key}:sent", "refund_sent", subject, left, balance_transaction_id=found.left_by)
    if found.state == RefundState.FAILED:
        back = [Posting(balance, clearing, amount_minor)]
        yield Entry(f"{key}:returned", "refund_returned", subject, back, balance_transaction_id=found.came_back_by)


_AGAIN = Sql("""
    UPDATE refund SET state = 'pending', key = key || ':again', sent_at = 0, made_at = $2, ended_at = NULL
    WHERE charge_id = $1 AND state = 'failed' AND stripe_refund_id IS NULL RETURNING id""")


async def ask_again(charge_id: int) -> int:
    """Refunds of a charge that Stripe refused while a bank disputed it are promised anew, in the caller's transaction."""
    return len(await _AGAIN(charge_id, clock.now_us()))


_ONCE_MORE = Sql("""
    UPDATE refund SET state = 'pending', key = key || ':again', sent_at = 0, made_at = $2, ended_at = NULL
    WHERE id = $1 AND state = 'failed' AND stripe_refund_id IS NULL RETURNING id""")


async def ask_once_more(refund_id: int) -> bool:
    """A refund that Stripe refused is promised anew, in the caller's transaction; gives whether it was one of those."""
    return await _ONCE_MORE.value(refund_id, clock.now_us()) is not None


_PAID_ANOTHER_WAY = Sql("""
    UPDATE refund SET state = 'paid_another_way', note = $2 WHERE id = $1 AND state = 'failed'
    RETURNING id, subject, held_for, campaign_id, amount_minor, currency""")


async def pay_another_way(refund_id: int, *, note: str, paid_from: Account | None = None) -> RefundEnded:
    """The fan has her money by another way than her card, in the caller's transaction.

    note: how, for staff; what the fan reads as the reason stays. paid_from: our bank, if not told.

    Raises Refusal where the refund doesn't wait for that.
    """
    row = await _PAID_ANOTHER_WAY.one(refund_id, note)
    if row is None:
        raise Refusal("This refund is not waiting for that.")
    currency = row["currency"]
    movement = Posting(chart.refund_clearing(currency), paid_from or chart.bank(currency), row["amount_minor"])
    entry = Entry(f"refund:{refund_id}:paid", "refund_paid_another_way", row.pop("held_for"), [movement])
    await post([entry])
    return RefundEnded(**row, was=RefundState.FAILED, state=RefundState.PAID_ANOTHER_WAY)
