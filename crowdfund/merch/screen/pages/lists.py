"""A list from elsewhere (CSV or EDL) at its makers' desk: looked at first, then kept.

The page between keeps the list in its form: what is kept is what was seen, and nothing is stored of a list that nobody wanted.
"""

from __future__ import annotations

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response

from crowdfund.database.ids import private, public
from crowdfund.merch.screen.forms import LISTS, KeepListForm, ListForm
from crowdfund.merch.screen.importing import keeping
from crowdfund.merch.screen.importing.keeping import Sent, form_of, keep_list, look_at
from crowdfund.merch.screen.importing.table import COLUMNS, readable, text_of
from crowdfund.merch.screen.pages.own import DESK, base_of, screen_page, title_in
from crowdfund.merch.screen.queries import cuts_of, master_of
from crowdfund.merch.screen.timecode import RATES, clock_text, rate_name
from crowdfund.refusal import Refusal
from crowdfund.titles.models import Title
from crowdfund.web.body import UPLOAD_MAX
from crowdfund.web.form import Form
from crowdfund.web.i18n import _
from crowdfund.web.page import redirect
from crowdfund.web.routes import get, member, post

SHOWN_MAX = 100


async def _cuts(title: Title) -> Mapping[str, str]:
    return {"": _("The master"), **{public(cut.id): cut.name for cut, _offsets in await cuts_of(title.id)}}


async def show(request: Request) -> Response:
    title = await title_in(request)
    master = await master_of(title.id)
    form = ListForm({"fps": rate_name(master.fps), "cut": ""})
    return await _page(request, title, form)


async def _page(request: Request, title: Title, form: Form, status: int = 200) -> Response:
    return await screen_page(
        request, "desk_list.html", "list", title, status, form=form, rates=[(name, name) for name in RATES],
        cuts=list((await _cuts(title)).items()), columns=",".join(COLUMNS),
    )  # fmt: skip


def _sent(form: ListForm | KeepListForm, text: str) -> Sent:
    cut_id = private(form.cut) if form.cut else None
    return Sent(form_of(text), text, RATES[form.fps], form.first, cut_id)


async def preview(request: Request) -> Response:
    title = await title_in(request)
    form = await ListForm.read(request, cuts=await _cuts(title))
    if not form.errors and form.file is None:
        form.refuse("file", _("Please choose a file."))
    if not form.errors and form.file is not None:
        try:
            text = text_of(form.file[0])
            return await _looked_at(request, title, _sent(form, text), form)
        except Refusal as refusal:
            form.refused_by(refusal)
    return await _page(request, title, form, form.status)


async def _looked_at(request: Request, title: Title, sent: Sent, form: Form, status: int = 200) -> Response:
    listed, outcome = await look_at(title.id, sent)
    kept = KeepListForm({"text": sent.text, **{name: form.typed[name] for name in ("fps", "first", "cut")}})
    kept.errors = dict(form.errors) if isinstance(form, KeepListForm) else {}
    rows = [
        (one, f"{clock_text(one.start_ms)} – {clock_text(one.end_ms)}") for one in outcome.new_sightings[:SHOWN_MAX]
    ]
    return await screen_page(
        request, "desk_list_preview.html", "list", title, status, form=kept, listed=listed, outcome=outcome, rows=rows,
        more=max(0, len(outcome.new_sightings) - SHOWN_MAX), is_edl=sent.form == keeping.ListForm.EDL,
        scenes=[(one, f"{clock_text(one.start_ms)} – {clock_text(one.end_ms)}") for one in (*outcome.new_scenes, *outcome.changed_scenes)],
    )  # fmt: skip


async def keep(request: Request) -> Response:
    title = await title_in(request)
    form = await KeepListForm.read(request, cuts=await _cuts(title))
    if form.errors:
        lost = _("The list got lost on the way. Please send it again.")
        return redirect(request, f"{base_of(request)}/list", ("bad", lost))
    sent = _sent(form, "")
    with form.showing_refusals():
        sent = _sent(form, readable(form.text))
        done = await keep_list(title.id, sent, by=request.state.person.id)
        if not done.changes_something:
            return redirect(request, f"{base_of(request)}/appearances", ("note", _("All of it was there already.")))
        return redirect(request, f"{base_of(request)}/appearances", ("good", _("The list is kept.")))
    try:
        return await _looked_at(request, title, sent, form, form.status)
    except Refusal:  # what it says can't even be looked at any more: the cut is gone, the master's rate is another one
        return await _page(request, title, form, form.status)


_ALL = f"{DESK}/list"
_RUN = member("manager")
routes = [
    get(_ALL, show, may=_RUN),
    post(f"{_ALL}/preview", preview, may=_RUN, body_max=UPLOAD_MAX, limit=LISTS),
    post(_ALL, keep, may=_RUN, body_max=UPLOAD_MAX, limit=LISTS),
]
