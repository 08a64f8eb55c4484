"""Charges as rows: making the intent, ending it with what Stripe said, and booking it. Set-based, in the caller's transaction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from crowdfund import clock
from crowdfund.database import Sql, as_rows, atomic, new_id
from crowdfund.ledger import Entry, Posting, chart, post, recorded_by_processor
from crowdfund.payments import stripe
from crowdfund.payments.found import BalanceTransaction, ChargeOutcome
from crowdfund.payments.models import CHARGE_MOVES, Charge, ChargeState, Checkout


@dataclass(frozen=True, slots=True)
class ChargeIntent:
    """A charge about to be sent: beat one. campaign_id, or else held_for: what it pays for."""

    id: int
    subject: str
    campaign_id: int | None
    person_id: int
    card_id: int
    attempt: int
    amount_minor: int
    currency: str
    held_for: str = ""

    @property
    def key(self) -> str:
        return f"{self.subject}:charge:{self.attempt}"

    @property
    def paid_for(self) -> str:
        return self.held_for or f"campaign:{self.campaign_id}"


@dataclass(frozen=True, slots=True)
class Ended:
    """A charge of a fund that moved, and where to."""

    id: int
    subject: str
    held_for: str
    campaign_id: int
    person_id: int
    card_id: int
    amount_minor: int
    currency: str
    attempt: int
    state: ChargeState
    decline_code: str
    advice: str


_MAKE = Sql("""
    INSERT INTO charge (id, subject, held_for, campaign_id, person_id, card_id, attempt, key, amount_minor, currency, state, made_at,
                        sent_at)
    SELECT CAST(value->>'id' AS BIGINT), value->>'subject', value->>'held_for',
           CAST(value->>'campaign_id' AS BIGINT), CAST(value->>'person_id' AS BIGINT), CAST(value->>'card_id' AS BIGINT),
           CAST(value->>'attempt' AS BIGINT), value->>'key', CAST(value->>'amount_minor' AS BIGINT), value->>'currency', 'sending',
           CAST(value->>'made_at' AS BIGINT), CAST(value->>'sent_at' AS BIGINT)
    FROM {rows}""")
_LOCK = Sql("""
    SELECT id, subject, held_for, campaign_id, person_id, card_id, attempt, amount_minor, currency, state, stripe_payment_intent_id
    FROM charge WHERE id IN (SELECT CAST(value->>'id' AS BIGINT) FROM {rows}) ORDER BY id {for_update}""")
_END = Sql("""
    UPDATE charge SET state = ended.state, stripe_payment_intent_id = COALESCE(ended.intent, charge.stripe_payment_intent_id),
        stripe_charge_id = COALESCE(ended.stripe_charge, charge.stripe_charge_id), decline_code = ended.decline_code,
        advice = ended.advice, ended_at = ended.at
    FROM (SELECT CAST(value->>'id' AS BIGINT) AS id, value->>'state' AS state, value->>'intent' AS intent,
                 value->>'stripe_charge' AS stripe_charge, value->>'decline_code' AS decline_code,
                 value->>'advice' AS advice, CAST(value->>'at' AS BIGINT) AS at FROM {rows}) AS ended
    WHERE charge.id = ended.id""")


async def make_charges(intents: Iterable[ChargeIntent]) -> None:
    """Beat one, in the transaction that moves what is paid for: the rows and keys, before Stripe hears of them."""
    now, wall = clock.now_us(), clock.wall_now_us()
    rows = [
        {
            "id": c.id, "subject": c.subject, "held_for": c.paid_for, "campaign_id": c.campaign_id, "person_id": c.person_id,
            "card_id": c.card_id, "attempt": c.attempt, "key": c.key, "amount_minor": c.amount_minor, "currency": c.currency,
            "made_at": now, "sent_at": wall,
        }
        for c in intents
    ]  # fmt: skip
    await _MAKE(as_rows(rows))


async def end_charges(outcomes: Sequence[tuple[int, ChargeOutcome]]) -> list[Ended]:
    """Beat three, in the caller's transaction: write what came of charges and book the money that moved.

    Monotonic: an outcome that is unknown, known already or out of date changes nothing. Gives the charges that moved.
    """
    latest = {charge_id: outcome for charge_id, outcome in outcomes if outcome.state is not None}
    if not latest:
        return []
    rows = await _LOCK(as_rows({"id": charge_id} for charge_id in latest))
    ended = [_ended(row, latest[row["id"]]) for row in rows if _moves(row, latest[row["id"]])]
    if not ended:
        return []
    now = clock.now_us()
    await _END(as_rows(_end_row(charge, latest[charge.id], now) for charge in ended))
    await post(_collected(charge) for charge in ended if charge.state == ChargeState.SUCCEEDED)
    await book_fees(
        [
            (charge.id, outcome.balance_transaction_id, outcome.fee_minor)
            for charge in ended
            if (outcome := latest[charge.id]).balance_transaction_id is not None and outcome.fee_minor is not None
        ]
    )
    return ended


def _moves(row: dict[str, str], outcome: ChargeOutcome) -> bool:
    return outcome.state in CHARGE_MOVES[ChargeState(row["state"])]


def _ended(row: dict[str, object], outcome: ChargeOutcome) -> Ended:
    facts = {name: row[name] for name in Ended.__slots__ if name in row and name != "state"}
    return Ended(**facts, state=outcome.state, decline_code=outcome.decline_code, advice=outcome.advice)  # type: ignore[arg-type]


def _end_row(charge: Ended, outcome: ChargeOutcome, at: int) -> dict[str, object]:
    return {
        "id": charge.id, "state": charge.state, "intent": outcome.payment_intent_id, "stripe_charge": outcome.charge_id,
        "decline_code": charge.decline_code, "advice": charge.advice, "at": at,
    }  # fmt: skip


def _collected(charge: Ended) -> Entry:
    """The gross is held for what it paid; the processor's fee is an entry of its own, so what fails holds all its refunds."""
    movement = Posting(
        debit=chart.stripe(charge.currency),
        credit=chart.holding(charge.held_for, charge.currency),
        amount_minor=charge.amount_minor,
    )
    kind = "order_collected" if charge.campaign_id is None else "pledge_collected"
    return Entry(f"charge:{charge.id}", kind, charge.held_for, [movement])


