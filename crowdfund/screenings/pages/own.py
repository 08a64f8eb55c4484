"""What every page of a cinema's or a producer's desk asks first: what stands in the path, and whose it is."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from crowdfund.database.ids import private
from crowdfund.people.models import Organisation, Role
from crowdfund.people.rules import may
from crowdfund.screenings.bookings import booking_for
from crowdfund.screenings.models import Auditorium, Booking, Venue
from crowdfund.screenings.queries import Shown, shown_screening
from crowdfund.screenings.rules import NoSuchScreening
from crowdfund.screenings.titles import own_title
from crowdfund.screenings.venues import hall_of, own_venue
from crowdfund.titles.models import Title
from crowdfund.web.page import page

DESK = "/desk/{organisation}"


def base_of(request: Request) -> str:
    return f"/desk/{request.state.organisation.slug}"


def may_write(request: Request) -> bool:
    return may(request.state.role, Role.MANAGER)


def desk_page(request: Request, template: str, now: str, status: int = 200, **context: Any) -> Response:
    """A page of this desk. now: its tab."""
    organisation: Organisation = request.state.organisation
    return page(
        request, f"screenings/{template}", status, organisation=organisation, base=base_of(request), now_tab=now,
        may_write=may_write(request), **context,
    )  # fmt: skip


async def venue_in(request: Request) -> Venue:
    return await own_venue(request.state.organisation.id, request.path_params["venue"])


async def hall_in(request: Request) -> tuple[Venue, Auditorium]:
    venue = await venue_in(request)
    return venue, await hall_of(venue, private(request.path_params["hall"]))


async def title_in(request: Request) -> Title:
    return await own_title(request.state.organisation.id, private(request.path_params["title"]))


async def booking_in(request: Request) -> tuple[Booking, Title]:
    return await booking_for(request.state.organisation.id, private(request.path_params["booking"]))


async def screening_in(request: Request) -> Shown:
    """A screening of this cinema. Raises NoSuchScreening for others', those of its own titles elsewhere among them."""
    shown = await shown_screening(private(request.path_params["screening"]))
    if shown.screening.organisation_id != request.state.organisation.id:
        raise NoSuchScreening("There is no such screening.")
    return shown


async def screening_seen(request: Request) -> tuple[Shown, bool]:
    """A screening that this desk may look at, and whether it is the cinema's: its producer looks only."""
    shown = await shown_screening(private(request.path_params["screening"]))
    organisation_id = request.state.organisation.id
    if organisation_id not in (shown.screening.organisation_id, shown.title.organisation_id):
        raise NoSuchScreening("There is no such screening.")
    return shown, shown.screening.organisation_id == organisation_id
