"""What a film's ticket leads to once it was shown: the things that were in it."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request

from crowdfund.merch.watching.pages.reading import region_in, shop_in
from crowdfund.merch.watching.pages.shown import Thing, things_of
from crowdfund.merch.watching.queries import Film, NothingToWatch, film_of

SHOWN = 3


@dataclass(frozen=True, slots=True)
class After:
    """film: whose shop it is. count: of all its things."""

    film: Film
    things: list[Thing]
    count: int


async def after_the_film(request: Request, title_id: int) -> After | None:
    """What can be had of a film by who has seen it, spoilers too: none where it has no shop here."""
    try:
        film = await film_of(title_id)
    except NothingToWatch:
        return None
    things = things_of(film, await shop_in(film, region_in(request)))
    return After(film, things[:SHOWN], len(things)) if things else None