_PAID = Sql("""
    INSERT INTO charge (id, subject, held_for, person_id, attempt, key, amount_minor, currency, state, stripe_payment_intent_id,
                        stripe_charge_id, made_at, sent_at, ended_at)
    VALUES ($1, $2, $3, $4, 1, $5, $6, $7, 'succeeded', $8, $9, $10, $10, $10) RETURNING id""")


async def take_payment(checkout: Checkout, outcome: ChargeOutcome) -> int:
    """What a fan has paid on the processor's page is a charge that succeeded, in the caller's transaction; gives its id.

    The gross is held for what she paid for; once for each checkout, as the database knows its key.
    """
    charge_id = new_id()
    await _PAID(
        charge_id, checkout.subject, checkout.held_for, checkout.person_id, f"checkout:{checkout.id}", checkout.amount_minor,
        checkout.currency, outcome.payment_intent_id, outcome.charge_id, clock.now_us(),
    )  # fmt: skip
    held = chart.holding(checkout.held_for, checkout.currency)
    movement = Posting(debit=chart.stripe(checkout.currency), credit=held, amount_minor=checkout.amount_minor)
    await post([Entry(f"charge:{charge_id}", "order_collected", checkout.held_for, [movement])])
    if outcome.fee_minor is not None:
        await book_fees([(charge_id, outcome.balance_transaction_id, outcome.fee_minor)])
    return charge_id


# --- the processor's fee ---

_FEES = Sql("""
    UPDATE charge SET balance_transaction_id = booked.transaction_id, fee_minor = booked.fee_minor
    FROM (SELECT CAST(value->>'id' AS BIGINT) AS id, value->>'transaction_id' AS transaction_id,
                 CAST(value->>'fee_minor' AS BIGINT) AS fee_minor FROM {rows}) AS booked
    WHERE charge.id = booked.id AND charge.fee_minor IS NULL
    RETURNING charge.id, charge.held_for, charge.currency, charge.fee_minor, charge.balance_transaction_id""")


async def book_fees(fees: Sequence[tuple[int, str | None, int | None]]) -> None:
    """Book Stripe's fee on charges, once each: (charge id, balance transaction, fee), in the caller's transaction."""
    rows = [{"id": charge_id, "transaction_id": transaction, "fee_minor": fee} for charge_id, transaction, fee in fees]
    if not rows:
        return
    booked = await _FEES(as_rows(rows))
    await post(_fee_entry(row) for row in booked if row["fee_minor"] > 0)
    for row in booked:
        if row["fee_minor"] == 0:
            await recorded_by_processor(f"charge:{row['id']}", row["balance_transaction_id"])


def _fee_entry(row: dict[str, object]) -> Entry:
    currency = str(row["currency"])
    movement = Posting(chart.processor(currency), chart.stripe(currency), int(row["fee_minor"]))  # type: ignore[call-overload]
    return Entry(
        f"charge:{row['id']}:fee", "processor_fee", str(row["held_for"]), [movement],
        balance_transaction_id=str(row["balance_transaction_id"]),
    )  # fmt: skip


_BY_STRIPE_CHARGE = Sql("""
    SELECT (SELECT c.id FROM charge c WHERE c.stripe_charge_id = value->>'source') AS id,
           value->>'transaction_id' AS transaction_id, CAST(value->>'fee_minor' AS BIGINT) AS fee_minor FROM {rows}""")


