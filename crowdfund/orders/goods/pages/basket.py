"""The basket: what lies in it, how each of it stands now, and what she does with it."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from crowdfund.database.ids import private
from crowdfund.merch.listings.models import Listing, Variant
from crowdfund.orders.goods import cart
from crowdfund.orders.goods.pages.forms import AcceptForm, PutInForm, QuantityForm
from crowdfund.orders.goods.pages.shown import looks_of
from crowdfund.orders.goods.rules import PIECES_MAX
from crowdfund.refusal import Busy, Refusal
from crowdfund.web.form import Form
from crowdfund.web.formats import said
from crowdfund.web.i18n import _
from crowdfund.web.page import page, redirect
from crowdfund.web.rate_limit import Limit
from crowdfund.web.region import countries, region_of
from crowdfund.web.routes import anyone, get, post, signed_in
from crowdfund.web.told import told_at

PUTTING = Limit("basket", 120, 60, by="person")


async def show(request: Request) -> Response:
    return await _show(request, Form())


async def _show(request: Request, form: Form, status: int = 200) -> Response:
    country = region_of(request)
    parts = await cart.carts_of(request.state.person.id, country)
    listings = [
        (one.found.facts.listing_id, one.found.facts.product_id) for part in parts for one in part.lines if one.found
    ]
    return page(
        request, "orders/goods/basket.html", status, parts=parts, looks=await looks_of(listings), form=form, country=country,
        countries=countries(), most=PIECES_MAX,
    )  # fmt: skip


async def put_in(request: Request) -> Response:
    """From a listing, a film or a look. Who is not signed in comes back to the listing with it chosen."""
    form = await PutInForm.read(request)
    back = await _listing_path(form)
    person = request.scope["state"].get("person")
    if person is None:
        return redirect(request, f"/sign-in?next={back}")
    if form.errors or form.variant_id is None:
        return redirect(request, back, ("bad", _("Please choose from 1 to 99 pieces.")))
    try:
        await cart.put_in(
            person.id, form.variant_id, form.quantity, region_of(request), appearance_id=form.appearance_id,
            moment_ms=form.moment_ms,
        )  # fmt: skip
    except Busy:
        raise
    except Refusal as refusal:
        return redirect(request, back, ("bad", said(refusal)))
    return redirect(request, "/cart", ("good", _("It lies in your basket. Nothing is reserved before you pay.")))


async def _listing_path(form: PutInForm) -> str:
    variant = await Variant.get_or_none(id=form.variant_id) if form.variant_id is not None else None
    listing = await Listing.get_or_none(id=variant.listing_id) if variant is not None else None
    return listing.path if listing is not None else "/cart"


def _line(request: Request) -> int:
    return private(request.path_params["line"])


async def change(request: Request) -> Response:
    form = await QuantityForm.read(request)
    if not form.errors:
        with form.showing_refusals():
            await cart.change(request.state.person.id, _line(request), form.quantity)
            return redirect(request, "/cart")
    return await _show(request, form, form.status)


@told_at(lambda request: "/cart")
async def take_out(request: Request) -> Response:
    await cart.take_out(request.state.person.id, _line(request))
    return redirect(request, "/cart", ("note", _("Taken out.")))


@told_at(lambda request: "/cart")
async def accept(request: Request) -> Response:
    """She agrees to what it costs now."""
    form = await AcceptForm.read(request)
    if form.errors:
        return await _show(request, form, form.status)
    await cart.accept(request.state.person.id, _line(request), form.price)
    return redirect(request, "/cart")


_ONE = "/cart/lines/{line}"
routes = [
    get("/cart", show, may=signed_in),
    post("/cart/lines", put_in, may=anyone, limit=PUTTING),
    post(_ONE, change, may=signed_in),
    post(f"{_ONE}/removal", take_out, may=signed_in),
    post(f"{_ONE}/acceptance", accept, may=signed_in),
]
