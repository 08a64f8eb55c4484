"""A cinema and a studio with people signed in, for the tests of their desks."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from crowdfund import clock
from crowdfund.database import new_id
from crowdfund.people.models import Member, Organisation, Role
from crowdfund.screenings import bookings, programme, venues
from crowdfund.screenings.models import Auditorium, Booking, Screening, Venue
from crowdfund.screenings.prices import PriceAsked
from crowdfund.screenings.seating.plan import Plan
from crowdfund.titles.models import Title
from tests.cinema import GRAND, a_cinema, a_hall_plan, a_showing, a_title
from tests.http.campaign_world import Producer
from tests.http.conftest import SignedIn, SiteUnderTest
from tests.world import Fan


async def a_cinema_owner(site: SiteUnderTest, name: str = "Gu", role: Role = Role.OWNER) -> Producer:
    """Somebody who runs a verified cinema, in a browser of her own."""
    browser = await site.signed_up(name)
    cinema = await a_cinema(Fan(browser.person.id, browser.person.email), f"{name} Theatre")
    await belongs(browser, cinema, role)
    return Producer(browser, cinema)


async def belongs(browser: SignedIn, organisation: Organisation, role: Role) -> SignedIn:
    await Member.create(
        id=new_id(), organisation_id=organisation.id, person_id=browser.person.id, role=role.value, made_at=clock.now()
    )
    return browser


async def a_member_of(site: SiteUnderTest, owner: Producer, role: Role, name: str) -> SignedIn:
    return await belongs(await site.signed_up(name), owner.organisation, role)


async def with_hall(owner: Producer, plan: Plan | None = None, name: str = "Hall 1") -> tuple[Venue, Auditorium]:
    venue = await venues.make_venue(owner.organisation, GRAND, by=owner.id, key=f"venue {name}")
    return venue, await venues.make_hall(venue, name, plan or a_hall_plan(), by=owner.id, key=f"hall {name}")


async def with_booking(owner: Producer, producer: Producer, name: str = "River Moon") -> tuple[Title, Booking]:
    title = await a_title(producer.organisation.id, name)
    booking = await bookings.ask_booking(title, owner.organisation, "We would love to.", by=owner.id)
    await bookings.answer_booking(booking, True, "", side=producer.organisation.id, by=producer.id)
    return title, await Booking.get(id=booking.id)


async def with_screening(
    owner: Producer, hall: Auditorium, title: Title, *, days: float = 10, on_sale: bool = False, **more: Any
) -> Screening:
    """A draft in ten days: 10.00 a seat and a fee of 1.00."""
    plan = a_hall_plan()
    prices = [PriceAsked(category.id, "Full", 10_00) for category in plan.categories]
    made = await programme.make_screening(
        title, owner.organisation, hall, a_showing(days=days, **more), prices, by=owner.id, key=f"screening {days}"
    )
    if on_sale:
        await programme.put_on_sale(made.id, by=owner.id)
    return await Screening.get(id=made.id)


def day_in(days: float) -> str:
    """A day from now as `date` sends it, by the clocks of Shanghai."""
    return f"{clock.now() + timedelta(days=days, hours=8):%Y-%m-%d}"
