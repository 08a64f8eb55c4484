"""The rows of pictures; the files are `crowdfund.web.images`' business."""

from __future__ import annotations

from crowdfund import clock
from crowdfund.database import atomic
from crowdfund.people.models import Image


@atomic
async def keep_image(image_id: int, width: int, height: int, *, by: int, alt: str = "") -> None:
    """Write down a picture whose files are in place: `image_id` is what `images.keep` gave."""
    await Image.create(id=image_id, person_id=by, width=width, height=height, alt=alt, made_at=clock.now())
