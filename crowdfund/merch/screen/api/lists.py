"""Lists from elsewhere through the API: looked at, and kept; a second time nothing is new."""

from __future__ import annotations

from starlette.requests import Request

from crowdfund.merch.screen.api.bodies import ListIn, ListOut, ProblemOut
from crowdfund.merch.screen.api.own import ONE, SEE, WRITE, title_in
from crowdfund.merch.screen.forms import LISTS
from crowdfund.merch.screen.importing.keeping import Sent, form_of, keep_list, look_at
from crowdfund.merch.screen.importing.rows import Listed, Outcome
from crowdfund.merch.screen.importing.table import readable
from crowdfund.merch.screen.rules import NoSuchCut
from crowdfund.merch.screen.timecode import RATES
from crowdfund.people.models import Role
from crowdfund.web import api
from crowdfund.web.routes import post

BODY_MAX = 5 * 1024 * 1024


def _sent(body: ListIn) -> Sent:
    text = readable(body.text)
    cut_id = api.known_id(body.cut, NoSuchCut("There is no such cut.")) if body.cut is not None else None
    return Sent(form_of(text), text, RATES[body.fps] if body.fps else None, body.first, cut_id)


def _out(sent: Sent, outcome: Outcome, listed: Listed) -> ListOut:
    return ListOut(
        form=str(sent.form), counted_from=listed.counted_from, new_scenes=len(outcome.new_scenes),
        changed_scenes=len(outcome.changed_scenes), new_products=outcome.new_products, new_appearances=len(outcome.new_sightings),
        changed_appearances=len(outcome.changed_sightings), same=outcome.same,
        problems=[ProblemOut(line=one.line, sentence=str(one.words)) for one in outcome.problems],
        hints=[str(one) for one in listed.hints],
    )  # fmt: skip


async def look_at_list(request: Request, body: ListIn) -> ListOut:
    """What a list says, and what keeping it would change. Nothing is kept."""
    title, sent = await title_in(request, Role.VIEWER), _sent(body)
    listed, outcome = await look_at(title.id, sent)
    return _out(sent, outcome, listed)


async def keep_list_sent(request: Request, body: ListIn) -> ListOut:
    """Keep a list: all of it, or nothing where one line of it can't be."""
    title, sent = await title_in(request), _sent(body)
    listed, _before = await look_at(title.id, sent)
    outcome = await keep_list(title.id, sent, by=request.state.person.id)
    return _out(sent, outcome, listed)


_ALL = f"{ONE}/lists"
routes = [
    post(f"{_ALL}/preview", look_at_list, may=SEE, takes=ListIn, gives=ListOut, limit=LISTS, body_max=BODY_MAX, summary="Look at a list"),
    post(_ALL, keep_list_sent, may=WRITE, takes=ListIn, gives=ListOut, limit=LISTS, body_max=BODY_MAX, summary="Keep a list"),
]  # fmt: skip
