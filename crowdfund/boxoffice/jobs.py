"""Regular work of the box office."""

from __future__ import annotations

from crowdfund import clock
from crowdfund.boxoffice import queries
from crowdfund.boxoffice.funds import funds_to_tell, tell_fund
from crowdfund.boxoffice.settling import settle_screening
from crowdfund.payments.in_turn import in_turn


async def settle_due() -> bool:
    """Screenings that were shown, and whose days are over; gives whether any was settled."""
    return await in_turn(await queries.due_screenings(clock.now_us()), settle_screening) > 0


async def tell_funds() -> None:
    """Funds learn where their title's box office stands; it moves with time, too, as refund windows close."""
    await in_turn(await funds_to_tell(), tell_fund)
