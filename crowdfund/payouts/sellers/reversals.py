"""Taking money back from a seller who was paid before a fan was given back: in three beats, from the latest transfers.

What she has earned since pays first. The rest is asked of Stripe; it comes from what lies in her account there. Where that is too
little it stays what she owes us, and is taken from what she earns next.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from crowdfund import clock
from crowdfund.database import atomic, new_id
from crowdfund.ledger import Entry, Posting, balance_minor, chart, post
from crowdfund.payments import stripe
from crowdfund.payments.found import ReversalFound
from crowdfund.payments.in_turn import in_turn
from crowdfund.payouts.models import Payout
from crowdfund.payouts.repaying import owes_minor, repay
from crowdfund.payouts.sellers import queries
from crowdfund.payouts.sellers.models import REVERSAL_MOVES, Reversal, ReversalState
from crowdfund.payouts.sellers.rules import Left, asked_of
from crowdfund.payouts.whose import Whose

ANSWER_WITHIN = timedelta(minutes=5)
KEY_GOOD_FOR = timedelta(hours=23)
REFUSED_AGAIN_AFTER = timedelta(days=7)


async def take_back_what_is_owed() -> bool:
    """Make and send what is due; gives whether there is more right now."""
    owing = [Whose(row["organisation_id"], row["currency"]) for row in await queries.OWING(clock.now_us())]
    made = await in_turn(owing, _make)
    due = [row["id"] for row in await queries.DUE(clock.now_us())]
    return made + await in_turn(due, _send) > 0


@atomic
async def _make(whose: Whose) -> bool:
    """Write down what is asked back of which transfers; gives whether anything is new."""
    await whose.lock()
    await repay(whose)
    asked = asked_of(await owes_minor(whose), await _transfers(whose))
    for one, minor in asked:
        await _make_one(whose, one, minor)
    return bool(asked)


async def _transfers(whose: Whose) -> list[Left]:
    """Those under way are counted off what is owed: neither they nor what is older is asked for now."""
    now = clock.now_us()
    rows = await queries.REVERSIBLE(whose.held_for, whose.organisation_id)
    return [
        Left(row["id"], row["left_minor"], row["reversal_id"], waits=row["state"] == "refused" and row["next_try_at"] > now)
        for row in rows if row["state"] in (None, "refused")
    ]  # fmt: skip


async def _make_one(whose: Whose, one: Left, minor: int) -> None:
    now = clock.now()
    if one.reversal_id is None:
        reversal_id = new_id()
        await Reversal.create(
            id=reversal_id, payout_id=one.payout_id, organisation_id=whose.organisation_id, amount_minor=minor,
            currency=whose.currency, state=ReversalState.DUE, key=f"reversal:{reversal_id}", next_try_at=now, made_at=now,
        )  # fmt: skip
        return
    again = await Reversal.get(id=one.reversal_id)
    await _move(again, ReversalState.DUE, amount_minor=minor, attempt=again.attempt + 1, next_try_at=now, made_at=now)


async def _move(reversal: Reversal, to: ReversalState, **changes: Any) -> bool:
    """Compare and set; gives whether it moved."""
    if to not in REVERSAL_MOVES[ReversalState(reversal.state)]:
        return False
    return bool(await Reversal.filter(id=reversal.id, state=reversal.state).update(state=to, **changes))


async def _send(reversal_id: int) -> bool:
    """All three beats of one; where nobody can tell, the same key is used again in five minutes."""
    reversal = await _claim(reversal_id)
    if reversal is None:
        return False
    transfer_id = str((await Payout.get(id=reversal.payout_id)).stripe_transfer_id)
    try:
        found = None
        if clock.now() - reversal.made_at > KEY_GOOD_FOR:
            found = await stripe.reversal_searched(transfer_id, reversal.id)
        found = found or await stripe.reverse_transfer(
            key=f"{reversal.key}:{reversal.attempt}", transfer_id=transfer_id, amount_minor=reversal.amount_minor,
            reversal_id=reversal.id,
        )  # fmt: skip
    except stripe.Refused as refused:
        return await _refused(reversal_id, refused)
    return await _done(reversal_id, found)


@atomic
async def _claim(reversal_id: int) -> Reversal | None:
    """Beat one. None: somebody else is at it."""
    await queries.LOCK(reversal_id)
    reversal, now = await Reversal.get(id=reversal_id), clock.now()
    if reversal.next_try_at > now or reversal.state not in (ReversalState.DUE, ReversalState.SENDING):
        return None
    if reversal.state == ReversalState.SENDING:
        await Reversal.filter(id=reversal_id).update(next_try_at=now + ANSWER_WITHIN)
    else:
        await _move(reversal, ReversalState.SENDING, next_try_at=now + ANSWER_WITHIN, note="")
    return reversal


@atomic
async def _done(reversal_id: int, found: ReversalFound) -> bool:
    """Her debt is less by it; what she owes no more by now, as a bank has given it back, is hers again."""
    await queries.LOCK(reversal_id)
    reversal = await Reversal.get(id=reversal_id)
    whose = Whose(reversal.organisation_id, reversal.currency)
    await whose.lock()
    if not await _move(reversal, ReversalState.DONE, stripe_reversal_id=found.id, done_at=clock.now(), note=""):
        return False
    if not await queries.TAKE(reversal.payout_id, reversal.amount_minor):
        raise RuntimeError(f"the reversal {reversal.id} takes more than its transfer brought")
    owed = min(await balance_minor(whose.receivable), reversal.amount_minor)
    parts = [(whose.receivable, owed), (whose.source, reversal.amount_minor - owed)]
    movements = [Posting(chart.stripe(whose.currency), account, minor) for account, minor in parts if minor]
    key = f"reversal:{reversal.id}:done"
    await post([Entry(key, "transfer_reversed", whose.held_for, movements, balance_transaction_id=found.came_back_by)])
    return True


@atomic
async def _refused(reversal_id: int, refused: stripe.Refused) -> bool:
    """It stays what she owes: what she earns next pays it, and in a week her account is asked again."""
    await queries.LOCK(reversal_id)
    reversal, again_at = await Reversal.get(id=reversal_id), clock.now() + REFUSED_AGAIN_AFTER
    note = "not enough is in the seller's account" if refused.code == "balance_insufficient" else str(refused)[:300]
    return await _move(reversal, ReversalState.REFUSED, note=note, next_try_at=again_at)
