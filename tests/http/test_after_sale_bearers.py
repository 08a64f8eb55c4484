"""Whose money goes back where it is easily taken from the wrong one: pieces half sent, two licences, another piece."""

from __future__ import annotations

import pytest

from crowdfund.database import atomic
from crowdfund.database.moves import MoveRefused
from crowdfund.ledger import Entry, Posting, balance_minor, chart, post
from crowdfund.orders.goods.models import GoodsLine
from crowdfund.orders.returns.answering import approve
from crowdfund.orders.returns.asking import Wish, ask, withdraw
from crowdfund.orders.returns.by_staff import pay_back
from crowdfund.orders.returns.models import GoodsReturn, Kind, Reason
from crowdfund.people.models import Organisation
from crowdfund.titles.models import Title
from tests.after_sale import again, bought, earrings, money_of
from tests.goods import ForSale, orders_of
from tests.goods import bought as bought_of
from tests.goods import sent as all_sent
from tests.http.test_after_sale_money import sent
from tests.listings import a_licence, a_listing, a_product, a_shop, a_title
from tests.world import Fan, a_fan

pytestmark = pytest.mark.usefixtures("proven_when_idle")


async def test_staff_pays_back_what_is_half_sent(database: str) -> None:
    """With the piece that is not sent the order is shared out; of the other one everybody who has a share by then gives it."""
    what = await bought(await a_fan(), await earrings())
    order, line = what.orders[0], await what.line()
    await sent(what, pieces=1)
    await pay_back(order.id, {line.id: 2}, "They quarrel.", by=what.fan.id)
    assert await money_of(order) == {"clearing": 9267, "owes": 299}, (
        "the fee of the payment company stays with the seller"
    )
    assert (await again(order)).state == "refunded"


async def test_she_does_without_the_other_piece_that_was_promised(database: str) -> None:
    """Of two one was paid back, the other was to be replaced; a third is asked back for itself, and goes on."""
    what = await bought(await a_fan(), await earrings(quantity=3))
    order, line = what.orders[0], await what.line()
    await sent(what)
    claims = [
        await ask(Wish(order.id, Kind.CLAIM, Reason.DAMAGED, "Broken.", {line.id: n}), by=what.fan.id, key=f"{n}") for n in (2, 1)
    ]  # fmt: skip
    await approve(claims[0].id, "Sorry!", by=what.fan.id, keeps_it=True, replaces={line.id: 1})
    assert await counted(line) == (1, 2)
    await withdraw(claims[0].id, by=what.fan.id)
    assert await counted(line) == (1, 1)
    assert [(await GoodsReturn.get(id=one.id)).state for one in claims] == ["cancelled", "requested"]
    with pytest.raises(MoveRefused):
        await withdraw(claims[0].id, by=what.fan.id)
    await approve(claims[1].id, "Sorry!", by=what.fan.id, keeps_it=True)
    assert await counted(line) == (2, 0)


async def counted(line: GoodsLine) -> tuple[int, int]:
    now = await GoodsLine.get(id=line.id)
    return now.returned, now.asked_back


async def test_two_royalties_go_back_out_of_the_same_earnings(database: str) -> None:
    """The production was paid 3.60 for each of two licences, and 5.00 of that is there yet: it owes the rest."""
    owner, title = await a_fan("Bao"), await a_title()
    shop = await a_shop(owner=owner)
    things = [await _thing(shop, title, owner) for _ in range(2)]
    fan = await a_fan()
    [order] = await orders_of(await bought_of(fan, *((one, 1) for one in things)))
    await all_sent(order, things[0])
    await _royalties_paid(title.organisation_id, things)
    lines = await GoodsLine.filter(order_id=order.id)
    wish = Wish(order.id, Kind.CLAIM, Reason.DAMAGED, "Broken.", {line.id: 1 for line in lines})
    claim = await ask(wish, by=fan.id, key="both")
    await approve(claim.id, "Sorry!", by=owner.id, keeps_it=True)
    assert await balance_minor(chart.earnings(title.organisation_id, "USD")) == 0
    assert await balance_minor(chart.receivable(title.organisation_id, "USD")) == 2_20
    assert (await again(order)).state == "refunded"


async def _thing(shop: Organisation, title: Title, owner: Fan) -> ForSale:
    product = await a_product(title)
    licence = await a_licence(shop, product)
    listing, variant = await a_listing(shop, product, licence=licence)
    return ForSale(shop, owner, product, listing, variant, licence)


@atomic
async def _royalties_paid(studio_id: int, things: list[ForSale]) -> None:
    earned, subject = chart.earnings(studio_id, "USD"), "a period"
    paid = [Posting(chart.royalty(one.licence.id, "USD"), earned, 3_60) for one in things if one.licence]
    left = [Posting(earned, chart.bank("USD"), 2_20)]
    await post([Entry("a statement", "royalty_paid", subject, paid), Entry("a payout", "payout_paid", subject, left)])
