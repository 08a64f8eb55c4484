"""Goods are bought: one payment, an order a seller, every cent where it belongs; and whoever comes too late has all of it back."""

from __future__ import annotations

import asyncio
from collections import Counter

import pytest

from crowdfund.database import Sql, atomic, new_id
from crowdfund.database.once import KeyUsedForAnother
from crowdfund.ledger import balance_minor, chart
from crowdfund.merch.licences.models import Licence
from crowdfund.merch.listings.models import Listing, Variant
from crowdfund.orders.goods import paying
from crowdfund.orders.goods.earning import earn
from crowdfund.orders.goods.models import CartLine, GoodsOrder, GoodsOrderState, Purchase, PurchaseState
from crowdfund.orders.goods.placing import place_purchase
from crowdfund.orders.goods.rules import LineChanged, SumChanged, Want
from crowdfund.payments.models import Charge, Checkout, Refund
from crowdfund.people.models import Organisation
from crowdfund.refusal import Refusal
from crowdfund.worker import work_until_idle
from tests.bank import fault, no_faults, pass_time
from tests.goods import a_want, at_the_till, bought, for_sale, in_cart, orders_of, paid_for, placed, sent, two_sellers
from tests.hooks import posted_events, tell, work_off_events
from tests.money import dollar_fee_minor, press
from tests.world import a_fan

pytestmark = pytest.mark.usefixtures("proven_when_idle")


async def stock_of(variant: Variant) -> tuple[int, int]:
    """On the shelf, and reserved of that."""
    now = await Variant.get(id=variant.id)
    return now.on_hand, now.reserved


async def test_two_sellers_one_payment_to_the_cent(database: str) -> None:
    mei = await a_fan("Mei")
    earrings, jacket = await two_sellers()
    purchase = await placed(mei, (earrings, 2), (jacket, 1))
    assert (purchase.total_minor, purchase.state) == (23970, "placed")
    assert await stock_of(earrings.variant) == (10, 2)
    purchase = await paid_for(purchase)
    await work_until_idle()
    assert purchase.state == "paid"
    assert (await stock_of(earrings.variant), await stock_of(jacket.variant)) == ((8, 0), (9, 0))
    a, b = await orders_of(purchase)
    assert (a.total_minor, a.commission_minor, a.royalty_minor, a.tax_minor, a.fee_minor) == (9267, 810, 648, 567, 280)
    assert (b.total_minor, b.commission_minor, b.royalty_minor, b.tax_minor, b.fee_minor) == (
        14703,
        1290,
        1032,
        903,
        445,
    )
    assert await balance_minor(chart.sale(a.id, "USD")) == 9267
    assert earrings.licence and (await Licence.get(id=earrings.licence.id)).units_sold == 2
    for order, seller in ((a, earrings), (b, jacket)):
        await sent(order, seller)
        assert not await earn(order.id), "it is shared out once"
    assert await balance_minor(chart.earnings(earrings.shop.id, "USD")) == 6962
    assert await balance_minor(chart.earnings(jacket.shop.id, "USD")) == 11033
    assert jacket.licence
    royalties = [await balance_minor(chart.royalty(one.id, "USD")) for one in (earrings.licence, jacket.licence)]
    assert royalties == [648, 1032]
    assert (await balance_minor(chart.fee("USD")), await balance_minor(chart.tax("USD"))) == (2100, 1470)
    assert await balance_minor(chart.processor("USD")) == 0


async def test_fifty_want_the_last_piece_and_one_has_it(database: str) -> None:
    one = await for_sale(on_hand=1)
    fans = [await a_fan("Mei") for _ in range(50)]
    wants = [await a_want(fan, (one, 1)) for fan in fans]
    answers = await asyncio.gather(*(place_purchase(want) for want in wants), return_exceptions=True)
    assert Counter(type(answer).__name__ for answer in answers) == {"Placed": 1, "LineChanged": 49}
    assert {str(answer) for answer in answers if isinstance(answer, Refusal)} == {"This is sold out."}
    assert await stock_of(one.variant) == (1, 1)
    paid = await paid_for(await Purchase.get(state="placed"))
    assert (paid.state, await stock_of(one.variant)) == ("paid", (0, 0))


async def test_all_sellers_or_none(database: str) -> None:
    mei = await a_fan("Mei")
    earrings, jacket = await two_sellers(on_hand=1)
    want = await a_want(mei, (earrings, 1), (jacket, 1))
    await placed(await a_fan("Bo"), (jacket, 1))
    with pytest.raises(LineChanged, match="sold out"):
        await place_purchase(want)
    assert await stock_of(earrings.variant) == (1, 0)


