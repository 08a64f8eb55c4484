"""Disputes about pledges, tickets and goods: following what the bank says, answering with what was promised, agreed to and sent."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from crowdfund import clock, money
from crowdfund.campaigns import counters
from crowdfund.campaigns.models import SUCCEEDED, Campaign
from crowdfund.database import Sql, atomic, new_id, outbox
from crowdfund.disputes import goods, orders
from crowdfund.disputes.models import MOVES, OPEN, Dispute, DisputeState
from crowdfund.disputes.queries import kept_refunds, taken_in
from crowdfund.ledger import Account, Entry, Posting, balance_minor, chart, post
from crowdfund.payments import stripe
from crowdfund.payments.found import BalanceTransaction, DisputeFound
from crowdfund.payments.in_turn import in_turn
from crowdfund.payments.models import Charge
from crowdfund.payments.refunds import ask_again
from crowdfund.pledges.deliveries import ask_late
from crowdfund.pledges.milestones import takings
from crowdfund.pledges.models import Pledge, PledgeState
from crowdfund.pledges.moves import move_pledges
from crowdfund.pledges.refunding import end_refunded, pay_another_way
from crowdfund.pledges.transfers.keeping import kept_of, void_what_was_kept
from crowdfund.refusal import Refusal

_COLLECTED = Sql("UPDATE campaign SET collected_minor = collected_minor + $2 WHERE id = $1")


class DisputeClosed(Refusal):
    pass


class AnswerRefused(Refusal):
    pass


KNOWN = ("pledge:", "order:", "purchase:", "goods_order:")
_STATES = {
    "needs_response": DisputeState.NEEDS_RESPONSE,
    "warning_needs_response": DisputeState.NEEDS_RESPONSE,
    "under_review": DisputeState.UNDER_REVIEW,
    "warning_under_review": DisputeState.UNDER_REVIEW,
    "won": DisputeState.WON,
    "warning_closed": DisputeState.WON,
    "lost": DisputeState.LOST,
}


async def follow_dispute(stripe_dispute_id: str) -> bool:
    """Bring a dispute, what it is about and the books to what the bank says now; gives whether something moved.

    Safe to repeat, in any order.
    """
    found = await stripe.dispute_found(stripe_dispute_id)
    charge = await Charge.get_or_none(stripe_charge_id=found.stripe_charge_id)
    return charge is not None and charge.subject.startswith(KNOWN) and await _follow(found, charge.id)


@atomic
async def _follow(found: DisputeFound, charge_id: int) -> bool:
    charge = await Charge.get(id=charge_id)
    if charge.subject.startswith(("purchase:", "goods_order:")):
        await goods.lock(charge)
    elif charge.campaign_id is None:
        await orders.lock_order(charge)
    else:
        await counters.lock_one(charge.campaign_id)
    dispute = await Dispute.get_or_none(stripe_dispute_id=found.id)
    moved = dispute is None
    if dispute is None:
        dispute = await _open(found, charge)
    if dispute.is_inquiry and not found.is_inquiry:
        await _take_back_from_her_fund(dispute, found)
        moved = True
    for transaction in found.transactions:
        moved |= await _book(dispute, transaction)
    state = _STATES.get(found.status, DisputeState.UNDER_REVIEW)
    if state not in MOVES[DisputeState(dispute.state)] or state == DisputeState.NEEDS_RESPONSE:
        return moved
    ended_at = clock.now() if state not in OPEN else None
    await Dispute.filter(id=dispute.id).update(state=state, ended_at=ended_at)
    await _end(dispute, state)
    return True


async def _open(found: DisputeFound, charge: Charge) -> Dispute:
    kind, _, number = charge.subject.partition(":")
    about: dict[str, Any] = {f"{kind}_id": int(number)}
    dispute = await Dispute.create(
        id=new_id(), stripe_dispute_id=found.id, charge_id=charge.id, **about,
        campaign_id=charge.campaign_id, amount_minor=0, asked_minor=found.amount_minor, currency=found.currency,
        reason=found.reason, state=DisputeState.NEEDS_RESPONSE, due_by=_due_by(found), made_at=clock.now(),
    )  # fmt: skip
    if found.is_inquiry:
        await outbox.enqueue("dispute_opened", {"dispute": dispute.id}, key=f"inquiry_opened:{dispute.id}")
    return dispute


def _due_by(found: DisputeFound) -> datetime | None:
    return clock.from_us(found.due_by * 1_000_000) if found.due_by else None


async def _take_back_from_her_fund(dispute: Dispute, found: DisputeFound) -> None:
    """The bank takes the payment back, at once or after it has asked: what was answered then is no answer to this."""
    dispute.amount_minor, dispute.state = found.amount_minor, DisputeState.NEEDS_RESPONSE
    await Dispute.filter(id=dispute.id).update(
        amount_minor=found.amount_minor, asked_minor=found.amount_minor, reason=found.reason, due_by=_due_by(found),
        state=DisputeState.NEEDS_RESPONSE,
    )  # fmt: skip
    pledge = await Pledge.get_or_none(id=dispute.pledge_id) if dispute.pledge_id is not None else None
    if pledge is not None and pledge.state == PledgeState.COLLECTED:
        await move_pledges(
            [{"id": pledge.id, "state": pledge.state}], PledgeState.DISPUTED, because="her bank disputes the payment"
        )
        await _COLLECTED(dispute.campaign_id, -found.amount_minor)
    await outbox.enqueue("dispute_opened", {"dispute": dispute.id}, key=f"dispute_opened:{dispute.id}")


async def _book(dispute: Dispute, transaction: BalanceTransaction) -> bool:
    """Each of Stripe's movements is one entry: money withdrawn, money reinstated, and the fee, which is always ours."""
    currency, key = dispute.currency, f"dispute:{dispute.id}:{transaction.id}"
    if await _POSTED.value(key):
        return False
    balance = chart.stripe(currency)
    movements, hers_minor, onward = [], 0, list[Entry]()
    if transaction.amount_minor < 0:
        movements = [Posting(a, balance, minor) for a, minor in await _bearers(dispute, -transaction.amount_minor)]
    elif transaction.amount_minor > 0:
        if dispute.order_id is not None:
            given_back, onward = await orders.given_back(dispute, transaction.amount_minor)
        elif dispute.is_about_goods:
            given_back = await goods.given_back(dispute, transaction.amount_minor)
        else:
            given_back, hers_minor = await _given_back(dispute, transaction.amount_minor)
        movements = [Posting(balance, a, minor) for a, minor in given_back]
    if transaction.fee_minor > 0:
        movements.append(Posting(chart.dispute_cost(currency), balance, transaction.fee_minor))
    if movements:
        subject = (await Charge.get(id=dispute.charge_id)).held_for
        await post([Entry(key, "dispute", subject, movements, balance_transaction_id=transaction.id), *onward])
    if hers_minor:
        campaign, charge = await Campaign.get(id=dispute.campaign_id), await Charge.get(id=dispute.charge_id)
        await takings.refund_hers(campaign, charge, hers_minor)
    return bool(movements)


