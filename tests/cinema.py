"""A cinema for a test: `a_screening()`, `held(fan, screening, "A-1")`, `ordered(fan, hold)`, `paid(order)`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta
from itertools import count
from typing import Any

import httpx

from crowdfund import clock
from crowdfund.database import new_id
from crowdfund.orders import paying, placing
from crowdfund.orders.models import Order
from crowdfund.orders.rules import Placed
from crowdfund.orders.rules import Want as OrderWant
from crowdfund.people.models import Organisation
from crowdfund.screenings import bookings, programme, venues
from crowdfund.screenings.holding import hold_places
from crowdfund.screenings.models import Auditorium, Booking, Screening, Ticket, Venue
from crowdfund.screenings.prices import PriceAsked
from crowdfund.screenings.programme import Showing
from crowdfund.screenings.queries import prices_of, shown_screening
from crowdfund.screenings.rules import Kept, Want
from crowdfund.screenings.seating.generate import make_hall
from crowdfund.screenings.seating.plan import Area, Category, Colour, Plan, Zone
from crowdfund.screenings.venues import VenueContent
from crowdfund.titles.models import Title
from tests.world import Fan, a_fan, a_studio

_numbers = count(1)
GRAND = VenueContent("Grand Theatre", "20 Huanghe Road", "Shanghai", "CN", "Asia/Shanghai")


async def a_cinema(owner: Fan, name: str = "Grand Theatre") -> Organisation:
    return await Organisation.create(
        id=(number := new_id()), kind="cinema", slug=f"cinema-{number}", name=name, country="CN", state="verified",
        made_at=clock.now(),
    )  # fmt: skip


def a_hall_plan(rows: int = 4, seats: int = 5, *, standing: int = 0) -> Plan:
    """Rows A, B, … of so many seats, all of one category, and an area to stand in beside them."""
    plan = make_hall("Hall 1", rows=rows, seats_a_row=seats)
    if not standing:
        return plan
    area = Area("floor", "Floor", standing, "standing", ((1, 1), (20, 1), (20, 20), (1, 20)))
    zone = Zone("floor-zone", "Floor", (), (area,))
    category = Category("standing", "Standing", Colour.TEAL)
    return Plan(
        plan.name, plan.width, plan.height, plan.screen, (*plan.categories, category), (*plan.zones, zone), plan.signs
    )


async def a_hall(cinema: Organisation, owner: Fan, plan: Plan) -> Auditorium:
    venue = await venues.make_venue(cinema, GRAND, by=owner.id, key=f"venue-{next(_numbers)}")
    return await venues.make_hall(venue, "Hall 1", plan, by=owner.id, key=f"hall-{next(_numbers)}")


async def a_title(studio_id: int, name: str = "River Moon") -> Title:
    return await Title.create(
        id=new_id(), organisation_id=studio_id, kind="film", name=name, colour="key--sky", made_at=clock.now()
    )


async def a_booking(title: Title, cinema: Organisation, owner: Fan) -> Booking:
    booking = await bookings.ask_booking(title, cinema, "We would love to show it.", by=owner.id)
    await bookings.answer_booking(booking, True, "", side=title.organisation_id, by=owner.id)
    return booking


def a_showing(*, days: float = 10, currency: str = "EUR", **more: Any) -> Showing:
    starts_at = clock.now() + timedelta(days=days)
    facts: dict[str, Any] = {
        "starts_at": starts_at, "doors_at": starts_at - timedelta(minutes=30), "ends_at": starts_at + timedelta(hours=2),
        "sale_opens_at": clock.now() - timedelta(hours=1), "sale_closes_at": starts_at + timedelta(minutes=15),
        "currency": currency, "fee_minor": 1_00,
    }  # fmt: skip
    return Showing(**{**facts, **more})


async def a_screening(
    *, plan: Plan | None = None, price_minor: int = 10_00, on_sale: bool = True, days: float = 10, **more: Any
) -> Screening:
    """On sale from an hour ago: 20 seats at 10.00 and a fee of 1.00 each, if nothing else is said."""
    owner = await a_fan("Gu")
    cinema = await a_cinema(owner)
    hall = await a_hall(cinema, owner, plan or a_hall_plan())
    title = await a_title(await a_studio())
    await a_booking(title, cinema, owner)
    plan = plan or a_hall_plan()
    prices = [PriceAsked(category.id, "Full", price_minor) for category in plan.categories]
    screening = await programme.make_screening(
        title, cinema, hall, a_showing(days=days, **more), prices, by=owner.id, key=f"screening-{next(_numbers)}"
    )
    if on_sale:
        await programme.put_on_sale(screening.id, by=owner.id)
    return await Screening.get(id=screening.id)


def a_want(fan: Fan, screening: Screening, *seats: str, standing: int = 0, **more: Any) -> Want:
    facts: dict[str, Any] = {
        "id": new_id(), "person_id": fan.id, "screening_id": screening.id, "seats": seats,
        "areas": (("floor", standing),) if standing else (), "key": f"hold-{next(_numbers)}",
    }  # fmt: skip
    return Want(**{**facts, **more})


async def held(fan: Fan, screening: Screening, *seats: str, standing: int = 0) -> Kept:
    return await hold_places(a_want(fan, screening, *seats, standing=standing))


async def an_order(fan: Fan, kept: Kept, places: Sequence[str], **more: Any) -> OrderWant:
    shown = await shown_screening(kept.screening_id)
    prices = {price.category_id: price for price in await prices_of(kept.screening_id)}
    lines = [(place, prices[shown.plan.category_of(place).id]) for place in places]
    total = sum(price.price_minor + shown.screening.fee_minor for _, price in lines)
    facts: dict[str, Any] = {
        "id": new_id(), "person_id": fan.id, "hold_id": kept.id, "lines": tuple((place, p.id) for place, p in lines),
        "total_minor": total, "key": f"order-{next(_numbers)}",
    }  # fmt: skip
    return OrderWant(**{**facts, **more})


async def ordered(fan: Fan, kept: Kept, *places: str) -> Placed:
    return await placing.place_order(await an_order(fan, kept, places))


async def page_for(order_id: int) -> str:
    """The address of the processor's page for an order."""
    order = await Order.get(id=order_id)
    return await paying.start_payment(
        order, [("Tickets", 1, order.total_minor)], description="Tickets",
        success_url="http://127.0.0.1:8000/back", cancel_url="http://127.0.0.1:8000/cancel",
    )  # fmt: skip


