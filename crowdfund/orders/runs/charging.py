"""Charging the orders of a run that has tipped, in three beats: intents and keys, the processor, what came of it.

What competes is serialised by the run's row. Every step can be repeated: what a crash left is found by the sweep.
"""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Any

from crowdfund import clock
from crowdfund.database import Sql, atomic, new_id, outbox
from crowdfund.merch.runs import counting
from crowdfund.merch.runs.models import MADE, ProductionRun, RunState
from crowdfund.merch.runs.rules import CHARGING, next_try
from crowdfund.orders.goods.models import GoodsOrder
from crowdfund.orders.runs.models import RunOrder, RunOrderState
from crowdfund.orders.runs.moving import lock_order, move_order
from crowdfund.payments import charges, stripe
from crowdfund.payments.charges import ChargeIntent, Ended
from crowdfund.payments.found import ChargeOutcome
from crowdfund.payments.in_turn import in_turn
from crowdfund.payments.models import Charge, ChargeState
from crowdfund.people.models import Organisation, OrganisationState

AT_ONCE = 12
CLAIM_MAX = 100
CHARGES = (RunState.CHARGING, RunState.FUNDED, *MADE)  # in which cards may still be asked
S = RunOrderState
_CALLED_OFF = "canceled"  # by us

_READY = Sql("""
    SELECT r.order_id, s.stripe_payment_method_id, n.stripe_customer_id
    FROM run_order r JOIN saved_card s ON s.id = r.card_id JOIN person n ON n.id = r.person_id
    WHERE r.run_id = $1 AND (r.state = 'standing' OR (r.state = 'errored' AND r.next_charge_at <= $2))
      AND NOT EXISTS (SELECT 1 FROM charge c WHERE c.subject = 'goods_order:' || CAST(r.order_id AS TEXT)
                      AND c.state IN ('sending', 'needs_action', 'succeeded'))
    ORDER BY r.order_id LIMIT $3""")
_WAITING = Sql("""
    SELECT c.id, c.stripe_payment_intent_id FROM run_order r
    JOIN charge c ON c.subject = 'goods_order:' || CAST(r.order_id AS TEXT) AND c.state = 'needs_action'
    WHERE r.run_id = $1 AND r.state = 'errored'
      AND ($4 = 1 OR (c.card_id <> r.card_id AND r.next_charge_at <= $2) OR r.mend_by <= $2)
    ORDER BY r.order_id LIMIT $3""")


async def charge_due(run_id: int) -> int:
    """Charge the orders of a run whose turn it is; gives how many were tried."""
    await end_waiting_charges(run_id)
    claimed = await _claim(run_id)
    gate = asyncio.Semaphore(AT_ONCE)
    until_us = clock.wall_now_us() + charges.SEND_WITHIN_US

    async def one(intent: ChargeIntent, row: dict[str, Any]) -> None:
        async with gate:
            if clock.wall_now_us() > until_us:
                return  # the processor hardly answers: what comes of this one is the sweep's to find out
            outcome = await charges.send(
                intent, customer_id=row["stripe_customer_id"], payment_method_id=row["stripe_payment_method_id"]
            )
        await finish_charge(intent.id, outcome)

    await asyncio.gather(*(one(intent, row) for intent, row in claimed))
    return len(claimed)


async def end_waiting_charges(run_id: int, *, all_of_them: bool = False) -> None:
    """A charge that waits for its fan must be dead before another card is asked, before her time is over, or with the run."""
    for row in await _WAITING(run_id, clock.now_us(), CLAIM_MAX, int(all_of_them)):
        try:
            await finish_charge(row["id"], await stripe.cancel_charge(row["stripe_payment_intent_id"]))
        except stripe.Unknown:
            continue


