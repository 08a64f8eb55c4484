"""Settling a fund: the days after its close in which cards are charged, and the verdict by what was collected.

Every step works on a few hundred pledges at a time and can be repeated: a crash loses nothing, and memory stays flat however
many fans there are. What competes is serialised by the campaign's row.
"""

from __future__ import annotations

import asyncio
from typing import Any

from crowdfund import clock
from crowdfund.campaigns import counters
from crowdfund.campaigns.models import Campaign, CampaignState
from crowdfund.campaigns.rules import SETTLE_DAYS
from crowdfund.campaigns.verdict import end_campaign
from crowdfund.database import Batch, Sql, as_rows, atomic, new_id, outbox
from crowdfund.payments import charges, stripe
from crowdfund.payments.charges import ChargeIntent, Ended
from crowdfund.payments.found import ChargeOutcome
from crowdfund.payments.models import ChargeState
from crowdfund.pledges import letting_go, rules
from crowdfund.pledges.models import PledgeState
from crowdfund.pledges.moves import move_pledges
from crowdfund.pledges.transfers.releasing import pay_funded

AT_ONCE = 12  # calls to Stripe under way: at half a second each about its default limit of 25 a second
CLAIM_MAX = 240

_READY = Sql("""
    SELECT p.id, p.state, p.person_id, p.card_id, p.amount_minor, p.currency, p.attempts, p.campaign_id,
           s.stripe_payment_method_id, n.stripe_customer_id
    FROM pledge p JOIN saved_card s ON s.id = p.card_id JOIN person n ON n.id = p.person_id
    WHERE p.campaign_id = $1 AND (p.state = 'active' OR (p.state = 'errored' AND p.next_charge_at <= $2))
      AND NOT EXISTS (SELECT 1 FROM charge c WHERE c.subject = 'pledge:' || CAST(p.id AS TEXT)
                      AND c.state IN ('sending', 'needs_action', 'succeeded'))
    ORDER BY p.id LIMIT $3""")
_COLLECTED = Sql("""
    UPDATE campaign SET collected_minor = collected_minor + more.minor
    FROM (SELECT CAST(value->>'id' AS BIGINT) AS id, CAST(value->>'minor' AS BIGINT) AS minor FROM {rows}) AS more
    WHERE campaign.id = more.id""")
_PLEDGES = Sql("""
    SELECT id, state, campaign_id, person_id, attempts, card_id FROM pledge
    WHERE id IN (SELECT CAST(value->>'id' AS BIGINT) FROM {rows})""")


async def charge_due(campaign_id: int) -> int:
    """Charge a few hundred of a settling fund's pledges whose turn it is; gives how many were tried."""
    if not await _READY(campaign_id, clock.now_us(), 1):  # the fund's row is locked where there is something to do
        return 0
    claimed = await _claim(campaign_id)
    gate = asyncio.Semaphore(AT_ONCE)
    until_us = clock.wall_now_us() + charges.SEND_WITHIN_US

    async def one(intent: ChargeIntent, row: dict[str, Any]) -> None:
        async with gate:
            if clock.wall_now_us() > until_us:
                return  # Stripe hardly answers: what comes of this one is the sweep's to find out
            outcome = await charges.send(
                intent, customer_id=row["stripe_customer_id"], payment_method_id=row["stripe_payment_method_id"]
            )
        await finish_charge(intent.id, outcome)

    await asyncio.gather(*(one(intent, row) for intent, row in claimed))
    return len(claimed)


