"""A bank takes the payment of tickets back: before and after the screening is settled, won and lost."""

from __future__ import annotations

import pytest

from crowdfund.boxoffice.refunding import BankDecides, refund_after_show
from crowdfund.database.ids import public
from crowdfund.disputes.actions import follow_dispute
from crowdfund.disputes.models import Dispute
from crowdfund.orders.models import Order
from crowdfund.payments.models import Charge
from crowdfund.people.models import Mail
from crowdfund.worker import work_until_idle
from tests.bank import ask
from tests.boxoffice import a_run, again, agreed, money_of, on_sale, rows_of, settled, shares_of, sold
from tests.cinema import bought, held, tickets_of
from tests.http.conftest import SiteUnderTest
from tests.http.program import program_of
from tests.http.test_deal_pages import at_desk
from tests.world import a_fan

pytestmark = pytest.mark.usefixtures("proven_when_idle")


async def disputed(order: Order, **more: object) -> Dispute:
    charge = await Charge.get(subject=order.subject)
    opened = await ask("POST", f"charges/{charge.stripe_charge_id}/dispute", more)
    await follow_dispute(opened["id"])
    await work_until_idle()
    return await Dispute.get(stripe_dispute_id=opened["id"])


async def decided(dispute: Dispute, *, won: bool) -> None:
    await ask("POST", f"disputes/{dispute.stripe_dispute_id}/close", {"won": won})
    await follow_dispute(dispute.stripe_dispute_id)
    await work_until_idle()


async def states(order: Order) -> tuple[str, set[str]]:
    return (await Order.get(id=order.id)).state, {ticket.state for ticket in await tickets_of(order)}


@pytest.mark.parametrize("won", [True, False])
async def test_before_settlement_it_comes_out_of_the_escrow(database: str, won: bool) -> None:
    run = await a_run()
    await agreed(run)
    screening = await on_sale(run)
    first, _second = await sold(screening, "A-1", "A-2")
    dispute = await disputed(first)
    assert (dispute.order_id, dispute.campaign_id, dispute.amount_minor) == (first.id, None, 11_00)
    assert (await money_of(run, screening))["escrow 1"] == 11_00
    assert await states(first) == ("paid", {"sold"}), "her ticket is good until the bank has decided"
    await decided(dispute, won=won)
    assert (await money_of(run, screening))["escrow 1"] == (22_00 if won else 11_00)
    assert await states(first) == (("paid", {"sold"}) if won else ("lost", {"lost"}))
    if not won:
        assert (await held(await a_fan("Bo"), screening, "A-1")).places == 1, "her seat is free"
    await settled(screening)
    [row] = await rows_of(screening)
    assert (row.gross_minor, row.admissions) == ((20_00, 2) if won else (10_00, 1))


@pytest.mark.parametrize("won", [True, False])
async def test_what_a_bank_holds_is_not_shared_out_and_comes_in_later(database: str, won: bool) -> None:
    run = await a_run()
    await agreed(run)
    screening = await on_sale(run)
    first, _second = await sold(screening, "A-1", "A-2")
    dispute = await disputed(first)
    await settled(screening)
    [row] = await rows_of(screening)
    assert (row.gross_minor, row.admissions) == (10_00, 1)
    with pytest.raises(BankDecides):
        [ticket] = await tickets_of(first)
        await refund_after_show(screening.id, ticket.id, "The sound broke.", by=run.owner.id)
    await decided(dispute, won=won)
    rows = (await rows_of(screening))[1:]
    assert [(r.kind, r.gross_minor, r.admissions, r.fees_minor) for r in rows] == (
        [("added", 10_00, 1, 1_00)] if won else []
    )
    held_now = await money_of(run, screening)
    assert (held_now["producer"], held_now["cinema"]) == ((9_50, 9_50) if won else (4_75, 4_75))
    assert await states(first) == (("paid", {"no_show"}) if won else ("lost", {"lost"}))


@pytest.mark.landing
@pytest.mark.parametrize("won", [True, False])
async def test_after_settlement_exactly_its_lines_are_taken_and_given_back(database: str, won: bool) -> None:
    run = await a_run()
    await agreed(run)
    screening = await on_sale(run, price_minor=9_99)
    _first, second, _third = await sold(screening, "A-1", "A-2", "A-3")
    await settled(screening)
    before = await money_of(run, screening)
    dispute = await disputed(second)
    taken = (await rows_of(screening))[1]
    assert await shares_of(taken) == {"platform": -50, "producer": -4_74, "cinema": -4_75}
    assert (await money_of(run, screening))["producer"] == before["producer"] - 4_74
    await follow_dispute(dispute.stripe_dispute_id)
    assert len(await rows_of(screening)) == 2, "what was booked is not booked again"
    await decided(dispute, won=won)
    rows = (await rows_of(screening))[2:]
    assert [r.kind for r in rows] == (["given_back"] if won else [])
    if won:
        assert await shares_of(rows[0]) == {"platform": 50, "producer": 4_74, "cinema": 4_75}
        assert await money_of(run, screening) == before
    assert (await again(screening)).sold == (3 if won else 2)


@pytest.mark.landing
async def test_an_order_of_several_tickets_dies_whole(database: str) -> None:
    run = await a_run()
    await agreed(run)
    screening = await on_sale(run)
    order = await bought(await a_fan("Mei"), screening, "A-1", "A-2")
    await settled(screening)
    one, _other = await tickets_of(order)
    await refund_after_show(screening.id, one.id, "The sound broke.", by=run.owner.id)
    await work_until_idle()
    dispute = await disputed(order)
    await decided(dispute, won=False)
    assert await states(order) == ("lost", {"refunded", "lost"})
    held_now = await money_of(run, screening)
    assert held_now.get("producer", 0) == 0 and held_now.get("producer owes", 0) == 0


@pytest.mark.pages
async def test_the_cinema_answers_with_what_was_bought_and_who_came(site: SiteUnderTest) -> None:
    run = await a_run()
    await agreed(run)
    screening = await on_sale(run)
    [order] = await sold(screening, "A-1")
    gu, lin = await at_desk(site, run, "cinema"), await at_desk(site, run, "studio")
    dispute = await disputed(order)
    path = f"{run.cinema.desk_path}/disputes/{public(dispute.id)}"
    await gu.get(path)
    assert "She bought 1 ticket for “River Moon” at Grand Theatre, Hall 1" in gu.response.text
    assert "Nobody was seen at the door" in gu.response.text
    assert (await lin.get(f"{run.studio.desk_path}/disputes/{public(dispute.id)}")).status_code == 404
    mails = await Mail.filter(to_address=gu.person.email)
    assert "Disputed: €11.00 of River Moon" in [mail.subject for mail in mails]
    program = await program_of(site, gu.person)
    [listed] = (await program.read(f"/organisations/{public(run.cinema.id)}/disputes"))["items"]
    assert (listed["order"], listed["campaign"], listed["pledge"]) == (public(order.id), None, None)
    one = await program.read(f"/disputes/{listed['id']}")
    assert "She bought 1 ticket" in one["drafted"]
    await gu.submit("Send to the bank")
    assert "Your answer is with the bank." in gu.text
