"""Stock at a glance: all that is on sale, how many of each, and the counts that a seller corrects by hand."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from crowdfund.database.ids import private_or_none, public
from crowdfund.merch.listings.forms import StockForm
from crowdfund.merch.listings.models import ListingState, VariantState
from crowdfund.merch.listings.pages.own import DESK, base_of, desk_page
from crowdfund.merch.listings.pages.shown import pictures_shown
from crowdfund.merch.listings.pieces import count_stock
from crowdfund.merch.listings.reading import Shelved, listings_of, shelved
from crowdfund.merch.listings.rules import LOW
from crowdfund.web.i18n import _
from crowdfund.web.page import redirect
from crowdfund.web.routes import get, member, post

PAGE = 40
_COUNTED = (ListingState.DRAFT.value, ListingState.LIVE.value, ListingState.PAUSED.value)


async def _shelves(request: Request) -> tuple[list[Shelved], str, str]:
    """What is shown, and the pages beside it."""
    after, base = private_or_none(request.query_params.get("after", "")), f"{base_of(request)}/stock"
    found = await listings_of(request.state.organisation.id, states=_COUNTED, after_id=after, limit=PAGE + 1)
    older = f"{base}?after={public(found[PAGE - 1].id)}" if len(found) > PAGE else ""
    return await shelved(found[:PAGE]), base if after is not None else "", older


def _variants(one: Shelved) -> list[Any]:
    return [variant for variant in one.variants if variant.state == VariantState.OFFERED]


async def stock_page(request: Request) -> Response:
    shelves, newer, older = await _shelves(request)
    return _page(request, shelves, StockForm(), newer, older)


def _page(request: Request, shelves: list[Shelved], form: StockForm, newer: str, older: str) -> Response:
    """As it is now; what was typed and can't be taken stands in its cell."""
    rows: list[dict[str, Any]] = [
        {
            "name": one.listing.name, "path": one.listing.path_in(request.state.organisation.desk_path), "state": one.listing.state,
            "picture": pictures_shown(one.images, one.product, one.title)[0].small, "colour": one.title.colour,
            "variants": [
                {
                    "id": public(v.id), "name": v.name, "sku": v.sku, "on_hand": v.on_hand, "reserved": v.reserved, "left": v.left,
                    "sold": v.sold, "is_low": v.left <= LOW,
                }
                for v in _variants(one)
            ],
        }
        for one in shelves
    ]  # fmt: skip
    totals = {name: sum(v[name] for row in rows for v in row["variants"]) for name in ("on_hand", "reserved", "sold")}
    totals["gone"] = sum(v["left"] == 0 for row in rows for v in row["variants"])
    here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return desk_page(
        request,
        "desk_stock.html",
        form.status,
        rows=rows,
        form=form,
        totals=totals,
        newer=newer,
        older=older,
        here=here,
    )


async def count(request: Request) -> Response:
    """All listings of the page, each whole or not at all; what one of them refuses keeps none of the others back."""
    shelves, newer, older = await _shelves(request)
    variants = [variant for one in shelves for variant in _variants(one)]
    form = await StockForm.read(request, variant_ids=[variant.id for variant in variants])
    if form.errors:
        return _page(request, shelves, form, newer, older)
    for one in shelves:
        wanted = {v.id: form.counts[v.id] for v in _variants(one) if form.counts.get(v.id)}
        if wanted:
            with form.showing_refusals():
                await count_stock(one.listing.id, wanted, by=request.state.person.id)
    if form.errors:
        return _page(request, (await _shelves(request))[0], form, newer, older)
    return redirect(request, f"{base_of(request)}/stock", ("good", _("Counted.")))


routes = [
    get(f"{DESK}/stock", stock_page, may=member("viewer")),
    post(f"{DESK}/stock", count, may=member("manager")),
]
