"""The money of tickets as an auditor looks at it: things that happen at the same moment, in the wrong order, or after everybody was paid.

Each ends with the books proven: every account, every row, and what lies at the payment company.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta

import orjson
import pytest

from crowdfund import clock
from crowdfund.boxoffice.refunding import BankDecides, refund_after_show
from crowdfund.boxoffice.settling import settle_screening
from crowdfund.campaigns.models import Campaign
from crowdfund.database.moves import MoveRefused
from crowdfund.disputes.actions import follow_dispute
from crowdfund.ledger import balance_minor, chart
from crowdfund.orders import asking, cancelling, credits
from crowdfund.orders.models import Answer, Asking, Order, SeatCredit
from crowdfund.payments.models import Charge, Refund
from crowdfund.payments.reconcile import read_fees
from crowdfund.payouts.models import Payout
from crowdfund.refusal import Invalid
from crowdfund.screenings.door.admitting import admit
from crowdfund.screenings.jobs import end_screenings
from crowdfund.screenings.models import Screening, Ticket
from crowdfund.worker import work_until_idle
from tests.bank import ask, pass_time
from tests.boxoffice import (
    EVEN,
    Run,
    a_run,
    a_scale,
    again,
    agreed,
    money_of,
    on_sale,
    rows_of,
    settled,
    shares_of,
    shown,
    sold,
)
from tests.cinema import bought, held, ordered, tickets_of
from tests.door import a_scan, code, keeper_at
from tests.http.test_box_office_disputes import decided, disputed, states
from tests.http.test_seat_credits import a_backer
from tests.http.test_second_tickets import hours_in
from tests.money import stripe_fee_minor
from tests.world import Fan, a_fan

pytestmark = pytest.mark.usefixtures("proven_when_idle")


async def its_ticket(order: Order) -> Ticket:
    """Where it is now: of one that moved the newer one."""
    return (await Ticket.filter(order_id=order.id).order_by("-id"))[0]


# --- at the same moment ---


async def test_settled_while_one_has_her_money_back_and_another_comes_in(database: str) -> None:
    """4 × 10.00: whoever is first, 30.00 are shared out in the end, and who was let in is let in."""
    run = await a_run()
    await agreed(run, settle_days=0)
    screening = await on_sale(run)
    orders = await sold(screening, "A-1", "A-2", "A-3", "A-4")
    back, late = await its_ticket(orders[0]), await its_ticket(orders[1])
    keeper, scan = await keeper_at(screening), a_scan(await code(late))
    clock.advance(screening.ends_at - clock.now() + timedelta(minutes=1))
    await end_screenings()
    while await read_fees():
        pass
    answers = await asyncio.gather(
        settle_screening(screening.id),
        refund_after_show(screening.id, back.id, "The sound broke.", by=run.owner.id),
        admit(scan, keeper),
        settle_screening(screening.id),
        return_exceptions=True,
    )
    assert [one for one in answers if isinstance(one, BaseException)] == []
    assert {answers[0], answers[3]} == {True, False}
    await work_until_idle()
    booked = [row.gross_minor for row in await rows_of(screening)]
    assert (sum(booked), booked) in [(30_00, [30_00]), (30_00, [40_00, -10_00])]
    assert (await Ticket.get(id=back.id)).state == "refunded"
    now = await money_of(run, screening)
    assert (now["producer"], now["cinema"]) == (14_25, 14_25) and "escrow 1" not in now


async def test_settled_at_the_same_moment_as_a_bank_takes_the_money(database: str) -> None:
    run = await a_run()
    await agreed(run, settle_days=0)
    screening = await on_sale(run)
    first, _second = await sold(screening, "A-1", "A-2")
    charge = await Charge.get(subject=first.subject)
    clock.advance(screening.ends_at - clock.now() + timedelta(minutes=1))
    await end_screenings()
    while await read_fees():
        pass
    opened = await ask("POST", f"charges/{charge.stripe_charge_id}/dispute", {})
    await asyncio.gather(settle_screening(screening.id), *(follow_dispute(opened["id"]) for _ in range(3)))
    await work_until_idle()
    assert (await again(screening)).state == "settled"
    assert sum([row.gross_minor for row in await rows_of(screening)]) == 10_00
    now = await money_of(run, screening)
    assert (now["producer"], now["cinema"]) == (4_75, 4_75)


@pytest.mark.landing
async def test_a_true_up_after_everybody_was_paid_is_owed_and_kept_from_what_comes(database: str) -> None:
    """By 40 % the producer had 20.00 of 50.00; by the version of later it is 30 %: it owes 5.00, and its next 15.00 repay them first."""
    run = await a_run(account=True)
    await agreed(run, a_scale((None, 4000)))
    seats = [f"A-{n}" for n in range(1, 6)]
    first, second = await on_sale(run), await on_sale(run, days=30)
    await sold(first, *seats)
    await sold(second, *seats)
    await settled(first)
    await pass_time(days=8)
    assert sorted(p.amount_minor for p in await Payout.filter(state="paid")) == [20_00, 30_00]
    await agreed(run, a_scale((None, 3000)), from_start=True)
    await settled(second)
    true_up, row = await rows_of(second)
    assert await shares_of(true_up) == {"producer": -5_00, "cinema": 5_00}
    assert await shares_of(row) == {"producer": 15_00, "cinema": 35_00}
    await pass_time(days=8)
    now = await money_of(run, first, second)
    assert sorted(p.amount_minor for p in await Payout.filter(state="paid")) == [10_00, 20_00, 30_00, 40_00]
    assert {name for name in now if name.startswith(("producer", "cinema"))} == set()


# --- what there is little of, or nothing ---


@pytest.mark.landing
async def test_a_guarantee_over_the_run_is_met_by_several_screenings_and_no_longer_owed(database: str) -> None:
    """30 % of each gross, at least 25.00 over the run: of 20.00 all, of the next 40.00 so much that it stays 25.00."""
    run = await a_run()
    terms = {
        "currency": "EUR", "rest": "cinema", "payees": [{"key": "producer"}, {"key": "cinema"}],
        "steps": [
            {"kind": "percentage", "payee": "producer", "base": "gross", "bps": 3000},
            {"kind": "guarantee", "payee": "producer", "bearer": "cinema", "amount_minor": 25_00, "period": "run"},
        ],
    }  # fmt: skip
    await agreed(run, terms)
    first, second, third = await on_sale(run), await on_sale(run, days=20), await on_sale(run, days=30)
    await sold(first, "A-1", "A-2")
    await sold(second, "A-1", "A-2", "A-3", "A-4")
    await sold(third, "A-1", "A-2", "A-3", "A-4")
    for screening in (first, second, third):
        await settled(screening)
    [one], [two], [three] = [await rows_of(screening) for screening in (first, second, third)]
    assert await shares_of(one) == {"producer": 20_00}
    assert [owed["minor"] for owed in orjson.loads(one.owed)] == [5_00]
    assert await shares_of(two) == {"producer": 5_00, "cinema": 35_00} and two.owed == "[]"
    assert await shares_of(three) == {"producer": 5_00, "cinema": 35_00}, "30 % of 100.00 are 30.00 by now"
    now = await money_of(run, first, second, third)
    assert (now["producer"], now["cinema"]) == (30_00, 70_00)


async def test_nobody_bought_and_everybody_was_invited(database: str) -> None:
    """A screening without a ticket and one that costs nothing are settled like any other, with nothing to share out."""
    run = await a_run()
    await agreed(run)
    empty, free = await on_sale(run), await on_sale(run, days=12, price_minor=0, fee_minor=0)
    placed = await ordered(mei := await a_fan("Mei"), await held(mei, free, "A-1", "A-2"), "A-1", "A-2")
    order = await Order.get(id=placed.id)
    assert (order.state, order.total_minor) == ("paid", 0)
    assert [(await settled(one)).state for one in (empty, free)] == ["settled", "settled"]
    [nothing], [invited] = await rows_of(empty), await rows_of(free)
    assert (nothing.gross_minor, nothing.admissions) == (0, 0) and await shares_of(nothing) == {}
    assert (invited.gross_minor, invited.admissions) == (0, 2) and await shares_of(invited) == {}
    one, _two = await tickets_of(order)
    await refund_after_show(free.id, one.id, "She was not there.", by=run.owner.id)
    _row, less = await rows_of(free)
    assert (less.kind, less.gross_minor, less.admissions) == ("taken_back", 0, -1), (
        "scales by admissions count one less"
    )
    assert await money_of(run, empty, free) == {}


async def test_what_was_shown_is_neither_cancelled_nor_moved(database: str) -> None:
    run = await a_run()
    await agreed(run)
    screening = await on_sale(run)
    await sold(screening, "A-1")
    await shown(screening)
    for _ in range(2):
        with pytest.raises(MoveRefused):
            await asking.cancel_screening(screening.id, "It was shown.", by=run.owner.id)
        with pytest.raises(MoveRefused):
            await asking.reschedule(screening.id, hours_in(9), "It was shown.", by=run.owner.id)
        await settled(screening)
    assert (await again(screening)).state == "settled" and not await Asking.exists()
    assert (await money_of(run, screening))["producer"] == 4_75


# --- a backer's seats ---


async def a_backers_ticket() -> tuple[Fan, Run, Screening, Order]:
    """Mei's pledge has two seats; with one of them she has a ticket at 11.00 that its producer has paid."""
    mei, campaign = await a_backer()
    run = await a_run(studio_id=campaign.organisation_id)
    await Campaign.filter(id=campaign.id).update(title_id=run.title.id)
    await agreed(run)
    screening = await on_sale(run)
    placed = await ordered(mei, await held(mei, screening, "A-1"), "A-1")
    await credits.pay_with_seats(placed.id, by=mei.id)
    return mei, run, screening, await Order.get(id=placed.id)


