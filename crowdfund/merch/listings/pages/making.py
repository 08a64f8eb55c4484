"""A new listing: choose what was on screen, then say what is offered."""

from __future__ import annotations

from secrets import token_urlsafe
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from crowdfund import clock
from crowdfund.database.ids import private_or_none, public
from crowdfund.merch.listings.actions import NoSuchProduct, make_listing_once
from crowdfund.merch.listings.contents import ABOUT_MAX, NAME_MAX
from crowdfund.merch.listings.forms import LISTINGS, NewListingForm
from crowdfund.merch.listings.models import Match
from crowdfund.merch.listings.pages.own import DESK, desk_page, licences_to_choose
from crowdfund.merch.listings.pages.shown import pictures_shown
from crowdfund.merch.listings.queries import may_be_listed, products_called, products_licensed_to
from crowdfund.merch.screen.models import OnscreenProduct
from crowdfund.merch.watching.pages.shown import MATCHES, MATCHES_MEAN
from crowdfund.settings import current
from crowdfund.titles.models import Title
from crowdfund.web.i18n import _
from crowdfund.web.page import redirect
from crowdfund.web.routes import get, member, post


def _currencies() -> dict[str, str]:
    return {code: code for code in current().currencies}


async def new_listing(request: Request) -> Response:
    asked = request.query_params.get("product", "")
    if not asked:
        return await _choose(request)
    product = await _product(request, asked)
    licences = await licences_to_choose(request.state.organisation.id, product.id)
    form = NewListingForm(
        {
            "product": public(product.id), "name": product.name, "ships_within_days": "7", "key": token_urlsafe(16),
            "match": Match.LICENSED_REPLICA if licences else "", "licence": next(iter(licences), ""),
            "currency": next(iter(_currencies()), ""),
        }
    )  # fmt: skip
    return await _form(request, product, form)


async def _product(request: Request, asked: str) -> OnscreenProduct:
    """Raises NoSuchProduct for what this seller may not see."""
    number = private_or_none(asked)
    product = await OnscreenProduct.get_or_none(id=number) if number is not None else None
    if product is None or not await may_be_listed(product, request.state.organisation.id, clock.now()):
        raise NoSuchProduct("There is no such product, or it is not shown yet.")
    return product


async def _choose(request: Request) -> Response:
    text = request.query_params.get("q", "").replace("\x00", "").strip()[:80]
    licensed = await products_licensed_to(request.state.organisation.id)
    mine = {one.id for one in licensed}
    others = [one for one in await products_called(text, clock.now()) if one.id not in mine]
    titles = {one.id: one for one in await Title.filter(id__in=sorted({p.title_id for p in (*licensed, *others)}))}

    def tiles(products: list[OnscreenProduct]) -> list[dict[str, Any]]:
        return [
            {
                "id": public(one.id), "name": one.name, "film": titles[one.title_id].name, "colour": titles[one.title_id].colour,
                "picture": pictures_shown((), one, titles[one.title_id])[0], "wanted": one.wanted,
            }
            for one in products
        ]  # fmt: skip

    return desk_page(request, "desk_choose.html", licensed=tiles(licensed), others=tiles(others), q=text)


def offered() -> dict[str, Any]:
    """What the form of a listing offers."""
    return {
        "matches": [(match.value, words, MATCHES_MEAN[match]) for match, words in MATCHES.items()],
        "name_max": NAME_MAX, "about_max": ABOUT_MAX,
    }  # fmt: skip


async def _form(request: Request, product: OnscreenProduct, form: NewListingForm) -> Response:
    title = await Title.get(id=product.title_id)
    licences = await licences_to_choose(request.state.organisation.id, product.id)
    return desk_page(
        request, "desk_new.html", form.status, form=form, product=product, title=title, licences=licences,
        picture=pictures_shown((), product, title)[0], currencies=_currencies(), **offered(),
    )  # fmt: skip


async def make(request: Request) -> Response:
    sent = await request.form()
    product = await _product(request, str(sent.get("product", "")))
    organisation = request.state.organisation
    licences = await licences_to_choose(organisation.id, product.id)
    form = await NewListingForm.read(request, licences=licences, currencies=_currencies())
    if not form.errors:
        with form.showing_refusals():
            key, by = f"form:{form.key or token_urlsafe(16)}", request.state.person.id
            made = await make_listing_once(organisation, product.id, form.written, form.currency, by=by, key=key)
            said = _("Here is your draft. Now say what it costs, and show it.")
            return redirect(request, made.path_in(organisation.desk_path), ("good", said))
    return await _form(request, product, form)


routes = [
    get(f"{DESK}/new", new_listing, may=member("manager")),
    post(DESK, make, may=member("manager"), limit=LISTINGS),
]
