"""A seller's desk: what buyers want to call off, send back or have put right."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from crowdfund.database.ids import private, private_or_none, public
from crowdfund.orders.goods.models import GoodsOrder
from crowdfund.orders.parcels import sending
from crowdfund.orders.returns import answering, queries, receiving
from crowdfund.orders.returns.forms import AnswerForm, CarrierForm, CountForm
from crowdfund.orders.returns.models import GoodsReturn, Kind, ReturnState
from crowdfund.orders.returns.pages.desk import DESK, PAGE, desk_page
from crowdfund.orders.returns.shown import AfterSale, ReturnShown, after_sale, history_of
from crowdfund.orders.reviews.queries import NEWEST
from crowdfund.orders.words import thing
from crowdfund.refusal import NotFound
from crowdfund.web.form import Form
from crowdfund.web.i18n import _
from crowdfund.web.page import redirect
from crowdfund.web.routes import get, member, post


async def listed(request: Request) -> Response:
    asked = request.query_params.get("state", "")
    state = asked if asked in set(ReturnState) else ""
    before = private_or_none(request.query_params.get("before", "")) or NEWEST
    ids = await queries.returns_of_seller(request.state.organisation.id, before=before, state=state, limit=PAGE + 1)
    rows = {one.id: one for one in await GoodsReturn.filter(id__in=ids[:PAGE])} if ids else {}
    things = await queries.things_of_returns(list(rows))
    here = f"{request.state.organisation.desk_path}/returns?state={state}"
    return desk_page(
        request, "desk_returns.html", "returns", rows=[(rows[one], things.get(one, "")) for one in ids[:PAGE]], state=state,
        newest=here if before != NEWEST else "", older=f"{here}&before={public(ids[PAGE - 1])}" if len(ids) > PAGE else "",
    )  # fmt: skip


async def _found(request: Request) -> tuple[AfterSale, ReturnShown]:
    row = await GoodsReturn.get_or_none(id=private(request.path_params["return"]))
    organisation_id = request.state.organisation.id
    order = await GoodsOrder.get_or_none(id=row.order_id, organisation_id=organisation_id) if row else None
    if row is None or order is None:
        raise NotFound("There is no such return.")
    found = await after_sale(order)
    return found, next(one for one in found.returns if one.row.id == row.id)


def _path(request: Request) -> str:
    return f"{request.state.organisation.desk_path}/returns/{request.path_params['return']}"


async def show(request: Request) -> Response:
    found, shown = await _found(request)
    typed = {f"pieces_{public(line.line_id)}": str(line.quantity) for line in shown.lines}
    return await _page(request, found, shown, CountForm(typed))


async def _page(request: Request, found: AfterSale, shown: ReturnShown, form: Form) -> Response:
    own = {line.id: line for line in found.lines}
    return desk_page(
        request, "desk_return.html", "returns", form.status, found=found, order=found.order, shown=shown, row=shown.row, form=form,
        path=_path(request), history=await history_of(shown.row), is_claim=shown.row.kind == Kind.CLAIM,
        boxes=[(thing(own[one.line_id]), public(one.line_id), one.quantity) for one in shown.lines],
        order_path=f"{request.state.organisation.desk_path}/sales/{public(found.order.id)}",
    )  # fmt: skip


async def answer(request: Request) -> Response:
    found, shown = await _found(request)
    form, by = await AnswerForm.read(request, lines=found.lines), request.state.person.id
    if not form.errors:
        with form.showing_refusals():
            if form.answer == "no":
                await answering.decline(shown.row.id, form.words, by=by)
                return redirect(request, _path(request), ("good", _("Declined. The buyer reads why.")))
            await answering.approve(
                shown.row.id, form.words, by=by, keeps_it=form.keeps_it,
                replaces=form.replaces if shown.row.kind == Kind.CLAIM else {},
            )  # fmt: skip
            return redirect(request, _path(request), ("good", _("Agreed. The buyer knows what comes next.")))
    return await _page(request, found, shown, form)


async def count(request: Request) -> Response:
    found, shown = await _found(request)
    form = await CountForm.read(request, lines=found.lines)
    if not form.errors:
        with form.showing_refusals():
            await receiving.receive(
                shown.row.id, form.pieces, by=request.state.person.id, restock=form.restock, words=form.words
            )
            return redirect(request, _path(request), ("good", _("Counted.")))
    return await _page(request, found, shown, form)


async def send_another(request: Request) -> Response:
    found, shown = await _found(request)
    form = await CarrierForm.read(request)
    if not form.errors:
        with form.showing_refusals():
            await sending.send_another(shown.row.id, form.carrier, form.tracking, by=request.state.person.id)
            return redirect(request, _path(request), ("good", _("Sent. The buyer knows.")))
    return await _page(request, found, shown, form)


_ONE, _RUN, _SEE = f"{DESK}/returns/{{return}}", member("manager"), member("viewer")
routes = [
    get(f"{DESK}/returns", listed, may=_SEE),
    get(_ONE, show, may=_SEE),
    post(f"{_ONE}/answer", answer, may=_RUN),
    post(f"{_ONE}/count", count, may=_RUN),
    post(f"{_ONE}/another", send_another, may=_RUN),
]
