"""The files of previews: by a link that ends, marked for who looks; or for everybody, once the product is public."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import FileResponse, Response

from crowdfund import clock
from crowdfund.database.ids import private
from crowdfund.merch.previews import actions
from crowdfund.merch.previews.files import FILES
from crowdfund.merch.previews.forms import LOOKS
from crowdfund.merch.previews.marking import mark_of, marked
from crowdfund.merch.previews.models import Preview, PreviewKind
from crowdfund.merch.previews.rules import NoSuchPreview
from crowdfund.people.models import Organisation
from crowdfund.web.headers import NO_REFERRER
from crowdfund.web.routes import get, public, signed_in

_NEVER_KEPT = {"cache-control": "no-store", "x-robots-tag": "noindex"}
_FOR_ALL = {"cache-control": "public, max-age=600"}


async def _looked(request: Request, *, counts: bool) -> Preview:
    shop = await Organisation.get_or_none(slug=request.path_params["shop"])
    if shop is None:
        raise NoSuchPreview("There is no such preview.")
    return await actions.look(
        private(request.path_params["preview"]), request.state.person.id, shop, request.path_params["until"],
        request.path_params["seal"], counts=counts,
    )  # fmt: skip


async def picture(request: Request) -> Response:
    """A picture with the viewer's name and the day drawn into it."""
    preview = await _looked(request, counts=True)
    content = await FILES.read(_picture_file(preview))
    person = request.state.person
    mark = mark_of(person.name, person.email, f"{clock.now():%Y-%m-%d}")
    return Response(await marked(content, mark), media_type="image/webp", headers=_NEVER_KEPT)


def _picture_file(preview: Preview) -> str:
    return preview.poster if preview.kind == PreviewKind.CLIP else preview.file


async def clip(request: Request) -> Response:
    """The clip itself. A player asks for it in pieces: the first of them is the look that is written down."""
    asked = request.headers.get("range", "")
    preview = await _looked(request, counts=not asked or asked.startswith("bytes=0-"))
    return _clip(preview, _NEVER_KEPT)


def _clip(preview: Preview, headers: dict[str, str]) -> Response:
    path = FILES.path_of(preview.file)
    if preview.kind != PreviewKind.CLIP or not path.is_file():
        raise NoSuchPreview("There is no such preview.")
    return FileResponse(path, media_type=preview.media_type, headers=headers)


async def public_picture(request: Request) -> Response:
    preview = await actions.public_preview(private(request.path_params["preview"]), clock.now())
    return FileResponse(FILES.path_of(_picture_file(preview)), media_type="image/webp", headers=_FOR_ALL)


async def public_clip(request: Request) -> Response:
    return _clip(await actions.public_preview(private(request.path_params["preview"]), clock.now()), _FOR_ALL)


_LINK = "/previews/{preview}/{shop}/{until}/{seal}"
routes = [
    get(f"{_LINK}/picture", picture, may=signed_in, limit=LOOKS, headers=NO_REFERRER),
    get(f"{_LINK}/clip", clip, may=signed_in, limit=LOOKS, headers=NO_REFERRER),
    get("/previews/{preview}/picture", public_picture, may=public),
    get("/previews/{preview}/clip", public_clip, may=public),
]
