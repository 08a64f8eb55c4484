"""Every fault of the processor on every call that goods make to it: fans end with what they bought or their money, never both, and
makers, productions and we each with our own, once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from crowdfund import clock
from crowdfund.database import new_id
from crowdfund.ledger import balance_minor, chart
from crowdfund.merch.runs import actions
from crowdfund.merch.runs.models import ProductionRun
from crowdfund.orders.goods import paying
from crowdfund.orders.goods.models import GoodsOrder, Purchase
from crowdfund.orders.returns.by_staff import pay_back
from crowdfund.orders.returns.cancelling import cancel_by_seller
from crowdfund.payments.models import Charge, Checkout, Refund
from crowdfund.payouts.models import Payout
from crowdfund.payouts.sellers.models import Reversal
from crowdfund.titles.models import Title
from crowdfund.worker import SWEEPS, work_until_idle
from tests import runs
from tests.bank import a_studio_with_account, books_proven
from tests.crash.trouble import Trouble, choose, tried
from tests.goods import (
    ForSale,
    at_the_till,
    for_sale,
    lines_of,
    moved,
    orders_of,
    paid_for,
    placed,
    sent,
    shelf,
    with_account,
)
from tests.money import dollar_fee_minor, press, read
from tests.world import a_fan

FUNDS_AND_TICKETS = frozenset(
    {
        "letters about pledges", "cards that end", "open funds", "box office of funds", "settle funds", "transfers", "polls",
        "milestones", "applications", "orders", "screenings", "no-shows", "settle screenings", "visits that are not over",
        "seats of lost pledges", "refunds", "lost answers", "draws", "statements",
    }
)  # fmt: skip


async def again(purchase: Purchase) -> Purchase:
    return await Purchase.get(id=purchase.id)


async def has_her_goods(purchase: Purchase, one: ForSale) -> None:
    """One of two pieces, for 54.15: 45.00, 6.00 of shipping, 3.15 of tax."""
    assert (await again(purchase)).state == "paid"
    assert [order.state for order in await orders_of(purchase)] == ["paid"]
    assert (await moved("charges"), await shelf(one)) == ((1, 54_15), (1, 0))
    assert not await Refund.exists()


# --- the page to pay on ---


async def page_made(trouble: Trouble) -> None:
    one = await for_sale(on_hand=2)
    purchase = await placed(await a_fan("Mei"), (one, 1))
    async with trouble.at("checkout.sessions.create"):
        await tried(at_the_till(purchase))
    if trouble.kind == "http500_sticky":  # its first answer is repeated for a day: others can have it, and nobody paid
        await trouble.is_over()
        assert ((await again(purchase)).state, await moved("charges")) == ("expired", (0, 0))
        assert await shelf(one) == (2, 0)
        return
    await paid_for(purchase)
    await has_her_goods(purchase, one)


async def payment_seen(trouble: Trouble) -> None:
    """She has paid; neither her return nor the sweep can find out for a while, and no event comes."""
    one = await for_sale(on_hand=2)
    purchase = await placed(await a_fan("Mei"), (one, 1))
    url = await at_the_till(purchase)
    async with trouble.at("checkout.sessions.retrieve"):
        await press(url, card="ok", email="fan@example.com")
        await tried(paying.visits.look_at_subject(purchase.id))
        assert ((await again(purchase)).state, await shelf(one)) == ("placed", (2, 1))
    await trouble.is_over()
    await has_her_goods(purchase, one)


async def page_called_off(trouble: Trouble) -> None:
    """She lets it go, and the page can't be closed for a while. Then nobody can pay on it, and others can have it."""
    one = await for_sale(on_hand=2)
    purchase = await placed(await a_fan("Mei"), (one, 1))
    url = await at_the_till(purchase)
    async with trouble.at("checkout.sessions.expire"):
        gone = await paying.let_go(purchase)
        assert await shelf(one) == ((2, 0) if gone else (2, 1)), "kept for her as long as she could pay"
        await trouble.passes(minutes=35)
    await trouble.is_over()
    assert ((await again(purchase)).state, await shelf(one)) == ("expired", (2, 0))
    (checkout,) = await Checkout.all()
    assert (await read(f"checkout/sessions/{checkout.stripe_session_id}"))["status"] == "expired"
    with pytest.raises(AssertionError, match="page has expired"):
        await press(url, card="ok", email="fan@example.com")
    assert await moved("charges") == (0, 0)


