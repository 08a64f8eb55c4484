"""A studio's previews: put up, taken down, and who has looked."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import FileResponse, Response

from crowdfund import clock
from crowdfund.database.ids import private, public
from crowdfund.merch.previews import actions, queries
from crowdfund.merch.previews.clips import read_clip
from crowdfund.merch.previews.files import FILES
from crowdfund.merch.previews.forms import PREVIEWS, PreviewForm
from crowdfund.merch.previews.models import Preview, PreviewKind
from crowdfund.merch.previews.putting_up import put_up
from crowdfund.merch.previews.rules import CLIP_MS_MAX, PRODUCT_MS_MAX, NoSuchPreview, is_public
from crowdfund.merch.screen.models import OnscreenProduct
from crowdfund.merch.screen.timecode import clock_text
from crowdfund.merch.shops.pages.own import DESK, base_of, desk_page, picture_of_product
from crowdfund.titles.models import Title
from crowdfund.web import body, images
from crowdfund.web.i18n import _
from crowdfund.web.page import redirect
from crowdfund.web.routes import get, member, post


async def views(request: Request) -> Response:
    """The log: who looked at what, and when."""
    titles = {one.id: one for one in await Title.filter(organisation_id=request.state.organisation.id)}
    products = await OnscreenProduct.filter(title_id__in=list(titles)).order_by("title_id", "name") if titles else []
    shown = [
        (one, titles[one.title_id], f"{base_of(request)}/previews/{public(one.id)}")
        for one in products
        if one.is_cleared
    ]
    return desk_page(
        request,
        "previews.html",
        "previews",
        views=await queries.views_of(request.state.organisation.id),
        products=shown,
    )


async def _own(request: Request) -> tuple[OnscreenProduct, Title]:
    return await actions.own_product(request.state.organisation.id, private(request.path_params["product"]))


async def product(request: Request) -> Response:
    return await _page(request, PreviewForm({"kind": "crop"}))


async def _page(request: Request, form: PreviewForm) -> Response:
    found, title = await _own(request)
    base = f"{base_of(request)}/previews/{public(found.id)}"
    previews = [(one, f"{base}/{one.public_id}") for one in await queries.previews_of(found.id)]
    at = await queries.product_public_at(found.id)
    return desk_page(
        request, "previews_product.html", "previews", form.status, product=found, title=title, form=form, previews=previews, path=base,
        picture=picture_of_product(found, title), public_at=at, is_public=is_public(at, clock.now()),
        clock_text=clock_text, clip_seconds=CLIP_MS_MAX // 1000, product_seconds=PRODUCT_MS_MAX // 1000,
    )  # fmt: skip


async def add(request: Request) -> Response:
    found, _title = await _own(request)
    form = await PreviewForm.read(request)
    if not form.errors and form.image is not None:
        with form.showing_refusals():
            picture = (await images.read_picture(form.image)).files[""]
            await _add(found, form, picture, by=request.state.person.id)
            path = f"{base_of(request)}/previews/{public(found.id)}"
            return redirect(
                request, path, ("good", _("Here it is. Shops that have agreed to the terms see it from now on."))
            )
    return await _page(request, form)


async def _add(found: OnscreenProduct, form: PreviewForm, picture: bytes, *, by: int) -> None:
    """Raises as `actions.add_preview`, NotAClip."""
    clip = read_clip(form.clip) if form.kind == PreviewKind.CLIP else None

    async def add_it(shown: actions.Shown) -> Preview:
        return await actions.add_preview(found, shown, by=by)

    await put_up(found, form.start, form.end or 0, picture, form.words, clip=clip, add=add_it)


async def _preview(request: Request) -> Preview:
    found, _title = await _own(request)
    preview = await Preview.get_or_none(
        id=private(request.path_params["preview"]), product_id=found.id, withdrawn_at=None
    )
    if preview is None:
        raise NoSuchPreview("There is no such preview.")
    return preview


async def withdraw(request: Request) -> Response:
    await actions.withdraw_preview(await _preview(request), by=request.state.person.id)
    path = f"{base_of(request)}/previews/{request.path_params['product']}"
    return redirect(request, path, ("good", _("Taken down: no link shows it any more.")))


async def picture(request: Request) -> Response:
    """The studio's own look at it, unmarked and not counted."""
    preview = await _preview(request)
    name = preview.poster if preview.kind == PreviewKind.CLIP else preview.file
    return FileResponse(FILES.path_of(name), media_type="image/webp", headers={"cache-control": "no-store"})


_ALL = f"{DESK}/previews"
_ONE = f"{_ALL}/{{product}}"
_RUN = member("manager")
routes = [
    get(_ALL, views, may=member("viewer")),
    get(_ONE, product, may=member("viewer")),
    post(_ONE, add, may=_RUN, limit=PREVIEWS, body_max=body.UPLOAD_MAX),
    get(f"{_ONE}/{{preview}}/picture", picture, may=member("viewer")),
    post(f"{_ONE}/{{preview}}/withdrawal", withdraw, may=_RUN),
]