@pytest.mark.landing
async def test_a_backers_seat_is_shared_out_like_any_ticket_and_given_back_as_a_seat(database: str) -> None:
    """The producer paid 11.00 into escrow and has 4.75 of it again; given back after that it has all of it, and Mei her seat."""
    mei, run, screening, order = await a_backers_ticket()
    before = (await money_of(run, screening))["producer"]
    await sold(screening, "A-2")
    await settled(screening)
    [row] = await rows_of(screening)
    assert (row.gross_minor, row.fees_minor, row.processor_minor) == (20_00, 2_00, stripe_fee_minor(11_00))
    assert (await money_of(run, screening))["producer"] == before + 9_50
    ticket = await its_ticket(order)
    with pytest.raises(Invalid, match="given back whole"):
        await refund_after_show(screening.id, ticket.id, "A part.", by=run.owner.id, amount_minor=5_00)
    await refund_after_show(screening.id, ticket.id, "The sound broke.", by=run.owner.id)
    now = await money_of(run, screening)
    assert (now["producer"], now["cinema"]) == (before + 4_75 + 11_00, 4_75)
    assert await Refund.all().count() == 0, "no card is paid"
    left = await credits.seats_of(mei.id, run.title.id, "EUR")
    assert left is not None and left.left == 2


async def test_a_backers_seat_goes_along_to_another_hour_and_back(database: str) -> None:
    mei, run, screening, order = await a_backers_ticket()
    before = (await money_of(run, screening))["producer"]
    moved = await asking.reschedule(screening.id, hours_in(20), "A week later.", by=run.owner.id)
    asked = await Asking.get()
    await asking.answer(asked.id, [(await its_ticket(order)).id], Answer.KEEP, by=mei.id)
    ticket = await its_ticket(order)
    assert (await SeatCredit.get(state="used")).ticket_id == ticket.id
    assert await money_of(run, screening, moved) == {"producer": before, "platform": 1_25, "escrow 2": 11_00}
    await shown(moved)
    await refund_after_show(moved.id, ticket.id, "The sound broke.", by=run.owner.id)
    assert await money_of(run, screening, moved) == {"producer": before + 11_00, "platform": 1_25}


