"""Staff let a payout that waits be tried now: the account was mended, or the money has come."""

from __future__ import annotations

from crowdfund import clock
from crowdfund.database import atomic
from crowdfund.payouts.models import Payout, PayoutState
from crowdfund.people.audit import record


@atomic
async def try_again(payout_id: int, *, by: int) -> bool:
    """Only one that waits for its day; what was sent is never sent otherwise than under its key. Gives whether there was one."""
    now = clock.now()
    waiting = Payout.filter(id=payout_id, state=PayoutState.DUE, campaign_id=None)
    if not await waiting.update(next_try_at=now):
        return False
    await record("payout_tried_again", f"payout:{payout_id}", by=by)
    return True
