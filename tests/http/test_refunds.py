"""Giving money back: whole, in part, twice, too much, failed at the bank, and by another way. Every cent has its place."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from crowdfund.campaigns.models import Campaign
from crowdfund.ledger import balance_minor, chart
from crowdfund.payments.models import Refund
from crowdfund.payments.refunds import RefundTooLarge
from crowdfund.pledges.models import Pledge
from crowdfund.pledges.refunding import NothingToRefund, pay_another_way, refund_pledge
from crowdfund.refusal import Refusal
from crowdfund.worker import work_until_idle
from tests.bank import a_studio_with_account, books_proven, close_now, fault, no_faults, pass_time, pledges_with
from tests.money import again_pledge, at_the_processor, books, confirm_at_bank, stripe_fee_minor, told
from tests.world import Fan, a_campaign, a_fan, again


@pytest.fixture(autouse=True)
async def proven(database: str) -> AsyncIterator[None]:
    yield
    await books_proven()


@pytest.fixture
async def staff(database: str) -> Fan:
    return await a_fan("Staff")


async def collected(card: str = "ok", *, amount_minor: int = 100_00, studio_id: int | None = None) -> Pledge:
    """A pledge of a fund that is funded by it alone."""
    campaign = await a_campaign(goal_minor=amount_minor, studio_id=studio_id)
    (pledge,) = await pledges_with(campaign, card, amount_minor=amount_minor)
    assert (await close_now(campaign)).state == "funded"
    return await again_pledge(pledge)


async def give_back(pledge: Pledge, amount_minor: int | None, staff: Fan, reason: str = "she asked") -> None:
    await refund_pledge(pledge.id, amount_minor=amount_minor, reason=reason, by_person_id=staff.id)
    await work_until_idle()


async def refunds_of(pledge: Pledge) -> list[tuple[int, str]]:
    found = await Refund.filter(subject=f"pledge:{pledge.id}").order_by("made_at", "id")
    return [(refund.amount_minor, refund.state) for refund in found]


async def test_a_whole_refund_before_the_payout_takes_the_studios_part_and_our_fee(staff: Fan) -> None:
    pledge = await collected()
    campaign = await Campaign.get(id=pledge.campaign_id)
    cost_minor = stripe_fee_minor(100_00)
    owed_minor = 100_00 - 5_00 - cost_minor
    assert await books(campaign) == {"payable": owed_minor, "fee": 5_00, "stripe": 100_00 - cost_minor}
    await give_back(pledge, None, staff)
    assert (await refunds_of(pledge), (await again_pledge(pledge)).state) == ([(100_00, "succeeded")], "refunded")
    # The studio gives what it was owed; the processor keeps its fee, so the rest of its 95.00 is what it owes us.
    assert await books(campaign) == {"receivable": cost_minor, "stripe": -cost_minor}
    assert (await again(campaign)).refunded_minor == 100_00
    assert [s for s in await told(pledge) if "on its way" in s] == ["€100.00 is on its way back to you"]


async def test_a_refund_after_the_payout_becomes_what_the_studio_owes_us(staff: Fan) -> None:
    pledge = await collected(studio_id=await a_studio_with_account())
    campaign = await Campaign.get(id=pledge.campaign_id)
    await pass_time(days=3)
    assert "payable" not in await books(campaign)
    await give_back(pledge, 40_00, staff)
    assert await books(campaign) == {
        "receivable": 38_00,
        "fee": 3_00,
        "stripe": 3_00 - 38_00,
    }  # 2.00 of our 5.00 go back
    assert (await again_pledge(pledge)).state == "collected"


async def test_parts_add_up_to_the_whole_and_then_it_is_refunded(staff: Fan) -> None:
    pledge = await collected()
    for amount_minor in (33_33, 33_33):
        await give_back(pledge, amount_minor, staff)
    assert (await again_pledge(pledge)).state == "collected"
    await give_back(pledge, None, staff)
    assert await refunds_of(pledge) == [(33_33, "succeeded"), (33_33, "succeeded"), (33_34, "succeeded")]
    assert (await again_pledge(pledge)).state == "refunded"
    assert await at_the_processor("refunds") == (3, 100_00)


async def test_more_than_is_left_is_refused_and_nothing_is_sent(staff: Fan) -> None:
    pledge = await collected()
    for wrong_minor in (100_01, 0, -1):
        with pytest.raises(RefundTooLarge):
            await give_back(pledge, wrong_minor, staff)
    await give_back(pledge, 60_00, staff)
    with pytest.raises(RefundTooLarge):
        await give_back(pledge, 40_01, staff)
    await give_back(pledge, 40_00, staff)
    with pytest.raises(NothingToRefund):
        await give_back(pledge, None, staff)
    assert await at_the_processor("refunds") == (2, 100_00)


async def test_a_pledge_that_was_not_collected_has_nothing_to_refund(staff: Fan) -> None:
    campaign = await a_campaign()
    (pledge,) = await pledges_with(campaign, "ok")
    with pytest.raises(NothingToRefund):
        await give_back(pledge, None, staff)


async def test_two_people_who_refund_at_once_give_it_back_once(staff: Fan) -> None:
    pledge = await collected()
    answers = await asyncio.gather(
        *(refund_pledge(pledge.id, amount_minor=None, reason="both", by_person_id=staff.id) for _ in range(4)),
        return_exceptions=True,
    )
    assert sorted(type(answer).__name__ for answer in answers) == ["RefundTooLarge"] * 3 + ["int"]
    await work_until_idle()
    assert await at_the_processor("refunds") == (1, 100_00)


async def test_a_refund_while_the_fund_settles_comes_from_the_fund_and_counts_in_the_verdict(staff: Fan) -> None:
    campaign = await a_campaign(goal_minor=150_00)
    (pledge,) = await pledges_with(campaign, "ok", amount_minor=100_00)
    (other,) = await pledges_with(campaign, "authentication_always", amount_minor=50_00)
    assert (await close_now(campaign)).state == "settling"
    await give_back(await again_pledge(pledge), 1, staff)
    assert (await books(campaign))["fund"] == 99_99
    await confirm_at_bank(other)
    await work_until_idle()
    ended = await again(campaign)  # 149.99 is held, and 150.00 was needed
    assert (ended.state, ended.refunded_minor) == ("failed", 150_00)
    assert await refunds_of(pledge) == [(1, "succeeded"), (99_99, "succeeded")]


async def test_a_refund_that_the_bank_sends_back_waits_in_clearing_until_it_is_paid_another_way(staff: Fan) -> None:
    pledge = await collected("refund_fails", studio_id=await a_studio_with_account())
    campaign = await Campaign.get(id=pledge.campaign_id)
    await pass_time(days=3)
    await give_back(pledge, None, staff)
    await pass_time(days=1)  # the bank sends it back; no event reaches us, the reconciler reads of it
    assert await refunds_of(pledge) == [(100_00, "failed")]
    assert (await again(campaign)).refunded_minor == 0
    held = await books(campaign)
    assert (held["clearing"], held["receivable"], held["stripe"]) == (100_00, 95_00, 5_00)
    (refund,) = await Refund.filter(subject=f"pledge:{pledge.id}")
    await pay_another_way(refund.id, note="by transfer to her bank")
    assert await refunds_of(pledge) == [(100_00, "paid_another_way")]
    held = await books(campaign)
    assert ("clearing" in held, held["bank"]) == (False, -100_00)
    assert ((await again_pledge(pledge)).state, (await again(campaign)).refunded_minor) == ("refunded", 100_00)
    with pytest.raises(Refusal):
        await pay_another_way(refund.id, note="once more")


async def test_the_reason_and_who_gave_it_stay_on_the_refund(staff: Fan) -> None:
    pledge = await collected("refund_fails")
    await give_back(pledge, None, staff, reason="the trailer was misleading")
    await pass_time(days=1)
    (refund,) = await Refund.filter(subject=f"pledge:{pledge.id}")
    await pay_another_way(refund.id, note="by transfer")
    refund = await Refund.get(id=refund.id)
    assert (refund.reason, refund.note) == ("the trailer was misleading", "by transfer")
    assert refund.by_person_id == staff.id


async def test_a_failed_fund_whose_refund_fails_keeps_it_in_clearing() -> None:
    campaign = await a_campaign(goal_minor=100_00)
    (pledge,) = await pledges_with(campaign, "refund_fails", amount_minor=60_00)
    await pledges_with(campaign, "saved_lost", amount_minor=40_00)
    await close_now(campaign)
    await pass_time(days=7)
    await pass_time(days=1)
    assert ((await again(campaign)).state, await refunds_of(pledge)) == ("failed", [(60_00, "failed")])
    assert (await books(campaign))["clearing"] == 60_00


@pytest.mark.landing
async def test_a_refund_whose_answer_tells_of_an_older_state_ends_as_the_bank_says(staff: Fan) -> None:
    """The first answer is lost; the same key brings it again, as it was, though the bank has sent the money back since."""
    pledge = await collected("refund_fails", studio_id=await a_studio_with_account())
    await pass_time(days=3)
    await fault("drop_after", "refunds.create", times=1)
    await fault("refuse", "refunds.create")
    await refund_pledge(pledge.id, amount_minor=None, reason="she asked", by_person_id=staff.id)
    await work_until_idle()
    assert await refunds_of(pledge) == [(100_00, "pending")]
    await no_faults()
    await Refund.filter(subject=f"pledge:{pledge.id}").update(sent_at=0)  # a minute later
    await work_until_idle()
    assert await refunds_of(pledge) == [(100_00, "failed")]
    assert await at_the_processor("refunds") == (1, 100_00)


async def test_what_is_left_of_our_fee_never_leaves_a_cent_behind(staff: Fan) -> None:
    pledge = await collected(amount_minor=10_01, studio_id=await a_studio_with_account())
    campaign = await Campaign.get(id=pledge.campaign_id)
    await pass_time(days=3)
    for amount_minor in (3_33, 3_33, 3_35):
        await give_back(pledge, amount_minor, staff)
    assert (await again_pledge(pledge)).state == "refunded"
    kept_minor = await balance_minor(chart.fee("EUR"))  # 5 % of 10.01 is 50 cents; of the parts 16, 16 and 16
    assert (kept_minor, await balance_minor(chart.receivable(campaign.organisation_id, "EUR"))) == (2, 10_01 - 48)
