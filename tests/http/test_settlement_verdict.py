"""When a fund has succeeded: by what was collected, to the cent, under each of its rules; and how it is paused or cancelled."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from crowdfund import clock
from crowdfund.campaigns.actions import cancel_campaign, pause, resume
from crowdfund.campaigns.models import Campaign
from crowdfund.campaigns.verdict import likely_verdict
from crowdfund.database.moves import MoveRefused
from crowdfund.payments.models import SavedCard
from crowdfund.pledges.models import Pledge
from crowdfund.pledges.rules import CampaignNotOpen
from crowdfund.worker import work_until_idle
from tests.bank import books_proven, close_now, pass_time, pledges_with, states
from tests.money import at_the_processor, books, days_tried, save_card, stripe_fee_minor, told
from tests.world import a_campaign, a_fan, a_pledge, again, pledged


@pytest.fixture(autouse=True)
async def proven(database: str) -> AsyncIterator[None]:
    yield
    await books_proven()


VERDICTS = [
    # rule, threshold, goal, promised and good, promised and lost, verdict
    ("strict", 10_000, 100_00, 100_00, 0, "funded"),
    ("strict", 10_000, 100_00, 99_99, 0, "failed"),
    ("strict", 10_000, 100_00, 100_00, 50_00, "funded"),
    ("strict", 10_000, 100_00, 99_99, 50_00, "failed"),
    ("threshold", 8_000, 100_00, 80_00, 0, "funded"),
    ("threshold", 8_000, 100_00, 79_99, 0, "failed"),
    ("threshold", 8_000, 100_00, 80_00, 20_00, "funded"),
    ("threshold", 8_000, 100_00, 79_99, 20_00, "failed"),
    ("threshold", 6_667, 100_01, 66_68, 0, "funded"),  # 66.67 % of 100.01 is 66.676…: rounded up
    ("threshold", 6_667, 100_01, 66_67, 0, "failed"),
    ("flexible", 10_000, 100_00, 50, 0, "funded"),
    ("flexible", 10_000, 100_00, 0, 50_00, "failed"),
]


@pytest.mark.parametrize(("rule", "threshold_bps", "goal_minor", "good_minor", "lost_minor", "verdict"), VERDICTS)
async def test_the_verdict_is_by_what_was_collected(
    rule: str, threshold_bps: int, goal_minor: int, good_minor: int, lost_minor: int, verdict: str
) -> None:
    campaign = await a_campaign(goal_minor=goal_minor, rule=rule, threshold_bps=threshold_bps)
    for card, amount_minor in (("ok", good_minor), ("saved_lost", lost_minor)):
        if amount_minor:
            await pledges_with(campaign, card, amount_minor=amount_minor)
    await close_now(campaign)
    await pass_time(days=7)
    ended = await again(campaign)
    assert ended.state == verdict
    kept_minor = good_minor if verdict == "funded" else 0
    assert ended.collected_minor - ended.refunded_minor == kept_minor
    assert "fund" not in await books(campaign)


async def test_a_fund_without_a_single_pledge_fails_quietly() -> None:
    campaign = await a_campaign(rule="flexible")
    ended = await close_now(campaign)
    assert (ended.state, await states(campaign), await at_the_processor("charges")) == ("failed", {}, (0, 0))


async def test_a_fund_with_pledges_that_never_got_a_card_fails_and_lets_them_go() -> None:
    campaign = await a_campaign(goal_minor=25_00)
    await pledged(await a_fan(), campaign)
    ended = await close_now(campaign)
    assert (ended.state, ended.promised_at_close_minor, await states(campaign)) == ("failed", 0, {"released": 1})


async def test_a_fund_that_fails_pays_every_fee_itself_and_gives_all_back() -> None:
    campaign = await a_campaign(goal_minor=100_00)
    good = await pledges_with(campaign, "ok", "ok", amount_minor=33_33)
    await pledges_with(campaign, "saved_lost", amount_minor=33_34)
    await close_now(campaign)
    await pass_time(days=7)
    ended = await again(campaign)
    assert (ended.state, await states(campaign)) == ("failed", {"refunded": 2, "dropped": 1})
    assert (ended.collected_minor, ended.refunded_minor) == (66_66, 66_66)
    fees_minor = 2 * stripe_fee_minor(33_33)
    assert await books(campaign) == {"processor": fees_minor, "stripe": -fees_minor}
    assert await at_the_processor("refunds") == (2, 66_66)
    assert [s for s in await told(good[0]) if "on its way back" in s] == ["€33.33 is on its way back to you"]


async def test_each_of_several_funds_gets_its_own_verdict() -> None:
    enough, short = await a_campaign(goal_minor=50_00), await a_campaign(goal_minor=50_01)
    for campaign in (enough, short):
        await pledges_with(campaign, "ok", "ok", amount_minor=25_00)
    await close_now(short)
    assert ((await again(enough)).state, (await again(short)).state) == ("funded", "failed")
    assert await at_the_processor("charges") == (2, 50_00)


@pytest.mark.landing
async def test_more_pledges_than_one_step_takes_are_all_charged_once() -> None:
    campaign = await a_campaign(goal_minor=260_00)
    await pledges_with(campaign, *["ok"] * 260, amount_minor=1_00)
    ended = await close_now(campaign)
    assert (ended.state, ended.collected_minor, await at_the_processor("charges")) == ("funded", 260_00, (260, 260_00))


async def test_the_preview_judges_by_the_same_rule() -> None:
    strict = Campaign(goal_minor=100_00, rule="strict", threshold_bps=10_000, promised_minor=100_00)
    assert [likely_verdict(strict, minor) for minor in (100_00, 99_99)] == ["funded", "failed"]
    flexible = Campaign(goal_minor=100_00, rule="flexible", threshold_bps=10_000, promised_minor=1_00)
    assert likely_verdict(flexible, 1_00) == "funded"
    short = Campaign(goal_minor=100_00, rule="strict", threshold_bps=10_000, promised_minor=99_99)
    assert likely_verdict(short, 99_99) == "failed"


# --- paused, resumed, cancelled ---


async def test_a_cancelled_fund_charges_nobody_and_lets_cards_and_pledges_go() -> None:
    campaign = await a_campaign(goal_minor=10_00)
    staff = await a_fan("Staff")
    (pledge,) = await pledges_with(campaign, "ok")
    await cancel_campaign(campaign.id, "the film lost its director", by=staff.id)
    await work_until_idle()
    await pass_time(days=60)
    assert ((await again(campaign)).state, await states(campaign)) == ("cancelled", {"released": 1})
    assert await at_the_processor("charges") == (0, 0)
    assert [card.state for card in await SavedCard.all()] == ["gone"]
    assert [s for s in await told(pledge) if "not charged" in s] == ["You were not charged for River Moon"]


async def test_a_paused_fund_takes_no_pledge_and_charges_nobody_even_past_its_deadline() -> None:
    campaign = await a_campaign(goal_minor=25_00)
    staff = await a_fan("Staff")
    await pledges_with(campaign, "ok")
    await pause(campaign.id, "a question of rights", by=staff.id)
    with pytest.raises(CampaignNotOpen):
        await a_pledge(campaign)
    await pass_time(days=40)
    assert (await again(campaign)).state == "suspended"
    assert await at_the_processor("charges") == (0, 0)


async def test_a_fund_paused_over_its_deadline_gets_its_time_back_and_then_closes() -> None:
    """Open for 30 days and paused for 40 of them, it closes on the 70th, and gives cards all seven days."""
    campaign = await a_campaign(goal_minor=25_00)
    staff = await a_fan("Staff")
    await pledges_with(campaign, "ok")
    (lost,) = await pledges_with(campaign, "saved_insufficient_funds")
    await pause(campaign.id, "a question of rights", by=staff.id)
    await pass_time(days=40)
    await resume(campaign.id, "the rights are clear", by=staff.id)
    await work_until_idle()
    assert ((await again(campaign)).state, await states(campaign)) == ("live", {"active": 2})
    settling = await close_now(await again(campaign))
    assert (settling.state, await states(campaign)) == ("settling", {"collected": 1, "errored": 1})
    await pass_time(days=1)
    assert await days_tried(lost, settling) == [0, 1]
    await save_card(await Pledge.get(id=lost.id), "ok")
    await work_until_idle()
    assert ((await again(campaign)).state, await states(campaign)) == ("funded", {"collected": 2})


async def test_a_paused_fund_may_be_cancelled_but_a_settling_one_may_not() -> None:
    staff = await a_fan("Staff")
    paused = await a_campaign()
    await pause(paused.id, "a question of rights", by=staff.id)
    await cancel_campaign(paused.id, "the rights are not theirs", by=staff.id)
    settling = await a_campaign(goal_minor=25_00, days=10)
    await pledges_with(settling, "saved_insufficient_funds")
    assert (await close_now(settling)).state == "settling"
    with pytest.raises(MoveRefused):
        await cancel_campaign(settling.id, "too late", by=staff.id)


async def test_a_fund_closes_at_its_deadline_and_not_a_second_before() -> None:
    campaign = await a_campaign(goal_minor=25_00, days=1)
    await pledges_with(campaign, "ok")
    assert campaign.closes_at is not None
    await pass_time(seconds=(campaign.closes_at - clock.now()).total_seconds() - 5)
    assert (await again(campaign)).state == "live"
    await pass_time(seconds=5)
    assert (await again(campaign)).state == "funded"
