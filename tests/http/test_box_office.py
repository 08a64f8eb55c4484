"""Settling what was shown: shares to the cent, once, and what comes after: other versions, refunds, true-ups."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import orjson
import pytest
from tortoise.exceptions import IntegrityError

from crowdfund import clock
from crowdfund.boxoffice import settling
from crowdfund.boxoffice.deals.split import added
from crowdfund.boxoffice.models import DEAL_MOVES, Deal, DealState, Settlement
from crowdfund.boxoffice.refunding import GivenBackAlready, refund_after_show
from crowdfund.boxoffice.rules import AdmittedAlready, NobodyBound, NotShownYet, WordsMissing
from crowdfund.boxoffice.settling import settle_screening, tell_count, waits_for
from crowdfund.boxoffice.versions import DealContent, agree_deal, draft_deal, drop_deal, offer_deal
from crowdfund.database import Sql, atomic
from crowdfund.ledger import chart
from crowdfund.orders.following import end_wholly_refunded
from crowdfund.orders.models import Order
from crowdfund.payments.models import Charge, Refund
from crowdfund.payments.reconcile import read_fees
from crowdfund.payments.refunds import RefundIntent, make_refunds
from crowdfund.payouts.models import Payout
from crowdfund.refusal import Refusal
from crowdfund.screenings import selling
from crowdfund.screenings.jobs import end_screenings
from crowdfund.screenings.models import Ticket, TicketState
from crowdfund.worker import work_until_idle
from tests.bank import pass_time
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
from tests.cinema import tickets_of
from tests.money import stripe_fee_minor

pytestmark = pytest.mark.usefixtures("proven_when_idle")


async def test_three_tickets_are_shared_out_to_the_cent(database: str) -> None:
    """3 × 9.99 and 3 × 1.00: 5 % of 29.97 is 1.49, half of 28.48 is 14.24; each payment of 10.99 cost 0.42."""
    run = await a_run()
    await agreed(run)
    screening = await on_sale(run, price_minor=9_99)
    await sold(screening, "A-1", "A-2", "A-3")
    assert (await settled(screening)).state == "settled"
    [row] = await rows_of(screening)
    assert (row.gross_minor, row.admissions, row.fees_minor) == (29_97, 3, 3_00)
    assert await shares_of(row) == {"platform": 1_49, "producer": 14_24, "cinema": 14_24}
    cost_minor = 3 * stripe_fee_minor(10_99)
    assert (cost_minor, row.processor_minor, row.short_minor) == (1_26, 1_26, 0)
    assert await money_of(run, screening) == {
        "producer": 14_24, "cinema": 14_24, "platform": 1_49 + 3_00 - 1_26,
    }  # fmt: skip


async def test_a_flat_festival_deal_by_hand(database: str) -> None:
    """500.00 for each screening; 4 tickets bring 40.00, so all of it is the producer's, and 460.00 is owed beside the site."""
    run = await a_run()
    fee = {"payee": "producer", "amount_minor": 500_00, "period": "screening"}
    flat = {
        "currency": "EUR", "rest": "festival", "payees": [{"key": "producer"}, {"key": "festival"}],
        "steps": [{"kind": "fixed", **fee}, {"kind": "guarantee", "bearer": "festival", **fee}],
    }  # fmt: skip
    await agreed(run, flat)
    screening = await on_sale(run, fee_minor=0)
    await sold(screening, "A-1", "A-2", "A-3", "A-4")
    await settled(screening)
    [row] = await rows_of(screening)
    assert await shares_of(row) == {"producer": 40_00}
    assert orjson.loads(row.owed) == [{"step": 2, "bearer": "festival", "payee": "producer", "minor": 460_00}]
    cost_minor = 4 * stripe_fee_minor(10_00)
    assert (row.processor_minor, row.short_minor) == (0, 0), "the cinema has nothing to bear it with"
    assert await money_of(run, screening) == {"producer": 40_00, "processor": cost_minor}