async def test_two_presses_are_one_purchase(database: str) -> None:
    mei, one = await a_fan("Mei"), await for_sale()
    want = await a_want(mei, (one, 2), key="pressed")
    twice = [Want(**{**_facts(want), "id": new_id()}) for _ in range(2)]
    first, second = await asyncio.gather(*(place_purchase(one) for one in twice))
    third = await place_purchase(Want(**{**_facts(want), "id": new_id()}))
    assert first.id == second.id == third.id and third.again
    assert await stock_of(one.variant) == (10, 2)
    with pytest.raises(KeyUsedForAnother):
        await place_purchase(Want(**{**_facts(want), "name": "Somebody Else"}))


def _facts(want: Want) -> dict[str, object]:
    return {name: getattr(want, name) for name in Want.__slots__}


async def test_a_changed_price_is_said_and_nothing_is_reserved(database: str) -> None:
    mei, one = await a_fan("Mei"), await for_sale()
    want = await a_want(mei, (one, 1))
    await Variant.filter(id=one.variant.id).update(price_minor=4800)
    with pytest.raises(LineChanged) as refused:
        await place_purchase(want)
    assert refused.value.sentence == "“Pearl earrings” costs $48.00 now, it was $45.00 when you saw it."
    want = await a_want(mei, (one, 1), total_minor=1)
    with pytest.raises(SumChanged, match=r"It costs \$57\.36 now"):
        await place_purchase(want)
    assert await stock_of(one.variant) == (10, 0)


async def test_who_does_not_pay_in_time_gives_it_back(database: str) -> None:
    one = await for_sale(on_hand=3)
    visited, never = await placed(await a_fan("Mei"), (one, 2)), await placed(await a_fan("Bo"), (one, 1))
    await at_the_till(visited)
    await pass_time(minutes=29)
    assert await stock_of(one.variant) == (3, 3)
    await pass_time(minutes=5)
    assert {(await Purchase.get(id=p.id)).state for p in (visited, never)} == {"expired"}
    assert {order.state for order in await GoodsOrder.all()} == {"expired"}
    assert await stock_of(one.variant) == (3, 0)
    assert (await Checkout.get(subject=visited.subject)).state == "expired"
    with pytest.raises(paying.ReservationOver):
        await at_the_till(visited)


async def _paid_unheard(purchase: Purchase) -> None:
    """She pays, and we hear nothing of it until our own time for it is over."""
    url = await at_the_till(purchase)
    await press(url, card="ok", email="fan@example.com")


async def test_paid_at_the_last_moment_is_bought(database: str) -> None:
    one = await for_sale(on_hand=1)
    purchase = await placed(await a_fan("Mei"), (one, 1))
    await _paid_unheard(purchase)
    await pass_time(minutes=40)
    assert (await Purchase.get(id=purchase.id)).state == "paid"
    assert await stock_of(one.variant) == (0, 0)


async def _expire_here(purchase: Purchase) -> None:
    """As if the payment page had told us that it is over, and was paid all the same."""
    await atomic(paying._expired)(purchase.id)


async def test_paid_after_its_time_takes_the_pieces_again(database: str) -> None:
    one = await for_sale(on_hand=1)
    purchase = await placed(await a_fan("Mei"), (one, 1))
    await _paid_unheard(purchase)
    await _expire_here(purchase)
    assert await stock_of(one.variant) == (1, 0)
    await paying.visits.look_at_subject(purchase.id)
    assert (await Purchase.get(id=purchase.id)).state == "paid"
    assert await stock_of(one.variant) == (0, 0)


@pytest.mark.parametrize("what", ["sold", "stopped", "suspended"])
async def test_paid_after_its_time_goes_back_where_it_is_gone(database: str, what: str) -> None:
    one = await for_sale(on_hand=1)
    purchase = await placed(mei := await a_fan("Mei"), (one, 1))
    await _paid_unheard(purchase)
    await _expire_here(purchase)
    if what == "sold":
        await placed(await a_fan("Bo"), (one, 1))
    elif what == "stopped":
        await Listing.filter(id=one.listing.id).update(state="stopped", stopped_by="staff")
    else:
        await Organisation.filter(id=one.shop.id).update(state="suspended")
    await paying.visits.look_at_subject(purchase.id)
    await work_until_idle()
    assert (await Purchase.get(id=purchase.id)).state == "came_too_late"
    [refund] = await Refund.filter(subject=purchase.subject)
    assert (refund.amount_minor, refund.state) == (purchase.total_minor, "succeeded")
    assert await balance_minor(chart.purchase(purchase.id, "USD")) == 0
    del mei


