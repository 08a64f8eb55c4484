"""What becomes of runs by themselves: they tip, are charged, are funded or fail, get late, and are closed when all is sent."""

from __future__ import annotations

from crowdfund import clock
from crowdfund.database import Sql, atomic, outbox
from crowdfund.merch.runs import counting, rules
from crowdfund.merch.runs.actions import move_run
from crowdfund.merch.runs.models import CALLED_OFF, ProductionRun, RunState
from crowdfund.orders.runs import charging, giving_back
from crowdfund.orders.runs.models import RunOrderState
from crowdfund.orders.runs.moving import lock_order, move_order
from crowdfund.orders.runs.releasing import release_halves
from crowdfund.payments.in_turn import in_turn
from crowdfund.people.models import Organisation, OrganisationState

S = RunOrderState
STEP_MAX = 100

_UNDER_WAY = Sql("""
    SELECT id FROM production_run WHERE state NOT IN ('closed', 'failed', 'cancelled') ORDER BY id LIMIT 500""")
# What a bank decides about waits for it; it keeps nobody else from her money.
_NO_BANK_DECIDES = """NOT EXISTS (SELECT 1 FROM charge c JOIN dispute d ON d.charge_id = c.id
                                  WHERE c.subject = 'goods_order:' || CAST(o.id AS TEXT) AND d.amount_minor > 0
                                    AND d.state IN ('needs_response', 'answering', 'under_review'))"""
_WITH_ORDERS_LEFT = Sql(f"""
    SELECT p.id FROM production_run p WHERE p.state IN ('closed', 'failed', 'cancelled')
      AND EXISTS (SELECT 1 FROM run_order r JOIN goods_order o ON o.id = r.order_id WHERE r.run_id = p.id
                  AND (r.state IN ('started', 'standing', 'errored')
                       OR (r.state = 'collected' AND o.state = 'paid' AND p.state <> 'closed' AND {_NO_BANK_DECIDES})))
    ORDER BY p.ended_at LIMIT 50""")  # noqa: S608
_COUNTS = Sql("SELECT state, COUNT(*) AS orders FROM run_order WHERE run_id = $1 GROUP BY state")
_DUE = Sql(
    "SELECT COUNT(*) FROM run_order WHERE run_id = $1 AND state = 'errored' AND next_charge_at <= $2 AND mend_by > $2"
)
_SENT = Sql("""
    SELECT CAST(COALESCE(SUM(l.shipped), 0) AS BIGINT) AS sent,
           CAST(COALESCE(SUM(l.quantity - l.shipped - l.cancelled), 0) AS BIGINT) AS to_send
    FROM run_order r JOIN goods_order o ON o.id = r.order_id AND o.state = 'paid' JOIN goods_line l ON l.order_id = o.id
    WHERE r.run_id = $1 AND r.state = 'collected'""")
_OVERDUE = Sql("""
    SELECT r.order_id FROM run_order r WHERE r.run_id = $1 AND r.state = 'errored' AND r.mend_by <= $2
      AND NOT EXISTS (SELECT 1 FROM charge c WHERE c.subject = 'goods_order:' || CAST(r.order_id AS TEXT)
                      AND c.state IN ('sending', 'needs_action', 'succeeded'))
    ORDER BY r.order_id LIMIT 100""")
_LEFT = Sql(f"""
    SELECT r.order_id FROM run_order r JOIN goods_order o ON o.id = r.order_id
    WHERE r.run_id = $1 AND (r.state IN ('started', 'standing', 'errored') OR (r.state = 'collected' AND o.state = 'paid'
          AND {_NO_BANK_DECIDES}))
    ORDER BY r.order_id LIMIT 100""")  # noqa: S608


async def work_on_runs() -> bool:
    """Take each run one step further; gives whether there is more to do right now."""
    moved = await in_turn([row["id"] for row in await _UNDER_WAY()], _step)
    moved += await in_turn([row["id"] for row in await _WITH_ORDERS_LEFT()], _let_go)
    return moved > 0


async def _step(run_id: int) -> bool:
    more = await _move_on(run_id)
    more |= await charging.charge_due(run_id) > 0
    more |= await _drop_overdue(run_id) or await _count_off_refunded(run_id)
    return more | (await release_halves(run_id) > 0)


