"""Buying as fans' programs do it: what it would cost, reserved, paid, looked at. Reserving is a way of the rush."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from crowdfund import clock
from crowdfund.database import new_id
from crowdfund.database.ids import public
from crowdfund.orders.goods import paying, rules, tax
from crowdfund.orders.goods.api.bodies import (
    PayAt,
    PurchaseIn,
    PurchaseLineOut,
    PurchaseOrderOut,
    PurchaseOut,
    PurchasePlaced,
    PurchasesListed,
    QuotedOrder,
    QuoteIn,
    QuoteOut,
)
from crowdfund.orders.goods.models import GoodsOrder, Purchase, PurchaseState
from crowdfund.orders.goods.pages.shown import OrderShown, orders_shown, payment_page
from crowdfund.orders.goods.placing import place_purchase
from crowdfund.orders.goods.queries import found_of
from crowdfund.orders.goods.rules import NoSuchPurchase, NothingToBuy, OrderQuote, Want, Wish
from crowdfund.settings import current
from crowdfund.web import api
from crowdfund.web.rate_limit import Limit
from crowdfund.web.region import is_country
from crowdfund.web.routes import bearer, get, post

BUYING = Limit("api_purchase", 240, 60, by="token")
_NONE = NoSuchPurchase("There is no such purchase.")
_NO_VARIANT = NothingToBuy("There is no such variant.", field="lines")
_NO_COUNTRY = NothingToBuy("There is no such country.", field="country")


def _wishes(body: QuoteIn) -> tuple[Wish, ...]:
    if not is_country(body.country):
        raise _NO_COUNTRY
    return tuple(
        Wish(
            api.known_id(line.variant, _NO_VARIANT), line.quantity, line.price_minor,
            api.known_id(line.appearance, _NO_VARIANT) if line.appearance else None, line.moment_ms,
        )
        for line in body.lines
    )  # fmt: skip


async def quote(request: Request, body: QuoteIn) -> QuoteOut:
    """What a purchase would cost with tax and shipping. Nothing is reserved."""
    wishes = _wishes(body)
    quoted = rules.quote(
        wishes, await found_of(wish.variant_id for wish in wishes), currency=body.currency, country=body.country,
        rates=tax.rates(), commission_bps=current().commission_bps, now=clock.now(),
    )  # fmt: skip
    return QuoteOut(
        currency=body.currency, country=body.country, total_minor=quoted.total_minor,
        orders=[_quoted(order) for order in quoted.orders],
    )  # fmt: skip


def _quoted(order: OrderQuote) -> QuotedOrder:
    totals = order.totals
    return QuotedOrder(
        organisation=public(order.organisation_id), seller=order.seller, items_minor=totals.items_minor,
        shipping_minor=totals.shipping_minor, tax_minor=totals.tax_minor, total_minor=totals.total_minor,
        ship_by=api.instant(order.ship_by), days_min=order.zone.days_min, days_max=order.zone.days_max,
    )  # fmt: skip


async def make_purchase(request: Request, body: PurchaseIn) -> Response:
    """Reserve things of one seller or of several, all of them or none. They are paid on the page that `payment` gives."""
    asked: dict[str, Any] = request.scope["state"]
    want = Want(
        id=new_id(), person_id=asked["person"].id, currency=body.currency, wishes=_wishes(body), country=body.country,
        name=body.name, address=tuple(body.address), phone=body.phone, total_minor=body.total_minor,
        key=asked["idempotency_key"],
    )  # fmt: skip
    placed = await place_purchase(want)
    told = {
        "id": public(placed.id), "state": placed.state, "currency": placed.currency, "total_minor": placed.total_minor,
        "reserved_until": api.instant(clock.from_us(placed.reserved_until)),
    }  # fmt: skip
    return api.answer(told, 201)


async def own_purchase(request: Request) -> Purchase:
    return await api.row_in(request, "purchase", Purchase, _NONE, person_id=request.state.person.id)


async def pay_purchase(request: Request) -> PayAt:
    """The processor's page for a purchase that is not paid; the same one as long as it is reserved."""
    return PayAt(url=await payment_page(await own_purchase(request)))