@atomic
async def _claim(campaign_id: int) -> list[tuple[ChargeIntent, dict[str, Any]]]:
    """Beat one for many: the pledges are charging, the charges have rows and keys, before Stripe is asked."""
    campaign = await counters.lock_one(campaign_id)
    if campaign["state"] != CampaignState.SETTLING:
        return []
    ready = {row["id"]: row for row in await _READY(campaign_id, clock.now_us(), CLAIM_MAX)}
    asked = ({**row, "attempts": row["attempts"] + 1} for row in ready.values())
    moved = await move_pledges(asked, PledgeState.CHARGING, because="the fund settles")
    claimed = [
        (
            ChargeIntent(
                id=new_id(), subject=f"pledge:{row['id']}", campaign_id=campaign_id, person_id=row["person_id"],
                card_id=row["card_id"], attempt=row["attempts"], amount_minor=row["amount_minor"], currency=campaign["currency"],
            ),
            ready[row["id"]],
        )
        for row in moved
    ]  # fmt: skip
    if claimed:
        await charges.make_charges(intent for intent, _ in claimed)
    return claimed


# --- what came of charges ---


@atomic
async def _finish(outcomes: list[tuple[int, ChargeOutcome]]) -> list[bool]:
    campaigns = await _lock_campaigns_of(outcomes)
    ended = await charges.end_charges(outcomes)
    by_pledge = {int(charge.subject.removeprefix("pledge:")): charge for charge in ended}
    if by_pledge:
        pledges = {row["id"]: row for row in await _PLEDGES(as_rows({"id": i} for i in by_pledge))}
        await _collected(by_pledge, pledges)
        await _give_days_to_mend(ended)
        await _errored(by_pledge, pledges, {row["id"]: row["settle_by"] for row in await _SETTLE_BY(campaigns)})
    moved = {charge.id for charge in ended}
    return [charge_id in moved for charge_id, _ in outcomes]


_finished = Batch[tuple[int, ChargeOutcome], bool](_finish, waiting_max=100_000)


async def finish_charge(charge_id: int, outcome: ChargeOutcome) -> bool:
    """Beat three: what came of a charge, from the call itself, an event or the sweep; gives whether it moved.

    Unknown changes nothing.
    """
    return await _finished.ask((charge_id, outcome))


_CAMPAIGNS_OF = Sql("""
    SELECT DISTINCT campaign_id FROM charge WHERE id IN (SELECT CAST(value->>'id' AS BIGINT) FROM {rows})""")
_SETTLE_BY = Sql(
    "SELECT id, settle_by FROM campaign WHERE id IN (SELECT CAST(value->>'campaign_id' AS BIGINT) FROM {rows})"
)


async def _lock_campaigns_of(outcomes: list[tuple[int, ChargeOutcome]]) -> str:
    """Lock the campaigns of these charges first, as every verb on pledges does; gives them as rows of campaign_id."""
    campaigns = as_rows(await _CAMPAIGNS_OF(as_rows({"id": charge_id} for charge_id, _ in outcomes)))
    await counters.lock(campaigns)
    return campaigns


_GIVE_DAYS = Sql("""
    UPDATE campaign SET settle_by = $2
    WHERE state = 'settling' AND settle_by < $3 AND id IN (
        SELECT c.campaign_id FROM charge c WHERE c.id IN (SELECT CAST(value->>'id' AS BIGINT) FROM {rows})
          AND NOT EXISTS (SELECT 1 FROM charge b WHERE b.subject = c.subject AND b.id <> c.id AND b.state <> 'sending'
                          AND b.decline_code <> $4))
    RETURNING id""")


async def _give_days_to_mend(ended: list[Ended]) -> None:
    """Who hears only days after the close that her card is refused has seven days from then on.

    That is so when we could not charge for days, or could not reach Stripe. It is asked of a pledge's first answer only: a card
    that is refused again moves nothing.
    """
    refused = [c for c in ended if c.state == ChargeState.NEEDS_ACTION or charges.was_refused(c)]
    if refused:
        settle_by = clock.now_us() + SETTLE_DAYS * rules.DAY_US
        rows = as_rows({"id": charge.id} for charge in refused)
        await _GIVE_DAYS(rows, settle_by, settle_by - rules.DAY_US, charges.NEVER_ARRIVED)