@atomic
async def _move_on(run_id: int) -> bool:
    """One move of a run, if its moment has come; gives whether it moved."""
    run, now = await counting.lock(run_id), clock.now()
    if rules.tips(run):
        await move_run(run, RunState.TIPPED, because="enough are ordered", by=None)
    elif rules.is_over_untipped(run, now):
        await move_run(run, RunState.FAILED, because="too few were ordered in time", by=None)
    elif run.state == RunState.TIPPED:
        await move_run(
            run, RunState.CHARGING, because="the cards are asked", by=None, charging_until=now + rules.CHARGING
        )
    elif run.state == RunState.CHARGING and (to := await _verdict(run)) is not None:
        because = "enough are paid" if to == RunState.FUNDED else "too few cards could be charged"
        await move_run(run, to, because=because, by=None)
    elif rules.becomes_late(run, now):
        await ProductionRun.filter(id=run.id).update(late_at=now)
        await outbox.enqueue("run_late", {"run": run.id}, key=f"run_late:{run.id}")
    elif (to := await _by_parcels(run)) is not None:
        await move_run(
            run, to, because="all is sent" if to == RunState.CLOSED else "the first parcels are sent", by=None
        )
    else:
        return False
    return True


async def _verdict(run: ProductionRun) -> RunState | None:
    counts = {row["state"]: row["orders"] for row in await _COUNTS(run.id)}
    now = clock.now()
    asking = counts.get(S.CHARGING, 0) + int(await _DUE.value(run.id, clock.to_us(now)) or 0)
    seller = await Organisation.get(id=run.organisation_id)
    has_time = run.charging_until is not None and now < run.charging_until
    if seller.state == OrganisationState.VERIFIED or has_time:  # nobody is charged for a seller who is suspended
        asking += counts.get(S.STANDING, 0)
    return rules.verdict(run, asking=asking, errored=counts.get(S.ERRORED, 0), now=now)


async def _by_parcels(run: ProductionRun) -> RunState | None:
    if run.state not in (RunState.IN_PRODUCTION, RunState.SHIPPING):
        return None
    counts = {row["state"]: row["orders"] for row in await _COUNTS(run.id)}
    sent = await _SENT.one(run.id)
    assert sent is not None
    waiting = sum(counts.get(state, 0) for state in (S.STANDING, S.CHARGING, S.ERRORED))
    if not sent["to_send"] and not waiting:
        return RunState.CLOSED
    return RunState.SHIPPING if sent["sent"] and run.state == RunState.IN_PRODUCTION else None


_REFUNDED = Sql("""
    SELECT r.order_id FROM run_order r JOIN goods_order o ON o.id = r.order_id AND o.state = 'refunded'
    WHERE r.run_id = $1 AND r.state = 'collected'
      AND NOT EXISTS (SELECT 1 FROM goods_line l WHERE l.order_id = r.order_id AND l.shipped > 0)
    ORDER BY r.order_id LIMIT 100""")


@atomic
async def _count_off_refunded(run_id: int) -> bool:
    """Orders that were called off elsewhere before anything of them was sent: they count in the run no more."""
    await counting.lock(run_id)
    refunded = await _REFUNDED(run_id)
    for row in refunded:
        await move_order(await lock_order(row["order_id"]), S.GIVEN_BACK, because="all of it was paid back")
    return bool(refunded)


@atomic
async def _drop_overdue(run_id: int) -> bool:
    """Who did not mend her card in her 72 hours is out; others may have her pieces."""
    await counting.lock(run_id)
    overdue = await _OVERDUE(run_id, clock.now_us())
    for row in overdue:
        order = await lock_order(row["order_id"])
        await move_order(order, S.DROPPED, because="the card was not mended in time")
        await outbox.enqueue("run_order_dropped", {"order": order.order_id}, key=f"run_order_dropped:{order.order_id}")
    return bool(overdue)


async def _let_go(run_id: int) -> bool:
    """A run that is over: nobody is charged any more, and where it came to nothing all goes back. A page of its orders at a time."""
    await charging.end_waiting_charges(run_id, all_of_them=True)
    return await _let_orders_go(run_id)


@atomic
async def _let_orders_go(run_id: int) -> bool:
    run = await counting.lock(run_id)
    if run.state not in (RunState.CLOSED, *CALLED_OFF):
        return False
    why = giving_back.CANCELLED if run.state == RunState.CANCELLED else giving_back.FAILED
    moved = 0
    for row in await _LEFT(run_id):
        order = await lock_order(row["order_id"])
        if order.state != S.COLLECTED:
            moved += await _release(order.order_id)
        elif run.state in CALLED_OFF:
            await giving_back.give_back(order, why)
            moved += 1
    return moved > 0


_LIVE_CHARGE = Sql("""
    SELECT COUNT(*) FROM charge WHERE subject = $1 AND state IN ('sending', 'needs_action', 'succeeded')""")


async def _release(order_id: int) -> bool:
    order = await lock_order(order_id)
    if await _LIVE_CHARGE.value(order.subject):
        return False  # it waits for its fan: that charge must be dead first
    await move_order(order, S.RELEASED, because="the run is over", why="")
    return True
