"""A studio's previews through the API: put up, looked over, taken down.

The body is the file itself: of a picture PNG, JPEG or WebP, of a clip MP4 or WebM. A clip is shown by a picture that is put up first.
"""

from __future__ import annotations

from hashlib import blake2b

from starlette.requests import Request
from starlette.responses import Response

from crowdfund.database.once import made_before, once
from crowdfund.merch.previews import actions, queries
from crowdfund.merch.previews.clips import CLIP_BYTES_MAX, Clip, NotAClip, read_clip
from crowdfund.merch.previews.files import FILES
from crowdfund.merch.previews.forms import PREVIEWS
from crowdfund.merch.previews.models import Preview, PreviewKind
from crowdfund.merch.previews.putting_up import put_up
from crowdfund.merch.previews.rules import WORDS_MAX, NoSuchPreview
from crowdfund.merch.screen.models import OnscreenProduct
from crowdfund.people.api.own import own_organisation
from crowdfund.people.models import Role
from crowdfund.refusal import Invalid
from crowdfund.web import api, images
from crowdfund.web.api import Out
from crowdfund.web.body import UPLOAD_MAX
from crowdfund.web.routes import bearer, get, post

_ALL = "/api/v1/organisations/{organisation}/products/{product}/previews"
_MS = "[0-9]{1,9}"
_START = api.Filter("start_ms", "Where on the film it is from, in ms.", pattern=_MS, needed=True)
_END = api.Filter("end_ms", "Where the clip ends, in ms.", pattern=_MS, needed=True)
_WORDS = api.Filter("words", "What is to be said of it.", length_max=WORDS_MAX)
_POSTER = api.Filter(
    "picture", "The id of a picture of the same product that stands for the clip.", length_max=13, needed=True
)


class OwnPreviewOut(Out):
    """kind: `crop`, a picture, or `clip`. start_ms, end_ms: where on the film."""

    id: str
    kind: str
    start_ms: int
    end_ms: int
    media_type: str
    words: str
    made_at: str


def _out(one: Preview) -> OwnPreviewOut:
    return OwnPreviewOut(
        id=one.public_id, kind=one.kind, start_ms=one.start_ms, end_ms=one.end_ms, media_type=one.media_type, words=one.words,
        made_at=api.instant(one.made_at),
    )  # fmt: skip


async def _product(request: Request, needed: Role = Role.MANAGER) -> OnscreenProduct:
    organisation, _role = await own_organisation(request, needed)
    product_id = api.id_in(request, "product", NoSuchPreview("There is no such product."))
    product, _title = await actions.own_product(organisation.id, product_id)
    return product


async def list_own_previews(request: Request) -> Response:
    """What is put up of a product of a film of ours."""
    product, asked = await _product(request, Role.VIEWER), api.cursor(request)
    found = [one for one in await queries.previews_of(product.id) if asked.after_id is None or one.id > asked.after_id]
    return api.paged(request, sorted(found, key=lambda one: one.id), asked, _out, lambda one: int(one.id))


async def put_picture_up(request: Request) -> OwnPreviewOut:
    """Show a picture of it to shops that have agreed to keep it to themselves."""
    product, content = await _product(request), await api.picture_in(request)
    picture = (await images.read_picture(content)).files[""]
    return _out(await _put_up(request, product, content, picture))


async def put_clip_up(request: Request) -> OwnPreviewOut:
    """Show some seconds of the film to them."""
    product = await _product(request)
    content = b""
    async for part in api.video_in(request):
        content += part
        if len(content) > CLIP_BYTES_MAX:
            raise NotAClip("Please send a clip of at most 6 MB.", field="clip")
    nobody = Invalid("Put a picture of it up first: it stands for the clip.", field="picture")
    standing_for = await Preview.get_or_none(
        id=api.known_id(_POSTER.of(request), nobody), product_id=product.id, kind=PreviewKind.CROP, withdrawn_at=None
    )
    if standing_for is None:
        raise nobody
    return _out(await _put_up(request, product, content, await FILES.read(standing_for.file), read_clip(content)))


async def _put_up(
    request: Request, product: OnscreenProduct, content: bytes, picture: bytes, clip: Clip | None = None
) -> Preview:
    """Once for each Idempotency-Key."""
    start, end, words, by = (
        int(_START.of(request)),
        _END.of(request) if clip else "",
        _WORDS.of(request),
        request.state.person.id,
    )
    key = f"preview:api:{request.state.idempotency_key}"
    wish = ["preview", product.id, start, end, words, blake2b(content, digest_size=16).hexdigest()]
    if (before := await made_before(by, key, wish)) is not None:
        return await Preview.get(id=before)

    async def add(shown: actions.Shown) -> Preview:
        async def make() -> int:
            return int((await actions.add_preview(product, shown, by=by)).id)

        return await Preview.get(id=await once(by, key, wish, make))

    return await put_up(product, start, int(end or 0), picture, words, clip=clip, add=add)


async def withdraw_preview(request: Request) -> OwnPreviewOut:
    """Take one down: no link shows it any more, and its file goes."""
    product, missing = await _product(request), NoSuchPreview("There is no such preview.")
    preview = await api.row_in(request, "preview", Preview, missing, product_id=product.id, withdrawn_at=None)
    await actions.withdraw_preview(preview, by=request.state.person.id)
    return _out(preview)


_SEE, _WRITE = bearer("licences:read"), bearer("licences:write")
routes = [
    get(_ALL, list_own_previews, may=_SEE, gives=OwnPreviewOut, lists=True, summary="Previews of a product of ours"),
    post(
        f"{_ALL}/pictures", put_picture_up, may=_WRITE, gives=OwnPreviewOut, creates=True, picture=True, filters=[_START, _WORDS],
        limit=PREVIEWS, body_max=UPLOAD_MAX, summary="Put a picture up as a preview",
    ),
    post(
        f"{_ALL}/clips", put_clip_up, may=_WRITE, gives=OwnPreviewOut, creates=True, video=True,
        filters=[_START, _END, _POSTER, _WORDS], limit=PREVIEWS, body_max=UPLOAD_MAX, summary="Put a clip up as a preview",
    ),
    post(f"{_ALL}/{{preview}}/withdrawal", withdraw_preview, may=_WRITE, gives=OwnPreviewOut, summary="Take a preview down"),
]  # fmt: skip
