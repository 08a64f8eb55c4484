"""The till: where it goes, what it costs with tax and shipping, and on to pay."""

from __future__ import annotations

from secrets import token_urlsafe
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from crowdfund.database import new_id
from crowdfund.orders.goods import cart, paying
from crowdfund.orders.goods.cart import CartShown
from crowdfund.orders.goods.models import Purchase, PurchaseState
from crowdfund.orders.goods.pages.forms import CheckoutForm
from crowdfund.orders.goods.pages.shown import looks_of, payment_page
from crowdfund.orders.goods.placing import place_purchase
from crowdfund.orders.goods.rules import Want
from crowdfund.web import csrf
from crowdfund.web.i18n import _
from crowdfund.web.page import go_to_processor, page, redirect
from crowdfund.web.rate_limit import Limit
from crowdfund.web.region import countries, is_country, region_of
from crowdfund.web.routes import get, post, signed_in

BUYING = Limit("purchase", 30, 60, by="person")


def _currency(request: Request) -> str:
    asked = request.query_params.get("currency", "")
    return asked if len(asked) == 3 and asked.isascii() and asked.isalpha() else ""


async def show(request: Request) -> Response:
    country = region_of(request)
    part = await _part(request, country)
    if part is None:
        return redirect(request, "/cart", ("note", _("There is nothing in your basket to pay for.")))
    if part.quote is None:
        return redirect(request, "/cart", ("bad", _("Something in your basket has changed. Please look at it first.")))
    return await _show(request, part, CheckoutForm(await _typed_before(request, country)))


async def _part(request: Request, country: str) -> CartShown | None:
    person_id, currency = request.state.person.id, _currency(request)
    if currency:
        return await cart.part_of_cart(person_id, country, currency)
    parts = await cart.carts_of(person_id, country)
    return parts[0] if parts else None


async def _typed_before(request: Request, country: str) -> dict[str, Any]:
    """As on her last purchase, where it went to the same country."""
    person = request.state.person
    typed = {"name": person.name, "country": country, "key": token_urlsafe(16)}
    last = await Purchase.filter(person_id=person.id, country=country).order_by("-id").first()
    if last is not None:
        typed |= {"name": last.name, "address": "\n".join(last.address_lines), "phone": last.phone}
    return typed


async def _show(request: Request, part: CartShown, form: CheckoutForm, status: int = 200) -> Response:
    listings = [(one.found.facts.listing_id, one.found.facts.product_id) for one in part.lines if one.found]
    return page(
        request, "orders/goods/checkout.html", status, part=part, quote=part.quote, form=form, countries=countries().items(),
        looks=await looks_of(listings),
    )  # fmt: skip


async def buy(request: Request) -> Response:
    """Reserve all of it, and go to pay. Another country, or other prices than she saw: the new sum is shown first."""
    sent = await csrf.read_form(request)
    form = await CheckoutForm.read(request)
    typed_country = str(form.typed["country"])
    country = typed_country if is_country(typed_country) else region_of(request)
    same = await Purchase.get_or_none(person_id=request.state.person.id, key=_key(form))
    if same is not None and same.state == PurchaseState.PLACED and not form.errors:
        return go_to_processor(await payment_page(same))
    if same is not None:
        return redirect(request, same.path)
    part = await _part(request, country)
    if part is None:
        return redirect(request, "/cart", ("note", _("There is nothing in your basket to pay for.")))
    if part.quote is None:
        sentence = _("Not all of it can be sold to you like this. Please look at your basket.")
        return redirect(request, "/cart", ("bad", sentence))
    if "again" in sent:
        form.errors.clear()
        return await _show(request, part, form)
    if not form.errors and form.total != part.quote.total_minor:
        form.refuse(
            "", _("With shipping and tax for this country it comes to another sum. Please look, and press again.")
        )
        return await _show(request, part, form, 409)
    if not form.errors:
        with form.showing_refusals():
            return await _place(request, part, form, country)
    return await _show(request, part, form, form.status)


def _key(form: CheckoutForm) -> str:
    return f"form:{form.typed['key']}"


async def _place(request: Request, part: CartShown, form: CheckoutForm, country: str) -> Response:
    person_id = request.state.person.id
    await cart.end_earlier(person_id, part.currency, _key(form))
    want = Want(
        id=new_id(), person_id=person_id, currency=part.currency, wishes=cart.wishes_of(part), country=country, name=form.name,
        address=form.address_lines, phone=form.phone or "", total_minor=form.total, key=_key(form),
    )  # fmt: skip
    placed = await place_purchase(want)
    return go_to_processor(await payment_page(await paying.own_purchase(placed.id, person_id)))


routes = [
    get("/checkout", show, may=signed_in),
    post("/checkout", buy, may=signed_in, limit=BUYING),
]
