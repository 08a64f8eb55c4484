"""For sellers' programs: what was ordered, parcels, what comes back, answering."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from crowdfund.database.ids import public
from crowdfund.orders.goods.models import GoodsOrder
from crowdfund.orders.parcels import sending
from crowdfund.orders.parcels.models import CarrierState, Parcel, ParcelState
from crowdfund.orders.returns import answering, cancelling, queries, receiving
from crowdfund.orders.returns.api.bodies import (
    CantMakeItIn,
    CarrierIn,
    CountIn,
    ParcelIn,
    ReturnAnswerIn,
    ReturnOut,
    ReviewOut,
    SaleListed,
    SaleOut,
    SendIn,
    WordsIn,
    return_out,
    sale_out,
)
from crowdfund.orders.returns.api.buyers import TOLD, review_out, shown_return, wants_of
from crowdfund.orders.returns.models import GoodsReturn, ReturnState
from crowdfund.orders.returns.shown import after_sale
from crowdfund.orders.reviews import actions as review_actions
from crowdfund.orders.reviews.models import Review
from crowdfund.orders.reviews.queries import NEWEST, reviews_of_seller
from crowdfund.people.api.own import own_organisation, role_in
from crowdfund.people.models import Role
from crowdfund.refusal import Invalid, NotFound
from crowdfund.web import api
from crowdfund.web.routes import bearer, get, post

_SHOW = api.Filter(
    "show", "Only those to send, those that are late, or those that are done.", ("to_send", "late", "done")
)
_STATE = api.Filter("state", "Only those in this state.", tuple(state.value for state in ReturnState))
_NO_ORDER, _NO_RETURN = NotFound("There is no such order."), NotFound("There is no such return.")


class ReasonMissing(Invalid):
    pass


class SayOne(Invalid):
    pass


async def _own(request: Request, needed: Role) -> GoodsOrder:
    order = await api.row_in(request, "order", GoodsOrder, _NO_ORDER, state__in=TOLD)
    await role_in(request, order.organisation_id, needed, _NO_ORDER)
    return order


async def list_sales(request: Request) -> Response:
    """Paid orders of a shop, the newest first."""
    organisation, _role = await own_organisation(request, Role.VIEWER)
    asked, show = api.cursor(request), _SHOW.of(request)
    before = NEWEST if asked.after_id is None else asked.after_id
    rows = await queries.sales_of(organisation.id, show, before=before, limit=asked.limit + 1)
    return api.paged(request, rows, asked, _listed, lambda row: row["id"])


def _listed(row: dict[str, Any]) -> SaleListed:
    return SaleListed(
        id=public(row["id"]), state=row["state"], thing=row["thing"], pieces=row["pieces"], to_ship=row["to_ship"],
        ship_by=api.instant(row["ship_by"]), currency=row["currency"], total_minor=row["total_minor"],
        made_at=api.instant(row["made_at"]),
    )  # fmt: skip


async def show_sale(request: Request) -> SaleOut:
    """One order of a shop, with where it goes."""
    return sale_out(await after_sale(await _own(request, Role.VIEWER)))


async def send(request: Request, body: SendIn) -> SaleOut:
    """Write down that a parcel was sent; the buyer is told."""
    order = await _own(request, Role.MANAGER)
    parcel = sending.Sending(order.id, body.carrier, body.tracking, wants_of(body.lines))
    await sending.send(parcel, by=request.state.person.id, key=f"api:{request.state.idempotency_key}")
    return sale_out(await after_sale(order))


async def cant_make_it(request: Request, body: CantMakeItIn) -> SaleOut:
    """Call off what can't be sent: the money goes back at once."""
    order = await _own(request, Role.MANAGER)
    await cancelling.cancel_by_seller(
        order.id, wants_of(body.lines), body.reason, by=request.state.person.id, restock=body.restock
    )
    return sale_out(await after_sale(order))


async def parcel(request: Request, body: ParcelIn) -> SaleOut:
    """Say what became of a parcel, or what its carrier says."""
    missing = NotFound("There is no such parcel.")
    row = await api.row_in(request, "parcel", Parcel, missing)
    order = await GoodsOrder.get(id=row.order_id)
    await role_in(request, order.organisation_id, Role.MANAGER, missing)
    if (body.state is None) == (body.carrier_state is None):
        raise SayOne("Say `state` or `carrier_state`.", field="state")
    if body.carrier_state is not None:
        await sending.carrier_says(row.id, CarrierState(body.carrier_state))
    elif body.state is not None:
        because = "the seller says so"
        await sending.say(row.id, ParcelState(body.state), because=because, by=request.state.person.id)
    return sale_out(await after_sale(order))


