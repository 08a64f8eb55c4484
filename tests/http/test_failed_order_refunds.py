"""A refund of goods that the card's bank sends back: it stands in staff's inbox until somebody has paid it another way."""

from __future__ import annotations

import pytest

from crowdfund.database.ids import public
from crowdfund.ledger import balance_minor, chart
from crowdfund.orders.returns.cancelling import cancel_by_seller
from crowdfund.payments.models import Refund
from crowdfund.people.models import StaffRole
from crowdfund.worker import work_until_idle
from tests.bank import pass_time
from tests.goods import for_sale, lines_of, orders_of, paid_for, placed
from tests.http.conftest import SiteUnderTest
from tests.http.program import code_of, program_of
from tests.world import a_fan

pytestmark = pytest.mark.usefixtures("proven_when_idle")


async def sent_back_by_the_bank() -> Refund:
    """A piece that can't be made: its money goes to a card that was closed."""
    mei, one = await a_fan("Mei"), await for_sale()
    purchase = await paid_for(await placed(mei, (one, 1)), card="refund_fails")
    [order] = await orders_of(purchase)
    [line] = await lines_of(order)
    await cancel_by_seller(order.id, {line.id: 1}, "Out of pearls.", by=one.owner.id)
    await work_until_idle()
    await pass_time(minutes=2)
    [refund] = await Refund.filter(subject=order.subject)
    assert (refund.state, refund.stripe_refund_id is None) == ("failed", False)
    return refund


async def test_staff_pays_it_another_way(site: SiteUnderTest) -> None:
    refund = await sent_back_by_the_bank()
    root, reviewer = (
        await site.signed_up("Root", staff=StaffRole.ADMIN),
        await site.signed_up("Rae", staff=StaffRole.REVIEWER),
    )
    page = await root.get("/staff")
    assert "Refunds of tickets and goods" in page.text and "Workshop" in page.text
    path = f"/staff/orders/refunds/{public(refund.id)}"
    assert f"{path}/attempt" not in page.text, "what a bank sent back is not asked of the same card again"
    assert (await reviewer.post(f"{path}/payment", {"reason": "By bank."})).status_code in (403, 404)
    await root.get("/staff")
    await root.submit("Paid another way", reason="x")
    assert (await Refund.get(id=refund.id)).state == "failed"
    await root.get("/staff")
    await root.submit("Paid another way", reason="By bank, 4 May.")
    refund = await Refund.get(id=refund.id)
    assert (refund.state, refund.note) == ("paid_another_way", "By bank, 4 May.")
    assert await balance_minor(chart.refund_clearing("USD")) == 0
    assert "Refunds of tickets and goods" not in (await root.get("/staff")).text
    assert "Paid a refund another way" in (await root.get("/staff/audit")).text


async def test_programs_of_staff_see_it_and_do_the_same(site: SiteUnderTest) -> None:
    refund = await sent_back_by_the_bank()
    root = await site.signed_up("Root", staff=StaffRole.ADMIN)
    program = await program_of(site, root.person)
    [told] = (await program.read("/staff/orders/refunds"))["items"]
    assert (told["id"], told["of"], told["can_be_tried"]) == (public(refund.id), "goods_order", False)
    path = f"/staff/orders/refunds/{told['id']}"
    assert (await program.post(f"{path}/attempt", {})).status_code == 409
    # The way of pledges is none for goods.
    other = await program.post(f"/staff/refunds/{told['id']}/payment", {"reason": "By bank."})
    assert code_of(other) == (404, "not_found")
    assert (await program.post(f"{path}/payment", {"reason": "By bank, 4 May."})).json()["state"] == "paid_another_way"
    assert (await program.read("/staff/orders/refunds"))["items"] == []
