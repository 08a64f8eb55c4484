"""Holding seats: kept for eight minutes, taken over when they are over, never twice. On both databases."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from crowdfund import clock
from crowdfund.database.once import KeyUsedForAnother
from crowdfund.screenings import blocking, programme, rules
from crowdfund.screenings.holding import hold_places
from crowdfund.screenings.models import Screening
from crowdfund.screenings.queries import free_in, shown_screening
from tests.bank import books_proven
from tests.cinema import a_hall_plan, a_screening, a_want, held
from tests.world import a_fan


@pytest.fixture(autouse=True)
async def proven(database: str) -> AsyncIterator[None]:
    yield
    await books_proven()


async def left_in(screening: Screening) -> int:
    return (await free_in(screening.id, (await shown_screening(screening.id)).plan)).left


async def test_seats_are_kept_for_eight_minutes(database: str) -> None:
    screening, mei, bo = await a_screening(), await a_fan("Mei"), await a_fan("Bo")
    kept = await held(mei, screening, "A-1", "A-2")
    assert kept.places == 2 and abs(kept.held_until - clock.now_us() - 480_000_000) < 5_000_000
    assert await left_in(screening) == 18
    with pytest.raises(rules.SeatInCart) as refused:
        await held(bo, screening, "A-2", "A-3")
    assert "row A, seat 2 is in somebody's cart. It may come back at" in refused.value.sentence
    assert (await held(bo, screening, "A-3")).places == 1, "of a choice that was refused nothing was kept"


async def test_what_ran_out_is_anybodys_at_once_and_nobody_had_to_tidy(database: str) -> None:
    screening, mei, bo = await a_screening(), await a_fan("Mei"), await a_fan("Bo")
    await held(mei, screening, "A-1", "A-2")
    clock.advance(timedelta(minutes=8, seconds=1))
    assert await left_in(screening) == 20
    await held(bo, screening, "A-2")
    with pytest.raises(rules.SeatInCart):
        await held(mei, screening, "A-2")


async def test_another_choice_takes_the_place_of_the_first(database: str) -> None:
    screening, mei, bo = await a_screening(), await a_fan("Mei"), await a_fan("Bo")
    await held(mei, screening, "A-1", "A-2")
    await held(mei, screening, "A-2", "A-3")
    await held(bo, screening, "A-1")
    assert await left_in(screening) == 17


async def test_the_same_key_answers_the_same_hold(database: str) -> None:
    screening, mei = await a_screening(), await a_fan("Mei")
    want = a_want(mei, screening, "A-1")
    first = await hold_places(want)
    again = await hold_places(a_want(mei, screening, "A-1", key=want.key))
    assert (again.id, again.again) == (first.id, True)
    with pytest.raises(KeyUsedForAnother):
        await hold_places(a_want(mei, screening, "A-2", key=want.key))


async def test_what_cannot_be_held_is_refused_in_a_sentence(database: str) -> None:
    screening, mei = await a_screening(per_fan_max=4), await a_fan("Mei")
    with pytest.raises(rules.NoSuchPlace, match="no seat Z-99"):
        await held(mei, screening, "Z-99")
    with pytest.raises(rules.NoSuchPlace, match="chosen once"):
        await held(mei, screening, "A-1", "A-1")
    with pytest.raises(rules.NoPlacesChosen):
        await held(mei, screening)
    with pytest.raises(rules.TooManyPlaces, match="At most 4 tickets"):
        await held(mei, screening, *(f"B-{n}" for n in range(1, 6)))
    with pytest.raises(rules.NoSuchScreening):
        await hold_places(a_want(mei, screening, "A-1", screening_id=1))
    assert await left_in(screening) == 20


async def test_nothing_is_held_before_the_sale_opens_or_after_it_closes(database: str) -> None:
    opens = clock.now() + timedelta(hours=1)
    screening, mei = await a_screening(sale_opens_at=opens), await a_fan("Mei")
    with pytest.raises(rules.NotOnSale, match="sold from"):
        await held(mei, screening, "A-1")
    clock.advance(timedelta(hours=1))
    await held(mei, screening, "A-1")
    await programme.close_sale(screening.id, "The projector is broken.", by=mei.id)
    with pytest.raises(rules.NotOnSale):
        await held(mei, screening, "A-2")
    draft = await a_screening(on_sale=False)
    with pytest.raises(rules.NotOnSale):
        await held(mei, draft, "A-1")


async def test_a_standing_area_is_counted_and_what_ran_out_comes_back(database: str) -> None:
    screening = await a_screening(plan=a_hall_plan(1, 2, standing=10), per_fan_max=8)
    mei, bo, lin = await a_fan("Mei"), await a_fan("Bo"), await a_fan("Lin")
    await held(mei, screening, standing=6)
    with pytest.raises(rules.AreaFull, match="Only 4 places are left in Floor"):
        await held(bo, screening, standing=5)
    await held(bo, screening, standing=4)
    with pytest.raises(rules.AreaFull, match=r"Floor is full\. The next places may come back at"):
        await held(lin, screening, standing=1)
    await held(mei, screening, "A-1", standing=5)  # another choice: one place less
    await held(lin, screening, standing=1)
    clock.advance(timedelta(minutes=9))
    assert await left_in(screening) == 12
    await held(lin, screening, standing=8)
    assert await left_in(screening) == 4


async def test_a_cinema_may_refuse_choices_that_leave_one_seat_alone(database: str) -> None:
    screening, mei = await a_screening(plan=a_hall_plan(1, 5), single_seats="refuse"), await a_fan("Mei")
    with pytest.raises(rules.SingleSeatLeft, match="row A, seat 1 alone"):
        await held(mei, screening, "A-2", "A-3")
    await held(mei, screening, "A-1", "A-2")


async def test_blocked_seats_are_not_for_sale(database: str) -> None:
    screening, mei = await a_screening(), await a_fan("Mei")
    await blocking.block_seats(screening.id, ["A-1", "A-2"], "behind the camera")
    with pytest.raises(rules.SeatTaken):
        await held(mei, screening, "A-1")
    await blocking.unblock_seats(screening.id, ["A-1"])
    await held(mei, screening, "A-1")
    with pytest.raises(blocking.PlaceSold):
        await blocking.block_seats(screening.id, ["A-1"], "too late")


async def test_two_hundred_who_want_the_same_seats_at_once(database: str) -> None:
    plan = a_hall_plan(10, 10)
    screening, seats = await a_screening(plan=plan), [seat.id for seat in plan.seats]
    fans = [await a_fan(f"Fan{n}") for n in range(200)]
    answers = await asyncio.gather(
        *(held(fan, screening, seats[n % 100]) for n, fan in enumerate(fans)),
        return_exceptions=True,
    )
    assert sum(isinstance(answer, rules.Kept) for answer in answers) == 100
    assert sum(isinstance(answer, rules.SeatInCart) for answer in answers) == 100
    assert await left_in(screening) == 0
