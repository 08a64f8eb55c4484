"""Paying out in three beats: set the money aside and write the key, ask Stripe, write what came of it.

A fund is paid out as often as its organisation is owed something of it: once in the life of most, again when a won dispute
brings money back, in parts where it is more than one transfer can carry. What the organisation owes us is taken off first.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from crowdfund import clock, money
from crowdfund.campaigns import counters
from crowdfund.campaigns.models import SUCCEEDED, Campaign
from crowdfund.campaigns.recipients.models import Gift, Recipient
from crowdfund.database import Sql, atomic, new_id, outbox
from crowdfund.ledger import Account, Entry, Posting, balance_minor, chart, part_minor, post
from crowdfund.payments import stripe
from crowdfund.payments.in_turn import in_turn
from crowdfund.payouts.models import MOVES, Payout, PayoutState

AGAIN_AFTER = timedelta(days=1)
ANSWER_WITHIN = timedelta(minutes=5)
KEY_GOOD_FOR = timedelta(hours=23)

_OWED = Sql("""
    SELECT c.id FROM campaign c JOIN organisation o ON o.id = c.organisation_id
    JOIN account a ON a.code = 'payable:' || CAST(o.id AS TEXT) || ':' || c.currency
    JOIN balance b ON b.account_id = a.id AND b.credits_minor > b.debits_minor
    WHERE c.state IN ('funded', 'released', 'delivering', 'completed') AND o.payouts_state = 'enabled' AND o.state = 'verified'
      AND NOT EXISTS (SELECT 1 FROM payout p WHERE p.campaign_id = c.id AND p.recipient_id IS NULL AND p.state IN ('due', 'sending'))
      AND NOT EXISTS (SELECT 1 FROM payout p WHERE p.campaign_id = c.id AND p.recipient_id IS NULL AND p.state = 'failed'
                      AND p.next_try_at > $1)
      AND (SELECT COALESCE(SUM(p.amount_minor), 0) FROM posting p JOIN journal_entry e ON e.id = p.entry_id
           WHERE p.credit_id = a.id AND e.subject = 'campaign:' || CAST(c.id AS TEXT))
        > (SELECT COALESCE(SUM(p.amount_minor), 0) FROM posting p JOIN journal_entry e ON e.id = p.entry_id
           WHERE p.debit_id = a.id AND e.subject = 'campaign:' || CAST(c.id AS TEXT))
    ORDER BY c.ended_at, c.id LIMIT 50""")
# Gifts are paid out once all that a fund gives is given.
_OWED_GIFTS = Sql("""
    SELECT g.campaign_id, g.recipient_id FROM gift g JOIN campaign c ON c.id = g.campaign_id
    JOIN recipient r ON r.id = g.recipient_id JOIN organisation o ON o.id = r.organisation_id
    WHERE c.state IN ('redirecting', 'closed', 'funded', 'released', 'delivering', 'completed')
      AND o.payouts_state = 'enabled' AND o.state = 'verified'
      AND NOT EXISTS (SELECT 1 FROM payout p WHERE p.campaign_id = c.id AND p.recipient_id = g.recipient_id
                      AND (p.state IN ('due', 'sending') OR (p.state = 'failed' AND p.next_try_at > $1)))
      AND g.amount_minor > (SELECT COALESCE(SUM(p.amount_minor), 0) FROM payout p
                            WHERE p.campaign_id = c.id AND p.recipient_id = g.recipient_id AND p.state = 'paid')
    ORDER BY c.ended_at, c.id, g.recipient_id LIMIT 50""")
_PAID_GIFT = Sql("""
    SELECT CAST(COALESCE(SUM(amount_minor), 0) AS BIGINT) AS minor FROM payout
    WHERE campaign_id = $1 AND recipient_id = $2 AND state = 'paid'""")
_DUE = Sql(
    "SELECT id FROM payout WHERE state IN ('due', 'sending') AND next_try_at <= $1 ORDER BY next_try_at, id LIMIT 50"
)
_ACCOUNT = Sql("SELECT stripe_account_id FROM organisation WHERE id = $1")
_VERIFIED = Sql("SELECT id FROM organisation WHERE id = $1 AND state = 'verified'")


async def make_due_payouts() -> int:
    """A payout for each funded fund whose organisation is owed something and can be paid; gives how many were made."""
    now = clock.now_us()
    owed = [(row["id"], None) for row in await _OWED(now)]
    gifts = [(row["campaign_id"], row["recipient_id"]) for row in await _OWED_GIFTS(now)]
    return await in_turn([*owed, *gifts], _make)


@atomic
async def _make(whose: tuple[int, int | None]) -> bool:
    campaign_id, recipient_id = whose
    await counters.lock_one(campaign_id)
    campaign = await Campaign.get(id=campaign_id)
    under_way = (PayoutState.DUE, PayoutState.SENDING)
    owed_minor = await _owed_minor(campaign, recipient_id)
    if (recipient_id is None and campaign.state not in SUCCEEDED) or owed_minor <= 0:
        return False
    if await Payout.exists(campaign_id=campaign_id, recipient_id=recipient_id, state__in=under_way):
        return False
    organisation_id = campaign.organisation_id
    if recipient_id is not None:
        organisation_id = (await Recipient.get(id=recipient_id)).organisation_id
    number = 1 + await Payout.filter(campaign_id=campaign_id).count()
    now = clock.now()
    await Payout.create(
        id=new_id(), organisation_id=organisation_id, campaign_id=campaign_id, recipient_id=recipient_id,
        amount_minor=owed_minor, currency=campaign.currency, state=PayoutState.DUE, attempt=1,
        key=f"campaign:{campaign_id}:payout:{number}", next_try_at=now, made_at=now,
    )  # fmt: skip
    return True


def _source(payout: Payout) -> Account:
    """Whose money it is."""
    if payout.recipient_id is not None:
        return chart.recipient(payout.recipient_id, payout.currency)
    return chart.payable(payout.organisation_id, payout.currency)


async def _owed_minor(campaign: Campaign, recipient_id: int | None = None) -> int:
    """What of a fund is its organisation's, or a recipient's, and not paid out yet: never more than its account holds."""
    if recipient_id is not None:
        gift = await Gift.get(campaign_id=campaign.id, recipient_id=recipient_id)
        left = gift.amount_minor - int(await _PAID_GIFT.value(campaign.id, recipient_id))
        return min(left, await balance_minor(chart.recipient(recipient_id, gift.currency)), money.CHARGE_MAX_MINOR)
    payable = chart.payable(campaign.organisation_id, campaign.currency)
    part = await part_minor(payable, f"campaign:{campaign.id}")
    return min(part, await balance_minor(payable), money.CHARGE_MAX_MINOR)


async def payouts_are_due() -> bool:
    return bool(await _DUE(clock.now_us()))


async def send_due_payouts() -> int:
    """All three beats for payouts whose turn it is; gives how many were asked for."""
    due = [row["id"] for row in await _DUE(clock.now_us())]
    await in_turn(due, _send)
    return len(due)


async def _send(payout_id: int) -> None:
    now = clock.now()
    payout = await _set_aside(payout_id)
    if payout is None:
        return
    account_id, group = str(await _ACCOUNT.value(payout.organisation_id)), f"campaign:{payout.campaign_id}"
    try:
        sent = None
        if now - payout.made_at > KEY_GOOD_FOR:
            sent = await stripe.transfer_searched(account_id, group, payout.id)
        # Stripe answers a key with what it said first, a refusal too: an attempt has its own, counted up only after a no.
        sent = sent or await stripe.transfer(
            key=f"{payout.key}:{payout.attempt}", amount_minor=payout.amount_minor, currency=payout.currency,
            account_id=account_id, group=group, payout_id=payout.id,
        )  # fmt: skip
    except stripe.Refused as refused:
        await _refused(payout.id, refused)
    else:  # where nobody can tell, the same key is used again in five minutes
        await _paid(payout.id, *sent)


@atomic
async def _set_aside(payout_id: int) -> Payout | None:
    """Beat one: what is owed now leaves the organisation's account for the transit account, under a key.

    A payout that is under way already is only claimed again, as it is. None: somebody else was faster, or nothing is owed.
    """
    await counters.lock_one((await Payout.get(id=payout_id)).campaign_id)
    payout = await Payout.get(id=payout_id)
    now = clock.now()
    if payout.next_try_at > now or payout.state not in (PayoutState.DUE, PayoutState.SENDING):
        return None
    if payout.state == PayoutState.SENDING:
        await Payout.filter(id=payout_id).update(next_try_at=now + ANSWER_WITHIN)
        return payout
    campaign = await Campaign.get(id=payout.campaign_id)
    if not await _VERIFIED.value(payout.organisation_id):
        note = "the organisation is suspended: nothing is paid until staff has decided"
        await Payout.filter(id=payout_id).update(next_try_at=now + AGAIN_AFTER, note=note)
        return None
    source = _source(payout)
    if payout.recipient_id is None:
        await _repay(campaign, source)
    owed_minor = await _owed_minor(campaign, payout.recipient_id)
    if owed_minor <= 0:
        await move_payout(payout, PayoutState.FAILED, note="nothing is owed any more")
        return None
    await move_payout(payout, PayoutState.SENDING, amount_minor=owed_minor, note="", next_try_at=now + ANSWER_WITHIN)
    aside = Posting(source, chart.payout_transit(campaign.currency), owed_minor)
    await post([_entry(payout, f"set_aside:{payout.attempt}", "payout_set_aside", aside)])
    return payout


async def _repay(campaign: Campaign, payable: Account) -> None:
    """What an organisation owes us is taken from what we owe it."""
    receivable = chart.receivable(campaign.organisation_id, campaign.currency)
    minor = min(await balance_minor(receivable), await _owed_minor(campaign))
    if minor > 0:
        movement = Posting(payable, receivable, minor)
        await post([Entry(f"repaid:{new_id()}", "receivable_repaid", f"campaign:{campaign.id}", [movement])])


async def move_payout(payout: Payout, to: PayoutState, **changes: Any) -> bool:
    """Compare and set; gives whether it moved. The row object is brought up to date."""
    if to not in MOVES[PayoutState(payout.state)]:
        return False
    if not await Payout.filter(id=payout.id, state=payout.state).update(state=to, **changes):
        return False
    for name, value in {"state": to, **changes}.items():
        setattr(payout, name, value)
    return True


@atomic
async def _paid(payout_id: int, transfer_id: str, balance_transaction_id: str | None) -> None:
    payout = await Payout.get(id=payout_id)
    if not await move_payout(payout, PayoutState.PAID, stripe_transfer_id=transfer_id, paid_at=clock.now()):
        return
    movement = Posting(chart.payout_transit(payout.currency), chart.stripe(payout.currency), payout.amount_minor)
    await post([_entry(payout, "paid", "payout_paid", movement, balance_transaction_id)])
    await outbox.enqueue("payout_paid", {"payout": payout.id}, key=f"payout_paid:{payout.id}")


@atomic
async def _refused(payout_id: int, refused: stripe.Refused) -> None:
    """The money is the organisation's again. Not enough is available yet: tomorrow again. Anything else: a new payout then."""
    payout = await Payout.get(id=payout_id)
    attempt, again_at = payout.attempt, clock.now() + AGAIN_AFTER
    if refused.code == "balance_insufficient":
        note = "waits until the charges are available"
        moved = await move_payout(payout, PayoutState.DUE, next_try_at=again_at, attempt=attempt + 1, note=note)
    else:
        moved = await move_payout(payout, PayoutState.FAILED, next_try_at=again_at, note=str(refused)[:300])
    if moved:
        back = Posting(chart.payout_transit(payout.currency), _source(payout), payout.amount_minor)
        await post([_entry(payout, f"back:{attempt}", "payout_back", back)])


def _entry(payout: Payout, step: str, kind: str, movement: Posting, transaction_id: str | None = None) -> Entry:
    return Entry(
        f"payout:{payout.id}:{step}", kind, f"campaign:{payout.campaign_id}", [movement], balance_transaction_id=transaction_id
    )  # fmt: skip
