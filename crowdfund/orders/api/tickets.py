"""Tickets as fans' programs use them: listed, given away, and what becomes of them when a screening does not take place."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from crowdfund.database.ids import public
from crowdfund.orders import asking as verbs
from crowdfund.orders.api.bodies import AskingOut, GiftIn, GiftOut, HolderAnswerIn, TicketOut, TicketsListed
from crowdfund.orders.api.orders import ticket_out
from crowdfund.orders.models import Answer, Asking, AskingAnswer
from crowdfund.orders.pages.gifts import GIFTS
from crowdfund.refusal import NotFound
from crowdfund.screenings import giving
from crowdfund.screenings.models import GiftState, Screening, Ticket, TicketGift
from crowdfund.screenings.rules import NoSuchScreening
from crowdfund.web import api
from crowdfund.web.routes import bearer, get, post

_NO_TICKET = NotFound("There is no such ticket.")
_NO_ASKING = NotFound("There is nothing to answer under that address.")


async def list_tickets(request: Request) -> Response:
    """A fan's tickets, the newest first."""
    asked = api.cursor(request)
    query = Ticket.filter(
        person_id=request.state.person.id, id__lt=2**63 - 1 if asked.after_id is None else asked.after_id
    )
    rows = await query.order_by("-id").limit(asked.limit + 1)
    screenings = {s.id: s for s in await Screening.filter(id__in=list({t.screening_id for t in rows}))}
    return api.paged(request, rows, asked, lambda t: ticket_out(t, screenings[t.screening_id]), lambda t: t.id)


async def own_ticket(request: Request) -> Ticket:
    return await api.row_in(request, "ticket", Ticket, _NO_TICKET, person_id=request.state.person.id)


async def show_ticket(request: Request) -> TicketOut:
    """One ticket, with the code that is good now."""
    ticket = await own_ticket(request)
    return ticket_out(ticket, await Screening.get(id=ticket.screening_id))


async def give_ticket(request: Request, body: GiftIn) -> GiftOut:
    """Write to somebody that this ticket can be theirs. Another letter takes the place of the one before."""
    ticket = await own_ticket(request)
    return _gift_out(await giving.offer_ticket(ticket.id, body.email, by=request.state.person.id))


async def withdraw_gift(request: Request) -> GiftOut:
    """Keep it after all, as long as the link was not used."""
    ticket = await own_ticket(request)
    gift = await TicketGift.filter(ticket_id=ticket.id, state=GiftState.OFFERED).first()
    await giving.withdraw_gift(ticket.id, by=request.state.person.id)
    return _gift_out(await TicketGift.get(id=gift.id if gift else 0))


def _gift_out(gift: TicketGift) -> GiftOut:
    return GiftOut(id=public(gift.id), ticket=public(gift.ticket_id), email=gift.to_email, state=gift.state)


async def own_asking(request: Request) -> Asking:
    return await verbs.own_asking(api.id_in(request, "asking", _NO_ASKING), request.state.person.id)


async def show_asking(request: Request) -> AskingOut:
    """What a fan is asked about a screening that was cancelled or moved."""
    asking = await own_asking(request)
    answers = await AskingAnswer.filter(asking_id=asking.id, person_id=request.state.person.id).order_by("ticket_id")
    return AskingOut(
        id=public(asking.id), screening=public(asking.screening_id), reason=asking.reason,
        moved_to=public(asking.to_screening_id) if asking.to_screening_id else None, answer_by=api.instant(asking.answer_by),
        tickets={public(answer.ticket_id): answer.answer for answer in answers},
    )  # fmt: skip


async def answer_asking(request: Request, body: HolderAnswerIn) -> AskingOut:
    """Keep the place at the new hour, take another screening, or all the money back."""
    asking = await own_asking(request)
    ids = [api.known_id(ticket, _NO_TICKET) for ticket in body.tickets]
    missing = NoSuchScreening("There is no such screening.", field="screening")
    to = api.known_id(body.screening, missing) if body.screening else None
    await verbs.answer(asking.id, ids, Answer(body.answer), by=request.state.person.id, to_screening_id=to)
    return await show_asking(request)


_SEE, _WRITE = bearer("tickets:read"), bearer("tickets:write")
_TICKET, _ASKING = "/api/v1/tickets/{ticket}", "/api/v1/askings/{asking}"
routes = [
    get("/api/v1/tickets", list_tickets, may=_SEE, gives=TicketsListed, lists=True, summary="My tickets"),
    get(_TICKET, show_ticket, may=_SEE, gives=TicketOut, summary="One ticket of mine"),
    post(f"{_TICKET}/gift", give_ticket, may=_WRITE, takes=GiftIn, gives=GiftOut, limit=GIFTS, summary="Give a ticket to somebody"),
    post(f"{_TICKET}/gift/withdrawal", withdraw_gift, may=_WRITE, gives=GiftOut, summary="Keep it after all"),
    get(_ASKING, show_asking, may=_SEE, gives=AskingOut, summary="What I am asked"),
    post(_ASKING, answer_asking, may=_WRITE, takes=HolderAnswerIn, gives=AskingOut, summary="Answer it"),
]  # fmt: skip
