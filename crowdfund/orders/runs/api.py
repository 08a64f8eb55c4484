"""Production runs as programs use them: looked at, ordered in, cancelled."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, StringConstraints
from starlette.requests import Request
from starlette.responses import Response

from crowdfund.database.ids import public
from crowdfund.database.once import number_for
from crowdfund.merch.runs.models import ProductionRun
from crowdfund.merch.runs.queries import diary_of, run_shown
from crowdfund.merch.runs.rules import NoSuchRun
from crowdfund.orders.goods.models import GoodsOrder
from crowdfund.orders.runs import cards, giving_back, placing
from crowdfund.orders.runs.models import RunOrder
from crowdfund.orders.runs.pages.words import agreed, agreed_as
from crowdfund.orders.runs.placing import NoSuchCard, Want, order_in_run
from crowdfund.orders.runs.pricing import quote_of
from crowdfund.orders.runs.queries import orders_of
from crowdfund.payments.models import Consent
from crowdfund.refusal import NotFound
from crowdfund.settings import current
from crowdfund.web import api
from crowdfund.web.api import AmountMinor, In, Out, PublicId
from crowdfund.web.rate_limit import Limit
from crowdfund.web.routes import bearer, get, post

ORDERING = Limit("api_run_order", 120, 60, by="token")
_NO_RUN = NoSuchRun("There is no such production run.")
_NO_ORDER = NotFound("There is no such order.")
_NO_CARD = NoSuchCard("That card is not saved any more. Please pick another.", field="card")
_Line = Annotated[str, StringConstraints(min_length=1, max_length=120, strip_whitespace=True)]
_Country = Annotated[str, StringConstraints(pattern="^[A-Z]{2}$")]
_Pieces = Annotated[int, Field(ge=1, le=99)]


class DiaryOut(Out):
    words: str
    at: str


class RunOut(Out):
    """missing: pieces that must still be ordered for it to be made. left: that may be ordered; none for as many as come."""

    id: str
    name: str
    seller: str
    state: str
    price_minor: int
    currency: str
    minimum_units: int
    most_units: int | None
    units_taken: int
    units_paid: int
    missing: int
    left: int | None
    closes_at: str
    ships_by: str
    late_at: str | None
    diary: list[DiaryOut]


class RunQuoteIn(In):
    quantity: _Pieces
    country: _Country


class RunQuoteOut(Out):
    """What an order costs now, and what its fan agrees to."""

    currency: str
    items_minor: int
    shipping_minor: int
    tax_minor: int
    total_minor: int
    terms: str


class RunOrderIn(In):
    """card: one that is saved; without it the order counts once one is saved. total_minor: as the quote has it."""

    quantity: _Pieces
    country: _Country
    name: _Line
    address: Annotated[list[_Line], Field(min_length=1, max_length=6)]
    phone: Annotated[str, StringConstraints(max_length=40)] = ""
    card: PublicId | None = None
    total_minor: AmountMinor


class RunOrderOut(Out):
    """mend_by: by when a card that was refused has to be changed."""

    id: str
    run: str
    state: str
    quantity: int
    currency: str
    total_minor: int
    mend_by: str | None
    made_at: str


class RunOrdersListed(Out):
    items: list[RunOrderOut]
    next: str | None


class CardPageOut(Out):
    """The processor's page on which the fan saves a card."""

    url: str


async def _run(request: Request) -> ProductionRun:
    return await api.row_in(request, "run", ProductionRun, _NO_RUN)


async def _own(request: Request) -> RunOrder:
    order = await RunOrder.get_or_none(
        order_id=api.id_in(request, "order", _NO_ORDER), person_id=request.state.person.id
    )
    if order is None:
        raise _NO_ORDER
    return order


async def show_run(request: Request) -> RunOut:
    """A production run: what it promises, how far it is, and its maker's diary."""
    run = await _run(request)
    shown = await run_shown(run)
    same = {name: getattr(run, name) for name in RunOut.model_fields if name in _SAME}
    return RunOut(
        id=public(run.id), name=shown.name, seller=shown.seller.name, closes_at=api.instant(run.closes_at),
        ships_by=api.instant(run.ships_by), late_at=api.instant_or_none(run.late_at),
        diary=[DiaryOut(words=one.words, at=api.instant(one.at)) for one in await diary_of(run.id)], **same,
    )  # fmt: skip


_SAME = (
    "state", "price_minor", "currency", "minimum_units", "most_units", "units_taken", "units_paid", "missing", "left"
)  # fmt: skip


