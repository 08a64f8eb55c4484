"""The verbs of cinemas and producers: bookings, a week of screenings, drafts, prices, blocked seats. On both databases."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from itertools import product

import pytest

from crowdfund import clock
from crowdfund.database import atomic
from crowdfund.database.moves import MoveRefused
from crowdfund.database.once import KeyUsedForAnother
from crowdfund.people.models import Organisation
from crowdfund.refusal import NotAllowed, Refusal
from crowdfund.screenings import blocking, bookings, prices, programme, running, titles, venues
from crowdfund.screenings.models import (
    BOOKING_MOVES,
    SCREENING_MOVES,
    Booking,
    BookingEvent,
    BookingState,
    Price,
    PriceState,
    Screening,
    ScreeningEvent,
    ScreeningState,
)
from crowdfund.screenings.prices import PriceAsked
from crowdfund.screenings.queries import free_in, prices_of, shown_screening
from crowdfund.screenings.seating.generate import make_hall
from crowdfund.screenings.series import Terms, make_series
from tests.bank import books_proven
from tests.cinema import (
    GRAND,
    a_booking,
    a_cinema,
    a_hall,
    a_hall_plan,
    a_screening,
    a_showing,
    a_title,
    held,
    ordered,
    paid,
)
from tests.walks import walk_every_pair
from tests.world import a_fan, a_studio

FULL = [PriceAsked("usual", "Full", 10_00)]


@pytest.fixture(autouse=True)
async def proven(database: str) -> AsyncIterator[None]:
    yield
    await books_proven()


# --- states ---


async def test_every_pair_of_states_of_a_booking(database: str) -> None:
    owner = await a_fan("Gu")
    booking = await bookings.ask_booking(await a_title(await a_studio()), await a_cinema(owner), "", by=owner.id)
    await walk_every_pair(booking, BOOKING_MOVES, BookingEvent)


async def test_each_verb_of_a_screening_in_each_of_its_states(database: str) -> None:
    """What a verb does not allow it refuses, and nothing has moved."""
    screening, by = await a_screening(on_sale=False), (await a_fan("Gu")).id
    reason = "a walk through all"
    verbs = {
        "put on sale": (lambda: programme.put_on_sale(screening.id, by=by), {"draft"}),
        "close": (lambda: programme.close_sale(screening.id, reason, by=by), {"on_sale"}),
        "reopen": (lambda: running.reopen_sale(screening.id, reason, by=by), {"closed"}),
        "withdraw": (lambda: running.withdraw_draft(screening.id, by=by), {"draft"}),
        "change": (lambda: programme.change_draft(screening.id, a_showing(), FULL, by=by), {"draft"}),
    }
    for name, state in product(verbs, ScreeningState):
        verb, allowed = verbs[name]
        await atomic(Screening.filter(id=screening.id).update)(state=state)
        if state in allowed:
            await verb()
            continue
        with pytest.raises(Refusal):
            await verb()
        assert (await Screening.get(id=screening.id)).state == state, name
    await atomic(Screening.filter(id=screening.id).update)(state=ScreeningState.DRAFT)
    assert set(SCREENING_MOVES) == set(ScreeningState)
    assert await ScreeningEvent.filter(screening_id=screening.id, from_state="on_sale", to_state="closed").count() == 1


# --- at once ---


async def test_of_two_answers_at_once_one_counts(database: str) -> None:
    owner, studio = await a_fan("Gu"), await a_studio()
    booking = await bookings.ask_booking(await a_title(studio), await a_cinema(owner), "", by=owner.id)
    again = await Booking.get(id=booking.id)
    answers = await asyncio.gather(
        bookings.answer_booking(booking, True, "", side=studio, by=owner.id),
        bookings.answer_booking(again, False, "Full house.", side=studio, by=owner.id),
        return_exceptions=True,
    )
    assert sum(isinstance(answer, MoveRefused) for answer in answers) == 1
    assert await BookingEvent.filter(booking_id=booking.id).exclude(from_state="").count() == 1


async def test_of_twenty_who_ask_at_once_for_the_same_film_one_does(database: str) -> None:
    owner, title = await a_fan("Gu"), await a_title(await a_studio())
    cinema = await a_cinema(owner)
    answers = await asyncio.gather(
        *(bookings.ask_booking(title, cinema, "", by=owner.id) for _ in range(20)), return_exceptions=True
    )
    assert sum(isinstance(answer, Booking) for answer in answers) == 1
    assert sum(isinstance(answer, bookings.BookedAlready) for answer in answers) == 19


async def test_of_twenty_who_want_one_hall_at_one_hour_one_has_it(database: str) -> None:
    owner = await a_fan("Gu")
    cinema, title = await a_cinema(owner), await a_title(await a_studio())
    hall = await a_hall(cinema, owner, a_hall_plan())
    await a_booking(title, cinema, owner)
    showing = a_showing()
    answers = await asyncio.gather(
        *(programme.make_screening(title, cinema, hall, showing, FULL, by=owner.id, key=f"k{n}") for n in range(20)),
        return_exceptions=True,
    )
    assert sum(isinstance(answer, Screening) for answer in answers) == 1, answers
    assert sum(isinstance(answer, programme.HallBusy) for answer in answers) == 19


async def test_of_ten_who_save_what_they_read_one_is_not_written_over(database: str) -> None:
    screening, by = await a_screening(on_sale=False), (await a_fan("Gu")).id
    stamp = programme.stamp_of(screening, await prices_of(screening.id))
    answers = await asyncio.gather(
        *(programme.change_draft(screening.id, a_showing(note=f"By {n}"), FULL, by=by, stamp=stamp) for n in range(10)),
        return_exceptions=True,
    )
    assert sum(answer is None for answer in answers) == 1
    assert sum(isinstance(answer, programme.ChangedMeanwhile) for answer in answers) == 9


async def test_a_seat_is_blocked_or_held_and_never_both(database: str) -> None:
    screening = await a_screening()
    fans = [await a_fan(f"Fan{n}") for n in range(10)]
    seats = [f"A-{n % 5 + 1}" for n in range(10)]
    answers = await asyncio.gather(
        *(held(fan, screening, seat) for fan, seat in zip(fans, seats, strict=True)),
        *(blocking.block_seats(screening.id, [seat], "for guests") for seat in set(seats)),
        return_exceptions=True,
    )
    assert all(answer is None or not isinstance(answer, Exception) or isinstance(answer, Refusal) for answer in answers)
    free = await free_in(screening.id, (await shown_screening(screening.id)).plan)
    assert free.held & free.blocked == set() and free.held | free.blocked == {f"A-{n}" for n in range(1, 6)}


# --- a week at once ---


def terms(**more: int) -> Terms:
    return Terms(
        doors_minutes=more.get("doors", 30), length_minutes=more.get("length", 120), closes_minutes=more.get("closes", 0),
        sale_opens_at=clock.now() - timedelta(hours=1), currency="EUR", fee_minor=50,
    )  # fmt: skip


async def test_a_series_is_planned_whole_or_not_at_all_and_once(database: str) -> None:
    owner = await a_fan("Gu")
    cinema, title = await a_cinema(owner), await a_title(await a_studio())
    hall = await a_hall(cinema, owner, a_hall_plan())
    await a_booking(title, cinema, owner)
    starts = [clock.now() + timedelta(days=day) for day in (1, 2, 3)]
    same = terms()
    made = await make_series(title, cinema, hall, starts, same, FULL, by=owner.id, key="a week")
    again = await make_series(title, cinema, hall, starts, same, FULL, by=owner.id, key="a week")
    assert [one.id for one in again] == [one.id for one in made] and await Screening.all().count() == 3
    later = [*(at + timedelta(days=7) for at in starts), starts[0] + timedelta(hours=1)]
    with pytest.raises(programme.HallBusy, match="Another screening is in this hall then: it starts at"):
        await make_series(title, cinema, hall, later, terms(), FULL, by=owner.id, key="two weeks")
    assert await Screening.all().count() == 3, "nothing of a week that can't be whole"
    ids = [one.id for one in made]
    await programme.put_on_sale(ids[2], by=owner.id)
    with pytest.raises(programme.NotADraft):
        await running.put_all_on_sale(ids, by=owner.id)
    assert await Screening.filter(state=ScreeningState.DRAFT).count() == 2
    await running.put_all_on_sale(ids[:2], by=owner.id)
    assert await Screening.filter(state=ScreeningState.ON_SALE).count() == 3


async def test_a_draft_that_was_put_away_leaves_its_hour_to_another(database: str) -> None:
    owner = await a_fan("Gu")
    cinema, title = await a_cinema(owner), await a_title(await a_studio())
    hall = await a_hall(cinema, owner, a_hall_plan())
    await a_booking(title, cinema, owner)
    showing = a_showing()
    first = await programme.make_screening(title, cinema, hall, showing, FULL, by=owner.id, key="first")
    await running.withdraw_draft(first.id, by=owner.id)
    second = await programme.make_screening(title, cinema, hall, showing, FULL, by=owner.id, key="second")
    assert second.id != first.id and second.state == ScreeningState.DRAFT


# --- who may what ---


async def test_only_cinemas_have_venues_and_only_makers_make_titles(database: str) -> None:
    owner, studio = await a_fan("Gu"), await a_studio()
    with pytest.raises(NotAllowed, match="Venues belong to cinemas"):
        await venues.make_venue(await Organisation.get(id=studio), GRAND, by=owner.id, key="a venue")
    club = await a_cinema(owner)
    await atomic(Organisation.filter(id=club.id).update)(kind="club")
    with pytest.raises(NotAllowed):
        await titles.make_title(await Organisation.get(id=club.id), "A match", "", by=owner.id, key="a title")


async def test_a_title_is_made_once_and_keeps_its_picture(database: str) -> None:
    owner, studio = await a_fan("Lin"), await Organisation.get(id=await a_studio())
    first = await titles.make_title(studio, "Ferry Girl", "She rows at night.", by=owner.id, key="k")
    again = await titles.make_title(studio, "Ferry Girl", "She rows at night.", by=owner.id, key="k")
    assert (again.id, again.scene) == (first.id, first.scene) and first.scene
    with pytest.raises(KeyUsedForAnother):
        await titles.make_title(studio, "Ferry Boy", "", by=owner.id, key="k")
    with pytest.raises(titles.NoSuchTitle):
        await titles.own_title(await a_studio("Others"), first.id)


async def test_a_booking_is_answered_by_who_was_asked_and_ended_by_either(database: str) -> None:
    owner, studio = await a_fan("Gu"), await a_studio()
    cinema = await a_cinema(owner)
    booking = await bookings.offer_booking(await a_title(studio), cinema, "In March.", by=owner.id)
    for side in (studio, await a_studio("Others")):
        with pytest.raises(bookings.NotYours):
            await bookings.answer_booking(booking, True, "", side=side, by=owner.id)
    with pytest.raises(bookings.ReasonMissing):
        await bookings.answer_booking(booking, False, "  ", side=cinema.id, by=owner.id)
    await bookings.answer_booking(booking, True, "", side=cinema.id, by=owner.id)
    with pytest.raises(bookings.NotYours):
        await bookings.end_booking(booking, "No more.", side=await a_studio("Thirds"), by=owner.id)
    await bookings.end_booking(booking, "No more prints.", side=studio, by=owner.id)
    assert (await Booking.get(id=booking.id)).state == BookingState.ENDED
    await bookings.ask_booking(await titles.own_title(studio, booking.title_id), cinema, "Again?", by=owner.id)


# --- prices ---


async def test_a_price_that_changes_back_keeps_the_order_of_the_list(database: str) -> None:
    screening, by = await a_screening(), (await a_fan("Gu")).id
    child, adult = PriceAsked("usual", "Child", 5_00), PriceAsked("usual", "Full", 10_00)
    await prices.change_prices(screening.id, [child, adult], by=by)
    assert [(p.name, p.price_minor) for p in await prices_of(screening.id)] == [("Child", 5_00), ("Full", 10_00)]
    await prices.change_prices(screening.id, [adult, PriceAsked("usual", "Child", 6_00)], by=by)
    assert [(p.name, p.price_minor) for p in await prices_of(screening.id)] == [("Full", 10_00), ("Child", 6_00)]
    assert await Price.filter(screening_id=screening.id, state=PriceState.WITHDRAWN).count() == 1
    stamp = prices.stamp_of_prices(await prices_of(screening.id))
    await prices.change_prices(screening.id, [adult], by=by, stamp=stamp)
    with pytest.raises(prices.PricesChangedMeanwhile):
        await prices.change_prices(screening.id, [child], by=by, stamp=stamp)


async def test_who_has_ordered_pays_the_price_that_she_agreed_to(database: str) -> None:
    screening, mei = await a_screening(), await a_fan("Mei")
    placed = await ordered(mei, await held(mei, screening, "A-1"), "A-1")
    await prices.change_prices(screening.id, [PriceAsked("usual", "Full", 20_00)], by=mei.id)
    order = await paid(placed.id)
    assert (order.state, order.prices_minor, order.fees_minor) == ("paid", 10_00, 1_00)


async def test_other_seats_are_for_screenings_to_come(database: str) -> None:
    screening, owner = await a_screening(on_sale=False), await a_fan("Gu")
    hall = await venues.Auditorium.get(id=screening.auditorium_id)
    await venues.replace_plan(hall, make_hall("Hall 1", rows=2, seats_a_row=3), by=owner.id)
    assert (await shown_screening(screening.id)).places == 20
    cinema = await Organisation.get(id=screening.organisation_id)
    title = await titles.Title.get(id=screening.title_id)
    new = await programme.make_screening(title, cinema, hall, a_showing(days=12), FULL, by=owner.id, key="new")
    assert (await shown_screening(new.id)).places == 6