# --- tickets that moved ---


async def kept_for_later(run: Run, *fans: Fan) -> tuple[Screening, Screening, list[Order]]:
    """Each has a ticket, and keeps it for the new hour."""
    screening = await on_sale(run)
    orders = [await bought(fan, screening, f"A-{n}") for n, fan in enumerate(fans, 1)]
    moved = await asking.reschedule(screening.id, hours_in(20), "A week later.", by=run.owner.id)
    asked = await Asking.get(screening_id=screening.id)
    for fan, order in zip(fans, orders, strict=True):
        await asking.answer(asked.id, [(await its_ticket(order)).id], Answer.KEEP, by=fan.id)
    return screening, moved, orders


async def test_a_ticket_that_moved_is_shared_out_where_it_was_used_with_what_its_payment_cost(database: str) -> None:
    run, fans = await a_run(), [await a_fan("Mei"), await a_fan("Bo")]
    await agreed(run)
    was, moved, orders = await kept_for_later(run, *fans)
    await settled(moved)
    [row] = await rows_of(moved)
    cost_minor = 2 * stripe_fee_minor(11_00)
    assert (row.gross_minor, row.fees_minor, row.processor_minor) == (20_00, 2_00, cost_minor)
    assert await money_of(run, was, moved) == {
        "producer": 9_50, "cinema": 9_50, "platform": 1_00 + 2_00 - cost_minor,
    }  # fmt: skip
    await refund_after_show(moved.id, (await its_ticket(orders[0])).id, "The sound broke.", by=run.owner.id)
    await work_until_idle()
    assert [(r.held_for, r.amount_minor, r.state) for r in await Refund.all()] == [
        (f"screening:{moved.id}", 11_00, "succeeded")
    ]
    assert (await money_of(run, was, moved))["producer"] == 4_75


