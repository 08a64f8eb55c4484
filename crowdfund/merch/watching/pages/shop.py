"""One thing of a film with all who make it; the film's whole shop; and what one character wears."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from crowdfund import clock
from crowdfund.database.ids import private, private_or_none
from crowdfund.merch.screen.queries import backs_title, wants_of
from crowdfund.merch.screen.wanting import is_asked
from crowdfund.merch.watching.pages import linked
from crowdfund.merch.watching.pages.reading import film_in, poster_of, region_in, saved_in, shop_in
from crowdfund.merch.watching.pages.shown import KINDS, Thing, looks_path, thing_of, things_of, wearers_in
from crowdfund.merch.watching.queries import Film, NothingToWatch, Shop
from crowdfund.merch.watching.saving import let_go, save
from crowdfund.settings import current
from crowdfund.web import fields
from crowdfund.web.form import Form
from crowdfund.web.i18n import _
from crowdfund.web.page import page, redirect
from crowdfund.web.paths import own_path
from crowdfund.web.region import countries
from crowdfund.web.routes import anyone, get, post, signed_in

OFFERS_MAX = 50


async def _film_and_shop(request: Request) -> tuple[Film, Shop, dict[str, Any]]:
    film, region = await film_in(request), region_in(request)
    if not film.has_aired(clock.now()):
        raise NothingToWatch("There is nothing to watch under that address.")
    shared = {
        "film": film, "title": film.title, "colour": film.title.colour, "art_url": poster_of(film), "region": region,
        "countries": countries(), "base_url": current().base_url,
    }  # fmt: skip
    return film, await shop_in(film, region), shared


async def item(request: Request) -> Response:
    """A product: where it is seen, who wears it, and everybody who sells it, the best match first."""
    film, shop, shared = await _film_and_shop(request)
    product_id = private(request.path_params["product"])
    lines = shop.lines_with(product_id)
    if not lines:
        raise NothingToWatch("There is nothing here under that address.")
    thing = thing_of(film, shop, lines, product_id in await saved_in(request, film), OFFERS_MAX)
    return page(
        request, "merch/watching/item.html", **shared, thing=thing, kind=KINDS[thing.kind],
        wish=await _wish(request, film, shop, product_id), beside=_beside(thing, things_of(film, shop)),
        linked=linked.script_of(linked.product(film, shop, thing)),
    )  # fmt: skip


def _beside(thing: Thing, things: list[Thing]) -> list[Thing]:
    """What else is in the film: of the same wearer first."""
    others = [one for one in things if one.id != thing.id and not one.spoiler]
    return sorted(others, key=lambda one: one.worn_by != thing.worn_by)[:4]


async def _wish(request: Request, film: Film, shop: Shop, product_id: int) -> dict[str, Any]:
    """Whether backers are asked whether they would buy it, and what this one has said."""
    product, person = shop.products[product_id], request.scope["state"].get("person")
    asked = is_asked(product)
    return {
        "is_asked": asked, "product": product, "wanted": product.wanted,
        "may": bool(asked and person and await backs_title(person.id, film.title.id)),
        "said": bool(asked and person and product_id in await wants_of(person.id, film.title.id)),
    }  # fmt: skip


async def shop_page(request: Request) -> Response:
    """All that can be bought of a film, or that looks for a maker."""
    film, shop, shared = await _film_and_shop(request)
    things = [thing for thing in things_of(film, shop, await saved_in(request, film)) if not thing.spoiler]
    kind = request.query_params.get("kind", "")
    kinds = {name: words for name, words in KINDS.items() if any(thing.kind == name for thing in things)}
    shown = [thing for thing in things if thing.kind == kind] if kind in kinds else things
    return page(
        request, "merch/watching/shop.html", **shared, things=shown, count=len(things), kinds=kinds, kind=kind if kind in kinds else "",
        wearers=wearers_in(things),
    )  # fmt: skip


async def look(request: Request) -> Response:
    """What one character wears and uses."""
    film, shop, shared = await _film_and_shop(request)
    wearer_id = private(request.path_params["wearer"])
    lines = [line for line in shop.lines if line.cue.wearer is not None and line.cue.wearer.id == wearer_id]
    things = [thing for thing in things_of(film, shop, await saved_in(request, film)) if not thing.spoiler]
    if not lines or lines[0].cue.wearer is None:
        raise NothingToWatch("There is nothing here under that address.")
    path = looks_path(film, lines[0].cue.wearer)
    return page(
        request, "merch/watching/look.html", **shared, wearer=lines[0].cue.wearer,
        things=[thing for thing in things if thing.looks_path == path], others=[w for w in wearers_in(things) if w[0] != path],
    )  # fmt: skip


class SavedForm(Form):
    """What is said with a press: in the film, the appearance and the moment; keep: whether it is saved or let go."""

    keep = fields.choice({"yes": "", "no": ""})
    appearance = fields.text(max=20, min=0)
    moment = fields.maybe(fields.whole(max=86_400_000))
    back = fields.text(max=500, min=0)


async def saved(request: Request) -> Response:
    film, shop, _shared = await _film_and_shop(request)
    product_id = private(request.path_params["product"])
    form = await SavedForm.read(request)
    path = own_path(form.typed["back"]) or f"{film.path}/items/{request.path_params['product']}"
    if form.errors:
        return redirect(request, path, ("bad", _("That was not understood, so nothing was saved.")))
    if form.keep == "no":
        await let_go(product_id, by=request.state.person.id)
        return redirect(request, path, ("good", _("Let go.")))
    if shop.known(product_id) is None:
        raise NothingToWatch("There is nothing here under that address.")
    await save(shop.products[product_id], private_or_none(form.appearance), form.moment, by=request.state.person.id)
    return redirect(request, path, ("good", _("Saved for after the credits.")))


routes = [
    get("/watch/{title}/items/{product}", item, may=anyone),
    post("/watch/{title}/items/{product}/saved", saved, may=signed_in),
    get("/watch/{title}/shop", shop_page, may=anyone),
    get("/watch/{title}/looks/{wearer}", look, may=anyone),
]
