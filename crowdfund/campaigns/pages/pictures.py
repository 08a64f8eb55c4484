"""Pictures that producers send along with a form: the key art, those of a story, and one for a tier."""

from __future__ import annotations

import re

from pydantic import BaseModel
from starlette.requests import Request

from crowdfund.campaigns import gallery
from crowdfund.campaigns.models import Campaign
from crowdfund.campaigns.queries import StoryPicture, story_pictures_of
from crowdfund.database import new_id
from crowdfund.database.ids import private, private_or_none, public
from crowdfund.people.models import Image
from crowdfund.people.pictures import keep_image
from crowdfund.refusal import Refusal
from crowdfund.web import images
from crowdfund.web.form import Form
from crowdfund.web.i18n import _

_SPECIAL = re.compile(r"([\\\[\]])")


async def sent_picture(request: Request, form: Form, name: str = "image") -> int | None:
    """The picture that was sent now, or with an earlier try of this form; none where there was none.

    name: of the field. `<name>_kept` is the hidden one that remembers a picture while something else has to be mended.
    """
    form.typed[f"{name}_kept"] = public(kept) if (kept := await _kept(request, form, name)) else ""
    sent = form.values.get(name)
    if not sent:
        return kept
    try:
        picture = await images.read_picture(sent, field=name)
    except Refusal as refusal:
        form.refused_by(refusal)
        return kept
    image_id = new_id()
    await images.keep(image_id, picture)
    await keep_image(image_id, picture.width, picture.height, by=request.state.person.id)
    form.typed[f"{name}_kept"] = public(image_id)
    return image_id


async def _kept(request: Request, form: Form, name: str) -> int | None:
    image_id = private_or_none(form.values.get(f"{name}_kept") or "")
    mine = image_id and await Image.exists(id=image_id, person_id=request.state.person.id)
    return image_id if mine else None


def need_words(form: Form, image_id: int | None, name: str = "image") -> None:
    """A picture says in words what it shows, for who can't see it."""
    if image_id is not None and not form.values.get(f"{name}_alt"):
        form.refuse(f"{name}_alt", _("Say in a few words what the picture shows: not everybody can see it."))


# --- those of a story ---


class PictureOut(BaseModel):
    """A picture that was sent for a story. markdown: what shows it, in a story or an update. is_used: some version holds it."""

    id: str
    url: str
    alt: str
    width: int
    height: int
    markdown: str
    is_used: bool


async def pictures_shown(campaign: Campaign) -> list[PictureOut]:
    """Those beside the form of a story: how each looks, small, and what to paste."""
    return [picture_out(one, images.url_of(one.image.id, small=True)) for one in await story_pictures_of(campaign)]


def picture_out(one: StoryPicture, url: str) -> PictureOut:
    image = one.image
    return PictureOut(
        id=public(image.id), url=url, alt=image.alt, width=image.width, height=image.height, markdown=markdown_of(image),
        is_used=one.is_used,
    )  # fmt: skip


def markdown_of(image: Image) -> str:
    words = _SPECIAL.sub(r"\\\1", image.alt)
    return f"![{words}]({images.url_of(image.id)})"


async def pressed(request: Request) -> str:
    """Which button of the form: `here`, `preview`, `picture`, or `drop:` and the picture's id."""
    then = (await request.form()).get("then")
    return then if isinstance(then, str) else ""


async def take_picture(request: Request, campaign: Campaign, form: Form) -> None:
    """Put what was sent as `picture` among the story's. What is wrong with it is told beside its fields."""
    image_id = await sent_picture(request, form, "picture")
    if image_id is None:
        if await pressed(request) == "picture":
            form.refuse("picture", _("Choose a picture first."))
        return
    need_words(form, image_id, "picture")
    if "picture_alt" in form.errors:
        return
    try:
        await gallery.add_picture(campaign.id, image_id, alt=form.values["picture_alt"], by=request.state.person.id)
    except Refusal as refusal:
        form.refused_by(refusal)
        return
    form.typed |= {"picture_kept": "", "picture_alt": ""}


async def drop_pressed(request: Request, campaign: Campaign, form: Form) -> None:
    """Delete the picture whose button was pressed, if one was."""
    which = await pressed(request)
    if not which.startswith("drop:"):
        return
    try:
        image_id = private(which.removeprefix("drop:"))
        await gallery.drop_picture(campaign.id, image_id, by=request.state.person.id)
    except Refusal as refusal:
        form.refused_by(refusal)
        return
    await images.drop(image_id)
