"""kill -9 at any moment: what was acknowledged is there, what was charged was charged once, and work goes on at once."""

from __future__ import annotations

import asyncio
import json
import os
import random
import sys
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from statistics import median

import pytest
import time_machine

from crowdfund import clock, settings
from crowdfund.books import check
from crowdfund.campaigns.models import Campaign
from crowdfund.database import Sql, atomic
from crowdfund.payments.models import Refund
from crowdfund.payouts.models import Payout
from crowdfund.pledges.milestones import releases
from crowdfund.pledges.models import Pledge
from tests.bank import a_studio_with_account, ask, close_now, fans_with, pass_time, states
from tests.milestones import a_funded_film, left_of, states_of
from tests.money import at_the_processor
from tests.pace import READY_WITHIN_SECONDS, slowness_of_starts
from tests.world import a_campaign, a_fan_with_card, a_tier, again, broken, pledged

pytestmark = pytest.mark.landing

ROOT = Path(__file__).parents[2]


@pytest.fixture
def kills(engine: str, long: bool) -> int:
    """How many, on this engine."""
    return ({"sqlite": 20, "postgres": 5} if long else {"sqlite": 2, "postgres": 1})[engine]


class Child:
    """A process of ours at its work, until it is killed."""

    def __init__(self, process: asyncio.subprocess.Process, ready_after_seconds: float) -> None:
        self.process = process
        self.ready_after_seconds = ready_after_seconds

    async def killed_after(self, seconds: float, *, acknowledged: int = 0) -> list[int]:
        """Kill it, so long after it has acknowledged so many; gives the numbers that it acknowledged until then."""
        assert self.process.stdout is not None
        said = b"".join([await self.process.stdout.readline() for _ in range(acknowledged)])
        with suppress(TimeoutError):
            await asyncio.wait_for(self.process.wait(), seconds)
        with suppress(ProcessLookupError):
            self.process.kill()
        said += await self.process.stdout.read()
        await self.process.wait()
        return [int(line) for line in said.decode().splitlines(keepends=True) if line.endswith("\n")]


def environ_of_site() -> dict[str, str]:
    """What a process has to be told to work beside this test."""
    ours = settings.current()
    return {
        "CROWDFUND_DATABASE_URL": ours.database_url, "CROWDFUND_SECRET": ours.secret, "CROWDFUND_STRIPE_KEY": ours.stripe_key,
        "CROWDFUND_SANDBOX_URL": ours.sandbox_url, "CROWDFUND_DATA": str(ours.data),
    }  # fmt: skip


async def a_child(work: str, **asked: object) -> Child:
    environ = os.environ | environ_of_site()
    began = time.monotonic()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.crash.child", work, cwd=ROOT, env=environ,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert process.stdin is not None and process.stdout is not None
    process.stdin.write(json.dumps(asked).encode() + b"\n")
    await process.stdin.drain()
    async with asyncio.timeout(30):
        assert await process.stdout.readline() == b"ready\n"
    return Child(process, time.monotonic() - began)


@pytest.fixture
async def wall(database: str) -> AsyncIterator[time_machine.Traveller]:
    with time_machine.travel(clock.from_us(clock.wall_now_us()), tick=True) as traveller:
        yield traveller


async def minutes_later(wall: time_machine.Traveller) -> None:
    """The leases of the dead run out, and the processor is asked again for what they did not live to hear."""
    wall.shift(timedelta(minutes=25))
    await pass_time(minutes=25)


@pytest.mark.alone
async def test_no_acknowledged_pledge_is_lost(wall: time_machine.Traveller, kills: int) -> None:
    campaign = await a_campaign(goal_minor=1_00)
    tier_id = await a_tier(campaign, size=100_000)
    acknowledged: list[int] = []
    ready: list[float] = []
    for number in range(kills):
        people = [(await a_fan_with_card()).id for _ in range(300)]
        child = await a_child("pledge", people=people, campaign=campaign.id, tier=tier_id)
        acknowledged += await child.killed_after(random.Random(number).uniform(0.0, 0.25), acknowledged=12)
        ready.append(child.ready_after_seconds)
    there = {pledge.id for pledge in await Pledge.filter(campaign_id=campaign.id, state="active")}
    assert (len(acknowledged) > 10 * kills, set(acknowledged) - there) == (True, set())
    now = await again(campaign)
    assert (now.pledges_live, now.promised_minor) == (len(there), 25_00 * len(there))
    assert broken((await check(counting=False)).findings) == []
    made = await pledged(await a_fan_with_card(), campaign, tier_id=tier_id)
    print(
        f"{kills} kills, {len(acknowledged)} acknowledged, 0 lost, ready again after {median(ready):.2f} s, at most {max(ready):.2f}"
    )
    assert made.state == "active" and median(ready) < READY_WITHIN_SECONDS * slowness_of_starts()


