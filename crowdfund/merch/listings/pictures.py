"""The pictures of a listing, in their order, each with words for who can't see it. Files are in place before a verb is asked."""

from __future__ import annotations

from crowdfund.database import atomic
from crowdfund.merch.listings.actions import locked_to_write
from crowdfund.merch.listings.contents import PICTURES_MAX, TooMany
from crowdfund.merch.listings.models import ListingImage
from crowdfund.people.audit import record
from crowdfund.people.models import Image
from crowdfund.refusal import Invalid, NotFound


class NoSuchPicture(NotFound):
    pass


async def pictures_of(listing_id: int) -> list[ListingImage]:
    return await ListingImage.filter(listing_id=listing_id).order_by("position", "image_id")


@atomic
async def add_picture(listing_id: int, image_id: int, *, alt: str, by: int) -> None:
    """Show one more, at the end. Raises ListingFrozen, TooMany, Invalid without words, NoSuchPicture for who didn't send it."""
    await locked_to_write(listing_id)
    if not alt.strip():
        raise Invalid("Say in a few words what the picture shows: not everybody can see it.", field="image_alt")
    if not await Image.exists(id=image_id, person_id=by):
        raise NoSuchPicture("There is no such picture.")
    there = await pictures_of(listing_id)
    if any(one.image_id == image_id for one in there):
        return  # the same form, sent again
    if len(there) >= PICTURES_MAX:
        raise TooMany("At most {most} pictures.", most=PICTURES_MAX)
    if await ListingImage.exists(image_id=image_id):
        raise NoSuchPicture("This picture stands with another listing.")
    position = there[-1].position + 1 if there else 0
    await ListingImage.create(listing_id=listing_id, image_id=image_id, position=position, alt=alt)
    await record("listing_pictured", f"listing:{listing_id}", by=by, after={"alt": alt})


@atomic
async def describe_picture(listing_id: int, image_id: int, *, alt: str, by: int) -> None:
    """Other words for a picture. Raises ListingFrozen, NoSuchPicture, Invalid."""
    await locked_to_write(listing_id)
    if not alt.strip():
        raise Invalid("Say in a few words what the picture shows: not everybody can see it.", field="image_alt")
    if not await ListingImage.filter(listing_id=listing_id, image_id=image_id).update(alt=alt):
        raise NoSuchPicture("There is no such picture.")
    await record("listing_pictured", f"listing:{listing_id}", by=by, after={"alt": alt})


@atomic
async def put_first(listing_id: int, image_id: int, *, by: int) -> None:
    """The picture that stands for the listing. Raises ListingFrozen, NoSuchPicture."""
    await locked_to_write(listing_id)
    there = await pictures_of(listing_id)
    if not any(one.image_id == image_id for one in there):
        raise NoSuchPicture("There is no such picture.")
    for position, one in enumerate(sorted(there, key=lambda one: (one.image_id != image_id, one.position))):
        await ListingImage.filter(image_id=one.image_id).update(position=position)
    await record("listing_pictured", f"listing:{listing_id}", by=by)


@atomic
async def drop_picture(listing_id: int, image_id: int, *, by: int) -> None:
    """Show it no longer; the file goes at night, as nothing names it. Raises ListingFrozen, NoSuchPicture."""
    await locked_to_write(listing_id)
    if not await ListingImage.filter(listing_id=listing_id, image_id=image_id).delete():
        raise NoSuchPicture("There is no such picture.")
    await record("listing_unpictured", f"listing:{listing_id}", by=by)