async def test_given_back_after_the_show_and_before_it_is_settled(database: str) -> None:
    run, mei = await a_run(), await a_fan("Mei")
    await agreed(run)
    was, moved, [order] = await kept_for_later(run, mei)
    await shown(moved)
    await refund_after_show(moved.id, (await its_ticket(order)).id, "The sound broke.", by=run.owner.id)
    assert await money_of(run, was, moved) == {"processor": stripe_fee_minor(11_00)}
    await settled(moved)
    assert (await rows_of(moved))[0].gross_minor == 0


@pytest.mark.landing
@pytest.mark.parametrize("won", [True, False])
@pytest.mark.parametrize("when", ["before", "settled"])
async def test_a_bank_takes_the_money_from_where_the_ticket_is(database: str, won: bool, when: str) -> None:
    """Two tickets of 11.00 moved to another hour; one is disputed: it dies there, and nobody else's money is touched."""
    run, fans = await a_run(), [await a_fan("Mei"), await a_fan("Bo")]
    await agreed(run)
    was, moved, orders = await kept_for_later(run, *fans)
    if when == "settled":
        await settled(moved)
    dispute = await disputed(orders[0])
    now = await money_of(run, was, moved)
    assert (now.get("escrow 2", 0), now.get("producer", 0)) == ((11_00, 0) if when == "before" else (0, 4_75))
    await decided(dispute, won=won)
    assert (await Ticket.get(id=(await its_ticket(orders[0])).id)).state == (
        "lost" if not won else "sold" if when == "before" else "no_show"
    )
    await settled(moved)
    assert sum([row.gross_minor for row in await rows_of(moved)]) == (20_00 if won else 10_00)
    now = await money_of(run, was, moved)
    assert (now["producer"], now["cinema"]) == ((9_50, 9_50) if won else (4_75, 4_75))
    assert (await Order.get(id=orders[0].id)).state == ("paid" if won else "lost")
    assert await balance_minor(chart.dispute_cost("EUR")) == 20_00, "the bank's fee is ours, and nothing else"


@pytest.mark.parametrize("won", [True, False])
async def test_an_order_on_two_screenings_is_taken_back_on_both(database: str, won: bool) -> None:
    """One ticket kept for the new hour, which is settled; one moved to another screening, which is not."""
    run, mei = await a_run(), await a_fan("Mei")
    await agreed(run)
    screening, other = await on_sale(run), await on_sale(run, days=40)
    order = await bought(mei, screening, "A-1", "A-2")
    moved = await asking.reschedule(screening.id, hours_in(20), "A week later.", by=run.owner.id)
    first, second = await tickets_of(order)
    asked = await Asking.get()
    await asking.answer(asked.id, [first.id], Answer.KEEP, by=mei.id)
    await asking.answer(asked.id, [second.id], Answer.MOVE, by=mei.id, to_screening_id=other.id)
    await settled(moved)
    cost_minor = stripe_fee_minor(22_00)
    assert (await rows_of(moved))[0].processor_minor == cost_minor * 11_00 // 22_00
    dispute = await disputed(order)
    now = await money_of(run, moved, other)
    assert (now.get("producer", 0), now.get("escrow 1", 0), now.get("escrow 2", 0)) == (0, 0, 0)
    await decided(dispute, won=won)
    now = await money_of(run, moved, other)
    assert (now.get("producer", 0), now.get("escrow 2", 0)) == ((4_75, 11_00) if won else (0, 0))
    assert (await states(order))[0] == ("paid" if won else "lost")
    await settled(other)
    assert sum([row.gross_minor for row in await rows_of(other)]) == (10_00 if won else 0)


