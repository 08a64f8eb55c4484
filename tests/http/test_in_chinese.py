"""What a reader of Chinese is told: refusals with their values, reasons that the site gave itself, and nothing of staff's notes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from crowdfund import clock
from crowdfund.campaigns import actions
from crowdfund.campaigns.models import Campaign, CampaignState, Sale
from crowdfund.database.ids import public
from crowdfund.payments.models import Refund
from crowdfund.people.models import Person, StaffRole
from crowdfund.pledges.by_staff import note_paid_another_way
from crowdfund.pledges.models import Pledge
from crowdfund.worker import work_until_idle
from tests.bank import books_proven, close_now, fans_with, pass_time, pledges_with
from tests.http.campaign_world import a_draft, a_producer
from tests.http.conftest import SignedIn, SiteUnderTest
from tests.world import a_campaign, a_fan, a_pledge, a_tier

pytestmark = pytest.mark.pages


@pytest.fixture(autouse=True)
async def proven(site: SiteUnderTest) -> AsyncIterator[None]:
    yield
    await books_proven()


async def reads_chinese(site: SiteUnderTest, person_id: int) -> SignedIn:
    await Person.filter(id=person_id).update(locale="zh_CN")
    return await site.signed_in(await Person.get(id=person_id))


async def a_reader(site: SiteUnderTest) -> SignedIn:
    (fan,) = await fans_with("ok")
    return await reads_chinese(site, fan.id)


# --- refusals ---


async def test_a_refusal_counts_and_says_amounts_as_its_reader_does(site: SiteUnderTest) -> None:
    campaign = await a_campaign(currency="CNY")
    tier_id = await a_tier(campaign, price_minor=30_00, size=3, per_fan_max=5)
    await a_pledge(campaign, tier_id=tier_id, quantity=2, amount_minor=60_00)
    mei = await a_reader(site)
    tier = public(tier_id)
    for sent, told in (
        ({"tier": "none", "amount": "1.000,50"}, "请不要写千位分隔符，例如 1000.00。"),
        ({"tier": "none", "amount": "1"}, "最少可扣 ¥4.00。"),
        ({"tier": tier, "quantity": "2"}, "这个档位只剩 1 份。"),
    ):
        await mei.get(f"{campaign.path}/pledges/new")
        await mei.submit(f"{campaign.path}/pledges", **sent)
        assert (mei.status in (409, 422), told in mei.text) == (True, True), mei.text


async def test_a_program_is_refused_in_english_whatever_its_fan_reads(site: SiteUnderTest) -> None:
    campaign = await a_campaign()
    mei = await a_reader(site)
    wish = {"pledges": [{"campaign": public(campaign.id), "amount_minor": 10, "currency": "EUR"}]}
    token = await site.token(mei.person, "pledges:write")
    headers = {**token, "idempotency-key": "one", "accept-language": "zh-CN"}
    answer = await site.browser().client.post("/api/v1/pledges", json=wish, headers=headers)
    assert "€0.50" in answer.text and "The least that can be charged is" in answer.text, answer.text


async def test_a_fund_that_can_not_open_at_its_hour_says_why_in_its_makers_language(site: SiteUnderTest) -> None:
    lin = await a_producer(site)
    await Person.filter(id=lin.id).update(locale="zh_CN")
    draft = await a_draft(lin)
    await actions.submit(draft.id, by=lin.id)
    await actions.review(draft.id, CampaignState.APPROVED, "", by=lin.id)
    await actions.announce(draft.id, opens_at=clock.now() + timedelta(days=1), by=lin.id)
    await Campaign.filter(id=draft.id).update(closes_at=clock.now() + timedelta(days=200))
    await pass_time(days=2)
    texts = [mail.text_body for mail in await site.mails_to("lin@example.com")]
    assert any("开放时间会超过 90 天。" in text for text in texts), texts


# --- reasons ---


async def test_why_a_refund_came_is_told_in_her_language(site: SiteUnderTest) -> None:
    campaign = await a_campaign(goal_minor=100_00)
    (good,) = await pledges_with(campaign, "ok", amount_minor=60_00)
    await pledges_with(campaign, "saved_lost", amount_minor=40_00)
    pledge = await Pledge.get(id=good.id)
    mei = await reads_chinese(site, pledge.person_id)
    await close_now(campaign)
    await pass_time(days=8)
    (refund,) = await Refund.all()
    assert (refund.reason, refund.state) == ("the fund failed", "succeeded")
    for path in (pledge.path, "/money"):
        await mei.get(path)
        assert "项目未能成功" in mei.text and "the fund failed" not in mei.text
    mails = [mail.text_body for mail in await site.mails_to((await Person.get(id=pledge.person_id)).email)]
    assert any("退款原因：项目未能成功。" in text for text in mails), mails


async def test_how_staff_paid_her_is_no_part_of_what_she_reads(site: SiteUnderTest) -> None:
    campaign = await a_campaign(goal_minor=100_00)
    (made,) = await pledges_with(campaign, "refund_fails", amount_minor=60_00)
    await pledges_with(campaign, "saved_lost", amount_minor=40_00)
    pledge = await Pledge.get(id=made.id)
    await close_now(campaign)
    await pass_time(days=8)
    (refund,) = await Refund.all()
    assert refund.state == "failed"
    staff = await a_fan("Staff")
    await note_paid_another_way(refund.id, reason="IBAN DE02 1203, told by phone", by=staff.id)
    await work_until_idle()
    refund = await Refund.get(id=refund.id)
    assert (refund.reason, refund.note) == ("the fund failed", "IBAN DE02 1203, told by phone")
    mei = await site.signed_in(await Person.get(id=pledge.person_id))
    for path in (pledge.path, "/money"):
        await mei.get(path)
        assert "the fund failed" in mei.text and "IBAN" not in mei.text
    ada = await site.signed_up("Ada", staff=StaffRole.ADMIN)
    await ada.get(f"/staff{pledge.path}")
    assert "IBAN DE02 1203, told by phone" in ada.text


# --- amounts ---


async def test_a_sale_takes_a_decimal_comma_as_every_amount_does(site: SiteUnderTest) -> None:
    ada = await site.signed_up("Ada", staff=StaffRole.ADMIN)
    await ada.get("/staff/sales")
    await ada.submit("/staff/sales", name="Night programme", currency="EUR", most="15,50")
    sale = await Sale.get()
    assert (sale.name, sale.amount_per_fan_max_minor) == ("Night programme", 15_50)
    await ada.get("/staff/sales")
    await ada.submit("/staff/sales", name="Another", currency="EUR", most="1,000")
    assert (ada.status, await Sale.all().count()) == (422, 1)
    assert "leave out what separates the thousands, as in 1000.00" in ada.text
