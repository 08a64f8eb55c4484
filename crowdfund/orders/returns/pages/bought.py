"""A buyer's page of what one seller sends her: where it is, calling it off, sending it back, saying how it is."""

from __future__ import annotations

from secrets import token_urlsafe
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from crowdfund.database.ids import private, public
from crowdfund.orders.goods.models import GoodsOrder, GoodsOrderState
from crowdfund.orders.goods.pages.shown import looks_of_lines
from crowdfund.orders.parcels import sending
from crowdfund.orders.parcels.models import Parcel, ParcelState
from crowdfund.orders.returns import asking, cancelling
from crowdfund.orders.returns.forms import REASONS_SHE_MAY_HAVE, CallOffForm, ReturnForm, ReviewForm
from crowdfund.orders.returns.models import Kind, Reason
from crowdfund.orders.returns.pages import words
from crowdfund.orders.returns.shown import AfterSale, after_sale, returnable, sendable
from crowdfund.orders.reviews import actions as reviews
from crowdfund.orders.words import bought_path
from crowdfund.refusal import NotFound
from crowdfund.web.form import Form
from crowdfund.web.formats import money
from crowdfund.web.i18n import _
from crowdfund.web.page import page, redirect
from crowdfund.web.routes import get, post, signed_in

_TOLD = (GoodsOrderState.PAID, GoodsOrderState.REFUNDED, GoodsOrderState.LOST)


async def own(request: Request) -> GoodsOrder:
    order = await GoodsOrder.get_or_none(
        id=private(request.path_params["order"]), person_id=request.state.person.id, state__in=list(_TOLD)
    )
    if order is None:
        raise NotFound("There is no such order.")
    return order


async def show(request: Request) -> Response:
    return await _page(request, await after_sale(await own(request)))


async def _page(
    request: Request, found: AfterSale, status: int = 200, *, calling: Form | None = None, review: Form | None = None,
    about: str = "",
) -> Response:  # fmt: skip
    """calling, review: a form that was sent and refused. about: which line the review was of."""
    calling = calling or CallOffForm({"key": token_urlsafe(16)})
    return page(
        request, "orders/after/bought.html", status, found=found, order=found.order, words=words, path=bought_path(found.order),
        calling=calling, review=review, about=about, sendable=sendable(found), can_send_back=bool(returnable(found)),
        form=calling if calling.errors else review or calling, looks=await looks_of_lines(found.lines),
    )  # fmt: skip


async def call_off(request: Request) -> Response:
    """Late: at once. Else the seller is asked."""
    found = await after_sale(await own(request))
    form = await CallOffForm.read(request, lines=found.lines)
    if not form.errors:
        with form.showing_refusals():
            said = await _call_off(found, form, request.state.person.id)
            return redirect(request, bought_path(found.order), ("good", said))
    return await _page(request, await after_sale(found.order), form.status, calling=form)


async def _call_off(found: AfterSale, form: CallOffForm, by: int) -> str:
    if found.is_late:
        minor = await cancelling.cancel_late(found.order.id, form.pieces, by=by)
        return _("Called off. %(amount)s is on its way to your card.") % {"amount": money(minor, found.order.currency)}
    wish = asking.Wish(found.order.id, Kind.CANCELLATION, Reason.CHANGED_MIND, form.words, form.pieces)
    await asking.ask(wish, by=by, key=f"form:{form.key or token_urlsafe(16)}")
    return _("The seller is asked. Who says nothing for a week has agreed, if it was not sent by then.")


async def return_page(request: Request) -> Response:
    found = await after_sale(await own(request))
    return await _return(request, found, ReturnForm({"key": token_urlsafe(16)}))


async def _return(request: Request, found: AfterSale, form: Form, status: int = 200) -> Response:
    boxes = returnable(found)
    if not boxes:
        return redirect(request, bought_path(found.order), ("note", _("None of this can be sent back now.")))
    return page(
        request, "orders/after/return.html", status, found=found, order=found.order, boxes=boxes, form=form,
        looks=await looks_of_lines(found.lines),
        path=bought_path(found.order), reasons=[(one.value, words.REASONS[one.value]) for one in REASONS_SHE_MAY_HAVE],
    )  # fmt: skip


async def ask_back(request: Request) -> Response:
    found = await after_sale(await own(request))
    form = await ReturnForm.read(request, lines=found.lines)
    if not form.errors:
        with form.showing_refusals():
            wish = asking.Wish(found.order.id, form.kind, Reason(form.reason), form.words, form.pieces)
            key = f"form:{form.key or token_urlsafe(16)}"
            made = await asking.ask(wish, by=request.state.person.id, key=key)
            return redirect(request, made.path, ("good", _("The seller is asked, and has a week to answer.")))
    return await _return(request, await after_sale(found.order), form, form.status)


async def arrived(request: Request) -> Response:
    """She has it: her word counts."""
    parcel = await Parcel.get_or_none(id=private(request.path_params["parcel"]))
    order = await GoodsOrder.get_or_none(id=parcel.order_id, person_id=request.state.person.id) if parcel else None
    if parcel is None or order is None:
        raise NotFound("There is no such parcel.")
    if parcel.state != ParcelState.DELIVERED:
        await sending.say(parcel.id, ParcelState.DELIVERED, because="she has it", by=request.state.person.id)
    return redirect(request, bought_path(order), ("good", _("Good. You can say below how it is.")))


async def review(request: Request) -> Response:
    order = await own(request)
    found, asked = await after_sale(order), private(request.path_params["line"])
    if asked not in {line.id for line in found.lines}:
        raise NotFound("There is no such thing among what you bought.")
    form = await ReviewForm.read(request)
    if not form.errors:
        with form.showing_refusals():
            await reviews.review(asked, int(form.stars), form.words, by=request.state.person.id)
            return redirect(request, bought_path(order), ("good", _("Thank you: others can read it now.")))
    return await _page(request, found, form.status, review=form, about=public(asked))


_ONE = "/bought/{order}"
routes: list[Any] = [
    get(_ONE, show, may=signed_in),
    post(f"{_ONE}/cancellation", call_off, may=signed_in),
    get(f"{_ONE}/returns", return_page, may=signed_in),
    post(f"{_ONE}/returns", ask_back, may=signed_in),
    post(f"{_ONE}/lines/{{line}}/review", review, may=signed_in),
    post("/parcels/{parcel}/arrival", arrived, may=signed_in),
]
