"""Scenes of a title, at its maker's desk."""

from __future__ import annotations

from secrets import token_urlsafe

from starlette.requests import Request
from starlette.responses import Response

from crowdfund.merch.screen import scenes as verbs
from crowdfund.merch.screen.forms import SPOILERS, SceneForm, scene_typed
from crowdfund.merch.screen.models import Master, Scene
from crowdfund.merch.screen.pages.own import DESK, base_of, id_in, scene_path, screen_page, title_in
from crowdfund.merch.screen.queries import appearances_of, master_of, scenes_of
from crowdfund.merch.screen.timecode import clock_text
from crowdfund.titles.models import Title
from crowdfund.web.i18n import _
from crowdfund.web.page import redirect
from crowdfund.web.routes import get, member, post
from crowdfund.web.told import told_at


async def show(request: Request) -> Response:
    return await _all(request, await title_in(request))


async def _all(request: Request, title: Title, form: SceneForm | None = None, status: int = 200) -> Response:
    found = await scenes_of(title.id)
    counts: dict[int, int] = {}
    for one in await appearances_of(title.id):
        if one.scene_id is not None:
            counts[one.scene_id] = counts.get(one.scene_id, 0) + 1
    rows = [
        (one, scene_path(request, one), f"{clock_text(one.start_ms)} – {clock_text(one.end_ms)}", counts.get(one.id, 0))
        for one in found
    ]
    has_master = await Master.exists(title_id=title.id)
    return await screen_page(
        request, "desk_scenes.html", "scenes", title, status, rows=rows, spoilers=SPOILERS.items(), has_master=has_master,
        form=form or SceneForm({"key": token_urlsafe(16), "spoiler": "0"}),
    )  # fmt: skip


async def make(request: Request) -> Response:
    title = await title_in(request)
    form = await SceneForm.read(request, fps=(await master_of(title.id)).fps)
    if not form.errors:
        with form.showing_refusals():
            key = f"form:{form.key or token_urlsafe(16)}"
            await verbs.make_scene_once(title.id, form.facts, by=request.state.person.id, key=key)
            return redirect(request, f"{base_of(request)}/scenes", ("good", _("The scene is there.")))
    return await _all(request, title, form, form.status)


async def show_one(request: Request) -> Response:
    title = await title_in(request)
    scene = await verbs.scene_of(title.id, id_in(request, "scene"))
    return await _one(request, title, scene, SceneForm(scene_typed(scene)))


async def _one(request: Request, title: Title, scene: Scene, form: SceneForm, status: int = 200) -> Response:
    return await screen_page(
        request, "desk_scene.html", "scenes", title, status, scene=scene, form=form, path=scene_path(request, scene),
        spoilers=SPOILERS.items(),
    )  # fmt: skip


async def change(request: Request) -> Response:
    title = await title_in(request)
    scene = await verbs.scene_of(title.id, id_in(request, "scene"))
    form = await SceneForm.read(request, fps=(await master_of(title.id)).fps)
    if not form.errors:
        with form.showing_refusals():
            await verbs.change_scene(title.id, scene.id, form.facts, by=request.state.person.id)
            return redirect(request, f"{base_of(request)}/scenes", ("good", _("Saved.")))
    return await _one(request, title, scene, form, form.status)


@told_at(lambda request: f"{base_of(request)}/scenes")
async def remove(request: Request) -> Response:
    title = await title_in(request)
    await verbs.remove_scene(title.id, id_in(request, "scene"), by=request.state.person.id)
    return redirect(request, f"{base_of(request)}/scenes", ("good", _("The scene is gone.")))


_ALL = f"{DESK}/scenes"
_RUN = member("manager")
routes = [
    get(_ALL, show, may=member("viewer")),
    post(_ALL, make, may=_RUN),
    get(f"{_ALL}/{{scene}}", show_one, may=member("viewer")),
    post(f"{_ALL}/{{scene}}", change, may=_RUN),
    post(f"{_ALL}/{{scene}}/removal", remove, may=_RUN),
]