async def test_what_booking_fees_dont_cover_comes_out_of_the_cinemas_share(database: str) -> None:
    run = await a_run()
    await agreed(run)
    screening = await on_sale(run, fee_minor=10)
    await sold(screening, "A-1", "A-2")
    await settled(screening)
    [row] = await rows_of(screening)
    cost_minor = 2 * stripe_fee_minor(10_10)
    assert (row.processor_minor, row.short_minor) == (cost_minor, cost_minor - 20)
    assert await shares_of(row, "cost") == {"cinema": -(cost_minor - 20)}
    held = await money_of(run, screening)
    assert held == {"platform": 1_00, "producer": 9_50, "cinema": 9_50 - (cost_minor - 20)}


async def test_nothing_is_settled_without_a_deal_too_early_or_unexplained(database: str) -> None:
    run = await a_run()
    screening = await on_sale(run)
    await sold(screening, "A-1")
    await settled(screening)
    assert [one.text for one in await waits_for(await again(screening))] == [
        "No deal is agreed on for this booking in {currency}."
    ]
    await agreed(run, settle_days=10)
    await work_until_idle()
    assert [one.text for one in await waits_for(await again(screening))] == ["It is settled from {at} on."]
    with pytest.raises(WordsMissing, match="Say why"):
        await tell_count(screening, 3, " ", by=run.owner.id)
    await tell_count(screening, 0, "", by=run.owner.id)
    await atomic(Sql("UPDATE screening SET admitted = 1 WHERE id = $1").__call__)(
        screening.id
    )  # a gate that was offline
    await pass_time(days=10)
    assert (await again(screening)).state == "screened"
    assert "it has to say why" in (await waits_for(await again(screening)))[0].text
    await tell_count(screening, 0, "The second gate was counted twice.", by=run.owner.id)
    await work_until_idle()
    [row] = await rows_of(screening)
    assert (row.counted, row.admitted, row.words) == (0, 1, "The second gate was counted twice.")
    await atomic(Sql("UPDATE screening SET admitted = 0 WHERE id = $1").__call__)(screening.id)


async def test_a_scale_that_is_reached_later_takes_from_one_and_gives_another(database: str) -> None:
    """40 % up to 50.00, 60 % of all of it above: the sixth ticket brings the producer 16.00 and costs the cinema 6.00."""
    run = await a_run()
    await agreed(run, a_scale((50_00, 4000), (None, 6000)))
    first, second = await on_sale(run, fee_minor=0), await on_sale(run, days=11, fee_minor=0)
    await sold(first, "A-1", "A-2", "A-3", "A-4", "A-5")
    await sold(second, "A-1")
    await settled(first)
    await settled(second)
    cost = stripe_fee_minor(10_00)
    [row], [later] = await rows_of(first), await rows_of(second)
    assert await shares_of(row) == {"producer": 20_00, "cinema": 30_00}
    assert await shares_of(later) == {"producer": 16_00, "cinema": -6_00}
    held = await money_of(run, first, second)
    assert held == {"producer": 36_00, "cinema": 24_00 - 5 * cost, "processor": cost}, (
        "the second bore no cost: nothing was its"
    )


async def test_a_new_version_counts_from_the_next_screening_on(database: str) -> None:
    run = await a_run()
    await agreed(run)
    first, second = await on_sale(run, fee_minor=0), await on_sale(run, days=20, fee_minor=0)
    await sold(first, "A-1")
    await sold(second, "A-1")
    await settled(first)
    deal = await agreed(run, a_scale((None, 7000)))
    assert (await Deal.get(booking_id=run.booking.id, version=1)).state == "superseded"
    await settled(second)
    [row], [later] = await rows_of(first), await rows_of(second)
    assert await shares_of(row) == {"platform": 50, "producer": 4_75, "cinema": 4_75}
    assert await shares_of(later) == {"producer": 7_00, "cinema": 3_00}
    assert later.deal_id == deal.id and later.run_id == deal.id != row.run_id


async def test_a_new_version_for_the_whole_run_is_made_true_by_a_new_entry(database: str) -> None:
    """9.50 / 9.50 / 1.00 was booked of 20.00; by the new version it is 14.00 / 6.00: the difference is a row of its own."""
    run = await a_run()
    await agreed(run)
    first, second = await on_sale(run, fee_minor=0), await on_sale(run, days=20, fee_minor=0)
    await sold(first, "A-1", "A-2")
    await sold(second, "A-1")
    await settled(first)
    await agreed(run, a_scale((None, 7000)), from_start=True)
    await settled(second)
    true_up, row = await rows_of(second)
    assert (true_up.kind, true_up.gross_minor) == ("true_up", 0)
    assert await shares_of(true_up) == {"producer": 4_50, "cinema": -3_50, "platform": -1_00}
    assert await shares_of(row) == {"producer": 7_00, "cinema": 3_00}
    held = await money_of(run, first, second)
    assert (held["producer"], held.get("platform", 0)) == (21_00, 0)
    assert [row.number for row in await Settlement.all().order_by("number")] == [1, 2, 3]


