"""A ticket changes hands: written to somebody, looked at, taken or not."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from crowdfund.campaigns.pages.shown import art_of
from crowdfund.database.ids import private
from crowdfund.orders.models import Order
from crowdfund.orders.pages.forms import GiftForm
from crowdfund.orders.pages.tickets import ticket_shown
from crowdfund.orders.queries import order_shown, own_ticket
from crowdfund.people.models import Person
from crowdfund.screenings import giving
from crowdfund.screenings.models import GiftState, Ticket, TicketGift
from crowdfund.screenings.pages.on_sale import title_path
from crowdfund.web.headers import NO_REFERRER
from crowdfund.web.i18n import _
from crowdfund.web.page import page, redirect
from crowdfund.web.rate_limit import Limit
from crowdfund.web.routes import anyone, get, post, signed_in
from crowdfund.web.told import told_at

GIFTS = Limit("ticket_gift", 20, 3600, by="person")  # each is a letter to somebody


async def give_page(request: Request) -> Response:
    return await _give(request, GiftForm())


async def _give(request: Request, form: GiftForm) -> Response:
    ticket = await own_ticket(private(request.path_params["ticket"]), request.state.person.id)
    found = await order_shown(await Order.get(id=ticket.order_id), ticket.screening_id)
    offered = await TicketGift.get_or_none(ticket_id=ticket.id, state=GiftState.OFFERED)
    return page(
        request, "orders/give.html", form.status, ticket=ticket_shown(ticket, found), shown=found.shown, form=form, offered=offered,
        colour=found.shown.title.colour, title_path=title_path(found.shown.title.id),
    )  # fmt: skip


async def give(request: Request) -> Response:
    form = await GiftForm.read(request)
    if not form.errors:
        ticket = await own_ticket(private(request.path_params["ticket"]), request.state.person.id)
        with form.showing_refusals():
            await giving.offer_ticket(ticket.id, form.email, by=request.state.person.id)
            said = _("Written. The ticket stays yours until the link is used.")
            return redirect(request, _path(request), ("good", said))
    return await _give(request, form)


def _path(request: Request) -> str:
    return f"/tickets/{request.path_params['ticket']}/gift"


@told_at(_path)
async def take_back(request: Request) -> Response:
    ticket = await own_ticket(private(request.path_params["ticket"]), request.state.person.id)
    await giving.withdraw_gift(ticket.id, by=request.state.person.id)
    return redirect(
        request, f"/tickets/{request.path_params['ticket']}", ("good", _("You keep it: the link is good for nothing."))
    )


# --- whoever has the link ---


async def gift(request: Request) -> Response:
    found, ticket = await giving.gift_of(request.path_params["secret"])
    shown = (await order_shown(await Order.get(id=ticket.order_id), ticket.screening_id)).shown
    giver = await Person.get(id=found.from_person_id)
    return page(
        request, "orders/gift.html", shown=shown, giver=giver, colour=shown.title.colour, art_url=art_of(shown.title),
        label=shown.plan.label(ticket.place_id), path=f"/gifts/{request.path_params['secret']}",
        title_path=title_path(shown.title.id),
    )  # fmt: skip


async def accept(request: Request) -> Response:
    ticket: Ticket = await giving.accept_gift(request.path_params["secret"], by=request.state.person.id)
    return redirect(request, ticket.path, ("good", _("It is yours. The code of before is good for nothing any more.")))


async def decline(request: Request) -> Response:
    await giving.decline_gift(request.path_params["secret"])
    return redirect(request, "/on-sale", ("good", _("It stays where it was.")))


routes = [
    get("/tickets/{ticket}/gift", give_page, may=signed_in),
    post("/tickets/{ticket}/gift", give, may=signed_in, limit=GIFTS),
    post("/tickets/{ticket}/gift/withdrawal", take_back, may=signed_in),
    get("/gifts/{secret}", gift, may=anyone, headers=NO_REFERRER),
    post("/gifts/{secret}/acceptance", accept, may=signed_in, headers=NO_REFERRER),
    post("/gifts/{secret}/refusal", decline, may=anyone, headers=NO_REFERRER),
]