async def paid_too_late(trouble: Trouble) -> None:
    """Somebody else has paid for the last one that the licence allows: her money goes back."""
    one = await for_sale(on_hand=2, unit_cap=1)
    late, first = [await placed(await a_fan(name), (one, 1)) for name in ("Mei", "Bo")]
    await paid_for(first)
    async with trouble.at("refunds.create"):
        assert (await paid_for(late)).state == "came_too_late"
        await trouble.passes(minutes=2)
    await trouble.is_over()
    assert ((await again(first)).state, await shelf(one)) == ("paid", (1, 0))
    assert (await moved("charges"), await moved("refunds")) == ((2, 108_30), (1, 54_15))
    assert [(refund.subject, refund.state) for refund in await Refund.all()] == [(late.subject, "succeeded")]


# --- what goes back ---


async def sold(one: ForSale, *, out: bool = False) -> GoodsOrder:
    """Two pieces are paid by a card whose money is there at once, for 102.30; and of a seller who can be paid, sent."""
    purchase = await paid_for(await placed(await a_fan("Mei"), (one, 2)), card="instant")
    await work_until_idle(without=FUNDS_AND_TICKETS)
    (order,) = await orders_of(purchase)
    if out:
        await sent(order, one)
        await work_until_idle(without=FUNDS_AND_TICKETS)
    return await GoodsOrder.get(id=order.id)


async def called_off(order: GoodsOrder, one: ForSale) -> None:
    """Its seller can't send one of the two: 45.00 and 3.15 of tax."""
    (line,) = await lines_of(order)
    await cancel_by_seller(order.id, {line.id: 1}, "The kiln broke.", by=one.owner.id, restock=True)


async def one_piece_is_back(order: GoodsOrder, one: ForSale) -> None:
    assert await moved("refunds") == (1, 48_15)
    assert [(refund.state, refund.amount_minor) for refund in await Refund.all()] == [("succeeded", 48_15)]
    assert ((await GoodsOrder.get(id=order.id)).state, await shelf(one)) == ("paid", (9, 0))


async def piece_paid_back(trouble: Trouble) -> None:
    order = await sold(one := await for_sale())
    async with trouble.at("refunds.create"):
        await called_off(order, one)
        await trouble.passes(minutes=2)
    await trouble.is_over()
    await one_piece_is_back(order, one)


async def refund_searched(trouble: Trouble) -> None:
    order = await sold(one := await for_sale())
    async with trouble.at("refunds.list"), trouble.lost_for_a_day("refunds.create"):
        await called_off(order, one)
        await trouble.passes(minutes=2)
    await trouble.is_over()
    await one_piece_is_back(order, one)


# --- production runs ---


async def collected(run: ProductionRun, charges: int) -> None:
    now = await runs.again(run)
    assert (now.state, now.units_paid, await runs.states(run)) == ("funded", charges, {"collected": charges})
    assert await moved("charges") == (charges, charges * 113_00)


async def card_charged(trouble: Trouble) -> None:
    await runs.ordered(run := await runs.a_run(minimum=2), "ok", "ok")
    async with trouble.at("payment_intents.create"):
        await trouble.passes(minutes=2)
    await trouble.is_over()
    await collected(run, 2)


async def charge_searched(trouble: Trouble) -> None:
    await runs.ordered(run := await runs.a_run(minimum=1), "ok")
    async with trouble.at("payment_intents.list"), trouble.lost_for_a_day("payment_intents.create"):
        await trouble.passes(minutes=2)
    await trouble.is_over()
    await collected(run, 1)


async def cancelled(run: ProductionRun) -> None:
    await actions.cancel_run(
        run.id, "The mould broke.", organisation_id=run.organisation_id, by=(await a_fan("Lin")).id
    )


async def waiting_charge_called_off(trouble: Trouble) -> None:
    """The bank of one wants to see her; then the run is called off. She can't be charged by it any more, whenever she confirms."""
    await runs.ordered(run := await runs.a_run(minimum=2), "instant", "authentication_always")
    await trouble.passes(minutes=2)
    waits = await Charge.get(state="needs_action")
    async with trouble.at("payment_intents.cancel"):
        await cancelled(run)
        await trouble.passes(minutes=2)
    await trouble.is_over()
    assert await runs.states(run) == {"given_back": 1, "released": 1}
    assert (await read(f"payment_intents/{waits.stripe_payment_intent_id}"))["status"] == "canceled"
    assert await moved("charges") == await moved("refunds") == (1, 113_00)


async def run_given_back(trouble: Trouble) -> None:
    await runs.ordered(run := await runs.a_run(minimum=2), "instant", "instant")
    await trouble.passes(minutes=2)
    await collected(run, 2)
    async with trouble.at("refunds.create"):
        await cancelled(run)
        await trouble.passes(minutes=2)
    await trouble.is_over()
    assert (await runs.states(run), await moved("refunds")) == ({"given_back": 2}, (2, 226_00))


