"""What is on: the films that tickets are sold for, and the screenings of one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from crowdfund import clock
from crowdfund.campaigns.models import PUBLIC, Campaign, CampaignState
from crowdfund.campaigns.pages.shown import art_of
from crowdfund.database.ids import private, public
from crowdfund.people.models import Organisation
from crowdfund.refusal import NotFound
from crowdfund.screenings.models import Venue
from crowdfund.screenings.pages.words import FEW_LEFT, there
from crowdfund.screenings.queries import path_of, titles_of, what_is_on
from crowdfund.settings import current
from crowdfund.titles.models import Title
from crowdfund.titles.places import watch_path
from crowdfund.web import page_cache
from crowdfund.web.formats import money_short, number, there_short, weekday
from crowdfund.web.i18n import _, ngettext
from crowdfund.web.page import page
from crowdfund.web.routes import anyone, get

CITY_MAX = 60
NEXT = 3


@dataclass(frozen=True, slots=True)
class Listed:
    """A screening in a list."""

    path: str
    starts_at: Any
    day: str
    time: str
    hall: str
    venue: str
    venue_path: str
    city: str
    note: str
    price: str
    left: str
    is_open: bool


@dataclass(frozen=True, slots=True)
class FilmOnSale:
    """A film that tickets are sold for."""

    path: str
    name: str
    colour: str
    art_url: str
    first_at: Any
    zone: str
    number: int
    cities: str
    price_minor: int | None  # the lowest, with its fee
    currency: str
    next: list[Listed]


_rows: page_cache.Kept[list[dict[str, Any]]] = page_cache.Kept()


def listed(row: dict[str, Any]) -> Listed:
    starts = there(clock.from_us(row["starts_at"]), row["zone"])
    now = clock.now_us()
    left = int(row["places"] - row["sold"])
    if row["state"] != "on_sale" or now >= row["sale_closes_at"]:
        words, is_open = _("The sale is closed"), False
    elif now < row["sale_opens_at"]:
        opens = there_short(row["sale_opens_at"], row["zone"])
        words, is_open = _("Tickets from %(when)s on") % {"when": opens}, True
    elif left <= 0:
        words, is_open = _("Sold out"), False
    elif left <= FEW_LEFT:
        words, is_open = ngettext("Only %(num)s left", "Only %(num)s left", left) % {"num": number(left)}, True
    else:
        words, is_open = "", True
    price = row["price_min_minor"]
    return Listed(
        path=path_of(row["id"]), starts_at=clock.from_us(row["starts_at"]), day=weekday(starts.date()),
        time=f"{starts:%H:%M}", hall=row["hall"],
        venue=row["venue"], venue_path=f"/venues/{row['venue_slug']}", city=row["city"], note=row["note"],
        price=money_short(price + row["fee_minor"], row["currency"]) if price is not None else "", left=words, is_open=is_open,
    )  # fmt: skip


def can_be_had(row: dict[str, Any]) -> bool:
    """Whether there is something to buy, now or once its sale opens. row: of `what_is_on`."""
    return bool(row["state"] == "on_sale" and clock.now_us() < row["sale_closes_at"] and row["sold"] < row["places"])


def title_path(title_id: int) -> str:
    return f"/on-sale/{public(title_id)}"


async def on_sale(request: Request) -> Response:
    rows = await _rows.get("all", lambda: what_is_on())
    cities = sorted({row["city"] for row in rows})
    city = request.query_params.get("city", "")[:CITY_MAX]
    if city in cities:
        rows = [row for row in rows if row["city"] == city]
    films = await films_of(rows)
    return page(request, "screenings/on_sale.html", films=films, cities=cities, city=city if city in cities else "")


async def films_of(rows: Sequence[dict[str, Any]]) -> list[FilmOnSale]:
    """The films of these screenings, in the order in which they are shown next. rows: of `what_is_on`."""
    titles = await titles_of(row["title_id"] for row in rows)
    return [_film(titles[title_id], [r for r in rows if r["title_id"] == title_id]) for title_id in _in_order(rows)]


def _in_order(rows: Sequence[dict[str, Any]]) -> list[int]:
    return list(dict.fromkeys(row["title_id"] for row in rows))


def _film(title: Title, rows: Sequence[dict[str, Any]]) -> FilmOnSale:
    cities = list(dict.fromkeys(row["city"] for row in rows))
    cheapest = min(
        (row for row in rows if row["price_min_minor"] is not None and row["currency"] == rows[0]["currency"]),
        key=lambda r: r["price_min_minor"] + r["fee_minor"],
        default=None,
    )
    shown = ", ".join(cities[:3]) + (" …" if len(cities) > 3 else "")
    return FilmOnSale(
        path=title_path(title.id), name=title.name, colour=title.colour, art_url=art_of(title),
        first_at=clock.from_us(rows[0]["starts_at"]), zone=rows[0]["zone"], number=len(rows), cities=shown,
        price_minor=cheapest["price_min_minor"] + cheapest["fee_minor"] if cheapest else None, currency=rows[0]["currency"],
        next=_next(rows),
    )  # fmt: skip


def _next(rows: Sequence[dict[str, Any]]) -> list[Listed]:
    """The first that can still be had."""
    return [one for one in map(listed, rows) if one.is_open][:NEXT]


async def title_on_sale(request: Request) -> Response:
    """The screenings of one film, by day and house."""
    title_id = private(request.path_params["title"])
    title = await Title.get_or_none(id=title_id)
    rows = await _rows.get(title_id, lambda: what_is_on(title_id=title_id))
    fund = await Campaign.filter(title_id=title_id, state__in=list(PUBLIC)).order_by("id").first()
    if title is None or (not rows and fund is None):
        raise NotFound("There is nothing here under that address.")
    return page(
        request, "screenings/title.html", title=title, colour=title.colour, art_url=art_of(title), days=by_day(rows),
        film=_film(title, rows) if rows else None, fund=fund, studio=await Organisation.get(id=title.organisation_id),
        fund_is_live=fund is not None and fund.state == CampaignState.LIVE, path=title_path(title_id),
        base_url=current().base_url, watch_path=await watch_path(title_id),
    )  # fmt: skip


def by_day(rows: Sequence[dict[str, Any]]) -> list[tuple[Any, list[tuple[str, str, list[Listed]]]]]:
    """Days in order, each with its houses and their hours. A day is one by the clocks of the house."""

    def day(row: dict[str, Any]) -> Any:
        return there(clock.from_us(row["starts_at"]), row["zone"]).date()

    days = []
    for date, of_day in groupby(sorted(rows, key=lambda r: (day(r), r["city"], r["venue"], r["starts_at"])), key=day):
        houses = []
        for (venue, city), of_house in groupby(of_day, key=lambda r: (r["venue"], r["city"])):
            houses.append((venue, city, [listed(row) for row in of_house]))
        days.append((date, houses))
    return days


async def venue_page(request: Request) -> Response:
    """A house: how to get there, and what it shows."""
    venue = await Venue.get_or_none(slug=request.path_params["venue"])
    if venue is None:
        raise NotFound("There is nothing here under that address.")
    rows = await what_is_on(venue_id=venue.id)
    titles = await titles_of(row["title_id"] for row in rows)
    films = [
        (
            titles[title_id],
            art_of(titles[title_id]),
            title_path(title_id),
            by_day([r for r in rows if r["title_id"] == title_id]),
        )
        for title_id in _in_order(rows)
    ]
    return page(request, "screenings/venue.html", venue=venue, films=films)


routes = [
    get("/on-sale", on_sale, may=anyone),
    get("/on-sale/{title}", title_on_sale, may=anyone),
    get("/venues/{venue}", venue_page, may=anyone),
]
