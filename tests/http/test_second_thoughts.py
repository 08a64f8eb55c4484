"""What comes a second time, late, or in the wrong order: forms sent again, events of long ago, a card that was refused."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from crowdfund import clock
from crowdfund.campaigns import actions, gallery
from crowdfund.campaigns.models import Campaign, CampaignImage, ReviewRemark
from crowdfund.database.ids import public
from crowdfund.disputes.actions import follow_dispute
from crowdfund.payments.models import CardSetup, Consent, Refund, RefundState, SavedCard
from crowdfund.pledges.actions import (
    CardExhausted,
    amend_pledge,
    cancel_pledge,
    finish_setup,
    finish_visit,
    use_saved_card,
)
from crowdfund.pledges.models import Pledge
from crowdfund.pledges.refunding import refund_pledge
from crowdfund.pledges.rules import TRIES_MAX, GoalWouldBreak
from crowdfund.worker import work_until_idle
from tests.bank import ask, books_proven, close_now, pass_time, pledges_with
from tests.http.campaign_world import a_draft, a_producer
from tests.http.conftest import SiteUnderTest
from tests.http.program import code_of, program_of
from tests.http.test_pictures import with_picture
from tests.money import again_pledge, attempts, outcomes, save_card
from tests.world import a_campaign, a_card, a_fan, a_fan_with_card, a_pledge, again, pledged


@pytest.fixture(autouse=True)
async def proven(site: SiteUnderTest) -> AsyncIterator[None]:
    yield
    await books_proven()


async def a_pledge_of(fan: Any, campaign: Campaign) -> Pledge:
    return await Pledge.get(id=(await pledged(fan, campaign)).id)


# --- reviews ---


async def test_a_remark_on_a_fund_that_was_taken_back_is_answered_all_the_same(site: SiteUnderTest) -> None:
    lin = await a_producer(site)
    campaign = await a_draft(lin)
    desk = lin.browser
    await actions.submit(campaign.id, by=lin.id)
    await actions.remark(campaign.id, "Who owns the boat?", by=lin.id)
    await actions.take_back(campaign.id, by=lin.id)
    await desk.get(lin.base(campaign))
    await desk.submit("Answer", answer="The ferryman's daughter.")
    assert (await ReviewRemark.get(campaign_id=campaign.id)).answer == "The ferryman's daughter."
    await actions.submit(campaign.id, by=lin.id)
    assert (await again(campaign)).state == "submitted"


async def test_a_moment_in_a_time_that_nobody_sees_is_refused_beside_its_field(site: SiteUnderTest) -> None:
    lin = await a_producer(site)
    campaign = await a_draft(lin)
    program = await program_of(site, lin.browser.person)
    path = f"/campaigns/{public(campaign.id)}"
    before = await program.read(f"{path}/draft")
    content = {name: before[name] for name in ("name", "tagline", "story", "risks", "rule")}
    content |= {"budget": [{"name": "Boats", "amount_minor": 4_000_00}], "closes_at": "9999-12-01T00:00:00Z"}
    assert code_of(await program.post(f"{path}/content", content)) == (422, "invalid")
    assert (await program.read(f"{path}/draft"))["closes_at"] == before["closes_at"]
    await lin.browser.get(f"{lin.base(campaign)}/content")
    await lin.browser.submit("Save", opens_at="9999-11-01T00:00", closes_at="9999-12-01T00:00")
    assert lin.browser.status == 422 and "Please choose a date and a time" in lin.browser.text


async def test_a_draft_deleted_twice_and_written_after_that_is_not_there(site: SiteUnderTest) -> None:
    lin = await a_producer(site)
    campaign = await a_draft(lin)
    program = await program_of(site, lin.browser.person)
    path = f"/campaigns/{public(campaign.id)}"
    tier = {"name": "Two seats", "price_minor": 25_00}
    made = await program.post(f"{path}/tiers", tier, key="seats")
    assert made.status_code == 201
    await program.do(f"{path}/tiers/{made.json()['id']}/removal")
    assert code_of(await program.post(f"{path}/tiers", tier, key="seats")) == (404, "not_found")
    await lin.browser.get(f"{lin.base(campaign)}/deletion")
    form = lin.browser.form("Delete the draft")
    sent = {name: values[-1] for name, values in form.fields.items()}
    for _ in range(2):
        await lin.browser.post(form.action, sent)
    assert lin.browser.status in (200, 404) and not await Campaign.exists(id=campaign.id)


async def test_the_same_picture_added_again_is_one_picture(site: SiteUnderTest) -> None:
    lin = await a_producer(site)
    campaign = await a_draft(lin)
    await with_picture(lin, campaign, "Lin rows at dawn")
    kept = await CampaignImage.get(campaign_id=campaign.id)
    await gallery.add_picture(campaign.id, kept.image_id, alt="Lin rows at dusk", by=lin.id)
    assert await CampaignImage.filter(campaign_id=campaign.id).count() == 1
    await lin.browser.get(f"{lin.base(campaign)}/content")
    assert "Lin rows at dusk" in lin.browser.response.text


async def test_a_fund_whose_hour_was_moved_while_the_sweep_looked_opens_at_the_new_one(site: SiteUnderTest) -> None:
    lin = await a_producer(site)
    campaign = await a_campaign(state="prelaunch", studio_id=lin.organisation.id)
    await Campaign.filter(id=campaign.id).update(opens_at=clock.now() + timedelta(hours=2))
    await actions.launch(campaign.id, by=None)
    assert (await again(campaign)).state == "prelaunch"


# --- cards ---


async def test_an_event_of_long_ago_does_not_undo_the_card_that_she_chose_since(site: SiteUnderTest) -> None:
    mei = await a_fan_with_card()
    pledge = await a_pledge_of(mei, await a_campaign())
    await save_card(pledge, "ok", consent=Consent.KEEP)
    visit = await CardSetup.get(person_id=mei.id, state="completed")
    chosen = await a_card(mei)
    await use_saved_card(await again_pledge(pledge), chosen)
    await finish_setup(str(visit.stripe_session_id))
    await finish_visit(await CardSetup.get(id=visit.id))
    assert (await again_pledge(pledge)).card_id == chosen != visit.card_id


async def test_a_number_that_no_visit_can_have_leads_back_to_the_pledge(site: SiteUnderTest) -> None:
    mei = await site.signed_up("Mei")
    await a_card(mei.person)  # type: ignore[arg-type]
    pledge = await a_pledge_of(mei.person, await a_campaign())
    await mei.get(f"{pledge.path}/card-saved?visit=9999999999999999999")
    assert (mei.status, mei.path) == (200, pledge.path)


@pytest.mark.landing
async def test_a_refused_card_is_asked_again_at_once_when_she_says_so_but_not_for_ever(site: SiteUnderTest) -> None:
    campaign = await a_campaign(goal_minor=100_00)
    await pledges_with(campaign, "ok", amount_minor=100_00)
    (pledge,) = await pledges_with(campaign, "saved_insufficient_funds")
    await close_now(campaign)
    card_id = (await again_pledge(pledge)).card_id
    assert card_id is not None and await outcomes(pledge) == [("declined", "insufficient_funds")]
    for tries in range(2, TRIES_MAX + 1):
        await use_saved_card(await again_pledge(pledge), card_id)
        await work_until_idle()
        assert len(await attempts(pledge)) == tries
    with pytest.raises(CardExhausted):
        await use_saved_card(await again_pledge(pledge), card_id)
    await save_card(await again_pledge(pledge), "ok")
    await work_until_idle()
    assert (await again_pledge(pledge)).state == "collected"


async def test_a_card_that_its_bank_never_wants_to_see_again_is_not_asked(site: SiteUnderTest) -> None:
    campaign = await a_campaign(goal_minor=100_00)
    await pledges_with(campaign, "ok", amount_minor=100_00)
    (pledge,) = await pledges_with(campaign, "saved_lost")
    await close_now(campaign)
    found = await again_pledge(pledge)
    assert (found.state, found.next_charge_at) == ("errored", None)
    with pytest.raises(CardExhausted):
        await use_saved_card(found, int(found.card_id or 0))
    assert await SavedCard.filter(id=found.card_id).exists() and len(await attempts(pledge)) == 1


# --- pledges ---


async def test_a_form_sent_again_after_cancelling_is_a_new_pledge(site: SiteUnderTest) -> None:
    campaign = await a_campaign()
    mei = await site.signed_up("Mei")
    await a_card(mei.person, consent="keep")  # type: ignore[arg-type]
    await mei.get(f"{campaign.path}/pledges/new")
    form = mei.response
    for number in (1, 2, 2):
        mei.response = form  # the browser's Back
        await mei.submit(f"{campaign.path}/pledges", amount="25.00")
        assert "Your pledge counts from now on." in mei.text or number == 2
        live = await Pledge.filter(person_id=mei.person.id, state="active")
        assert (len(live), (await again(campaign)).promised_minor) == (1, 25_00)
        if number == 1:
            await cancel_pledge(live[0].id, person_id=mei.person.id)
    assert await Pledge.filter(person_id=mei.person.id).count() == 2


async def test_what_an_amendment_leaves_out_stays_as_another_left_it(site: SiteUnderTest) -> None:
    pledge = await a_pledge(await a_campaign())
    await amend_pledge(pledge.id, person_id=pledge.person_id, amount_minor=40_00)
    await amend_pledge(pledge.id, person_id=pledge.person_id, shown_as="nobody")
    found = await again_pledge(pledge)
    assert (found.amount_minor, found.shown_as) == (40_00, "nobody")


@pytest.mark.parametrize("rule", ["strict", "flexible"])
async def test_the_only_backer_leaves_a_fund_that_keeps_whatever_it_collects(site: SiteUnderTest, rule: str) -> None:
    """On its last day; what depends on a goal is held."""
    campaign = await a_campaign(goal_minor=25_00, rule=rule)
    pledge = await a_pledge(campaign)
    await pass_time(days=29, hours=6)
    if rule == "strict":
        with pytest.raises(GoalWouldBreak):
            await cancel_pledge(pledge.id, person_id=pledge.person_id)
    else:
        await cancel_pledge(pledge.id, person_id=pledge.person_id)
        assert (await again(campaign)).promised_minor == 0


async def test_given_back_while_her_bank_decided_it_ends_refunded_when_the_bank_is_done(site: SiteUnderTest) -> None:
    campaign = await a_campaign(goal_minor=100_00)
    (pledge,) = await pledges_with(campaign, "ok", amount_minor=100_00)
    await close_now(campaign)
    ada = await a_fan("Ada")
    await refund_pledge(pledge.id, amount_minor=None, reason="It rained.", by_person_id=ada.id)
    charge = (await attempts(pledge))[-1]
    opened = await ask("POST", f"charges/{charge.stripe_charge_id}/dispute", {})
    await follow_dispute(opened["id"])
    assert (await again_pledge(pledge)).state == "disputed"
    await ask("POST", f"disputes/{opened['id']}/close", {"won": True})
    await work_until_idle()
    await follow_dispute(opened["id"])
    await work_until_idle()
    await pass_time(days=1)
    refund = await Refund.get(charge_id=charge.id)
    assert ((await again_pledge(pledge)).state, refund.state) == ("refunded", RefundState.SUCCEEDED)
