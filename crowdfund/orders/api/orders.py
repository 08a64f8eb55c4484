"""Orders as fans' programs use them: placed, paid, looked at, sent back. Placing is a way of the rush."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from crowdfund import clock
from crowdfund.database import new_id
from crowdfund.database.ids import public
from crowdfund.orders import cancelling, credits, letting_go, paying
from crowdfund.orders.api.bodies import (
    BackOut,
    BacksOut,
    LineOut,
    OrderIn,
    OrderOut,
    OrderPlaced,
    OrdersListed,
    PaymentOut,
    RefundOut,
    SendBackIn,
    TicketOut,
)
from crowdfund.orders.models import Order, OrderState
from crowdfund.orders.pages.words import payment_page
from crowdfund.orders.placing import place_order
from crowdfund.orders.queries import OrderShown, held_places, order_shown
from crowdfund.orders.rules import NoSuchHold, PriceChanged, Want
from crowdfund.refusal import NotFound
from crowdfund.screenings.api.fans_bodies import HoldShown
from crowdfund.screenings.codes import typed
from crowdfund.screenings.keys import code_of, is_good
from crowdfund.screenings.models import Hold, Screening, Ticket
from crowdfund.web import api
from crowdfund.web.rate_limit import Limit
from crowdfund.web.routes import bearer, get, post

ORDERING = Limit("api_order", 240, 60, by="token")
_NO_HOLD = NoSuchHold("There is nothing kept for you under that number.")
_NO_ORDER = NotFound("There is no such order.")
_NO_PRICE = PriceChanged("There is no such price. Please look again.", field="lines")


async def own_order(request: Request) -> Order:
    return await api.row_in(request, "order", Order, _NO_ORDER, person_id=request.state.person.id)


async def show_hold(request: Request) -> HoldShown:
    """What is kept for the fan, and until when. An ended hold keeps nothing."""
    hold = await api.row_in(request, "hold", Hold, _NO_HOLD, person_id=request.state.person.id)
    kept = await held_places(hold.id) if hold.held_until > clock.now() else []
    return HoldShown(
        id=public(hold.id), screening=public(hold.screening_id), places=hold.places,
        held_until=api.instant(hold.held_until), kept=kept,
    )  # fmt: skip


async def release_hold(request: Request) -> HoldShown:
    """Let places go before their time: others can have them at once."""
    hold = await api.row_in(request, "hold", Hold, _NO_HOLD, person_id=request.state.person.id)
    await letting_go.let_go(hold.id)
    return await show_hold(request)


async def make_order(request: Request, body: OrderIn) -> Response:
    """Order what a hold keeps. It is paid on the processor's page, which `payment` gives; what costs nothing is paid at once."""
    asked: dict[str, Any] = request.scope["state"]
    lines = tuple((line.place, api.known_id(line.price, _NO_PRICE)) for line in body.lines)
    placed = await place_order(
        Want(
            new_id(),
            asked["person"].id,
            api.known_id(body.hold, _NO_HOLD),
            lines,
            body.total_minor,
            asked["idempotency_key"],
        )
    )
    told = {
        "id": public(placed.id), "state": placed.state, "screening": public(placed.screening_id), "currency": placed.currency,
        "prices_minor": placed.prices_minor, "fees_minor": placed.fees_minor, "total_minor": placed.total_minor,
        "held_until": api.instant(placed.held_until),
    }  # fmt: skip
    return api.answer(told, 201)


async def pay_order(request: Request) -> PaymentOut:
    """The processor's page for an order that is not paid; the same one as long as its places are kept."""
    return PaymentOut(url=await payment_page(await own_order(request)))


async def pay_with_seats(request: Request) -> OrderOut:
    """Pay all of an order with the seats that came with the fan's pledge to the film: nothing is charged."""
    order = await own_order(request)
    await credits.pay_with_seats(order.id, by=request.state.person.id)
    return await order_out(await order_shown(await own_order(request)))


async def show_order(request: Request) -> OrderOut:
    """An order; where its payment is open, the processor is asked how it stands."""
    order = await own_order(request)
    if order.state == OrderState.PLACED:
        await paying.look_at_order(order)
        order = await own_order(request)
    return await order_out(await order_shown(order))


