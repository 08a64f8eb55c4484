"""Licences on both desks: the studio offers, suspends, ends; the shop takes or declines; both read all of it."""

from __future__ import annotations

from secrets import token_urlsafe
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from crowdfund.database.ids import private, private_or_none, public
from crowdfund.merch.licences import actions, queries
from crowdfund.merch.licences.forms import EXCLUSIVITY, OFFERS, REPORTS, DirectForm, WhyForm, usual
from crowdfund.merch.licences.models import Licence
from crowdfund.merch.licences.pages.shown import shown
from crowdfund.merch.licences.terms import NOTE_MAX
from crowdfund.merch.screen.models import CLEARED, OnscreenProduct
from crowdfund.merch.shops.pages.own import DESK, base_of, desk_page
from crowdfund.merch.shops.queries import find_shops
from crowdfund.people.models import Organisation
from crowdfund.refusal import Refusal
from crowdfund.screenings.titles import own_title
from crowdfund.settings import current
from crowdfund.titles.models import Title
from crowdfund.web.i18n import _, lazy
from crowdfund.web.page import redirect
from crowdfund.web.routes import get, member, post

_LIVE = ("accepted", "active", "sell_off", "suspended")


async def licences(request: Request) -> Response:
    organisation, base = request.state.organisation, base_of(request)
    rows = [(row, f"{base}/licences/{public(row['id'])}") for row in await queries.licences_of(organisation.id)]
    titles = await Title.filter(organisation_id=organisation.id).order_by("name").limit(100)
    return desk_page(
        request, "licences.html", "licences",
        offered=[row for row in rows if row[0]["state"] == "offered"],
        live=[row for row in rows if row[0]["state"] in _LIVE],
        past=[row for row in rows if row[0]["state"] not in (*_LIVE, "offered")],
        titles=[(one, public(one.id)) for one in titles],
    )  # fmt: skip


async def licence_in(request: Request) -> Licence:
    return await actions.licence_of_side(request.state.organisation.id, private(request.path_params["licence"]))


async def show(request: Request) -> Response:
    return await _page(request, await licence_in(request))


async def _page(request: Request, licence: Licence, form: WhyForm | None = None, asked: str = "") -> Response:
    """asked: which of the page's forms was sent."""
    found = await shown(licence)
    forms = {name: form if form is not None and asked == name else WhyForm() for name in ("refusal", "withdrawal", "suspension",
             "resumption", "end")}  # fmt: skip
    return desk_page(
        request, "licence.html", "licences", form.status if form else 200, shown=found, licence=licence, forms=forms,
        path=f"{base_of(request)}/licences/{public(licence.id)}", history=await queries.history_of(licence.id),
        is_ours=licence.licensor_id == request.state.organisation.id, form=form or WhyForm(),
    )  # fmt: skip


async def accept(request: Request) -> Response:
    licence = await licence_in(request)
    path = f"{base_of(request)}/licences/{public(licence.id)}"
    _refuse_side(request, licence.licensee_id)
    try:
        await actions.accept_licence(licence.id, by=request.state.person.id)
    except Refusal as refusal:
        form = WhyForm()
        form.refused_by(refusal)
        return await _page(request, licence, form)
    return redirect(request, path, ("good", _("It is yours. Now make a listing for it.")))


def _refuse_side(request: Request, side: int) -> None:
    if request.state.organisation.id != side:
        raise actions.NoSuchLicence("There is no such licence.")


def _with_reason(asked: str, verb: Any, said: Any, *, by_shop: bool = False) -> Any:
    """The handler of a form that says why. by_shop: it is the shop's to do, else the studio's."""

    async def handle(request: Request) -> Response:
        licence = await licence_in(request)
        _refuse_side(request, licence.licensee_id if by_shop else licence.licensor_id)
        form = await WhyForm.read(request)
        if not form.errors:
            with form.showing_refusals():
                await verb(licence.id, form.reason, by=request.state.person.id)
                return redirect(request, f"{base_of(request)}/licences/{public(licence.id)}", ("good", str(said)))
        return await _page(request, await licence_in(request), form, asked)

    return handle