@atomic
async def book_fees_by_source(fees: Sequence[BalanceTransaction]) -> None:
    """Book fees as Stripe lists them: by the charge they belong to. What is none of our charges is passed over."""
    rows = [{"source": t.source_id, "transaction_id": t.id, "fee_minor": t.fee_minor} for t in fees]
    if not rows:
        return
    known = await _BY_STRIPE_CHARGE(as_rows(rows))
    await book_fees([(row["id"], row["transaction_id"], row["fee_minor"]) for row in known if row["id"] is not None])


async def send(intent: ChargeIntent, *, customer_id: str, payment_method_id: str) -> ChargeOutcome:
    """Beat two: ask Stripe, under the intent's key."""
    return await stripe.charge_card(
        key=intent.key,
        amount_minor=intent.amount_minor,
        currency=intent.currency,
        customer_id=customer_id,
        payment_method_id=payment_method_id,
        charge_id=intent.id,
        group=intent.paid_for,
    )


# --- what a crash or a timeout left ---

KEY_GOOD_FOR_US = 23 * 3600 * 1_000_000  # Stripe may forget a key after 24 h: from then on the same call charges again
SEND_WITHIN_US = 10 * 60 * 1_000_000  # a call that could not start by then is left to the sweep
NEVER_ARRIVED = "never_arrived"
_NO_REFUSALS = {NEVER_ARRIVED, "canceled", "card_gone"}


def was_refused(charge: Charge | Ended) -> bool:
    """Its bank said no to the card: it was no charge that never arrived, was called off, or that Stripe would not even try."""
    code = charge.decline_code
    asked = code not in _NO_REFUSALS and not code.startswith(stripe.ASKED_WRONGLY)
    return charge.state == ChargeState.DECLINED and asked


_LEFT = (
    Sql("""
    SELECT c.id, c.subject, c.held_for, c.campaign_id, c.person_id, c.card_id, c.attempt, c.amount_minor, c.currency,
           c.sent_at, c.made_at, c.stripe_payment_intent_id, p.stripe_customer_id, s.stripe_payment_method_id
    FROM charge c JOIN person p ON p.id = c.person_id JOIN saved_card s ON s.id = c.card_id
    WHERE c.state = 'sending' AND c.sent_at < $1 AND c.subject LIKE $2 ORDER BY RANDOM() LIMIT 100""")
)  # none may keep the others from their turn


async def charges_left(kind: str, older_than_seconds: int = 60) -> list[tuple[int, ChargeOutcome]]:
    """Ask again for charges whose answer never came: with the same key while Stripe remembers it, then by looking.

    kind: of what was paid for: `pledge`, `goods_order`. Gives (charge id, outcome) for the room that owns it.
    "Absent" is concluded from a list, never from a search.
    """
    wall = clock.wall_now_us()
    left = await _LEFT(wall - older_than_seconds * 1_000_000, f"{kind}:%")
    return [(row["id"], await _asked_again(row, wall, clock.now_us())) for row in left]


_WAITING = Sql("""
    SELECT stripe_payment_intent_id FROM charge WHERE state = 'needs_action' AND subject LIKE $1 ORDER BY ended_at LIMIT 50""")


async def waiting_for_their_fan(kind: str) -> list[str]:
    """Stripe's ids of charges that wait for their fan at her bank, oldest first."""
    return [row["stripe_payment_intent_id"] for row in await _WAITING(f"{kind}:%")]


async def _asked_again(row: dict[str, Any], wall: int, now: int) -> ChargeOutcome:
    intent = ChargeIntent(**{name: row[name] for name in ChargeIntent.__slots__})
    customer_id, method_id = row["stripe_customer_id"], row["stripe_payment_method_id"]
    # The sandbox ages keys by business time, which a demo moves; calls under way live by the wall clock.
    key_is_good = max(wall - row["sent_at"], now - row["made_at"]) < KEY_GOOD_FOR_US
    if key_is_good:
        outcome = await send(intent, customer_id=customer_id, payment_method_id=method_id)
        if outcome.state is not None:
            return outcome
    try:
        found = await stripe.charge_searched(customer_id, intent.id, row["made_at"] // 1_000_000 - 86_400)
    except (stripe.Unknown, stripe.Refused):
        return ChargeOutcome(None)
    if found is not None:
        return found
    if key_is_good or wall - row["sent_at"] < 2 * SEND_WITHIN_US:
        return ChargeOutcome(None)
    # Nothing at Stripe, and no call with the old key can be under way any more: this attempt never happened.
    return ChargeOutcome(ChargeState.DECLINED, decline_code=NEVER_ARRIVED)
