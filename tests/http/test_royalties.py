"""Royalties: accrued with each order, told period by period, paid once nothing can be returned, topped up to the minimum at the end."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from crowdfund import clock
from crowdfund.database import atomic, new_id
from crowdfund.ledger import balance_minor, chart
from crowdfund.ledger.books import prove
from crowdfund.merch.licences.models import Licence
from crowdfund.merch.screen.models import OnscreenProduct
from crowdfund.orders.goods.books import RULES as GOODS_RULES
from crowdfund.orders.returns.models import GoodsReturn
from crowdfund.payouts.royalties.actions import follow_royalties
from crowdfund.payouts.royalties.books import RULES as ROYALTY_RULES
from crowdfund.payouts.royalties.models import RoyaltyStatement
from crowdfund.people.models import Organisation
from crowdfund.worker import work_until_idle
from tests.bank import no_faults, pass_time
from tests.earnings import (
    a_seller,
    an_order,
    earnings_proven,
    holds,
    payouts_of,
    reversals_of,
    sent,
    sent_back,
    there_is_money,
)
from tests.sellers import ShopMade, a_licence, a_product
from tests.world import a_fan, broken

DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
async def proven(database: str) -> AsyncIterator[None]:
    yield
    await no_faults()
    await earnings_proven()
    assert broken(await prove([*ROYALTY_RULES, *(rule for rule in GOODS_RULES if "shared out" in rule.name)])) == []


async def licensed(**more: Any) -> Licence:
    """Earrings of River Moon, made by Ear & Co for 8 % of net sales, told each month; both can be paid."""
    await there_is_money(2_000_00)
    studio, seller = await a_seller("Lanting Pictures"), await a_seller("Ear & Co")
    shop = ShopMade(await Organisation.get(id=seller), await a_fan("Bao"))
    facts = {
        "currency": "EUR",
        "report_months": 1,
        "starts_at": clock.now(),
        "ends_at": clock.now() + 60 * DAY,
        "sell_off_days": 0,
    }
    return await a_licence(shop, await a_product(studio_id=studio), **{**facts, **more})


async def accrued(licence: Licence) -> int:
    return await balance_minor(chart.royalty(licence.id, licence.currency))


async def statements(licence: Licence) -> list[tuple[str, str, int, int, int, int]]:
    """Kind, state, pieces, net sales, royalty, top-up of each statement, the oldest first."""
    found = await RoyaltyStatement.filter(licence_id=licence.id).order_by("from_at", "id")
    return [(s.kind, s.state, s.units, s.net_minor, s.royalty_minor, s.topped_up_minor) for s in found]


OPEN = ("period", "open", 0, 0, 0, 0)


async def royalties() -> None:
    while await follow_royalties():
        pass


async def test_a_month_is_told_and_paid_when_nothing_of_it_can_be_returned() -> None:
    licence = await licensed()
    await an_order(licence)
    assert (await accrued(licence), await holds(licence.licensee_id)) == (6_48, {"earned": 69_62})
    await royalties()
    assert await statements(licence) == [OPEN]
    await pass_time(days=25)
    late = await an_order(licence, quantity=1, price=81_00, discount=0)
    await pass_time(days=7)
    # The month is over; what arrived on its 25th day can go back for a week more.
    assert (await statements(licence), await accrued(licence)) == ([OPEN, OPEN], 12_96)
    await an_order(licence, quantity=1, price=20_00, discount=0, commission=2_00)  # of the second month
    await pass_time(days=8)
    assert await statements(licence) == [("period", "paid", 3, 162_00, 12_96, 0), OPEN]
    assert await payouts_of(licence.licensor_id) == [("paid", 12_96, 1)]
    assert await accrued(licence) == 1_60
    assert late.royalty_minor == 6_48


async def test_what_goes_back_in_time_is_no_royalty() -> None:
    """One of two earrings: 4050 net, 324 royalty."""
    licence = await licensed()
    order = await an_order(licence)
    await sent_back(order)
    assert (await accrued(licence), await holds(licence.licensee_id)) == (3_24, {"earned": 36_41})
    await pass_time(days=32)
    assert (await statements(licence))[0] == ("period", "paid", 1, 40_50, 3_24, 0)


async def test_what_goes_back_later_is_counted_off_the_next_statement() -> None:
    licence = await licensed()
    order = await an_order(licence)
    await pass_time(days=32)
    assert (await statements(licence))[0] == ("period", "paid", 2, 81_00, 6_48, 0)
    await an_order(licence)
    await sent_back(order)
    await pass_time(days=30)
    assert (await statements(licence))[1] == ("period", "paid", 2, 81_00, 3_24, 0)
    assert await accrued(licence) == 0


async def test_a_return_that_is_not_decided_is_waited_for() -> None:
    licence = await licensed()
    order = await an_order(licence)
    made = await atomic(GoodsReturn.create)(
        id=new_id(), order_id=order.id, person_id=order.person_id, kind="return", reason="does_not_fit", state="requested",
        answer_by=clock.now() + 90 * DAY, made_at=clock.now(),
    )  # fmt: skip
    await pass_time(days=40)
    assert (await statements(licence))[0] == OPEN
    await atomic(GoodsReturn.filter(id=made.id).update)(state="cancelled", ended_at=clock.now())
    await pass_time(hours=7)
    assert (await statements(licence))[0] == ("period", "paid", 2, 81_00, 6_48, 0)


async def test_a_parcel_that_nobody_followed_has_arrived_when_it_had_to() -> None:
    licence = await licensed()
    await pass_time(days=20)
    await an_order(licence, arrived=False)  # 7 days at most, and 14 to send it back
    await pass_time(days=20)
    assert (await statements(licence))[0] == OPEN
    await pass_time(days=2)
    assert (await statements(licence))[0] == ("period", "paid", 2, 81_00, 6_48, 0)


async def test_a_period_without_a_sale_is_told_too() -> None:
    licence = await licensed()
    await pass_time(days=32)
    assert (await statements(licence))[0] == ("period", "paid", 0, 0, 0, 0)


async def ended(licence: Licence) -> None:
    """Its last day is over, if nobody has seen it yet."""
    await atomic(Licence.filter(id=licence.id).update)(state="ended")


async def test_at_the_end_the_seller_tops_up_to_the_minimum() -> None:
    """50.00 is promised; 6.48 came of sales. 43.52 is missing, and owed."""
    licence = await licensed(ends_at=clock.now() + 20 * DAY, minimum_minor=50_00)
    await an_order(licence)
    await work_until_idle()
    await pass_time(days=21)
    await ended(licence)
    await royalties()
    assert (await statements(licence))[0] == ("period", "paid", 2, 81_00, 6_48, 0)
    assert await payouts_of(licence.licensee_id) == [("paid", 69_62, 1)]
    assert (await statements(licence))[1] == ("minimum", "open", 0, 0, 0, 43_52)
    assert (await holds(licence.licensee_id), await accrued(licence)) == ({"owes": 43_52}, 43_52)
    await work_until_idle()
    # The payout left for the seller's bank long ago: the production has it once the seller has earned it.
    assert await reversals_of(licence.licensee_id) == [("refused", 43_52, 1)]
    assert await payouts_of(licence.licensor_id) == [("paid", 6_48, 1)]
    other = await a_licence_of(licence, royalty_bps=0)
    await an_order(other)
    await pass_time(hours=7)
    assert (await statements(licence))[1] == ("minimum", "paid", 0, 0, 0, 43_52)
    await pass_time(days=1)
    assert await payouts_of(licence.licensor_id) == [("paid", 6_48, 1), ("paid", 43_52, 1)]
    assert await accrued(licence) == 0


async def a_licence_of(licence: Licence, **more: Any) -> Licence:
    """Another one of the same two."""
    shop = ShopMade(await Organisation.get(id=licence.licensee_id), await a_fan("Bao"))
    product = await OnscreenProduct.filter(title_id=licence.title_id).first()
    assert product is not None
    return await a_licence(shop, product, currency="EUR", **more)


async def test_a_minimum_that_was_reached_needs_nothing() -> None:
    licence = await licensed(ends_at=clock.now() + 20 * DAY, minimum_minor=6_00)
    await an_order(licence)
    await pass_time(days=21)
    await ended(licence)
    await royalties()
    assert await statements(licence) == [("period", "paid", 2, 81_00, 6_48, 0), ("minimum", "paid", 0, 0, 0, 0)]


async def test_what_is_sent_after_the_end_is_told_after_it() -> None:
    licence = await licensed(ends_at=clock.now() + 20 * DAY, minimum_minor=7_00)
    order = await an_order(licence, shipped=False)
    await royalties()
    await pass_time(days=21)
    await ended(licence)
    await royalties()
    assert await statements(licence) == [("period", "paid", 0, 0, 0, 0)]  # its minimum waits for what is to be sent
    await sent(order)
    await royalties()
    assert await statements(licence) == [("period", "paid", 0, 0, 0, 0), OPEN]
    await pass_time(days=32)
    await pass_time(hours=7)  # by then the licensee's debt for the minimum was taken back from what it had been paid
    assert await statements(licence) == [
        ("period", "paid", 0, 0, 0, 0),
        ("period", "paid", 2, 81_00, 6_48, 0),
        ("minimum", "paid", 0, 0, 0, 52),
    ]


async def test_a_paid_statement_stays_as_it_is() -> None:
    licence = await licensed()
    await an_order(licence)
    await pass_time(days=32)
    paid = await RoyaltyStatement.filter(licence_id=licence.id, state="paid").first()
    assert paid is not None
    with pytest.raises(Exception, match="a paid statement stays"):
        await atomic(RoyaltyStatement.filter(id=paid.id).update)(royalty_minor=1)
    with pytest.raises(Exception, match="a paid statement stays"):
        await atomic(RoyaltyStatement.filter(id=paid.id).delete)()
