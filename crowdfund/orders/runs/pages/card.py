"""The card of an order in a run: saved on the processor's page, exchanged for another, confirmed with its bank."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from crowdfund.database.ids import private, public
from crowdfund.merch.runs.models import ProductionRun
from crowdfund.orders.goods.models import GoodsOrder
from crowdfund.orders.runs import cards
from crowdfund.orders.runs.charging import follow_run_charge
from crowdfund.orders.runs.forms import NEW_CARD, CardForm
from crowdfund.orders.runs.models import RunOrder, RunOrderState
from crowdfund.orders.runs.moving import own_order
from crowdfund.orders.runs.pages.words import agreed, agreed_as
from crowdfund.orders.runs.placing import use_card
from crowdfund.payments import stripe
from crowdfund.payments.cards import cards_of
from crowdfund.payments.models import CardSetup, Consent
from crowdfund.refusal import Refusal
from crowdfund.settings import current
from crowdfund.web.formats import said
from crowdfund.web.i18n import _
from crowdfund.web.page import go_to_processor, redirect
from crowdfund.web.routes import get, post, signed_in
from crowdfund.web.told import told_at


async def own(request: Request) -> RunOrder:
    return await own_order(private(request.path_params["order"]), request.state.person.id)


def here(request: Request) -> str:
    return f"/runs/{request.path_params['run']}/orders/{request.path_params['order']}"


async def to_card_page(order: RunOrder, consent: Consent) -> Response:
    run, goods = await ProductionRun.get(id=order.run_id), await GoodsOrder.get(id=order.order_id)
    base = current().base_url
    url = await cards.start_saving(
        order, goods.currency, consent=consent, consent_text=agreed(run, goods.total_minor),
        return_url=f"{base}{order.path}/card-saved?visit={{SETUP}}", cancel_url=f"{base}{order.path}",
    )  # fmt: skip
    return go_to_processor(url)


@told_at(here)
async def save_card(request: Request) -> Response:
    """Another card, or the first: one that is saved already, or a new one on the processor's page."""
    order = await own(request)
    saved = {public(card.id): card for card in await cards_of(order.person_id)}
    form = await CardForm.read(request, cards=saved)
    if form.errors:
        return redirect(request, order.path, ("bad", _("Please choose a card.")))
    if form.card == NEW_CARD:
        return await to_card_page(order, Consent.KEEP if form.keep_card else Consent.WHILE_NEEDED)
    if order.state not in cards.WANTS_CARD:
        raise cards.NeedsNoCard("This order needs no card any more.")
    run, goods = await ProductionRun.get(id=order.run_id), await GoodsOrder.get(id=order.order_id)
    await use_card(order.order_id, saved[form.card].id, agreed_as(run, goods.total_minor))
    return redirect(request, order.path, ("good", _("This card is used from now on.")))


async def card_saved(request: Request) -> Response:
    """Back from the processor's page. A hint like an event: what came of the visit is asked there."""
    order = await own(request)
    visit = request.query_params.get("visit", "")
    number = int(visit) if visit.isascii() and visit.isdigit() and len(visit) < 19 else 0
    setup = await CardSetup.get_or_none(id=number, person_id=order.person_id, subject=order.subject)
    if setup is None or setup.stripe_session_id is None:
        return redirect(request, order.path)
    try:
        await cards.finish_visit(setup)
    except Refusal as refusal:
        return redirect(request, order.path, ("bad", said(refusal)))
    if (await own(request)).state == RunOrderState.STANDING:
        return redirect(request, order.path, ("good", _("Thank you. Your card is saved, and your order counts.")))
    return redirect(request, order.path)


async def confirm(request: Request) -> Response:
    """The bank wants to see the fan: the same charge is confirmed again, and she is sent to the bank's page."""
    order = await own(request)
    try:
        url = await cards.page_of_bank(order, return_url=f"{current().base_url}{order.path}/confirmed")
    except cards.NothingToConfirm:
        return redirect(request, order.path)
    except stripe.Unknown:
        said_so = _("The bank can't be reached just now. Please try again in a minute.")
        return redirect(request, order.path, ("bad", said_so))
    return go_to_processor(url) if url is not None else redirect(request, order.path)


async def confirmed(request: Request) -> Response:
    order = await own(request)
    charge = await cards.waiting_charge(order)
    if charge is not None and charge.stripe_payment_intent_id is not None:
        try:
            await follow_run_charge(charge.stripe_payment_intent_id)
        except stripe.Unknown:
            return redirect(request, order.path, ("note", _("We are still waiting for the bank's answer.")))
    if (await own(request)).state == RunOrderState.COLLECTED:
        return redirect(request, order.path, ("good", _("Thank you, that worked. Your order is paid.")))
    return redirect(request, order.path, ("bad", _("The bank did not confirm it. You can try again.")))


_ONE = "/runs/{run}/orders/{order}"
routes = [
    post(f"{_ONE}/card", save_card, may=signed_in),
    get(f"{_ONE}/card-saved", card_saved, may=signed_in),
    post(f"{_ONE}/confirmation", confirm, may=signed_in),
    get(f"{_ONE}/confirmed", confirmed, may=signed_in),
]
