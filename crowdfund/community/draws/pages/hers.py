"""What a backer does on the page of a draw: takes part or no longer, and says whether she comes."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from crowdfund.community.draws import actions, queries, winners
from crowdfund.community.draws.forms import ENTERING, NOTE_MAX, AcceptForm, answer_typed
from crowdfund.community.draws.models import Draw, DrawWinner, WinnerState
from crowdfund.community.draws.pages.public import draw_in, fund_of
from crowdfund.community.draws.rules import CONTACTS_KEPT
from crowdfund.community.draws.winners import NothingWon
from crowdfund.refusal import Refusal
from crowdfund.web.formats import said
from crowdfund.web.i18n import _
from crowdfund.web.page import page, redirect
from crowdfund.web.routes import get, post, signed_in
from crowdfund.web.told import told_at

_told = told_at(lambda request: f"/draws/{request.path_params['draw']}")


@_told
async def enter(request: Request) -> Response:
    draw = await draw_in(request)
    await actions.enter(draw.id, person_id=request.state.person.id)
    return redirect(request, draw.path, ("good", _("You take part. Good luck.")))


@_told
async def leave(request: Request) -> Response:
    draw = await draw_in(request)
    await actions.leave(draw.id, person_id=request.state.person.id)
    return redirect(request, draw.path, ("good", _("You don't take part any more.")))


async def _won(request: Request) -> tuple[Draw, DrawWinner]:
    """The draw and her place in it. Raises NothingWon."""
    draw = await draw_in(request)
    winner = await queries.winner_of(draw.id, request.state.person.id)
    if winner is None or winner.state == WinnerState.WAITING:
        raise NothingWon("You have won no place in this draw.")
    return draw, winner


async def answer_page(request: Request) -> Response:
    draw, winner = await _won(request)
    person = request.state.person
    return await _answer(request, draw, winner, AcceptForm(answer_typed(winner, person.name)))


async def _answer(request: Request, draw: Draw, winner: DrawWinner, form: AcceptForm, status: int = 200) -> Response:
    return page(
        request, "community/draws/answer.html", status, **await fund_of(draw), draw=draw, winner=winner, form=form, note_max=NOTE_MAX,
        kept_days=CONTACTS_KEPT.days,
    )  # fmt: skip


async def accept(request: Request) -> Response:
    draw, winner = await _won(request)
    form = await AcceptForm.read(request)
    if form.errors:
        return await _answer(request, draw, winner, form, 422)
    person = request.state.person
    try:
        await winners.confirm(
            draw.id, person_id=person.id, contact_name=form.contact_name, contact=form.contact, note=form.note,
            public_name=person.name if form.show_name else "",
        )  # fmt: skip
    except Refusal as refusal:
        return redirect(request, draw.path, ("bad", said(refusal)))
    return redirect(request, draw.path, ("good", _("They look forward to you.")))


@_told
async def refuse(request: Request) -> Response:
    draw = await draw_in(request)
    await winners.decline(draw.id, person_id=request.state.person.id)
    return redirect(request, draw.path, ("good", _("Thank you for saying so: the next in line is asked.")))


routes = [
    post("/draws/{draw}/entry", enter, may=signed_in, limit=ENTERING),
    post("/draws/{draw}/entry/removal", leave, may=signed_in, limit=ENTERING),
    get("/draws/{draw}/answer", answer_page, may=signed_in),
    post("/draws/{draw}/acceptance", accept, may=signed_in),
    post("/draws/{draw}/refusal", refuse, may=signed_in),
]
