"""Staff: an order of goods with its whole story, paying back where the two do not come to terms, hiding a review."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from crowdfund.database.ids import private, private_or_none, public
from crowdfund.orders.goods.models import GoodsOrder
from crowdfund.orders.returns import queries
from crowdfund.orders.returns.by_staff import pay_back
from crowdfund.orders.returns.forms import BecauseForm, ByStaffForm
from crowdfund.orders.returns.pages import words
from crowdfund.orders.returns.shown import after_sale
from crowdfund.orders.reviews import actions as reviews
from crowdfund.orders.reviews.models import Review, ReviewState
from crowdfund.people.models import Person
from crowdfund.refusal import NotFound, Refusal
from crowdfund.web.form import Form
from crowdfund.web.formats import money, said
from crowdfund.web.i18n import _
from crowdfund.web.page import page, redirect
from crowdfund.web.routes import get, post, staff


async def find(request: Request) -> Response:
    """A buyer's orders by her address, or one by the letters in its address; and what waits longest for a seller."""
    asked = request.query_params.get("q", "").replace("\x00", " ").strip()[:254]
    orders = await _orders_by(asked) if asked else []
    things = await queries.things_of_orders([order.id for order in orders])
    return page(
        request, "orders/after/staff_list.html", asked=asked, rows=[(one, things.get(one.id, "")) for one in orders],
        late=await queries.late_orders(), open=await queries.oldest_returns(), words=words,
    )  # fmt: skip


async def _orders_by(asked: str) -> list[GoodsOrder]:
    states = ["paid", "refunded", "lost"]
    buyer = await Person.get_or_none(email=asked.lower())
    if buyer is not None:
        return await GoodsOrder.filter(person_id=buyer.id, state__in=states).order_by("-id").limit(50)
    number = private_or_none(asked.rstrip("/").rpartition("/")[2])
    if number is None:
        return []
    return [
        *await GoodsOrder.filter(id=number, state__in=states), *await GoodsOrder.filter(purchase_id=number, state__in=states)
    ]  # fmt: skip


async def _found(request: Request) -> GoodsOrder:
    order = await GoodsOrder.get_or_none(id=private(request.path_params["order"]))
    if order is None:
        raise NotFound("There is no such order.")
    return order


async def show(request: Request) -> Response:
    return await _page(request, await _found(request), ByStaffForm())


async def _page(request: Request, order: GoodsOrder, form: Form) -> Response:
    found = await after_sale(order)
    boxes = [
        (line, public(line.id), line.kept - line.asked_back) for line in found.lines if line.kept > line.asked_back
    ]
    return page(
        request, "orders/after/staff_order.html", form.status, found=found, order=order, form=form, words=words, boxes=boxes,
        path=f"/staff/goods/{public(order.id)}",
    )  # fmt: skip


async def refund(request: Request) -> Response:
    order = await _found(request)
    form = await ByStaffForm.read(request, lines=(await after_sale(order)).lines)
    if not form.errors:
        with form.showing_refusals():
            minor = await pay_back(order.id, form.pieces, form.reason, by=request.state.person.id)
            told = _("%(amount)s goes back to the buyer.") % {"amount": money(minor, order.currency)}
            return redirect(request, f"/staff/goods/{public(order.id)}", ("good", told))
    return await _page(request, order, form)


async def turn_review(request: Request) -> Response:
    """Hide a review, or show it again, with a reason."""
    review = await Review.get_or_none(id=private(request.path_params["review"]))
    if review is None:
        raise NotFound("There is no such review.")
    form, back = await BecauseForm.read(request), f"/listings/{public(review.listing_id)}/reviews"
    if form.errors:
        return redirect(request, back, ("bad", next(iter(form.errors.values()))))
    try:
        if review.state == ReviewState.SHOWN:
            await reviews.hide(review.id, form.because, by=request.state.person.id)
        else:
            await reviews.show_again(review.id, form.because, by=request.state.person.id)
    except Refusal as refusal:
        return redirect(request, back, ("bad", said(refusal)))
    return redirect(request, back, ("good", _("Done.")))


routes = [
    get("/staff/goods", find, may=staff("reviewer")),
    get("/staff/goods/{order}", show, may=staff("reviewer")),
    post("/staff/goods/{order}/refunds", refund, may=staff("admin")),
    post("/staff/reviews/{review}", turn_review, may=staff("reviewer")),
]
