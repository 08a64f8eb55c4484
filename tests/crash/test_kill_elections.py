"""Elections of many backers, killed again and again and with the processor failing in the middle: everybody's money ends right."""

from __future__ import annotations

import random
from collections import Counter

import pytest
import time_machine

from crowdfund.books import check
from crowdfund.database import Sql, atomic
from crowdfund.payments.models import Refund
from crowdfund.payouts.models import Payout
from crowdfund.pledges.transfers.elections import choose
from crowdfund.pledges.transfers.models import Choice, Election, OutcomeKind
from tests.bank import close_now, fans_with, fault, no_faults, pass_time
from tests.crash.nursery import Nursery
from tests.crash.test_kill import environ_of_site, minutes_later, time_passes, wall
from tests.money import at_the_processor
from tests.transfers import a_charity, a_club, a_draft, a_recipient, file, opened
from tests.world import again, broken, pledged

pytestmark = pytest.mark.landing

__all__ = ["wall"]
TICKS = ["", "refund", "fallback", "next", "charity"]
KILLS = 5


@pytest.mark.alone
async def test_an_election_killed_five_times_ends_right_for_everybody(
    wall: time_machine.Traveller, nursery: Nursery, long: bool
) -> None:
    number = 2_000 if long else 60
    club, owner = await a_club()
    academy, charity = await a_recipient(club.id), await a_charity()
    campaign = await opened(await a_draft(club, owner, goal_minor=number * 25_00, fallback=academy), owner)
    fans = await fans_with(*["instant"] * number)
    pledges = []
    for i, fan in enumerate(fans):
        ticked = TICKS[i % 5]
        charity_id = charity.id if ticked == "charity" else None
        pledges.append(await pledged(fan, campaign, if_it_fails=ticked, charity_id=charity_id))
    assert (await close_now(campaign)).state == "funded_held"
    await file(campaign, OutcomeKind.COLLAPSED, by=owner)
    await time_passes(3 * 86_400)
    chance = random.Random(7)
    for _ in range(2):  # while they are being asked
        child = await nursery.born("settle", environ_of_site())
        await child.killed_after(chance.uniform(0.0, 0.3))
        await atomic(Sql("UPDATE sweep SET lease_until = 0").__call__)()
    await minutes_later(wall)
    assert (await again(campaign)).state == "electing"
    assert await Election.filter(campaign_id=campaign.id, state="asked").count() == number
    for pledge, fan in zip(pledges[::10], fans[::10], strict=True):  # ticked nothing, and keep it for the next target
        await choose(pledge.id, Choice.NEXT, person_id=fan.id)
    await time_passes(14 * 86_400)
    await fault("http500_after", "refunds.create", times=number // 20)
    await fault("refuse", "refunds.create", times=number // 20)
    for _ in range(3):  # while the silent ones are decided, and refunds go out
        child = await nursery.born("settle", environ_of_site())
        await child.killed_after(chance.uniform(0.0, 0.6))
        await atomic(Sql("UPDATE sweep SET lease_until = 0").__call__)()
    await no_faults()
    await minutes_later(wall)
    await minutes_later(wall)
    await pass_time(days=2)
    fifth, kept = number // 5, number // 10
    ends = Counter([row.state for row in await Election.filter(campaign_id=campaign.id)])
    assert ends == {"refunded": 2 * fifth - kept, "given": 2 * fifth, "kept": fifth + kept}
    assert (await again(campaign)).state == "closed"
    refunded = 2 * fifth - kept
    assert await at_the_processor("refunds") == (refunded, refunded * 25_00)
    assert {refund.state for refund in await Refund.all()} == {"succeeded"}
    paid = {payout.recipient_id: (payout.state, payout.amount_minor) for payout in await Payout.all()}
    assert paid == {academy.id: ("paid", fifth * 25_00), charity.id: ("paid", fifth * 25_00)}
    assert broken((await check(counting=False)).findings) == []
    print(
        f"{number} backers, 5 kills: {refunded} refunded, {2 * fifth} given, {fifth + kept} kept, nobody twice, nobody forgotten"
    )
