"""`check` sees it when what is written of goods no longer agrees: units under a licence, stock, shares, fees, royalties."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from crowdfund.books import RULES
from crowdfund.database import Sql, atomic
from crowdfund.ledger import Entry, Posting, chart, post
from crowdfund.ledger.books import prove
from crowdfund.merch.licences.models import Licence
from crowdfund.orders.goods.models import GoodsLine
from crowdfund.orders.returns.cancelling import cancel_by_seller
from crowdfund.orders.runs.placing import cancel_order, order_in_run
from crowdfund.payments.models import SavedCard
from tests.after_sale import Bought
from tests.bank import fans_with
from tests.goods import bought, lines_of, orders_of, placed, sent, two_sellers
from tests.http.test_after_sale_money import half_returned
from tests.runs import a_run, a_want
from tests.world import a_fan, broken

pytestmark = pytest.mark.usefixtures("proven_when_idle")
Change = Callable[[], Awaitable[object]]


class OnlyToLook(Exception):
    pass


async def seen(change: Change) -> list[str]:
    """What the rules find where something was changed by hand; then it is as before."""
    found: list[str] = []

    @atomic
    async def look() -> None:
        await change()
        found.extend(broken(await prove(RULES, counting=False)))
        raise OnlyToLook

    with pytest.raises(OnlyToLook):
        await look()
    return found


async def test_units_stock_shares_fees_and_royalties(database: str) -> None:
    mei = await a_fan("Mei")
    earrings, jacket = await two_sellers()
    purchase = await bought(mei, (earrings, 2), (jacket, 1))
    first, second = await orders_of(purchase)
    what = Bought(mei, purchase, [first, second])
    await sent(first, earrings)
    await half_returned(what)  # it is sold again, and counts no longer
    [jacket_line] = await lines_of(second)
    await cancel_by_seller(second.id, {jacket_line.id: 1}, "Out of cloth.", by=jacket.owner.id)
    await placed(mei, (earrings, 3))
    licence, other = earrings.licence, jacket.licence
    assert licence is not None and other is not None
    assert [(await Licence.get(id=one.id)).units_sold for one in (licence, other)] == [1, 0]
    assert broken(await prove(RULES, counting=False)) == []

    units = "a licence counts what was sold under it, less what was never sent or is sold again"
    for change in ("units_sold + 1", "units_sold - 1"):
        wrong = Sql(f"UPDATE licence SET units_sold = {change} WHERE id = $1")
        assert await seen(lambda wrong=wrong: wrong(licence.id)) == [f"{units}: licence {licence.id}"]  # type: ignore[misc]

    wrong = Sql("UPDATE variant SET reserved = reserved - 1 WHERE id = $1")
    reserved = "what is reserved is what somebody is paying for"
    assert await seen(lambda: wrong(earrings.variant.id)) == [f"{reserved}: variant {earrings.variant.id}"]

    fee = Sql("UPDATE charge SET fee_minor = fee_minor + 1 WHERE subject = $1")
    assert "the payment company's fee is shared to the cent: " + purchase.subject in await seen(
        lambda: fee(purchase.subject)
    )

    taxed = Posting(chart.tax("USD"), chart.fee("USD"), 1)
    found = await seen(lambda: post([Entry("by hand", "goods_earned", first.subject, [taxed])]))
    assert found == [f"an order that is earned was shared out as it was agreed: goods order {first.id}"]

    royalty, bank = chart.royalty(licence.id, "USD"), chart.bank("USD")
    holds = "a licence's account holds the royalties of what was earned under it, less what went back and what was paid"
    for moved in (Posting(royalty, bank, 1), Posting(bank, royalty, 1)):
        entry = Entry("by hand", "by hand", f"licence:{licence.id}", [moved])
        assert await seen(lambda entry=entry: post([entry])) == [f"{holds}: licence {licence.id}"]  # type: ignore[misc]

    less = Sql("UPDATE goods_line SET returned = returned + 1 WHERE id = $1")
    [line] = await lines_of(first)
    assert (
        "what went back of a line is what its returned pieces stand for, and what a bank took of the others: goods line "
        + str(line.id)
        in await seen(lambda: less(line.id))
    )
    assert (await GoodsLine.get(id=line.id)).returned == 1


async def test_what_stands_in_a_run_counts_under_its_licence(database: str) -> None:
    run = await a_run(minimum=5)
    mei, ava = await fans_with("ok", "ok")
    for fan, quantity in ((mei, 2), (ava, 1)):
        card = await SavedCard.get(person_id=fan.id)
        order = await order_in_run(await a_want(run, fan, quantity=quantity, card_id=card.id))
    await cancel_order(order.order_id, person_id=ava.id)
    licence = await Licence.get(licensee_id=run.organisation_id)
    assert (licence.units_sold, broken(await prove(RULES, counting=False))) == (2, [])
    wrong = Sql("UPDATE licence SET units_sold = 1 WHERE id = $1")
    assert len(await seen(lambda: wrong(licence.id))) == 1
