"""A seller's desk: what was ordered, what is to be sent, what comes back, what buyers say."""

from __future__ import annotations

from secrets import token_urlsafe
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from crowdfund.database.ids import private, private_or_none, public
from crowdfund.orders.goods.models import GoodsOrder
from crowdfund.orders.goods.pages.shown import looks_of_lines
from crowdfund.orders.parcels import sending
from crowdfund.orders.parcels.models import CarrierState, Parcel, ParcelState
from crowdfund.orders.returns import cancelling, queries
from crowdfund.orders.returns.forms import CantMakeItForm, ReviewAnswerForm, SendForm
from crowdfund.orders.returns.pages import words
from crowdfund.orders.returns.shown import AfterSale, after_sale, sendable
from crowdfund.orders.reviews import actions as review_actions
from crowdfund.orders.reviews.queries import NEWEST, average_of_shop, reviews_of_seller
from crowdfund.people.models import Role
from crowdfund.people.rules import may
from crowdfund.refusal import NotFound, Refusal
from crowdfund.web.form import Form
from crowdfund.web.formats import money, said
from crowdfund.web.i18n import _
from crowdfund.web.page import page, redirect
from crowdfund.web.region import countries
from crowdfund.web.routes import get, member, post

DESK = "/desk/{organisation}"
PAGE = 30
FILTERS = ("", "to_send", "late", "done")


def desk_page(request: Request, template: str, now: str, status: int = 200, **context: Any) -> Response:
    organisation = request.state.organisation
    return page(
        request, f"orders/after/{template}", status, organisation=organisation, base=organisation.desk_path, now_tab=now, words=words,
        may_write=may(request.state.role, Role.MANAGER), **context,
    )  # fmt: skip


async def order_in(request: Request) -> GoodsOrder:
    """An order of this shop that is paid. Raises NotFound."""
    order = await GoodsOrder.get_or_none(
        id=private(request.path_params["order"]), organisation_id=request.state.organisation.id,
        state__in=["paid", "refunded", "lost"],
    )  # fmt: skip
    if order is None:
        raise NotFound("There is no such order.")
    return order


def order_path(request: Request, order: GoodsOrder) -> str:
    return f"{request.state.organisation.desk_path}/sales/{public(order.id)}"


async def sales(request: Request) -> Response:
    """What was ordered, what has to go out first on top."""
    asked = request.query_params.get("show", "")
    show = asked if asked in FILTERS else ""
    before = private_or_none(request.query_params.get("before", "")) or NEWEST
    rows = await queries.sales_of(request.state.organisation.id, show, before=before, limit=PAGE + 1)
    here = f"{request.state.organisation.desk_path}/sales?show={show}"
    return desk_page(
        request, "desk_sales.html", "sales", rows=rows[:PAGE], show=show, counts=await queries.sales_counts(request.state.organisation.id),
        newest=here if before != NEWEST else "", older=f"{here}&before={public(rows[PAGE - 1]['id'])}" if len(rows) > PAGE else "",
    )  # fmt: skip


async def order(request: Request) -> Response:
    return await _order(request, await order_in(request))


async def _order(request: Request, row: GoodsOrder, form: Form | None = None, cant: Form | None = None) -> Response:
    found = await after_sale(row)
    send_form, cant_form = form or _filled_in(found), cant or CantMakeItForm()
    refused = next((one for one in (form, cant) if one is not None and one.errors), send_form)
    return desk_page(
        request, "desk_order.html", "sales", refused.status, found=found, order=row, path=order_path(request, row), form=refused,
        send_form=send_form, cant=cant_form, boxes=sendable(found), carrier_states=[one.value for one in CarrierState],
        looks=await looks_of_lines(found.lines), countries=countries(),
    )  # fmt: skip


def _filled_in(found: AfterSale) -> SendForm:
    """All that is left to send, as most parcels hold."""
    typed = {f"pieces_{end}": str(most) for _line, end, most in sendable(found)}
    return SendForm({**typed, "key": token_urlsafe(16)})


