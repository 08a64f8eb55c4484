"""Where the money of a transfer fund goes: to the club once he is registered, else where each backer says. To the cent."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from crowdfund import clock
from crowdfund.campaigns import actions as campaigns
from crowdfund.campaigns.actions import NotReady
from crowdfund.campaigns.models import Campaign
from crowdfund.campaigns.transfers.models import SubType, Surplus
from crowdfund.ledger import balance_minor, chart
from crowdfund.payouts.models import Payout
from crowdfund.pledges.transfers import outcomes
from crowdfund.pledges.transfers.elections import choose
from crowdfund.pledges.transfers.models import Choice, Election, OutcomeKind
from crowdfund.pledges.transfers.rules import AnotherPerson, NotYet
from tests.bank import books_proven, close_now, fans_with, pass_time, states
from tests.money import at_the_processor, stripe_fee_minor
from tests.transfers import a_charity, a_club, a_draft, a_recipient, file, opened
from tests.world import a_fan, again, pledged


@pytest.fixture(autouse=True)
async def proven(database: str) -> AsyncIterator[None]:
    yield
    await books_proven()


async def test_a_player_is_signed_and_the_club_is_paid_only_then() -> None:
    club, owner = await a_club()
    campaign = await opened(await a_draft(club, owner, goal_minor=100_00), owner)
    for fan in await fans_with("instant", "instant"):
        await pledged(fan, campaign, amount_minor=50_00)
    held = await close_now(campaign)
    assert (held.state, held.collected_minor) == ("funded_held", 100_00)
    assert (await Payout.all().count(), await balance_minor(chart.fund(campaign.id, "EUR"))) == (0, 100_00)
    outcome_id = await file(campaign, OutcomeKind.SIGNED, by=owner)
    first, second = await a_fan("Ada"), await a_fan("Grace")
    await outcomes.check_evidence(outcome_id, "seen in the register", by=first.id)
    assert (await again(campaign)).state == "registered"
    with pytest.raises(AnotherPerson):
        await outcomes.release(outcome_id, "seen in the register", by=first.id)
    with pytest.raises(NotYet):
        await outcomes.release(outcome_id, "seen in the register", by=second.id)
    await pass_time(hours=72)
    assert await Payout.all().count() == 0
    await outcomes.release(outcome_id, "seen in the register, too", by=second.id)
    await pass_time(days=2)
    fees = 2 * stripe_fee_minor(50_00)
    paid = await Payout.get(campaign_id=campaign.id)
    assert (await again(campaign)).state == "released"
    assert (paid.state, paid.amount_minor) == ("paid", 100_00 - fees - 5_00)


@pytest.mark.landing
async def test_a_deal_falls_through_and_each_decides_a_silent_one_by_what_she_ticked() -> None:
    club, owner = await a_club()
    academy, charity = await a_recipient(club.id), await a_charity()
    campaign = await opened(await a_draft(club, owner, goal_minor=250_00, fallback=academy), owner)
    fans = await fans_with(*["instant"] * 6)
    ticked = [
        {}, {}, {}, {}, {"if_it_fails": "fallback"}, {"if_it_fails": "charity", "charity_id": charity.id},
    ]  # fmt: skip
    pledges = [await pledged(fan, campaign, amount_minor=50_00, **more) for fan, more in zip(fans, ticked, strict=True)]
    assert (await close_now(campaign)).state == "funded_held"
    await file(campaign, OutcomeKind.COLLAPSED, by=owner)
    assert (await again(campaign)).state == "outcome_failed"
    await pass_time(hours=72)
    assert (await again(campaign)).state == "electing"
    choices = [Choice.REFUND, Choice.FALLBACK, Choice.NEXT]
    for pledge, fan, choice in zip(pledges[:3], fans[:3], choices, strict=True):
        await choose(pledge.id, choice, person_id=fan.id)
    await pass_time(days=14)
    assert [(await Election.get(pledge_id=p.id)).state for p in pledges] == [
        "refunded", "given", "kept", "refunded", "given", "given",
    ]  # fmt: skip
    assert (await again(campaign)).state == "closed"
    assert await states(campaign) == {"refunded": 2, "collected": 4}
    paid = {payout.recipient_id: (payout.state, payout.amount_minor) for payout in await Payout.all()}
    assert paid == {academy.id: ("paid", 100_00), charity.id: ("paid", 50_00)}
    assert await balance_minor(chart.carried(club.id, "EUR")) == 50_00
    assert await at_the_processor("refunds") == (2, 100_00)
    await pass_time(days=365)
    assert [(await Election.get(pledge_id=p.id)).state for p in pledges][2] == "refunded"
    assert await at_the_processor("refunds") == (3, 150_00)


@pytest.mark.landing
@pytest.mark.parametrize(
    ("surplus", "to_club", "to_academy", "back"),
    [(Surplus.REFUND, 100_00, 0, 30_00), (Surplus.FALLBACK, 100_00, 30_00, 0), (Surplus.CLUB, 130_00, 0, 0)],
)
async def test_a_squad_budget_is_paid_at_once_and_its_surplus_goes_where_was_said(
    surplus: Surplus, to_club: int, to_academy: int, back: int
) -> None:
    other = await a_fund_that_is_held()  # its money at the processor bears what the cards of this one cost
    club, owner = await a_club()
    academy = await a_recipient(club.id)
    draft = await a_draft(
        club, owner, goal_minor=100_00, sub_type=SubType.SQUAD_BUDGET, surplus=surplus, fallback=academy
    )
    campaign = await opened(draft, owner)
    for fan in await fans_with("instant", "instant"):
        await pledged(fan, campaign, amount_minor=65_00)
    assert (await close_now(campaign)).state == "funded"
    await pass_time(days=3)
    fees = 2 * stripe_fee_minor(65_00)
    paid = {
        payout.recipient_id: payout.amount_minor
        for payout in await Payout.filter(campaign_id=campaign.id, state="paid")
    }
    assert paid == {None: to_club - fees - to_club * 5 // 100} | ({academy.id: to_academy} if to_academy else {})
    assert (await again(campaign)).refunded_minor == back
    assert await balance_minor(chart.fund(campaign.id, "EUR")) == 0
    assert (await again(other)).state == "funded_held"


async def a_fund_that_is_held() -> Campaign:
    club, owner = await a_club(name="SV Hold")
    window = clock.now() + timedelta(days=90)
    campaign = await opened(await a_draft(club, owner, name="Held", window_closes_at=window), owner)
    [fan] = await fans_with("instant")
    await pledged(fan, campaign, amount_minor=100_00)
    await close_now(campaign)
    return campaign


async def test_a_surplus_for_an_academy_needs_one_that_is_named() -> None:
    club, owner = await a_club()
    draft = await a_draft(club, owner, sub_type=SubType.SQUAD_BUDGET, surplus=Surplus.FALLBACK)
    await Campaign.filter(id=draft.id).update(fallback_id=None)
    with pytest.raises(NotReady) as refused:
        await campaigns.submit(draft.id, by=owner.id)
    assert [one.field for one in refused.value.missing] == ["fallback"]
