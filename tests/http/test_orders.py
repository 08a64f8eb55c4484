"""From held seats to tickets: ordered, paid on the processor's page, or the money back. Never neither, never both."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from crowdfund import clock
from crowdfund.ledger import balance_minor, chart
from crowdfund.orders import paying, placing, rules
from crowdfund.orders.models import Order
from crowdfund.payments.checkouts import CheckoutOver
from crowdfund.payments.models import Charge, Checkout, Refund
from crowdfund.refusal import Refusal
from crowdfund.screenings.models import Hold, Screening
from crowdfund.screenings.prices import PriceAsked, change_prices
from crowdfund.screenings.rules import SeatTaken
from crowdfund.worker import work_until_idle
from tests.bank import fault, no_faults, pass_time
from tests.cinema import (
    a_hall_plan,
    a_screening,
    an_order,
    bought,
    held,
    ordered,
    page_for,
    paid,
    pay_at,
    tickets_of,
)
from tests.world import a_fan

pytestmark = pytest.mark.usefixtures("proven_when_idle")


async def again(screening: Screening) -> Screening:
    return await Screening.get(id=screening.id)


async def test_two_seats_become_two_tickets_and_the_money_lies_in_escrow(database: str) -> None:
    screening, mei = await a_screening(), await a_fan("Mei")
    placed = await ordered(mei, await held(mei, screening, "A-1", "A-2"), "A-1", "A-2")
    assert (placed.prices_minor, placed.fees_minor, placed.total_minor) == (20_00, 2_00, 22_00)
    order = await paid(placed.id)
    assert order.state == "paid"
    assert [(t.seat_id, t.price_minor, t.fee_minor, t.state) for t in await tickets_of(order)] == [
        ("A-1", 10_00, 1_00, "sold"), ("A-2", 10_00, 1_00, "sold"),
    ]  # fmt: skip
    assert await balance_minor(chart.escrow(screening.id, "EUR")) == 22_00
    now = await again(screening)
    assert (now.sold, now.gross_minor, now.fees_minor) == (2, 20_00, 2_00)
    with pytest.raises(SeatTaken):
        await held(await a_fan("Bo"), screening, "A-1")


async def test_going_to_pay_gives_ten_minutes_once(database: str) -> None:
    screening, mei = await a_screening(), await a_fan("Mei")
    kept = await held(mei, screening, "A-1")
    clock.advance(timedelta(minutes=7))
    first = await ordered(mei, kept, "A-1")
    assert first.held_until == kept.held_until, "ordering alone gives no more time"
    await page_for(first.id)
    extended = clock.to_us((await Hold.get(id=kept.id)).held_until)
    assert extended - kept.held_until == pytest.approx(9 * 60_000_000, abs=5_000_000)
    clock.advance(timedelta(minutes=5))
    second = await ordered(mei, kept, "A-1")
    await page_for(second.id)
    assert clock.to_us((await Hold.get(id=kept.id)).held_until) == extended, "there is one extension"
    assert [o.state for o in await Order.all().order_by("id")] == ["expired", "placed"]


async def test_what_is_not_paid_in_time_is_called_off_at_the_processor_too(database: str) -> None:
    screening, mei, bo = await a_screening(), await a_fan("Mei"), await a_fan("Bo")
    placed = await ordered(mei, await held(mei, screening, "A-1"), "A-1")
    url = await page_for(placed.id)
    await pass_time(minutes=11)
    assert (await Order.get(id=placed.id)).state == "expired"
    assert (await Checkout.get()).state == "expired"
    assert (await pay_at(url)).status_code == 410
    with pytest.raises(rules.HoldEnded):
        await page_for(placed.id)
    assert (await bought(bo, screening, "A-1")).state == "paid"


async def test_paid_after_the_end_gets_its_seats_again_where_nobody_has_them(database: str) -> None:
    screening, mei = await a_screening(), await a_fan("Mei")
    placed = await ordered(mei, await held(mei, screening, "A-1"), "A-1")
    url = await page_for(placed.id)
    clock.advance(timedelta(minutes=11))  # nobody has called it off yet
    assert (await pay_at(url)).status_code == 303
    await work_until_idle()
    order = await Order.get(id=placed.id)
    assert order.state == "paid" and len(await tickets_of(order)) == 1


async def test_paid_after_somebody_else_has_the_seat_goes_back_at_once_and_whole(database: str) -> None:
    screening, mei, bo = await a_screening(), await a_fan("Mei"), await a_fan("Bo")
    placed = await ordered(mei, await held(mei, screening, "A-1", "A-2"), "A-1", "A-2")
    url = await page_for(placed.id)
    clock.advance(timedelta(minutes=11))
    await bought(bo, screening, "A-2")
    assert (await pay_at(url)).status_code == 303
    await work_until_idle()
    order = await Order.get(id=placed.id)
    assert order.state == "came_too_late" and await tickets_of(order) == []
    assert [(r.amount_minor, r.state) for r in await Refund.all()] == [(22_00, "succeeded")]
    assert await balance_minor(chart.escrow(screening.id, "EUR")) == 11_00, "only what Bo has paid"
    assert (await held(mei, screening, "A-1")).places == 1, "what she did not get is free"


async def test_an_answer_that_was_lost_is_found_by_the_event_or_the_sweep(database: str) -> None:
    screening, mei = await a_screening(), await a_fan("Mei")
    placed = await ordered(mei, await held(mei, screening, "A-1"), "A-1")
    url = await page_for(placed.id)
    await pay_at(url)  # she closes the window and never comes back
    await work_until_idle()
    assert (await Order.get(id=placed.id)).state == "paid"
    await work_until_idle()
    assert await Charge.all().count() == 1


async def test_a_declined_card_leaves_the_order_open_for_another_try(database: str) -> None:
    screening, mei = await a_screening(), await a_fan("Mei")
    placed = await ordered(mei, await held(mei, screening, "A-1"), "A-1")
    url = await page_for(placed.id)
    assert (await pay_at(url, "insufficient_funds")).status_code == 402
    assert (await Order.get(id=placed.id)).state == "placed"
    assert (await pay_at(url)).status_code == 303
    await work_until_idle()
    assert (await Order.get(id=placed.id)).state == "paid"


async def test_the_processor_can_be_away_and_the_page_is_asked_for_again(database: str) -> None:
    screening, mei = await a_screening(), await a_fan("Mei")
    placed = await ordered(mei, await held(mei, screening, "A-1"), "A-1")
    await fault("http500_before", "checkout.sessions.create")
    with pytest.raises(Refusal, match="Nothing was charged"):
        await page_for(placed.id)
    await no_faults()
    assert (await paid(placed.id)).state == "paid"
    assert await Charge.all().count() == 1


async def test_who_begins_again_pays_once(database: str) -> None:
    """She goes back from the processor's page, orders anew, and pays on the old page all the same, and then on the new one."""
    screening, mei = await a_screening(), await a_fan("Mei")
    kept = await held(mei, screening, "A-1")
    old = await page_for((await ordered(mei, kept, "A-1")).id)
    second = await ordered(mei, kept, "A-1")
    new = await page_for(second.id)
    assert (await pay_at(old)).status_code == 303
    assert (await pay_at(new)).status_code == 303
    await work_until_idle()
    assert sorted(o.state for o in await Order.all()) == ["came_too_late", "paid"]
    assert (await again(screening)).sold == 1
    assert [r.amount_minor for r in await Refund.all()] == [11_00]


