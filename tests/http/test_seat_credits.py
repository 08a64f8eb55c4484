"""Seats that came with a pledge become tickets at any cinema that shows the film; its producer pays, and has it back when they go back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from crowdfund.campaigns.models import Campaign
from crowdfund.database import Sql, atomic
from crowdfund.ledger import balance_minor, chart
from crowdfund.orders import cancelling, credits
from crowdfund.orders.models import Order, SeatCredit
from crowdfund.people.models import Person
from crowdfund.pledges.models import Pledge
from crowdfund.screenings.models import Screening
from crowdfund.worker import work_until_idle
from tests.bank import books_proven, close_now, fans_with
from tests.cinema import a_screening, held, ordered, tickets_of
from tests.http.conftest import SiteUnderTest
from tests.world import Fan, a_campaign, a_studio, a_tier, pledged


@pytest.fixture(autouse=True)
async def proven(database: str) -> AsyncIterator[None]:
    yield
    await work_until_idle()
    await books_proven()


async def a_backer(*, seats: int = 2, worth_minor: int = 15_00) -> tuple[Fan, Campaign]:
    """Mei backs a film that is funded; her tier has seats in it."""
    campaign = await a_campaign(goal_minor=25_00, studio_id=await a_studio())
    tier_id = await a_tier(campaign)
    await atomic(Sql("UPDATE tier SET seats = $2, seat_worth_minor = $3 WHERE id = $1").__call__)(
        tier_id, seats, worth_minor
    )
    (mei,) = await fans_with("ok")
    await pledged(mei, campaign, tier_id=tier_id)
    assert (await close_now(campaign)).state == "funded"
    return mei, campaign


async def shown_for(campaign: Campaign, **more: object) -> Screening:
    """A screening of the fund's film, at some cinema."""
    screening = await a_screening(**more)
    await atomic(Sql("UPDATE screening SET title_id = $2 WHERE id = $1").__call__)(screening.id, campaign.title_id)
    return await Screening.get(id=screening.id)


async def test_a_backers_seat_becomes_a_ticket_and_the_producer_pays_for_it(database: str) -> None:
    mei, campaign = await a_backer()
    screening = await shown_for(campaign)
    payable = chart.payable(campaign.organisation_id, "EUR")
    before = await balance_minor(payable)
    placed = await ordered(mei, await held(mei, screening, "A-1"), "A-1")
    await credits.pay_with_seats(placed.id, by=mei.id)
    order = await Order.get(id=placed.id)
    assert (order.state, order.paid_by, len(await tickets_of(order))) == ("paid", "credit", 1)
    assert await balance_minor(chart.escrow(screening.id, "EUR")) == 11_00
    assert before - await balance_minor(payable) == 11_00
    left = await credits.seats_of(mei.id, campaign.title_id, "EUR")
    assert left is not None and left.left == 1


async def test_what_goes_back_can_be_used_again(database: str) -> None:
    mei, campaign = await a_backer(seats=1)
    screening = await shown_for(campaign)
    order_id = (await ordered(mei, await held(mei, screening, "A-1"), "A-1")).id
    await credits.pay_with_seats(order_id, by=mei.id)
    before = await balance_minor(chart.payable(campaign.organisation_id, "EUR"))
    assert await credits.seats_of(mei.id, campaign.title_id, "EUR") is None
    (ticket,) = await tickets_of(await Order.get(id=order_id))
    await cancelling.send_back(order_id, [ticket.id], expected_minor=11_00, by=mei.id)
    assert await balance_minor(chart.payable(campaign.organisation_id, "EUR")) - before == 11_00
    assert await balance_minor(chart.escrow(screening.id, "EUR")) == 0
    again = (await ordered(mei, await held(mei, screening, "A-2"), "A-2")).id
    await credits.pay_with_seats(again, by=mei.id)
    assert sorted(c.state for c in await SeatCredit.all()) == ["returned", "used"]


async def test_more_seats_than_she_has_or_dearer_ones_are_refused_and_nothing_has_changed(database: str) -> None:
    mei, campaign = await a_backer(seats=1, worth_minor=10_00)
    screening = await shown_for(campaign)
    order_id = (await ordered(mei, await held(mei, screening, "A-1"), "A-1")).id
    with pytest.raises(credits.NoSeatsLeft, match="worth at most €10"):
        await credits.pay_with_seats(order_id, by=mei.id)
    two = (await ordered(mei, await held(mei, screening, "A-1", "A-2"), "A-1", "A-2")).id
    with pytest.raises(credits.NoSeatsLeft, match="not so many"):
        await credits.pay_with_seats(two, by=mei.id)
    assert (await Order.get(id=two)).state == "placed"
    other = await a_screening()  # of another film
    third = (await ordered(mei, await held(mei, other, "A-1"), "A-1")).id
    with pytest.raises(credits.NoSeatsLeft):
        await credits.pay_with_seats(third, by=mei.id)


async def test_one_seat_taken_twice_at_once_is_taken_once(database: str) -> None:
    mei, campaign = await a_backer(seats=1)
    first, second = await shown_for(campaign), await shown_for(campaign)
    orders = [(await ordered(mei, await held(mei, one, "A-1"), "A-1")).id for one in (first, second)]
    answers = await asyncio.gather(
        *(credits.pay_with_seats(order_id, by=mei.id) for order_id in orders), return_exceptions=True
    )
    assert sorted(type(a).__name__ for a in answers) == ["NoSeatsLeft", "NoneType"]


async def test_where_too_little_is_owed_to_the_producer_it_owes_us(database: str) -> None:
    mei, campaign = await a_backer(seats=20, worth_minor=15_00)
    screening = await shown_for(campaign)
    seats = ["A-1", "A-2", "A-3", "A-4"]
    order_id = (await ordered(mei, await held(mei, screening, *seats), *seats)).id
    await credits.pay_with_seats(order_id, by=mei.id)
    owed = await balance_minor(chart.receivable(campaign.organisation_id, "EUR"))
    assert owed > 0 and await balance_minor(chart.payable(campaign.organisation_id, "EUR")) == 0
    tickets = await tickets_of(await Order.get(id=order_id))
    await cancelling.send_back(order_id, [t.id for t in tickets], expected_minor=44_00, by=mei.id)
    assert await balance_minor(chart.receivable(campaign.organisation_id, "EUR")) == 0


async def test_her_pages_say_where_her_seats_wait(site: SiteUnderTest) -> None:
    """On the pledge, with the film's screenings behind it, and with her tickets until the last is used."""
    fan, campaign = await a_backer(seats=2)
    mei = await site.signed_in(await Person.get(id=fan.id))
    await mei.get((await Pledge.get()).path)
    assert "2 cinema seats, each worth up to €15" in mei.text
    await mei.get("/tickets")
    assert "Seats that you have backed" in mei.text and "2seatsleft" in "".join(mei.text.split())
    screening = await shown_for(campaign)
    placed = await ordered(fan, await held(fan, screening, "A-1", "A-2"), "A-1", "A-2")
    await credits.pay_with_seats(placed.id, by=fan.id)
    await mei.get("/tickets")
    assert "Seats that you have backed" not in mei.text and "2tickets" in "".join(mei.text.split())