async def test_a_refund_after_settlement_takes_back_exactly_its_lines(database: str) -> None:
    run = await a_run()
    await agreed(run)
    screening = await on_sale(run, price_minor=9_99)
    orders = await sold(screening, "A-1", "A-2", "A-3")
    await settled(screening)
    before = await money_of(run, screening)
    [ticket] = await tickets_of(orders[1])
    given = await refund_after_show(screening.id, ticket.id, "The sound broke.", by=run.owner.id)
    assert (given.minor, given.left_minor) == (10_99, 0)
    await work_until_idle()
    _row, back = await rows_of(screening)
    assert (back.kind, back.gross_minor, back.admissions, back.fees_minor) == ("taken_back", -9_99, -1, -1_00)
    lines = await shares_of(back)
    assert lines == {"platform": -50, "producer": -4_74, "cinema": -4_75}, "of the second ticket, not a third of all"
    after = await money_of(run, screening)
    assert {name: before[name] - after[name] for name in before} == {
        "platform": 50 + 1_00,
        "producer": 4_74,
        "cinema": 4_75,
    }
    assert (await Order.get(id=orders[1].id)).state == "refunded"
    with pytest.raises(GivenBackAlready):
        await refund_after_show(screening.id, ticket.id, "Again.", by=run.owner.id)
    assert [(r.amount_minor, r.state) for r in await Refund.all()] == [(10_99, "succeeded")]


@pytest.mark.landing
@pytest.mark.parametrize("parts", [(3_33, 3_33, 4_33), (1, 2, 10_96), (10_98, 1)])
async def test_many_partial_refunds_equal_a_whole_one(database: str, parts: tuple[int, ...]) -> None:
    run = await a_run()
    await agreed(run)
    screening = await on_sale(run, price_minor=9_99)
    orders = await sold(screening, "A-1", "A-2", "A-3")
    await settled(screening)
    [ticket] = await tickets_of(orders[1])
    for part in parts:
        await refund_after_show(screening.id, ticket.id, "A part.", by=run.owner.id, amount_minor=part)
    whole: dict[str, int] = {}
    for row in (await rows_of(screening))[1:]:
        whole = added(whole, await shares_of(row))
    assert whole == {"platform": -50, "producer": -4_74, "cinema": -4_75}
    assert (await Ticket.get(id=ticket.id)).state == "refunded"
    assert (await again(screening)).sold == 2


async def test_what_was_paid_out_is_owed_after_a_refund_and_kept_from_the_next_share(database: str) -> None:
    run = await a_run(account=True)
    await agreed(run)
    first, second = await on_sale(run), await on_sale(run, days=20)
    [order] = await sold(first, "A-1")
    await sold(second, "A-1")
    await settled(first)
    await pass_time(days=8)
    assert sorted(p.amount_minor for p in await Payout.filter(state="paid")) == [4_75, 4_75]
    [ticket] = await tickets_of(order)
    await refund_after_show(first.id, ticket.id, "The sound broke.", by=run.owner.id)
    held = await money_of(run, first, second)
    assert (held["producer owes"], held["cinema owes"]) == (4_75, 4_75)
    await settled(second)
    await pass_time(days=8)
    held = await money_of(run, first, second)
    assert {name for name in held if "owes" in name} == set(), "the second share has repaid it"
    assert len(await Payout.filter(state="paid")) == 2


