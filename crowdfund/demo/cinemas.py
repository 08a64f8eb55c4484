"""A cinema of the demo: a film on sale, a hall that is nearly full, one that was shown, one that is settled, by people's verbs."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import httpx

from crowdfund import settings
from crowdfund.database import new_id
from crowdfund.demo.box_office import agree_on_a_deal
from crowdfund.demo.crowd import Crowd
from crowdfund.demo.door import people_come
from crowdfund.demo.paying import pay_at
from crowdfund.demo.plan import Plan
from crowdfund.orders import paying, placing
from crowdfund.orders.models import Order
from crowdfund.orders.rules import Want as OrderWant
from crowdfund.people.models import Organisation, Person
from crowdfund.screenings import bookings, programme, rules, venues
from crowdfund.screenings.blocking import block_seats
from crowdfund.screenings.holding import hold_places
from crowdfund.screenings.models import Auditorium, Screening
from crowdfund.screenings.prices import PriceAsked
from crowdfund.screenings.programme import Showing
from crowdfund.screenings.queries import Shown, free_in, prices_of, shown_screening
from crowdfund.screenings.seating.best import best_seats
from crowdfund.screenings.seating.generate import make_hall
from crowdfund.screenings.seating.plan import Plan as HallPlan
from crowdfund.screenings.venues import VenueContent
from crowdfund.titles.models import Title

CINEMA = (
    "Kanal Lichtspiele",
    "DE",
    "Two halls in a former tram depot. We open when it gets dark, and stay for the talk afterwards.",
)
DEPOT = VenueContent(
    "Kanal Lichtspiele", "Am Kanal 14", "Berlin", "DE", "Europe/Berlin",
    "Level from the street to both halls; a lift to the balcony. Induction loop in hall 1.",
)  # fmt: skip
HARBOUR = VenueContent("Harbour House", "Quay 3", "Hamburg", "DE", "Europe/Berlin", "Level from the quay.")
FILM = "What the Orchard Keeps"
ZONE = ZoneInfo("Europe/Berlin")


def big_hall() -> HallPlan:
    return make_hall(
        "Hall 1",
        rows=11,
        seats_a_row=18,
        aisles_after=(4, 14),
        wheelchairs=2,
        better_rows=(6, 7, 8),
        usual="Parkett",
        better="Loge",
    )


def small_hall() -> HallPlan:
    return make_hall("Hall 2", rows=6, seats_a_row=9, aisles_after=(3,), wheelchairs=1, usual="Seat")


async def plan_cinemas(
    cinema: Organisation, owner: Person, producer: Person, crowd: Crowd, plan: Plan, dice: random.Random
) -> None:
    """cinema: verified, with its owner. producer: of the film that it shows."""
    title = await Title.get(name=FILM)
    halls = await _halls(cinema, owner)
    plan.at(plan.now - timedelta(days=21), lambda: _book(title, cinema, owner, producer))
    evenings = [(day, hour, hall) for day in (2, 3, 4, 5, 9) for hour, hall in ((17, 0), (20, 0), (19, 1))]
    for day, hour, hall in evenings:
        full = (day, hour, hall) == (2, 20, 0)
        plan.at(
            plan.now - timedelta(days=14),
            lambda day=day, hour=hour, hall=hall: _put_on(
                title, cinema, halls[hall], owner, _evening(plan.now, day, hour)
            ),  # type: ignore[misc]
        )
        orders = 78 if full else dice.randrange(2, 7)
        plan.at(
            plan.now - timedelta(days=3, minutes=hour),
            lambda day=day, hour=hour, hall=hall, orders=orders: _sell(
                halls[hall], _evening(plan.now, day, hour), orders, crowd, dice
            ),  # type: ignore[misc]
        )
    for room, starts_at in ((halls[2], _evening(plan.now, -2, 20)), (halls[1], _evening(plan.now, -8, 20))):
        _plan_shown(title, cinema, room, owner, starts_at, crowd, plan, dice)
    plan.at(
        plan.now - timedelta(hours=20),
        lambda: _sell(halls[0], _evening(plan.now, 4, 20), 1, crowd, dice, mei=crowd.mei),
    )


def _plan_shown(
    title: Title, cinema: Organisation, hall: Auditorium, owner: Person, starts_at: datetime, crowd: Crowd, plan: Plan,
    dice: random.Random,
) -> None:  # fmt: skip
    """Sold over some days, and nearly everybody came."""
    plan.at(starts_at - timedelta(days=12), lambda: _put_on(title, cinema, hall, owner, starts_at))
    for days, orders, mei in ((10, 3, None), (6, 4, crowd.mei), (2, 5, None), (1, 6, None)):
        plan.at(
            starts_at - timedelta(days=days),
            lambda orders=orders, mei=mei: _sell(hall, starts_at, orders, crowd, dice, mei=mei),  # type: ignore[misc]
        )
    plan.at(starts_at - timedelta(minutes=10), lambda: _let_in(hall, starts_at, owner))


async def _let_in(hall: Auditorium, starts_at: datetime, owner: Person) -> None:
    await people_come(await Screening.get(auditorium_id=hall.id, starts_at=starts_at), by=owner.id)


def _evening(now: datetime, day: int, hour: int) -> datetime:
    return (now + timedelta(days=day)).astimezone(ZONE).replace(hour=hour, minute=0, second=0, microsecond=0)


async def _halls(cinema: Organisation, owner: Person) -> list[Auditorium]:
    depot = await venues.make_venue(cinema, DEPOT, by=owner.id, key="demo:depot")
    harbour = await venues.make_venue(cinema, HARBOUR, by=owner.id, key="demo:harbour")
    plans = ((depot, "Hall 1", big_hall()), (depot, "Hall 2", small_hall()), (harbour, "Hall 1", small_hall()))
    return [
        await venues.make_hall(venue, name, hall, by=owner.id, key=f"demo:{venue.slug}:{name}")
        for venue, name, hall in plans
    ]


async def _book(title: Title, cinema: Organisation, owner: Person, producer: Person) -> None:
    booking = await bookings.ask_booking(
        title, cinema, "Our audience grew up with orchards. Two weeks, three shows a day?", by=owner.id
    )
    await bookings.answer_booking(booking, True, "With pleasure.", side=title.organisation_id, by=producer.id)
    await agree_on_a_deal(booking, "even", "EUR", producer=producer.id, cinema=owner.id)


async def _put_on(title: Title, cinema: Organisation, hall: Auditorium, owner: Person, starts_at: datetime) -> None:
    plan = big_hall() if hall.name == "Hall 1" and await _is_big(hall) else small_hall()
    prices = [
        PriceAsked(category.id, name, minor)
        for category in plan.categories
        for name, minor in (("Full", 12_00 if category.id == "better" else 10_00), ("Reduced", 8_00))
    ]
    showing = Showing(
        starts_at=starts_at, doors_at=starts_at - timedelta(minutes=30), ends_at=starts_at + timedelta(minutes=118),
        sale_opens_at=starts_at - timedelta(days=60), sale_closes_at=starts_at + timedelta(minutes=15), currency="EUR",
        fee_minor=90, per_fan_max=8, note="English with German subtitles",
    )  # fmt: skip
    screening = await programme.make_screening(
        title, cinema, hall, showing, prices, by=owner.id, key=f"demo:{hall.id}:{starts_at:%m%d%H}"
    )
    await programme.put_on_sale(screening.id, by=owner.id)
    await block_seats(screening.id, [plan.seats[0].id, plan.seats[1].id], "behind the camera")


async def _is_big(hall: Auditorium) -> bool:
    return (await venues.latest_plan(hall.id)).seats > 100


# --- fans ---


async def _sell(
    hall: Auditorium, starts_at: datetime, orders: int, crowd: Crowd, dice: random.Random, *, mei: int | None = None
) -> None:
    """So many fans take two or three of the best seats that are left, and pay."""
    screening = await Screening.get(auditorium_id=hall.id, starts_at=starts_at)
    fans = dice.sample(list(crowd.good), orders)
    if mei is not None:
        fans[-1] = mei
    async with httpx.AsyncClient(trust_env=False, follow_redirects=False) as client:
        for fan in fans:
            await _buy(fan, await shown_screening(screening.id), dice.choice((1, 2, 2, 2, 3, 4)), client)


async def _buy(fan: int, shown: Shown, places: int, client: httpx.AsyncClient) -> None:
    free = await free_in(shown.screening.id, shown.plan)
    seats = best_seats(shown.plan, shown.plan.seat_ids - free.gone, places)
    if not seats:
        return
    kept = await hold_places(rules.Want(new_id(), fan, shown.screening.id, tuple(seats), (), f"demo:{new_id()}"))
    lines, total = await _lines(shown, seats)
    placed = await placing.place_order(OrderWant(new_id(), fan, kept.id, lines, total, f"demo:{new_id()}"))
    order, base = await Order.get(id=placed.id), settings.current().base_url
    url = await paying.start_payment(
        order,
        [(shown.title.name, 1, order.total_minor)],
        description=shown.title.name,
        success_url=base,
        cancel_url=base,
    )
    await pay_at(url, client)
    await paying.look_at_order(order)


async def _lines(shown: Shown, seats: Sequence[str]) -> tuple[tuple[tuple[str, int], ...], int]:
    prices = await prices_of(shown.screening.id)
    chosen = []
    for seat in seats:
        category = shown.plan.category_of(seat)
        chosen.append((seat, next(price for price in prices if price.category_id == category.id)))
    total = sum(price.price_minor + shown.screening.fee_minor for _, price in chosen)
    return tuple((seat, price.id) for seat, price in chosen), total
