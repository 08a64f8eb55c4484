"""What the clock does to polls, in the worker: opened and closed at their hour, ended with their fund, overdue decisions called in."""

from __future__ import annotations

from crowdfund import clock
from crowdfund.community.polls import queries
from crowdfund.community.polls.actions import bring_up_to_date, end_with_fund, tell_of_late_decision
from crowdfund.payments.in_turn import in_turn

PAGE = 50


async def look_after_polls() -> bool:
    """One round; gives whether there is more right now. What fans may do never waits for it: the clock decides that."""
    now_us = clock.now_us()
    moved = await in_turn(await queries.polls_of_ended_funds(PAGE), end_with_fund)
    moved += await in_turn(await queries.polls_due(now_us, PAGE), bring_up_to_date)
    moved += await in_turn(await queries.decisions_late(now_us, PAGE), tell_of_late_decision)
    return moved > 0