@pytest.mark.landing
async def test_a_step_of_a_scale_that_a_refund_undoes_is_made_true_at_the_next_settlement(database: str) -> None:
    run = await a_run()
    await agreed(run, a_scale((50_00, 4000), (None, 6000)))
    first, second = await on_sale(run, fee_minor=0), await on_sale(run, days=30, fee_minor=0)
    orders = await sold(first, *(f"A-{n}" for n in range(1, 6)), "B-1")
    await settled(first)
    [row] = await rows_of(first)
    assert await shares_of(row) == {"producer": 36_00, "cinema": 24_00}
    [ticket] = await tickets_of(orders[0])
    await refund_after_show(first.id, ticket.id, "The sound broke.", by=run.owner.id)
    _row, back = await rows_of(first)
    assert await shares_of(back) == {"producer": -4_00, "cinema": -6_00}, "the first ticket was shared at 40 %"
    await settled(second)
    true_up, shown_to_nobody = await rows_of(second)
    assert await shares_of(true_up) == {"producer": -12_00, "cinema": 12_00}, (
        "50.00 are 40 % again: 20.00, and 32.00 were booked"
    )
    assert (shown_to_nobody.gross_minor, shown_to_nobody.kind) == (0, "settled")
    held = await money_of(run, first, second)
    assert held["producer"] == 20_00


async def test_two_settle_at_once_and_a_second_time_changes_nothing(database: str) -> None:
    run = await a_run()
    await agreed(run, settle_days=0)
    first, second = await on_sale(run), await on_sale(run, days=10.2)
    await sold(first, "A-1", "A-2")
    await sold(second, "A-1", "A-2")
    clock.advance(timedelta(days=11))
    await end_screenings()
    await pass_fees()
    answers = await asyncio.gather(*(settle_screening(one.id) for one in (first, second) * 4))
    assert sorted(answers) == [False] * 6 + [True] * 2
    assert [row.number for row in await Settlement.all().order_by("number")] == [1, 2]
    held = await money_of(run, first, second)
    assert (held["producer"], held["cinema"]) == (19_00, 19_00)


async def pass_fees() -> None:
    """The payment company tells what each payment cost; nothing else is done."""
    while await read_fees():
        pass


class Killed(Exception):
    pass


