"""What a backer does about draws through the API: takes part or no longer, and says whether she comes."""

from __future__ import annotations

from starlette.requests import Request

from crowdfund.community.draws import actions, queries, winners
from crowdfund.community.draws.api.bodies import AcceptIn, EntryOut
from crowdfund.community.draws.api.reading import ONE, draw_in
from crowdfund.community.draws.forms import ENTERING
from crowdfund.community.draws.models import Draw
from crowdfund.database.ids import public
from crowdfund.refusal import NotFound
from crowdfund.web import api
from crowdfund.web.routes import bearer, get, post


async def _mine(draw: Draw, person_id: int) -> EntryOut:
    entry = await queries.entry_of(draw.id, person_id)
    if entry is None:
        raise NotFound("You don't take part in this draw.")
    winner = await queries.winner_of(draw.id, person_id)
    return EntryOut(
        draw=public(draw.id), entry=entry.entry, stands=entry.stands, listed=entry.listed_at is not None and draw.list_hash is not None,
        rank=winner.rank if winner else None, state=winner.state if winner else None,
        answer_by=api.instant_or_none(winner.answer_by) if winner else None,
    )  # fmt: skip


async def show_entry(request: Request) -> EntryOut:
    """My entry in a draw, and what came of it."""
    return await _mine(await draw_in(request), request.state.person.id)


async def enter(request: Request) -> EntryOut:
    """Take part: one entry a person, whatever she pledged. Twice is once."""
    draw = await draw_in(request)
    await actions.enter(draw.id, person_id=request.state.person.id)
    return await _mine(draw, request.state.person.id)


async def leave(request: Request) -> EntryOut:
    """Take part no longer; until it closes one may come back."""
    draw = await draw_in(request)
    await actions.leave(draw.id, person_id=request.state.person.id)
    return await _mine(draw, request.state.person.id)


async def accept(request: Request, body: AcceptIn) -> EntryOut:
    """I come; sent again, it changes how the makers reach me."""
    draw, person = await draw_in(request), request.state.person
    await winners.confirm(
        draw.id, person_id=person.id, contact_name=body.contact_name, contact=body.contact, note=body.note,
        public_name=person.name if body.show_name else "",
    )  # fmt: skip
    return await _mine(draw, person.id)


async def refuse(request: Request) -> EntryOut:
    """I can't come: the next in line is asked."""
    draw = await draw_in(request)
    await winners.decline(draw.id, person_id=request.state.person.id)
    return await _mine(draw, request.state.person.id)


_SEE, _WRITE = bearer("pledges:read"), bearer("pledges:write")
routes = [
    get(f"{ONE}/entry", show_entry, may=_SEE, gives=EntryOut, summary="My entry in a draw"),
    post(f"{ONE}/entry", enter, may=_WRITE, gives=EntryOut, limit=ENTERING, summary="Take part in a draw"),
    post(f"{ONE}/entry/removal", leave, may=_WRITE, gives=EntryOut, limit=ENTERING, summary="Take part no longer"),
    post(f"{ONE}/acceptance", accept, may=_WRITE, takes=AcceptIn, gives=EntryOut, summary="Say that I come"),
    post(f"{ONE}/refusal", refuse, may=_WRITE, gives=EntryOut, summary="Say that I can't come"),
]
