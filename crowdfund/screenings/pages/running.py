"""The sale of a screening: begun, for a week at once too, stopped with a reason, taken up again; and a draft put away."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response

from crowdfund.database.ids import private_or_none
from crowdfund.refusal import Refusal
from crowdfund.screenings import programme, running
from crowdfund.screenings.models import Screening
from crowdfund.screenings.pages.forms import ReasonForm
from crowdfund.screenings.pages.own import DESK, base_of, desk_page, screening_in
from crowdfund.screenings.pages.screenings import day_asked, screening_page, week_page
from crowdfund.screenings.rules import NoSuchScreening
from crowdfund.web import formats
from crowdfund.web.csrf import read_form
from crowdfund.web.i18n import _, ngettext
from crowdfund.web.page import redirect
from crowdfund.web.routes import get, member, post
from crowdfund.web.told import told_at


def _path(request: Request) -> str:
    return f"{base_of(request)}/screenings/{request.path_params['screening']}"


@told_at(_path)
async def put_on_sale(request: Request) -> Response:
    shown = await screening_in(request)
    await programme.put_on_sale(shown.screening.id, by=request.state.person.id)
    return redirect(request, _path(request), ("good", _("It is on sale. What fans have seen stays from now on.")))


async def put_week_on_sale(request: Request) -> Response:
    """All that were ticked, or none of them."""
    sent = await read_form(request)
    ticked = tuple(dict.fromkeys(str(one) for one in sent.getlist("screening")))
    ids = [private_or_none(one) for one in ticked]
    own = await Screening.filter(
        id__in=[one for one in ids if one], organisation_id=request.state.organisation.id
    ).order_by("starts_at")
    if len(own) != len(ids):
        raise NoSuchScreening("There is no such screening.")
    first = str(sent.get("from") or "")
    here = f"{base_of(request)}/screenings"
    try:
        await running.put_all_on_sale([one.id for one in own], by=request.state.person.id)
    except Refusal as refusal:
        return await week_page(
            request, day_asked(first), refusal.status_code, refused=formats.said(refusal), chosen=ticked or ("",)
        )
    said = ngettext("%(num)s screening is on sale.", "%(num)s screenings are on sale.", len(own)) % {
        "num": formats.number(len(own))
    }
    return redirect(request, f"{here}?from={day_asked(first)}" if day_asked(first) else here, ("good", said))


def _with_reason(
    verb: Callable[..., Awaitable[None]], said: Callable[[], str]
) -> Callable[[Request], Awaitable[Response]]:
    async def handler(request: Request) -> Response:
        shown, form = await screening_in(request), await ReasonForm.read(request)
        if not form.errors:
            with form.showing_refusals():
                await verb(shown.screening.id, form.reason, by=request.state.person.id)
                return redirect(request, _path(request), ("good", said()))
        return await screening_page(request, await screening_in(request), True, form.status, reason=form)

    return handler


close = _with_reason(programme.close_sale, lambda: _("The sale is closed. Who has a ticket keeps it."))
reopen = _with_reason(running.reopen_sale, lambda: _("It is on sale again."))


async def withdrawal_page(request: Request) -> Response:
    shown = await screening_in(request)
    return desk_page(request, "desk_screening_withdrawal.html", "screenings", shown=shown, path=_path(request))


@told_at(_path)
async def withdraw(request: Request) -> Response:
    shown = await screening_in(request)
    await running.withdraw_draft(shown.screening.id, by=request.state.person.id)
    return redirect(
        request, f"{base_of(request)}/screenings", ("good", _("The draft is put away. Its hall is free at that hour."))
    )


_ALL = f"{DESK}/screenings"
_ONE = f"{_ALL}/{{screening}}"
_RUN = member("manager")
routes = [
    post(f"{_ALL}/sale", put_week_on_sale, may=_RUN),
    post(f"{_ONE}/sale", put_on_sale, may=_RUN),
    post(f"{_ONE}/sale/closure", close, may=_RUN),
    post(f"{_ONE}/sale/reopening", reopen, may=_RUN),
    get(f"{_ONE}/withdrawal", withdrawal_page, may=_RUN),
    post(f"{_ONE}/withdrawal", withdraw, may=_RUN),
]
