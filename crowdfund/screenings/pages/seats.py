"""Seats that a cinema keeps for itself, on the plan of the hall and in the list: blocked with a reason, given back to the sale."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from crowdfund.database.ids import public
from crowdfund.screenings import blocking
from crowdfund.screenings.desk import queries
from crowdfund.screenings.pages.forms import BlockForm
from crowdfund.screenings.pages.own import DESK, base_of, desk_page, screening_in
from crowdfund.screenings.queries import Shown, free_in
from crowdfund.screenings.seating.drawing import drawing_of
from crowdfund.web import formats
from crowdfund.web.csrf import read_form
from crowdfund.web.i18n import _, ngettext
from crowdfund.web.page import redirect
from crowdfund.web.routes import get, member, post
from crowdfund.web.told import told_at


async def seats_page(request: Request) -> Response:
    return await _page(request, await screening_in(request), BlockForm())


def _path(request: Request) -> str:
    return f"{base_of(request)}/screenings/{request.path_params['screening']}/seats"


async def _page(
    request: Request, shown: Shown, form: BlockForm, status: int = 200, *, chosen: tuple[str, ...] = ()
) -> Response:
    free = await free_in(shown.screening.id, shown.plan)
    states = {
        **dict.fromkeys(free.held, "held"),
        **dict.fromkeys(free.taken, "taken"),
        **dict.fromkeys(free.blocked, "closed"),
    }
    blocked = [(one["seat_id"], shown.plan.label(one["seat_id"]), one["blocked_because"])
               for one in await queries.blocked_in(shown.screening.id)]  # fmt: skip
    return desk_page(
        request, "desk_screening_seats.html", "screenings", status, shown=shown, form=form, path=_path(request), states=states,
        drawing=drawing_of(shown.plan), chosen=[one for one in chosen if shown.plan.seat(one)], blocked=blocked,
        area_free=free.areas, back=_path(request).removesuffix("/seats"), screening_id=public(shown.screening.id),
    )  # fmt: skip


async def block(request: Request) -> Response:
    shown, form = await screening_in(request), await BlockForm.read(request)
    sent = await read_form(request)
    chosen = tuple(dict.fromkeys(str(one) for one in sent.getlist("seat")))
    if picked := str(sent.get("pick") or ""):  # without a script: one seat more, or one less
        chosen = tuple(one for one in chosen if one != picked) if picked in chosen else (*chosen, picked)
        return await _page(request, shown, form, chosen=chosen)
    if not form.errors:
        with form.showing_refusals():
            await blocking.block_seats(shown.screening.id, chosen, form.because, by=request.state.person.id)
            said = ngettext("%(num)s seat is blocked.", "%(num)s seats are blocked.", len(chosen)) % {
                "num": formats.number(len(chosen))
            }
            return redirect(request, _path(request), ("good", said))
    return await _page(request, shown, form, form.status, chosen=chosen)


@told_at(_path)
async def unblock(request: Request) -> Response:
    shown = await screening_in(request)
    chosen = [str(one) for one in (await read_form(request)).getlist("blocked")]
    await blocking.unblock_seats(shown.screening.id, chosen, by=request.state.person.id)
    return redirect(request, _path(request), ("good", _("These seats can be sold again.")))


_ONE = f"{DESK}/screenings/{{screening}}/seats"
_RUN = member("manager")
routes = [
    get(_ONE, seats_page, may=_RUN),
    post(_ONE, block, may=_RUN),
    post(f"{_ONE}/release", unblock, may=_RUN),
]
