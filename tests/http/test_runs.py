"""Production runs from the promise to the last parcel: one that tips, one that fails, one that is late; every cent on both engines."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from crowdfund import clock
from crowdfund.ledger import balance_minor, chart
from crowdfund.merch.licences.models import Licence
from crowdfund.merch.listings.rules import CannotBeSold
from crowdfund.merch.runs import actions
from crowdfund.merch.runs.models import ProductionRunEvent
from crowdfund.merch.runs.rules import NotNow, NotToJoin, RunRefused
from crowdfund.orders.goods.models import GoodsLine, GoodsOrder
from crowdfund.orders.runs import giving_back, placing
from crowdfund.payments.models import Charge, SavedCard
from crowdfund.people.models import Organisation, Person
from tests.bank import ask, fans_with, pass_time
from tests.goods import moved
from tests.listings import a_listing, a_shop
from tests.money import dollar_fee_minor
from tests.runs import (
    a_run,
    a_want,
    again,
    again_order,
    asked,
    earnings_minor,
    ordered,
    sale_minor,
    sent,
    started,
    states,
    told,
    until,
)
from tests.world import a_fan


@pytest.fixture(autouse=True)
async def proven(proven_when_idle: None) -> AsyncIterator[None]:
    yield


async def at_bank(order: object) -> int:
    charge = await Charge.get(subject=order.subject, state="succeeded")  # type: ignore[attr-defined]
    return int(charge.fee_minor or 0)


async def test_a_run_that_tips_is_charged_made_and_sent_to_the_cent() -> None:
    run = await a_run(minimum=3)
    first, second = await ordered(run, "ok", "ok")
    assert ((await again(run)).state, (await again(run)).units_taken) == ("open", 2)
    await pass_time(hours=1)
    assert (await states(run), await Charge.all().count()) == ({"standing": 2}, 0)
    (third,) = await ordered(run, "ok")
    assert (await again(run)).state == "tipped"
    await pass_time(minutes=1)
    now = await again(run)
    assert (now.state, now.units_taken, now.units_paid, await states(run)) == ("funded", 3, 3, {"collected": 3})
    # 100.00 + 6.00 shipping + 7.00 tax, all of it held for the order.
    assert [await sale_minor(order) for order in (first, second, third)] == [113_00] * 3
    now = await started(run)
    fee = await at_bank(first)
    net = 113_00 - 5_00 - 8_00 - 7_00 - fee  # commission 5 %, royalty 8 %, tax, the payment company
    assert now.state == "in_production" and await earnings_minor(run) == 3 * (net // 2)
    await sent(first)
    await pass_time(minutes=1)
    assert (await again(run)).state == "shipping"
    assert await sale_minor(first) == 0 and await earnings_minor(run) == net + 2 * (net // 2)
    for order in (second, third):
        await sent(order)
    await pass_time(minutes=1)
    assert ((await again(run)).state, await earnings_minor(run)) == ("closed", 3 * net)
    licence_id = (await GoodsLine.get(order_id=first.order_id)).licence_id
    assert await balance_minor(chart.royalty(licence_id, "USD")) == 3 * 8_00
    assert (await Licence.get(id=licence_id)).units_sold == 3
    assert [e.to_state for e in await ProductionRunEvent.filter(production_run_id=run.id).order_by("id")] == [
        "open", "tipped", "charging", "funded", "in_production", "shipping", "closed"
    ]  # fmt: skip
    subjects = await told(first)
    assert [s.split(":")[0] for s in subjects] == [
        "Your order counts", "Your order is paid", "It will be made", "It is being made", "On its way"
    ]  # fmt: skip


async def test_a_run_that_fails_at_its_deadline_charges_nobody() -> None:
    run = await a_run(minimum=3)
    first, _second = await ordered(run, "ok", "ok")
    await until(run.closes_at, seconds=-60)
    assert (await again(run)).state == "open"
    await until(run.closes_at)
    now = await again(run)
    assert (now.state, now.units_taken, now.units_paid, await states(run)) == ("failed", 0, 0, {"released": 2})
    assert await Charge.all().count() == 0
    assert (await GoodsOrder.get(id=first.order_id)).state == "cancelled"
    assert any("came to nothing" in subject for subject in await told(first))
    line = await GoodsLine.get(order_id=first.order_id)
    assert (await Licence.get(id=line.licence_id)).units_sold == 0


@pytest.mark.parametrize(("seconds", "counts"), [(-1, True), (0, False), (1, False)])
async def test_the_last_order_is_taken_a_second_before_the_deadline_and_not_at_it(
    seconds: int, counts: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = await a_run(minimum=2)
    await ordered(run, "ok")
    (fan,) = await fans_with("ok")
    want = await a_want(run, fan, card_id=(await SavedCard.get(person_id=fan.id)).id)
    at = run.closes_at + timedelta(seconds=seconds)
    with monkeypatch.context() as still:
        still.setattr(clock, "now", lambda: at)
        still.setattr(clock, "now_us", lambda: clock.to_us(at))
        if counts:
            await placing.order_in_run(want)
        else:
            with pytest.raises(NotToJoin):
                await placing.order_in_run(want)
    await until(run.closes_at)
    assert (await again(run)).state == ("funded" if counts else "failed")


async def test_a_run_whose_cards_are_refused_gives_all_back() -> None:
    run = await a_run(minimum=3)
    good, bad, _other = await ordered(run, "ok", "saved_insufficient_funds", "ok")
    await pass_time(minutes=1)
    now = await again(run)
    assert (now.state, now.units_taken, now.units_paid, await states(run)) == (
        "charging", 3, 2, {"collected": 2, "errored": 1}
    )  # fmt: skip
    assert any("needs you" in subject for subject in await told(bad))
    await pass_time(hours=71)
    assert (await again(run)).state == "charging"
    await pass_time(hours=1)
    now = await again(run)
    assert (now.state, now.units_taken, now.units_paid) == ("failed", 0, 0)
    assert await states(run) == {"given_back": 2, "dropped": 1}
    assert await sale_minor(good) == 0
    charge = await Charge.get(subject=good.subject, state="succeeded")
    assert charge.refunded_minor == charge.amount_minor == 113_00
    assert (await GoodsOrder.get(id=good.order_id)).state == "refunded"
    assert any("on its way back" in subject for subject in await told(good))


async def test_who_mends_her_card_within_72_hours_makes_the_run() -> None:
    run = await a_run(minimum=2)
    _good, bad = await ordered(run, "ok", "saved_insufficient_funds")
    await pass_time(minutes=1)
    assert (await again(run)).state == "charging"
    (fan,) = await fans_with("ok")
    await SavedCard.filter(person_id=fan.id).update(person_id=bad.person_id)
    customer = (await Person.get(id=fan.id)).stripe_customer_id
    await Person.filter(id=fan.id).update(stripe_customer_id=None)
    await Person.filter(id=bad.person_id).update(stripe_customer_id=customer)
    card = await SavedCard.filter(person_id=bad.person_id).order_by("-id").first()
    await placing.use_card(bad.order_id, card.id)
    await pass_time(minutes=1)
    assert ((await again(run)).state, await states(run)) == ("funded", {"collected": 2})


async def test_late_costs_nothing_to_cancel_also_after_half_was_released() -> None:
    run = await a_run(minimum=2)
    waits, leaves = await ordered(run, "ok", "ok")
    await pass_time(minutes=1)
    await started(run)
    had = await earnings_minor(run)  # half of what both have paid
    assert had > 0
    with pytest.raises(giving_back.NotToCancel):
        await giving_back.cancel_late(leaves.order_id, person_id=leaves.person_id)
    await until(run.ships_by)
    now = await again(run)
    assert now.late_at is not None
    assert any("It is late" in subject for subject in await told(leaves))
    assert await giving_back.cancel_late(leaves.order_id, person_id=leaves.person_id) == 113_00
    assert await giving_back.cancel_late(leaves.order_id, person_id=leaves.person_id) == 0  # pressed twice
    await pass_time(minutes=1)
    # All 113.00 go back: what was held, and the half that its maker had.
    assert await moved("refunds") == (1, 113_00)
    left = await earnings_minor(run) - await balance_minor(chart.receivable(run.organisation_id, run.currency))
    assert left == had // 2 - dollar_fee_minor(113_00), (
        "what the payment company keeps of it is the maker's who was late"
    )
    assert (await again_order(leaves)).state == "given_back"
    assert await sale_minor(leaves) == 0
    assert (await again(run)).units_paid == 1
    await sent(waits)
    with pytest.raises(giving_back.NotToCancel):
        await giving_back.cancel_late(waits.order_id, person_id=waits.person_id)
    await pass_time(minutes=1)
    assert (await again(run)).state == "closed"


async def test_until_it_tips_she_can_cancel_and_after_that_not() -> None:
    run = await a_run(minimum=2)
    (first,) = await ordered(run, "ok")
    await placing.cancel_order(first.order_id, person_id=first.person_id)
    assert ((await again(run)).units_taken, (await again_order(first)).state) == (0, "cancelled")
    second, _third = await ordered(run, "ok", "ok")
    with pytest.raises(placing.NotToCancel):
        await placing.cancel_order(second.order_id, person_id=second.person_id)


async def test_its_maker_calls_it_off_before_it_is_made_and_all_goes_back() -> None:
    run = await a_run(minimum=1)
    (order,) = await ordered(run, "ok")
    await pass_time(minutes=1)
    assert (await again(run)).state == "funded"
    owner = await a_fan("Lin")
    await actions.cancel_run(run.id, "The mould broke.", organisation_id=run.organisation_id, by=owner.id)
    await pass_time(minutes=1)
    assert ((await again(run)).state, (await again_order(order)).state) == ("cancelled", "given_back")
    assert any("Called off" in subject for subject in await told(order))
    other = await a_run(minimum=1)
    await ordered(other, "ok")
    await pass_time(minutes=1)
    await started(other)
    with pytest.raises(NotNow):
        await actions.cancel_run(other.id, "Too late for that.", organisation_id=other.organisation_id, by=owner.id)


async def test_a_disputed_order_keeps_nobody_else_from_her_money_when_it_is_called_off() -> None:
    run = await a_run(minimum=2)
    first, second = await ordered(run, "ok", "ok")
    await pass_time(minutes=1)
    charge = await Charge.get(subject=f"goods_order:{first.order_id}")
    opened = await ask("POST", f"charges/{charge.stripe_charge_id}/dispute", {})
    await pass_time(minutes=1)
    owner = await a_fan("Lin")
    await actions.cancel_run(run.id, "The mould broke.", organisation_id=run.organisation_id, by=owner.id)
    await pass_time(minutes=1)
    assert [(await again_order(order)).state for order in (first, second)] == ["collected", "given_back"]
    await ask("POST", f"disputes/{opened['id']}/close", {"won": True})
    await pass_time(minutes=1)
    assert (await again_order(first)).state == "given_back"


async def test_nobody_is_charged_for_a_seller_who_is_suspended() -> None:
    run = await a_run(minimum=2)
    await ordered(run, "ok", "ok")
    await Organisation.filter(id=run.organisation_id).update(state="suspended")
    await pass_time(minutes=1)
    await pass_time(hours=71)
    assert ((await again(run)).state, await states(run)) == ("charging", {"standing": 2})
    await pass_time(hours=2)
    assert ((await again(run)).state, await states(run)) == ("failed", {"released": 2})


async def test_who_comes_while_it_is_funded_is_charged_at_once_and_the_most_is_the_most() -> None:
    run = await a_run(minimum=2, most=3)
    await ordered(run, "ok", "ok")
    await pass_time(minutes=1)
    assert (await again(run)).state == "funded"
    (late,) = await ordered(run, "ok")
    with pytest.raises(NotToJoin):
        await ordered(run, "ok")
    await pass_time(minutes=1)
    assert ((await again_order(late)).state, (await again(run)).units_paid) == ("collected", 3)
    assert await at_bank(late) == dollar_fee_minor(113_00)


async def test_the_cap_of_a_licence_is_kept() -> None:
    run = await a_run(minimum=1, most=10, unit_cap=2)
    fan = (await fans_with("ok"))[0]
    order = await placing.order_in_run(await a_want(run, fan, card_id=None))
    assert order.state == "started"  # nothing is kept for her, and nothing counted
    await ordered(run, "ok", quantity=2)
    card = await SavedCard.get(person_id=fan.id)
    with pytest.raises(CannotBeSold, match="All that the licence allows"):
        await placing.use_card(order.order_id, card.id)
    assert (await again(run)).units_taken == 2


async def test_what_can_not_be_promised_is_refused_beside_its_field() -> None:
    shop = await a_shop(owner=(owner := await a_fan("Lin")))
    _listing, variant = await a_listing(shop, on_hand=0)
    now = clock.now()
    for wrong, field in [
        (asked(0), "minimum_units"), (asked(5, 4), "most_units"), (asked(price_minor=1), "price_minor"),
        (asked(closes_at=now, ships_by=now + timedelta(days=9)), "closes_at"), (asked(days=200), "closes_at"),
        (asked(ships_by=now + timedelta(days=11)), "ships_by"),
    ]:  # fmt: skip
        with pytest.raises(RunRefused) as refused:
            await actions.make_run(
                variant.id, wrong, organisation_id=shop.id, by=owner.id, key=f"x-{field}-{wrong.price_minor}"
            )
        assert refused.value.field == field
    await actions.make_run(variant.id, asked(2), organisation_id=shop.id, by=owner.id, key="one")
    with pytest.raises(RunRefused, match="takes orders already"):
        await actions.make_run(variant.id, asked(3), organisation_id=shop.id, by=owner.id, key="two")
