"""Tickets in a fan's hands: on the screen, on paper, in her calendar."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from crowdfund import clock
from crowdfund.campaigns.pages.shown import art_of
from crowdfund.database.ids import private, public
from crowdfund.merch.watching.pages.after import after_the_film
from crowdfund.orders import paying
from crowdfund.orders.credits import seats_left
from crowdfund.orders.models import Asking, Order
from crowdfund.orders.queries import OrderShown, order_shown, own_ticket, tickets_of
from crowdfund.people.models import Person
from crowdfund.refusal import NotFound
from crowdfund.screenings.codes import calendar, paper, qr, typed
from crowdfund.screenings.keys import code_of, is_good
from crowdfund.screenings.models import ScreeningState, Ticket, TicketState
from crowdfund.screenings.pages.on_sale import title_path
from crowdfund.screenings.pages.words import there
from crowdfund.screenings.queries import shown_screening, titles_of
from crowdfund.settings import current
from crowdfund.web import i18n, language
from crowdfund.web.formats import clock_there, money, said, weekday
from crowdfund.web.headers import kept_as
from crowdfund.web.i18n import _, pgettext
from crowdfund.web.page import page
from crowdfund.web.rate_limit import Limit
from crowdfund.web.routes import get, signed_in

PRINTING = Limit("tickets_pdf", 30, 60, by="person")  # fifty tickets are a second of a processor


@dataclass(frozen=True, slots=True)
class TicketShown:
    """A ticket as pages show it. qr: none once it is good for nothing."""

    id: str
    path: str
    label: str
    seat: str
    price_name: str
    price: str
    state: str
    is_good: bool
    qr: Markup | None
    typed: str


def ticket_shown(ticket: Ticket, found: OrderShown) -> TicketShown:
    screening, plan = found.shown.screening, found.shown.plan
    label, where, good = said(plan.label(ticket.place_id)), plan.where(ticket.place_id), is_good(ticket, screening)
    seat = f"{where.row.label} {where.seat.label}" if where is not None else label
    return TicketShown(
        id=public(ticket.id), path=f"/tickets/{public(ticket.id)}", label=label, seat=seat,
        price_name=found.prices[ticket.price_id].name, price=money(ticket.price_minor, ticket.currency),
        state=_state_words(ticket), is_good=good,
        qr=qr.drawing(code_of(ticket, screening), label=_("Code of the ticket for %(place)s") % {"place": label}) if good else None,
        typed=typed.shown(ticket.typed_code),
    )  # fmt: skip


def _state_words(ticket: Ticket) -> str:
    return {
        TicketState.ADMITTED: pgettext("ticket", "Used"), TicketState.NO_SHOW: pgettext("ticket", "Not used"),
        TicketState.REFUNDED: pgettext("ticket", "Sent back"), TicketState.LOST: pgettext("ticket", "Void: the bank took the money back"),
    }.get(TicketState(ticket.state), "")  # fmt: skip


async def _found(request: Request) -> tuple[Ticket, OrderShown]:
    ticket = await own_ticket(private(request.path_params["ticket"]), request.state.person.id)
    return ticket, await order_shown(await Order.get(id=ticket.order_id), ticket.screening_id)


async def show(request: Request) -> Response:
    """One ticket, as large as a scanner likes it."""
    ticket, found = await _found(request)
    is_over = found.shown.screening.ends_at <= clock.now()
    after = await after_the_film(request, found.shown.title.id) if is_over else None
    return page(
        request, "orders/ticket.html", ticket=ticket_shown(ticket, found), found=found, shown=found.shown,
        asking=await Asking.get_or_none(screening_id=ticket.screening_id), order=found.order,
        is_buyer=found.order.person_id == request.state.person.id,
        colour=found.shown.title.colour, art_url=art_of(found.shown.title), title_path=title_path(found.shown.title.id), after=after,
    )  # fmt: skip


async def mine(request: Request) -> Response:
    """All of a fan's tickets, by screening, what comes next first."""
    rows = await tickets_of(request.state.person.id)
    coming: list[Any] = []
    over: list[Any] = []
    for screening_id, of_screening in groupby(rows, key=lambda row: row["screening_id"]):
        tickets, shown = list(of_screening), await shown_screening(screening_id)
        live = [t for t in tickets if t["state"] in ("sold", "admitted", "no_show")]
        entry = {
            "shown": shown, "art_url": art_of(shown.title), "number": len(live) or len(tickets),
            "path": f"/tickets/{public((live or tickets)[0]['id'])}" if len(tickets) == 1 else f"/orders/{public(tickets[0]['order_id'])}",
            "places": [said(shown.plan.label(t["seat_id"] or t["area_id"])) for t in live], "is_back": not live,
        }  # fmt: skip
        (coming if live and shown.screening.ends_at > clock.now() else over).append(entry)
    return page(
        request, "orders/mine.html", coming=coming[::-1], over=over, seats=await _seats_left(request.state.person.id)
    )


