"""The film as files: its video, its captions, and its shop as a track and as JSON."""

from __future__ import annotations

import orjson
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from crowdfund import clock
from crowdfund.merch.screen.files import path_of
from crowdfund.merch.watching import wire
from crowdfund.merch.watching.pages.reading import film_in, moments, region_in, shop_in
from crowdfund.merch.watching.queries import Film, NothingToWatch, Shop
from crowdfund.web import page_cache
from crowdfund.web.routes import get, public

_bodies: page_cache.Kept[page_cache.Body] = page_cache.Kept()
_FOR_EVER = "public, max-age=31536000, immutable"
_ASK_AGAIN = "public, no-cache"
# Players of partners read them from their own pages; there is nothing of anybody's in them.
_FOR_ALL = {"cross-origin-resource-policy": "cross-origin", "access-control-allow-origin": "*"}


async def _written(request: Request, kind: str) -> Response:
    film, region = await film_in(request), region_in(request)

    async def make() -> page_cache.Body:
        shop = await shop_in(film, region)
        return page_cache.body_of(*(_vtt(film, shop) if kind == "vtt" else _json(film, shop)))

    return page_cache.send(request, await _bodies.get((kind, *moments.key(film.title.id, region, clock.now())), make))


def _vtt(film: Film, shop: Shop) -> tuple[str, str]:
    return wire.vtt(shop.document, shop.lines, film.path), wire.MEDIA_TYPE


def _json(film: Film, shop: Shop) -> tuple[bytes, str]:
    rows = wire.rows(
        shop.document, shop.lines, film.path, name=film.title.name, region=shop.region, changes_at=shop.changes_at
    )
    return orjson.dumps(rows), "application/json"


async def cues_vtt(request: Request) -> Response:
    """WebVTT with one JSON object a cue: what a viewer in this country may see of the shop at this moment."""
    return await _written(request, "vtt")


async def cues_json(request: Request) -> Response:
    return await _written(request, "json")


async def video(request: Request) -> Response:
    """The film, in pieces where a player asks for them. Nobody sees it before it has aired."""
    film = await film_in(request)
    path = path_of(film.master.video)
    if not film.has_video or not film.has_aired(clock.now()) or not path.is_file():
        raise NothingToWatch("There is nothing to watch under that address.")
    kept = _FOR_EVER if request.query_params.get("v") == film.master.video else _ASK_AGAIN
    return FileResponse(path, media_type=film.master.video_type, headers={"cache-control": kept})


async def captions(request: Request) -> Response:
    film = await film_in(request)
    if not film.master.captions or not film.has_aired(clock.now()):
        raise NothingToWatch("There is nothing to watch under that address.")
    return page_cache.send(request, page_cache.body_of(film.master.captions, wire.MEDIA_TYPE))


routes = [
    get("/watch/{title}/cues.vtt", cues_vtt, may=public, headers=_FOR_ALL),
    get("/watch/{title}/cues.json", cues_json, may=public, headers=_FOR_ALL),
    get("/watch/{title}/video", video, may=public),
    get("/watch/{title}/captions.vtt", captions, may=public),
]