async def _collected(by_pledge: dict[int, Ended], pledges: dict[int, dict[str, Any]]) -> None:
    paid = [pledges[i] for i, charge in by_pledge.items() if charge.state == ChargeState.SUCCEEDED]
    moved = await move_pledges(paid, PledgeState.COLLECTED, because="charged")
    minor: dict[int, int] = {}
    for row in moved:
        minor[row["campaign_id"]] = minor.get(row["campaign_id"], 0) + by_pledge[row["id"]].amount_minor
    if minor:
        await _COLLECTED(as_rows({"id": i, "minor": m} for i, m in minor.items()))
    await letting_go.mark_unused(row["card_id"] for row in moved)
    await outbox.enqueue_many([("pledge_collected", {"pledge": r["id"]}, f"pledge_collected:{r['id']}") for r in moved])


async def _errored(by_pledge: dict[int, Ended], pledges: dict[int, dict[str, Any]], settle_by: dict[int, int]) -> None:
    failed = []
    for pledge_id, charge in by_pledge.items():
        if charge.state == ChargeState.SUCCEEDED:
            continue
        next_at = _next_try_us(charge, settle_by[charge.campaign_id])
        if pledges[pledge_id]["state"] == PledgeState.CHARGING:
            failed.append({**pledges[pledge_id], "next_charge_at": next_at})
        elif next_at is not None:  # it waited for its fan and was declined; one with a new card keeps its turn
            await _TRY_AGAIN(pledge_id, next_at)
    for row in await move_pledges(failed, PledgeState.ERRORED, because="the card was not charged"):
        charge = by_pledge[row["id"]]
        if charge.decline_code != charges.NEVER_ARRIVED:
            key = f"pledge_errored:{row['id']}:{charge.attempt}"
            await outbox.enqueue("pledge_errored", {"pledge": row["id"], "charge": charge.id}, key=key)


_TRY_AGAIN = Sql("""
    UPDATE pledge SET next_charge_at = $2 WHERE id = $1 AND state = 'errored' AND next_charge_at IS NULL RETURNING id""")


def _next_try_us(charge: Ended, settle_by_us: int) -> int | None:
    """When the same card is asked again; at once, whatever the day, where the bank never heard of the first time."""
    if charge.state != ChargeState.DECLINED or charge.decline_code == "canceled":
        return None
    if charge.decline_code == charges.NEVER_ARRIVED:
        return clock.now_us()
    return rules.next_try_us(settle_by_us, clock.now_us(), charge.advice)


# --- the end of a fund ---

_STILL_OPEN = Sql("""
    SELECT (SELECT COUNT(*) FROM (SELECT 1 FROM pledge WHERE campaign_id = $1 AND state IN ('active', 'charging') LIMIT 1) AS a)
           AS charging,
           (SELECT COUNT(*) FROM (SELECT 1 FROM pledge WHERE campaign_id = $1 AND state = 'errored' LIMIT 1) AS b) AS errored,
           (SELECT COUNT(*) FROM (SELECT 1 FROM charge WHERE campaign_id = $1 AND state = 'succeeded' AND fee_minor IS NULL
                                  LIMIT 1) AS c) AS fees""")
_ERRORED = Sql("""
    SELECT p.id, p.state, c.id AS charge_id, c.stripe_payment_intent_id FROM pledge p
    LEFT JOIN charge c ON c.subject = 'pledge:' || CAST(p.id AS TEXT) AND c.state IN ('sending', 'needs_action')
    WHERE p.campaign_id = $1 AND p.state = 'errored' ORDER BY p.id LIMIT $2""")
_ACTIVE = Sql("""
    SELECT id, state, card_id FROM pledge WHERE campaign_id = $1 AND state IN ('active', 'started') ORDER BY id LIMIT $2""")


async def settle(campaign_id: int) -> bool:
    """One step of settling a fund whose close has come; gives whether there is more to do right now."""
    await free_waiting_charges(campaign_id)
    if await charge_due(campaign_id):
        return True
    still = await _STILL_OPEN.one(campaign_id)
    assert still is not None
    if still["charging"]:
        return False  # answers are outstanding: the sweep asks for them
    if still["errored"]:
        return await _drop_overdue(campaign_id)
    if still["fees"]:
        return False  # Stripe has not told all its fees yet, and a verdict books them
    return await end_campaign(campaign_id, pay=pay_funded)


