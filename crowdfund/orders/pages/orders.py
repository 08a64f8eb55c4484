"""An order: being paid, paid with its tickets, too late, sent back."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from crowdfund import clock
from crowdfund.campaigns.pages.shown import art_of
from crowdfund.database.ids import private, private_or_none
from crowdfund.orders import cancelling, paying
from crowdfund.orders.models import Asking, Order, OrderState
from crowdfund.orders.pages.cart import to_payment
from crowdfund.orders.pages.tickets import TicketShown, ticket_shown
from crowdfund.orders.queries import OrderShown, order_shown
from crowdfund.refusal import Refusal
from crowdfund.screenings.models import Ticket, TicketState
from crowdfund.screenings.pages.on_sale import title_path
from crowdfund.screenings.pages.words import ladder_of
from crowdfund.screenings.queries import Shown
from crowdfund.web import csrf
from crowdfund.web.form import Form
from crowdfund.web.formats import money, said
from crowdfund.web.i18n import _
from crowdfund.web.page import page, redirect
from crowdfund.web.routes import get, post, signed_in
from crowdfund.web.told import told_at


async def own(request: Request) -> Order:
    return await paying.own_order(private(request.path_params["order"]), request.state.person.id)


async def show(request: Request) -> Response:
    order = await own(request)
    found = await order_shown(order)
    screening = found.shown.screening
    live = [ticket for ticket in found.tickets if ticket.state != TicketState.MOVED]
    hers = [ticket for ticket in live if ticket.person_id == order.person_id]
    return page(
        request, "orders/show.html", found=found, order=order, shown=found.shown, screening=screening,
        colour=found.shown.title.colour, art_url=art_of(found.shown.title), title_path=title_path(found.shown.title.id),
        groups=await _by_screening(order, hers), given=len(live) - len(hers),
        is_kept=order.state == OrderState.PLACED and found.hold.held_until > clock.now(),
        can_send_back=bool(_backs(found)), ladder=ladder_of(order.refund_steps, screening.starts_at, found.shown.venue.zone),
        asking=await Asking.get_or_none(screening_id=screening.id),
    )  # fmt: skip


async def _by_screening(order: Order, tickets: list[Ticket]) -> list[tuple[Shown, list[TicketShown]]]:
    """Her tickets, with the screening that each is for now: some may have moved to another one."""
    groups = []
    for screening_id in dict.fromkeys(ticket.screening_id for ticket in tickets):
        found = await order_shown(order, screening_id)
        of_it = [ticket_shown(ticket, found) for ticket in tickets if ticket.screening_id == screening_id]
        groups.append((found.shown, of_it))
    return groups


def _backs(found: OrderShown) -> list[cancelling.Back]:
    return cancelling.backs_now(found.order, found.shown.screening, found.tickets)


async def come_back(request: Request) -> Response:
    """She returns from the processor's page: what came of it is looked up before she reads it."""
    order = await own(request)
    await paying.look_at_order(order)
    now = await own(request)
    said_now = {
        OrderState.PAID: ("good", _("Paid. Here are your tickets.")),
        OrderState.CAME_TOO_LATE: ("bad", _("Your payment came too late: all of it goes back to you.")),
    }.get(OrderState(now.state), ("note", _("Your bank is still at it. This page knows as soon as it is paid.")))
    return redirect(request, order.path, said_now)


@told_at(lambda request: f"/orders/{request.path_params['order']}")
async def pay(request: Request) -> Response:
    return await to_payment(request, await own(request))


async def cancel_page(request: Request) -> Response:
    return await _cancel(request, await own(request), Form())


async def _cancel(
    request: Request, order: Order, form: Form, status: int = 200, ticked: tuple[int, ...] = ()
) -> Response:
    found = await order_shown(order)
    backs = _backs(found)
    if not backs:
        return redirect(request, order.path, ("note", _("None of these tickets can be sent back now.")))
    screening = found.shown.screening
    return page(
        request, "orders/cancel.html", status, found=found, order=order, shown=found.shown, colour=found.shown.title.colour,
        backs=[(back, said(found.shown.plan.label(back.ticket.place_id))) for back in backs],
        ladder=ladder_of(order.refund_steps, screening.starts_at, found.shown.venue.zone), form=form, now=clock.now(),
        ticked=ticked or tuple(back.ticket.id for back in backs), title_path=title_path(found.shown.title.id),
    )  # fmt: skip


async def cancel(request: Request) -> Response:
    """Two steps without a script: choose, then see the sum and agree to it."""
    order = await own(request)
    sent = await csrf.read_form(request)
    ids = tuple(n for one in sent.getlist("ticket") if isinstance(one, str) and (n := private_or_none(one)) is not None)
    backs = {back.ticket.id: back for back in _backs(await order_shown(order))}
    form = Form()
    if not ids:
        form.refuse("ticket", _("Please choose the tickets to send back."))
        return await _cancel(request, order, form, 422)
    back_minor = sum(backs[i].back_minor for i in ids if i in backs)
    if str(sent.get("back", "")) != str(back_minor):
        form.refuse(
            "",
            _("You get %(amount)s back for these. Press the button again if that is right.")
            % {"amount": money(back_minor, order.currency)},
        )
        return await _cancel(request, order, form, 409, ids)
    try:
        await cancelling.send_back(order.id, ids, expected_minor=back_minor, by=request.state.person.id)
    except Refusal as refusal:
        return await _cancel(request, await own(request), form.refused_by(refusal), refusal.status_code, ids)
    words = _("Sent back. %(amount)s is on its way to your card.") if back_minor else _("Sent back.")
    return redirect(
        request, order.path, ("good", words % {"amount": money(back_minor, order.currency)} if back_minor else words)
    )


_ONE = "/orders/{order}"
routes = [
    get(_ONE, show, may=signed_in),
    get(f"{_ONE}/return", come_back, may=signed_in),
    post(f"{_ONE}/payment", pay, may=signed_in),
    get(f"{_ONE}/cancellation", cancel_page, may=signed_in),
    post(f"{_ONE}/cancellation", cancel, may=signed_in),
]
