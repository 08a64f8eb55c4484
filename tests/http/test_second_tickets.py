"""After the sale: given away, sent back by the ladder, cancelled, moved to another hour with three answers. Books proven each time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from crowdfund import clock
from crowdfund.ledger import balance_minor, chart
from crowdfund.orders import asking, cancelling
from crowdfund.orders.models import Answer, Asking, AskingAnswer, Order
from crowdfund.payments.models import Refund
from crowdfund.refusal import NotFound
from crowdfund.screenings import giving, rules
from crowdfund.screenings.codes import token
from crowdfund.screenings.codes.judging import Verdict
from crowdfund.screenings.door.admitting import admit
from crowdfund.screenings.keys import code_of, public_keys
from crowdfund.screenings.models import Screening, Ticket
from crowdfund.screenings.programme import HallBusy, WrongHours
from crowdfund.screenings.rescheduling import Hours
from crowdfund.worker import work_until_idle
from tests.bank import books_proven, pass_time
from tests.cinema import a_hall_plan, a_screening, a_showing, bought, held, ordered, paid, tickets_of
from tests.door import a_scan, code, doors_open, keeper_at, sold
from tests.world import a_fan


@pytest.fixture(autouse=True)
async def proven(database: str) -> AsyncIterator[None]:
    yield
    await work_until_idle()
    await books_proven()


async def again(screening: Screening) -> Screening:
    return await Screening.get(id=screening.id)


async def escrow_of(screening: Screening) -> int:
    return await balance_minor(chart.escrow(screening.id, "EUR"))


def hours_in(days: float) -> Hours:
    starts = clock.now() + timedelta(days=days)
    return Hours(starts - timedelta(minutes=30), starts, starts + timedelta(hours=2), starts + timedelta(minutes=15))


# --- sending back ---


async def test_sent_back_early_is_all_with_the_fee_and_the_seat_is_free(database: str) -> None:
    screening, mei = await a_screening(), await a_fan("Mei")
    order = await bought(mei, screening, "A-1", "A-2")
    first, second = await tickets_of(order)
    assert await cancelling.send_back(order.id, [first.id], expected_minor=11_00, by=mei.id) == 11_00
    await work_until_idle()
    assert (await Order.get(id=order.id)).state == "paid"
    assert [(t.seat_id, t.state) for t in await tickets_of(order)] == [("A-1", "refunded"), ("A-2", "sold")]
    assert (await again(screening)).sold == 1 and await escrow_of(screening) == 11_00
    await held(await a_fan("Bo"), screening, "A-1")
    await cancelling.send_back(order.id, [second.id], expected_minor=11_00, by=mei.id)
    await work_until_idle()
    assert (await Order.get(id=order.id)).state == "refunded"
    assert [r.amount_minor for r in await Refund.all()] == [11_00, 11_00]
    assert await escrow_of(screening) == 0


async def test_the_ladder_of_the_order_counts_whatever_the_clock_says_between_page_and_button(database: str) -> None:
    screening, mei = await a_screening(days=3, ladder=((48, 10_000), (24, 5_000), (2, 2_500))), await a_fan("Mei")
    order = await bought(mei, screening, "A-1")
    (ticket,) = await tickets_of(order)
    clock.advance(timedelta(days=1, seconds=1))
    with pytest.raises(cancelling.ShareChanged):
        await cancelling.send_back(order.id, [ticket.id], expected_minor=11_00, by=mei.id)
    await cancelling.send_back(order.id, [ticket.id], expected_minor=5_50, by=mei.id)
    await work_until_idle()
    assert (await Ticket.get(id=ticket.id)).refunded_minor == 5_50
    assert await escrow_of(screening) == 5_50, "what she does not get back stays for those who show the film"


async def test_only_her_own_good_tickets_can_be_sent_back(database: str) -> None:
    screening, mei, bo = await a_screening(), await a_fan("Mei"), await a_fan("Bo")
    order = await bought(mei, screening, "A-1")
    (ticket,) = await tickets_of(order)
    with pytest.raises(cancelling.NotReturnable):
        await cancelling.send_back(order.id, [ticket.id], expected_minor=11_00, by=bo.id)
    with pytest.raises(cancelling.NothingChosen):
        await cancelling.send_back(order.id, [], expected_minor=0, by=mei.id)
    await cancelling.send_back(order.id, [ticket.id], expected_minor=11_00, by=mei.id)
    with pytest.raises(cancelling.NotReturnable):
        await cancelling.send_back(order.id, [ticket.id], expected_minor=11_00, by=mei.id)


async def test_two_clicks_at_once_send_back_once(database: str) -> None:
    screening, mei = await a_screening(), await a_fan("Mei")
    order = await bought(mei, screening, "A-1")
    (ticket,) = await tickets_of(order)
    answers = await asyncio.gather(
        *(cancelling.send_back(order.id, [ticket.id], expected_minor=11_00, by=mei.id) for _ in range(4)),
        return_exceptions=True,
    )
    assert sorted(type(a).__name__ for a in answers) == ["NotReturnable"] * 3 + ["int"]
    assert await Refund.all().count() == 1


# --- giving away ---


async def test_a_ticket_given_away_has_another_code_and_another_holder(database: str) -> None:
    screening, mei, bo = await a_screening(), await a_fan("Mei"), await a_fan("Bo")
    order = await bought(mei, screening, "A-1")
    (ticket,) = await tickets_of(order)
    old = token.verify(code_of(ticket, screening), public_keys(screening.id))
    gift = await giving.offer_ticket(ticket.id, bo.email, by=mei.id)
    assert (await Ticket.get(id=ticket.id)).person_id == mei.id, "hers until the link is used"
    secret = giving.secret_of(gift.id)
    given = await giving.accept_gift(secret, by=bo.id)
    new = token.verify(code_of(given, screening), public_keys(screening.id))
    assert (given.person_id, old.counter, new.counter) == (bo.id, 0, 1)
    assert given.typed_code != ticket.typed_code
    with pytest.raises(giving.GiftGone):
        await giving.accept_gift(secret, by=mei.id)
    with pytest.raises(NotFound):
        await giving.offer_ticket(ticket.id, "x@example.com", by=mei.id)
    with pytest.raises(cancelling.NotReturnable):
        await cancelling.send_back(order.id, [ticket.id], expected_minor=11_00, by=mei.id)


async def test_a_gift_can_be_taken_back_declined_or_replaced_until_its_link_is_used(database: str) -> None:
    screening, mei, bo = await a_screening(), await a_fan("Mei"), await a_fan("Bo")
    (ticket,) = await tickets_of(await bought(mei, screening, "A-1"))
    first = giving.secret_of((await giving.offer_ticket(ticket.id, "a@example.com", by=mei.id)).id)
    second = giving.secret_of((await giving.offer_ticket(ticket.id, "b@example.com", by=mei.id)).id)
    with pytest.raises(giving.GiftGone):
        await giving.accept_gift(first, by=bo.id)
    await giving.decline_gift(second)
    with pytest.raises(giving.GiftGone):
        await giving.accept_gift(second, by=bo.id)
    third = giving.secret_of((await giving.offer_ticket(ticket.id, "c@example.com", by=mei.id)).id)
    await giving.withdraw_gift(ticket.id, by=mei.id)
    with pytest.raises(giving.GiftGone):
        await giving.accept_gift(third, by=bo.id)
    with pytest.raises(giving.GiftGone):
        await giving.accept_gift("nothing", by=bo.id)


async def test_a_ticket_that_was_sent_back_meanwhile_is_nobodys_gift(database: str) -> None:
    screening, mei, bo = await a_screening(), await a_fan("Mei"), await a_fan("Bo")
    order = await bought(mei, screening, "A-1")
    (ticket,) = await tickets_of(order)
    secret = giving.secret_of((await giving.offer_ticket(ticket.id, bo.email, by=mei.id)).id)
    await cancelling.send_back(order.id, [ticket.id], expected_minor=11_00, by=mei.id)
    with pytest.raises(giving.NotGivable):
        await giving.accept_gift(secret, by=bo.id)


# --- cancelled, and moved to another hour ---


async def test_a_cancelled_screening_gives_all_back_to_who_says_so_and_to_who_says_nothing(database: str) -> None:
    screening, mei, bo = await a_screening(ladder=()), await a_fan("Mei"), await a_fan("Bo")
    hers, his = await bought(mei, screening, "A-1", "A-2"), await bought(bo, screening, "B-1")
    asked = await asking.cancel_screening(screening.id, "The projector burned.", by=mei.id)
    assert asked is not None and (await again(screening)).state == "cancelled"
    await asking.answer(asked.id, [t.id for t in await tickets_of(hers)], Answer.MONEY_BACK, by=mei.id)
    await work_until_idle()
    assert [r.amount_minor for r in await Refund.all()] == [22_00]
    await pass_time(days=7, minutes=1)
    assert sorted(r.amount_minor for r in await Refund.all()) == [11_00, 22_00]
    assert (await Order.get(id=his.id)).state == "refunded" and (await Asking.get()).state == "closed"
    assert await escrow_of(screening) == 0 and (await again(screening)).sold == 0
    assert sorted((a.answer, a.by_default) for a in await AskingAnswer.all()) == [
        ("money_back", 0), ("money_back", 0), ("money_back", 1),
    ]  # fmt: skip


async def test_a_screening_that_breaks_off_gives_all_back_to_who_was_in_as_well(database: str) -> None:
    """Two are in and one is not when the projector burns: 33.00 go back, or along to the new hour."""
    screening, mei, bo = await a_screening(ladder=()), await a_fan("Mei"), await a_fan("Bo")
    hers, (his,) = await sold(mei, screening, "A-1", "A-2"), await sold(bo, screening, "B-1")
    keeper = await keeper_at(screening)
    doors_open(screening)
    for ticket in (hers[0], his):
        assert (await admit(a_scan(await code(ticket)), keeper)).verdict == Verdict.ADMITTED
    assert (await again(screening)).admitted == 2
    moved = await asking.reschedule(screening.id, hours_in(3), "The projector burned.", by=mei.id)
    asked = await Asking.get()
    await asking.answer(asked.id, [one.id for one in hers], Answer.KEEP, by=mei.id)
    await pass_time(days=2, hours=1)
    assert (await Ticket.get(id=his.id)).state == "refunded"
    assert [r.amount_minor for r in await Refund.all()] == [11_00]
    was, now = await again(screening), await again(moved)
    assert (was.sold, was.admitted, await escrow_of(screening)) == (0, 0, 0)
    assert (now.sold, now.admitted, await escrow_of(moved)) == (2, 0, 22_00)


@pytest.mark.landing
async def test_a_moved_screening_and_its_three_answers(database: str) -> None:
    screening = await a_screening()
    fans = [await a_fan(name) for name in ("Keep", "Move", "Back", "Silent")]
    orders = [await bought(fan, screening, seat) for fan, seat in zip(fans, ("A-1", "A-2", "A-3", "A-4"), strict=True)]
    other = await _another(screening)
    moved = await asking.reschedule(screening.id, hours_in(14), "The director comes a week later.", by=fans[0].id)
    asked = await Asking.get()
    with pytest.raises(rules.SeatInCart):
        await held(await a_fan("Bo"), moved, "A-1")
    tickets = [(await tickets_of(order))[0] for order in orders]
    await asking.answer(asked.id, [tickets[0].id], Answer.KEEP, by=fans[0].id)
    await asking.answer(asked.id, [tickets[1].id], Answer.MOVE, by=fans[1].id, to_screening_id=other.id)
    await asking.answer(asked.id, [tickets[2].id], Answer.MONEY_BACK, by=fans[2].id)
    assert [t.state for t in await Ticket.filter(screening_id=screening.id).order_by("id")] == [
        "moved", "moved", "refunded", "sold",
    ]  # fmt: skip
    kept, went = await Ticket.get(screening_id=moved.id), await Ticket.get(screening_id=other.id)
    assert (kept.seat_id, kept.person_id, kept.order_id) == ("A-1", fans[0].id, orders[0].id)
    assert (went.person_id, went.price_minor + went.fee_minor) == (fans[1].id, 11_00)
    assert [await escrow_of(s) for s in (screening, moved, other)] == [11_00, 11_00, 11_00]
    await pass_time(days=7, minutes=1)
    assert await escrow_of(screening) == 0
    assert sorted(r.amount_minor for r in await Refund.all()) == [11_00, 11_00]
    assert (await again(moved)).sold == 1, "the seat of who said nothing is free at the new hour"
    await held(await a_fan("Bo"), moved, "A-4")
    back = await cancelling.send_back(orders[0].id, [kept.id], expected_minor=11_00, by=fans[0].id)
    assert back == 11_00
    await work_until_idle()
    assert await escrow_of(moved) == 0


async def _another(screening: Screening) -> Screening:
    """A second screening of the same title, in the same hall, at the same prices."""
    from crowdfund.people.models import Organisation
    from crowdfund.screenings import programme
    from crowdfund.screenings.models import Auditorium
    from crowdfund.screenings.prices import PriceAsked
    from crowdfund.titles.models import Title

    made = await programme.make_screening(
        await Title.get(id=screening.title_id), await Organisation.get(id=screening.organisation_id),
        await Auditorium.get(id=screening.auditorium_id), a_showing(days=11), [PriceAsked("usual", "Full", 10_00)],
        by=(owner := await a_fan("Owner")).id, key="another",
    )  # fmt: skip
    await programme.put_on_sale(made.id, by=owner.id)
    return made


async def test_nobody_answers_twice_or_for_others(database: str) -> None:
    screening, mei, bo = await a_screening(), await a_fan("Mei"), await a_fan("Bo")
    (ticket,) = await tickets_of(await bought(mei, screening, "A-1"))
    asked = await asking.cancel_screening(screening.id, "Flooded.", by=bo.id)
    assert asked is not None
    with pytest.raises(NotFound):
        await asking.answer(asked.id, [ticket.id], Answer.MONEY_BACK, by=bo.id)
    with pytest.raises(asking.NoSuchAnswer):
        await asking.answer(asked.id, [ticket.id], Answer.KEEP, by=mei.id)
    with pytest.raises(asking.NoSuchAnswer):
        await asking.answer(asked.id, [ticket.id], Answer.MOVE, by=mei.id, to_screening_id=screening.id)
    answers = await asyncio.gather(
        *(asking.answer(asked.id, [ticket.id], Answer.MONEY_BACK, by=mei.id) for _ in range(4)), return_exceptions=True
    )
    assert sorted(type(a).__name__ for a in answers) == ["AnsweredAlready"] * 3 + ["NoneType"]


async def test_a_place_that_costs_more_is_no_move(database: str) -> None:
    screening, mei = await a_screening(price_minor=5_00), await a_fan("Mei")
    (ticket,) = await tickets_of(await bought(mei, screening, "A-1"))
    other = await _another(screening)
    asked = await asking.cancel_screening(screening.id, "Flooded.", by=mei.id)
    assert asked is not None
    with pytest.raises(asking.TooFewPlaces):
        await asking.answer(asked.id, [ticket.id], Answer.MOVE, by=mei.id, to_screening_id=other.id)
    assert (await Ticket.get(id=ticket.id)).state == "sold"


async def test_standing_places_are_kept_for_the_new_hour_too(database: str) -> None:
    screening, mei = await a_screening(plan=a_hall_plan(1, 1, standing=3)), await a_fan("Mei")
    order = await paid((await ordered(mei, await held(mei, screening, standing=2), "floor", "floor")).id)
    moved = await asking.reschedule(screening.id, hours_in(12), "Later.", by=mei.id)
    with pytest.raises(rules.AreaFull, match="Only one place is left"):
        await held(await a_fan("Bo"), moved, standing=2)
    asked = await Asking.get()
    await asking.answer(asked.id, [t.id for t in await tickets_of(order)], Answer.KEEP, by=mei.id)
    assert (await again(moved)).sold == 2


async def test_hours_that_cannot_be_are_refused_and_nothing_has_changed(database: str) -> None:
    screening, mei = await a_screening(), await a_fan("Mei")
    await bought(mei, screening, "A-1")
    await _another(screening)
    with pytest.raises(WrongHours):
        await asking.reschedule(screening.id, hours_in(-1), "Earlier.", by=mei.id)
    with pytest.raises(HallBusy):
        await asking.reschedule(screening.id, hours_in(11), "Then.", by=mei.id)
    assert (await again(screening)).state == "on_sale" and await Asking.all().count() == 0


async def test_who_pays_while_it_is_cancelled_has_it_back(database: str) -> None:
    from tests.cinema import page_for, pay_at

    screening, mei = await a_screening(), await a_fan("Mei")
    placed = await ordered(mei, await held(mei, screening, "A-1"), "A-1")
    url = await page_for(placed.id)
    assert await asking.cancel_screening(screening.id, "Flooded.", by=mei.id) is None, "nobody has a ticket"
    assert (await pay_at(url)).status_code == 303
    await work_until_idle()
    assert (await Order.get(id=placed.id)).state == "came_too_late"
    assert [r.amount_minor for r in await Refund.all()] == [11_00]


async def test_a_given_ticket_is_answered_for_by_who_has_it_and_paid_back_to_who_paid(database: str) -> None:
    screening, mei, bo = await a_screening(), await a_fan("Mei"), await a_fan("Bo")
    (ticket,) = await tickets_of(await bought(mei, screening, "A-1"))
    gift = await giving.offer_ticket(ticket.id, bo.email, by=mei.id)
    await giving.accept_gift(giving.secret_of(gift.id), by=bo.id)
    asked = await asking.cancel_screening(screening.id, "Flooded.", by=mei.id)
    assert asked is not None
    with pytest.raises(NotFound):
        await asking.answer(asked.id, [ticket.id], Answer.MONEY_BACK, by=mei.id)
    await asking.answer(asked.id, [ticket.id], Answer.MONEY_BACK, by=bo.id)
    await work_until_idle()
    assert [r.amount_minor for r in await Refund.all()] == [11_00]


async def test_a_kept_place_is_not_lost_by_buying_more_at_the_new_hour(database: str) -> None:
    screening, mei = await a_screening(), await a_fan("Mei")
    (ticket,) = await tickets_of(await bought(mei, screening, "A-1"))
    moved = await asking.reschedule(screening.id, hours_in(12), "Later.", by=mei.id)
    await bought(mei, moved, "B-1")
    await asking.answer((await Asking.get()).id, [ticket.id], Answer.KEEP, by=mei.id)
    assert (await again(moved)).sold == 2