async def _drop_overdue(campaign_id: int) -> bool:
    """After seven days a pledge whose card was never mended is dropped; first its open charge is made sure to be dead."""
    campaign = await Campaign.get(id=campaign_id)
    if campaign.settle_by is None or clock.now() < campaign.settle_by:
        return False
    overdue = await _ERRORED(campaign_id, CLAIM_MAX)
    for row in overdue:
        if row["charge_id"] is not None and row["stripe_payment_intent_id"] is not None:
            try:
                await finish_charge(row["charge_id"], await stripe.cancel_charge(row["stripe_payment_intent_id"]))
            except stripe.Unknown:
                continue
    return await _drop([row["id"] for row in overdue], campaign_id) > 0


_NEW_CARD = Sql("""
    SELECT p.id, c.id AS charge_id, c.stripe_payment_intent_id FROM pledge p
    JOIN charge c ON c.subject = 'pledge:' || CAST(p.id AS TEXT) AND c.state = 'needs_action' AND c.card_id <> p.card_id
    WHERE p.campaign_id = $1 AND p.state = 'errored' AND p.next_charge_at <= $2 LIMIT $3""")


async def free_waiting_charges(campaign_id: int) -> None:
    """A fan whose bank wanted to see her gave another card: the old charge must be dead before the new one is made."""
    for row in await _NEW_CARD(campaign_id, clock.now_us(), CLAIM_MAX):
        try:
            await finish_charge(row["charge_id"], await stripe.cancel_charge(row["stripe_payment_intent_id"]))
        except stripe.Unknown:
            continue


_DROPPABLE = Sql("""
    SELECT p.id, p.state FROM pledge p
    WHERE p.id IN (SELECT CAST(value->>'id' AS BIGINT) FROM {rows}) AND p.state = 'errored'
      AND (p.next_charge_at IS NULL OR p.next_charge_at > $2)
      AND NOT EXISTS (SELECT 1 FROM charge c WHERE c.subject = 'pledge:' || CAST(p.id AS TEXT)
                      AND c.state IN ('sending', 'needs_action', 'succeeded'))""")


@atomic
async def _drop(pledge_ids: list[int], campaign_id: int) -> int:
    await counters.lock_one(campaign_id)
    droppable = await _DROPPABLE(as_rows({"id": i} for i in pledge_ids), clock.now_us())
    moved = await move_pledges(droppable, PledgeState.DROPPED, because="the card was not mended in time")
    await letting_go.mark_unused(row["card_id"] for row in moved)
    await outbox.enqueue_many([("pledge_dropped", {"pledge": r["id"]}, f"pledge_dropped:{r['id']}") for r in moved])
    return len(moved)


_RELEASED_BECAUSE = {
    CampaignState.FUNDED: "the fund was funded",
    CampaignState.FUNDED_HELD: "the fund was funded",
    CampaignState.FAILED: "the fund failed",
    CampaignState.CANCELLED: "the fund was cancelled",
}


@atomic
async def release(campaign_id: int) -> int:
    """Let go of the pledges of a fund that ended without charging them, a few hundred at a time; gives how many.

    In a funded one these are pledges that were only started: their card never came.
    """
    campaign = await counters.lock_one(campaign_id)
    if campaign["state"] not in _RELEASED_BECAUSE:
        return 0
    found = await _ACTIVE(campaign_id, CLAIM_MAX)
    moved = await move_pledges(found, PledgeState.RELEASED, because=_RELEASED_BECAUSE[campaign["state"]])
    await letting_go.mark_unused(row["card_id"] for row in moved)
    await letting_go.mark_saved_for(row["id"] for row in moved if row["from_state"] == PledgeState.STARTED)
    counted = [row for row in moved if row["from_state"] == PledgeState.ACTIVE]
    await outbox.enqueue_many([("pledge_released", {"pledge": r["id"]}, f"pledge_released:{r['id']}") for r in counted])
    return len(moved)
