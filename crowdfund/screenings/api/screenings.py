"""Screenings through the API: planned one by one or a week at once, changed as drafts, read by cinema and producer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from crowdfund import clock
from crowdfund.database.ids import public
from crowdfund.people.models import Role
from crowdfund.screenings import programme, rules, running
from crowdfund.screenings.api.own import ONE, desk_in, key_of, said_out, screening_in, screening_seen
from crowdfund.screenings.api.screening_bodies import (
    DraftIn,
    PriceIn,
    PriceOut,
    ScreeningListed,
    ScreeningOut,
    ScreeningsIn,
    ScreeningsOut,
    StepOut,
    TermsIn,
)
from crowdfund.screenings.desk import queries
from crowdfund.screenings.hours import local_of
from crowdfund.screenings.models import Auditorium, SingleSeats, Venue
from crowdfund.screenings.prices import PriceAsked
from crowdfund.screenings.programme import stamp_of
from crowdfund.screenings.queries import Shown, free_in, prices_of, shown_screening
from crowdfund.screenings.series import Terms, make_series
from crowdfund.screenings.titles import NoSuchTitle
from crowdfund.screenings.venues import NoSuchHall
from crowdfund.web import api
from crowdfund.web.routes import bearer, get, post


def _listed(row: dict[str, Any]) -> ScreeningListed:
    local = local_of(clock.from_us(row["starts_at"]), row["zone"])
    return ScreeningListed(
        id=public(row["id"]), title=public(row["title_id"]), title_name=row["title"], venue=public(row["venue_id"]),
        venue_name=row["venue"], hall=public(row["auditorium_id"]), hall_name=row["hall"], state=row["state"],
        starts_at=api.instant(row["starts_at"]), starts_at_local=f"{local:%Y-%m-%dT%H:%M}", zone=row["zone"], sold=row["sold"],
        places=row["places"], blocked=row["blocked"], gross_minor=row["gross_minor"], currency=row["currency"],
    )  # fmt: skip


async def screening_out(shown: Shown) -> ScreeningOut:
    one, venue = shown.screening, shown.venue
    offered, free = await prices_of(one.id), await free_in(one.id, shown.plan)
    ladder = [StepOut(hours_before=hours, share_bps=bps) for hours, bps in rules.read_ladder(one.refund_steps)]
    return ScreeningOut(
        id=public(one.id), title=public(one.title_id), title_name=shown.title.name, venue=public(venue.id), hall=public(shown.hall.id),
        state=one.state, starts_at=api.instant(one.starts_at), zone=venue.zone, doors_at=api.instant(one.doors_at),
        starts_at_local=f"{local_of(one.starts_at, venue.zone):%Y-%m-%dT%H:%M}", ends_at=api.instant(one.ends_at),
        sale_opens_at=api.instant(one.sale_opens_at), sale_closes_at=api.instant(one.sale_closes_at), currency=one.currency,
        fee_minor=one.fee_minor, per_fan_max=one.per_fan_max, single_seats=one.single_seats, refund_steps=ladder, note=one.note,
        prices=[PriceOut(id=public(p.id), category=p.category_id, name=p.name, price_minor=p.price_minor) for p in offered],
        sold=one.sold, places=shown.places, free=free.left, blocked_seats=sorted(free.blocked), gross_minor=one.gross_minor,
        stamp=stamp_of(one, offered), history=said_out(await queries.screening_history(one.id)),
    )  # fmt: skip


def prices_asked(prices: Sequence[PriceIn]) -> list[PriceAsked]:
    return [PriceAsked(one.category, one.name, one.price_minor) for one in prices]


def _terms(body: TermsIn) -> Terms:
    return Terms(
        doors_minutes=body.doors_minutes, length_minutes=body.length_minutes, closes_minutes=body.sale_closes_minutes,
        sale_opens_at=body.sale_opens_at, currency=body.currency, fee_minor=body.fee_minor, per_fan_max=body.per_fan_max,
        single_seats=SingleSeats(body.single_seats), ladder=tuple((s.hours_before, s.share_bps) for s in body.refund_steps), note=body.note,
    )  # fmt: skip


async def list_own_screenings(request: Request) -> Response:
    """What a cinema shows, or what is shown of a producer's films, as they were made."""
    organisation, asked = await desk_in(request, Role.VIEWER), api.cursor(request)
    rows = await queries.screenings_after(organisation.id, asked.after_id or 0, limit=asked.limit + 1)
    return api.paged(request, rows, asked, _listed, lambda row: int(row["id"]))


async def show_desk_screening(request: Request) -> ScreeningOut:
    """One screening with all its terms; its producer sees it too."""
    return await screening_out(await screening_seen(request))


async def make_screenings(request: Request, body: ScreeningsIn) -> ScreeningsOut:
    """Drafts at these moments on the same terms, all or none."""
    organisation, nowhere = await desk_in(request), NoSuchHall("There is no such hall.", field="hall")
    titles = {one.id: one for one in await queries.agreed_titles(organisation.id)}
    title = titles.get(api.known_id(body.title, NoSuchTitle("There is no such title.", field="title")))
    if title is None:
        raise NoSuchTitle("This title is not booked: its producer has to agree first.", field="title")
    hall = await Auditorium.get_or_none(id=api.known_id(body.hall, nowhere))
    if hall is None or not await Venue.exists(id=hall.venue_id, organisation_id=organisation.id):
        raise nowhere
    made = await make_series(
        title, organisation, hall, body.starts_at, _terms(body), prices_asked(body.prices), by=request.state.person.id,
        key=key_of(request, "screenings"),
    )  # fmt: skip
    return ScreeningsOut(screenings=[await screening_out(await shown_screening(one.id)) for one in made])


async def change_screening(request: Request, body: DraftIn) -> ScreeningOut:
    """All of a draft, anew. Once it is on sale its hours and terms stay."""
    shown = await screening_in(request)
    showing, prices = _terms(body).at(body.starts_at), prices_asked(body.prices)
    await programme.change_draft(shown.screening.id, showing, prices, by=request.state.person.id, stamp=body.stamp)
    return await screening_out(await shown_screening(shown.screening.id))


async def withdraw_screening(request: Request) -> ScreeningOut:
    """Put a draft away that no fan has seen."""
    shown = await screening_in(request)
    await running.withdraw_draft(shown.screening.id, by=request.state.person.id)
    return await screening_out(await shown_screening(shown.screening.id))


_SEE, _WRITE = bearer("screenings:read"), bearer("screenings:write")
_ALL = f"{ONE}/screenings"
_ONE = f"{_ALL}/{{screening}}"
routes = [
    get(_ALL, list_own_screenings, may=_SEE, gives=ScreeningListed, lists=True, summary="Screenings of a cinema or a producer of mine"),
    post(_ALL, make_screenings, may=_WRITE, takes=ScreeningsIn, gives=ScreeningsOut, creates=True, summary="Plan screenings"),
    get(_ONE, show_desk_screening, may=_SEE, gives=ScreeningOut, summary="One screening with its terms"),
    post(f"{_ONE}/content", change_screening, may=_WRITE, takes=DraftIn, gives=ScreeningOut, summary="Change a draft"),
    post(f"{_ONE}/withdrawal", withdraw_screening, may=_WRITE, gives=ScreeningOut, summary="Put a draft away"),
]  # fmt: skip
