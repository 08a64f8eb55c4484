"""The pictures of a story and of tiers. Their files are in place, and drawn anew, before any verb here is asked."""

from __future__ import annotations

from crowdfund.campaigns import counters
from crowdfund.campaigns.models import CHANGEABLE, Campaign, CampaignImage, Tier
from crowdfund.campaigns.queries import pictures_in_use
from crowdfund.campaigns.rules import NotEditable
from crowdfund.database import atomic
from crowdfund.people.audit import record
from crowdfund.people.models import Image
from crowdfund.refusal import NotFound, Refusal

PICTURES_MAX = 24
ALT_MAX = 200


class TooManyPictures(Refusal):
    pass


class PictureInUse(Refusal):
    pass


class PicturePromised(Refusal):
    pass


@atomic
async def add_picture(campaign_id: int, image_id: int, *, alt: str, by: int) -> None:
    """A picture for the story, with what it shows in words. It stands nowhere until the story names it.

    image_id: of a row that `by` has just made. Raises NotEditable once the fund has closed, TooManyPictures.
    """
    await counters.lock_one(campaign_id)
    campaign = await Campaign.get(id=campaign_id)
    if campaign.state not in CHANGEABLE:
        raise NotEditable("This page can't be changed any more. Publish an update instead.")
    await Image.filter(id=image_id).update(alt=alt)
    if await CampaignImage.exists(campaign_id=campaign_id, image_id=image_id):  # the same form came again
        return
    position = await CampaignImage.filter(campaign_id=campaign_id).count()
    if position >= PICTURES_MAX:
        sentence = "A story can have at most {most} pictures. Delete one first."
        raise TooManyPictures(sentence, field="picture", most=PICTURES_MAX)
    await CampaignImage.create(campaign_id=campaign_id, image_id=image_id, position=position)
    await record("picture_added", f"campaign:{campaign_id}", by=by, after={"alt": alt})


@atomic
async def drop_picture(campaign_id: int, image_id: int, *, by: int) -> None:
    """Take a picture of the story away for good. Raises PictureInUse while any version of a page, or an update, shows it."""
    await counters.lock_one(campaign_id)
    campaign = await Campaign.get(id=campaign_id)
    if not await CampaignImage.exists(campaign_id=campaign_id, image_id=image_id):
        raise NotFound("There is no such picture.")
    if await pictures_in_use(campaign.organisation_id, [image_id]):
        raise PictureInUse("This picture stands in a story or an update. Take it out there first.", field="picture")
    await CampaignImage.filter(campaign_id=campaign_id, image_id=image_id).delete()
    await Image.filter(id=image_id).delete()
    await record("picture_dropped", f"campaign:{campaign_id}", by=by)


@atomic
async def picture_tier(tier_id: int, image_id: int | None, *, alt: str, by: int) -> None:
    """Show a picture with a tier, or none, or say in other words what it shows. image_id None: the one it has stays.

    Raises NotEditable once the fund has closed, PicturePromised for another picture where fans took the tier with this one.
    """
    tier = await _open(tier_id)
    if image_id is not None:
        _refuse_promised(tier)
        await Tier.filter(id=tier_id).update(image_id=image_id)
        await record("tier_pictured", f"campaign:{tier.campaign_id}", by=by, after={"tier": tier.name, "alt": alt})
    shown = image_id if image_id is not None else tier.image_id
    if shown is not None:
        await Image.filter(id=shown).update(alt=alt)


@atomic
async def unpicture_tier(tier_id: int, *, by: int) -> None:
    """Take a tier's picture away. Raises NotEditable, PicturePromised."""
    tier = await _open(tier_id)
    _refuse_promised(tier)
    await Tier.filter(id=tier_id).update(image_id=None)
    await record("tier_unpictured", f"campaign:{tier.campaign_id}", by=by, before={"tier": tier.name})


async def _open(tier_id: int) -> Tier:
    found = await Tier.get(id=tier_id)
    await counters.lock_one(found.campaign_id)
    campaign = await Campaign.get(id=found.campaign_id)
    if campaign.state not in CHANGEABLE:
        raise NotEditable("The tiers of this fund can't be changed any more.")
    return await Tier.get(id=tier_id)


def _refuse_promised(tier: Tier) -> None:
    if tier.is_promised and tier.image_id is not None:
        raise PicturePromised("Fans have taken this tier as its picture shows it: the picture stays.", field="image")
