"""A buyer's page of something that she sends back or claims; and what others read of a listing's buyers."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from crowdfund.database.ids import private, private_or_none, public
from crowdfund.merch.listings.models import SHOWN, Listing
from crowdfund.merch.shops.models import Shop
from crowdfund.orders.goods.models import GoodsOrder
from crowdfund.orders.goods.pages.shown import looks_of, looks_of_lines
from crowdfund.orders.returns import asking
from crowdfund.orders.returns.forms import CarrierForm
from crowdfund.orders.returns.models import GoodsReturn
from crowdfund.orders.returns.pages import words
from crowdfund.orders.returns.shown import after_sale, history_of
from crowdfund.orders.reviews.queries import NEWEST, reviews_of_listing, stars_of
from crowdfund.orders.words import bought_path
from crowdfund.people.models import Organisation
from crowdfund.refusal import NotFound, Refusal
from crowdfund.web.form import Form
from crowdfund.web.formats import said
from crowdfund.web.i18n import _
from crowdfund.web.page import page, redirect
from crowdfund.web.routes import anyone, get, post, signed_in

PAGE = 20


async def _own(request: Request) -> GoodsReturn:
    found = await GoodsReturn.get_or_none(id=private(request.path_params["return"]), person_id=request.state.person.id)
    if found is None:
        raise NotFound("There is no such return.")
    return found


async def show(request: Request) -> Response:
    return await _page(request, await _own(request), CarrierForm())


async def _page(request: Request, row: GoodsReturn, form: Form) -> Response:
    found = await after_sale(await GoodsOrder.get(id=row.order_id))
    shown = next(one for one in found.returns if one.row.id == row.id)
    return page(
        request, "orders/after/returned.html", form.status, found=found, order=found.order, shown=shown, row=shown.row, form=form,
        words=words, path=row.path, order_path=bought_path(found.order), history=await history_of(row),
        returns_to=await _returns_to(found.order.organisation_id), looks=await looks_of_lines(found.lines),
    )  # fmt: skip


async def _returns_to(organisation_id: int) -> str:
    shop = await Shop.get_or_none(organisation_id=organisation_id)
    return "" if shop is None else shop.returns_to


async def withdraw(request: Request) -> Response:
    row = await _own(request)
    try:
        await asking.withdraw(row.id, by=request.state.person.id)
    except Refusal as refusal:
        return redirect(request, row.path, ("bad", said(refusal)))
    return redirect(request, row.path, ("good", _("You keep it.")))


async def sent_back(request: Request) -> Response:
    row = await _own(request)
    form = await CarrierForm.read(request)
    if not form.errors:
        with form.showing_refusals():
            await asking.say_sent(row.id, form.carrier, form.tracking, by=request.state.person.id)
            return redirect(request, row.path, ("good", _("Noted. The seller counts it when it is there.")))
    return await _page(request, row, form)


async def reviews(request: Request) -> Response:
    """What buyers say of a listing, for everybody."""
    listing = await Listing.get_or_none(id=private(request.path_params["listing"]), state__in=list(SHOWN))
    if listing is None:
        raise NotFound("There is no such listing.")
    before = private_or_none(request.query_params.get("before", "")) or NEWEST
    person = request.state.person
    rows = await reviews_of_listing(
        listing.id, before=before, limit=PAGE + 1, with_hidden=person is not None and bool(person.staff_role)
    )
    here = f"{listing.path}/reviews"
    return page(
        request, "orders/after/reviews.html", listing=listing, shop=await Organisation.get(id=listing.organisation_id),
        look=(await looks_of([(listing.id, listing.product_id)]))[listing.id],
        rows=rows[:PAGE], counts=await stars_of(listing.id), newest=here if before != NEWEST else "",
        older=f"{here}?before={public(rows[PAGE - 1]['id'])}" if len(rows) > PAGE else "",
    )  # fmt: skip


_ONE = "/returns/{return}"
routes = [
    get(_ONE, show, may=signed_in),
    post(f"{_ONE}/withdrawal", withdraw, may=signed_in),
    post(f"{_ONE}/parcel", sent_back, may=signed_in),
    get("/listings/{listing}/reviews", reviews, may=anyone),
]