async def send(request: Request) -> Response:
    row = await order_in(request)
    found = await after_sale(row)
    form = await SendForm.read(request, lines=found.lines)
    if not form.errors:
        with form.showing_refusals():
            key = f"form:{form.key or token_urlsafe(16)}"
            parcel = sending.Sending(row.id, form.carrier, form.tracking, form.pieces)
            await sending.send(parcel, by=request.state.person.id, key=key)
            return redirect(request, order_path(request, row), ("good", _("Sent. The buyer knows.")))
    return await _order(request, row, form=form)


async def cant_make_it(request: Request) -> Response:
    row = await order_in(request)
    found = await after_sale(row)
    form = await CantMakeItForm.read(request, lines=found.lines)
    if not form.errors:
        with form.showing_refusals():
            minor = await cancelling.cancel_by_seller(
                row.id, form.pieces, form.reason, by=request.state.person.id, restock=form.restock
            )
            told = _("Called off. %(amount)s goes back to the buyer.") % {"amount": money(minor, row.currency)}
            return redirect(request, order_path(request, row), ("good", told))
    return await _order(request, row, cant=form)


async def parcel(request: Request) -> Response:
    """What its sender, or its carrier, says of a parcel."""
    row = await order_in(request)
    one = await Parcel.get_or_none(id=private(request.path_params["parcel"]), order_id=row.id)
    if one is None:
        raise NotFound("There is no such parcel.")
    asked = str((await request.form()).get("state", ""))
    try:
        if asked.startswith("carrier:") and asked.removeprefix("carrier:") in set(CarrierState):
            await sending.carrier_says(one.id, CarrierState(asked.removeprefix("carrier:")))
        elif asked in set(ParcelState):
            await sending.say(one.id, ParcelState(asked), because="the seller says so", by=request.state.person.id)
        else:
            return redirect(request, order_path(request, row), ("bad", _("Please choose one of these.")))
    except Refusal as refusal:
        return redirect(request, order_path(request, row), ("bad", said(refusal)))
    return redirect(request, order_path(request, row), ("good", _("Noted.")))


async def reviews(request: Request) -> Response:
    return await _reviews(request)


async def _reviews(request: Request, form: Form | None = None, about: str = "") -> Response:
    organisation_id = request.state.organisation.id
    before = private_or_none(request.query_params.get("before", "")) or NEWEST
    rows = await reviews_of_seller(organisation_id, before=before, limit=PAGE + 1)
    here, (stars, count) = f"{request.state.organisation.desk_path}/reviews", await average_of_shop(organisation_id)
    return desk_page(
        request, "desk_reviews.html", "reviews", form.status if form else 200, rows=rows[:PAGE], form=form or ReviewAnswerForm(),
        about=about, stars_sum=stars, count=count, newest=here if before != NEWEST else "",
        here=f"?before={public(before)}" if before != NEWEST else "",
        older=f"{here}?before={public(rows[PAGE - 1]['id'])}" if len(rows) > PAGE else "",
    )  # fmt: skip


async def answer_review(request: Request) -> Response:
    form = await ReviewAnswerForm.read(request)
    if not form.errors:
        with form.showing_refusals():
            number = private(request.path_params["review"])
            await review_actions.answer(number, form.words, organisation_id=request.state.organisation.id)
            return redirect(
                request, f"{request.state.organisation.desk_path}/reviews", ("good", _("Your answer stands below it."))
            )
    return await _reviews(request, form, request.path_params["review"])


_ONE, _RUN, _SEE = f"{DESK}/sales/{{order}}", member("manager"), member("viewer")
routes = [
    get(f"{DESK}/sales", sales, may=_SEE),
    get(_ONE, order, may=_SEE),
    post(f"{_ONE}/parcels", send, may=_RUN),
    post(f"{_ONE}/parcels/{{parcel}}", parcel, may=_RUN),
    post(f"{_ONE}/cancellation", cant_make_it, may=_RUN),
    get(f"{DESK}/reviews", reviews, may=_SEE),
    post(f"{DESK}/reviews/{{review}}/answer", answer_review, may=_RUN),
]