# --- shares ---


async def fee_learned(trouble: Trouble) -> None:
    """Nobody's share is known before the payment company has said what it took."""
    one = await for_sale()
    async with trouble.at("balance_transactions.list"):
        order = await sold(one, out=True)
    await trouble.is_over()
    order = await GoodsOrder.get(id=order.id)
    assert (order.fee_minor, order.earned_at is not None) == (dollar_fee_minor(102_30), True)


async def seller_is_paid(one: ForSale) -> None:
    """Once, all that is hers."""
    (payout,) = await Payout.filter(organisation_id=one.shop.id)
    assert (payout.state, await moved("transfers")) == ("paid", (1, payout.amount_minor))
    assert await balance_minor(chart.earnings(one.shop.id, "USD")) == 0


async def seller_paid(trouble: Trouble) -> None:
    one = await with_account(await for_sale())
    async with trouble.at("transfers.create"):
        await sold(one, out=True)
    await trouble.is_over()
    await seller_is_paid(one)


async def transfer_searched(trouble: Trouble) -> None:
    one = await with_account(await for_sale())
    async with trouble.at("transfers.list"), trouble.lost_for_a_day("transfers.create"):
        await sold(one, out=True)
    await trouble.is_over()
    await seller_is_paid(one)


async def a_piece_of_what_was_paid_out(one: ForSale) -> int:
    """A fan has one of two pieces back, of which the seller was paid already; gives what of it is the seller's to give."""
    order = await sold(one, out=True)
    (line,) = await lines_of(order)
    await pay_back(order.id, {line.id: 1}, "It has a crack.", by=one.owner.id)
    owed = await balance_minor(chart.receivable(one.shop.id, "USD"))
    assert owed > 0
    return owed


async def taken_back(one: ForSale, owed: int) -> None:
    assert [(one.state, one.amount_minor) for one in await Reversal.all()] == [("done", owed)]
    assert (await moved("reversals"), await balance_minor(chart.receivable(one.shop.id, "USD"))) == ((1, owed), 0)


async def reversal_made(trouble: Trouble) -> None:
    owed = await a_piece_of_what_was_paid_out(one := await with_account(await for_sale()))
    async with trouble.at("transfers.reversals.create"):
        await trouble.passes(minutes=2)
    await trouble.is_over()
    if trouble.kind == "http500_sticky":  # a day later nothing is in the seller's account: she owes it
        assert [reversal.state for reversal in await Reversal.all()] == ["refused"]
        assert await balance_minor(chart.receivable(one.shop.id, "USD")) == owed
        return
    await taken_back(one, owed)


async def reversal_searched(trouble: Trouble) -> None:
    owed = await a_piece_of_what_was_paid_out(one := await with_account(await for_sale()))
    async with trouble.at("transfers.reversals.list"), trouble.lost_for_a_day("transfers.reversals.create"):
        await trouble.passes(minutes=2)
    await trouble.is_over()
    await taken_back(one, owed)


async def royalties_paid(trouble: Trouble) -> None:
    """8 % of 90.00, once the three months are over and nothing of them can be returned."""
    studio_id = await a_studio_with_account()
    title = await Title.create(
        id=new_id(), organisation_id=studio_id, kind="film", name="River Moon", colour="key--amber", made_at=clock.now()
    )  # fmt: skip
    await sold(await for_sale(title=title), out=True)
    await trouble.passes(days=80)
    async with trouble.at("transfers.create"):
        await trouble.passes(days=40)
    await trouble.is_over()
    (payout,) = await Payout.filter(organisation_id=studio_id)
    assert (payout.state, payout.amount_minor, await moved("transfers")) == ("paid", 7_20, (1, 7_20))


CALLS: dict[str, Callable[[Trouble], Awaitable[None]]] = {
    call.__name__: call
    for call in (
        page_made, payment_seen, page_called_off, paid_too_late, piece_paid_back, refund_searched, card_charged, charge_searched,
        waiting_charge_called_off, run_given_back, fee_learned, seller_paid, transfer_searched, reversal_made, reversal_searched,
        royalties_paid,
    )
}  # fmt: skip


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    choose(metafunc, list(CALLS), moving=("card_charged", "seller_paid"))


@pytest.mark.landing
async def test_every_fault_of_every_call_ends_right(engine: str, call: str, kind: str, trouble: Trouble) -> None:
    trouble.without = FUNDS_AND_TICKETS
    await CALLS[call](trouble)
    await books_proven()


def test_what_is_left_out_are_sweeps() -> None:
    assert {sweep.name for sweep in SWEEPS} > FUNDS_AND_TICKETS
