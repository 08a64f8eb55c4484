"""Films and their shops for programs: what a film's player tells, asked for one country; and what somebody has saved."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field
from starlette.requests import Request

from crowdfund import clock
from crowdfund.database.ids import public
from crowdfund.merch.listings.rules import Offer
from crowdfund.merch.watching.pages.reading import shop_in
from crowdfund.merch.watching.queries import Film, NothingToWatch, Shop, film_of, films, path_of
from crowdfund.merch.watching.rules import Line
from crowdfund.settings import current
from crowdfund.web import api
from crowdfund.web.api import Out
from crowdfund.web.rate_limit import PUBLIC_API
from crowdfund.web.region import is_country, region_of
from crowdfund.web.routes import get
from crowdfund.web.routes import public as everybody

_MISSING = NothingToWatch("There is nothing to watch under that address.")
REGION = api.Filter(
    "region", "The country to sell to, two letters; else what the Accept-Language header lets one guess.", length_max=2,
    pattern="[A-Z]{2}",
)  # fmt: skip


class FilmOut(Out):
    """A film that can be watched. cues: the address of its WebVTT track, one JSON object a cue."""

    id: str
    name: str
    duration_ms: int
    path: str
    video: str
    cues: str


class FilmsListed(Out):
    items: list[FilmOut]
    next: str | None


class OfferOut(Out):
    """What one seller offers. match: licensed_replica, identical, same_maker or inspired. stock: in_stock, low, preorder or sold_out.

    badge: of its licence, empty where it claims none; anybody can check it at /licences/{badge}.
    """

    listing: str
    variant: str
    seller: str
    name: str
    path: str
    match: str
    price_minor: int
    before_minor: int
    currency: str
    stock: str
    ships_by: str
    badge: str


class MomentOut(Out):
    """When it is on screen. boxes: [seconds after the start, x, y, width, height] in parts of the frame, empty for somewhere."""

    appearance: str
    start_ms: int
    end_ms: int
    scene: str
    alt: str
    spoiler: Annotated[int, Field(ge=0, le=2)]
    boxes: list[list[float]]


class ThingOut(Out):
    """standing: offered, sold_out, or looking for a maker. offers: whose turn it is first."""

    id: str
    name: str
    kind: str
    worn_by: str
    actor: str
    designer: str
    path: str
    standing: str
    moments: list[MomentOut]
    offers: list[OfferOut]


class ShopOut(Out):
    """changes_at: from when on it may be another one without anybody doing anything."""

    title: str
    name: str
    region: str
    revision: int
    changes_at: str
    things: list[ThingOut]


async def list_films(request: Request) -> Any:
    """The films that can be watched now, the older titles first."""
    asked = api.cursor(request)
    rows = await films(after_id=asked.after_id or 0, limit=asked.limit + 1)
    return api.paged(request, rows, asked, _film_out, lambda row: int(row["title_id"]))


def _film_out(row: dict[str, Any]) -> FilmOut:
    path = path_of(row["title_id"])
    whole = current().base_url + path
    return FilmOut(
        id=public(row["title_id"]), name=row["name"], duration_ms=row["duration_ms"], path=path, video=f"{whole}/video",
        cues=f"{whole}/cues.vtt",
    )  # fmt: skip


async def _shop(request: Request) -> tuple[Film, Shop]:
    film = await film_of(api.id_in(request, "title", _MISSING))
    if not film.has_aired(clock.now()):
        raise _MISSING
    asked = REGION.of(request)
    return film, await shop_in(film, asked if is_country(asked) else region_of(request))


async def show_film_shop(request: Request) -> ShopOut:
    """All that a viewer in this country can see of a film's shop, in the order of the film; spoilers are marked as such."""
    film, shop = await _shop(request)
    by_product: dict[int, list[Line]] = {}
    for line in shop.lines:
        by_product.setdefault(line.cue.product.id, []).append(line)
    return ShopOut(
        title=public(film.title.id), name=film.title.name, region=shop.region, revision=shop.document.number,
        changes_at=api.instant(shop.changes_at), things=[_thing(film, shop, lines) for lines in by_product.values()],
    )  # fmt: skip


async def show_thing(request: Request) -> ThingOut:
    """One thing of a film with its offers as they are now: what a card asks before it sells."""
    film, shop = await _shop(request)
    lines = shop.lines_with(api.id_in(request, "product", _MISSING))
    if not lines:
        raise _MISSING
    return _thing(film, shop, lines)


def _thing(film: Film, shop: Shop, lines: list[Line]) -> ThingOut:
    product = lines[0].cue.product
    wearer = product.wearer
    return ThingOut(
        id=public(product.id), name=product.name, kind=product.kind, worn_by=wearer.name if wearer else "",
        actor=wearer.actor if wearer else "", designer=product.designer, path=f"{film.path}/items/{public(product.id)}",
        standing=lines[0].standing.value, moments=[_moment(line) for line in lines],
        offers=[_offer(offer) for offer in shop.offers.get(product.id, [])],
    )  # fmt: skip


def _moment(line: Line) -> MomentOut:
    cue = line.cue
    return MomentOut(
        appearance=public(cue.id), start_ms=cue.start_ms, end_ms=cue.end_ms, scene=cue.scene.code if cue.scene else "", alt=cue.alt,
        spoiler=cue.spoiler, boxes=[list(box) for box in cue.boxes] if line.is_marked else [],
    )  # fmt: skip


def _offer(offer: Offer) -> OfferOut:
    return OfferOut(
        listing=public(offer.listing_id), variant=public(offer.variant_id), seller=offer.seller, name=offer.name, path=offer.path,
        match=offer.match, price_minor=offer.price_minor, before_minor=offer.before_minor, currency=offer.currency,
        stock=offer.stock_state, ships_by=api.instant(offer.ships_by), badge=offer.badge,
    )  # fmt: skip


ONE = "/api/v1/films/{title}"
routes = [
    get("/api/v1/films", list_films, may=everybody, gives=FilmsListed, lists=True, limit=PUBLIC_API, summary="Films to watch"),
    get(f"{ONE}/shop", show_film_shop, may=everybody, gives=ShopOut, filters=[REGION], limit=PUBLIC_API, summary="What is in a film"),
    get(f"{ONE}/things/{{product}}", show_thing, may=everybody, gives=ThingOut, filters=[REGION], limit=PUBLIC_API,
        summary="One thing of a film, and who sells it"),
]  # fmt: skip
