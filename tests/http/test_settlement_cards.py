"""What becomes of cards that say no: tried again on days 1, 3, 5 and 7, confirmed at the bank, replaced, or given up."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import time_machine
from stripe import HTTPClient

from crowdfund import clock
from crowdfund.campaigns.models import Campaign
from crowdfund.database import Sql, atomic
from crowdfund.payments import stripe
from crowdfund.payments.models import CardSetup, SavedCard
from crowdfund.people.models import Person
from crowdfund.pledges.actions import (
    CardNeeded,
    cancel_pledge,
    finish_setup,
    finish_visit,
    forget_card,
    use_saved_card,
)
from crowdfund.pledges.models import Pledge
from crowdfund.pledges.rules import TierSoldOut
from crowdfund.worker import work_until_idle
from tests.bank import books_proven, close_now, fans_with, fault, no_faults, pass_time, pledges_with, states
from tests.money import (
    again_pledge,
    at_the_processor,
    attempts,
    confirm_and_close_the_browser,
    confirm_at_bank,
    days_tried,
    fill_in_card,
    outcomes,
    read,
    save_card,
    told,
)
from tests.world import a_campaign, a_fan, a_fan_with_card, a_tier, again, pledged


@pytest.fixture(autouse=True)
async def proven(database: str) -> AsyncIterator[None]:
    yield
    await books_proven()


async def settling_with(card: str, *, goal_minor: int = 100_00) -> tuple[Campaign, Pledge]:
    """A fund that has closed with one good pledge of 100.00 and one of 25.00 by this card."""
    campaign = await a_campaign(goal_minor=goal_minor)
    await pledges_with(campaign, "ok", amount_minor=100_00)
    (pledge,) = await pledges_with(campaign, card, amount_minor=25_00)
    return await close_now(campaign), await again_pledge(pledge)


async def test_a_declined_card_is_asked_again_on_days_1_3_5_and_7_and_then_dropped() -> None:
    campaign, pledge = await settling_with("saved_insufficient_funds")
    assert (campaign.state, pledge.state) == ("settling", "errored")
    for _ in range(7):
        assert (await again(campaign)).state == "settling"
        await pass_time(days=1)
    assert await days_tried(pledge, campaign) == [0, 1, 3, 5, 7]
    assert await outcomes(pledge) == [("declined", "insufficient_funds")] * 5
    ended = await again(campaign)
    assert (ended.state, ended.collected_minor, await states(campaign)) == (
        "funded",
        100_00,
        {"collected": 1, "dropped": 1},
    )
    subjects = await told(pledge)
    assert len([s for s in subjects if "needs you" in s]) == 4  # the last decline and the end are one letter
    assert len([s for s in subjects if "was dropped" in s]) == 1
    assert await at_the_processor("charges") == (1, 100_00)


@pytest.mark.landing
async def test_while_nobody_can_be_charged_no_day_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(HTTPClient, "INITIAL_DELAY", 0.001)
    monkeypatch.setattr(HTTPClient, "MAX_DELAY", 0.001)
    campaign = await a_campaign(goal_minor=100_00)
    await pledges_with(campaign, "ok", amount_minor=100_00)
    (declined,) = await pledges_with(campaign, "saved_insufficient_funds")
    (unsure,) = await pledges_with(campaign, "authentication_always")
    await fault("refuse", "payment_intents.create")
    with time_machine.travel(clock.from_us(clock.wall_now_us()), tick=True) as wall:
        campaign = await close_now(campaign)
        for _ in range(10):
            wall.shift(timedelta(hours=1))
            await pass_time(hours=23)
        assert await states(campaign) == {"charging": 3}
        assert not any("needs you" in subject for subject in await told(declined))
        await no_faults()
        wall.shift(timedelta(minutes=1))
        await pass_time(minutes=1)
        assert await states(campaign) == {"collected": 1, "errored": 2}
        settle_by = (await again(campaign)).settle_by
        assert settle_by is not None and settle_by > clock.now() + timedelta(days=6, hours=23)
        for pledge in (declined, unsure):
            assert "needs you" in (await told(pledge))[-1]
        await confirm_at_bank(unsure)
        for _ in range(7):
            assert (await again(campaign)).state == "settling"
            await pass_time(days=1)
        tries = zip(await days_tried(declined, campaign), await outcomes(declined), strict=True)
        assert [day for day, outcome in tries if outcome == ("declined", "insufficient_funds")] == [10, 11, 13, 15, 17]
    ended = await again(campaign)
    assert (ended.state, ended.collected_minor) == ("funded", 125_00)


async def test_a_day_missed_is_not_made_up_for() -> None:
    campaign, pledge = await settling_with("saved_insufficient_funds")
    await pass_time(days=4)
    assert await days_tried(pledge, campaign) == [0, 4]
    await pass_time(hours=23)
    assert await days_tried(pledge, campaign) == [0, 4]
    await pass_time(hours=1)
    assert await days_tried(pledge, campaign) == [0, 4, 5]


@pytest.mark.landing
@pytest.mark.parametrize(
    ("card", "said"), [("saved_lost", "lost_card"), ("saved_closed", "invalid_account"), ("stolen", "stolen_card")]
)
async def test_a_card_of_which_the_network_says_never_is_asked_once(card: str, said: str) -> None:
    campaign, pledge = await settling_with(card)
    (charge,) = await attempts(pledge)
    assert (charge.decline_code, charge.advice, pledge.next_charge_at) == (said, "do_not_try_again", None)
    for _ in range(8):
        await pass_time(days=1)
    assert await outcomes(pledge) == [("declined", said)]
    assert ((await again(campaign)).state, (await again_pledge(pledge)).state) == ("funded", "dropped")


@pytest.mark.landing
async def test_a_card_that_declines_twice_and_then_works_is_collected_on_day_3() -> None:
    campaign, pledge = await settling_with("fixable")
    for _ in range(3):
        await pass_time(days=1)
    assert await days_tried(pledge, campaign) == [0, 1, 3]
    assert [state for state, _ in await outcomes(pledge)] == ["declined", "declined", "succeeded"]
    ended = await again(campaign)
    assert (ended.state, ended.collected_minor) == ("funded", 125_00)
    assert [s for s in await told(pledge) if s.startswith("Paid")] == ["Paid: €25.00 for River Moon"]


async def test_the_bank_wants_to_see_the_fan_and_she_confirms() -> None:
    campaign, pledge = await settling_with("authentication_always")
    assert await outcomes(pledge) == [("needs_action", "authentication_required")]
    assert (pledge.state, pledge.next_charge_at) == ("errored", None)
    await pass_time(days=2)
    assert len(await attempts(pledge)) == 1  # nobody asks the bank behind her back
    await confirm_at_bank(pledge)
    assert (await again_pledge(pledge)).state == "collected"
    await work_until_idle()
    assert (await again(campaign)).collected_minor == 125_00
    assert await at_the_processor("charges") == (2, 125_00)


async def test_a_confirmation_that_fails_may_be_tried_again() -> None:
    campaign, pledge = await settling_with("authentication_always")
    await confirm_at_bank(pledge, "fail")
    await work_until_idle()
    assert await outcomes(pledge) == [("needs_action", "authentication_required")]
    await confirm_at_bank(pledge)
    assert await outcomes(pledge) == [("succeeded", "")]
    assert await at_the_processor("charges") == (2, 125_00)
    await work_until_idle()
    assert (await again(campaign)).state == "funded"


async def test_a_confirmation_whose_event_and_return_were_lost_is_found() -> None:
    campaign, pledge = await settling_with("authentication_always")
    await confirm_and_close_the_browser(pledge)
    assert (await again_pledge(pledge)).state == "errored"
    await work_until_idle()
    assert ((await again_pledge(pledge)).state, (await again(campaign)).state) == ("collected", "funded")


async def test_never_confirmed_it_is_cancelled_at_the_bank_and_dropped() -> None:
    campaign, pledge = await settling_with("authentication_always")
    await pass_time(days=7)
    assert await outcomes(pledge) == [("declined", "canceled")]
    assert ((await again_pledge(pledge)).state, (await again(campaign)).state) == ("dropped", "funded")
    intent = await read(f"payment_intents/{(await attempts(pledge))[0].stripe_payment_intent_id}")
    assert intent["status"] == "canceled"


async def test_confirmed_at_the_last_moment_wins_over_being_dropped() -> None:
    campaign, pledge = await settling_with("authentication_always")
    await confirm_and_close_the_browser(pledge)
    await pass_time(days=7)  # the worker comes to cancel, and the bank says that it is paid
    assert (await states(campaign), (await again(campaign)).collected_minor) == ({"collected": 2}, 125_00)


async def test_a_new_card_is_charged_at_once() -> None:
    campaign, pledge = await settling_with("saved_lost")
    old_card_id = pledge.card_id
    await save_card(pledge, "ok")
    assert (await again_pledge(pledge)).card_id != old_card_id
    await work_until_idle()
    assert await outcomes(pledge) == [("declined", "lost_card"), ("succeeded", "")]
    assert await days_tried(pledge, campaign) == [0, 0]
    assert (await again(campaign)).state == "funded"
    assert {card.state for card in await SavedCard.all()} == {"gone"}


async def test_a_new_card_first_kills_the_charge_that_waits_for_the_fan() -> None:
    campaign, pledge = await settling_with("authentication_always")
    first = str((await attempts(pledge))[0].stripe_payment_intent_id)
    await save_card(pledge, "ok")
    await work_until_idle()
    assert await outcomes(pledge) == [("declined", "canceled"), ("succeeded", "")]
    assert (await read(f"payment_intents/{first}"))["status"] == "canceled"
    assert await at_the_processor("charges") == (2, 125_00)
    assert (await again(campaign)).collected_minor == 125_00


async def test_a_new_card_that_also_needs_the_fan_is_confirmed_once_more() -> None:
    _, pledge = await settling_with("saved_lost")
    await save_card(pledge, "authentication_always")
    await work_until_idle()
    assert await outcomes(pledge) == [("declined", "lost_card"), ("needs_action", "authentication_required")]
    await confirm_at_bank(pledge)
    assert (await again_pledge(pledge)).state == "collected"


async def test_another_saved_card_of_hers_will_do() -> None:
    campaign = await a_campaign(goal_minor=25_00)
    (pledge,) = await pledges_with(campaign, "saved_lost")
    await close_now(campaign)
    (other,) = await fans_with("ok")  # a second card of the same customer
    second = await SavedCard.get(person_id=other.id)
    await SavedCard.filter(id=second.id).update(person_id=pledge.person_id)
    await use_saved_card(await again_pledge(pledge), second.id)
    await work_until_idle()
    # The card belongs to another customer at the processor, which refuses it for good: nothing is charged twice, or silently.
    assert await outcomes(pledge) == [("declined", "lost_card"), ("declined", "card_gone")]


async def test_a_card_that_vanished_at_the_processor_is_told_and_not_asked_again() -> None:
    campaign = await a_campaign(goal_minor=25_00)
    (pledge,) = await pledges_with(campaign, "ok")
    await stripe.let_card_go((await SavedCard.get(id=pledge.card_id)).stripe_payment_method_id)
    await close_now(campaign)
    assert await outcomes(pledge) == [("declined", "card_gone")]
    assert any("needs you" in subject for subject in await told(pledge))


# --- cards are let go exactly when nothing live uses them ---


async def card_states() -> dict[str, int]:
    counts: dict[str, int] = {}
    for card in await SavedCard.all():
        counts[card.state] = counts.get(card.state, 0) + 1
    return counts


async def test_a_card_stays_while_another_pledge_counts_on_it() -> None:
    first, second = await a_campaign(goal_minor=25_00), await a_campaign(goal_minor=25_00, days=60)
    (fan,) = await fans_with("ok")
    await pledged(fan, first)
    await pledged(fan, second)
    await close_now(first)
    assert ((await again(first)).state, await card_states()) == ("funded", {"saved": 1})
    await close_now(second)
    assert await card_states() == {"gone": 1}
    customer_id = (await Person.get(id=fan.id)).stripe_customer_id
    assert (await read("payment_methods", customer=customer_id))["data"] == []


async def test_a_card_that_she_asked_to_keep_is_kept() -> None:
    campaign = await a_campaign(goal_minor=25_00)
    for fan in await fans_with("ok", consent="keep"):
        await pledged(fan, campaign)
    await close_now(campaign)
    assert ((await again(campaign)).state, await card_states()) == ("funded", {"saved": 1})


async def test_a_card_is_let_go_when_its_last_pledge_is_cancelled() -> None:
    campaign = await a_campaign(goal_minor=25_00)
    (pledge,) = await pledges_with(campaign, "ok")
    with pytest.raises(CardNeeded):
        await forget_card(await SavedCard.get(id=pledge.card_id))
    await cancel_pledge(pledge.id, person_id=pledge.person_id)
    await work_until_idle()
    assert await card_states() == {"gone": 1}


async def test_a_card_saved_for_a_place_that_was_taken_meanwhile_goes_with_the_pledge() -> None:
    campaign = await a_campaign(goal_minor=25_00)
    tier_id = await a_tier(campaign, size=1)
    slow = await pledged(await a_fan(), campaign, tier_id=tier_id)
    session_id = await fill_in_card(await Pledge.get(id=slow.id), "ok")
    await pledged(await a_fan_with_card(), campaign, tier_id=tier_id)
    visit = await CardSetup.get(stripe_session_id=session_id)
    with pytest.raises(TierSoldOut):
        await finish_visit(visit)
    card = await SavedCard.get(person_id=visit.person_id)
    assert card.state == "saved"  # she may still choose another tier
    await cancel_pledge(slow.id, person_id=visit.person_id)
    await work_until_idle()
    assert (await SavedCard.get(id=card.id)).state == "gone"


async def test_a_card_saved_for_a_pledge_cancelled_meanwhile_is_let_go() -> None:
    campaign = await a_campaign(goal_minor=25_00)
    made = await pledged(await a_fan(), campaign)
    pledge = await Pledge.get(id=made.id)
    session_id = await fill_in_card(pledge, "ok")
    await cancel_pledge(pledge.id, person_id=pledge.person_id)
    await finish_setup(session_id)
    await work_until_idle()
    assert (await card_states(), (await again_pledge(pledge)).state) == ({"gone": 1}, "cancelled")


async def test_a_started_pledge_is_released_when_its_fund_succeeds_without_it() -> None:
    campaign = await a_campaign(goal_minor=25_00)
    await pledges_with(campaign, "ok")
    await pledged(await a_fan(), campaign)
    await close_now(campaign)
    assert await states(campaign) == {"collected": 1, "released": 1}


async def test_a_card_taken_by_a_pledge_in_the_moment_it_was_marked_is_kept() -> None:
    """Two transactions at once, as PostgreSQL lets them: one marks the card, the other has just put a pledge on it."""
    campaign = await a_campaign(goal_minor=25_00)
    (pledge,) = await pledges_with(campaign, "ok")
    await atomic(Sql("UPDATE saved_card SET state = 'letting_go' WHERE id = $1").__call__)(pledge.card_id)
    await work_until_idle()
    assert await card_states() == {"saved": 1}
    await close_now(campaign)
    assert await states(campaign) == {"collected": 1}
