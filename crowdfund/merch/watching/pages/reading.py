"""What every address below /watch reads first: the film, the country, and the film's shop there, kept for a second."""

from __future__ import annotations

from starlette.requests import Request

from crowdfund import clock
from crowdfund.campaigns.pages.shown import art_of
from crowdfund.database.ids import private
from crowdfund.merch.watching.queries import Film, Moments, Shop, film_of, saved_by, shop_of
from crowdfund.web import page_cache
from crowdfund.web.images import url_of
from crowdfund.web.region import is_country, region_of

_shops: page_cache.Kept[Shop] = page_cache.Kept()
_films: page_cache.Kept[Film] = page_cache.Kept()
moments = Moments()


async def film_in(request: Request) -> Film:
    """The film of the path. Raises NoSuchId, NothingToWatch."""
    title_id = private(request.path_params["title"])
    return await _films.get(title_id, lambda: film_of(title_id))


def region_in(request: Request) -> str:
    """The country that the address asks for, else the visitor's."""
    asked = request.query_params.get("region", "")
    return asked if is_country(asked) else region_of(request)


async def shop_in(film: Film, region: str) -> Shop:
    """Kept by film, country and the last moment at which it changed: to the second, whoever asked before."""
    now = clock.now()

    async def make() -> Shop:
        shop = await shop_of(film.title.id, region, now)
        moments.told(shop)
        return shop

    return await _shops.get(moments.key(film.title.id, region, now), make)


async def saved_in(request: Request, film: Film) -> set[int]:
    person = request.scope["state"].get("person")
    return await saved_by(person.id, film.title.id) if person else set()


def poster_of(film: Film) -> str:
    """The picture before a film begins: its poster, else the title's art."""
    image_id = film.master.poster_image_id
    return url_of(image_id) if image_id is not None else art_of(film.title)