# --- a new offer, to a shop that has not applied ---


async def new(request: Request) -> Response:
    title, products = await _film(request)
    typed = usual([], current().currencies[0]) | {"key": token_urlsafe(16)}
    shops = await _shops(request)
    return _new(request, title, products, DirectForm(typed, products=_words(products), shops=_names(shops)), shops)


async def _film(request: Request) -> tuple[Title, list[OnscreenProduct]]:
    """The film that the query names, and what of it may be made. Raises NoSuchTitle."""
    title = await own_title(request.state.organisation.id, private_or_none(request.query_params.get("title", "")) or 0)
    products = await OnscreenProduct.filter(title_id=title.id, state__in=list(CLEARED)).order_by("name")
    return title, products


async def _shops(request: Request) -> list[Organisation]:
    return await find_shops(request.query_params.get("q", "").strip()[:80].replace("\x00", ""), limit=60)


def _words(products: list[OnscreenProduct]) -> dict[str, str]:
    return {public(one.id): one.name for one in products}


def _names(shops: list[Organisation]) -> dict[str, str]:
    return {public(one.id): one.name for one in shops}


def _new(
    request: Request, title: Title, products: list[OnscreenProduct], form: DirectForm, shops: list[Organisation]
) -> Response:
    return desk_page(
        request, "licence_new.html", "licences", form.status, title=title, form=form, products=_words(products), shops=_names(shops),
        action=f"{base_of(request)}/licences/new?title={public(title.id)}", direct=True, q=request.query_params.get("q", "")[:80],
        title_id=public(title.id), **form_words(products),
    )  # fmt: skip


def form_words(products: list[OnscreenProduct]) -> dict[str, Any]:
    """What the form of an offer shows beside its fields."""
    return {
        "exclusivities": EXCLUSIVITY, "reports": REPORTS, "note_max": NOTE_MAX, "currencies": current().currencies,
        "categories": sorted({one.category for one in products if one.category}),
    }  # fmt: skip


async def offer(request: Request) -> Response:
    title, products = await _film(request)
    everybody = await find_shops("", limit=10_000)
    form = await DirectForm.read(request, products=_words(products), shops=_names(everybody))
    if not form.errors:
        with form.showing_refusals():
            shop = await Organisation.get(id=private(form.shop))
            key = f"form:{form.key or token_urlsafe(16)}"
            licence = await actions.offer_licence(title, shop, form.terms, by=request.state.person.id, key=key)
            said = _("Offered. %(shop)s has got a letter.") % {"shop": shop.name}
            return redirect(request, f"{base_of(request)}/licences/{public(licence.id)}", ("good", said))
    return _new(request, title, products, form, await _shops(request))


_ALL = f"{DESK}/licences"
_ONE = f"{_ALL}/{{licence}}"
_RUN = member("manager")
routes = [
    get(_ALL, licences, may=member("viewer")),
    get(f"{_ALL}/new", new, may=_RUN),
    post(f"{_ALL}/new", offer, may=_RUN, limit=OFFERS),
    get(_ONE, show, may=member("viewer")),
    post(f"{_ONE}/agreement", accept, may=_RUN),
    post(f"{_ONE}/refusal", _with_reason("refusal", actions.decline_licence, lazy("Declined."), by_shop=True), may=_RUN),
    post(f"{_ONE}/withdrawal", _with_reason("withdrawal", actions.withdraw_licence, lazy("Withdrawn.")), may=_RUN),
    post(f"{_ONE}/suspension", _with_reason("suspension", actions.suspend_licence, lazy("Suspended: nothing is sold under it.")), may=_RUN),
    post(f"{_ONE}/resumption", _with_reason("resumption", actions.resume_licence, lazy("It goes on.")), may=_RUN),
    post(f"{_ONE}/end", _with_reason("end", actions.terminate_licence, lazy("Ended.")), may=_RUN),
]  # fmt: skip
