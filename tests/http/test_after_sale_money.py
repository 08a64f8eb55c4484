"""What goes back of a purchase, to the cent: before its sellers have earned, after that, and after they were paid."""

from __future__ import annotations

import asyncio

import pytest

from crowdfund.orders.goods.models import GoodsLine
from crowdfund.orders.parcels.sending import Sending, send
from crowdfund.orders.returns.answering import approve
from crowdfund.orders.returns.asking import Wish, ask
from crowdfund.orders.returns.cancelling import cancel_by_seller
from crowdfund.orders.returns.models import GoodsRefund, GoodsReturn, Kind, Reason
from crowdfund.orders.returns.receiving import receive
from crowdfund.orders.returns.rules import MoreThanBought
from crowdfund.payments.models import Charge, Refund
from crowdfund.worker import work_until_idle
from tests.after_sale import Bought, a_jacket, again, bought, earrings, money_of
from tests.world import a_fan

pytestmark = pytest.mark.usefixtures("proven_when_idle")


async def sent(what: Bought, number: int = 0, pieces: int | None = None, key: str = "first") -> None:
    line = await what.line(number)
    wants = {line.id: pieces or line.quantity}
    order = what.orders[number]
    await send(Sending(order.id, "DHL", "JD0146", wants), by=what.fan.id, key=f"{key}:{order.id}")


async def half_returned(what: Bought, pieces: int = 1, kind: Kind = Kind.RETURN) -> GoodsReturn:
    line, order = await what.line(), what.orders[0]
    reason = Reason.DOES_NOT_FIT if kind == Kind.RETURN else Reason.DAMAGED
    wish = Wish(order.id, kind, reason, "Too big.", {line.id: pieces})
    made = await ask(wish, by=what.fan.id, key=f"return:{line.id}:{line.returned}")
    await approve(made.id, "Send it back, please.", by=what.fan.id)
    return await receive(made.id, {line.id: pieces}, by=what.fan.id, restock=True)


async def test_the_worked_example_after_the_seller_has_earned(database: str) -> None:
    what = await bought(await a_fan(), await earrings(), await a_jacket())
    assert what.purchase.total_minor == 23970
    first, second = what.orders
    await sent(what, 0)
    await sent(what, 1)
    assert await money_of(first) == {"seller": 6962, "royalty": 648, "fee": 810 + 1290, "tax": 567 + 903}
    assert (await money_of(second))["seller"] == 11033
    done = await half_returned(what)
    assert done.state == "refunded"
    refund = await Refund.get(subject=first.subject)
    assert refund.amount_minor == 4334
    [row] = await GoodsRefund.filter(order_id=first.id)
    assert (row.seller_minor, row.commission_minor, row.royalty_minor, row.tax_minor) == (3321, 405, 324, 284)
    assert await money_of(first) == {
        "seller": 3641, "royalty": 324, "fee": 405 + 1290, "tax": 283 + 903, "clearing": 4334,
    }  # fmt: skip
    await work_until_idle()
    assert (await Refund.get(id=refund.id)).state == "succeeded"
    assert (await again(first)).state == "paid"


async def test_the_worked_example_before_the_seller_has_earned(database: str) -> None:
    what = await bought(await a_fan(), await earrings(), await a_jacket(), fee_known=False)
    first = what.orders[0]
    await sent(what)
    await half_returned(what)
    assert await money_of(first) == {"sale": 9267 - 4334, "clearing": 4334}
    await work_until_idle()
    from crowdfund.orders.goods.earning import earn_due, share_fees

    await share_fees()
    await earn_due()
    found = await money_of(first)
    assert (found["seller"], found["royalty"], found["fee"], found["tax"]) == (3641, 324, 405, 283)


async def test_a_refund_after_the_payout_is_owed(database: str) -> None:
    from crowdfund.database import atomic
    from crowdfund.ledger import Entry, Posting, chart, post

    what = await bought(await a_fan(), await earrings())
    order = what.orders[0]
    await sent(what)

    @atomic
    async def paid_out() -> None:
        earned = (await money_of(order))["seller"]
        gone = Posting(chart.earnings(order.organisation_id, "USD"), chart.bank("USD"), earned)
        await post([Entry("a payout", "payout_paid", order.subject, [gone])])

    await paid_out()
    await half_returned(what)
    found = await money_of(order)
    assert (found["owes"], found.get("seller", 0), found["clearing"]) == (3321, 0, 4334)


async def test_piece_by_piece_is_as_much_as_all_at_once(database: str) -> None:
    one_by_one, at_once = (
        await bought(await a_fan(), await earrings(quantity=3)),
        await bought(await a_fan(), await earrings(quantity=3)),
    )
    for what in (one_by_one, at_once):
        await sent(what)
    for _ in range(3):
        await half_returned(one_by_one, 1, Kind.CLAIM)
    await half_returned(at_once, 3, Kind.CLAIM)
    given = [
        sum(r.amount_minor for r in await Refund.filter(subject=what.orders[0].subject))
        for what in (one_by_one, at_once)
    ]
    assert given == [what.purchase.total_minor for what in (one_by_one, at_once)], (
        "a claim of all of it gives the shipping back, too"
    )
    assert (await again(one_by_one.orders[0])).state == "refunded"
    assert (await money_of(one_by_one.orders[0]))["owes"] == (await money_of(at_once.orders[0]))["owes"], (
        "the fee stays with the seller"
    )


async def test_nobody_has_more_back_than_was_bought(database: str) -> None:
    what = await bought(await a_fan(), await earrings())
    await sent(what)
    line = await what.line()
    wish = Wish(what.orders[0].id, Kind.RETURN, Reason.CHANGED_MIND, "", {line.id: 3})
    with pytest.raises(MoreThanBought, match="only 2 pieces"):
        await ask(wish, by=what.fan.id, key="three")
    wishes = [Wish(what.orders[0].id, Kind.RETURN, Reason.CHANGED_MIND, "", {line.id: 2}) for _ in range(2)]
    answers = await asyncio.gather(
        *(ask(wish, by=what.fan.id, key=f"at once {n}") for n, wish in enumerate(wishes)), return_exceptions=True
    )
    assert [isinstance(answer, MoreThanBought) for answer in answers].count(True) == 1
    assert (await GoodsLine.get(id=line.id)).asked_back == 2


async def test_two_orders_of_one_payment_are_given_back_at_once(database: str) -> None:
    what = await bought(await a_fan(), await earrings(), await a_jacket())
    lines = [await what.line(0), await what.line(1)]
    await asyncio.gather(
        *(
            cancel_by_seller(order.id, {line.id: line.quantity}, "The mould broke.", by=what.fan.id)
            for order, line in zip(what.orders, lines, strict=True)
        )
    )
    charge = await Charge.get(subject=what.purchase.subject)
    assert charge.refunded_minor == 23970
    assert {(await again(order)).state for order in what.orders} == {"refunded"}
    await what.purchase.refresh_from_db()
    assert what.purchase.state == "refunded"