async def test_killed_before_it_is_written_down_nothing_has_happened(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = await a_run()
    await agreed(run)
    screening = await on_sale(run)
    await sold(screening, "A-1")
    real = settling.move_screening

    async def killed(*_: object) -> None:
        raise Killed

    monkeypatch.setattr(settling, "move_screening", killed)
    await shown(screening)
    clock.advance(timedelta(days=4))
    with pytest.raises(Killed):
        await settle_screening(screening.id)
    assert (await again(screening)).state == "screened" and await rows_of(screening) == []
    assert (await money_of(run, screening))["escrow 1"] == 11_00
    monkeypatch.setattr(settling, "move_screening", real)
    assert await settle_screening(screening.id) and not await settle_screening(screening.id)
    assert len(await rows_of(screening)) == 1


async def test_what_a_late_cancellation_left_is_shared_like_a_ticket_that_nobody_came_with(database: str) -> None:
    """Half of 11.00 goes back: of the fee 0.50, of the price 5.00."""
    run = await a_run()
    await agreed(run)
    screening = await on_sale(run)
    orders = await sold(screening, "A-1", "A-2")
    await cancelled_late(orders[0], 5_50)
    await settled(screening)
    [row] = await rows_of(screening)
    assert (row.gross_minor, row.admissions, row.fees_minor) == (15_00, 1, 1_50)
    assert (row.sold, row.refunded) == (1, 1)


async def cancelled_late(order: Order, minor: int) -> None:
    @atomic
    async def cancel() -> None:
        rows = await selling.lock_tickets(order.id, [ticket.id for ticket in await tickets_of(order)])
        await selling.take_back(
            [{**row, "refunded_minor": minor} for row in rows], TicketState.REFUNDED, because="she cancelled", by=None
        )
        charge = await Charge.get(subject=order.subject)
        escrow = chart.escrow(order.screening_id, "EUR")
        await make_refunds(
            [
                RefundIntent(
                    charge.id, order.subject, None, minor, "EUR", str(charge.stripe_charge_id), "she cancelled", None,
                    [(escrow, minor)], held_for=charge.held_for,
                )
            ]
        )  # fmt: skip
        await end_wholly_refunded(order, because="she cancelled", by=None)

    await cancel()


async def test_who_came_in_has_had_it(database: str) -> None:
    run = await a_run()
    await agreed(run)
    screening = await on_sale(run)
    [order] = await sold(screening, "A-1")
    [ticket] = await tickets_of(order)
    with pytest.raises(NotShownYet):
        await refund_after_show(screening.id, ticket.id, "No.", by=run.owner.id)
    await shown(screening)
    await Ticket.filter(id=ticket.id).update(state="admitted")
    with pytest.raises(AdmittedAlready):
        await refund_after_show(screening.id, ticket.id, "No.", by=run.owner.id)
    await Ticket.filter(id=ticket.id).update(state="sold")
    assert (await refund_after_show(screening.id, ticket.id, "Before it is settled.", by=run.owner.id)).minor == 11_00
    assert await money_of(run, screening) == {"processor": stripe_fee_minor(11_00)}


async def in_state(run: Run, state: str) -> Deal:
    """A version of a deal, brought into a state by those who do that."""
    studio, cinema, by = run.studio.id, run.cinema.id, run.owner.id
    deal = await draft_deal(run.booking.id, DealContent(EVEN, {}), side=studio, by=by)
    if state in ("offered", "agreed"):
        await offer_deal(deal.id, side=studio, by=by)
    if state == "agreed":
        await agree_deal(deal.id, side=cinema, by=by)
    if state == "superseded":
        await drop_deal(deal.id, side=studio, by=by)
    return await Deal.get(id=deal.id)


@pytest.mark.parametrize("state", list(DealState))
@pytest.mark.parametrize("verb", ["offer", "agree", "drop"])
async def test_every_verb_on_a_deal_in_every_state(database: str, state: str, verb: str) -> None:
    run = await a_run()
    deal = await in_state(run, state)
    verbs = {
        "offer": (offer_deal, run.studio.id),
        "agree": (agree_deal, run.cinema.id),
        "drop": (drop_deal, run.studio.id),
    }
    leads = {"offer": DealState.OFFERED, "agree": DealState.AGREED, "drop": DealState.SUPERSEDED}[verb]
    may = leads in DEAL_MOVES[DealState(state)] and (verb, state) != ("drop", "agreed")
    do, side = verbs[verb]
    if may:
        await do(deal.id, side=side, by=run.owner.id)
    else:
        with pytest.raises(Refusal):
            await do(deal.id, side=side, by=run.owner.id)
    assert (await Deal.get(id=deal.id)).state == (leads if may else state)


async def test_what_was_offered_stays_word_for_word(database: str) -> None:
    run = await a_run()
    deal = await in_state(run, "offered")
    for change in ({"terms": "{}"}, {"reserve_bps": 0}, {"settle_days": 0}, {"from_start": 1}):
        with pytest.raises(IntegrityError):
            await Deal.filter(id=deal.id).update(**change)
    statement = Sql("UPDATE deal_payee SET organisation_id = NULL WHERE deal_id = $1")
    with pytest.raises(IntegrityError):
        await atomic(statement.__call__)(deal.id)


async def test_a_counter_offer_takes_the_place_of_an_offer_and_one_is_agreed(database: str) -> None:
    run = await a_run()
    first = await in_state(run, "offered")
    second = await draft_deal(
        run.booking.id, DealContent(a_scale((None, 5000)), {}), side=run.cinema.id, by=run.owner.id
    )
    await offer_deal(second.id, side=run.cinema.id, by=run.owner.id)
    assert (await Deal.get(id=first.id)).state == "superseded"
    answers = await asyncio.gather(
        *(agree_deal(second.id, side=run.studio.id, by=run.owner.id) for _ in range(4)), return_exceptions=True
    )
    assert sum(isinstance(one, Deal) for one in answers) == 1
    assert await Deal.filter(state="agreed").count() == 1


async def test_a_version_for_the_whole_run_cant_move_money_to_somebody_else(database: str) -> None:
    run, other = await a_run(), await a_run()
    terms = {**EVEN, "payees": [*EVEN["payees"], {"key": "distributor"}]}
    await agreed(run, terms, who={"distributor": run.studio.id})
    with pytest.raises(NobodyBound, match="another organisation before"):
        await agreed(run, terms, who={"distributor": other.studio.id}, from_start=True)
    await agreed(run, terms, who={"distributor": other.studio.id})