async def test_a_price_that_changed_between_page_and_order_is_shown_first(database: str) -> None:
    screening, mei = await a_screening(), await a_fan("Mei")
    kept = await held(mei, screening, "A-1")
    want = await an_order(mei, kept, ["A-1"])
    await change_prices(screening.id, [PriceAsked("usual", "Full", 12_00)], by=mei.id)
    with pytest.raises(rules.PriceChanged):
        await placing.place_order(want)
    with pytest.raises(rules.PriceChanged, match=r"It costs €13\.00 now"):
        await placing.place_order(await an_order(mei, kept, ["A-1"], total_minor=11_00))
    assert (await paid((await ordered(mei, kept, "A-1")).id)).total_minor == 13_00


async def test_what_is_ordered_is_exactly_what_is_held_and_by_its_holder(database: str) -> None:
    screening, mei, bo = await a_screening(), await a_fan("Mei"), await a_fan("Bo")
    kept = await held(mei, screening, "A-1", "A-2")
    with pytest.raises(rules.NoSuchHold):
        await ordered(bo, kept, "A-1", "A-2")
    with pytest.raises(rules.PlacesDiffer):
        await ordered(mei, kept, "A-1")
    with pytest.raises(rules.PlacesDiffer):
        await ordered(mei, kept, "A-1", "A-3")
    with pytest.raises(rules.PlacesDiffer):
        await ordered(mei, kept, "A-1", "A-1")
    clock.advance(timedelta(minutes=9))
    with pytest.raises(rules.HoldEnded):
        await ordered(mei, kept, "A-1", "A-2")


