"""Regular work on screenings."""

from __future__ import annotations

from crowdfund import clock
from crowdfund.payments.in_turn import in_turn
from crowdfund.screenings import queries
from crowdfund.screenings.programme import end_shown


async def end_screenings() -> bool:
    """Screenings whose end has passed were shown; gives whether any was."""
    return await in_turn(await queries.that_are_over(clock.now_us()), end_shown) > 0