async def quote_run(request: Request, body: RunQuoteIn) -> RunQuoteOut:
    """What so many pieces cost to a country. Nothing is ordered."""
    run = await _run(request)
    found = await quote_of(run, body.quantity, body.country)
    totals = found.totals
    return RunQuoteOut(
        currency=run.currency, items_minor=totals.items_minor, shipping_minor=totals.shipping_minor, tax_minor=totals.tax_minor,
        total_minor=totals.total_minor, terms=agreed(run, totals.total_minor),
    )  # fmt: skip


async def make_run_order(request: Request, body: RunOrderIn) -> Response:
    """Order in a run. Nothing is charged before it tips."""
    asked: dict[str, Any] = request.scope["state"]
    run = await _run(request)
    card_id = api.known_id(body.card, _NO_CARD) if body.card else None
    want = Want(
        person_id=asked["person"].id, run_id=run.id, quantity=body.quantity, country=body.country, name=body.name,
        address=tuple(body.address), phone=body.phone, card_id=card_id, total_minor=body.total_minor, key=asked["idempotency_key"],
        terms=agreed_as(run, body.total_minor),
    )  # fmt: skip
    return api.answer((await order_out(await order_in_run(want))).model_dump(), 201)


async def order_out(order: RunOrder) -> RunOrderOut:
    goods = await GoodsOrder.get(id=order.order_id)
    return RunOrderOut(
        id=public(order.order_id), run=public(order.run_id), state=order.state, quantity=order.quantity, currency=goods.currency,
        total_minor=goods.total_minor, mend_by=api.instant_or_none(order.mend_by), made_at=api.instant(order.made_at),
    )  # fmt: skip


async def list_run_orders(request: Request) -> Response:
    """A fan's orders in production runs, the newest first."""
    asked = api.cursor(request)
    before = 2**63 - 1 if asked.after_id is None else asked.after_id
    rows = await orders_of(request.state.person.id, before_id=before, limit=asked.limit + 1)
    found = [await order_out(row) for row in rows]
    by_id = {public(row.order_id): row.order_id for row in rows}
    return api.paged(request, found, asked, lambda one: one, lambda one: by_id[one.id])


async def show_run_order(request: Request) -> RunOrderOut:
    """One order in a production run."""
    return await order_out(await _own(request))


async def save_card(request: Request) -> CardPageOut:
    """Where the fan saves a card for this order; its order counts, or is charged again, once she did."""
    order = await _own(request)
    key, person_id = request.scope["state"]["idempotency_key"], request.state.person.id
    goods, run = await GoodsOrder.get(id=order.order_id), await ProductionRun.get(id=order.run_id)
    base = current().base_url
    url = await cards.start_saving(
        order, goods.currency, consent=Consent.WHILE_NEEDED, consent_text=agreed(run, goods.total_minor),
        return_url=f"{base}{order.path}/card-saved?visit={{SETUP}}", cancel_url=f"{base}{order.path}",
        setup_id=await number_for(person_id, key, ["run order card", order.order_id]),
    )  # fmt: skip
    return CardPageOut(url=url)


async def cancel(request: Request) -> RunOrderOut:
    """Take an order back: any time until its run tips; and for nothing once it is late and nothing of it was sent."""
    order = await _own(request)
    run = await ProductionRun.get(id=order.run_id)
    if await giving_back.can_go_late(run, order):
        await giving_back.cancel_late(order.order_id, person_id=request.state.person.id)
    else:
        await placing.cancel_order(order.order_id, person_id=request.state.person.id)
    return await show_run_order(request)


_SEE, _BUY = bearer("tickets:read"), bearer("tickets:write", confirmed=True)
_RUN, _ONE = "/api/v1/runs/{run}", "/api/v1/run-orders/{order}"
routes = [
    get(_RUN, show_run, may=_SEE, gives=RunOut, summary="A production run"),
    post(f"{_RUN}/quote", quote_run, may=_SEE, takes=RunQuoteIn, gives=RunQuoteOut, summary="What an order in it costs"),
    post(f"{_RUN}/orders", make_run_order, may=_BUY, takes=RunOrderIn, gives=RunOrderOut, creates=True, limit=ORDERING,
         summary="Order in it"),
    get("/api/v1/run-orders", list_run_orders, may=_SEE, gives=RunOrdersListed, lists=True, summary="My orders in production runs"),
    get(_ONE, show_run_order, may=_SEE, gives=RunOrderOut, summary="One order of mine in a production run"),
    post(f"{_ONE}/card", save_card, may=_BUY, gives=CardPageOut, creates=True, limit=ORDERING, summary="Where to save a card for it"),
    post(f"{_ONE}/cancellation", cancel, may=bearer("tickets:write"), gives=RunOrderOut, summary="Take it back"),
]  # fmt: skip
