"""Regular work on screenings."""

from __future__ import annotations

from crowdfund import clock
from crowdfund.database import Sql
from crowdfund.payments.in_turn import in_turn
from crowdfund.screenings.programme import end_shown

_OVER = Sql(
    "SELECT id FROM screening WHERE state IN ('on_sale', 'closed') AND ends_at <= $1 ORDER BY ends_at LIMIT 100"
)


async def end_screenings() -> bool:
    """Screenings whose end has passed were shown; gives whether any was."""
    return await in_turn([row["id"] for row in await _OVER(clock.now_us())], end_shown) > 0
