"""Paying out in three beats: set the money aside and write the key, ask Stripe, write what came of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from crowdfund import clock
from crowdfund.campaigns import counters
from crowdfund.campaigns.models import SUCCEEDED, Campaign
from crowdfund.database import Sql, atomic, new_id, outbox
from crowdfund.ledger import Entry, Posting, balance_minor, chart, post
from crowdfund.payments import stripe
from crowdfund.payouts.models import Payout, PayoutState

AGAIN_AFTER = timedelta(days=1)
KEY_GOOD_FOR = timedelta(hours=23)

_OWED = Sql("""
    SELECT c.id FROM campaign c JOIN organisation o ON o.id = c.organisation_id
    WHERE c.state IN ('funded', 'delivering', 'completed') AND o.payouts_state = 'enabled'
      AND NOT EXISTS (SELECT 1 FROM payout p WHERE p.campaign_id = c.id AND p.state <> 'failed')
      AND NOT EXISTS (SELECT 1 FROM payout p WHERE p.campaign_id = c.id AND p.next_try_at > $1)
    ORDER BY c.ended_at LIMIT 50""")
_FUND_ENTRY = Sql("""
    SELECT CAST(COALESCE(SUM(p.amount_minor), 0) AS BIGINT) AS minor FROM journal_entry e
    JOIN posting p ON p.entry_id = e.id JOIN account a ON a.id = p.credit_id
    WHERE e.key = $1 AND a.code = $2""")
_DUE = Sql(
    "SELECT id FROM payout WHERE state IN ('due', 'sending') AND next_try_at <= $1 ORDER BY next_try_at LIMIT 50"
)
_CLAIM = Sql("""
    UPDATE payout SET state = 'sending', next_try_at = $2
    WHERE id = $1 AND state IN ('due', 'sending') AND next_try_at <= $3 RETURNING id""")
_ACCOUNT = Sql("SELECT stripe_account_id FROM organisation WHERE id = $1")


async def make_due_payouts() -> int:
    """A payout for each funded fund whose organisation can be paid; gives how many were made."""
    owed = await _OWED(clock.now_us())
    for row in owed:
        await _make(row["id"])
    return len(owed)


@atomic
async def _make(campaign_id: int) -> None:
    """Beat one: what is owed leaves the organisation's account for the transit account, under a key."""
    await counters.lock_one(campaign_id)
    campaign = await Campaign.get(id=campaign_id)
    earlier = await Payout.filter(campaign_id=campaign_id).count()
    if campaign.state not in SUCCEEDED or await Payout.exists(campaign_id=campaign_id, state__not=PayoutState.FAILED):
        return
    payable = chart.payable(campaign.organisation_id, campaign.currency)
    owed_minor = int(await _FUND_ENTRY.value(f"campaign:{campaign_id}:funded", payable.code))
    amount_minor = min(owed_minor, await balance_minor(payable))  # a refund since then has made it less
    if amount_minor <= 0:
        return
    now = clock.now()
    payout = await Payout.create(
        id=new_id(), organisation_id=campaign.organisation_id, campaign_id=campaign_id, amount_minor=amount_minor,
        currency=campaign.currency, state=PayoutState.DUE, attempt=1, key=f"campaign:{campaign_id}:payout:{earlier + 1}", next_try_at=now, made_at=now,
    )  # fmt: skip
    await post([_entry(payout, "set_aside", Posting(payable, chart.payout_transit(campaign.currency), amount_minor))])


async def send_due_payouts() -> int:
    """Beats two and three for payouts whose turn it is; gives how many were asked for."""
    due = await _DUE(clock.now_us())
    for row in due:
        await _send(row["id"])
    return len(due)


_claim = atomic(_CLAIM.__call__)


async def _send(payout_id: int) -> None:
    now = clock.now()
    if not await _claim(payout_id, clock.to_us(now + timedelta(minutes=5)), clock.to_us(now)):
        return
    payout = await Payout.get(id=payout_id)
    account_id = str(await _ACCOUNT.value(payout.organisation_id))
    group = f"campaign:{payout.campaign_id}"
    try:
        if now - payout.made_at > KEY_GOOD_FOR:
            found = await stripe.transfer_searched(account_id, group, payout.id)
            if found is not None:
                return await _paid(payout.id, *found)
        # Stripe answers a key with what it said first, a refusal too: an attempt has its own, counted up only after a no.
        sent = await stripe.transfer(
            key=f"{payout.key}:{payout.attempt}", amount_minor=payout.amount_minor, currency=payout.currency,
            account_id=account_id, group=group, payout_id=payout.id,
        )  # fmt: skip
    except stripe.Unknown:
        return None  # the same key again in five minutes
    except stripe.Refused as refused:
        return await _refused(payout.id, refused)
    return await _paid(payout.id, *sent)


@atomic
async def _paid(payout_id: int, transfer_id: str, balance_transaction_id: str | None) -> None:
    payout = await Payout.get(id=payout_id)
    moved = await Payout.filter(id=payout_id, state=PayoutState.SENDING).update(
        state=PayoutState.PAID, stripe_transfer_id=transfer_id, paid_at=clock.now()
    )
    if not moved:
        return
    movement = Posting(chart.payout_transit(payout.currency), chart.stripe(payout.currency), payout.amount_minor)
    await post([_entry(payout, "paid", movement, balance_transaction_id)])
    await outbox.enqueue("payout_paid", {"payout": payout.id}, key=f"payout_paid:{payout.id}")


@atomic
async def _refused(payout_id: int, refused: stripe.Refused) -> None:
    """Not enough is available yet: tomorrow again. Anything else: the money goes back to what is owed, for a person to see."""
    payout = await Payout.get(id=payout_id)
    if refused.code == "balance_insufficient":
        await Payout.filter(id=payout_id, state=PayoutState.SENDING).update(
            state=PayoutState.DUE,
            next_try_at=clock.now() + AGAIN_AFTER,
            attempt=payout.attempt + 1,
            note="waits until the charges are available",
        )
        return
    moved = await Payout.filter(id=payout_id, state=PayoutState.SENDING).update(
        state=PayoutState.FAILED, note=str(refused)[:300], next_try_at=clock.now() + AGAIN_AFTER
    )
    if moved:
        payable = chart.payable(payout.organisation_id, payout.currency)
        back = Posting(chart.payout_transit(payout.currency), payable, payout.amount_minor)
        await post([_entry(payout, "failed", back)])


def _entry(payout: Payout, step: str, movement: Posting, balance_transaction_id: str | None = None) -> Entry:
    return Entry(
        f"payout:{payout.id}:{step}", f"payout_{step}", f"campaign:{payout.campaign_id}", [movement],
        balance_transaction_id=balance_transaction_id,
    )  # fmt: skip


def row_of(payout: Payout) -> dict[str, Any]:
    """A payout as the API answers it."""
    return {
        "amount_minor": payout.amount_minor, "currency": payout.currency, "state": payout.state, "note": payout.note,
        "made_at": payout.made_at.isoformat(), "paid_at": payout.paid_at.isoformat() if payout.paid_at else None,
    }  # fmt: skip
