"""A bank sends a payout back: it is written down, told, and tried again as the same payout, in three beats.

The money lies in the organisation's own account at the processor all the time: our ledger has it paid, and stays as it is.
"""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any

from crowdfund import clock
from crowdfund.database import atomic, new_id, outbox
from crowdfund.database.moves import begin, move
from crowdfund.payments import stripe
from crowdfund.payments.found import BankPayoutFound
from crowdfund.payments.in_turn import in_turn
from crowdfund.payouts.banks import queries
from crowdfund.payouts.banks.models import BANK_PAYOUT_MOVES, BankPayout, BankPayoutEvent, BankPayoutState
from crowdfund.people.audit import record
from crowdfund.people.models import Organisation

AGAIN_AFTER = timedelta(days=1)
ANSWER_WITHIN = timedelta(minutes=5)
KEY_GOOD_FOR = timedelta(hours=23)
LOOKED_BACK = timedelta(days=14)
B = BankPayoutState
NOT_THERE = "it left with a later payout, or was taken back"


async def follow_bank_payout(account_id: str, stripe_payout_id: str) -> bool:
    """A payout of an organisation's account changed; gives whether ours moved. The event is a hint: the payout is looked at."""
    if not await Organisation.exists(stripe_account_id=account_id):
        return False
    return await _follow(account_id, await stripe.bank_payout_found(account_id, stripe_payout_id))


async def look_for_failed() -> int:
    """What banks sent back and no event told; gives how many moved."""
    since = clock.now() - LOOKED_BACK
    accounts = [row["stripe_account_id"] for row in await queries.PAID_LATELY(clock.to_us(since))]
    return await in_turn(accounts, partial(_look_at, since=int(since.timestamp())))


async def _look_at(account_id: str, *, since: int) -> bool:
    found = await stripe.bank_payouts_failed(account_id, since=since)
    return any([await _follow(account_id, one) for one in found])


@atomic
async def _follow(account_id: str, found: BankPayoutFound) -> bool:
    await queries.LOCK_ACCOUNT(account_id)
    payout = await _row_of(found)
    if payout is None:
        return found.state == B.FAILED and await _sent_back_first(account_id, found)
    if found.bank_payout_id and found.attempt != payout.attempt:
        return False  # of an earlier try
    if not found.bank_payout_id and payout.attempt:
        return False  # the one that failed first, told once more
    return await _moved(payout, found)


async def _row_of(found: BankPayoutFound) -> BankPayout | None:
    if found.bank_payout_id:
        return await BankPayout.get_or_none(id=found.bank_payout_id)
    return await BankPayout.get_or_none(first_stripe_id=found.id)


async def _sent_back_first(account_id: str, found: BankPayoutFound) -> bool:
    organisation, now = await Organisation.get(stripe_account_id=account_id), clock.now()
    payout = BankPayout(
        id=new_id(), organisation_id=organisation.id, first_stripe_id=found.id, stripe_payout_id=found.id,
        amount_minor=found.amount_minor, currency=found.currency, state=B.FAILED, note=found.note[:300],
        next_try_at=now + AGAIN_AFTER, made_at=now,
    )  # fmt: skip
    await payout.save(force_create=True)
    await begin(payout, because=payout.note or "sent back by the bank", by=None, events=BankPayoutEvent)
    await _tell(payout)
    return True


async def _moved(payout: BankPayout, found: BankPayoutFound) -> bool:
    """What came of a try, from the call itself, an event or the sweep."""
    to = B(found.state)
    if to not in BANK_PAYOUT_MOVES[B(payout.state)]:
        return False
    now = clock.now()
    changes: dict[str, Any] = {"stripe_payout_id": found.id, "ended_at": now if to == B.PAID else None}
    if to == B.FAILED:
        changes |= {"note": found.note[:300], "next_try_at": now + AGAIN_AFTER}
    await move(
        payout, to, moves=BANK_PAYOUT_MOVES, because=found.note or to.value, by=None, events=BankPayoutEvent, **changes
    )
    if to == B.FAILED:
        await _tell(payout)
    return True


async def _tell(payout: BankPayout) -> None:
    key = f"bank_payout_failed:{payout.id}:{payout.attempt}:{payout.stripe_payout_id}"
    await outbox.enqueue("bank_payout_failed", {"bank_payout": payout.id}, key=key)


# --- another try ---


async def send_back_payouts() -> int:
    """All three beats for those whose turn it is; gives how many were asked for."""
    return await in_turn([row["id"] for row in await queries.DUE(clock.now_us())], _send)


async def _send(payout_id: int) -> bool:
    payout = await _claim(payout_id)
    if payout is None or payout.asked_at is None:
        return False
    account_id = str((await Organisation.get(id=payout.organisation_id)).stripe_account_id)
    try:
        found = None
        if clock.now() - payout.asked_at > KEY_GOOD_FOR:
            since = int(payout.made_at.timestamp())
            found = await stripe.bank_payout_searched(account_id, payout.id, payout.attempt, since=since)
        found = found or await stripe.send_bank_payout(
            key=f"bank_payout:{payout.id}:{payout.attempt}", account_id=account_id, amount_minor=payout.amount_minor,
            currency=payout.currency, bank_payout_id=payout.id, attempt=payout.attempt,
        )  # fmt: skip
    except stripe.Refused as refused:
        return await _refused(payout.id, refused)
    return await _follow(account_id, found)


@atomic
async def _claim(payout_id: int) -> BankPayout | None:
    """Beat one: the try has its number, and so its key, before the processor is asked. None: somebody else is at it."""
    await queries.LOCK(payout_id)
    payout, now = await BankPayout.get(id=payout_id), clock.now()
    if payout.next_try_at > now or payout.state not in (B.FAILED, B.SENDING):
        return None
    if payout.state == B.SENDING:
        await BankPayout.filter(id=payout_id).update(next_try_at=now + ANSWER_WITHIN)
        return payout
    await move(
        payout, B.SENDING, moves=BANK_PAYOUT_MOVES, because="tried again", by=None, events=BankPayoutEvent,
        attempt=payout.attempt + 1, asked_at=now, next_try_at=now + ANSWER_WITHIN, note="",
    )  # fmt: skip
    return payout


@atomic
async def _refused(payout_id: int, refused: stripe.Refused) -> bool:
    """Not in the account any more: it is over. Anything else: tomorrow again."""
    await queries.LOCK(payout_id)
    payout, now = await BankPayout.get(id=payout_id), clock.now()
    if payout.state != B.SENDING:
        return False
    is_gone = refused.code == "balance_insufficient"
    note = NOT_THERE if is_gone else str(refused)[:300]
    changes: dict[str, Any] = {"ended_at": now} if is_gone else {"next_try_at": now + AGAIN_AFTER}
    await move(
        payout, B.GONE if is_gone else B.FAILED, moves=BANK_PAYOUT_MOVES, because=note, by=None, events=BankPayoutEvent,
        note=note, **changes,
    )  # fmt: skip
    return True


@atomic
async def try_now(payout_id: int, *, by: int) -> bool:
    """Staff let one be tried now that waits for its day; gives whether there was one."""
    if not await BankPayout.filter(id=payout_id, state=B.FAILED).update(next_try_at=clock.now()):
        return False
    await record("bank_payout_tried_again", f"bank_payout:{payout_id}", by=by)
    return True