async def a_fund_about_to_close(studio_id: int, cards: list[str]) -> Campaign:
    campaign = await a_campaign(goal_minor=1_00, rule="flexible", studio_id=studio_id, days=1)
    for fan in await fans_with(*cards):
        await pledged(fan, campaign)
    assert campaign.closes_at is not None
    await time_passes((campaign.closes_at - clock.now()).total_seconds() + 1)
    return campaign


async def time_passes(seconds: float) -> None:
    """Here and at the processor; and the child, not we, does what came due."""
    clock.advance(timedelta(seconds=seconds))
    await ask("POST", "clock", {"advance_seconds": int(seconds)})


@pytest.mark.alone
async def test_a_settlement_killed_at_any_moment_charges_everybody_once(
    wall: time_machine.Traveller, kills: int
) -> None:
    studio_id = await a_studio_with_account()
    funds: list[Campaign] = []
    ready: list[float] = []
    for number in range(kills):
        funds.append(await a_fund_about_to_close(studio_id, ["ok"] * 38 + ["saved_lost", "authentication_always"]))
        child = await a_child("settle")
        await child.killed_after(random.Random(number).uniform(0.0, 0.4))
        ready.append(child.ready_after_seconds)
        await atomic(Sql("UPDATE sweep SET lease_until = 0").__call__)()  # two minutes later
    await minutes_later(wall)
    await minutes_later(wall)
    for fund in funds:
        assert await states(fund) in ({"collected": 38, "errored": 2}, {"collected": 38, "dropped": 2})
    await pass_time(days=8)
    for fund in funds:
        ended = await again(fund)
        assert (ended.state, ended.collected_minor) == ("funded", 38 * 25_00)
    assert await at_the_processor("charges") == (38 * kills, 38 * 25_00 * kills)
    assert broken((await check(counting=False)).findings) == []
    print(
        f"{kills} kills, {38 * kills} charged once each, ready again after {median(ready):.2f} s, at most {max(ready):.2f}"
    )
    assert median(ready) < READY_WITHIN_SECONDS * slowness_of_starts()


async def test_refunds_and_payouts_killed_at_any_moment_are_sent_once(wall: time_machine.Traveller, kills: int) -> None:
    studio_id = await a_studio_with_account()
    failed: list[Campaign] = []
    for number in range(kills):
        paid = await a_campaign(goal_minor=1_000_00, studio_id=studio_id, days=1)
        (fan,) = await fans_with("instant")
        await pledged(fan, paid, amount_minor=1_000_00)
        fund = await a_campaign(goal_minor=26 * 25_00, studio_id=studio_id, days=1.001)
        for fan in await fans_with(*["ok"] * 25, "saved_lost"):
            await pledged(fan, fund)
        failed.append(fund)
        await close_now(fund)
        await time_passes(timedelta(days=7).total_seconds())
        child = await a_child("settle")
        await child.killed_after(random.Random(number).uniform(0.0, 0.3))
        await atomic(Sql("UPDATE sweep SET lease_until = 0").__call__)()
    await minutes_later(wall)
    await minutes_later(wall)
    await pass_time(days=2)
    for fund in failed:
        assert ((await again(fund)).state, await states(fund)) == ("failed", {"refunded": 25, "dropped": 1})
    assert await at_the_processor("refunds") == (25 * kills, 25 * 25_00 * kills)
    assert (await at_the_processor("transfers"))[0] == kills
    assert [payout.state for payout in await Payout.all()] == ["paid"] * kills
    assert broken((await check(counting=False)).findings) == []


async def test_what_was_not_released_goes_back_once_to_each_however_often_it_is_killed(
    wall: time_machine.Traveller, kills: int
) -> None:
    backers = 60 if kills < 5 else 500
    campaign, owner, pledges = await a_funded_film(*(10_00 + n for n in range(backers)))
    waits = sum((await left_of(campaign))[1:])
    assert await releases.give_rest_back(campaign.id, "It is not to be.", by=owner.id) == waits
    for number in range(kills):
        child = await a_child("share", page=5)
        await child.killed_after(random.Random(number).uniform(0.0, 0.3))
        await atomic(Sql("UPDATE sweep SET lease_until = 0").__call__)()
    await minutes_later(wall)
    await minutes_later(wall)
    back = await Refund.filter(campaign_id=campaign.id)
    assert sorted(one.subject for one in back) == sorted(f"pledge:{one.id}" for one in pledges)
    assert {one.state for one in back} == {"succeeded"} and sum(one.amount_minor for one in back) == waits
    assert await at_the_processor("refunds") == (backers, waits)
    assert (await states_of(campaign), await states(campaign)) == (
        ["released", "refunded", "refunded"],
        {"collected": backers},
    )
    assert broken((await check(counting=False)).findings) == []
