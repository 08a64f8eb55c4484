"""Paying out in three beats: set the money aside and write the key, ask Stripe, write what came of it.

A fund is paid out as often as its organisation is owed something of it: once in the life of most, again when a won dispute
brings money back, in parts where it is more than one transfer can carry. So is a screening, to everybody who has a share of it.
What the organisation owes us is taken off first.
"""

from __future__ import annotations

from dataclasses import dataclass
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
from crowdfund.screenings.holding import lock

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
# Shares of screenings that were settled; where nothing more is owed the row goes.
_OWED_SHARES = Sql("""
    SELECT d.screening_id, d.organisation_id, d.currency FROM share_due d JOIN organisation o ON o.id = d.organisation_id
    JOIN account a ON a.code = 'payable:' || CAST(o.id AS TEXT) || ':' || d.currency
    JOIN balance b ON b.account_id = a.id AND b.credits_minor > b.debits_minor
    WHERE o.payouts_state = 'enabled' AND o.state = 'verified'
      AND NOT EXISTS (SELECT 1 FROM payout p
                      WHERE p.held_for = 'screening:' || CAST(d.screening_id AS TEXT) AND p.organisation_id = d.organisation_id
                        AND p.campaign_id IS NULL AND (p.state IN ('due', 'sending') OR (p.state = 'failed' AND p.next_try_at > $1)))
    ORDER BY d.screening_id, d.organisation_id LIMIT 50""")
_NOT_OWED = Sql("DELETE FROM share_due WHERE screening_id = $1 AND organisation_id = $2")
_PAID_GIFT = Sql("""
    SELECT CAST(COALESCE(SUM(amount_minor), 0) AS BIGINT) AS minor FROM payout
    WHERE campaign_id = $1 AND recipient_id = $2 AND state = 'paid'""")
_DUE = Sql(
    "SELECT id FROM payout WHERE state IN ('due', 'sending') AND next_try_at <= $1 ORDER BY next_try_at, id LIMIT 50"
)
_ACCOUNT = Sql("SELECT stripe_account_id FROM organisation WHERE id = $1")
_VERIFIED = Sql("SELECT id FROM organisation WHERE id = $1 AND state = 'verified'")


@dataclass(frozen=True, slots=True)
class Whose:
    """What is paid out to whom. campaign_id, and of a gift recipient_id; or else screening_id."""

    organisation_id: int
    currency: str
    campaign_id: int | None = None
    recipient_id: int | None = None
    screening_id: int | None = None

    @property
    def held_for(self) -> str:
        return f"campaign:{self.campaign_id}" if self.screening_id is None else f"screening:{self.screening_id}"

    @property
    def source(self) -> Account:
        """Whose money it is."""
        if self.recipient_id is not None:
            return chart.recipient(self.recipient_id, self.currency)
        return chart.payable(self.organisation_id, self.currency)


def _whose(payout: Payout) -> Whose:
    kind, _, number = payout.held_for.partition(":")
    screening_id = int(number) if kind == "screening" else None
    return Whose(payout.organisation_id, payout.currency, payout.campaign_id, payout.recipient_id, screening_id)


async def make_due_payouts() -> int:
    """A payout for everybody who is owed something of a funded fund or a settled screening and can be paid; how many were made."""
    now = clock.now_us()
    owed = [(row["id"], None) for row in await _OWED(now)]
    gifts = [(row["campaign_id"], row["recipient_id"]) for row in await _OWED_GIFTS(now)]
    shares = [
        Whose(row["organisation_id"], row["currency"], screening_id=row["screening_id"])
        for row in await _OWED_SHARES(now)
    ]
    return await in_turn([*owed, *gifts], _make_for_fund) + await in_turn(shares, _make_for_share)


@atomic
async def _make_for_fund(which: tuple[int, int | None]) -> bool:
    campaign_id, recipient_id = which
    await counters.lock_one(campaign_id)
    campaign = await Campaign.get(id=campaign_id)
    if recipient_id is None and campaign.state not in SUCCEEDED:
        return False
    organisation_id = campaign.organisation_id
    if recipient_id is not None:
        organisation_id = (await Recipient.get(id=recipient_id)).organisation_id
    whose = Whose(organisation_id, campaign.currency, campaign_id, recipient_id)
    number = 1 + await Payout.filter(campaign_id=campaign_id).count()
    return await _make(whose, f"campaign:{campaign_id}:payout:{number}")


