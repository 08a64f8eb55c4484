"""Appearances through the API: when and where in the frame a product is seen."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from crowdfund.database.ids import public
from crowdfund.merch.screen import appearances as verbs
from crowdfund.merch.screen.api.bodies import AppearanceIn, AppearanceOut
from crowdfund.merch.screen.api.own import ONE, SEE, WRITE, appearance_in, key_of, title_in
from crowdfund.merch.screen.appearances import Sighting
from crowdfund.merch.screen.models import Appearance
from crowdfund.merch.screen.rules import NoSuchProduct, NoSuchScene
from crowdfund.people.models import Role
from crowdfund.web import api
from crowdfund.web.routes import get, post


def _out(one: Appearance) -> AppearanceOut:
    return AppearanceOut(
        id=public(one.id), product=public(one.product_id), scene=public(one.scene_id) if one.scene_id else None,
        start_ms=one.start_ms, end_ms=one.end_ms, prominence=one.prominence, boxes=one.box_list, alt=one.alt,
    )  # fmt: skip


def _sighting(body: AppearanceIn) -> Sighting:
    product_id = api.known_id(body.product, NoSuchProduct("There is no such product."))
    scene_id = api.known_id(body.scene, NoSuchScene("There is no such scene.")) if body.scene is not None else None
    return Sighting(product_id, body.start_ms, body.end_ms, scene_id, body.boxes, body.prominence, body.alt)


async def list_appearances(request: Request) -> Response:
    """Appearances in a title of one's own, as they were written down."""
    title, asked = await title_in(request, Role.VIEWER), api.cursor(request)
    rows = await Appearance.filter(title_id=title.id, id__gt=asked.after_id or 0).order_by("id").limit(asked.limit + 1)
    return api.paged(request, rows, asked, _out, lambda one: one.id)


async def make_appearance(request: Request, body: AppearanceIn) -> AppearanceOut:
    """A new appearance. The same Idempotency-Key answers the same one."""
    title = await title_in(request)
    return _out(
        await verbs.make_appearance_once(title.id, _sighting(body), by=request.state.person.id, key=key_of(request))
    )


async def change_appearance(request: Request, body: AppearanceIn) -> AppearanceOut:
    """Write an appearance anew, all of it."""
    title, one = await appearance_in(request)
    await verbs.change_appearance(title.id, one.id, _sighting(body), by=request.state.person.id)
    return _out(await verbs.appearance_of(title.id, one.id))


async def remove_appearance(request: Request) -> AppearanceOut:
    """Take an appearance away; what was published of it stays until the next revision."""
    title, one = await appearance_in(request)
    await verbs.remove_appearance(title.id, one.id, by=request.state.person.id)
    return _out(one)


_ALL = f"{ONE}/appearances"
_ONE = f"{_ALL}/{{appearance}}"
routes = [
    get(_ALL, list_appearances, may=SEE, gives=AppearanceOut, lists=True, summary="Appearances in a title of mine"),
    post(
        _ALL,
        make_appearance,
        may=WRITE,
        takes=AppearanceIn,
        gives=AppearanceOut,
        creates=True,
        summary="Mark an appearance",
    ),
    post(_ONE, change_appearance, may=WRITE, takes=AppearanceIn, gives=AppearanceOut, summary="Change an appearance"),
    post(f"{_ONE}/removal", remove_appearance, may=WRITE, gives=AppearanceOut, summary="Remove an appearance"),
]
