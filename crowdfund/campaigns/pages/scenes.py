"""What the site draws for a film without a picture of its own: its makers pick another scene, while only they see it."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from crowdfund.campaigns import scenes
from crowdfund.campaigns.models import EDITABLE
from crowdfund.campaigns.pages.own import DESK, base_of, desk_page, own_campaign
from crowdfund.campaigns.pages.shown import art_url
from crowdfund.titles.art import SCENES, diced_scene
from crowdfund.titles.models import Title
from crowdfund.web import fields
from crowdfund.web.form import Form
from crowdfund.web.i18n import _, lazy
from crowdfund.web.page import redirect
from crowdfund.web.routes import get, member, post
from crowdfund.web.told import told_at

WORDS = {
    "river_moon": lazy("A ferry under the moon"), "city_night": lazy("A city at night"), "desert_road": lazy("A road into the sun"),
    "forest_light": lazy("A stag in the forest"), "lighthouse": lazy("A lighthouse"), "mountain_train": lazy("A train over the viaduct"),
    "curtain": lazy("A curtain opens"), "neon_rain": lazy("Rain in a narrow street"), "kite_field": lazy("A kite"),
    "orbit": lazy("A ringed world"), "cello": lazy("A cello"), "portrait": lazy("A face, and its country"),
    "aurora_cabin": lazy("A cabin in the snow"), "lanterns": lazy("Lanterns over the town"), "door": lazy("Somebody in the door"),
    "whale": lazy("A diver and a whale"), "balloons": lazy("Balloons"), "lone_tree": lazy("Two under a tree"),
    "wave_pattern": lazy("A great wave"), "reel": lazy("A projector's beam"), "radio_ship": lazy("A radio ship"),
    "orchard": lazy("An orchard"), "oven": lazy("A baker's oven"), "ice_road": lazy("A road over the ice"),
    "migration": lazy("Birds on their way"), "country_bus": lazy("A country bus"),
}  # fmt: skip


class SceneForm(Form):
    scene = fields.choice(WORDS)


async def scenes_page(request: Request) -> Response:
    campaign = await own_campaign(request)
    title = await Title.get(id=campaign.title_id)
    if campaign.state not in EDITABLE or title.image_id is not None:
        said = (
            _("It has a picture of its own.")
            if title.image_id is not None
            else _("The picture of a fund that people can see stays.")
        )
        return redirect(request, base_of(request), ("note", said))
    drawings = [(name, WORDS[name], art_url(title.id, None, name)) for name in SCENES[title.kind]]
    return desk_page(
        request, "campaigns/scenes.html", campaign, drawings=drawings, colour=title.colour,
        chosen=title.scene or diced_scene(title.id, title.kind),
    )  # fmt: skip


@told_at(base_of)
async def pick(request: Request) -> Response:
    campaign, form = await own_campaign(request), await SceneForm.read(request)
    if form.errors:
        return redirect(request, f"{base_of(request)}/drawing", ("bad", form.errors["scene"]))
    await scenes.pick_scene(campaign.id, form.scene)
    return redirect(request, f"{base_of(request)}/content", ("good", _("This is drawn from now on.")))


routes = [
    get(f"{DESK}/drawing", scenes_page, may=member("manager")),
    post(f"{DESK}/drawing", pick, may=member("manager")),
]
