"""Watching: the films there are, and one of them with what can be bought from it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from math import ceil
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from crowdfund import clock
from crowdfund.campaigns.pages.shown import art_url
from crowdfund.database.ids import private_or_none, public
from crowdfund.merch.watching.pages import linked
from crowdfund.merch.watching.pages.reading import film_in, poster_of, region_in, saved_in, shop_in
from crowdfund.merch.watching.pages.shown import Thing, clock_of, row_art, things_of, wearers_in
from crowdfund.merch.watching.queries import Film, Shop, all_saved_by, film_of, films, path_of
from crowdfund.people.models import Organisation
from crowdfund.screenings.codes import qr
from crowdfund.settings import current
from crowdfund.web import headers, page_cache
from crowdfund.web.i18n import _
from crowdfund.web.images import url_of
from crowdfund.web.page import page
from crowdfund.web.region import countries
from crowdfund.web.routes import anyone, get

FILMS = 12  # on one page
MARKS_MAX = 200
WAITS_SECONDS = 86_400
_lists: page_cache.Kept[list[dict[str, Any]]] = page_cache.Kept()
_SECONDS = re.compile(r"[0-9]{1,6}(?:\.[0-9]{1,3})?", re.ASCII)
SCREEN = {"permissions-policy": headers.permissions("fullscreen", "picture-in-picture")}


async def watch(request: Request) -> Response:
    """The films that can be watched, with what can be bought from each."""
    region, after = region_in(request), private_or_none(request.query_params.get("after", "")) or 0
    rows = await _lists.get(after, lambda: films(after_id=after, limit=FILMS + 1))
    shown = await reels(rows[:FILMS], region)
    more = public(rows[FILMS - 1]["title_id"]) if len(rows) > FILMS else ""
    person = request.scope["state"].get("person")
    saved = [
        {
            "path": f"{path_of(row['title_id'])}/items/{public(row['product_id'])}", "name": row["name"], "art_url": row_art(row),
            "title": row["title"], "at": clock_of(row["moment_ms"]) if row["moment_ms"] is not None else "",
        }
        for row in (await all_saved_by(person.id) if person else [])
    ]  # fmt: skip
    return page(
        request, "merch/watching/films.html", films=shown, saved=saved, more=more, region=region, countries=countries(),
    )  # fmt: skip


async def reels(rows: Sequence[dict[str, Any]], region: str) -> list[dict[str, Any]]:
    """Films of a list, each with some of what can be had from it. rows: of `films`."""
    return [await _listed(row, region) for row in rows]


async def _listed(row: dict[str, Any], region: str) -> dict[str, Any]:
    film = await film_of(row["title_id"])
    told = [] if film.is_for_children else things_of(film, await shop_in(film, region))
    things = [thing for thing in told if not thing.spoiler]
    picture = row["poster_image_id"]
    return {
        "path": film.path, "name": row["name"], "colour": row["colour"], "studio": row["studio"],
        "studio_path": f"/studios/{row['studio_slug']}", "length": clock_of(row["duration_ms"]), "things": things[:4],
        "count": len(things), "is_for_children": film.is_for_children,
        "art_url": url_of(picture) if picture is not None else art_url(row["title_id"], row["image_id"], row["scene"]),
    }  # fmt: skip


def asked_second(request: Request) -> str:
    """`?t=754.2`: where the film begins; nonsense is the beginning."""
    asked = request.query_params.get("t", "")
    return asked if _SECONDS.fullmatch(asked) else ""


async def show(request: Request) -> Response:
    """The player. Without scripts: the film in the browser's own controls, and the same things in a table below."""
    film, region = await film_in(request), region_in(request)
    studio = await Organisation.get(id=film.title.organisation_id)
    art, aired = poster_of(film), film.has_aired(clock.now())
    shared: dict[str, Any] = {
        "film": film,
        "title": film.title,
        "colour": film.title.colour,
        "art_url": art,
        "studio": studio,
    }
    if not aired:
        return page(request, "merch/watching/later.html", headers=_again_at(film), **shared)
    if not film.has_video:
        return RedirectResponse(f"{film.path}/shop", 303)
    shop = await shop_in(film, region)
    things = things_of(film, shop, await saved_in(request, film))
    description = _("Watch %(name)s, and see who made what is in it.") % {"name": film.title.name}
    return page(
        request, "merch/watching/show.html", **shared, shop=shop, things=things, plain=[t for t in things if not t.spoiler],
        late=[t for t in things if t.spoiler], wearers=wearers_in(things), region=region, countries=countries(),
        second=asked_second(request), length=clock_of(film.master.duration_ms), description=description,
        version=shop.document.sha256[:12], base_url=current().base_url, code=_code(film), has_script_shop=_has_shop(film, things),
        linked=linked.script_of(linked.video(film, shop, things, art, description)), cues=_marks(film, shop),
    )  # fmt: skip


def _again_at(film: Film) -> dict[str, str]:
    """Who waits in front of it is let in by itself, with or without scripts. Further off than a day nobody waits."""
    left = (film.master.airs_at - clock.now()).total_seconds() if film.master.airs_at else 0.0
    return {"refresh": str(ceil(left) + 1)} if 0 < left <= WAITS_SECONDS else {}


def _has_shop(film: Film, things: list[Thing]) -> bool:
    return bool(things) and not film.is_for_children


def _code(film: Film) -> Any:
    """For a phone beside the screen."""
    address = f"{current().base_url}{film.path}/shop"
    return qr.drawing(address, label=_("Code that opens the shop of %(name)s") % {"name": film.title.name})


def _marks(film: Film, shop: Shop) -> list[int]:
    """Where on the line of the film something can be bought, in thousandths of it."""
    length = film.master.duration_ms
    return sorted({line.cue.start_ms * 1000 // length for line in shop.lines if not line.cue.spoiler})[:MARKS_MAX]


routes = [
    get("/watch", watch, may=anyone),
    get("/watch/{title}", show, may=anyone, headers=SCREEN),
]