async def pay_at(url: str, card: str = "ok") -> httpx.Response:
    """Fill in the sandbox's hosted page as a browser would, and send it."""
    async with httpx.AsyncClient(trust_env=False, follow_redirects=False, verify=False) as client:
        html = (await client.get(url)).text
        action = re.search(r'<form[^>]*action="([^"]+)"', html)
        fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', html))
        data = {"email": "mei@example.com", **fields, "card": card}
        return await client.post(httpx.URL(url).join(action[1] if action else ""), data=data)


async def paid(order_id: int, card: str = "ok") -> Order:
    """She pays on the processor's page, and comes back."""
    answer = await pay_at(await page_for(order_id), card)
    assert answer.status_code == 303, answer.text[:500]
    order = await Order.get(id=order_id)
    await paying.look_at_order(order)
    return await Order.get(id=order_id)


async def bought(fan: Fan, screening: Screening, *seats: str) -> Order:
    """Held, ordered and paid."""
    placed = await ordered(fan, await held(fan, screening, *seats), *seats)
    return await paid(placed.id)


async def tickets_of(order: Order) -> list[Ticket]:
    return await Ticket.filter(order_id=order.id).order_by("seat_id", "id")


async def venue_of(screening: Screening) -> Venue:
    hall = await Auditorium.get(id=screening.auditorium_id)
    return await Venue.get(id=hall.venue_id)
