"""What the clock does to licences, in the worker: offers that ran out, first and last days. Sales never wait for it."""

from __future__ import annotations

from crowdfund import clock
from crowdfund.merch.licences import queries
from crowdfund.merch.licences.actions import bring_up_to_date
from crowdfund.payments.in_turn import in_turn

PAGE = 50


async def follow_licences() -> bool:
    """One round; gives whether there is more right now."""
    return await in_turn(await queries.licences_due(clock.now_us(), PAGE), bring_up_to_date) > 0
