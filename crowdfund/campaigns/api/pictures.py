"""Pictures through the API: the key art of a draft, those of a story, and one for a tier.

The body is the picture itself, or a form with the part `image`: PNG, JPEG or WebP, at most 5 MB. It is drawn anew, so nothing
else of the file is kept.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from hashlib import blake2b
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from crowdfund.campaigns import actions, gallery, pictures, queries
from crowdfund.campaigns.api.bodies import DraftOut, TierOut
from crowdfund.campaigns.api.own import draft_out, own_campaign, own_tier, tier_now
from crowdfund.campaigns.api.reading import ONE
from crowdfund.campaigns.gallery import ALT_MAX
from crowdfund.campaigns.models import Campaign
from crowdfund.campaigns.pages.pictures import PictureOut, picture_out
from crowdfund.campaigns.queries import StoryPicture
from crowdfund.database import new_id
from crowdfund.database.once import made_before
from crowdfund.people.models import Role
from crowdfund.refusal import NotFound
from crowdfund.settings import current
from crowdfund.web import api, images
from crowdfund.web.body import UPLOAD_MAX
from crowdfund.web.routes import bearer, get, post

ALT = api.Filter(
    "alt", "What the picture shows, in a few words: not everybody can see it.", length_max=ALT_MAX, needed=True
)


async def keep_sent(request: Request, what: list[object], use: Callable[[int], Awaitable[None]]) -> int:
    """The picture of this request, put to its use; sent again under its key, it is the one from before. what: its use."""
    content, by = await api.picture_in(request), request.state.person.id
    key = f"picture:api:{request.state.idempotency_key}"
    wish = [*what, blake2b(content, digest_size=16).hexdigest()]
    if (before := await made_before(by, key, wish)) is not None:
        return before
    picture, image_id = await images.read_picture(content), new_id()
    await images.keep(image_id, picture)
    try:
        kept = await pictures.use_once(image_id, (picture.width, picture.height), by=by, key=key, wish=wish, use=use)
    except Exception:  # not where the asker went away: then it is put to its use all the same
        await images.drop(image_id)
        raise
    if kept != image_id:  # the same request was faster in another process
        await images.drop(image_id)
    return kept


# --- the key art ---


async def put_up_art(request: Request) -> DraftOut:
    """Show a picture of one's own with a draft, instead of the one that the site draws."""
    campaign = await own_campaign(request)
    await keep_sent(request, ["art", campaign.id], lambda image_id: pictures.show_art(campaign.id, image_id))
    return await draft_out(campaign.id)


async def drop_art(request: Request) -> DraftOut:
    """Back to the drawing of the site."""
    campaign = await own_campaign(request)
    await actions.drop_image(campaign.id)
    return await draft_out(campaign.id)


# --- those of a story ---


async def list_pictures(request: Request) -> Response:
    """The pictures that were sent for a story, as they came."""
    campaign = await own_campaign(request, Role.VIEWER)
    asked = api.cursor(request)
    found = sorted(await queries.story_pictures_of(campaign), key=lambda one: one.image.id)
    rows = [one for one in found if one.image.id > (asked.after_id or 0)]
    return api.paged(request, rows[: asked.limit + 1], asked, _picture_out, lambda one: one.image.id)


def _picture_out(one: StoryPicture) -> PictureOut:
    return picture_out(one, current().base_url + images.url_of(one.image.id))


async def add_picture(request: Request) -> PictureOut:
    """A picture for the story. It stands nowhere until the story holds its Markdown."""
    campaign, alt, by = await own_campaign(request), ALT.of(request), request.state.person.id
    image_id = await keep_sent(
        request,
        ["story", campaign.id, alt],
        lambda image_id: gallery.add_picture(campaign.id, image_id, alt=alt, by=by),
    )
    return _picture_out(await _story_picture(campaign, image_id))


async def _story_picture(campaign: Campaign, image_id: int) -> StoryPicture:
    for one in await queries.story_pictures_of(campaign):
        if one.image.id == image_id:
            return one
    raise NotFound("There is no such picture.")


async def drop_picture(request: Request) -> PictureOut:
    """Take a picture away for good. Refused while any version of a page, or an update, shows it."""
    campaign = await own_campaign(request)
    image_id = api.id_in(request, "picture", NotFound("There is no such picture."))
    was = await _story_picture(campaign, image_id)
    await gallery.drop_picture(campaign.id, image_id, by=request.state.person.id)
    await images.drop(image_id)
    return _picture_out(was)


# --- one for a tier ---


async def picture_tier(request: Request) -> TierOut:
    """Show a picture with a tier. Once fans took the tier with one, that one stays."""
    tier, alt, by = await own_tier(request), ALT.of(request), request.state.person.id
    await keep_sent(
        request, ["tier", tier.id, alt], lambda image_id: gallery.picture_tier(tier.id, image_id, alt=alt, by=by)
    )
    return await tier_now(tier)


async def unpicture_tier(request: Request) -> TierOut:
    """Take the picture of a tier away."""
    tier = await own_tier(request)
    await gallery.unpicture_tier(tier.id, by=request.state.person.id)
    return await tier_now(tier)


_WRITE, _SEE = bearer("campaigns:write"), bearer("campaigns:read")
_SENT: dict[str, Any] = {"creates": True, "picture": True, "body_max": UPLOAD_MAX}
routes = [
    post(f"{ONE}/art", put_up_art, may=_WRITE, gives=DraftOut, summary="Show a picture of one's own with a draft", **_SENT),
    post(f"{ONE}/art/removal", drop_art, may=_WRITE, gives=DraftOut, summary="Take the picture of a draft away"),
    get(f"{ONE}/pictures", list_pictures, may=_SEE, gives=PictureOut, lists=True, summary="Pictures of a story of mine"),
    post(f"{ONE}/pictures", add_picture, may=_WRITE, gives=PictureOut, filters=[ALT], summary="A picture for the story", **_SENT),
    post(f"{ONE}/pictures/{{picture}}/removal", drop_picture, may=_WRITE, gives=PictureOut, summary="Take one away for good"),
    post(
        f"{ONE}/tiers/{{tier}}/picture", picture_tier, may=_WRITE, gives=TierOut, filters=[ALT],
        summary="Show a picture with a tier", **_SENT,
    ),
    post(
        f"{ONE}/tiers/{{tier}}/picture/removal", unpicture_tier, may=_WRITE, gives=TierOut, summary="Take a tier's picture away"
    ),
]  # fmt: skip
