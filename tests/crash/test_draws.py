"""kill -9 while a draw comes due: it is drawn once, comes out as it has to, and everybody is told once."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from datetime import timedelta

import pytest
import time_machine

from crowdfund.community.draws import queries
from crowdfund.community.draws.algorithm import drawn
from crowdfund.community.draws.file import holds
from crowdfund.community.draws.models import Draw, DrawEntry, DrawEvent, DrawSeed, DrawWinner, DrawWinnerEvent
from crowdfund.people.models import Mail
from crowdfund.worker import work_until_idle
from tests.crash.test_kill import a_child, kills, wall
from tests.http.draw_world import a_draw, a_fund, again, entrants, pass_to

pytestmark = pytest.mark.landing

__all__ = ["kills", "wall"]

RESULTS = ("You won", "You are in line", "The result of")  # everybody gets one of these letters


async def came_out_right(draw: Draw) -> None:
    draw = await again(draw)
    seed = (await DrawSeed.get(draw_id=draw.id)).seed
    entries = sorted(entry.entry for entry in await DrawEntry.filter(draw_id=draw.id))
    assert draw.list_hash is not None
    winners, runners_up = drawn(
        entries, seed=bytes.fromhex(seed), list_hash=draw.list_hash, public_value="", places=draw.places, reserves=draw.reserves
    )  # fmt: skip
    assert [row["entry"] for row in await queries.winners_of(draw.id)] == [*winners, *runners_up]
    assert holds(await queries.file_of(draw)) and draw.seed == seed
    steps = Counter(event.to_state for event in await DrawEvent.filter(draw_id=draw.id))
    assert steps == {"announced": 1, "closed": 1, "drawn": 1}
    ids = [winner.id for winner in await DrawWinner.filter(draw_id=draw.id)]
    assert await DrawWinnerEvent.filter(draw_winner_id__in=ids, because="drawn").count() == len(ids)


@pytest.mark.alone
async def test_a_draw_killed_at_any_moment_is_drawn_once(wall: time_machine.Traveller, kills: int) -> None:
    for number in range(kills):
        campaign, lin = await a_fund()
        draw = await a_draw(campaign, by=lin, places=20, entries_min=20, reserves=20, capacity=20)
        fans = await entrants(draw, campaign, 60)
        pass_to(draw.closes_at, seconds=1)
        child = await a_child("settle")
        await child.killed_after(random.Random(number).uniform(0.0, 0.25))
        wall.shift(timedelta(minutes=5))  # the leases of the dead run out
        await asyncio.wait_for(work_until_idle(leased=True), 120)
        await came_out_right(draw)
        mails = await Mail.filter(to_address__in=[fan.email for fan in fans])
        told = Counter((mail.to_address, mail.subject) for mail in mails)
        results = Counter(address for address, subject in told if subject.startswith(RESULTS))
        assert (set(told.values()), set(results.values()), len(results)) == ({1}, {1}, 60)
