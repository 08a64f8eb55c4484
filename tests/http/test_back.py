"""Back in the browser: a form that was sent already, with something else in it, is another wish and no dead end."""

from __future__ import annotations

from crowdfund.campaigns.models import Campaign, CampaignUpdate, Sale, Tier
from crowdfund.campaigns.tiers import remove_tier
from crowdfund.payments.models import Refund
from crowdfund.people.models import StaffRole
from crowdfund.worker import work_until_idle
from tests.bank import books_proven, close_now, pledges_with
from tests.http.campaign_world import a_draft, a_producer, a_reviewer, launched
from tests.http.conftest import SignedIn, SiteUnderTest
from tests.world import a_campaign

SENT_BEFORE = "You sent this form before with other words, and that was done. Send it again if you want this too."


async def sent_twice(browser: SignedIn, page: str, form: str, first: dict[str, str], then: dict[str, str]) -> None:
    """Send a form, go back to it as the browser kept it, and send it with something else: once refused, once taken."""
    await browser.get(page)
    kept = browser.form(form).fields
    await browser.submit(form, **first)
    assert browser.status == 200, browser.text
    await browser.post(form, {**kept, **then})
    assert SENT_BEFORE in browser.text and browser.status == 422
    await browser.submit(form)
    assert browser.status == 200 and SENT_BEFORE not in browser.text, browser.text


async def test_a_second_draft_after_back(site: SiteUnderTest) -> None:
    lin = await a_producer(site)
    new = f"{lin.desk}/campaigns"
    await sent_twice(lin.browser, f"{new}/new", new, {"name": "River Moon"}, {"name": "Second Violin"})
    assert await Campaign.all().order_by("id").values_list("name", flat=True) == ["River Moon", "Second Violin"]


async def test_a_second_update_after_back(site: SiteUnderTest) -> None:
    lin = await a_producer(site)
    live = await launched(lin)
    updates, body = f"{lin.base(live)}/updates", "Four days in the rain."
    await sent_twice(
        lin.browser, f"{updates}/new", updates, {"title": "Day 1", "body": body}, {"title": "Day 2", "body": body}
    )
    assert await CampaignUpdate.all().order_by("number").values_list("title", flat=True) == ["Day 1", "Day 2"]


async def test_a_second_sale_after_back(site: SiteUnderTest) -> None:
    ada, sales = await a_reviewer(site, StaffRole.ADMIN), "/staff/sales"
    await sent_twice(ada, sales, sales, {"name": "Spring", "most": "100"}, {"name": "Autumn", "most": "100"})
    assert await Sale.all().order_by("id").values_list("name", flat=True) == ["Spring", "Autumn"]


async def test_a_second_tier_after_back_also_where_the_first_was_removed(site: SiteUnderTest) -> None:
    lin = await a_producer(site)
    draft = await a_draft(lin, written=False)
    tiers = f"{lin.base(draft)}/tiers"
    one = {"name": "One seat", "price": "10"}
    await sent_twice(lin.browser, tiers, tiers, one, {"name": "Two seats", "price": "20"})
    await lin.browser.get(tiers)
    kept = lin.browser.form(tiers).fields
    await lin.browser.submit(tiers, name="Three seats", price="30")
    await remove_tier((await Tier.get(name="Three seats")).id, by=lin.id)
    await lin.browser.post(tiers, {**kept, "name": "Three seats", "price": "30"})
    assert "That tier was removed." in lin.browser.text and lin.browser.status == 422
    await lin.browser.submit(tiers)
    assert await Tier.all().order_by("id").values_list("name", flat=True) == ["One seat", "Two seats", "Three seats"]


async def test_a_second_refund_after_back_is_asked_for_once_more_and_given(site: SiteUnderTest) -> None:
    admin = await a_reviewer(site, StaffRole.ADMIN)
    campaign = await a_campaign(goal_minor=100_00)
    (pledge,) = await pledges_with(campaign, "ok", amount_minor=100_00)
    await close_now(campaign)
    await admin.get(f"/staff{pledge.path}")
    kept = admin.form("Refund").fields
    await admin.submit("Refund", amount="10", reason="One of ten seats.")
    await admin.submit("Yes, give it back")
    await admin.post(f"/staff{pledge.path}/refund", {**kept, "amount": "20", "reason": "Two more.", "sure": "yes"})
    assert SENT_BEFORE in admin.text and await Refund.all().count() == 1
    await admin.submit("Refund")
    assert "Give €20.00 back?" in admin.text
    await admin.submit("Yes, give it back")
    assert await Refund.all().order_by("id").values_list("amount_minor", flat=True) == [10_00, 20_00]
    await work_until_idle()
    await books_proven()