@atomic
async def _make_for_share(whose: Whose) -> bool:
    await _lock(whose)
    if await part_minor(whose.source, whose.held_for) <= 0:
        await _NOT_OWED(whose.screening_id, whose.organisation_id)
        return False
    number = 1 + await Payout.filter(held_for=whose.held_for, organisation_id=whose.organisation_id).count()
    return await _make(whose, f"{whose.held_for}:payout:{whose.organisation_id}:{number}")


async def _make(whose: Whose, key: str) -> bool:
    owed_minor, now = await _owed_minor(whose), clock.now()
    under_way: dict[str, Any] = {
        "held_for": whose.held_for, "organisation_id": whose.organisation_id, "recipient_id": whose.recipient_id,
        "state__in": (PayoutState.DUE, PayoutState.SENDING),
    }  # fmt: skip
    if owed_minor <= 0 or await Payout.exists(**under_way):
        return False
    await Payout.create(
        id=new_id(), organisation_id=whose.organisation_id, held_for=whose.held_for, campaign_id=whose.campaign_id,
        recipient_id=whose.recipient_id, amount_minor=owed_minor, currency=whose.currency, state=PayoutState.DUE, attempt=1,
        key=key, next_try_at=now, made_at=now,
    )  # fmt: skip
    return True


async def _lock(whose: Whose) -> None:
    if whose.screening_id is not None:
        await lock([whose.screening_id])
    elif whose.campaign_id is not None:
        await counters.lock_one(whose.campaign_id)


async def _owed_minor(whose: Whose) -> int:
    """What of it is its organisation's, or a recipient's, and not paid out yet: never more than its account holds."""
    if whose.recipient_id is not None:
        gift = await Gift.get(campaign_id=whose.campaign_id, recipient_id=whose.recipient_id)
        left = gift.amount_minor - int(await _PAID_GIFT.value(whose.campaign_id, whose.recipient_id))
        return min(left, await balance_minor(whose.source), money.CHARGE_MAX_MINOR)
    part = await part_minor(whose.source, whose.held_for)
    return min(part, await balance_minor(whose.source), money.CHARGE_MAX_MINOR)


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
    account_id, group = str(await _ACCOUNT.value(payout.organisation_id)), payout.held_for
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
    await _lock(_whose(await Payout.get(id=payout_id)))
    payout = await Payout.get(id=payout_id)
    now = clock.now()
    if payout.next_try_at > now or payout.state not in (PayoutState.DUE, PayoutState.SENDING):
        return None
    if payout.state == PayoutState.SENDING:
        await Payout.filter(id=payout_id).update(next_try_at=now + ANSWER_WITHIN)
        return payout
    whose = _whose(payout)
    if not await _VERIFIED.value(payout.organisation_id):
        note = "the organisation is suspended: nothing is paid until staff has decided"
        await Payout.filter(id=payout_id).update(next_try_at=now + AGAIN_AFTER, note=note)
        return None
    if payout.recipient_id is None:
        await _repay(whose)
    owed_minor = await _owed_minor(whose)
    if owed_minor <= 0:
        await move_payout(payout, PayoutState.FAILED, note="nothing is owed any more")
        return None
    await move_payout(payout, PayoutState.SENDING, amount_minor=owed_minor, note="", next_try_at=now + ANSWER_WITHIN)
    aside = Posting(whose.source, chart.payout_transit(whose.currency), owed_minor)
    await post([_entry(payout, f"set_aside:{payout.attempt}", "payout_set_aside", aside)])
    return payout


async def _repay(whose: Whose) -> None:
    """What an organisation owes us is taken from what we owe it."""
    receivable = chart.receivable(whose.organisation_id, whose.currency)
    minor = min(await balance_minor(receivable), await _owed_minor(whose))
    if minor > 0:
        movement = Posting(whose.source, receivable, minor)
        await post([Entry(f"repaid:{new_id()}", "receivable_repaid", whose.held_for, [movement])])


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
    if payout.campaign_id is not None:
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
        back = Posting(chart.payout_transit(payout.currency), _whose(payout).source, payout.amount_minor)
        await post([_entry(payout, f"back:{attempt}", "payout_back", back)])


def _entry(payout: Payout, step: str, kind: str, movement: Posting, transaction_id: str | None = None) -> Entry:
    return Entry(
        f"payout:{payout.id}:{step}", kind, payout.held_for, [movement], balance_transaction_id=transaction_id
    )  # fmt: skip
