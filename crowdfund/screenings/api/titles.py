"""A producer's films through the API, and what cinemas and producers can find of each other."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from crowdfund.campaigns.pages.shown import art_url
from crowdfund.database.ids import public
from crowdfund.people.models import Role
from crowdfund.screenings import titles as verbs
from crowdfund.screenings.api.bodies import BookableTitleOut, CinemaOut, TitleIn, TitleNameIn, TitleOut
from crowdfund.screenings.api.own import ONE, desk_in, key_of, title_in
from crowdfund.screenings.desk import queries
from crowdfund.screenings.titles import NoSuchTitle
from crowdfund.settings import current
from crowdfund.web import api
from crowdfund.web.routes import bearer, get, post

_NEWEST = 2**63 - 1
_PART = api.Filter("q", "A part of the name", length_max=80)


def _title_out(row: dict[str, Any]) -> TitleOut:
    return TitleOut(
        id=public(row["id"]), name=row["name"], colour=row["colour"], has_fund=bool(row["funds"]), cinemas=row["cinemas"],
        picture_url=current().base_url + art_url(row["id"], row["image_id"], row["scene"]), screenings=row["screenings"], sold=row["sold"],
    )  # fmt: skip


async def _one(organisation_id: int, title_id: int) -> TitleOut:
    found = [
        row
        for row in await queries.titles_of(organisation_id, before_id=title_id + 1, limit=1)
        if row["id"] == title_id
    ]
    if not found:
        raise NoSuchTitle("There is no such title.")
    return _title_out(found[0])


async def list_titles(request: Request) -> Response:
    """The films of a producer, the newest first, with and without a fund."""
    organisation, asked = await desk_in(request, Role.VIEWER), api.cursor(request)
    rows = await queries.titles_of(organisation.id, before_id=asked.after_id or _NEWEST, limit=asked.limit + 1)
    return api.paged(request, rows, asked, _title_out, lambda row: int(row["id"]))


async def show_title(request: Request) -> TitleOut:
    organisation, title = await title_in(request, Role.VIEWER)
    return await _one(organisation.id, title.id)


async def make_title(request: Request, body: TitleIn) -> TitleOut:
    """A film without a fund; the site draws its picture."""
    organisation = await desk_in(request)
    title = await verbs.make_title(
        organisation, body.name, body.line, by=request.state.person.id, key=key_of(request, "title")
    )
    return await _one(organisation.id, title.id)


async def rename_title(request: Request, body: TitleNameIn) -> TitleOut:
    """Another name, as long as it has not been on sale."""
    organisation, title = await title_in(request)
    await verbs.rename_title(title, body.name, by=request.state.person.id)
    return await _one(organisation.id, title.id)


async def list_bookable_titles(request: Request) -> Response:
    """Films that this cinema can ask for, the newest first."""
    organisation, asked = await desk_in(request, Role.VIEWER), api.cursor(request)
    rows = await queries.titles_to_show(
        organisation.id, _PART.of(request), before_id=asked.after_id or _NEWEST, limit=asked.limit + 1
    )

    def shown(row: dict[str, Any]) -> BookableTitleOut:
        return BookableTitleOut(id=public(row["id"]), name=row["name"], producer=row["producer"], booked=row["booked"])

    return api.paged(request, rows, asked, shown, lambda row: int(row["id"]))


async def list_bookable_cinemas(request: Request) -> Response:
    """Verified cinemas that a film can be offered to."""
    await desk_in(request, Role.VIEWER)
    asked = api.cursor(request)
    rows = await queries.cinemas_to_offer(_PART.of(request), after_id=asked.after_id or 0, limit=asked.limit + 1)
    return api.paged(
        request,
        rows,
        asked,
        lambda one: CinemaOut(id=public(one.id), name=one.name, country=one.country),
        lambda one: one.id,
    )


_SEE, _WRITE = bearer("screenings:read"), bearer("screenings:write")
_ALL = f"{ONE}/titles"
_FOUND = {"may": _SEE, "lists": True, "filters": (_PART,)}
routes = [
    get(_ALL, list_titles, may=_SEE, gives=TitleOut, lists=True, summary="The films of a producer of mine"),
    post(_ALL, make_title, may=_WRITE, takes=TitleIn, gives=TitleOut, creates=True, summary="A film without a fund"),
    get(f"{_ALL}/{{title}}", show_title, may=_SEE, gives=TitleOut, summary="One film, and what cinemas make of it"),
    post(f"{_ALL}/{{title}}/name", rename_title, may=_WRITE, takes=TitleNameIn, gives=TitleOut, summary="Rename a film"),
    get(f"{ONE}/bookable-titles", list_bookable_titles, gives=BookableTitleOut, summary="Films to ask for", **_FOUND),  # type: ignore[arg-type]
    get(f"{ONE}/bookable-cinemas", list_bookable_cinemas, gives=CinemaOut, summary="Cinemas to offer a film to", **_FOUND),  # type: ignore[arg-type]
]  # fmt: skip
