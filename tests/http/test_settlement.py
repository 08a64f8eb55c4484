"""Settling a fund against the sandbox, on both databases: the verdict is by what was collected, and the books are proven."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from crowdfund.ledger import balance_minor, chart
from crowdfund.payments.models import SavedCard
from crowdfund.payouts.models import Payout
from tests.bank import a_studio_with_account, ask, books_proven, close_now, pass_time, pledges_with, states
from tests.world import a_campaign, again


@pytest.fixture(autouse=True)
async def proven(database: str) -> AsyncIterator[None]:
    yield
    await books_proven()


async def test_a_funded_fund_pays_the_studio_to_the_cent() -> None:
    studio_id = await a_studio_with_account()
    campaign = await a_campaign(goal_minor=100_00, studio_id=studio_id)
    await pledges_with(campaign, "ok", "ok", "ok", amount_minor=40_00)
    ended = await close_now(campaign)
    assert (ended.state, ended.collected_minor) == ("funded", 120_00)
    fees_minor = 3 * (60 + 25)  # Stripe's 1.5 % of 40.00 and 25 cents, each
    platform_minor = 6_00  # 5 % of 120.00
    owed_minor = 120_00 - fees_minor - platform_minor
    await pass_time(days=3)
    payout = await Payout.get(campaign_id=campaign.id)
    assert (payout.state, payout.amount_minor) == ("paid", owed_minor)
    assert await balance_minor(chart.stripe("EUR")) == platform_minor
    assert await balance_minor(chart.fee("EUR")) == platform_minor
    assert await balance_minor(chart.processor("EUR")) == 0


async def test_too_little_promised_charges_nobody_and_lets_the_cards_go() -> None:
    campaign = await a_campaign(goal_minor=100_00)
    await pledges_with(campaign, "ok", "ok", amount_minor=49_99)
    ended = await close_now(campaign)
    assert (ended.state, ended.promised_at_close_minor, await states(campaign)) == ("failed", 99_98, {"released": 2})
    assert (await ask("GET", "totals")).get("charges", {}) in ({}, {"EUR": {"count": 0, "sum": 0}})
    assert {card.state for card in await SavedCard.all()} == {"gone"}


async def test_enough_promised_but_too_little_collected_refunds_everybody_in_full() -> None:
    campaign = await a_campaign(goal_minor=100_00)
    await pledges_with(campaign, "ok", "lost", amount_minor=50_00)
    settling = await close_now(campaign)
    assert (settling.state, await states(campaign)) == ("settling", {"collected": 1, "errored": 1})
    await pass_time(days=8)
    ended = await again(campaign)
    assert (ended.state, await states(campaign)) == ("failed", {"refunded": 1, "dropped": 1})
    assert (ended.collected_minor, ended.refunded_minor) == (50_00, 50_00)
    assert await balance_minor(chart.fund(campaign.id, "EUR")) == 0
    assert await balance_minor(chart.fee("EUR")) == 0
    assert await balance_minor(chart.processor("EUR")) == 75 + 25  # the platform bears what the processor took