@pytest.mark.landing
@pytest.mark.parametrize("won", [True, False])
async def test_while_her_bank_decides_nothing_is_moved_or_given_back_a_second_time(database: str, won: bool) -> None:
    """Of 22.00 in escrow her bank holds 11.00: what is left is Bo's, whatever Mei asks for."""
    run, mei, bo = await a_run(), await a_fan("Mei"), await a_fan("Bo")
    await agreed(run)
    screening = await on_sale(run)
    hers, his = await bought(mei, screening, "A-1"), await bought(bo, screening, "A-2")
    dispute, ticket = await disputed(hers), await its_ticket(hers)
    with pytest.raises(cancelling.NotReturnable, match="Your bank disputes this payment"):
        await cancelling.send_back(hers.id, [ticket.id], expected_minor=11_00, by=mei.id)
    asked = await asking.cancel_screening(screening.id, "The projector burned.", by=run.owner.id)
    assert asked is not None
    with pytest.raises(asking.BankDecides):
        await asking.answer(asked.id, [ticket.id], Answer.MONEY_BACK, by=mei.id)
    await asking.answer(asked.id, [(await its_ticket(his)).id], Answer.MONEY_BACK, by=bo.id)
    await pass_time(days=8)
    assert [r.subject for r in await Refund.all()] == [his.subject], "who says nothing waits for her bank"
    assert (await Asking.get()).state == "open"
    await decided(dispute, won=won)
    await work_until_idle()
    assert sorted(r.amount_minor for r in await Refund.filter(state="succeeded")) == (
        [11_00, 11_00] if won else [11_00]
    )
    assert (await Asking.get()).state == "closed" and "escrow 1" not in await money_of(run, screening)


async def test_a_bank_that_holds_the_money_of_a_ticket_that_moved_is_waited_for(database: str) -> None:
    run, mei = await a_run(), await a_fan("Mei")
    await agreed(run)
    _was, moved, [order] = await kept_for_later(run, mei)
    await shown(moved)
    dispute = await disputed(order)
    with pytest.raises(BankDecides):
        await refund_after_show(moved.id, (await its_ticket(order)).id, "The sound broke.", by=run.owner.id)
    await settled(moved)
    assert (await rows_of(moved))[0].gross_minor == 0
    await decided(dispute, won=True)
    assert [row.kind for row in await rows_of(moved)] == ["settled", "added"]
    assert (await money_of(run, moved))["producer"] == 4_75


@pytest.mark.landing
async def test_small_coins_are_given_back_in_parts_under_a_key_of_their_own_each(database: str) -> None:
    """Half of 0.54 by the ladder, then the rest in two parts after the show: each refund has a number of its own."""
    run = await a_run()
    await agreed(run)
    screening = await on_sale(run, price_minor=50, fee_minor=4, ladder=((24, 10_000), (2, 5_000)))
    order = await bought(mei := await a_fan("Mei"), screening, "A-1", "A-2")
    one, two = await tickets_of(order)
    clock.advance(screening.starts_at - clock.now() - timedelta(hours=3))
    await cancelling.send_back(order.id, [one.id], expected_minor=27, by=mei.id)
    await shown(screening)
    for part in (1, 53):
        await refund_after_show(screening.id, two.id, "The sound broke.", by=run.owner.id, amount_minor=part)
    await work_until_idle()
    assert sorted(r.amount_minor for r in await Refund.filter(state="succeeded")) == [1, 27, 53]
    await settled(screening)
    [row] = await rows_of(screening)
    assert row.gross_minor + row.fees_minor == 27 and EVEN["rest"] == "cinema"
