"""What every call about a desk asks first: whose it is, and whether the token's person may do that there."""

from __future__ import annotations

from starlette.requests import Request

from crowdfund.people.api.own import own_organisation
from crowdfund.people.models import Organisation, Role
from crowdfund.screenings.api.bodies import SaidOut
from crowdfund.screenings.bookings import NoSuchBooking, booking_for
from crowdfund.screenings.models import Auditorium, Booking, Venue
from crowdfund.screenings.queries import Shown, shown_screening
from crowdfund.screenings.rules import NoSuchScreening
from crowdfund.screenings.titles import NoSuchTitle, own_title
from crowdfund.screenings.venues import NoSuchHall, NoSuchVenue
from crowdfund.titles.models import Title
from crowdfund.web import api

ONE = "/api/v1/organisations/{organisation}"


async def desk_in(request: Request, needed: Role = Role.MANAGER) -> Organisation:
    return (await own_organisation(request, needed))[0]


async def venue_in(request: Request, needed: Role = Role.MANAGER) -> tuple[Organisation, Venue]:
    organisation = await desk_in(request, needed)
    missing = NoSuchVenue("There is no such venue.")
    return organisation, await api.row_in(request, "venue", Venue, missing, organisation_id=organisation.id)


async def hall_in(request: Request, needed: Role = Role.MANAGER) -> tuple[Venue, Auditorium]:
    _organisation, venue = await venue_in(request, needed)
    return venue, await api.row_in(request, "hall", Auditorium, NoSuchHall("There is no such hall."), venue_id=venue.id)


async def title_in(request: Request, needed: Role = Role.MANAGER) -> tuple[Organisation, Title]:
    organisation = await desk_in(request, needed)
    title_id = api.id_in(request, "title", NoSuchTitle("There is no such title."))
    return organisation, await own_title(organisation.id, title_id)


async def booking_in(request: Request, needed: Role = Role.MANAGER) -> tuple[Organisation, Booking, Title]:
    organisation = await desk_in(request, needed)
    booking_id = api.id_in(request, "booking", NoSuchBooking("There is no such booking."))
    return organisation, *await booking_for(organisation.id, booking_id)


async def screening_seen(request: Request) -> Shown:
    """One that this desk may look at: its cinema's or its producer's."""
    organisation = await desk_in(request, Role.VIEWER)
    shown = await _shown(request)
    if organisation.id not in (shown.screening.organisation_id, shown.title.organisation_id):
        raise NoSuchScreening("There is no such screening.")
    return shown


async def screening_in(request: Request, needed: Role = Role.MANAGER) -> Shown:
    """One that this cinema runs."""
    organisation = await desk_in(request, needed)
    shown = await _shown(request)
    if shown.screening.organisation_id != organisation.id:
        raise NoSuchScreening("There is no such screening.")
    return shown


async def _shown(request: Request) -> Shown:
    return await shown_screening(api.id_in(request, "screening", NoSuchScreening("There is no such screening.")))


def key_of(request: Request, what: str) -> str:
    """The key that this wish has among those of the same kind."""
    return f"{what}:api:{request.state.idempotency_key}"


def said_out(rows: list[dict[str, object]]) -> list[SaidOut]:
    return [SaidOut(**{**row, "at": api.instant(row["at"])}) for row in rows]  # type: ignore[arg-type]