async def _seats_left(person_id: int) -> list[dict[str, Any]]:
    """What her pledges hold for her, with where to turn it into tickets."""
    found = await seats_left(person_id)
    titles = await titles_of(one.campaign.title_id for one in found)
    return [
        {
            "title": titles[one.campaign.title_id], "art_url": art_of(titles[one.campaign.title_id]), "left": one.left,
            "worth_minor": one.worth_minor, "currency": one.campaign.currency, "path": title_path(one.campaign.title_id),
        }
        for one in found
    ]  # fmt: skip


# --- on paper, and in a calendar ---


def _on_paper(ticket: Ticket, found: OrderShown, holder: str) -> paper.TicketOnPaper:
    shown, screening = found.shown, found.shown.screening
    one = ticket_shown(ticket, found)
    starts = there(screening.starts_at, shown.venue.zone)
    return paper.TicketOnPaper(
        title=shown.title.name, cinema=shown.venue.name, hall=shown.hall.name, address=f"{shown.venue.address}, {shown.venue.city}",
        day=weekday(starts.date()), time=f"{starts:%H:%M}", doors=clock_there(screening.doors_at, shown.venue.zone), seat=one.seat,
        seat_words=one.label, price_type=one.price_name, price=one.price, fee=money(ticket.fee_minor, ticket.currency),
        total=money(ticket.price_minor + ticket.fee_minor, ticket.currency), holder=holder, order_number=public(found.order.id),
        code=code_of(ticket, screening), typed=one.typed,
        terms=_("One person, this seat, this screening. Given away it gets another code, and this paper is void."),
        key=shown.title.colour.removeprefix("key--"),
    )  # fmt: skip


async def pdf(request: Request) -> Response:
    """All good tickets of an order that are hers, or one ticket, to be printed."""
    if "ticket" in request.path_params:
        ticket, found = await _found(request)
        tickets = [ticket]
    else:
        found = await order_shown(
            await paying.own_order(private(request.path_params["order"]), request.state.person.id)
        )
        tickets = [t for t in found.tickets if t.person_id == request.state.person.id]
    good = [t for t in tickets if is_good(t, found.shown.screening)]
    if not good:
        raise NotFound("There is no ticket to be printed.")
    person = await Person.get(id=request.state.person.id)
    pages = [_on_paper(t, found, person.name) for t in good]
    lang = i18n.html_lang(language.choose(request))
    content = await asyncio.to_thread(
        paper.make_pdf, pages, _=_, language=lang, site=current().base_url, made_at=clock.now()
    )
    return Response(content, media_type="application/pdf", headers=kept_as("tickets.pdf"))


async def calendar_entry(request: Request) -> Response:
    """The screening of an order in a calendar."""
    order = await paying.own_order(private(request.path_params["order"]), request.state.person.id)
    found = await order_shown(order)
    shown, screening = found.shown, found.shown.screening
    host = current().base_url.partition("//")[2].split(":")[0]
    places = "; ".join(said(shown.plan.label(line.place_id)) for line in found.lines)
    entry = calendar.Appointment(
        uid=f"order-{public(order.id)}@{host}", sequence=0, written_at=clock.now(), starts_at=screening.starts_at,
        ends_at=screening.ends_at, summary=shown.title.name,
        location=f"{shown.venue.name}, {shown.hall.name}, {shown.venue.address}, {shown.venue.city}", description=places,
        url=f"{current().base_url}{order.path}", cancelled=screening.state == ScreeningState.CANCELLED,
    )  # fmt: skip
    return Response(calendar.calendar_file([entry]), media_type=calendar.MEDIA_TYPE, headers=kept_as("screening.ics"))


routes = [
    get("/tickets", mine, may=signed_in),
    get("/tickets/{ticket}", show, may=signed_in),
    get("/tickets/{ticket}/ticket.pdf", pdf, may=signed_in, limit=PRINTING),
    get("/orders/{order}/tickets.pdf", pdf, may=signed_in, limit=PRINTING),
    get("/orders/{order}/screening.ics", calendar_entry, may=signed_in),
]
