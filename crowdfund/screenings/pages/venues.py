"""A cinema's venues: where they are, by which clocks they live, how one gets in."""

from __future__ import annotations

from secrets import token_urlsafe

from starlette.requests import Request
from starlette.responses import Response

from crowdfund.database.ids import public
from crowdfund.people.forms import countries
from crowdfund.screenings import venues as verbs
from crowdfund.screenings.hours import zones
from crowdfund.screenings.models import Auditorium, SeatPlan, Venue
from crowdfund.screenings.pages.forms import ACCESS_MAX, VenueForm, venue_typed
from crowdfund.screenings.pages.own import DESK, base_of, desk_page, venue_in
from crowdfund.web.i18n import _
from crowdfund.web.page import redirect
from crowdfund.web.routes import get, member, post


async def venues(request: Request) -> Response:
    found = await Venue.filter(organisation_id=request.state.organisation.id).order_by("name", "id")
    return desk_page(request, "desk_venues.html", "venues", venues=[(venue, await _halls(venue)) for venue in found])


async def _halls(venue: Venue) -> list[tuple[str, str, SeatPlan]]:
    """By name: the id, the name, and the plan in force."""
    return [
        (public(hall.id), hall.name, await verbs.latest_plan(hall.id))
        for hall in await Auditorium.filter(venue_id=venue.id).order_by("name")
    ]


async def new_venue(request: Request) -> Response:
    return _form(request, VenueForm({"country": request.state.organisation.country, "key": token_urlsafe(16)}))


def _form(request: Request, form: VenueForm, venue: Venue | None = None) -> Response:
    named = [(zone, zone.replace("_", " ")) for zone in zones()]
    return desk_page(
        request, "desk_venue_form.html", "venues", form.status, form=form, venue=venue, countries=countries(), zones=named,
        access_max=ACCESS_MAX,
    )  # fmt: skip


async def make(request: Request) -> Response:
    form = await VenueForm.read(request)
    if not form.errors:
        with form.showing_refusals():
            key = f"form:{form.key or token_urlsafe(16)}"
            venue = await verbs.make_venue(
                request.state.organisation, form.content, by=request.state.person.id, key=key
            )
            said = _("Here is your venue. Now draw its first hall.")
            return redirect(request, f"{base_of(request)}/venues/{venue.slug}", ("good", said))
    return _form(request, form)


async def show(request: Request) -> Response:
    venue = await venue_in(request)
    return desk_page(request, "desk_venue.html", "venues", venue=venue, halls=await _halls(venue))


async def venue_form(request: Request) -> Response:
    venue = await venue_in(request)
    return _form(request, VenueForm(venue_typed(venue)), venue)


async def change(request: Request) -> Response:
    venue, form = await venue_in(request), await VenueForm.read(request)
    if not form.errors:
        with form.showing_refusals():
            await verbs.change_venue(venue, form.content, by=request.state.person.id)
            return redirect(request, f"{base_of(request)}/venues/{venue.slug}", ("good", _("Saved.")))
    return _form(request, form, venue)


_ALL = f"{DESK}/venues"
_ONE = f"{_ALL}/{{venue}}"
_RUN = member("manager")
routes = [
    get(_ALL, venues, may=member("viewer")),
    get(f"{_ALL}/new", new_venue, may=_RUN),
    post(_ALL, make, may=_RUN),
    get(_ONE, show, may=member("viewer")),
    get(f"{_ONE}/content", venue_form, may=_RUN),
    post(f"{_ONE}/content", change, may=_RUN),
]
