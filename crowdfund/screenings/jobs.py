"""Regular work on screenings."""

from __future__ import annotations

from crowdfund import clock
from crowdfund.payments.in_turn import in_turn
from crowdfund.screenings.models import TO_COME, Screening
from crowdfund.screenings.programme import end_shown


async def end_screenings() -> bool:
    """Screenings whose end has passed were shown; gives whether any was."""
    due = Screening.filter(state__in=TO_COME, ends_at__lte=clock.now())
    return await in_turn([s.id for s in await due.order_by("ends_at").limit(100)], end_shown) > 0
