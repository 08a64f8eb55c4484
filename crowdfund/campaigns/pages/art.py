"""Key art that the site draws for a title, by the title's public id."""

from __future__ import annotations

from functools import lru_cache

from starlette.requests import Request
from starlette.responses import Response

from crowdfund.database.ids import private
from crowdfund.refusal import NotFound
from crowdfund.titles.art import SCENES, key_art
from crowdfund.titles.models import Title
from crowdfund.web.routes import get, public

_FOR_EVER = {"cache-control": "public, max-age=31536000, immutable"}


@lru_cache(maxsize=256)
def _drawn(seed: int, kind: str, colour: str, scene: str) -> bytes:
    return key_art(seed, kind, colour, scene).encode()


async def art(request: Request) -> Response:
    """The drawing of a title, of the scene in the path or else by the dice: the same picture for ever, so browsers keep it."""
    title = await Title.get_or_none(id=private(request.path_params["title"]))
    scene = request.path_params.get("scene", "")
    if title is None or (scene and scene not in SCENES.get(title.kind, SCENES["film"])):
        raise NotFound("There is nothing here under that address.")
    drawn = _drawn(title.id, title.kind, title.colour, scene)
    return Response(drawn, media_type="image/svg+xml", headers=_FOR_EVER)


routes = [
    get("/art/{title}.svg", art, may=public),
    get("/art/{title}/{scene}.svg", art, may=public),
]
