"""People hang up at any moment: what they began ends whole or not at all, nobody waits for ever, no connection is lost."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from contextlib import suppress

import pytest
from tortoise.connection import get_connection

from crowdfund.campaigns.models import Campaign
from crowdfund.database import dialect
from crowdfund.database.atomic import finish_transactions
from crowdfund.payments.models import Charge
from crowdfund.pledges import following
from crowdfund.pledges.actions import amend_pledge, cancel_pledge
from crowdfund.pledges.make import finish, make_pledge
from crowdfund.pledges.models import Pledge
from crowdfund.pledges.refunding import finish_refunds, refund_pledge
from crowdfund.pledges.settlement import settle
from crowdfund.refusal import Refusal
from crowdfund.worker import work_until_idle
from tests.bank import books_proven, close_now, pledges_with, states
from tests.money import at_the_processor
from tests.world import Fan, a_campaign, a_fan, a_fan_with_card, a_tier, a_want, again, pledged

pytestmark = pytest.mark.usefixtures("database")
AT_ONCE = 12
HANGS_SECONDS = 120


@pytest.fixture
def times(long: bool) -> int:
    return 2_000 if long else 200


async def hung_up_on(
    calls: list[Callable[[], Awaitable[object]]], chance: random.Random, *, long_seconds: float = 0.03
) -> int:
    """Begin each call, a dozen at a time, and cancel it at some moment; gives how many were cancelled before their end.

    long_seconds: what the longest of them need.
    """
    gate, cancelled = asyncio.Semaphore(AT_ONCE), 0

    async def one(call: Callable[[], Awaitable[object]]) -> None:
        nonlocal cancelled
        async with gate:
            task = asyncio.ensure_future(call())
            await asyncio.sleep(chance.choice([0, 0, chance.uniform(0, 0.004), chance.uniform(0, long_seconds)]))
            cancelled += task.cancel()
            with suppress(asyncio.CancelledError, Refusal):
                await task

    async with asyncio.timeout(HANGS_SECONDS):
        await asyncio.gather(*(one(call) for call in calls))
        await finish()
        await finish_transactions()
    return cancelled


async def nothing_is_held() -> None:
    """Every connection is back in its pool, and the one lock is free."""
    for name in ("write", "read"):
        client = get_connection(f"{dialect()}_{name}")
        if dialect() == "postgres":
            pool = client._pool  # type: ignore[attr-defined]
            assert pool.get_idle_size() == pool.get_size()
        else:
            assert not client._lock.locked()  # type: ignore[attr-defined]


@pytest.mark.landing
async def test_pledges_amendments_and_cancellations_hung_up_on(times: int) -> None:
    chance = random.Random(1)
    campaign = await a_campaign()
    small = await a_tier(campaign, price_minor=10_00, size=times)
    large = await a_tier(campaign, price_minor=50_00, size=40)
    fans = [await a_fan_with_card() for _ in range(times // 4)]
    pledges = [await pledged(fan, campaign, tier_id=small) for fan in fans[: times // 8]]

    def a_call() -> Callable[[], Awaitable[object]]:
        mine, fan = chance.choice(pledges), chance.choice(fans)
        person_id, amount_minor = fans[pledges.index(mine)].id, chance.randint(50_00, 99_00)
        tier_id = chance.choice([None, small, large])
        amendment = {"tier_id": tier_id, "quantity": 1, "amount_minor": amount_minor, "shown_as": "name"}
        return chance.choice(
            [
                lambda: make_pledge(a_want(fan, campaign, tier_id=tier_id, amount_minor=amount_minor)),
                lambda: amend_pledge(mine.id, person_id=person_id, **amendment),  # type: ignore[arg-type]
                lambda: cancel_pledge(mine.id, person_id=person_id),
            ]
        )

    cancelled = await hung_up_on([a_call() for _ in range(times)], chance)
    assert cancelled > times // 4
    await nothing_is_held()
    await books_proven()
    async with asyncio.timeout(5):
        made = await pledged(await a_fan_with_card(), campaign)
    assert (made.state, await Pledge.exists(id=made.id)) == ("active", True)


async def a_fund_to_settle(number: int) -> Campaign:
    campaign = await a_campaign(goal_minor=25_00 * number, days=1)
    await pledges_with(campaign, *["ok"] * number)
    await Campaign.filter(id=campaign.id).update(
        state="settling", closed_at=campaign.closes_at, settle_by=campaign.closes_at
    )
    return await again(campaign)


@pytest.mark.landing
async def test_settlements_hung_up_on_charge_everybody_once(times: int) -> None:
    chance = random.Random(2)
    number = times // 4
    campaign = await a_fund_to_settle(number)

    async def a_step() -> None:
        await settle(campaign.id)
        await following.finish_what_was_left(0)

    cancelled = await hung_up_on([a_step] * times, chance)
    assert cancelled > times // 4
    await nothing_is_held()
    while await Charge.exists(state="sending"):
        await following.finish_what_was_left(0)
    await work_until_idle()
    ended = await again(campaign)
    assert (ended.state, await states(campaign)) == ("funded", {"collected": number})
    assert await at_the_processor("charges") == (number, 25_00 * number)
    await books_proven()


@pytest.mark.landing
async def test_refunds_hung_up_on_give_back_what_was_promised(times: int) -> None:
    chance = random.Random(3)
    staff: Fan = await a_fan("Staff")
    number = times // 10
    campaign = await a_campaign(goal_minor=25_00 * number, days=1)
    pledges = await pledges_with(campaign, *["ok"] * number)
    assert (await close_now(campaign)).state == "funded"

    def a_call() -> Callable[[], Awaitable[object]]:
        pledge, amount_minor = chance.choice(pledges), chance.randint(1, 9_00)
        return lambda: refund_pledge(pledge.id, amount_minor=amount_minor, reason="in part", by_person_id=staff.id)

    await hung_up_on([a_call() for _ in range(times)], chance)
    await nothing_is_held()
    await work_until_idle()
    refunded_minor = (await again(campaign)).refunded_minor
    assert (await at_the_processor("refunds"))[1] == refunded_minor > 0
    assert await finish_refunds([]) == 0
    await books_proven()
