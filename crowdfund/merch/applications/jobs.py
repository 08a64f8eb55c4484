"""What the clock does to applications, in the worker: those that nobody answered in time expire."""

from __future__ import annotations

from crowdfund import clock
from crowdfund.merch.applications import queries
from crowdfund.merch.applications.actions import expire_application
from crowdfund.payments.in_turn import in_turn

PAGE = 50


async def expire_applications() -> bool:
    """One round; gives whether there is more right now."""
    return await in_turn(await queries.applications_due(clock.now_us(), PAGE), expire_application) > 0
