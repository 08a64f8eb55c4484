"""The makers' picture of a film. Its file is in place, and drawn anew, before any verb here is asked."""

from __future__ import annotations

from crowdfund.campaigns import counters
from crowdfund.campaigns.actions import NotEditable
from crowdfund.campaigns.models import EDITABLE, Campaign
from crowdfund.database import atomic
from crowdfund.database.once import once
from crowdfund.people.pictures import keep_image
from crowdfund.titles.models import Title


async def refuse_unless_editable(campaign: Campaign) -> None:
    """Raises NotEditable once people can see the fund: asked before a picture is drawn in vain, and again when it is put up."""
    if campaign.state not in EDITABLE:
        raise NotEditable("The picture of a fund that people can see stays.")


@atomic
async def put_up_once(
    campaign_id: int, image_id: int, size: tuple[int, int], *, by: int, key: str, wish: object
) -> int:
    """Show this picture with a draft; gives the id of the picture that this key put up. size: width and height in pixels."""

    async def make() -> int:
        await counters.lock_one(campaign_id)
        campaign = await Campaign.get(id=campaign_id)
        await refuse_unless_editable(campaign)
        await keep_image(image_id, *size, by=by)
        await Title.filter(id=campaign.title_id).update(image_id=image_id)
        return image_id

    return await once(by, key, wish, make)
