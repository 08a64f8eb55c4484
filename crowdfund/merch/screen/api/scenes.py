"""Scenes of a title through the API."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from crowdfund.database.ids import public
from crowdfund.merch.screen import scenes as verbs
from crowdfund.merch.screen.api.bodies import SceneIn, SceneOut
from crowdfund.merch.screen.api.own import ONE, SEE, WRITE, key_of, scene_in, title_in
from crowdfund.merch.screen.models import Scene
from crowdfund.merch.screen.scenes import SceneFacts
from crowdfund.people.models import Role
from crowdfund.web import api
from crowdfund.web.routes import get, post


def _out(one: Scene) -> SceneOut:
    return SceneOut(
        id=public(one.id), code=one.code, name=one.name, start_ms=one.start_ms, end_ms=one.end_ms, spoiler=one.spoiler
    )


async def list_scenes(request: Request) -> Response:
    """Scenes of a title of one's own, as they were written down."""
    title, asked = await title_in(request, Role.VIEWER), api.cursor(request)
    rows = await Scene.filter(title_id=title.id, id__gt=asked.after_id or 0).order_by("id").limit(asked.limit + 1)
    return api.paged(request, rows, asked, _out, lambda one: one.id)


async def make_scene(request: Request, body: SceneIn) -> SceneOut:
    """A new scene. The same Idempotency-Key answers the same one."""
    title = await title_in(request)
    made = await verbs.make_scene_once(
        title.id, SceneFacts(**body.model_dump()), by=request.state.person.id, key=key_of(request)
    )
    return _out(made)


async def change_scene(request: Request, body: SceneIn) -> SceneOut:
    """Write a scene anew, all of it."""
    title, scene = await scene_in(request)
    await verbs.change_scene(title.id, scene.id, SceneFacts(**body.model_dump()), by=request.state.person.id)
    return _out(await verbs.scene_of(title.id, scene.id))


async def remove_scene(request: Request) -> SceneOut:
    """Take a scene away; what appears in it stays, in no scene."""
    title, scene = await scene_in(request)
    await verbs.remove_scene(title.id, scene.id, by=request.state.person.id)
    return _out(scene)


_ALL = f"{ONE}/scenes"
routes = [
    get(_ALL, list_scenes, may=SEE, gives=SceneOut, lists=True, summary="Scenes of a title of mine"),
    post(_ALL, make_scene, may=WRITE, takes=SceneIn, gives=SceneOut, creates=True, summary="A new scene"),
    post(f"{_ALL}/{{scene}}", change_scene, may=WRITE, takes=SceneIn, gives=SceneOut, summary="Change a scene"),
    post(f"{_ALL}/{{scene}}/removal", remove_scene, may=WRITE, gives=SceneOut, summary="Remove a scene"),
]
