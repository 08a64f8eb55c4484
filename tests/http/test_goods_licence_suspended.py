"""A licence is suspended while orders are open: what was sold goes on as it was sold, and nothing new is sold."""

from __future__ import annotations

import pytest

from crowdfund.ledger import balance_minor, chart
from crowdfund.merch.licences import actions
from crowdfund.merch.licences.models import Licence
from crowdfund.orders.goods.models import GoodsOrder, Purchase
from crowdfund.orders.goods.placing import place_purchase
from crowdfund.orders.goods.rules import LineChanged
from crowdfund.orders.returns.by_staff import pay_back
from crowdfund.payments.models import Refund
from crowdfund.people.models import Mail
from crowdfund.worker import work_until_idle
from tests.goods import ForSale, a_want, bought, for_sale, lines_of, moved, orders_of, paid_for, placed, sent, shelf
from tests.world import a_fan

pytestmark = pytest.mark.usefixtures("proven_when_idle")


async def suspended(one: ForSale) -> Licence:
    assert one.licence is not None
    staff = await a_fan("Ada")
    await actions.suspend_licence(one.licence.id, "The actor's agent objects.", by=staff.id)
    await work_until_idle()
    return await Licence.get(id=one.licence.id)


async def royalty_minor(one: ForSale) -> int:
    assert one.licence is not None
    return await balance_minor(chart.royalty(one.licence.id, "USD"))


async def test_what_was_paid_is_sent_earned_and_brings_its_royalty(database: str) -> None:
    one = await for_sale()
    [order] = await orders_of(await bought(await a_fan("Mei"), (one, 2)))
    assert (await suspended(one)).state == "suspended"
    await sent(order, one)
    await work_until_idle()
    order = await GoodsOrder.get(id=order.id)
    assert (order.state, order.earned_at is not None, order.royalty_minor) == ("paid", True, 7_20)
    assert await royalty_minor(one) == 7_20
    told = [mail.subject for mail in await Mail.filter(to_address=one.owner.email)]
    assert "Suspended: licence for River Moon" in told


async def test_what_was_sent_can_be_paid_back(database: str) -> None:
    one = await for_sale()
    [order] = await orders_of(await bought(await a_fan("Mei"), (one, 2)))
    await sent(order, one)
    await work_until_idle()
    await suspended(one)
    [line] = await lines_of(order)
    back = await pay_back(order.id, {line.id: 1}, "It has a crack.", by=one.owner.id)
    await work_until_idle()
    assert (await moved("refunds"), await royalty_minor(one)) == ((1, back), 3_60)


async def test_what_was_placed_in_time_is_sold_and_nothing_new_is(database: str) -> None:
    one = await for_sale(on_hand=3)
    waits = await placed(await a_fan("Mei"), (one, 1))
    want = await a_want(await a_fan("Bo"), (one, 1))
    stopped = await suspended(one)
    with pytest.raises(LineChanged, match="suspended for now"):
        await place_purchase(want)
    assert (await paid_for(waits)).state == "paid"
    await work_until_idle()
    assert (await shelf(one), await moved("charges")) == ((2, 0), (1, waits.total_minor))
    assert not await Refund.exists()
    await actions.resume_licence(stopped.id, "They agreed.", by=one.owner.id, is_staff=True)
    again = await bought(await a_fan("Cy"), (one, 1))
    assert ((await Purchase.get(id=again.id)).state, await shelf(one)) == ("paid", (1, 0))
