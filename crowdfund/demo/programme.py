"""A second cinema of the demo, for its desk: films asked for and offered, one week on sale and the next one in drafts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, time, timedelta

from crowdfund import clock
from crowdfund.demo.plan import Plan
from crowdfund.people.models import Organisation, Person
from crowdfund.screenings import bookings, running, titles, venues
from crowdfund.screenings.hours import local_of, starts_of
from crowdfund.screenings.models import Auditorium, Screening
from crowdfund.screenings.prices import PriceAsked
from crowdfund.screenings.seating.csv_file import read_csv
from crowdfund.screenings.seating.generate import make_hall
from crowdfund.screenings.seating.plan import Plan as HallPlan
from crowdfund.screenings.series import Terms, make_series
from crowdfund.screenings.venues import VenueContent
from crowdfund.titles.models import Title

CINEMA = (
    "Pumpwerk",
    "DE",
    "Two halls in an old pumping station. Original versions, and a bar that stays open.",
)
VENUE = VenueContent(
    "Pumpwerk", "Schleusenweg 9", "Leipzig", "DE", "Europe/Berlin",
    "Level from the quay; lift to Hall 2. A hearing loop in both halls. Two parking spaces in the yard, call ahead.",
)  # fmt: skip
OWN = ("Silent Sundays", "Silent films with a piano, each Sunday at noon.")
FILMS = ("What the Orchard Keeps", "The Last Projectionist", "Paper Kites of Cádiz")
WEEK = timedelta(days=7)


def plan_programme(cinema: Organisation, owner: Person, producer: Person, plan: Plan) -> None:
    """cinema: verified, with its owner. producer: of the films that it asks for."""
    plan.at(plan.now - timedelta(hours=1), lambda: _a_first_week(cinema, owner, producer))


async def _a_first_week(cinema: Organisation, owner: Person, producer: Person) -> None:
    films = [await Title.get(name=name) for name in FILMS]
    halls = await draw_halls(cinema, owner)
    await book(cinema, owner, films, producer)
    await plan_weeks(cinema, owner, halls, films[0])


async def draw_halls(cinema: Organisation, owner: Person) -> tuple[Auditorium, Auditorium]:
    """A large hall of numbers, and a small one with room to stand, from a table."""
    venue = await venues.make_venue(cinema, VENUE, by=owner.id, key="demo:venue")
    large = make_hall(
        "Hall 1", rows=12, seats_a_row=18, aisles_after=(4, 14), wheelchairs=2, better_rows=range(8, 12), zone="Stalls"
    )
    return (
        await venues.make_hall(venue, "Hall 1", large, by=owner.id, key="demo:hall 1"),
        await venues.make_hall(venue, "Hall 2", _small(), by=owner.id, key="demo:hall 2"),
    )


def _small() -> HallPlan:
    lines = ["zone,row,seat,category,kind,capacity"]
    lines += [f"Sofas,{row},{seat},Sofa,," for row in "ABCD" for seat in range(1, 9)]
    lines += ["Gallery,,,Standing,,60"]
    return read_csv("\n".join(lines), "Hall 2")


async def book(cinema: Organisation, owner: Person, films: Sequence[Title], producer: Person) -> None:
    """The first of these films is agreed, the second asked for, the third offered; and an evening of the cinema's own."""
    first, second, third = films[:3]
    asked = await bookings.ask_booking(first, cinema, "Two weeks in Hall 1, three shows a day.", by=owner.id)
    words = "With joy. The prints are at your door on Monday."
    await bookings.answer_booking(asked, True, words, side=first.organisation_id, by=producer.id)
    await bookings.ask_booking(second, cinema, "For our February programme, once a week.", by=owner.id)
    await bookings.offer_booking(third, cinema, "It runs 84 minutes, and we come for a talk.", by=producer.id)
    own = await titles.make_title(cinema, *OWN, by=owner.id, key="demo:own title")
    await bookings.ask_booking(own, cinema, "", by=owner.id)


async def plan_weeks(cinema: Organisation, owner: Person, halls: Sequence[Auditorium], film: Title) -> list[Screening]:
    """This week on sale, the next one in drafts; a piano on Sunday. Gives what is on sale."""
    today = local_of(clock.now(), VENUE.zone).date()
    tomorrow = today + timedelta(days=1)
    this_week = await _series(cinema, owner, halls[0], film, tomorrow, "demo:this week")
    await running.put_all_on_sale([one.id for one in this_week], by=owner.id)
    await _series(cinema, owner, halls[0], film, tomorrow + WEEK, "demo:next week")
    own = await Title.get(organisation_id=cinema.id)
    sunday = tomorrow + timedelta(days=(6 - tomorrow.weekday()) % 7)
    noon = starts_of(sunday, sunday, [time(12)], VENUE.zone)
    prices = [PriceAsked("c1", "For all", 11_00), PriceAsked("c2", "For all", 7_00)]
    [piano] = await make_series(own, cinema, halls[1], noon, _terms(100), prices, by=owner.id, key="demo:piano")
    await running.put_all_on_sale([piano.id], by=owner.id)
    return [*this_week, piano]


async def _series(
    cinema: Organisation, owner: Person, hall: Auditorium, film: Title, first: date, key: str
) -> list[Screening]:
    starts = starts_of(first, first + timedelta(days=6), [time(17), time(20, 15)], VENUE.zone)
    prices = [
        PriceAsked("usual", "Full", 12_00), PriceAsked("usual", "Reduced", 9_00), PriceAsked("better", "Full", 15_00),
        PriceAsked("better", "Reduced", 11_50),
    ]  # fmt: skip
    return await make_series(film, cinema, hall, starts, _terms(118), prices, by=owner.id, key=key)


def _terms(minutes: int) -> Terms:
    opens = clock.now() - timedelta(minutes=1)
    return Terms(
        doors_minutes=30, length_minutes=minutes, closes_minutes=15, sale_opens_at=opens, currency="EUR", fee_minor=90,
        note="Original version with English subtitles",
    )  # fmt: skip
