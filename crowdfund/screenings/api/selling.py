"""The sale of a screening through the API: begun, stopped, taken up again; its prices, its blocked seats, who holds tickets."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from crowdfund.database.ids import public
from crowdfund.people.models import Role
from crowdfund.screenings import blocking, programme, running
from crowdfund.screenings import prices as price_verbs
from crowdfund.screenings.api.bodies import BookingReasonIn
from crowdfund.screenings.api.own import ONE, desk_in, screening_in
from crowdfund.screenings.api.screening_bodies import (
    BlockedIn,
    PricesIn,
    ReleasedIn,
    ScreeningOut,
    ScreeningsOut,
    SeveralIn,
    TicketHeldOut,
)
from crowdfund.screenings.api.screenings import prices_asked, screening_out
from crowdfund.screenings.desk import queries
from crowdfund.screenings.models import Screening
from crowdfund.screenings.queries import shown_screening
from crowdfund.screenings.rules import NoSuchScreening
from crowdfund.web import api
from crowdfund.web.routes import bearer, get, post

_FIND = api.Filter("q", "A part of a name, an order's number, or a seat's id", length_max=80)


async def put_screening_on_sale(request: Request) -> ScreeningOut:
    """Let fans buy, from the sale's hour on."""
    shown = await screening_in(request)
    await programme.put_on_sale(shown.screening.id, by=request.state.person.id)
    return await screening_out(await shown_screening(shown.screening.id))


async def put_screenings_on_sale(request: Request, body: SeveralIn) -> ScreeningsOut:
    """Several drafts at once, all or none."""
    organisation, missing = await desk_in(request), NoSuchScreening("There is no such screening.")
    ids = {api.known_id(one, missing) for one in body.screenings}
    if await Screening.filter(id__in=list(ids), organisation_id=organisation.id).count() != len(ids):
        raise missing
    await running.put_all_on_sale(sorted(ids), by=request.state.person.id)
    return ScreeningsOut(screenings=[await screening_out(await shown_screening(one)) for one in sorted(ids)])


async def close_screening_sale(request: Request, body: BookingReasonIn) -> ScreeningOut:
    """Sell nothing more for now; who has a ticket keeps it."""
    shown = await screening_in(request)
    await programme.close_sale(shown.screening.id, body.reason, by=request.state.person.id)
    return await screening_out(await shown_screening(shown.screening.id))


async def reopen_screening_sale(request: Request, body: BookingReasonIn) -> ScreeningOut:
    shown = await screening_in(request)
    await running.reopen_sale(shown.screening.id, body.reason, by=request.state.person.id)
    return await screening_out(await shown_screening(shown.screening.id))


async def change_screening_prices(request: Request, body: PricesIn) -> ScreeningOut:
    """Other prices from now on, all of them at once."""
    shown = await screening_in(request)
    await price_verbs.change_prices(shown.screening.id, prices_asked(body.prices), by=request.state.person.id)
    return await screening_out(await shown_screening(shown.screening.id))


async def block_seats(request: Request, body: BlockedIn) -> ScreeningOut:
    """Seats that are not for sale."""
    shown = await screening_in(request)
    await blocking.block_seats(shown.screening.id, body.seats, body.because, by=request.state.person.id)
    return await screening_out(await shown_screening(shown.screening.id))


async def release_seats(request: Request, body: ReleasedIn) -> ScreeningOut:
    """Give blocked seats back to the sale."""
    shown = await screening_in(request)
    await blocking.unblock_seats(shown.screening.id, body.seats, by=request.state.person.id)
    return await screening_out(await shown_screening(shown.screening.id))


async def list_ticket_holders(request: Request) -> Response:
    """Who may enter, as they bought: the cinema's alone, and without addresses."""
    shown, asked = await screening_in(request, Role.VIEWER), api.cursor(request)
    rows = await queries.holders_of(
        shown.screening.id, _FIND.of(request), after_id=asked.after_id or 0, limit=asked.limit + 1
    )

    def held(row: dict[str, Any]) -> TicketHeldOut:
        place_id = row["seat_id"] or row["area_id"]
        return TicketHeldOut(
            ticket=public(row["id"]), order=public(row["order_id"]), name=row["name"], place=str(shown.plan.label(place_id)),
            place_id=place_id, price_name=row["price"], price_minor=row["price_minor"], currency=row["currency"], state=row["state"],
        )  # fmt: skip

    return api.paged(request, rows, asked, held, lambda row: int(row["id"]))


_SEE, _WRITE = bearer("screenings:read"), bearer("screenings:write")
_ALL = f"{ONE}/screenings"
_ONE = f"{_ALL}/{{screening}}"
_GIVES = {"may": _WRITE, "gives": ScreeningOut}
routes = [
    post(f"{_ALL}/sale", put_screenings_on_sale, may=_WRITE, takes=SeveralIn, gives=ScreeningsOut, summary="Put several on sale"),
    post(f"{_ONE}/sale", put_screening_on_sale, summary="Put a screening on sale", **_GIVES),  # type: ignore[arg-type]
    post(f"{_ONE}/sale/closure", close_screening_sale, takes=BookingReasonIn, summary="Stop the sale", **_GIVES),  # type: ignore[arg-type]
    post(f"{_ONE}/sale/reopening", reopen_screening_sale, takes=BookingReasonIn, summary="Sell again", **_GIVES),  # type: ignore[arg-type]
    post(f"{_ONE}/prices", change_screening_prices, takes=PricesIn, summary="Other prices", **_GIVES),  # type: ignore[arg-type]
    post(f"{_ONE}/blocked-seats", block_seats, takes=BlockedIn, summary="Block seats", **_GIVES),  # type: ignore[arg-type]
    post(f"{_ONE}/blocked-seats/release", release_seats, takes=ReleasedIn, summary="Sell blocked seats again", **_GIVES),  # type: ignore[arg-type]
    get(f"{_ONE}/tickets", list_ticket_holders, may=_SEE, gives=TicketHeldOut, lists=True, filters=(_FIND,), summary="Who holds tickets"),
]  # fmt: skip
