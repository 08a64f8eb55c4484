"""The market for sellers: what of all films may be made, how many would buy it, and what one sees of it before anybody else."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from crowdfund import clock
from crowdfund.database.ids import private_or_none, public
from crowdfund.merch.applications.forms import NetForm, net_typed
from crowdfund.merch.applications.pages.calculator import net_shown
from crowdfund.merch.applications.queries import live_application
from crowdfund.merch.previews import actions, queries
from crowdfund.merch.previews.forms import ConsentForm
from crowdfund.merch.previews.models import PreviewKind
from crowdfund.merch.previews.rules import ConsentNeeded, is_public
from crowdfund.merch.previews.terms import CURRENT, VERSIONS
from crowdfund.merch.screen.models import ProductKind
from crowdfund.merch.shops.pages.own import KINDS, art_of_row, picture_of
from crowdfund.merch.shops.queries import shops_run_by
from crowdfund.people.models import Organisation
from crowdfund.refusal import NotFound, Refusal
from crowdfund.settings import current
from crowdfund.web.page import page, redirect
from crowdfund.web.routes import anyone, get, post, signed_in


class NothingOpen(NotFound):
    pass


async def market(request: Request) -> Response:
    """Everybody sees what is public; shops also see what is under embargo, without a picture of it."""
    asked = request.query_params.get("kind", "")
    kind = asked if asked in list(ProductKind) else ""
    now, shops = clock.now(), await _shops(request)
    rows = await queries.open_products(kind=kind)
    seen = [row for row in rows if shops or is_public(row["public_at"], now)]
    films: dict[int, dict[str, Any]] = {}
    for row in seen:
        film = films.setdefault(row["title_id"], {"row": row, "art": art_of_row(row), "cards": []})
        hidden = not is_public(row["public_at"], now)
        film["cards"].append((row, None if hidden else picture_of(row), f"/market/{public(row['id'])}", hidden))
    return page(
        request, "merch/sellers/market.html", films=list(films.values()), kinds=KINDS, kind=kind, hidden=len(rows) - len(seen),
        shops=shops,
    )  # fmt: skip


async def _shops(request: Request) -> list[Organisation]:
    person = request.scope["state"].get("person")
    return await shops_run_by(person.id) if person else []


def _as(request: Request, shops: list[Organisation], asked: str) -> Organisation | None:
    """The shop that somebody looks for: the one that the address names, else her first."""
    return next((one for one in shops if one.slug == asked), shops[0] if shops else None)


async def product(request: Request) -> Response:
    return await _product(request, ConsentForm())


async def _product(request: Request, form: ConsentForm) -> Response:
    row, shops = await _row(request), await _shops(request)
    shop = _as(request, shops, request.query_params.get("shop", ""))
    hidden = not is_public(row["public_at"], clock.now())
    if hidden and shop is None:
        raise NothingOpen("There is nothing here under that address.")
    live = await live_application(row["id"], shop.id) if shop else None
    currency = current().currencies[0]
    return page(
        request, "merch/sellers/market_product.html", form.status, row=row, hidden=hidden, shop=shop, shops=shops, form=form,
        kinds=KINDS, art=art_of_row(row), picture=None if hidden else picture_of(row, small=False),
        path=f"/market/{request.path_params['product']}",
        terms=VERSIONS[CURRENT], terms_version=CURRENT, live=live, net_form=NetForm(net_typed(currency=currency)),
        **await _previews(request, row, shop, hidden), **net_shown(None, currency),
    )  # fmt: skip


async def _row(request: Request) -> dict[str, Any]:
    found = await queries.open_products(product_id=private_or_none(request.path_params["product"]) or -1, limit=1)
    if not found:
        raise NothingOpen("There is nothing here under that address.")
    return found[0]


async def _previews(request: Request, row: dict[str, Any], shop: Organisation | None, hidden: bool) -> dict[str, Any]:
    """What may be shown, with links that this visitor may open; or why nothing is."""
    found = await queries.previews_of(row["id"])
    if not hidden:
        return {"previews": [_shown(one, f"/previews/{one.public_id}") for one in found], "needs": ""}
    person = request.state.person
    if shop is None:
        return {"previews": [], "needs": "shop"}
    try:
        await actions.refuse_viewer(person.id, shop)
    except ConsentNeeded:
        return {"previews": [], "needs": "consent"}
    except Refusal:
        return {"previews": [], "needs": "verification"}
    links = [(one, actions.link_to(one, person.id, shop, part="")) for one in found]
    return {"previews": [_shown(one, link.rstrip("/")) for one, link in links], "needs": ""}


def _shown(one: Any, link: str) -> dict[str, Any]:
    return {
        "picture": f"{link}/picture", "clip": f"{link}/clip" if one.kind == PreviewKind.CLIP else "", "words": one.words,
        "start_ms": one.start_ms, "end_ms": one.end_ms, "media_type": one.media_type,
    }  # fmt: skip


async def agree(request: Request) -> Response:
    form, shops = await ConsentForm.read(request), await _shops(request)
    shop = _as(request, shops, request.query_params.get("shop", ""))
    if shop is None:
        raise NothingOpen("There is nothing here under that address.")
    if not form.errors:
        with form.showing_refusals():
            await actions.agree(request.state.person.id, shop, form.version)
            return redirect(request, f"{request.url.path.removesuffix('/consent')}?shop={shop.slug}")
    return await _product(request, form)


_ONE = "/market/{product}"
routes = [
    get("/market", market, may=anyone),
    get(_ONE, product, may=anyone),
    post(f"{_ONE}/consent", agree, may=signed_in),
]
