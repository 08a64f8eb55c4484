"""A producer's films, with or without a fund: where they are booked and shown, and what was sold."""

from __future__ import annotations

from secrets import token_urlsafe

from starlette.requests import Request
from starlette.responses import Response

from crowdfund.campaigns.pages.shown import art_of
from crowdfund.database.ids import public
from crowdfund.screenings import titles as verbs
from crowdfund.screenings.desk import queries
from crowdfund.screenings.pages.forms import TitleForm, TitleNameForm
from crowdfund.screenings.pages.own import DESK, base_of, desk_page, title_in
from crowdfund.screenings.pages.shown import by_day, rows_of, title_art
from crowdfund.titles.models import Title
from crowdfund.web.i18n import _
from crowdfund.web.page import redirect
from crowdfund.web.routes import get, member, post


async def titles(request: Request) -> Response:
    found = await queries.titles_of(request.state.organisation.id)
    base = base_of(request)
    cards = [(row, f"{base}/titles/{public(row['id'])}", title_art(row)) for row in found]
    return desk_page(request, "desk_titles.html", "titles", cards=cards)


async def new_title(request: Request) -> Response:
    return desk_page(request, "desk_title_new.html", "titles", form=TitleForm({"key": token_urlsafe(16)}))


async def make(request: Request) -> Response:
    form = await TitleForm.read(request)
    if not form.errors:
        with form.showing_refusals():
            key = f"form:{form.key or token_urlsafe(16)}"
            title = await verbs.make_title(
                request.state.organisation, form.name, form.line, by=request.state.person.id, key=key
            )
            said = _("Here it is. Now offer it to cinemas.")
            return redirect(request, f"{base_of(request)}/titles/{public(title.id)}", ("good", said))
    return desk_page(request, "desk_title_new.html", "titles", form.status, form=form)


async def show(request: Request) -> Response:
    return await _page(request, await title_in(request))


async def _page(request: Request, title: Title, form: TitleNameForm | None = None, status: int = 200) -> Response:
    organisation, base = request.state.organisation, base_of(request)
    path = f"{base}/titles/{public(title.id)}"
    booked = await queries.bookings_of(organisation.id, title_id=title.id)
    rows = rows_of(await queries.programme_of(organisation.id, title_id=title.id), base)
    sold = [row for row in rows if not row.is_draft]
    return desk_page(
        request, "desk_title.html", "titles", status, title=title, art_url=art_of(title), path=path, title_id=public(title.id),
        bookings=[(one, f"{base}/bookings/{public(one['id'])}") for one in booked], days=by_day(sold), drafts=len(rows) - len(sold),
        sold=sum(row.sold for row in sold), form=form or TitleNameForm({"name": title.name}),
    )  # fmt: skip


async def rename(request: Request) -> Response:
    title, form = await title_in(request), await TitleNameForm.read(request)
    if not form.errors:
        with form.showing_refusals():
            await verbs.rename_title(title, form.name, by=request.state.person.id)
            return redirect(request, f"{base_of(request)}/titles/{public(title.id)}", ("good", _("Saved.")))
    return await _page(request, title, form, form.status)


_ALL = f"{DESK}/titles"
_RUN = member("manager")
routes = [
    get(_ALL, titles, may=member("viewer")),
    get(f"{_ALL}/new", new_title, may=_RUN),
    post(_ALL, make, may=_RUN),
    get(f"{_ALL}/{{title}}", show, may=member("viewer")),
    post(f"{_ALL}/{{title}}/name", rename, may=_RUN),
]
