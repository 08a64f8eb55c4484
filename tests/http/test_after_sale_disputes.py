"""A bank takes the payment of a purchase back: each seller's share is frozen, and nobody gives the money twice."""

from __future__ import annotations

import pytest

from crowdfund.database.ids import public
from crowdfund.disputes.actions import follow_dispute
from crowdfund.disputes.models import Dispute
from crowdfund.orders.goods.models import GoodsLine
from crowdfund.orders.refunds_by_staff import pay_another_way, try_again
from crowdfund.orders.returns.answering import approve
from crowdfund.orders.returns.asking import Wish, ask
from crowdfund.orders.returns.cancelling import cancel_by_seller
from crowdfund.orders.returns.models import GoodsRefund, GoodsReturn, Kind, Reason
from crowdfund.payments.models import Charge, Refund
from crowdfund.payments.refunds import BankDecides
from crowdfund.refusal import Refusal
from crowdfund.worker import work_until_idle
from tests.after_sale import Bought, a_jacket, again, bought, earrings, money_of
from tests.bank import ask as ask_bank
from tests.http.conftest import SiteUnderTest
from tests.http.test_after_sale_money import half_returned, sent
from tests.world import Fan, a_fan

pytestmark = pytest.mark.usefixtures("proven_when_idle")


async def disputed(what: Bought, **more: int) -> Dispute:
    charge = await Charge.get(subject=what.purchase.subject)
    opened = await ask_bank("POST", f"charges/{charge.stripe_charge_id}/dispute", more)
    await follow_dispute(opened["id"])
    await work_until_idle()
    return await Dispute.get(stripe_dispute_id=opened["id"])


async def decided(dispute: Dispute, *, won: bool) -> None:
    await ask_bank("POST", f"disputes/{dispute.stripe_dispute_id}/close", {"won": won})
    await follow_dispute(dispute.stripe_dispute_id)
    await work_until_idle()


@pytest.mark.parametrize("won", [True, False])
async def test_each_seller_bears_her_share_and_has_it_back(database: str, won: bool) -> None:
    what = await bought(await a_fan(), await earrings(), await a_jacket())
    first, second = what.orders
    await sent(what, 0)
    before = await money_of(first)
    dispute = await disputed(what)
    assert (dispute.purchase_id, dispute.order_id, dispute.amount_minor) == (what.purchase.id, None, 23970)
    frozen = await money_of(first)
    assert frozen == {"owes": 280}, "her earnings, commission, royalty and tax are gone, and the fee is hers"
    assert (await money_of(second)).get("sale") is None
    with pytest.raises(BankDecides):
        await cancel_by_seller(second.id, {(await what.line(1)).id: 1}, "Out of cloth.", by=what.fan.id)
    await decided(dispute, won=won)
    if won:
        assert await money_of(first) == before
        assert (await money_of(second))["sale"] == 14703
        assert (await again(first)).state == "paid"
    else:
        assert await money_of(first) == {"owes": 280}
        assert {(await again(order)).state for order in what.orders} == {"lost"}
        lines = await GoodsLine.filter(order_id__in=[order.id for order in what.orders]).order_by("id")
        assert [(line.shipped, line.cancelled, line.returned) for line in lines] == [(2, 0, 2), (0, 1, 1)]
        await what.purchase.refresh_from_db()
        assert what.purchase.state == "lost"


@pytest.mark.parametrize("won", [True, False])
async def test_with_a_return_that_is_open(database: str, won: bool) -> None:
    what = await bought(await a_fan(), await earrings())
    order, line = what.orders[0], await what.line()
    await sent(what)
    made = await ask(Wish(order.id, Kind.CLAIM, Reason.DAMAGED, "Broken.", {line.id: 1}), by=what.fan.id, key="one")
    dispute = await disputed(what)
    with pytest.raises(BankDecides):
        await approve(made.id, "Sorry!", by=what.fan.id, keeps_it=True)
    await decided(dispute, won=won)
    state = (await GoodsReturn.get(id=made.id)).state
    line = await GoodsLine.get(id=line.id)
    if not won:
        assert (state, line.asked_back, line.returned) == ("cancelled", 0, 2)
        return
    assert (state, line.asked_back, line.returned) == ("requested", 1, 0)
    await approve(made.id, "Sorry!", by=what.fan.id, keeps_it=True)
    assert (await Refund.get(subject=order.subject)).amount_minor == 4334


@pytest.mark.parametrize("won", [True, False])
async def test_a_refund_and_a_bank_never_both_give_the_money(database: str, won: bool) -> None:
    what = await bought(await a_fan(), await earrings())
    order = what.orders[0]
    await sent(what)
    await half_returned(what)  # 43.34 are promised, and the bank is faster
    dispute = await disputed(what)
    await decided(dispute, won=won)
    await work_until_idle()
    refund = await Refund.get(subject=order.subject)
    if won:
        assert (refund.state, refund.amount_minor) == ("succeeded", 4334)
        assert (await money_of(order))["seller"] == 3641 - 19, "paid alone, 92.67 cost 2.99 of fee, not 2.80"
    else:
        assert refund.state == "paid_another_way", "her bank gave it to her"
        assert (await again(order)).state == "lost"


