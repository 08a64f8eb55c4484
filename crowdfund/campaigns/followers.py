"""Who wants to hear of a fund without having pledged."""

from __future__ import annotations

from crowdfund import clock
from crowdfund.campaigns.models import Campaign, CampaignState, Follower
from crowdfund.database import atomic, new_id
from crowdfund.refusal import Refusal

CAN_BE_FOLLOWED = {CampaignState.PRELAUNCH, CampaignState.LIVE}
SHOWN_FROM = 10  # fewer than ten look like nobody; crowdfunding sites say nothing below that


class NotFollowable(Refusal):
    pass


@atomic
async def follow(campaign_id: int, *, by: int) -> None:
    """Tell somebody of the launch, of updates, and before the fund closes. Twice is once.

    Raises NotFollowable where nothing is awaited any more.
    """
    campaign = await Campaign.get(id=campaign_id)
    if campaign.state not in CAN_BE_FOLLOWED:
        raise NotFollowable("This fund is over: there is nothing to wait for.")
    follower = Follower(id=new_id(), campaign_id=campaign_id, person_id=by, made_at=clock.now())
    await Follower.bulk_create([follower], ignore_conflicts=True)


@atomic
async def unfollow(campaign_id: int, *, by: int) -> None:
    await Follower.filter(campaign_id=campaign_id, person_id=by).delete()


async def follows(campaign_id: int, person_id: int) -> bool:
    return await Follower.exists(campaign_id=campaign_id, person_id=person_id)


async def followers_of(campaign_id: int) -> int:
    return await Follower.filter(campaign_id=campaign_id).count()