async def release_purchase(request: Request) -> PurchaseOut:
    """Let it go before its time: others can have it at once."""
    await paying.let_go(await own_purchase(request))
    return await show_purchase(request)


async def show_purchase(request: Request) -> PurchaseOut:
    """A purchase with each seller's order; where its payment is open, the processor is asked how it stands."""
    purchase = await own_purchase(request)
    if purchase.state == PurchaseState.PLACED:
        await paying.visits.look_at_subject(purchase.id)
        purchase = await own_purchase(request)
    return await _out(purchase)


async def _out(purchase: Purchase) -> PurchaseOut:
    shown = await orders_shown(await GoodsOrder.filter(purchase_id=purchase.id).order_by("id"))
    return PurchaseOut(
        id=public(purchase.id), state=purchase.state, status=rules.status_of(one.order.state for one in shown),
        currency=purchase.currency, total_minor=purchase.total_minor, reserved_until=api.instant(purchase.reserved_until),
        country=purchase.country, name=purchase.name, address=purchase.address_lines, made_at=api.instant(purchase.made_at),
        paid_at=api.instant_or_none(purchase.paid_at), orders=[_order_out(one) for one in shown],
    )  # fmt: skip


def _order_out(one: OrderShown) -> PurchaseOrderOut:
    order = one.order
    return PurchaseOrderOut(
        id=public(order.id), state=order.state, fulfilment=one.fulfilment, organisation=public(order.organisation_id),
        seller=one.shop.name, items_minor=order.items_minor, shipping_minor=order.shipping_minor, tax_minor=order.tax_minor,
        total_minor=order.total_minor, ship_by=api.instant(order.ship_by), days_min=order.days_min, days_max=order.days_max,
        lines=[
            PurchaseLineOut(
                id=public(line.id), listing=public(line.listing_id), variant=public(line.variant_id), name=line.name,
                variant_name=line.variant_name, match=line.match, quantity=line.quantity, net_minor=line.net_minor,
                tax_minor=line.tax_minor, shipped=line.shipped, returned=line.returned,
            )
            for line in one.lines
        ],
    )  # fmt: skip


async def list_purchases(request: Request) -> Response:
    """A fan's purchases, the newest first."""
    asked = api.cursor(request)
    before = 2**63 - 1 if asked.after_id is None else asked.after_id
    rows = (
        await Purchase.filter(person_id=request.state.person.id, id__lt=before).order_by("-id").limit(asked.limit + 1)
    )
    found = [await _out(row) for row in rows]
    by_id = {public(row.id): row.id for row in rows}
    return api.paged(request, found, asked, lambda one: one, lambda one: by_id[one.id])


_SEE, _BUY = bearer("goods:read"), bearer("goods:write", confirmed=True)
_ONE = "/api/v1/purchases/{purchase}"
routes = [
    post("/api/v1/purchase-quotes", quote, may=bearer("goods:write"), takes=QuoteIn, gives=QuoteOut, limit=BUYING,
         summary="What a purchase would cost"),
    post("/api/v1/purchases", make_purchase, may=_BUY, takes=PurchaseIn, gives=PurchasePlaced, creates=True, limit=BUYING,
         summary="Buy things, of one seller or of several"),
    get("/api/v1/purchases", list_purchases, may=_SEE, gives=PurchasesListed, lists=True, summary="My purchases"),
    get(_ONE, show_purchase, may=_SEE, gives=PurchaseOut, summary="One purchase of mine"),
    post(f"{_ONE}/payment", pay_purchase, may=_BUY, gives=PayAt, limit=BUYING, summary="Where to pay what I buy"),
    post(f"{_ONE}/release", release_purchase, may=bearer("goods:write"), gives=PurchaseOut, summary="Let it go unpaid"),
]  # fmt: skip