@atomic
async def _claim(run_id: int) -> list[tuple[ChargeIntent, dict[str, Any]]]:
    """Beat one: the orders are charging, the charges have rows and keys, before the processor is asked."""
    run = await counting.lock(run_id)
    seller = await Organisation.get(id=run.organisation_id)
    if run.state not in CHARGES or seller.state != OrganisationState.VERIFIED:
        return []
    claimed = []
    for row in await _READY(run_id, clock.now_us(), CLAIM_MAX):
        order, goods = await lock_order(row["order_id"]), await GoodsOrder.get(id=row["order_id"])
        attempt = order.attempts + 1
        await move_order(order, S.CHARGING, because="the run has tipped", attempts=attempt, next_charge_at=None)
        intent = ChargeIntent(
            id=new_id(), subject=goods.subject, campaign_id=None, person_id=order.person_id, card_id=int(order.card_id or 0),
            attempt=attempt, amount_minor=goods.total_minor, currency=goods.currency, held_for=goods.subject,
        )  # fmt: skip
        claimed.append((intent, row))
    await charges.make_charges(intent for intent, _ in claimed)
    return claimed


# --- what came of charges ---


async def finish_charge(charge_id: int, outcome: ChargeOutcome) -> bool:
    """Beat three, from the call itself, an event or the sweep; gives whether the charge moved. Unknown changes nothing."""
    if outcome.state is None:
        return False
    return await _finish(charge_id, outcome)


@atomic
async def _finish(charge_id: int, outcome: ChargeOutcome) -> bool:
    found = await Charge.get(id=charge_id)
    order_id = int(found.subject.removeprefix("goods_order:"))
    run = await counting.lock((await RunOrder.get(order_id=order_id)).run_id)
    order = await lock_order(order_id)
    ended = await charges.end_charges([(charge_id, outcome)])
    for charge in ended:
        if charge.state == ChargeState.SUCCEEDED:
            await move_order(order, S.COLLECTED, because="charged", next_charge_at=None)
            await outbox.enqueue("run_order_paid", {"order": order_id}, key=f"run_order_paid:{order_id}")
        else:
            await _errored(run, order, charge)
    return bool(ended)


async def _errored(run: ProductionRun, order: RunOrder, charge: Ended) -> None:
    """Her first refusal gives her 72 hours from then on, and the run waits for them."""
    now = clock.now()
    told = charge.state == ChargeState.NEEDS_ACTION or charge.decline_code not in (charges.NEVER_ARRIVED, _CALLED_OFF)
    mend_by = order.mend_by
    if mend_by is None and told:
        mend_by = max(now + CHARGING, run.charging_until or now)
        if run.state == RunState.CHARGING and run.charging_until != mend_by:
            await ProductionRun.filter(id=run.id).update(charging_until=mend_by)
    again = _next_try(charge, mend_by)
    if order.state == S.CHARGING:
        await move_order(order, S.ERRORED, because="the card was not charged", mend_by=mend_by, next_charge_at=again)
    elif again is not None and order.next_charge_at is None:  # it waited for its fan and was declined
        await RunOrder.filter(order_id=order.order_id, state=S.ERRORED).update(next_charge_at=again)
    if told:
        key = f"run_order_errored:{order.order_id}:{charge.attempt}:{charge.state}"
        await outbox.enqueue("run_order_errored", {"order": order.order_id, "charge": charge.id}, key=key)


def _next_try(charge: Ended, mend_by: datetime | None) -> datetime | None:
    if charge.state != ChargeState.DECLINED or charge.decline_code == _CALLED_OFF:
        return None
    if charge.decline_code == charges.NEVER_ARRIVED or mend_by is None:
        return clock.now()
    return next_try(mend_by, clock.now(), charge.advice)


_BY_INTENT = Sql("""
    SELECT id FROM charge WHERE stripe_payment_intent_id = $1 AND subject LIKE 'goods_order:%' AND card_id IS NOT NULL""")


async def follow_run_charge(payment_intent_id: str) -> bool:
    """A PaymentIntent changed; gives whether a charge of ours moved."""
    charge_id = await _BY_INTENT.value(payment_intent_id)
    return charge_id is not None and await finish_charge(charge_id, await stripe.charge_found(payment_intent_id))


async def finish_charges_left(older_than_seconds: int = 60) -> int:
    """Ask again for charges whose answer never came, and look at those that wait for their fan; gives how many moved."""
    moved = await in_turn(
        await charges.charges_left("goods_order", older_than_seconds), lambda found: finish_charge(*found)
    )
    return moved + await in_turn(await charges.waiting_for_their_fan("goods_order"), follow_run_charge)
