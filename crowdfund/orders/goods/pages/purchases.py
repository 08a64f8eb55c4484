"""Purchases: being paid, paid, and each seller's part on its way."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from crowdfund import clock
from crowdfund.database.ids import private, private_or_none, public
from crowdfund.orders.goods import paying
from crowdfund.orders.goods.models import GoodsOrder, Purchase, PurchaseState
from crowdfund.orders.goods.pages.shown import OrderShown, orders_shown, payment_page
from crowdfund.orders.words import bought_path
from crowdfund.payments.models import Charge, ChargeState, Refund
from crowdfund.web.i18n import _
from crowdfund.web.page import go_to_processor, page, redirect
from crowdfund.web.region import countries
from crowdfund.web.routes import get, post, signed_in
from crowdfund.web.told import told_at

PAGE = 20
_HIDDEN = (PurchaseState.EXPIRED,)


async def own(request: Request) -> Purchase:
    return await paying.own_purchase(private(request.path_params["purchase"]), request.state.person.id)


async def listed(request: Request) -> Response:
    """A fan's purchases, the newest first; what she never paid is not among them."""
    before = private_or_none(request.query_params.get("before", ""))
    query = Purchase.filter(person_id=request.state.person.id, id__lt=2**63 - 1 if before is None else before)
    rows = await query.exclude(state__in=list(_HIDDEN)).order_by("-id").limit(PAGE + 1)
    orders = await GoodsOrder.filter(purchase_id__in=[row.id for row in rows[:PAGE]]).order_by("id")
    shown = await orders_shown(orders)
    return page(
        request, "orders/goods/purchases.html",
        rows=[(row, [one for one in shown if one.order.purchase_id == row.id]) for row in rows[:PAGE]],
        more=f"/purchases?before={public(rows[PAGE - 1].id)}" if len(rows) > PAGE else "",
    )  # fmt: skip


async def show(request: Request) -> Response:
    purchase = await own(request)
    parts = await orders_shown(await GoodsOrder.filter(purchase_id=purchase.id).order_by("id"))
    subjects = [purchase.subject, *(one.order.subject for one in parts)]
    return page(
        request, "orders/goods/purchase.html", purchase=purchase, parts=parts, path_of=_path_of,
        charge=await Charge.get_or_none(subject=purchase.subject, state=ChargeState.SUCCEEDED),
        refunds=await Refund.filter(subject__in=subjects).order_by("id"), country=countries().get(purchase.country, purchase.country),
        is_kept=purchase.state == PurchaseState.PLACED and purchase.reserved_until > clock.now(),
    )  # fmt: skip


def _path_of(one: OrderShown) -> str:
    return bought_path(one.order)


async def come_back(request: Request) -> Response:
    """She returns from the processor's page: what came of it is looked up before she reads it."""
    purchase = await own(request)
    await paying.visits.look_at_subject(purchase.id)
    now = await own(request)
    said_now = {
        PurchaseState.PAID: ("good", _("Paid. Your sellers know, and pack.")),
        PurchaseState.CAME_TOO_LATE: ("bad", _("Your payment came too late: all of it goes back to you.")),
    }.get(PurchaseState(now.state), ("note", _("Your bank is still at it. This page knows as soon as it is paid.")))
    return redirect(request, purchase.path, said_now)


def _here(request: Request) -> str:
    return f"/purchases/{request.path_params['purchase']}"


@told_at(_here)
async def pay(request: Request) -> Response:
    return go_to_processor(await payment_page(await own(request)))


@told_at(_here)
async def release(request: Request) -> Response:
    """She does not want it after all, or wants to change something: others can have it at once."""
    purchase = await own(request)
    if await paying.let_go(purchase):
        return redirect(request, "/cart", ("good", _("Let go. It still lies in your basket.")))
    return redirect(
        request, purchase.path, ("note", _("It is paid already, or the payment page can't be reached just now."))
    )


_ONE = "/purchases/{purchase}"
routes = [
    get("/purchases", listed, may=signed_in),
    get(_ONE, show, may=signed_in),
    get(f"{_ONE}/return", come_back, may=signed_in),
    post(f"{_ONE}/payment", pay, may=signed_in),
    post(f"{_ONE}/release", release, may=signed_in),
]