async def order_out(found: OrderShown) -> OrderOut:
    order = found.order
    screenings = {s.id: s for s in await Screening.filter(id__in=list({t.screening_id for t in found.tickets}))}
    return OrderOut(
        id=public(order.id), state=order.state, screening=public(order.screening_id), currency=order.currency,
        prices_minor=order.prices_minor, fees_minor=order.fees_minor, total_minor=order.total_minor,
        held_until=api.instant(found.hold.held_until), made_at=api.instant(order.made_at),
        paid_at=api.instant_or_none(order.paid_at),
        lines=[
            LineOut(place=line.place_id, price=public(line.price_id), price_minor=line.price_minor, fee_minor=line.fee_minor)
            for line in found.lines
        ],
        tickets=[ticket_out(t, screenings[t.screening_id]) for t in found.tickets if t.person_id == order.person_id],
        refunds=[
            RefundOut(
                id=public(r.id), amount_minor=r.amount_minor, state=r.state, reason=r.reason, made_at=api.instant(r.made_at)
            )
            for r in found.refunds
        ],
    )  # fmt: skip


def ticket_out(ticket: Ticket, screening: Screening) -> TicketOut:
    good = is_good(ticket, screening)
    return TicketOut(
        id=public(ticket.id), order=public(ticket.order_id), screening=public(ticket.screening_id),
        place=ticket.place_id, state=ticket.state, price_minor=ticket.price_minor,
        fee_minor=ticket.fee_minor, currency=ticket.currency, code=code_of(ticket, screening) if good else None,
        typed_code=typed.shown(ticket.typed_code) if good else None,
    )  # fmt: skip


async def list_orders(request: Request) -> Response:
    """A fan's orders, the newest first."""
    asked = api.cursor(request)
    query = Order.filter(
        person_id=request.state.person.id, id__lt=2**63 - 1 if asked.after_id is None else asked.after_id
    )
    rows = await query.order_by("-id").limit(asked.limit + 1)
    found = [await order_out(await order_shown(row)) for row in rows]
    by_id = {public(row.id): row.id for row in rows}
    return api.paged(request, found, asked, lambda one: one, lambda one: by_id[one.id])


async def show_backs(request: Request) -> BacksOut:
    """What each ticket of an order gives back if it is sent back now."""
    order = await own_order(request)
    found = await order_shown(order)
    backs = cancelling.backs_now(order, found.shown.screening, found.tickets)
    return BacksOut(
        tickets=[BackOut(ticket=public(b.ticket.id), paid_minor=b.paid_minor, back_minor=b.back_minor) for b in backs]
    )


async def send_back(request: Request, body: SendBackIn) -> OrderOut:
    """Send tickets of an order back, for the share that its refund ladder gives now."""
    order = await own_order(request)
    ids = [api.known_id(ticket, NotFound("There is no such ticket.")) for ticket in body.tickets]
    await cancelling.send_back(order.id, ids, expected_minor=body.back_minor, by=request.state.person.id)
    return await order_out(await order_shown(await own_order(request)))


_SEE, _BUY = bearer("tickets:read"), bearer("tickets:write", confirmed=True)
_HOLD, _ONE = "/api/v1/holds/{hold}", "/api/v1/orders/{order}"
routes = [
    get(_HOLD, show_hold, may=_SEE, gives=HoldShown, summary="What is kept for me"),
    post(f"{_HOLD}/release", release_hold, may=bearer("tickets:write"), gives=HoldShown, summary="Let places go"),
    post("/api/v1/orders", make_order, may=_BUY, takes=OrderIn, gives=OrderPlaced, creates=True, limit=ORDERING,
         summary="Order what is kept"),
    get("/api/v1/orders", list_orders, may=_SEE, gives=OrdersListed, lists=True, summary="My orders"),
    get(_ONE, show_order, may=_SEE, gives=OrderOut, summary="One order of mine"),
    post(f"{_ONE}/payment", pay_order, may=_BUY, gives=PaymentOut, limit=ORDERING, summary="Where to pay it"),
    post(f"{_ONE}/payment/seats", pay_with_seats, may=_BUY, gives=OrderOut, summary="Pay with the seats of my pledge"),
    get(f"{_ONE}/backs", show_backs, may=_SEE, gives=BacksOut, summary="What tickets give back now"),
    post(f"{_ONE}/cancellation", send_back, may=bearer("tickets:write"), takes=SendBackIn, gives=OrderOut,
         summary="Send tickets back"),
]  # fmt: skip
