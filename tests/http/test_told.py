"""A "no" is told where it was asked for: two people who press at once, or a page that stood open, end on that page."""

from __future__ import annotations

import pytest

from crowdfund.campaigns import actions
from crowdfund.campaigns.models import CampaignState, ReviewRemark, Tier
from crowdfund.database.ids import public
from crowdfund.disputes.actions import follow_dispute
from crowdfund.payments.models import Refund
from crowdfund.people.models import Organisation, StaffRole
from crowdfund.pledges.refunding import refund_pledge
from crowdfund.worker import work_until_idle
from tests import bank
from tests.http.campaign_world import a_producer, a_reviewer, submitted
from tests.http.conftest import SiteUnderTest
from tests.http.test_people_organisations import a_studio
from tests.money import attempts
from tests.world import a_campaign, again

NOT_NOW = "not possible as things stand now"


async def test_a_delivery_that_was_begun_already(site: SiteUnderTest) -> None:
    lin = await a_producer(site)
    campaign = await a_campaign(goal_minor=25_00, studio_id=lin.organisation.id)
    await bank.pledges_with(campaign, "ok", amount_minor=25_00)
    await bank.close_now(campaign)
    await work_until_idle()
    here = f"{lin.base(campaign)}/deliveries"
    await lin.browser.get(here)
    csrf = lin.browser.form("/sign-out").fields["csrf"][0]
    for said in ("Backers see that rewards are on their way.", NOT_NOW):
        await lin.browser.post(f"{here}/start", {"csrf": csrf})
        assert (lin.browser.status, lin.browser.path) == (200, here) and said in lin.browser.text
    assert (await again(campaign)).state == "delivering"
    await bank.books_proven()


async def test_a_refund_of_which_a_bank_decides(site: SiteUnderTest) -> None:
    admin = await a_reviewer(site, StaffRole.ADMIN)
    campaign = await a_campaign(goal_minor=25_00)
    (pledge,) = await bank.pledges_with(campaign, "refund_fails", amount_minor=25_00)
    await bank.close_now(campaign)
    await refund_pledge(pledge.id, amount_minor=10_00, reason="torn", by_person_id=admin.person.id)
    await bank.pass_time(days=1)
    (refund,) = await Refund.all()
    assert refund.state == "failed"
    await admin.get(f"/staff{pledge.path}")
    kept = admin.form("Paid another way")
    charge = (await attempts(pledge))[-1]
    opened = await bank.ask("POST", f"charges/{charge.stripe_charge_id}/dispute", {"reason": "product_not_received"})
    await follow_dispute(opened["id"])
    await admin.post(kept.action, {**kept.fields, "reason": "By transfer to her bank."})
    assert admin.path == f"/staff{pledge.path}" and admin.status == 200
    assert (await Refund.get(id=refund.id)).state == "failed" and "bank is deciding" in admin.text
    await bank.books_proven()


async def test_a_tier_that_fans_can_see_by_now(site: SiteUnderTest) -> None:
    lin = await a_producer(site)
    draft = await submitted(lin)
    await actions.take_back(draft.id, by=lin.id)
    tier = await Tier.get(campaign_id=draft.id)
    here = f"{lin.base(draft)}/tiers/{public(tier.id)}"
    await lin.browser.get(here)
    kept = lin.browser.form(f"{here}/removal").fields
    await actions.submit(draft.id, by=lin.id)
    await lin.browser.post(f"{here}/removal", kept)
    assert lin.browser.path == here and lin.browser.status == 200
    assert "The tiers of this fund can't be changed any more." in lin.browser.text and await Tier.exists(id=tier.id)


async def test_a_studio_that_was_sent_for_review_already(site: SiteUnderTest) -> None:
    owner, studio = await a_studio(site)
    kept = owner.form("Send it for review")
    await owner.submit("Send it for review")
    await owner.post(kept.action, kept.fields)
    assert owner.status == 200, "no page for errors"
    assert owner.path == "/desk/lanting-pictures/verification" and NOT_NOW in owner.text
    assert (await Organisation.get(id=studio.id)).state == "submitted"


async def test_an_account_that_the_processor_has_closed(site: SiteUnderTest) -> None:
    owner, studio = await a_studio(site)
    await Organisation.filter(id=studio.id).update(stripe_account_id="acct_closed", payouts_state="started")
    await owner.get("/desk/lanting-pictures/onboarding/return")
    assert owner.path == "/desk/lanting-pictures/verification" and owner.status == 200
    assert "Our payment company can't pay out to this organisation. Please write to us." in owner.text


async def test_a_remark_pressed_twice_is_one_and_another_after_back_is_another(site: SiteUnderTest) -> None:
    lin, ada = await a_producer(site), await a_reviewer(site)
    campaign = await submitted(lin)
    here = f"/staff{campaign.path}"
    await ada.get(here)
    kept = ada.form(f"{here}/remarks").fields
    for _ in range(2):
        await ada.post(f"{here}/remarks", {**kept, "text": "Who plays the ferryman?"})
        assert ada.path == here and "The producer will see it with your verdict." in ada.text
    assert await ReviewRemark.filter(campaign_id=campaign.id).count() == 1
    await ada.post(f"{here}/remarks", {**kept, "text": "And who plays Lin?"})
    assert ada.status == 422 and "You sent this form before" in ada.text
    await ada.submit(f"{here}/remarks")
    texts = await ReviewRemark.filter(campaign_id=campaign.id).order_by("id").values_list("text", flat=True)
    assert texts == ["Who plays the ferryman?", "And who plays Lin?"]


@pytest.mark.parametrize("because", ["", "x", "not yet!!", " " * 20])
async def test_a_reason_is_one_for_pages_and_programs(site: SiteUnderTest, because: str) -> None:
    lin, ada = await a_producer(site), await a_reviewer(site)
    campaign = await submitted(lin)
    here = f"/staff{campaign.path}"
    await ada.get(here)
    await ada.submit(f"{here}/verdict", verdict="changes_requested", because=because)
    assert ada.status == 422 and "Say why: the producer reads it." in ada.text
    token = await site.token(ada.person, "staff:review")
    answer = await site.browser().client.post(
        f"/api/v1/staff/campaigns/{public(campaign.id)}/verdict",
        json={"verdict": "changes_requested", "because": because}, headers=token,
    )  # fmt: skip
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "because")
    assert (await again(campaign)).state == "submitted"
    await actions.review(campaign.id, CampaignState.CHANGES_REQUESTED, "Not yet, see.", by=ada.person.id)