async def test_what_costs_nothing_is_a_ticket_at_once(database: str) -> None:
    screening, mei = await a_screening(price_minor=0, fee_minor=0), await a_fan("Mei")
    placed = await ordered(mei, await held(mei, screening, "A-1"), "A-1")
    order = await Order.get(id=placed.id)
    assert (placed.state, order.state, len(await tickets_of(order))) == ("paid", "paid", 1)
    with pytest.raises(Refusal, match="is paid"):
        await page_for(order.id)


async def test_standing_places_are_sold_and_paid_too_late_are_counted_right(database: str) -> None:
    screening = await a_screening(plan=a_hall_plan(1, 1, standing=3))
    mei, bo = await a_fan("Mei"), await a_fan("Bo")
    placed = await ordered(mei, await held(mei, screening, standing=2), "floor", "floor")
    url = await page_for(placed.id)
    clock.advance(timedelta(minutes=11))
    await ordered(bo, await held(bo, screening, standing=2), "floor", "floor")
    assert (await pay_at(url)).status_code == 303
    await work_until_idle()
    assert (await Order.get(id=placed.id)).state == "came_too_late"
    clock.advance(timedelta(minutes=11))
    third = await ordered(mei, await held(mei, screening, standing=3), *["floor"] * 3)
    assert (await paid(third.id)).state == "paid"
    assert (await again(screening)).sold == 3


async def test_the_event_and_her_return_come_at_the_same_moment(database: str) -> None:
    screening, mei = await a_screening(), await a_fan("Mei")
    placed = await ordered(mei, await held(mei, screening, "A-1"), "A-1")
    await pay_at(await page_for(placed.id))
    checkout = await Checkout.get()
    session_id = str(checkout.stripe_session_id)
    await asyncio.gather(*(paying.finish_checkout(session_id) for _ in range(8)))
    assert (await again(screening)).sold == 1 and await Charge.all().count() == 1


async def test_a_page_that_opens_after_it_was_called_off_is_closed_again(database: str) -> None:
    screening, mei = await a_screening(), await a_fan("Mei")
    placed = await ordered(mei, await held(mei, screening, "A-1"), "A-1")
    order = await Order.get(id=placed.id)
    checkout = await paying._begin(order.id)
    clock.advance(timedelta(minutes=11))
    await paying.end_unpaid()
    with pytest.raises(CheckoutOver):
        await paying.checkouts.open_page(
            checkout, [("Tickets", 1, 11_00)], description="", success_url="http://127.0.0.1:8000/b",
            cancel_url="http://127.0.0.1:8000/c",
        )  # fmt: skip
