"""A fan's order in a run: how it stands, what she can do, what became of her money."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from crowdfund.database.ids import public
from crowdfund.merch.runs.pages.public import filled, picture_of
from crowdfund.merch.runs.pages.words import headline, is_late, steps_of
from crowdfund.merch.runs.queries import diary_of, history_of
from crowdfund.orders.runs import giving_back, placing
from crowdfund.orders.runs.forms import NEW_CARD, CardForm
from crowdfund.orders.runs.pages.card import here, own
from crowdfund.orders.runs.pages.words import agreed, happens, state_words, tone_of
from crowdfund.orders.runs.queries import order_shown
from crowdfund.payments.cards import cards_of
from crowdfund.web import images
from crowdfund.web.formats import money
from crowdfund.web.i18n import _
from crowdfund.web.page import page, redirect
from crowdfund.web.region import countries
from crowdfund.web.routes import get, post, signed_in
from crowdfund.web.told import told_at


async def show(request: Request) -> Response:
    found = await order_shown(await own(request))
    run, order = found.run, found.order
    picture, alt = picture_of(found.about)
    cards = {public(card.id): card for card in await cards_of(order.person_id)}
    form = CardForm(
        {
            "card": public(found.card.id)
            if found.card and public(found.card.id) in cards
            else next(iter(cards), NEW_CARD)
        }
    )
    return page(
        request, "runs/order.html", found=found, run=run, order=order, goods=found.goods, line=found.line, shown=found.about,
        colour=found.about.title.colour, picture=picture, alt=alt, badge=state_words(order.state), tone=tone_of(order.state),
        steps=steps_of(run, await history_of(run.id)), diary=await diary_of(run.id), url_of=images.url_of, headline=headline(run),
        filled=filled(run), happens=happens(run, found.goods.total_minor), agreed=agreed(run, found.goods.total_minor),
        cards=cards, form=form, NEW_CARD=NEW_CARD, is_late=is_late(run), country=countries().get(found.goods.country, found.goods.country),
    )  # fmt: skip


@told_at(here)
async def cancel(request: Request) -> Response:
    order = await own(request)
    await placing.cancel_order(order.order_id, person_id=request.state.person.id)
    return redirect(request, order.path, ("good", _("Cancelled. Nothing was charged.")))


@told_at(here)
async def cancel_late(request: Request) -> Response:
    """What is late costs nothing to cancel: all that was paid goes back."""
    order = await own(request)
    back_minor = await giving_back.cancel_late(order.order_id, person_id=request.state.person.id)
    goods = (await order_shown(order)).goods
    words = _("Cancelled. %(amount)s goes back to your card.") % {"amount": money(back_minor, goods.currency)}
    return redirect(request, order.path, ("good", words) if back_minor else None)


_ONE = "/runs/{run}/orders/{order}"
routes = [
    get(_ONE, show, may=signed_in),
    post(f"{_ONE}/cancellation", cancel, may=signed_in),
    post(f"{_ONE}/late-cancellation", cancel_late, may=signed_in),
]