@pytest.mark.parametrize("won", [True, False])
async def test_a_part_is_taken_of_everybody_who_has_a_share_of_it(database: str, won: bool) -> None:
    """60.00 of 239.70: 23.20 of the earrings, sent and earned, and 36.80 of the jacket, which is not sent yet."""
    what = await bought(await a_fan(), await earrings(), await a_jacket())
    first, second = what.orders
    await sent(what, 0)
    assert await money_of(first) == {"seller": 6962, "royalty": 648, "fee": 810, "tax": 567}
    dispute = await disputed(what, amount=60_00)
    # 23.20 = 16.63 and 1.50 of shipping of the seller, 2.03 of our commission, 1.62 of the royalty, 1.42 of the tax.
    frozen = {"seller": 6962 - 1663 - 150, "royalty": 648 - 162, "fee": 810 - 203, "tax": 567 - 142}
    assert (await money_of(first), (await money_of(second))["sale"]) == (frozen, 14703 - 3680)
    await decided(dispute, won=won)
    assert {(await again(order)).state for order in what.orders} == {"paid"}, "the rest is still hers"
    if won:
        assert await money_of(first) == {"seller": 6962, "royalty": 648, "fee": 810, "tax": 567}
        return
    rows = {row.line_id: row for row in await GoodsRefund.filter(order_id=first.id)}
    assert (rows[None].shipping_minor, rows[(await what.line()).id].royalty_minor) == (150, 162)
    await sent(what, 1)
    # 36.80 = 26.48 and 2.25 of shipping, 3.23, 2.58, 2.26.
    assert await money_of(second) == {
        "seller": 11033 - 2648 - 225, "royalty": 1032 - 258, "fee": frozen["fee"] + 1290 - 323, "tax": frozen["tax"] + 903 - 226,
    }  # fmt: skip


async def test_what_comes_back_after_a_bank_took_a_part_gives_the_rest_and_no_more(database: str) -> None:
    what = await bought(await a_fan(), await earrings())
    order = what.orders[0]
    await sent(what)
    await half_returned(what)  # 43.34 of 92.67
    await work_until_idle()
    await decided(await disputed(what, amount=20_00), won=False)
    line = await what.line()
    assert (line.returned, line.parted_after, (line.left_net_minor or 0) + (line.left_tax_minor or 0)) == (
        1,
        1,
        4333 - 1757,
    )
    await half_returned(what)
    backs = await GoodsRefund.filter(order_id=order.id).order_by("id")
    assert [row.total_minor for row in backs if row.dispute_id is None] == [4334, 4333 - 1757]
    assert sum(row.total_minor for row in backs) == 9267 - (600 - 243), "all but what is left of the shipping"
    assert (await again(order)).state == "refunded"
    await work_until_idle()
    refund = await Refund.filter(subject=order.subject).order_by("-id").first()
    assert refund is not None and (refund.state, refund.stripe_refund_id) == ("failed", None), (
        "not of a payment that is disputed"
    )
    staff = await a_fan("Root")
    await try_again(refund.id, by=staff.id)
    assert (await Refund.get(id=refund.id)).state == "pending"
    await work_until_idle()
    await pay_another_way(refund.id, reason="By bank, 4 May.", by=staff.id)
    with pytest.raises(Refusal):
        await try_again(refund.id, by=staff.id)
    assert (await Refund.get(id=refund.id)).state == "paid_another_way"


@pytest.mark.landing
async def test_of_two_sellers_the_bank_reads_one_answer(site: SiteUnderTest) -> None:
    bao, lin = await site.signed_up("Bao"), await site.signed_up("Lin")
    wants = await earrings(owner=Fan(bao.person.id, "")), await a_jacket(owner=Fan(lin.person.id, ""))
    what = await bought(await a_fan(), *wants)
    await sent(what, 0)
    dispute = await disputed(what)
    paths = [f"{one.shop.desk_path}/disputes/{public(dispute.id)}" for one in wants]
    await bao.get(paths[0])
    assert "She bought: 2 × Pearl drop earring. It cost $92.67" in bao.text and "DHL, JD0146" in bao.text
    assert "River jacket" not in bao.text
    assert (await bao.get(paths[1])).status_code in (403, 404)
    await bao.get(paths[0])
    await bao.submit("Send to the bank")
    assert "Kept. It is sent with what the other sellers say." in bao.text
    assert (await Dispute.get(id=dispute.id)).state == "needs_response"
    await lin.get(paths[1])
    assert "Not sent yet: River jacket" in lin.text
    await lin.submit("Send to the bank")
    assert "Your answer is with the bank." in lin.text
    evidence = (await Dispute.get(id=dispute.id)).evidence
    assert "Pearl drop earring" in evidence and "River jacket" in evidence
    mails = [mail.subject for mail in await site.mails_to(lin.person.email)]
    assert "Disputed: $239.70 of Pearl drop earring" in mails
    await decided(dispute, won=True)
