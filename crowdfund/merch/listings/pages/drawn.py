"""Drawings of products without a picture. The address holds all that is drawn, so nothing is looked up, and no secret told."""

from __future__ import annotations

from functools import lru_cache

from starlette.requests import Request
from starlette.responses import Response

from crowdfund.merch.art import NUMBERS, THINGS, drawn
from crowdfund.refusal import NotFound
from crowdfund.titles.art.colour import PALETTES
from crowdfund.web.routes import get, public

_FOR_EVER = {"cache-control": "public, max-age=31536000, immutable"}


@lru_cache(maxsize=512)
def _kept(thing: str, mood: str, number: int) -> bytes:
    return drawn(thing, mood, number).encode()


async def drawing(request: Request) -> Response:
    """The same picture for ever, so browsers keep it."""
    thing, mood, number = (request.path_params[name] for name in ("thing", "mood", "number"))
    is_number = number.isascii() and number.isdigit() and len(number) <= 6 and int(number) < NUMBERS
    if thing not in THINGS or mood not in PALETTES or not is_number:
        raise NotFound("There is nothing here under that address.")
    return Response(_kept(thing, mood, int(number)), media_type="image/svg+xml", headers=_FOR_EVER)


routes = [get("/drawn/{thing}/{mood}/{number}.svg", drawing, may=public)]
