"""What is kept for a fan: with whom she sits, what it costs, and on to pay."""

from __future__ import annotations

from secrets import token_urlsafe
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from crowdfund import clock
from crowdfund.campaigns.pages.shown import art_of
from crowdfund.database import new_id
from crowdfund.database.ids import private, public
from crowdfund.orders import credits, letting_go, paying, rules
from crowdfund.orders.models import Order, OrderState
from crowdfund.orders.pages.words import payment_page
from crowdfund.orders.placing import place_order
from crowdfund.orders.queries import held_places
from crowdfund.refusal import Busy, NotFound, Refusal
from crowdfund.screenings.models import Hold, Price
from crowdfund.screenings.pages.on_sale import title_path
from crowdfund.screenings.pages.words import ladder_sentence
from crowdfund.screenings.queries import Shown, prices_of, shown_screening
from crowdfund.web import csrf
from crowdfund.web.form import Form
from crowdfund.web.i18n import _
from crowdfund.web.page import go_to_processor, page, redirect
from crowdfund.web.rate_limit import Limit
from crowdfund.web.routes import get, post, signed_in

ORDERS = Limit("order", 30, 60, by="person")


async def own_hold(request: Request) -> Hold:
    hold = await Hold.get_or_none(id=private(request.path_params["hold"]), person_id=request.state.person.id)
    if hold is None:
        raise NotFound("There is nothing kept for you under that number.")
    return hold


async def cart(request: Request) -> Response:
    hold = await own_hold(request)
    paid = await Order.get_or_none(hold_id=hold.id, state=OrderState.PAID)
    if paid is not None:
        return redirect(request, paid.path)
    return await _show(request, hold, Form({"key": token_urlsafe(16)}))


async def _show(
    request: Request, hold: Hold, form: Form, status: int = 200, chosen: dict[str, Price] | None = None
) -> Response:
    """chosen: a price for each line, by the line's number, where she has chosen already."""
    shown = await shown_screening(hold.screening_id)
    prices = await prices_of(hold.screening_id)
    is_over = hold.held_until <= clock.now()
    lines = _lines(await held_places(hold.id), shown, prices, chosen or {}) if not is_over else []
    total = sum(line["price"].price_minor for line in lines) + shown.screening.fee_minor * len(lines)
    return page(
        request, "orders/cart.html", status, hold=hold, shown=shown, screening=shown.screening, colour=shown.title.colour,
        art_url=art_of(shown.title), title_path=title_path(shown.title.id), lines=lines, total_minor=total, form=form,
        fees_minor=shown.screening.fee_minor * len(lines), is_over=is_over,
        seats=await credits.seats_of(hold.person_id, shown.title.id, shown.screening.currency),
        ladder=ladder_sentence(shown.screening.refund_steps, shown.screening.starts_at, shown.venue.zone),
    )  # fmt: skip


def _lines(places: list[str], shown: Shown, prices: list[Price], chosen: dict[str, Price]) -> list[dict[str, Any]]:
    """A line for each place, with the prices to choose from; the first is the usual one."""
    lines = []
    for number, place_id in enumerate(places):
        category = shown.plan.category_of(place_id)
        offered = [price for price in prices if price.category_id == category.id]
        if not offered:
            continue
        kept = chosen.get(str(number))
        price = kept if kept is not None and kept in offered else offered[0]
        label = shown.plan.label(place_id)
        lines.append(
            {
                "number": number,
                "place": place_id,
                "label": label,
                "category": category.name,
                "prices": offered,
                "price": price,
            }
        )
    return lines


async def order(request: Request) -> Response:
    """Order what is kept, and go to pay."""
    hold = await own_hold(request)
    sent = await csrf.read_form(request)
    form = Form({"key": str(sent.get("key", ""))[:64] or token_urlsafe(16)})
    offered = {public(price.id): price for price in await prices_of(hold.screening_id)}
    places = await held_places(hold.id)
    chosen = {str(n): offered[p] for n in range(len(places)) if (p := str(sent.get(f"price.{n}", ""))) in offered}
    if len(chosen) != len(places) or not places:
        form.refuse("", _("A price has changed, or the time is over. Please look again."))
        return await _show(request, hold, form, 409, chosen)
    lines = tuple((place_id, chosen[str(n)].id) for n, place_id in enumerate(places))
    total_minor = await _total(hold, chosen)
    if "again" in sent or str(sent.get("total", "")) != str(total_minor):
        return await _show(
            request, hold, form, 200, chosen
        )  # other prices without a script: the new sum is shown first
    want = rules.Want(new_id(), request.state.person.id, hold.id, lines, total_minor, f"form:{form.typed['key']}")
    try:
        placed = await place_order(want)
    except Busy:
        raise
    except Refusal as refusal:
        form.typed["key"] = token_urlsafe(16)
        return await _show(request, await own_hold(request), form.refused_by(refusal), refusal.status_code, chosen)
    return await to_payment(request, await paying.own_order(placed.id, request.state.person.id))


async def _total(hold: Hold, chosen: dict[str, Price]) -> int:
    shown = await shown_screening(hold.screening_id)
    return sum(price.price_minor + shown.screening.fee_minor for price in chosen.values())


async def take_seats(request: Request) -> Response:
    """All of it with the seats that came with her pledge: nothing is charged."""
    hold = await own_hold(request)
    places, prices = await held_places(hold.id), await prices_of(hold.screening_id)
    shown = await shown_screening(hold.screening_id)
    lines = tuple((p, next(x.id for x in prices if x.category_id == shown.plan.category_of(p).id)) for p in places)
    minor = {price.id: price.price_minor for price in prices}
    total = sum(minor[price_id] + shown.screening.fee_minor for _, price_id in lines)
    by = request.state.person.id
    try:
        placed = await place_order(rules.Want(new_id(), by, hold.id, lines, total, f"form:{token_urlsafe(16)}"))
        await credits.pay_with_seats(placed.id, by=by)
    except Busy:
        raise
    except Refusal as refusal:
        form = Form({"key": token_urlsafe(16)}).refused_by(refusal)
        return await _show(request, await own_hold(request), form, refusal.status_code)
    return redirect(request, (await paying.own_order(placed.id, by)).path, ("good", _("Your seats are tickets now.")))


async def to_payment(request: Request, order: Order) -> Response:
    """To the processor's page; to the tickets at once where nothing has to be paid."""
    if order.state == OrderState.PAID:
        return redirect(request, order.path, ("good", _("Here are your tickets.")))
    return go_to_processor(await payment_page(order))


async def release(request: Request) -> Response:
    """She does not want these places after all: others can have them at once."""
    hold = await own_hold(request)
    await letting_go.let_go(hold.id)
    shown = await shown_screening(hold.screening_id)
    return redirect(request, shown.path, ("good", _("Let go: others can have these places now.")))


routes = [
    get("/holds/{hold}", cart, may=signed_in),
    post("/holds/{hold}/orders", order, may=signed_in, limit=ORDERS),
    get("/holds/{hold}/orders", cart, may=signed_in),
    post("/holds/{hold}/seats", take_seats, may=signed_in, limit=ORDERS),
    post("/holds/{hold}/release", release, may=signed_in),
]
