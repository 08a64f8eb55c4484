"""A draft that nobody has ever looked at but its makers: it may be thrown away."""

from __future__ import annotations

from typing import Any

from crowdfund.campaigns import counters
from crowdfund.campaigns.milestones.actions import drop_plan
from crowdfund.campaigns.models import (
    BudgetLine,
    Campaign,
    CampaignEvent,
    CampaignImage,
    CampaignPage,
    CampaignState,
    Tier,
)
from crowdfund.campaigns.pictures import forget_pictures
from crowdfund.campaigns.rules import NotEditable
from crowdfund.campaigns.transfers.models import Transfer
from crowdfund.database import atomic
from crowdfund.people.audit import record
from crowdfund.titles.models import Title


async def can_be_deleted(campaign: Campaign) -> bool:
    """Only what was never handed in: from then on it has a history, which is kept."""
    return campaign.state == CampaignState.DRAFT and not await CampaignEvent.exists(campaign_id=campaign.id)


@atomic
async def delete_draft(campaign_id: int, *, by: int) -> None:
    """Throw a draft away with all that was written and sent for it. Raises NotEditable once it was handed in."""
    await counters.lock_one(campaign_id)
    campaign = await Campaign.get(id=campaign_id)
    if not await can_be_deleted(campaign):
        raise NotEditable("This was handed in once: its history is kept, so it can't be deleted.")
    pictures = await _pictures_of(campaign)
    await drop_plan(campaign_id)
    for part in (Tier, BudgetLine, CampaignImage, CampaignPage, Transfer):
        await part.filter(campaign_id=campaign_id).delete()
    await Campaign.filter(id=campaign_id).delete()
    await Title.filter(id=campaign.title_id).delete()
    await forget_pictures(pictures)
    await record("draft_deleted", f"campaign:{campaign_id}", by=by, before={"name": campaign.name})


async def _pictures_of(campaign: Campaign) -> list[int]:
    """Its key art, those of its story and of its tiers."""
    found: set[Any] = set(await CampaignImage.filter(campaign_id=campaign.id).values_list("image_id", flat=True))
    found |= set(await Tier.filter(campaign_id=campaign.id).values_list("image_id", flat=True))
    found |= set(await Title.filter(id=campaign.title_id).values_list("image_id", flat=True))
    return sorted(found - {None})
