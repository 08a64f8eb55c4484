"""Making, amending and cancelling pledges on both databases; the counters are proven after each story."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from crowdfund import clock
from crowdfund.campaigns.models import Campaign, Tier
from crowdfund.database import atomic
from crowdfund.database.once import KeyUsedForAnother
from crowdfund.ledger.books import prove
from crowdfund.pledges import rules
from crowdfund.pledges.actions import PledgeNotChangeable, amend_pledge, cancel_pledge
from crowdfund.pledges.books import RULES
from crowdfund.pledges.make import make_pledge
from crowdfund.pledges.models import Pledge, PledgeEvent
from crowdfund.refusal import Refusal
from tests.world import (
    a_campaign,
    a_fan,
    a_fan_with_card,
    a_pledge,
    a_sale,
    a_tier,
    a_want,
    again,
    broken,
    pledged,
)


@pytest.fixture(autouse=True)
async def counters_agree(database: str):  # type: ignore[no-untyped-def]
    yield
    assert broken(await prove(RULES, counting=False)) == []


async def amended(pledge: Pledge, *, amount_minor: int, tier_id: int | None = None, quantity: int = 1) -> None:
    await amend_pledge(
        pledge.id,
        person_id=pledge.person_id,
        tier_id=tier_id,
        quantity=quantity,
        amount_minor=amount_minor,
        shown_as="name",
    )


async def test_a_pledge_with_a_saved_card_counts_at_once() -> None:
    campaign = await a_campaign()
    made = await pledged(await a_fan_with_card(), campaign, amount_minor=25_00)
    now = await again(campaign)
    assert (made.state, now.promised_minor, now.pledges_live) == ("active", 25_00, 1)


async def test_a_pledge_without_a_card_is_only_started() -> None:
    campaign = await a_campaign()
    made = await pledged(await a_fan(), campaign)
    assert (made.state, (await again(campaign)).promised_minor) == ("started", 0)


async def test_the_same_key_makes_one_pledge_and_another_body_is_refused() -> None:
    campaign, fan = await a_campaign(), await a_fan_with_card()
    first = await pledged(fan, campaign, key="k")
    second = await pledged(fan, campaign, key="k")
    assert (second.id, second.again) == (first.id, True)
    with pytest.raises(KeyUsedForAnother):
        await pledged(fan, campaign, key="k", amount_minor=26_00)
    assert (await again(campaign)).pledges_live == 1


async def test_twenty_at_once_with_the_same_key_make_one() -> None:
    campaign, fan = await a_campaign(), await a_fan_with_card()
    made = await asyncio.gather(*(pledged(fan, campaign, key="k") for _ in range(20)))
    assert len({one.id for one in made}) == 1
    assert (await again(campaign)).promised_minor == 25_00


async def test_the_last_place_of_a_tier_goes_to_one() -> None:
    campaign = await a_campaign()
    tier_id = await a_tier(campaign, size=3)
    fans = [await a_fan_with_card() for _ in range(10)]
    answers = await asyncio.gather(*(pledged(fan, campaign, tier_id=tier_id) for fan in fans), return_exceptions=True)
    assert sorted(type(answer).__name__ for answer in answers) == ["Made"] * 3 + ["TierSoldOut"] * 7


REFUSED = [
    (rules.CurrencyDiffers, {"currency": "USD"}),
    (rules.AmountTooSmall, {"amount_minor": 49}),
    (rules.AmountTooLarge, {"amount_minor": 100_000_000}),
    (rules.NoSuchTier, {"tier_id": 12345}),
    (rules.NoSuchCampaign, {"campaign_id": 12345}),
    (rules.NoSuchCard, {"card_id": 12345}),
    (Refusal, {"quantity": 0}),
]


@pytest.mark.parametrize(("why", "change"), REFUSED, ids=lambda value: getattr(value, "__name__", ""))
async def test_what_cannot_be_pledged_is_refused_and_leaves_nothing(
    why: type[Refusal], change: dict[str, object]
) -> None:
    campaign, fan = await a_campaign(), await a_fan_with_card()
    with pytest.raises(why):
        await make_pledge(a_want(fan, campaign, **change))
    assert await Pledge.all().count() == 0


@pytest.mark.parametrize(
    ("state", "why"),
    [
        ("draft", rules.NoSuchCampaign),
        ("submitted", rules.NoSuchCampaign),
        ("prelaunch", rules.CampaignNotOpen),
        ("suspended", rules.CampaignNotOpen),
        ("settling", rules.CampaignNotOpen),
        ("failed", rules.CampaignNotOpen),
    ],
)
async def test_only_a_live_fund_takes_pledges(state: str, why: type[Refusal]) -> None:
    with pytest.raises(why):
        await pledged(await a_fan_with_card(), await a_campaign(state=state))


async def test_a_fund_closes_to_the_microsecond() -> None:
    campaign = await a_campaign(days=1)
    clock.advance(campaign.closes_at - clock.now() - timedelta(seconds=1))
    await a_pledge(campaign)
    clock.advance(timedelta(seconds=1))
    with pytest.raises(rules.CampaignNotOpen):
        await a_pledge(campaign)


async def test_a_tier_has_its_own_dates_and_its_own_number_a_fan() -> None:
    campaign = await a_campaign()
    tomorrow = clock.to_us(clock.now() + timedelta(days=1))
    later = await a_tier(campaign, opens_at=tomorrow)
    two = await a_tier(campaign, per_fan_max=2, price_minor=10_00)
    fan = await a_fan_with_card()
    with pytest.raises(rules.TierNotOpen):
        await pledged(fan, campaign, tier_id=later)
    with pytest.raises(rules.TooManyForOneFan):
        await pledged(fan, campaign, tier_id=two, quantity=3, amount_minor=30_00)
    with pytest.raises(rules.AmountTooSmall):
        await pledged(fan, campaign, tier_id=two, quantity=2, amount_minor=19_99)
    assert (await pledged(fan, campaign, tier_id=two, quantity=2, amount_minor=20_00)).state == "active"


async def test_a_fan_backs_a_fund_once_and_then_amends() -> None:
    campaign, fan = await a_campaign(), await a_fan_with_card()
    await pledged(fan, campaign)
    with pytest.raises(rules.AlreadyPledged):
        await pledged(fan, campaign)


async def test_shares_have_a_price_a_number_and_a_cap_over_the_sale() -> None:
    sale_id = await a_sale(amount_per_fan_max_minor=300_00)
    funds = [
        await a_campaign(sale_id=sale_id, share_price_minor=100_00, shares_per_fan_max=2, name=name)
        for name in ("A", "B")
    ]
    fan = await a_fan_with_card()
    with pytest.raises(rules.ShareAmountWrong):
        await pledged(fan, funds[0], quantity=1, amount_minor=99_00)
    with pytest.raises(rules.TooManyForOneFan):
        await pledged(fan, funds[0], quantity=3, amount_minor=300_00)
    await pledged(fan, funds[0], quantity=2, amount_minor=200_00)
    with pytest.raises(rules.SaleCapReached):
        await pledged(fan, funds[1], quantity=2, amount_minor=200_00)
    await pledged(fan, funds[1], quantity=1, amount_minor=100_00)


async def test_the_cap_holds_when_both_funds_are_asked_at_once() -> None:
    sale_id = await a_sale(amount_per_fan_max_minor=200_00)
    funds = [await a_campaign(sale_id=sale_id, share_price_minor=100_00, shares_per_fan_max=2) for _ in range(4)]
    fan = await a_fan_with_card()
    answers = await asyncio.gather(
        *(pledged(fan, fund, quantity=1, amount_minor=100_00) for fund in funds), return_exceptions=True
    )
    assert sorted(type(answer).__name__ for answer in answers) == ["Made", "Made", "SaleCapReached", "SaleCapReached"]


async def test_what_she_has_of_a_closed_tier_stays_hers_and_may_be_raised() -> None:
    """Two of a tier at 10.00 each, of which one fan may have two; it closes, and one fan may have only one from now on."""
    campaign, soon = await a_campaign(), clock.now() + timedelta(days=1)
    early = await a_tier(campaign, price_minor=10_00, per_fan_max=2, closes_at=clock.to_us(soon))
    other = await a_tier(campaign, price_minor=10_00, per_fan_max=2, closes_at=clock.to_us(soon))
    pledge = await a_pledge(campaign, tier_id=early, quantity=2, amount_minor=20_00)
    clock.advance(timedelta(days=2))
    await atomic(Tier.filter(id=early).update)(per_fan_max=1)
    await amended(pledge, tier_id=early, quantity=2, amount_minor=35_00)
    assert (await again(campaign)).promised_minor == 35_00
    with pytest.raises(rules.TooManyForOneFan):
        await amended(pledge, tier_id=early, quantity=3, amount_minor=35_00)
    with pytest.raises(rules.TierNotOpen):
        await amended(pledge, tier_id=other, quantity=1, amount_minor=35_00)
    with pytest.raises(rules.AmountTooSmall):
        await amended(pledge, tier_id=early, quantity=2, amount_minor=19_99)
    await amended(pledge, tier_id=early, quantity=1, amount_minor=35_00)
    await amended(pledge, amount_minor=35_00)  # she lets it go: then it is closed to her, too
    with pytest.raises(rules.TierNotOpen):
        await amended(pledge, tier_id=early, quantity=1, amount_minor=35_00)
    assert [(tier.taken, tier.is_promised) for tier in await Tier.filter(campaign_id=campaign.id).order_by("id")] == [
        (0, True),
        (0, False),
    ]


async def test_a_pledge_that_was_only_started_holds_nothing_of_a_closed_tier() -> None:
    campaign, soon = await a_campaign(), clock.now() + timedelta(days=1)
    tier_id = await a_tier(campaign, price_minor=10_00, closes_at=clock.to_us(soon))
    fan = await a_fan()
    made = await pledged(fan, campaign, tier_id=tier_id, amount_minor=10_00)
    assert made.state == "started"
    clock.advance(timedelta(days=2))
    with pytest.raises(rules.TierNotOpen):
        await amended(await Pledge.get(id=made.id), tier_id=tier_id, amount_minor=15_00)


async def test_a_pledge_is_raised_and_its_tier_swapped_in_place() -> None:
    campaign = await a_campaign()
    small, large = await a_tier(campaign, price_minor=10_00, size=5), await a_tier(campaign, price_minor=50_00, size=1)
    pledge = await a_pledge(campaign, tier_id=small, amount_minor=10_00)
    await amended(pledge, tier_id=large, amount_minor=60_00)
    now = await again(campaign)
    assert (now.promised_minor, now.pledges_live) == (60_00, 1)
    with pytest.raises(rules.TierSoldOut):
        await amended(await a_pledge(campaign, tier_id=small, amount_minor=10_00), tier_id=large, amount_minor=50_00)
    kinds = [event.kind for event in await PledgeEvent.filter(pledge_id=pledge.id).order_by("id")]
    assert kinds == ["moved", "amended"]


async def test_a_cancelled_pledge_gives_its_place_back_and_she_may_pledge_again() -> None:
    campaign = await a_campaign()
    tier_id = await a_tier(campaign, size=1)
    fan = await a_fan_with_card()
    made = await pledged(fan, campaign, tier_id=tier_id)
    await cancel_pledge(made.id, person_id=fan.id)
    await cancel_pledge(made.id, person_id=fan.id)
    assert (await again(campaign)).promised_minor == 0
    other = await a_fan_with_card()
    assert (await pledged(other, campaign, tier_id=tier_id)).state == "active"


async def test_nobody_touches_another_fans_pledge() -> None:
    pledge = await a_pledge(await a_campaign())
    stranger = await a_fan()
    with pytest.raises(Refusal, match="no such pledge"):
        await cancel_pledge(pledge.id, person_id=stranger.id)


async def closing_in(campaign: Campaign, left: timedelta) -> None:
    clock.advance(campaign.closes_at - clock.now() - left)


async def test_in_the_last_day_the_goal_is_safe_from_second_thoughts() -> None:
    campaign = await a_campaign(goal_minor=100_00, days=3)
    keeper, doubter = await a_pledge(campaign, amount_minor=60_00), await a_pledge(campaign, amount_minor=45_00)
    await closing_in(campaign, timedelta(hours=24))
    with pytest.raises(rules.GoalWouldBreak):
        await cancel_pledge(doubter.id, person_id=doubter.person_id)
    with pytest.raises(rules.GoalWouldBreak):
        await amended(doubter, amount_minor=39_99)
    await amended(doubter, amount_minor=40_00)
    await amended(keeper, amount_minor=80_00)
    await amended(doubter, amount_minor=20_00)


async def test_before_the_last_day_she_may_go_whatever_it_does_to_the_goal() -> None:
    campaign = await a_campaign(goal_minor=100_00, days=3)
    pledge = await a_pledge(campaign, amount_minor=100_00)
    await closing_in(campaign, timedelta(hours=24, seconds=1))
    await cancel_pledge(pledge.id, person_id=pledge.person_id)


async def test_after_the_close_nothing_is_cancelled() -> None:
    campaign = await a_campaign(goal_minor=1_00)
    pledge = await a_pledge(campaign)
    await closing_in(campaign, timedelta(0))
    with pytest.raises(PledgeNotChangeable):
        await cancel_pledge(pledge.id, person_id=pledge.person_id)


async def test_a_batch_of_hundreds_counts_each_once() -> None:
    campaign = await a_campaign()
    fans = [await a_fan_with_card() for _ in range(60)]
    await asyncio.gather(*(pledged(fan, campaign, amount_minor=1_00 + i) for i, fan in enumerate(fans)))
    now = await again(campaign)
    assert (now.pledges_live, now.promised_minor) == (60, 60 * 1_00 + sum(range(60)))
