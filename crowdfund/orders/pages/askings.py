"""A screening that does not take place as it was sold: each holder says what she wants."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from crowdfund import clock
from crowdfund.database.ids import private, public
from crowdfund.orders import asking as verbs
from crowdfund.orders.models import Answer, Asking, AskingAnswer
from crowdfund.orders.pages.forms import AnswerForm
from crowdfund.screenings.models import Ticket
from crowdfund.screenings.pages.on_sale import Listed, listed, title_path
from crowdfund.screenings.queries import shown_screening, what_is_on
from crowdfund.web.formats import money, said, there_text
from crowdfund.web.i18n import _, lazy
from crowdfund.web.page import page, redirect
from crowdfund.web.routes import get, post, signed_in

OTHERS_MAX = 40
_DONE = {
    Answer.KEEP: lazy("Kept: your new tickets are below."), Answer.MOVE: lazy("Moved: your new tickets are below."),
    Answer.MONEY_BACK: lazy("All of it is on its way back."),
}  # fmt: skip


async def show(request: Request) -> Response:
    asking = await verbs.own_asking(private(request.path_params["asking"]), request.state.person.id)
    return await _show(request, asking, AnswerForm(tickets={}, screenings={}))


async def _hers(asking: Asking, person_id: int) -> list[tuple[AskingAnswer, Ticket]]:
    answers = await AskingAnswer.filter(asking_id=asking.id, person_id=person_id).order_by("ticket_id")
    tickets = {t.id: t for t in await Ticket.filter(id__in=[a.ticket_id for a in answers])}
    return [(answer, tickets[answer.ticket_id]) for answer in answers]


async def _others(asking: Asking) -> dict[str, Any]:
    """Other screenings of the film that a ticket can move to, by their public ids."""
    shown = await shown_screening(asking.screening_id)
    rows = await what_is_on(title_id=shown.title.id, limit=OTHERS_MAX)
    gone = {asking.screening_id, asking.to_screening_id}
    fit = [r for r in rows if r["id"] not in gone and r["currency"] == shown.screening.currency and listed(r).is_open]
    return {public(row["id"]): (row, listed(row)) for row in fit}


async def _show(request: Request, asking: Asking, form: AnswerForm) -> Response:
    shown = await shown_screening(asking.screening_id)
    hers, others = await _hers(asking, request.state.person.id), await _others(asking)
    waiting = [(a, t) for a, t in hers if a.answer == Answer.WAITING]
    answered = [(a, t) for a, t in hers if a.answer != Answer.WAITING]
    return page(
        request, "orders/asking.html", form.status, asking=asking, shown=shown, colour=shown.title.colour,
        title_path=title_path(shown.title.id), form=form,
        moved=await shown_screening(asking.to_screening_id) if asking.to_screening_id else None,
        waiting=[(public(t.id), _label(shown, t), money(t.price_minor + t.fee_minor, t.currency)) for _, t in waiting],
        answered=[(_label(shown, t), _said(a), t) for a, t in answered], is_over=asking.answer_by <= clock.now(),
        others=[(number, _words(row, one)) for number, (row, one) in others.items()],
    )  # fmt: skip


def _words(row: dict[str, Any], one: Listed) -> str:
    return f"{there_text(clock.from_us(row['starts_at']), row['zone'])} · {one.venue}, {one.hall}"


def _label(shown: Any, ticket: Ticket) -> str:
    return said(shown.plan.label(ticket.place_id))


def _said(answer: AskingAnswer) -> str:
    if answer.by_default:
        return _("money back, as nothing was said in time")
    return {
        Answer.KEEP: _("kept for the new hour"), Answer.MOVE: _("moved to another screening"), Answer.MONEY_BACK: _("money back")
    }[Answer(answer.answer)]  # fmt: skip


async def answer(request: Request) -> Response:
    asking = await verbs.own_asking(private(request.path_params["asking"]), request.state.person.id)
    hers = {public(t.id): t for _, t in await _hers(asking, request.state.person.id)}
    form = await AnswerForm.read(request, tickets=hers, screenings=await _others(asking))
    if not form.errors:
        to = private(form.screening) if form.screening else None
        ids, said_now = [hers[ticket].id for ticket in form.ticket], Answer(form.answer)
        with form.showing_refusals():
            await verbs.answer(asking.id, ids, said_now, by=request.state.person.id, to_screening_id=to)
            return redirect(request, asking.path, ("good", str(_DONE[said_now])))
    return await _show(request, asking, form)


routes = [
    get("/askings/{asking}", show, may=signed_in),
    post("/askings/{asking}", answer, may=signed_in),
]
