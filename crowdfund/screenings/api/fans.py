"""Screenings as fans' programs use them: what is on, what is free, places kept. The hold is a way of the rush."""

from __future__ import annotations

import json
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from crowdfund.database import new_id
from crowdfund.database.ids import public
from crowdfund.screenings.api.fans_bodies import (
    BestIn,
    BestOut,
    HoldIn,
    HoldOut,
    LadderOut,
    PlacesOut,
    PriceOut,
    ScreeningOut,
    ScreeningShown,
    ScreeningsListed,
)
from crowdfund.screenings.holding import hold_places
from crowdfund.screenings.queries import Shown, free_in, on_sale_after, prices_of, public_screening, show
from crowdfund.screenings.rules import NoPlacesChosen, NoSuchScreening, Want, read_ladder
from crowdfund.screenings.seating.best import best_seats
from crowdfund.web import api
from crowdfund.web.rate_limit import PUBLIC_API, Limit
from crowdfund.web.routes import bearer, get, post
from crowdfund.web.routes import public as everybody

HOLDING = Limit("api_hold", 240, 60, by="token")

_MISSING = NoSuchScreening("There is no such screening.")
CITY = api.Filter("city", "Only those in this city.", length_max=60)


def facts_of(shown: Shown) -> dict[str, Any]:
    screening = shown.screening
    return {
        "id": public(screening.id), "title": public(shown.title.id), "name": shown.title.name, "venue": shown.venue.name,
        "city": shown.venue.city, "country": shown.venue.country, "zone": shown.venue.zone, "hall": shown.hall.name,
        "note": screening.note, "state": screening.state, "currency": screening.currency,
        "doors_at": api.instant(screening.doors_at), "starts_at": api.instant(screening.starts_at),
        "ends_at": api.instant(screening.ends_at), "sale_opens_at": api.instant(screening.sale_opens_at),
        "sale_closes_at": api.instant(screening.sale_closes_at), "places": shown.places, "sold": screening.sold,
        "fee_minor": screening.fee_minor, "per_fan_max": screening.per_fan_max,
    }  # fmt: skip


async def list_screenings(request: Request) -> Response:
    """Screenings to come that tickets are or will be sold for, in the order in which they were put on."""
    asked, city = api.cursor(request), CITY.of(request)
    rows = await on_sale_after(asked.after_id or 0, city, limit=asked.limit + 1)
    shown = [await show(row) for row in rows]
    return api.paged(request, shown, asked, lambda one: ScreeningOut(**facts_of(one)), lambda one: one.screening.id)


async def _found(request: Request) -> Shown:
    return await public_screening(api.id_in(request, "screening", _MISSING))


async def show_screening(request: Request) -> ScreeningShown:
    """One screening with its prices, its refund ladder and the plan of its hall."""
    shown = await _found(request)
    prices = [
        PriceOut(id=public(price.id), category=price.category_id, name=price.name, price_minor=price.price_minor)
        for price in await prices_of(shown.screening.id)
    ]
    ladder = [LadderOut(hours=hours, back_bps=bps) for hours, bps in read_ladder(shown.screening.refund_steps)]
    return ScreeningShown(**facts_of(shown), prices=prices, refund_ladder=ladder, plan=json.loads(shown.plan.to_json()))


async def show_places(request: Request) -> PlacesOut:
    """What of a hall is gone now."""
    shown = await _found(request)
    free = await free_in(shown.screening.id, shown.plan)
    return PlacesOut(
        taken=sorted(free.taken | free.blocked), held=sorted(free.held), areas=free.areas,
        next_back_at=api.instant_or_none(free.back_at),
    )  # fmt: skip


async def find_best(request: Request, body: BestIn) -> BestOut:
    """The best free seats together, as they are now; nothing is kept by this."""
    shown = await _found(request)
    free = await free_in(shown.screening.id, shown.plan)
    seats = best_seats(
        shown.plan, shown.plan.seat_ids - free.gone, body.seats, category_id=body.category, wheelchairs=body.wheelchairs
    )
    if not seats:
        raise NoPlacesChosen("There are not so many free seats of that kind.", field="seats")
    return BestOut(seats=list(seats))


async def hold(request: Request, body: HoldIn) -> Response:
    """Keep places for eight minutes. Another hold of the same fan in the same screening takes the place of this one."""
    asked: dict[str, Any] = request.scope["state"]
    want = Want(
        new_id(), asked["person"].id, api.id_in(request, "screening", _MISSING), tuple(body.seats),
        tuple((area.area, area.places) for area in body.areas), asked["idempotency_key"],
    )  # fmt: skip
    kept = await hold_places(want)
    told = {
        "id": public(kept.id), "screening": request.path_params["screening"], "places": kept.places,
        "held_until": api.instant(kept.held_until),
    }  # fmt: skip
    return api.answer(told, 201)


ONE = "/api/v1/screenings/{screening}"
routes = [
    get("/api/v1/screenings", list_screenings, may=everybody, gives=ScreeningsListed, lists=True, filters=[CITY], limit=PUBLIC_API,
        summary="What is on"),
    get(ONE, show_screening, may=everybody, gives=ScreeningShown, limit=PUBLIC_API, summary="One screening"),
    get(f"{ONE}/places", show_places, may=everybody, gives=PlacesOut, limit=PUBLIC_API, summary="What is gone"),
    post(f"{ONE}/best", find_best, may=bearer("tickets:read"), takes=BestIn, gives=BestOut, summary="The best free seats"),
    post(f"{ONE}/holds", hold, may=bearer("tickets:write", confirmed=True), takes=HoldIn, gives=HoldOut, creates=True, limit=HOLDING,
         summary="Keep places for eight minutes"),
]  # fmt: skip
