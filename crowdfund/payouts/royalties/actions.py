"""Royalties, told and paid: a statement for each reporting period, once nothing of it can be returned any more.

They accrue as orders are earned (C royalty:{licence}) and are paid to the production's earnings. When a licence has ended, the licensee
tops them up to the minimum guarantee: out of what it has earned, and of the rest it owes. The production has that once it was repaid,
as it is no other seller's money. A licence has statements in each currency in which something was sold under it; the minimum is in its own.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from crowdfund import clock, settings
from crowdfund.database import as_rows, atomic, new_id
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
    currencies = as_rows({"currency": one} for one in settings.current().currencies)
    begun = [(row["id"], row["currency"]) for row in await queries.TO_BEGIN(currencies, now)]
    moved = await in_turn(begun, _begin)
    moved += await in_turn([row["id"] for row in await queries.DUE(now)], _settle)
    return moved + await in_turn([row["id"] for row in await queries.MINIMUM_DUE()], _top_up) > 0


def end_of(licence: Licence) -> datetime:
    """Until when it is sold under a licence, what is sold off included."""
    return licence.ends_at + timedelta(days=licence.sell_off_days)


@atomic
async def _begin(which: tuple[int, str]) -> bool:
    """Open the statements of all periods that have begun; after the licence's end once all of its own were paid, where some is left."""
    licence_id, currency = which
    await queries.LOCK_LICENCE(licence_id)
    licence, now, made = await Licence.get(id=licence_id), clock.now(), 0
    there = await RoyaltyStatement.filter(licence_id=licence_id, kind=StatementKind.PERIOD, currency=currency)
    begun, end = {statement.from_at for statement in there}, end_of(licence)
    goes_on = all(statement.state == StatementState.PAID for statement in there) and end in {s.to_at for s in there}
    for from_at, to_at in periods(licence.starts_at, licence.report_months, end):
        if from_at > now or (from_at >= end and not goes_on):
            break
        if from_at not in begun:
            await _open(licence, StatementKind.PERIOD, currency, from_at, to_at, due_at=to_at)
            made += 1
    return made > 0


async def _open(
    licence: Licence, kind: StatementKind, currency: str, from_at: datetime, to_at: datetime, *, due_at: datetime,
    topped_up_minor: int = 0,
) -> RoyaltyStatement:  # fmt: skip
    return await RoyaltyStatement.create(
        id=new_id(), licence_id=licence.id, kind=kind, from_at=from_at, to_at=to_at, currency=currency,
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
    earlier = RoyaltyStatement.filter(
        licence_id=licence.id, kind=StatementKind.PERIOD, currency=statement.currency, state=StatementState.OPEN,
        from_at__lt=statement.from_at,
    )  # fmt: skip
    due_at = clock.now() + LOOK_AGAIN if await earlier.exists() else await _due(statement)
    if due_at > clock.now():
        await RoyaltyStatement.filter(id=statement.id).update(due_at=due_at)
        return False
    account, currency = chart.royalty(licence.id, statement.currency), statement.currency
    held = await held_minor([account, chart.earnings(licence.licensor_id, currency)])
    from_us, until_us = clock.to_us(statement.from_at), clock.to_us(statement.to_at)
    sold = await queries.SOLD.one(licence.id, currency, from_us, until_us)
    later = await queries.SOLD.one(licence.id, currency, until_us, FOR_EVER_US)
    assert sold is not None and later is not None
    minor = payable_minor(held[account.code], later["royalty_minor"])
    sums = {"units": sold["units"], "net_minor": sold["net_minor"], "royalty_minor": minor}
    await RoyaltyStatement.filter(id=statement.id).update(state=StatementState.PAID, paid_at=clock.now(), **sums)
    await _post_paid(statement, licence, minor)
    return True


async def _due(statement: RoyaltyStatement) -> datetime:
    """When nothing of a period can be returned any more: it, and what is on its way back, is waited for."""
    row = await queries.CAN_BE_RETURNED.one(
        statement.licence_id, statement.currency, clock.to_us(statement.from_at), clock.to_us(statement.to_at)
    )
    if row is None or row["last_at"] is None:
        return statement.to_at
    due_at = max(statement.to_at, clock.from_us(row["last_at"]) + RETURN_WITHIN)
    return max(due_at, clock.now() + LOOK_AGAIN) if row["coming_back"] else due_at


async def _post_paid(statement: RoyaltyStatement, licence: Licence, minor: int) -> None:
    if minor > 0:
        movement = Posting(
            chart.royalty(licence.id, statement.currency),
            chart.earnings(licence.licensor_id, statement.currency),
            minor,
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
    missing = missing_minor(licence.minimum_minor, int(await queries.PAID.value(licence_id, licence.currency)))
    end, now = end_of(licence), clock.now()
    statement = await _open(
        licence, StatementKind.MINIMUM, licence.currency, end, end, due_at=now, topped_up_minor=missing
    )
    earned = chart.earnings(licence.licensee_id, licence.currency)
    owed = chart.receivable(licence.licensee_id, licence.currency)
    account = chart.royalty(licence.id, licence.currency)
    of_earned = min(missing, (await held_minor([earned, owed, account]))[earned.code])
    parts = [(earned, of_earned), (owed, missing - of_earned)]
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
    account = chart.royalty(licence.id, statement.currency)
    minor = min(statement.topped_up_minor, (await held_minor([account]))[account.code])
    sums = {"topped_up_minor": minor, "paid_at": clock.now()}
    await RoyaltyStatement.filter(id=statement.id).update(state=StatementState.PAID, **sums)
    await _post_paid(statement, licence, minor)
    return True
