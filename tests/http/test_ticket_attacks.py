"""What a dishonest fan, cinema or producer tries: each is refused, and the books are proven afterwards."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from types import SimpleNamespace

import pytest

from crowdfund import clock
from crowdfund.campaigns.rules import refuse_tier_seats
from crowdfund.database import Sql, atomic
from crowdfund.ledger import balance_minor, chart
from crowdfund.orders import asking, cancelling, credits, paying, placing
from crowdfund.orders.models import Answer, Asking, Order
from crowdfund.payments.models import Refund
from crowdfund.pledges.models import Pledge
from crowdfund.pledges.refunding import refund_pledge
from crowdfund.refusal import Invalid, Refusal
from crowdfund.screenings import holding
from crowdfund.screenings.holding import hold_places
from crowdfund.screenings.models import Ticket
from crowdfund.screenings.queries import free_in, shown_screening
from crowdfund.screenings.rules import Kept
from crowdfund.worker import work_until_idle
from tests.bank import books_proven, pass_time
from tests.cinema import a_screening, a_want, an_order, bought, held, ordered, page_for, pay_at, tickets_of
from tests.http.test_seat_credits import a_backer, shown_for
from tests.http.test_second_tickets import _another as another_of
from tests.http.test_second_tickets import hours_in
from tests.money import told
from tests.world import a_fan


@pytest.fixture(autouse=True)
async def proven(database: str) -> AsyncIterator[None]:
    yield
    await work_until_idle()
    await books_proven()


async def come_back(order_id: int) -> Order:
    """Her return from the processor's page."""
    await paying.look_at_order(await Order.get(id=order_id))
    return await Order.get(id=order_id)


async def test_payment_pages_of_earlier_choices_do_not_add_up_to_more_than_one_may_have(database: str) -> None:
    screening, mei = await a_screening(per_fan_max=2), await a_fan("Mei")
    pages: list[tuple[int, str]] = []
    for seats in (("A-1", "A-2"), ("B-1", "B-2"), ("C-1", "C-2")):
        order_id = (await ordered(mei, await held(mei, screening, *seats), *seats)).id
        pages.append((order_id, await page_for(order_id)))
    for _, url in pages:
        assert (await pay_at(url)).status_code == 303
    states = [(await come_back(order_id)).state for order_id, _ in pages]
    await work_until_idle()
    assert states == ["paid", "came_too_late", "came_too_late"]
    assert await Ticket.filter(person_id=mei.id).count() == 2
    assert [r.amount_minor for r in await Refund.all()] == [22_00, 22_00], "all of it is back"


async def test_no_key_of_a_fan_keeps_her_earlier_choice_beside_the_new_one(database: str) -> None:
    screening, mei = await a_screening(per_fan_max=2), await a_fan("Mei")
    await hold_places(a_want(mei, screening, "A-1", "A-2", key="kept:mine"))
    await hold_places(a_want(mei, screening, "B-1", "B-2", key="kept:mine too"))
    free = await free_in(screening.id, (await shown_screening(screening.id)).plan)
    assert free.held == {"B-1", "B-2"}


async def test_paid_with_a_seat_of_her_pledge_and_with_her_card_is_one_ticket_and_the_card_has_its_money_back(
    database: str,
) -> None:
    mei, campaign = await a_backer()
    screening = await shown_for(campaign)
    order_id = (await ordered(mei, await held(mei, screening, "A-1"), "A-1")).id
    url = await page_for(order_id)
    await credits.pay_with_seats(order_id, by=mei.id)
    await pay_at(url)
    await come_back(order_id)
    await work_until_idle()
    assert len(await tickets_of(await Order.get(id=order_id))) == 1
    assert [(r.amount_minor, r.state) for r in await Refund.all()] in ([], [(11_00, "succeeded")])


async def test_no_seat_is_taken_in_a_screening_that_was_cancelled_meanwhile(database: str) -> None:
    mei, campaign = await a_backer()
    screening = await shown_for(campaign)
    order_id = (await ordered(mei, await held(mei, screening, "A-1"), "A-1")).id
    await asking.cancel_screening(screening.id, "The projector is broken.", by=mei.id)
    with pytest.raises(Refusal):
        await credits.pay_with_seats(order_id, by=mei.id)
    assert await balance_minor(chart.escrow(screening.id, "EUR")) == 0


async def test_a_place_is_not_kept_at_a_new_hour_that_was_cancelled_too(database: str) -> None:
    screening, mei = await a_screening(), await a_fan("Mei")
    order = await bought(mei, screening, "A-1")
    (ticket,) = await tickets_of(order)
    moved = await asking.reschedule(screening.id, hours_in(12), "Another night.", by=mei.id)
    await asking.cancel_screening(moved.id, "Not then either.", by=mei.id)
    asked = await Asking.get(screening_id=screening.id)
    with pytest.raises(Refusal):
        await asking.answer(asked.id, [ticket.id], Answer.KEEP, by=mei.id)
    await pass_time(days=8)
    await work_until_idle()
    assert [r.amount_minor for r in await Refund.all()] == [11_00]