_POSTED = Sql("SELECT id FROM journal_entry WHERE key = $1")


async def _bearers(dispute: Dispute, amount_minor: int) -> list[tuple[Account, int]]:
    """Whose share is frozen: the fund's while it holds it, then what its organisation is owed, then what it owes us.

    Of a fund with milestones that wait first as much of hers as waits. Nobody bears more than is left of this charge: what a
    refund has set aside of it already stands in clearing.
    """
    if dispute.order_id is not None:
        return await orders.bearers(dispute, amount_minor)
    if dispute.is_about_goods:
        return await goods.bearers(dispute, amount_minor)
    campaign, charge = await Campaign.get(id=dispute.campaign_id), await Charge.get(id=dispute.charge_id)
    left, waiting = min(charge.amount_minor - charge.refunded_minor - charge.passed_on_minor, amount_minor), 0
    if charge.passed_on_minor and (kept_minor := await kept_of(dispute.pledge_id)):
        holder, left, rest = (
            chart.carried(campaign.organisation_id, campaign.currency),
            min(kept_minor, amount_minor),
            0,
        )
    elif campaign.state in SUCCEEDED:
        waiting = await takings.take_for_bank(campaign, dispute.id, charge, left)
        left -= waiting
        holder, rest = chart.payable(campaign.organisation_id, campaign.currency), left
    else:
        holder, rest = chart.fund(campaign.id, campaign.currency), 0
    held = min(await balance_minor(holder), left)
    owed = max(0, rest - held)
    receivable = chart.receivable(campaign.organisation_id, campaign.currency)
    cost = chart.dispute_cost(campaign.currency)
    fund, others = chart.fund(campaign.id, campaign.currency), amount_minor - waiting - held - owed
    parts = [(fund, waiting), (holder, held), (receivable, owed), (cost, others)]
    return [(account, minor) for account, minor in parts if minor > 0]


async def _given_back(dispute: Dispute, amount_minor: int) -> tuple[list[tuple[Account, int]], int]:
    """A won dispute gives each what was taken from it, as things stand now; and how much of it the backer gets herself.

    What a fund lost that has succeeded since goes to its organisation, less our fee. What the organisation owed us for it and
    has repaid meanwhile is owed to it again.
    """
    campaign = await Campaign.get(id=dispute.campaign_id)
    fund, payable = (
        chart.fund(campaign.id, campaign.currency),
        chart.payable(campaign.organisation_id, campaign.currency),
    )
    receivable = chart.receivable(campaign.organisation_id, campaign.currency)
    parts: list[tuple[Account, int]] = []
    left, hers_minor = amount_minor, 0
    for account, taken in await taken_in(dispute.id, f"campaign:{dispute.campaign_id}"):
        minor = min(taken, left)
        left -= minor
        first = minor
        if account == fund and campaign.state in SUCCEEDED and await takings.has_milestones(campaign.id):
            returned = await takings.give_back(campaign, dispute.id, minor)
            parts, hers_minor = parts + returned.parts, hers_minor + returned.hers_minor
            continue
        if account == receivable:
            first = min(await balance_minor(receivable), minor)
        elif account == fund and campaign.state in SUCCEEDED:
            account, first = chart.fee(campaign.currency), money.share_minor(minor, campaign.fee_bps)
        parts += [(account, first), (payable, minor - first)]
    parts.append((chart.dispute_cost(dispute.currency), left))
    return [(account, minor) for account, minor in parts if minor > 0], hers_minor


