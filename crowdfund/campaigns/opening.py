"""Funds that open at their hour: launched by the site, or put off where they can't be, which their makers are told."""

from __future__ import annotations

from crowdfund import clock, money
from crowdfund.campaigns.actions import launch
from crowdfund.campaigns.models import Campaign, CampaignState
from crowdfund.database import atomic, outbox
from crowdfund.payments.in_turn import in_turn
from crowdfund.refusal import Busy, Refusal, Sentence


async def open_due() -> int:
    """Launch what was scheduled; gives how many."""
    due = await Campaign.filter(state=CampaignState.PRELAUNCH, opens_at__lte=clock.now_us()).values_list(
        "id", flat=True
    )
    return await in_turn([int(campaign_id) for campaign_id in due], _open)  # type: ignore[call-overload]


async def _open(campaign_id: int) -> bool:
    try:
        await launch(campaign_id, by=None)
    except Busy:  # no answer about this fund: it is tried again
        raise
    except Refusal as refusal:
        return await _put_off(campaign_id, refusal.words)
    return True


@atomic
async def _put_off(campaign_id: int, why: Sentence) -> bool:
    """A fund that can't open at its hour waits for its makers, who are told why; nobody tries it again and again."""
    if not await Campaign.filter(id=campaign_id, state=CampaignState.PRELAUNCH).update(opens_at=None):
        return False
    key = f"launch_put_off:{campaign_id}:{clock.now_us()}"
    await outbox.enqueue("launch_put_off", {"campaign": campaign_id, "why": money.keepable(why)}, key=key)
    return True
