"""A picture that a program sends: its row and its use are one transaction, under the key of its request.

Its files are in place, and drawn anew, before any verb here is asked.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from crowdfund.campaigns import counters
from crowdfund.campaigns.actions import NotEditable
from crowdfund.campaigns.models import EDITABLE, Campaign
from crowdfund.database import atomic
from crowdfund.database.once import once
from crowdfund.people.pictures import keep_image
from crowdfund.titles.models import Title


@atomic
async def use_once(
    image_id: int, size: tuple[int, int], *, by: int, key: str, wish: object, use: Callable[[int], Awaitable[None]]
) -> int:
    """Keep a picture and do with it what was asked; gives the id of the picture that this key has kept.

    size: width and height in pixels. Raises what `use` raises, KeyUsedForAnother.
    """

    async def make() -> int:
        await keep_image(image_id, *size, by=by)
        await use(image_id)
        return image_id

    return await once(by, key, wish, make)


async def show_art(campaign_id: int, image_id: int) -> None:
    """Make it the key art of a draft, in the caller's transaction. Raises NotEditable once people can see the fund."""
    await counters.lock_one(campaign_id)
    campaign = await Campaign.get(id=campaign_id)
    if campaign.state not in EDITABLE:
        raise NotEditable("The picture of a fund that people can see stays.")
    await Title.filter(id=campaign.title_id).update(image_id=image_id)
