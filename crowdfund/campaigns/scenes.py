"""The makers pick what the site draws for their film."""

from __future__ import annotations

from crowdfund.campaigns import counters
from crowdfund.campaigns.models import EDITABLE, Campaign
from crowdfund.campaigns.rules import NotEditable
from crowdfund.database import atomic
from crowdfund.titles.models import Title


@atomic
async def pick_scene(campaign_id: int, scene: str) -> None:
    """scene: the name of one of `titles.art.SCENES`. Raises NotEditable once people can see the fund."""
    await counters.lock_one(campaign_id)
    campaign = await Campaign.get(id=campaign_id)
    if campaign.state not in EDITABLE:
        raise NotEditable("The picture of a fund that people can see stays.")
    await Title.filter(id=campaign.title_id).update(scene=scene)
