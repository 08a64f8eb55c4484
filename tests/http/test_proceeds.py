"""What a producer is told of her money: from what was collected to what was paid out, every cent of it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from crowdfund import clock
from crowdfund.database import Sql, atomic
from crowdfund.desk.proceeds import given_back_of, proceeds_of
from crowdfund.disputes.actions import follow_dispute
from crowdfund.people.models import Organisation
from crowdfund.pledges.models import Pledge
from crowdfund.pledges.refunding import refund_pledge
from crowdfund.worker import work_until_idle
from tests.bank import a_studio_with_account, ask, books_proven, close_now, pass_time, pledges_with
from tests.http.campaign_world import Producer
from tests.http.conftest import SiteUnderTest
from tests.money import attempts, stripe_fee_minor
from tests.world import a_campaign, a_fan, again

MEMBER = Sql("INSERT INTO member (id, organisation_id, person_id, role, made_at) VALUES ($1, $2, $3, 'owner', $4)")


@pytest.fixture(autouse=True)
async def proven(database: str) -> AsyncIterator[None]:
    yield
    await books_proven()


async def runs(site: SiteUnderTest, studio_id: int) -> Producer:
    lin = await site.signed_up("Lin")
    await atomic(MEMBER.__call__)(studio_id, studio_id, lin.person.id, clock.now_us())
    return Producer(lin, await Organisation.get(id=studio_id))


async def refunded(pledge: Pledge, amount_minor: int | None = None) -> None:
    staff = await a_fan("Staff")
    await refund_pledge(pledge.id, amount_minor=amount_minor, reason="she asked", by_person_id=staff.id)
    await work_until_idle()


@pytest.mark.landing
async def test_from_collected_to_paid_out_and_a_refund_after_it(site: SiteUnderTest) -> None:
    lin = await runs(site, await a_studio_with_account())
    campaign = await a_campaign(goal_minor=200_00, studio_id=lin.organisation.id)
    first, _second = await pledges_with(campaign, "instant", "instant", amount_minor=100_00)
    await pledges_with(campaign, "declines_later", amount_minor=30_00)
    await close_now(campaign)
    await pass_time(days=8)
    assert (await again(campaign)).state == "funded"
    processor = 2 * stripe_fee_minor(100_00)  # 1.5 % and 25 cents of each
    assert processor == 3_50
    await lin.browser.get(lin.base(campaign))
    text = lin.browser.text
    assert "Collected €200 €186.50 paid out after fees" in text
    assert "Collected €200.00 The payment company, for charging the cards − €3.50" in text
    assert "crowdfund: 5% of what was collected − €10.00 Yours when it was funded €186.50" in text
    assert "Paid out − €186.50 Still with us €0.00" in text
    assert "Collected €200 Not collected €30" in text

    await refunded(first, 12_00)
    found = await proceeds_of(await again(campaign))
    assert found is not None
    # Our 5 % of it goes back with it; the rest is the studio's, which has been paid already.
    assert (found.refunds_minor, found.fee_returned_minor, found.yours_minor) == (12_00, 60, 175_10)
    assert (found.paid_minor, found.held_minor, found.receivable_minor) == (186_50, 0, 11_40)
    await lin.browser.get(lin.base(campaign))
    assert "Given back to fans since then − €12.00 Our fee on that, given back to you €0.60" in lin.browser.text
    assert "Yours now €175.10" in lin.browser.text
    assert "You owe us: it is taken from your next payout €11.40" in lin.browser.text
    assert "Collected €188" in lin.browser.text and "Given back to fans €12" in lin.browser.text, "188 + 12 + 30 = 230"


async def test_a_debt_is_kept_from_the_next_fund_and_both_add_up() -> None:
    studio_id = await a_studio_with_account()
    funds = []
    for _ in range(2):
        campaign = await a_campaign(goal_minor=100_00, studio_id=studio_id)
        (pledge,) = await pledges_with(campaign, "instant", amount_minor=100_00)
        await close_now(campaign)
        funds.append((campaign, pledge))
        if len(funds) == 1:
            await refunded(pledge)
    one, two = [await proceeds_of(await again(campaign)) for campaign, _pledge in funds]
    assert one is not None and two is not None
    assert (one.yours_minor, one.paid_minor, one.receivable_minor) == (-1_75, 93_25, 95_00)
    assert (two.yours_minor, two.kept_minor, two.paid_minor, two.held_minor) == (93_25, 93_25, 0, 0)


@pytest.mark.landing
async def test_before_the_result_and_on_the_way(site: SiteUnderTest) -> None:
    lin = await runs(site, await a_studio_with_account())
    campaign = await a_campaign(goal_minor=100_00, studio_id=lin.organisation.id)
    paid, _waits = [(await pledges_with(campaign, card, amount_minor=100_00))[0] for card in ("ok", "declines_later")]
    await close_now(campaign)
    assert await proceeds_of(await again(campaign)) is None
    await lin.browser.get(lin.base(campaign))
    assert "Collected €100 charged and held" in lin.browser.text
    await refunded(paid, 20_00)
    await pass_time(days=8)
    # Collected 100.00, given back 20.00 before the result: 80.00 are not the goal.
    back = await given_back_of(await again(campaign))
    assert (await again(campaign)).state == "failed" and back is not None
    assert (back.collected_minor, back.returned_minor, back.returning_minor) == (100_00, 100_00, 0)
    await lin.browser.get(lin.base(campaign))
    assert "What was collected goes back" in lin.browser.text
    assert "Collected €100.00 Given back to fans − €100.00 Still on its way back €0.00" in lin.browser.text


async def test_what_a_bank_took_before_the_result_and_gave_back_after_it(site: SiteUnderTest) -> None:
    lin = await runs(site, await a_studio_with_account())
    campaign = await a_campaign(goal_minor=200_00, rule="threshold", threshold_bps=5_000, studio_id=lin.organisation.id)
    _kept, taken = await pledges_with(campaign, "ok", "ok", amount_minor=100_00)
    await pledges_with(campaign, "saved_lost", amount_minor=25_00)
    await close_now(campaign)
    charge = (await attempts(taken))[-1]
    opened = await ask("POST", f"charges/{charge.stripe_charge_id}/dispute", {})
    await follow_dispute(opened["id"])
    await lin.browser.get(lin.base(campaign))
    assert "Collected €100 Waiting for a card to be mended (1) €25" in lin.browser.text
    assert "Disputed, or lost to a bank €100" in lin.browser.text, "100 + 25 + 100 = 225 promised"
    await pass_time(days=8)
    found = await proceeds_of(await again(campaign))
    assert found is not None and (found.collected_minor, found.taken_before_minor) == (200_00, 100_00)
    assert (found.processor_minor, found.fee_minor, found.owed_minor) == (3_50, 5_00, 91_50)
    await ask("POST", f"disputes/{opened['id']}/close", {"won": True})
    await follow_dispute(opened["id"])
    await pass_time(days=1)
    found = await proceeds_of(await again(campaign))
    assert found is not None and (found.banks_minor, found.yours_minor, found.held_minor) == (-95_00, 186_50, 186_50)
    await lin.browser.get(lin.base(campaign))
    assert "Given back by banks after disputes €95.00 Yours now €186.50" in lin.browser.text
