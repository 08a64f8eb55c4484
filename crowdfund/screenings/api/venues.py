"""A cinema's venues through the API."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from crowdfund.database.ids import public
from crowdfund.people.forms import countries
from crowdfund.people.models import Role
from crowdfund.screenings import venues as verbs
from crowdfund.screenings.api.bodies import VenueIn, VenueOut
from crowdfund.screenings.api.own import ONE, desk_in, key_of, venue_in
from crowdfund.screenings.models import Venue
from crowdfund.screenings.venues import VenueContent
from crowdfund.web import api
from crowdfund.web.routes import bearer, get, post


def venue_out(venue: Venue) -> VenueOut:
    names = ("slug", "name", "address", "city", "country", "zone", "access")
    return VenueOut(id=public(venue.id), **{name: getattr(venue, name) for name in names})


def _content(body: VenueIn) -> VenueContent:
    if body.country not in countries():
        raise api.BodyInvalid([{"field": "country", "sentence": "There is no such country."}])
    return VenueContent(**body.model_dump())


async def list_venues(request: Request) -> Response:
    """The venues of a cinema, as they were made."""
    organisation, asked = await desk_in(request, Role.VIEWER), api.cursor(request)
    found = Venue.filter(organisation_id=organisation.id, id__gt=asked.after_id or 0)
    rows = await found.order_by("id").limit(asked.limit + 1)
    return api.paged(request, rows, asked, venue_out, lambda venue: venue.id)


async def show_venue(request: Request) -> VenueOut:
    return venue_out((await venue_in(request, Role.VIEWER))[1])


async def make_venue(request: Request, body: VenueIn) -> VenueOut:
    """A new venue of a cinema."""
    organisation, by = await desk_in(request), request.state.person.id
    return venue_out(await verbs.make_venue(organisation, _content(body), by=by, key=key_of(request, "venue")))


async def change_venue(request: Request, body: VenueIn) -> VenueOut:
    """All that is said of a venue. Its zone stays while something is on sale there."""
    _organisation, venue = await venue_in(request)
    await verbs.change_venue(venue, _content(body), by=request.state.person.id)
    return venue_out(await Venue.get(id=venue.id))


_SEE, _WRITE = bearer("screenings:read"), bearer("screenings:write")
_ALL = f"{ONE}/venues"
routes = [
    get(_ALL, list_venues, may=_SEE, gives=VenueOut, lists=True, summary="The venues of a cinema of mine"),
    post(_ALL, make_venue, may=_WRITE, takes=VenueIn, gives=VenueOut, creates=True, summary="A new venue"),
    get(f"{_ALL}/{{venue}}", show_venue, may=_SEE, gives=VenueOut, summary="One venue"),
    post(f"{_ALL}/{{venue}}", change_venue, may=_WRITE, takes=VenueIn, gives=VenueOut, summary="Change a venue"),
]  # fmt: skip
