"""Ordering in a production run: how many, where to, with which card, and what happens to the money."""

from __future__ import annotations

from secrets import token_urlsafe

from starlette.requests import Request
from starlette.responses import Response

from crowdfund import clock
from crowdfund import money as amounts
from crowdfund.database.ids import private, public
from crowdfund.merch.runs import queries as runs
from crowdfund.merch.runs import rules
from crowdfund.merch.runs.models import ProductionRun
from crowdfund.merch.runs.pages.public import picture_of
from crowdfund.orders.runs.forms import NEW_CARD, OrderForm
from crowdfund.orders.runs.models import RunOrder, RunOrderState
from crowdfund.orders.runs.pages.card import to_card_page
from crowdfund.orders.runs.pages.words import agreed, agreed_as, happens
from crowdfund.orders.runs.placing import PriceChanged, Want, order_in_run
from crowdfund.orders.runs.pricing import Quote, quote_of
from crowdfund.orders.runs.queries import orders_of
from crowdfund.payments.cards import cards_of
from crowdfund.refusal import Refusal
from crowdfund.web.i18n import _
from crowdfund.web.page import page, redirect
from crowdfund.web.rate_limit import Limit
from crowdfund.web.region import countries, is_country, region_of
from crowdfund.web.routes import get, post, signed_in

ORDERING = Limit("run_order", 30, 60, by="person")


async def _run(request: Request) -> ProductionRun:
    return await runs.run_of(private(request.path_params["run"]))


async def _form(request: Request) -> OrderForm:
    return OrderForm(cards={public(card.id): card for card in await cards_of(request.state.person.id)})


async def new_order(request: Request) -> Response:
    run, form = await _run(request), await _form(request)
    asked, country = request.query_params.get("quantity", "1"), request.query_params.get("country", "")
    last = next(iter(await orders_of(request.state.person.id, limit=1)), None)
    form.typed |= {
        "key": token_urlsafe(16), "quantity": asked if asked.isascii() and asked.isdigit() and 1 <= int(asked[:3]) <= 99 else "1",
        "country": country if is_country(country) else region_of(request), "card": next(iter(form.given["cards"]), NEW_CARD),
        **(_as_before(last) if last else {"name": request.state.person.name}),
    }  # fmt: skip
    return await _page(request, run, form)


def _as_before(last: RunOrder) -> dict[str, str]:
    return {"name": last.name, "address": "\n".join(last.address_lines), "phone": last.phone}


async def _page(request: Request, run: ProductionRun, form: OrderForm, status: int = 200) -> Response:
    """With the sum for what stands in the form: it costs what its country and number make of it."""
    shown, quote, why_not = await runs.run_shown(run), None, None
    quantity = form.typed.get("quantity", "1")
    number = int(quantity) if quantity.isascii() and quantity.isdigit() and len(quantity) < 3 else 1
    try:
        rules.refuse_joining(run, max(number, 1), clock.now())
        quote = await quote_of(run, max(number, 1), form.typed.get("country") or region_of(request))
    except Refusal as refusal:
        why_not = refusal
    form.typed["total"] = str(quote.total_minor) if quote else ""
    picture, alt = picture_of(shown)
    total_minor = quote.total_minor if quote else 0
    return page(
        request, "runs/order_new.html", status, run=run, shown=shown, colour=shown.title.colour, picture=picture, alt=alt, form=form,
        quote=quote, why_not=why_not, cards=form.given["cards"], NEW_CARD=NEW_CARD, happens=happens(run, total_minor),
        agreed=agreed(run, total_minor), countries=list(countries().items()), pieces=max(number, 1),
    )  # fmt: skip


async def create(request: Request) -> Response:
    run = await _run(request)
    form = await OrderForm.read(request, **(await _form(request)).given)
    if form.errors:
        return await _page(request, run, form, 422)
    person = request.state.person
    if not person.email_confirmed:
        form.refuse("", _("Open the link in our letter first, then order: what you wrote still stands here."))
        return await _page(request, run, form, 403)
    try:
        quote = await quote_of(run, form.quantity, form.country)
        if (await _only_the_sum(request)) or form.total_minor != quote.total_minor:
            raise _other_sum(run, quote)
        want = Want(
            person_id=person.id, run_id=run.id, quantity=form.quantity, country=form.country, name=form.name, address=form.lines,
            phone=form.phone, card_id=form.card_id, total_minor=form.total_minor, key=f"form:{form.key or token_urlsafe(16)}",
            terms=agreed_as(run, form.total_minor),
        )  # fmt: skip
        order = await order_in_run(want)
    except Refusal as refusal:
        form.typed["key"] = token_urlsafe(16)  # nothing was made of this try: the next one is another wish
        return await _page(request, run, form.refused_by(refusal), refusal.status_code)
    if order.state == RunOrderState.STARTED:
        return await to_card_page(order, form.consent)
    return redirect(request, order.path, ("good", _("Thank you. Your order counts from now on.")))


async def _only_the_sum(request: Request) -> bool:
    """The button for who has no script: work out the sum, order nothing."""
    return (await request.form()).get("again") == "yes"


def _other_sum(run: ProductionRun, quote: Quote) -> PriceChanged:
    amount = amounts.Amount(quote.total_minor, run.currency)
    return PriceChanged("Altogether it is {amount} now. Order it if that is right.", amount=amount)


async def mine(request: Request) -> Response:
    """Her orders in this run; the one where there is only one."""
    run = await _run(request)
    found = await orders_of(request.state.person.id, run.id)
    if len(found) == 1:
        return redirect(request, found[0].path)
    shown = await runs.run_shown(run)
    return page(request, "runs/orders.html", run=run, shown=shown, colour=shown.title.colour, orders=found)


_ORDERS = "/runs/{run}/orders"
routes = [
    get(f"{_ORDERS}/new", new_order, may=signed_in),
    get(_ORDERS, mine, may=signed_in),
    post(_ORDERS, create, may=signed_in, limit=ORDERING),
]
