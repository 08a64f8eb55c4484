"""Appearances at their makers' desk: a list of the film, and the frame stepper on which times and boxes are found.

Without a script the stepper is a film with fields below it; with one, keys go from frame to frame and a box is drawn over it.
"""

from __future__ import annotations

from collections.abc import Mapping
from secrets import token_urlsafe

from starlette.requests import Request
from starlette.responses import Response

from crowdfund.database.ids import private_or_none, public
from crowdfund.merch.screen import appearances as verbs
from crowdfund.merch.screen.files import path_of as path_of_film
from crowdfund.merch.screen.forms import PROMINENCES, AppearanceForm, appearance_typed
from crowdfund.merch.screen.models import Appearance, Master, ProductState
from crowdfund.merch.screen.pages.own import DESK, appearance_path, base_of, id_in, screen_page, title_in
from crowdfund.merch.screen.queries import appearances_of, master_of, products_of, scenes_of
from crowdfund.merch.screen.timecode import TimeNotUnderstood, clock_text, rate_name, understand
from crowdfund.titles.models import Title
from crowdfund.web.i18n import _
from crowdfund.web.page import redirect
from crowdfund.web.routes import get, member, post
from crowdfund.web.told import told_at

PAGE = 100


async def show(request: Request) -> Response:
    title = await title_in(request)
    wanted = private_or_none(request.query_params.get("product", ""))
    products = {one.id: one for one in await products_of(title.id)}
    scenes = {one.id: one.code for one in await scenes_of(title.id)}
    found = await appearances_of(title.id, wanted if wanted in products else None)
    number = request.query_params.get("page", "1")
    page_now = max(1, int(number)) if number.isascii() and number.isdigit() and len(number) < 6 else 1
    rows = [
        (one, products[one.product_id], scenes.get(one.scene_id or 0, ""), f"{clock_text(one.start_ms)} – {clock_text(one.end_ms)}",
         appearance_path(request, one))
        for one in found[(page_now - 1) * PAGE : page_now * PAGE]
    ]  # fmt: skip
    return await screen_page(
        request, "desk_appearances.html", "appearances", title, rows=rows, count=len(found), page_now=page_now,
        pages=max(1, -(-len(found) // PAGE)), products=[(public(one.id), one.name) for one in products.values()],
        wanted=public(wanted) if wanted in products and wanted else "",
    )  # fmt: skip


async def _options(title: Title, keep: Appearance | None = None) -> tuple[Mapping[str, str], Mapping[str, str]]:
    """Products and scenes to choose from, by public id. keep: an appearance whose product is offered whatever its state."""
    products = {
        public(one.id): one.name
        for one in await products_of(title.id)
        if one.state != ProductState.RETIRED or (keep is not None and one.id == keep.product_id)
    }
    scenes = {public(one.id): f"{one.code} · {one.name}" if one.name else one.code for one in await scenes_of(title.id)}
    return products, {"": _("No scene"), **scenes}


async def _stepper(
    request: Request, title: Title, master: Master, form: AppearanceForm, one: Appearance | None, status: int = 200
) -> Response:
    products, scenes = await _options(title, one)
    has_film = bool(master.video) and path_of_film(master.video).is_file()
    return await screen_page(
        request, "desk_appearance.html", "appearances", title, status, form=form, appearance=one,
        path=appearance_path(request, one) if one else f"{base_of(request)}/appearances", products=list(products.items()),
        scenes=list(scenes.items()), prominences=PROMINENCES.items(), has_film=has_film, fps=float(master.fps),
        rate=rate_name(master.fps), ends=clock_text(master.duration_ms),
    )  # fmt: skip


async def new(request: Request) -> Response:
    title = await title_in(request)
    master = await master_of(title.id)
    asked = request.query_params.get("at", "")
    try:
        at = min(understand(asked, master.fps), master.duration_ms) if asked else None
    except TimeNotUnderstood:
        at = None
    typed = {
        "key": token_urlsafe(16), "product": request.query_params.get("product", ""), "prominence": "2",
        "start": clock_text(at) if at is not None else "",
    }  # fmt: skip
    return await _stepper(request, title, master, AppearanceForm(typed), None)


async def _read(request: Request, title: Title, master: Master, one: Appearance | None) -> AppearanceForm:
    products, scenes = await _options(title, one)
    return await AppearanceForm.read(request, fps=master.fps, products=products, scenes=scenes)


async def make(request: Request) -> Response:
    title = await title_in(request)
    master = await master_of(title.id)
    form = await _read(request, title, master, None)
    if not form.errors:
        with form.showing_refusals():
            key = f"form:{form.key or token_urlsafe(16)}"
            made = await verbs.make_appearance_once(title.id, form.sighting, by=request.state.person.id, key=key)
            return redirect(request, appearance_path(request, made), ("good", _("The appearance is there.")))
    return await _stepper(request, title, master, form, None, form.status)


async def show_one(request: Request) -> Response:
    title = await title_in(request)
    one = await verbs.appearance_of(title.id, id_in(request, "appearance"))
    return await _stepper(request, title, await master_of(title.id), AppearanceForm(appearance_typed(one)), one)


async def change(request: Request) -> Response:
    title = await title_in(request)
    one = await verbs.appearance_of(title.id, id_in(request, "appearance"))
    master = await master_of(title.id)
    form = await _read(request, title, master, one)
    if not form.errors:
        with form.showing_refusals():
            await verbs.change_appearance(title.id, one.id, form.sighting, by=request.state.person.id)
            return redirect(request, appearance_path(request, one), ("good", _("Saved.")))
    return await _stepper(request, title, master, form, one, form.status)


@told_at(lambda request: f"{base_of(request)}/appearances")
async def remove(request: Request) -> Response:
    title = await title_in(request)
    await verbs.remove_appearance(title.id, id_in(request, "appearance"), by=request.state.person.id)
    return redirect(request, f"{base_of(request)}/appearances", ("good", _("The appearance is gone.")))


_ALL = f"{DESK}/appearances"
_ONE = f"{_ALL}/{{appearance}}"
_RUN = member("manager")
routes = [
    get(_ALL, show, may=member("viewer")),
    get(f"{_ALL}/new", new, may=_RUN),
    post(_ALL, make, may=_RUN),
    get(_ONE, show_one, may=member("viewer")),
    post(_ONE, change, may=_RUN),
    post(f"{_ONE}/removal", remove, may=_RUN),
]
