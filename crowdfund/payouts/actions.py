"""Paying out in three beats: set the money aside and write the key, ask Stripe, write what came of it.

A fund is paid out as often as its organisation is owed something of it: once in the life of most, again when a won dispute
brings money back, in parts where it is more than one transfer can carry. So is a screening, to everybody who has a share of it.
What sellers earn goes out once a day, all that lies there. What the organisation owes us is taken off first.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from crowdfund import clock
from crowdfund.campaigns import counters
from crowdfund.campaigns.models import SUCCEEDED, Campaign
from crowdfund.campaigns.recipients.models import Recipient
from crowdfund.database import Sql, atomic, new_id, outbox
from crowdfund.ledger import Entry, Posting, chart, part_minor, post
from crowdfund.payments import stripe
from crowdfund.payments.in_turn import in_turn
from crowdfund.payouts import queries
from crowdfund.payouts.models import MOVES, Payout, PayoutState
from crowdfund.payouts.repaying import repay
from crowdfund.payouts.whose import Whose

AGAIN_AFTER = timedelta(days=1)
EARNINGS_EVERY = timedelta(days=1)
ANSWER_WITHIN = timedelta(minutes=5)
KEY_GOOD_FOR = timedelta(hours=23)
NOT_AVAILABLE = "waits until the charges are available"

_DUE = Sql(
    "SELECT id FROM payout WHERE state IN ('due', 'sending') AND next_try_at <= $1 ORDER BY next_try_at, id LIMIT 50"
)
_ACCOUNT = Sql("SELECT stripe_account_id FROM organisation WHERE id = $1")
_MAY_BE_PAID = Sql("SELECT state, payouts_state FROM organisation WHERE id = $1")


async def make_due_payouts() -> int:
    """A payout for everybody who is owed something of a funded fund, a settled screening or goods, and can be paid; how many."""
    now = clock.now_us()
    owed = [(row["id"], None) for row in await queries.OWED_OF_FUNDS(now)]
    gifts = [(row["campaign_id"], row["recipient_id"]) for row in await queries.OWED_GIFTS(now)]
    shares = [
        Whose(row["organisation_id"], row["currency"], screening_id=row["screening_id"])
        for row in await queries.OWED_SHARES(now)
    ]
    yesterday = clock.to_us(clock.now() - EARNINGS_EVERY)
    earned = [Whose(row["organisation_id"], row["currency"]) for row in await queries.OWED_EARNINGS(yesterday)]
    made = await in_turn([*owed, *gifts], _make_for_fund) + await in_turn(shares, _make_for_share)
    return made + await in_turn(earned, _make_for_seller)


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
    await whose.lock()
    if await part_minor(whose.source, whose.held_for) <= 0:
        await queries.NOT_OWED(whose.screening_id, whose.organisation_id)
        return False
    number = 1 + await Payout.filter(held_for=whose.held_for, organisation_id=whose.organisation_id).count()
    return await _make(whose, f"{whose.held_for}:payout:{whose.organisation_id}:{number}")


@atomic
async def _make_for_seller(whose: Whose) -> bool:
    """What she owes us is taken off first: there may be nothing left to pay out."""
    await whose.lock()
    await repay(whose)
    number = 1 + await Payout.filter(held_for=whose.held_for, organisation_id=whose.organisation_id).count()
    return await _make(whose, f"{whose.held_for}:payout:{number}")


async def _make(whose: Whose, key: str) -> bool:
    owed_minor, now = await whose.owed_minor(), clock.now()
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
    await Whose.of(await Payout.get(id=payout_id)).lock()
    payout = await Payout.get(id=payout_id)
    now = clock.now()
    if payout.next_try_at > now or payout.state not in (PayoutState.DUE, PayoutState.SENDING):
        return None
    if payout.state == PayoutState.SENDING:
        await Payout.filter(id=payout_id).update(next_try_at=now + ANSWER_WITHIN)
        return payout
    whose = Whose.of(payout)
    if note := await _waits(whose):
        await Payout.filter(id=payout_id).update(next_try_at=now + AGAIN_AFTER, note=note)
        return None
    if payout.recipient_id is None:
        await repay(whose)
    owed_minor = await whose.owed_minor()
    if payout.note == NOT_AVAILABLE and whose.is_earned:
        # What was earned since is not available either: a payout that grew by it each day would never go.
        owed_minor = min(owed_minor, payout.amount_minor)
    if owed_minor <= 0:
        await move_payout(payout, PayoutState.FAILED, note="nothing is owed any more")
        return None
    await move_payout(payout, PayoutState.SENDING, amount_minor=owed_minor, note="", next_try_at=now + ANSWER_WITHIN)
    aside = Posting(whose.source, chart.payout_transit(whose.currency), owed_minor)
    await post([_entry(payout, f"set_aside:{payout.attempt}", "payout_set_aside", aside)])
    return payout


async def _waits(whose: Whose) -> str:
    """Why an organisation is not paid today."""
    organisation = await _MAY_BE_PAID.one(whose.organisation_id)
    if organisation is None or organisation["state"] != "verified":
        return "the organisation is suspended: nothing is paid until staff has decided"
    if whose.is_earned and organisation["payouts_state"] != "enabled":
        return "the organisation's account can't be paid: it has to be completed"
    return ""


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
    if payout.campaign_id is not None or Whose.of(payout).is_earned:
        await outbox.enqueue("payout_paid", {"payout": payout.id}, key=f"payout_paid:{payout.id}")


@atomic
async def _refused(payout_id: int, refused: stripe.Refused) -> None:
    """The money is the organisation's again. Not enough is available yet: tomorrow again. Anything else: a new payout then.

    What a seller has earned is tried again tomorrow as the same payout, whatever the reason was.
    """
    payout = await Payout.get(id=payout_id)
    attempt, again_at = payout.attempt, clock.now() + AGAIN_AFTER
    if refused.code == "balance_insufficient":
        moved = await move_payout(
            payout, PayoutState.DUE, next_try_at=again_at, attempt=attempt + 1, note=NOT_AVAILABLE
        )
    elif Whose.of(payout).is_earned:
        note = str(refused)[:300]
        moved = await move_payout(payout, PayoutState.DUE, next_try_at=again_at, attempt=attempt + 1, note=note)
    else:
        moved = await move_payout(payout, PayoutState.FAILED, next_try_at=again_at, note=str(refused)[:300])
    if moved:
        back = Posting(chart.payout_transit(payout.currency), Whose.of(payout).source, payout.amount_minor)
        await post([_entry(payout, f"back:{attempt}", "payout_back", back)])


def _entry(payout: Payout, step: str, kind: str, movement: Posting, transaction_id: str | None = None) -> Entry:
    return Entry(
        f"payout:{payout.id}:{step}", kind, payout.held_for, [movement], balance_transaction_id=transaction_id
    )  # fmt: skip