async def list_returns(request: Request) -> Response:
    """What buyers of a shop call off, send back or claim, the newest first."""
    organisation, _role = await own_organisation(request, Role.VIEWER)
    asked, state = api.cursor(request), _STATE.of(request)
    before = NEWEST if asked.after_id is None else asked.after_id
    ids = await queries.returns_of_seller(organisation.id, before=before, state=state, limit=asked.limit + 1)
    rows = {one.id: one for one in await GoodsReturn.filter(id__in=ids)} if ids else {}
    shown = [await shown_return(rows[one]) for one in ids]
    return api.paged(request, shown, asked, return_out, lambda one: one.row.id)


async def _own_return(request: Request) -> GoodsReturn:
    row = await api.row_in(request, "return", GoodsReturn, _NO_RETURN)
    order = await GoodsOrder.get(id=row.order_id)
    await role_in(request, order.organisation_id, Role.MANAGER, _NO_RETURN)
    return row


async def answer(request: Request, body: ReturnAnswerIn) -> ReturnOut:
    """Agree, or say no with a reason."""
    row, by = await _own_return(request), request.state.person.id
    if body.agrees:
        replaces = wants_of(body.replaces)
        await answering.approve(row.id, body.words, by=by, keeps_it=body.keeps_it, replaces=replaces)
    elif len(body.words) < 10:
        raise ReasonMissing("Please say why not: she reads it.", field="words")
    else:
        await answering.decline(row.id, body.words, by=by)
    return return_out(await shown_return(row))


async def count(request: Request, body: CountIn) -> ReturnOut:
    """Count what came back; its money goes at once."""
    row, counts = await _own_return(request), wants_of(body.lines)
    await receiving.receive(row.id, counts, by=request.state.person.id, restock=body.restock, words=body.words)
    return return_out(await shown_return(row))


async def send_another(request: Request, body: CarrierIn) -> ReturnOut:
    """Send the pieces that make a claim good."""
    row = await _own_return(request)
    await sending.send_another(row.id, body.carrier, body.tracking, by=request.state.person.id)
    return return_out(await shown_return(row))


async def list_shop_reviews(request: Request) -> Response:
    """What buyers say of a shop, the newest first."""
    organisation, _role = await own_organisation(request, Role.VIEWER)
    asked = api.cursor(request)
    before = NEWEST if asked.after_id is None else asked.after_id
    rows = await reviews_of_seller(organisation.id, before=before, limit=asked.limit + 1)
    return api.paged(request, rows, asked, review_out, lambda row: row["id"])


async def answer_review(request: Request, body: WordsIn) -> Response:
    """A shop's one answer."""
    missing = NotFound("There is no such review.")
    row = await api.row_in(request, "review", Review, missing)
    await role_in(request, row.organisation_id, Role.MANAGER, missing)
    await review_actions.answer(row.id, body.words, organisation_id=row.organisation_id)
    return api.answer({"id": public(row.id), "answer": body.words})


_SEE, _DO, _SALE, _BACK = (
    bearer("sales:read"),
    bearer("sales:write"),
    "/api/v1/sales/{order}",
    "/api/v1/sales-returns/{return}",
)
_OF = "/api/v1/organisations/{organisation}"
routes = [
    get(f"{_OF}/sales", list_sales, may=_SEE, gives=SaleListed, lists=True, filters=[_SHOW], summary="What was ordered"),
    get(_SALE, show_sale, may=_SEE, gives=SaleOut, summary="One order of my shop"),
    post(f"{_SALE}/parcels", send, may=_DO, takes=SendIn, gives=SaleOut, creates=True, summary="Send a parcel"),
    post(f"{_SALE}/cancellation", cant_make_it, may=_DO, takes=CantMakeItIn, gives=SaleOut,
         summary="Call off what can't be sent"),
    post("/api/v1/parcels/{parcel}/state", parcel, may=_DO, takes=ParcelIn, gives=SaleOut, summary="What became of a parcel"),
    get(f"{_OF}/sales-returns", list_returns, may=_SEE, gives=ReturnOut, lists=True, filters=[_STATE], summary="What comes back"),
    post(f"{_BACK}/answer", answer, may=_DO, takes=ReturnAnswerIn, gives=ReturnOut, summary="Agree, or say no"),
    post(f"{_BACK}/count", count, may=_DO, takes=CountIn, gives=ReturnOut, summary="Count what came back"),
    post(f"{_BACK}/another", send_another, may=_DO, takes=CarrierIn, gives=ReturnOut, summary="Send another piece"),
    get(f"{_OF}/reviews", list_shop_reviews, may=_SEE, gives=ReviewOut, lists=True, summary="What buyers say of my shop"),
    post("/api/v1/reviews/{review}/answer", answer_review, may=_DO, takes=WordsIn, gives=WordsIn, summary="Answer a review"),
]  # fmt: skip