async def test_the_last_that_a_licence_allows(database: str) -> None:
    """Two have one each reserved, one is left of the cap: who pays first has it, the other has her money."""
    one = await for_sale(unit_cap=3)
    await bought(await a_fan("Mei"), (one, 2))
    first, second = [await placed(await a_fan(name), (one, 1)) for name in ("Bo", "Cy")]
    assert (await paid_for(second)).state == "paid"
    assert (await paid_for(first)).state == "came_too_late"
    await work_until_idle()
    assert one.licence and (await Licence.get(id=one.licence.id)).units_sold == 3
    assert (await Refund.get(subject=first.subject)).amount_minor == first.total_minor
    assert await stock_of(one.variant) == (7, 0)


async def test_a_seller_suspended_with_orders_open(database: str) -> None:
    """What was placed in time is sold; nothing new is."""
    one = await for_sale()
    purchase = await placed(await a_fan("Mei"), (one, 1))
    want = await a_want(await a_fan("Bo"), (one, 1))
    await Organisation.filter(id=one.shop.id).update(state="suspended")
    assert (await paid_for(purchase)).state == "paid"
    with pytest.raises(LineChanged, match="does not sell at the moment"):
        await place_purchase(want)


async def test_events_twice_late_and_in_any_order(database: str) -> None:
    one = await for_sale()
    purchase = await placed(await a_fan("Mei"), (one, 1))
    await _paid_unheard(purchase)
    events = await posted_events()
    await tell(*reversed(events), *events)
    await work_off_events()
    await work_until_idle()
    assert (await Purchase.get(id=purchase.id)).state == "paid"
    assert await Charge.filter(subject=purchase.subject).count() == 1
    assert await GoodsOrder.filter(state=GoodsOrderState.PAID).count() == 1


async def test_every_event_lost(database: str) -> None:
    one = await for_sale()
    purchase = await placed(await a_fan("Mei"), (one, 1))
    await _paid_unheard(purchase)
    await work_until_idle()  # the sweep looks at what is open
    assert (await Purchase.get(id=purchase.id)).state == "paid"
    assert [order.fee_minor for order in await orders_of(purchase)] == [dollar_fee_minor(purchase.total_minor)]


async def test_the_processor_hangs_up(database: str) -> None:
    """Nobody can tell whether it was heard: nothing is charged twice, and she may try again."""
    one = await for_sale()
    purchase = await placed(await a_fan("Mei"), (one, 1))
    await fault("http500_before", "checkout.sessions.create")
    with pytest.raises(Refusal, match="can't be reached just now"):
        await at_the_till(purchase)
    await no_faults()
    assert (await paid_for(purchase)).state == "paid"


async def test_she_lets_it_go(database: str) -> None:
    one = await for_sale(on_hand=2)
    visited, never = await placed(mei := await a_fan("Mei"), (one, 1)), await placed(await a_fan("Bo"), (one, 1))
    await at_the_till(visited)
    assert await paying.let_go(visited) and await paying.let_go(never)
    assert await stock_of(one.variant) == (2, 0)
    late = await paid_for(await placed(mei, (one, 1)))
    assert not await paying.let_go(late)


async def test_what_is_paid_leaves_the_cart_and_keeps_where_it_was_seen(database: str) -> None:
    mei, one, other = await a_fan("Mei"), await for_sale(), await for_sale("Comb")
    await in_cart(mei, one, 2, moment_ms=754_200)
    await in_cart(mei, other)
    lines = await CartLine.filter(person_id=mei.id).order_by("id")
    assert [(line.quantity, line.price_seen_minor, line.moment_ms) for line in lines] == [
        (2, 4500, 754_200),
        (1, 4500, None),
    ]
    await bought(mei, (one, 2))
    assert [line.variant_id for line in await CartLine.filter(person_id=mei.id)] == [other.variant.id]


async def test_what_was_sold_stays_as_it_was_sold(database: str) -> None:
    purchase = await bought(await a_fan("Mei"), (await for_sale(), 1))
    [order] = await orders_of(purchase)
    for table, change in (
        ("goods_line", "net_minor = 1"), ("goods_line", "shipped = -1"), ("goods_order", "commission_minor = 0"),
        ("goods_order", "fee_minor = 0"), ("purchase", "total_minor = 1"),
    ):  # fmt: skip
        with pytest.raises(Exception, match=r"(?i)stay|check"):
            await atomic(Sql(f"UPDATE {table} SET {change}").__call__)()
    assert (await GoodsOrder.get(id=order.id)).commission_minor == order.commission_minor
    assert purchase.state == PurchaseState.PAID
