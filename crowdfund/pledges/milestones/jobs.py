"""The regular work on milestones: those whose five days are over are released."""

from __future__ import annotations

from crowdfund.payments.in_turn import in_turn
from crowdfund.pledges.milestones import queries, releases


async def follow_milestones() -> bool:
    """Release what is due; gives whether there is more right now. What goes back to backers the transfers' sweep shares out."""
    return await in_turn(await queries.due_releases(), releases.release_due) > 0
