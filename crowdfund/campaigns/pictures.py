"""Pictures from first to last: what a program sends is kept and used in one transaction, what nothing shows is forgotten.

Files are in place, and drawn anew, before any verb here is asked; they are taken away by a job, after the commit.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection

from crowdfund import clock
from crowdfund.campaigns import counters, queries
from crowdfund.campaigns.models import EDITABLE, Campaign
from crowdfund.campaigns.rules import NotEditable
from crowdfund.database import atomic, outbox
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


# --- what nothing shows ---

UNUSED_US = 86_400_000_000  # a form that a picture was sent with may wait for its other fields
_PAGE = 200


@atomic
async def forget_pictures(image_ids: Collection[int]) -> int:
    """Delete of these pictures those that nothing shows, no text either; their files go after the commit. Gives how many."""
    shown = await queries.pictures_in_use(None, image_ids)
    gone = await queries.drop_pictures_of_nothing([one for one in image_ids if one not in shown])
    await outbox.enqueue_many([("picture_forgotten", {"picture": one}, f"picture_forgotten:{one}") for one in gone])
    return len(gone)


async def forget_unused_pictures() -> int:
    """Each night: of forms that were never finished, and what was replaced by another. Gives how many."""
    forgotten = after_id = 0
    before_us = clock.now_us() - UNUSED_US
    while page := await queries.pictures_of_nothing(after_id=after_id, before_us=before_us, limit=_PAGE):
        forgotten += await forget_pictures(page)
        after_id = page[-1]
    return forgotten
