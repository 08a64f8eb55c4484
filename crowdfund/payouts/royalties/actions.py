"""Royalties, told and paid: a statement for each reporting period, once nothing of it can be returned any more.

They accrue as orders are earned (C royalty:{licence}) and are paid to the production's earnings. When a licence has ended, the licensee
tops them up to the minimum guarantee: out of what it has earned, and of the rest it owes. The production has that once it was repaid,
as it is no other seller's money.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from crowdfund import clock
from crowdfund.database import atomic, new_id
from crowdfund.ledger import Entry, Posting, balance_minor, chart, held_minor, post
from crowdfund.merch.licences.models import Licence
from crowdfund.orders.returns.rules import RETURN_WITHIN
from crowdfund.payments.in_turn import in_turn
from crowdfund.payouts.royalties import queries
from crowdfund.payouts.royalties.models import RoyaltyStatement, StatementKind, StatementState
from crowdfund.payouts.royalties.rules import missing_minor, payable_minor, periods

LOOK_AGAIN = timedelta(hours=6)  # while something is on its way back, or owed
FOR_EVER_US = 2**62


async def follow_royalties() -> bool:
    """Begin the periods that have begun, pay what is due, top up what has ended; gives whether there is more right now."""
    now = clock.now_us()
    moved = await in_turn([row["id"] for row in await queries.TO_BEGIN(now)], _begin)
    moved += await in_turn([row["id"] for row in await queries.DUE(now)], _settle)
    return moved + await in_turn([row["id"] for row in await queries.MINIMUM_DUE()], _top_up) > 0


def end_of(licence: Licence) -> datetime:
    """Until when it is sold under a licence, what is sold off included."""
    return licence.ends_at + timedelta(days=licence.sell_off_days)


@atomic
async def _begin(licence_id: int) -> bool:
    """Open the statements of all periods that have begun."""
    await queries.LOCK_LICENCE(licence_id)
    licence, now, made = await Licence.get(id=licence_id), clock.now(), 0
    for from_at, to_at in periods(licence.starts_at, licence.report_months, end_of(licence)):
        if from_at > now:
            return made > 0
        if await RoyaltyStatement.exists(licence_id=licence_id, kind=StatementKind.PERIOD, from_at=from_at):
            continue
        await _open(licence, StatementKind.PERIOD, from_at, to_at, due_at=to_at)
        made += 1
    return made > 0


async def _open(
    licence: Licence,
    kind: StatementKind,
    from_at: datetime,
    to_at: datetime,
    *,
    due_at: datetime,
    topped_up_minor: int = 0,
) -> RoyaltyStatement:
    return await RoyaltyStatement.create(
        id=new_id(), licence_id=licence.id, kind=kind, from_at=from_at, to_at=to_at, currency=licence.currency,
        topped_up_minor=topped_up_minor, state=StatementState.OPEN, due_at=due_at, made_at=clock.now(),
    )  # fmt: skip


@atomic
async def _settle(statement_id: int) -> bool:
    """Pay a statement whose day has come; gives whether it was paid."""
    await queries.LOCK(statement_id)
    statement = await RoyaltyStatement.get(id=statement_id)
    if statement.state != StatementState.OPEN or statement.due_at > clock.now():
        return False
    licence = await Licence.get(id=statement.licence_id)
    if statement.kind == StatementKind.MINIMUM:
        return await _pay_minimum(statement, licence)
    return await _pay_period(statement, licence)


async def _pay_period(statement: RoyaltyStatement, licence: Licence) -> bool:
    if (due_at := await _due(statement)) > clock.now():
        await RoyaltyStatement.filter(id=statement.id).update(due_at=due_at)
        return False
    account, until_us = chart.royalty(licence.id, licence.currency), clock.to_us(statement.to_at)
    await held_minor([account, chart.earnings(licence.licensor_id, licence.currency)])
    sold = await queries.SOLD.one(licence.id, clock.to_us(statement.from_at), until_us)
    later = await queries.SOLD.one(licence.id, until_us, FOR_EVER_US)
    assert sold is not None and later is not None
    not_yet = later["royalty_minor"] + int(await queries.HALF.value(licence.id, account.code))
    minor = payable_minor(await balance_minor(account), not_yet)
    sums = {"units": sold["units"], "net_minor": sold["net_minor"], "royalty_minor": minor}
    await RoyaltyStatement.filter(id=statement.id).update(state=StatementState.PAID, paid_at=clock.now(), **sums)
    await _post_paid(statement, licence, minor)
    return True


async def _due(statement: RoyaltyStatement) -> datetime:
    """When nothing of a period can be returned any more: it, and what is on its way back, is waited for."""
    row = await queries.CAN_BE_RETURNED.one(
        statement.licence_id, clock.to_us(statement.from_at), clock.to_us(statement.to_at)
    )
    if row is None or row["last_at"] is None:
        return statement.to_at
    due_at = max(statement.to_at, clock.from_us(row["last_at"]) + RETURN_WITHIN)
    return max(due_at, clock.now() + LOOK_AGAIN) if row["returning"] else due_at


async def _post_paid(statement: RoyaltyStatement, licence: Licence, minor: int) -> None:
    if minor > 0:
        movement = Posting(
            chart.royalty(licence.id, licence.currency), chart.earnings(licence.licensor_id, licence.currency), minor
        )
        await post([Entry(f"royalty_paid:{statement.id}", "royalty_paid", f"licence:{licence.id}", [movement])])


# --- the minimum guarantee ---


@atomic
async def _top_up(licence_id: int) -> bool:
    """What the royalties of an ended licence are short of its minimum: the licensee's, of what it has earned or as what it owes."""
    await queries.LOCK_LICENCE(licence_id)
    licence = await Licence.get(id=licence_id)
    if await RoyaltyStatement.exists(licence_id=licence_id, kind=StatementKind.MINIMUM):
        return False
    missing = missing_minor(licence.minimum_minor, int(await queries.PAID.value(licence_id)))
    end, now = end_of(licence), clock.now()
    statement = await _open(licence, StatementKind.MINIMUM, end, end, due_at=now, topped_up_minor=missing)
    earned = chart.earnings(licence.licensee_id, licence.currency)
    owed = chart.receivable(licence.licensee_id, licence.currency)
    await held_minor([earned, owed, chart.royalty(licence.id, licence.currency)])
    of_earned = min(missing, await balance_minor(earned))
    parts = [(earned, of_earned), (owed, missing - of_earned)]
    account = chart.royalty(licence.id, licence.currency)
    movements = [Posting(source, account, minor) for source, minor in parts if minor > 0]
    if movements:
        await post(
            [Entry(f"royalty_topped_up:{statement.id}", "royalty_topped_up", f"licence:{licence.id}", movements)]
        )
    return True


async def _pay_minimum(statement: RoyaltyStatement, licence: Licence) -> bool:
    """Once the licensee owes us nothing any more."""
    if await balance_minor(chart.receivable(licence.licensee_id, licence.currency)) > 0:
        await RoyaltyStatement.filter(id=statement.id).update(due_at=clock.now() + LOOK_AGAIN)
        return False
    await RoyaltyStatement.filter(id=statement.id).update(state=StatementState.PAID, paid_at=clock.now())
    await _post_paid(statement, licence, statement.topped_up_minor)
    return True
