"""The front page and the lists of funds: all, films, transfers."""

from __future__ import annotations

from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from crowdfund.campaigns.models import Kind
from crowdfund.campaigns.pages.shown import Card, cards_of
from crowdfund.campaigns.queries import GROUPS, campaigns_in, number_in
from crowdfund.merch.watching.pages.player import reels
from crowdfund.merch.watching.queries import films
from crowdfund.screenings.pages.on_sale import can_be_had, films_of
from crowdfund.screenings.queries import what_is_on
from crowdfund.web import language, page_cache
from crowdfund.web.formats import currency_name
from crowdfund.web.i18n import _, lazy
from crowdfund.web.page import page
from crowdfund.web.region import region_of
from crowdfund.web.routes import anyone, get

PAGE = 24
PAGES_MAX = 400
ON_SALE_MAX = 3
REELS_MAX = 2
WORDS_MAX = 100
STATES = {
    "all": lazy("All"), "live": lazy("Live"), "prelaunch": lazy("Coming"), "settling": lazy("Collecting"),
    "funded": lazy("Funded"), "ended": lazy("Not funded"), "paused": lazy("Paused"),
}  # fmt: skip
ORDERS = {
    "closing": lazy("Closing soon"), "newest": lazy("Newest"), "fans": lazy("Most fans"),
    "promised": lazy("Most promised, by currency"),
}  # fmt: skip

# Where each kind of fund is listed.
LISTS = {"/funds": "", "/films": Kind.FILM, "/transfers": Kind.TRANSFER}

_bodies: page_cache.Kept[page_cache.Body] = page_cache.Kept()
_lists: page_cache.Kept[dict[str, Any]] = page_cache.Kept()
_rows: page_cache.Kept[list[dict[str, Any]]] = page_cache.Kept()


async def _front() -> dict[str, Any]:
    """What the front page shows. Nothing stands on it twice; the featured fund is the live one with the most behind it."""
    live = cards_of(await campaigns_in(GROUPS["live"], order="closing", limit=60))
    featured = max(live, key=_pull, default=None)
    rest = [card for card in live if card is not featured]
    closing = rest[:6]
    newest = sorted(rest[6:], key=lambda card: card.id, reverse=True)[:6]
    return {
        "featured": featured, "closing_soon": closing, "just_launched": newest,
        "coming": cards_of(await campaigns_in(GROUPS["prelaunch"], order="opening", limit=6)),
        "funded": cards_of(await campaigns_in(GROUPS["funded"], order="ended", limit=6)),
    }  # fmt: skip


def _pull(card: Card) -> tuple[int, int, int]:
    """How much a fund pulls: nearest to its goal, then fans, then the older; amounts of several currencies don't compare."""
    return min(card.promised_minor * 100 // max(1, card.goal_minor), 150), card.backers, -card.id


async def _in_cinemas() -> list[dict[str, Any]]:
    return [row for row in await what_is_on() if can_be_had(row)]


async def home(request: Request) -> Response:
    region = region_of(request)

    async def whole() -> Response:
        on_sale = await films_of(await _rows.get("on sale", _in_cinemas))
        return page(
            request, "desk/home.html", **await _lists.get("front", _front), on_sale=on_sale[:ON_SALE_MAX],
            reels=await reels(await _rows.get("to watch", lambda: films(limit=REELS_MAX)), region),
        )  # fmt: skip

    async def make() -> page_cache.Body:
        return page_cache.body_of(bytes((await whole()).body))

    if page_cache.is_for_everybody(request):
        return page_cache.send(request, await _bodies.get(("home", language.choose(request), region), make))
    return await whole()


async def funds(request: Request) -> Response:
    """The funds that people can see: looked for, filtered, in an order. What is asked for and unknown is left out."""
    asked, base = request.query_params, request.url.path
    kind = LISTS[base]
    words = " ".join(asked.get("q", "").replace("\x00", " ").split())[:WORDS_MAX]
    state = asked.get("state", "all") if asked.get("state") in STATES else "all"
    order = asked.get("order", "closing") if asked.get("order") in ORDERS else "closing"
    number = _page_number(asked.get("page", "1"))

    async def make() -> dict[str, Any]:
        rows = await campaigns_in(
            GROUPS[state], order=order, words=words, kind=kind, limit=PAGE + 1, offset=(number - 1) * PAGE
        )
        return {"rows": rows, "found": await number_in(GROUPS[state], words=words, kind=kind)}

    found = await _lists.get((base, words, state, order, number), make)
    here = {"q": words, "state": state, "order": order}
    return page(
        request, "desk/funds.html", base=base, kind=kind, groups=_groups(cards_of(found["rows"][:PAGE]), order), found=found["found"],
        words=words, state=state, order=order, states=STATES, orders=ORDERS, number=number, link=lambda **more: _link(base, here | more),
        newer=_link(base, here | {"page": number - 1}) if number > 1 else "",
        older=_link(base, here | {"page": number + 1}) if len(found["rows"]) > PAGE and number < PAGES_MAX else "",
        say=_("Page %(number)d") % {"number": number},
    )  # fmt: skip


def _groups(cards: list[Card], order: str) -> list[tuple[str, list[Card]]]:
    """The cards under headings: one for each currency where amounts are compared, else a single one without words."""
    if order != "promised":
        return [("", cards)] if cards else []
    return [(currency_name(currency), list(of)) for currency, of in groupby(cards, key=lambda card: card.currency)]


def _page_number(text: str) -> int:
    return min(max(1, int(text)), PAGES_MAX) if text.isascii() and text.isdigit() and len(text) < 5 else 1


def _link(base: str, asked: dict[str, Any]) -> str:
    """The address of a list; what is usual is left out of it."""
    usual = {"q": "", "state": "all", "order": "closing", "page": 1}
    query = urlencode({name: value for name, value in asked.items() if value != usual[name]})
    return f"{base}?{query}" if query else base


routes = [
    get("/", home, may=anyone),
    *(get(path, funds, may=anyone) for path in LISTS),
]
