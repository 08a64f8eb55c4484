"""What a dishonest fan, cinema or producer tries: each is refused, and the books are proven afterwards."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from crowdfund.ledger import balance_minor, chart
from crowdfund.orders import asking, cancelling, credits, paying, placing
from crowdfund.orders.models import Answer, Asking, Order
from crowdfund.payments.models import Refund
from crowdfund.refusal import Refusal
from crowdfund.screenings import holding
from crowdfund.screenings.holding import hold_places
from crowdfund.screenings.models import Ticket
from crowdfund.screenings.queries import free_in, shown_screening
from crowdfund.screenings.rules import Kept
from crowdfund.worker import work_until_idle
from tests.bank import books_proven, pass_time
from tests.cinema import a_screening, a_want, an_order, bought, held, ordered, page_for, pay_at, tickets_of
from tests.http.test_seat_credits import a_backer, shown_for
from tests.http.test_second_tickets import hours_in
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
    assert [type(answer).__name__ for answer in await placing._place(orders)] == ["Placed", "NotSoldNow"]