async def _end(dispute: Dispute, state: DisputeState) -> None:
    if state not in (DisputeState.WON, DisputeState.LOST):
        return
    if state == DisputeState.WON:
        await ask_again(dispute.charge_id)
    if dispute.is_inquiry:
        await outbox.enqueue("dispute_ended", {"dispute": dispute.id}, key=f"inquiry_ended:{dispute.id}")
    if dispute.order_id is not None or dispute.is_about_goods:
        await (goods if dispute.is_about_goods else orders).end(dispute, state)
        return
    pledge = await Pledge.get(id=dispute.pledge_id)
    if pledge.state != PledgeState.DISPUTED:
        return
    if state == DisputeState.WON:
        to, because = PledgeState.COLLECTED, "the dispute was won"
    else:
        to, because = PledgeState.LOST, "the dispute was lost"
        await void_what_was_kept(pledge.id)
    await move_pledges([{"id": pledge.id, "state": pledge.state}], to, because=because)
    if state == DisputeState.WON:
        await _COLLECTED(dispute.campaign_id, dispute.amount_minor)
        await end_refunded([f"pledge:{pledge.id}"])  # what was given back while the bank decided
        await ask_late(pledge.id)
    await outbox.enqueue("dispute_ended", {"dispute": dispute.id}, key=f"dispute_ended:{dispute.id}")


async def end_kept_refunds() -> int:
    """Refunds that a lost dispute has paid already: nobody may send that money a second time. Gives how many."""
    return await in_turn(await kept_refunds(), _end_kept_refund)


async def _end_kept_refund(refund: dict[str, Any]) -> bool:
    cost, note = chart.dispute_cost(refund["currency"]), "her bank gave it to her: the dispute was lost"
    if not refund["subject"].startswith("pledge:"):
        await orders.end_refund(refund["id"], note=note, paid_from=cost)
    else:
        await pay_another_way(refund["id"], note=note, paid_from=cost)
    return True


# By chance: a few that nothing comes of must not keep the others from being asked about.
_OPEN = Sql("""
    SELECT stripe_dispute_id FROM dispute WHERE state IN ('needs_response', 'answering', 'under_review')
    ORDER BY RANDOM() LIMIT 200""")


async def follow_open_disputes() -> int:
    """Disputes that are not over, looked up in case the event of their end was lost: a lost one moves no money."""
    return await in_turn([row["stripe_dispute_id"] for row in await _OPEN()], follow_dispute)


# --- answering ---


async def answer_dispute(dispute_id: int, *, evidence: str, by_person_id: int) -> None:
    """Send the bank what speaks for the charge. Once; a bank reads one answer. Raises DisputeClosed after that, AnswerRefused."""
    dispute = await _write_evidence(dispute_id, evidence, by_person_id)
    await send_answer(dispute)


@atomic
async def _write_evidence(dispute_id: int, evidence: str, by_person_id: int) -> Dispute:
    moved = await Dispute.filter(id=dispute_id, state=DisputeState.NEEDS_RESPONSE).update(
        state=DisputeState.ANSWERING, evidence=evidence, answered_by_id=by_person_id
    )
    if not moved:
        raise DisputeClosed("This dispute has been answered, or is over.")
    return await Dispute.get(id=dispute_id)


async def send_answer(dispute: Dispute) -> bool:
    """Beats two and three of an answer; gives whether it has arrived. The sweep repeats it while it is on its way.

    Raises AnswerRefused where Stripe doesn't take it and the bank still waits for one.
    """
    try:
        await stripe.answer_dispute(dispute.stripe_dispute_id, {"uncategorized_text": dispute.evidence})
    except stripe.Unknown:
        return False
    except stripe.Refused as refused:  # the bank was faster, or this answer can't be taken
        await _take_back(dispute.id)
        await follow_dispute(dispute.stripe_dispute_id)
        if await Dispute.exists(id=dispute.id, state=DisputeState.NEEDS_RESPONSE):
            raise AnswerRefused("The bank did not take this answer: {why}", why=str(refused)) from refused
        return True
    await follow_dispute(dispute.stripe_dispute_id)
    return True


@atomic
async def _take_back(dispute_id: int) -> None:
    await Dispute.filter(id=dispute_id, state=DisputeState.ANSWERING).update(state=DisputeState.NEEDS_RESPONSE)


async def resend_answers() -> int:
    """Answers whose sending was cut off; gives how many have arrived."""
    return await in_turn(await Dispute.filter(state=DisputeState.ANSWERING).limit(20), send_answer)