async def test_a_seat_of_a_pledge_that_went_back_late_is_used_up(database: str) -> None:
    """Else a cinema's friend takes it and sends it back all evening, and the producer pays each time what the ladder keeps."""
    mei, campaign = await a_backer(seats=1)
    screening = await shown_for(campaign, ladder=((480, 10_000), (2, 5_000)))
    order_id = (await ordered(mei, await held(mei, screening, "A-1"), "A-1")).id
    await credits.pay_with_seats(order_id, by=mei.id)
    (ticket,) = await tickets_of(await Order.get(id=order_id))
    await cancelling.send_back(order_id, [ticket.id], expected_minor=5_50, by=mei.id)
    assert await credits.seats_of(mei.id, campaign.title_id, "EUR") is None
    again = (await ordered(mei, await held(mei, screening, "A-2"), "A-2")).id
    with pytest.raises(credits.NoSeatsLeft):
        await credits.pay_with_seats(again, by=mei.id)
    assert await balance_minor(chart.escrow(screening.id, "EUR")) == 5_50


async def test_one_key_for_two_wishes_at_once_is_one_wish_and_nobody_else_is_held_up(database: str) -> None:
    first, second = await a_screening(), await a_screening()
    mei, bo = await a_fan("Mei"), await a_fan("Bo")
    wants = [a_want(mei, first, "A-1", key="k"), a_want(mei, second, "A-1", key="k"), a_want(bo, first, "A-2")]
    answers = await holding._hold(wants)
    assert [type(answer).__name__ for answer in answers] == ["Kept", "ChoosingElsewhere", "Kept"]
    kept = await held(mei, second, "A-1")
    orders = [
        await an_order(mei, Kept(wants[0].id, first.id, 1, 0), ["A-1"], key="o"),
        await an_order(mei, kept, ["A-1"], key="o"),
    ]
    assert [type(answer).__name__ for answer in await placing._place(orders)] == ["Placed", "KeyUsedForAnother"]


async def test_a_button_that_is_pressed_twice_in_the_same_moment_makes_one_order(database: str) -> None:
    screening, mei = await a_screening(), await a_fan("Mei")
    kept = await held(mei, screening, "A-1")
    first, second = [await an_order(mei, kept, ["A-1"], key="o") for _ in range(2)]
    answers = await placing._place([first, second])
    assert [(answer.id, answer.again) for answer in answers] == [(first.id, False), (first.id, True)]


@pytest.mark.landing
async def test_who_has_the_money_of_her_pledge_back_has_no_seat_of_it(database: str) -> None:
    mei, campaign = await a_backer(seats=2)
    screening = await shown_for(campaign)
    order_id = (await ordered(mei, await held(mei, screening, "A-1", "A-2"), "A-1", "A-2")).id
    await credits.pay_with_seats(order_id, by=mei.id)
    pledge = await Pledge.get(campaign_id=campaign.id, person_id=mei.id)
    await refund_pledge(pledge.id, amount_minor=None, reason="She asked.", by_person_id=mei.id)
    await work_until_idle()
    assert (await Pledge.get(id=pledge.id)).state == "refunded"
    order = await Order.get(id=order_id)
    assert (order.state, {ticket.state for ticket in await tickets_of(order)}) == ("refunded", {"refunded"})
    assert [s for s in await told(pledge) if "ticket" in s] == ["Your ticket is not good any more: River Moon"]
    assert await balance_minor(chart.escrow(screening.id, "EUR")) == 0
    assert (await held(await a_fan("Bo"), screening, "A-1")).places == 1, "the seats are free"


async def test_nobody_moves_into_a_screening_before_it_is_sold_to_others(database: str) -> None:
    screening, mei = await a_screening(), await a_fan("Mei")
    (ticket,) = await tickets_of(await bought(mei, screening, "A-1"))
    other = await another_of(screening)
    opens = clock.to_us(clock.now() + timedelta(hours=1))
    await atomic(Sql("UPDATE screening SET sale_opens_at = $2 WHERE id = $1").__call__)(other.id, opens)
    asked = await asking.cancel_screening(screening.id, "Flooded.", by=mei.id)
    assert asked is not None
    with pytest.raises(asking.NoSuchAnswer):
        await asking.answer(asked.id, [ticket.id], Answer.MOVE, by=mei.id, to_screening_id=other.id)


async def test_seats_of_a_tier_are_worth_no_more_than_it_brings(database: str) -> None:
    """Else a producer and a cinema who are friends pledge a cent, and the platform pays the cinema for tickets of nobody's money."""
    refuse_tier_seats(SimpleNamespace(seats=2, seat_worth_minor=12_50, price_minor=25_00), "film")
    for seats, worth_minor in ((2, 12_51), (1, 25_01), (20, 99_999_999)):
        content = SimpleNamespace(seats=seats, seat_worth_minor=worth_minor, price_minor=25_00)
        with pytest.raises(Invalid, match="no more than the tier costs"):
            refuse_tier_seats(content, "film")
