"""Staff's inbox, reviewing, stopping funds, and the audit."""

from __future__ import annotations

import re
from pathlib import Path

from crowdfund import clock
from crowdfund.campaigns.models import MOVES, CampaignEvent
from crowdfund.community.draws.models import MOVES as DRAW_MOVES
from crowdfund.database import Sql, atomic, new_id
from crowdfund.database.ids import public
from crowdfund.desk.audit.words import ACTIONS, changes_said
from crowdfund.payments.models import Refund, WebhookEvent
from crowdfund.people.models import AuditEntry, Person, StaffRole
from crowdfund.pledges.by_staff import refund_once
from crowdfund.worker import work_until_idle
from tests.bank import books_proven, close_now, pledges_with
from tests.http.campaign_world import a_producer, a_reviewer, launched, submitted
from tests.http.conftest import SiteUnderTest
from tests.world import a_campaign, again

_PARKED = Sql("""
    INSERT INTO job (id, kind, payload, due_at, state, tries, lease_until, error)
    VALUES ($1, 'mail', '{}', 0, 'parked', 8, 0, 'ConnectionRefusedError()')""")
_JOB = Sql("SELECT state, tries FROM job WHERE id = $1")


async def test_the_inbox_holds_what_needs_a_person_and_nothing_else(site: SiteUnderTest) -> None:
    ada = await a_reviewer(site, StaffRole.ADMIN)
    await ada.get("/staff")
    assert "All done" in ada.text
    lin = await a_producer(site)
    campaign = await submitted(lin)
    job_id = new_id()
    await atomic(_PARKED.__call__)(job_id)
    await WebhookEvent.create(
        id="evt_1", type="charge.updated", object_id="ch_1", state="parked", tries=8, received_at=clock.now()
    )
    await ada.get("/staff")
    assert "River Moon · Lin Pictures · €4,000" in ada.text
    assert "ConnectionRefusedError()" in ada.text and "charge.updated ch_1" in ada.text
    await ada.submit(f"/staff/jobs/{public(job_id)}/another-try")
    assert await _JOB.one(job_id) == {"state": "queued", "tries": 0}
    await ada.submit("/staff/events/evt_1/another-try")
    assert (await WebhookEvent.get(id="evt_1")).state == "stored"
    await ada.get("/staff")
    assert "Work that was given up" not in ada.text
    csrf = ada.form("/sign-out").fields["csrf"][0]
    for path in (
        f"/staff/jobs/{public(job_id)}/another-try",
        "/staff/events/evt_1/another-try",
        "/staff/events/none/another-try",
    ):
        assert (await ada.post(path, {"csrf": csrf})).status_code == 404, "what is not parked is not tried again"
    assert campaign.state == "submitted"


async def test_a_verdict_needs_a_reason_and_keeps_what_was_typed(site: SiteUnderTest) -> None:
    lin, ada = await a_producer(site), await a_reviewer(site)
    campaign = await submitted(lin)
    page = f"/staff{campaign.path}"
    await ada.get(page)
    assert "frauke" not in ada.text and "Lin, owner · lin@example.com" in ada.text
    await ada.submit("Decide", verdict="rejected", because="no")
    assert ada.status == 422 and "Say why: the producer reads it." in ada.text
    await ada.submit("Decide", verdict="rejected", because="We can't take films about lotteries.")
    assert (await again(campaign)).state == "rejected"
    await lin.browser.get(lin.base(campaign))
    assert "films about lotteries" in lin.browser.text
    csrf = ada.form("/sign-out").fields["csrf"][0]
    await ada.post(f"{page}/verdict", {"csrf": csrf, "verdict": "approved", "because": ""})
    assert "That is not possible as things stand now" in ada.text, "what is decided is decided"
    await ada.post(f"{page}/remarks", {"csrf": csrf, "text": "One more thing."})
    assert "Remarks are for a campaign under review." in ada.text
    assert (await again(campaign)).state == "rejected"


async def test_a_fund_is_paused_resumed_and_ended_with_reasons(site: SiteUnderTest) -> None:
    lin = await a_producer(site)
    reviewer, admin = await a_reviewer(site), await a_reviewer(site, StaffRole.ADMIN, "Grace")
    campaign = await launched(lin)
    page = f"/staff{campaign.path}"
    await reviewer.get(page)
    await reviewer.submit("Pause it", reason="short")
    assert reviewer.status == 422 and "at least 10 characters" in reviewer.text
    await reviewer.submit("Pause it", reason="The rights are in doubt.")
    assert (await again(campaign)).state == "suspended"
    csrf = reviewer.form("/sign-out").fields["csrf"][0]
    reason = {"csrf": csrf, "reason": "They are settled now."}
    assert (await reviewer.post(f"{page}/resumption", reason)).status_code == 403, "that takes an admin"
    assert (await reviewer.post(f"{page}/cancellation", reason)).status_code == 403
    await admin.get(page)
    await admin.submit("Open it again", reason="They are settled now.")
    assert (await again(campaign)).state == "live"
    await admin.get(page)
    await admin.submit("Cancel it", reason="The studio is gone for good.")
    assert (await again(campaign)).state == "cancelled"
    because = await CampaignEvent.filter(campaign_id=campaign.id).order_by("id").values_list("because", flat=True)
    assert list(because)[-3:] == ["The rights are in doubt.", "They are settled now.", "The studio is gone for good."]
    told = await AuditEntry.filter(action="campaign_cancelled").first()
    assert told is not None and told.by_person_id == admin.person.id and told.reason == "The studio is gone for good."


async def test_from_a_fund_to_a_pledge_whose_money_is_given_back_after_a_second_look(site: SiteUnderTest) -> None:
    admin, reviewer = await a_reviewer(site, StaffRole.ADMIN, "Grace"), await a_reviewer(site)
    campaign = await a_campaign(goal_minor=100_00)
    (pledge,) = await pledges_with(campaign, "ok", amount_minor=100_00)
    await close_now(campaign)
    await admin.get("/staff")
    await admin.get(admin.page.links["Pledges"])
    assert "Somebody writes about her money" in admin.text
    await admin.get(f"/staff{campaign.path}")
    await admin.get(admin.page.links["Its pledges"])
    assert "River Moon" in admin.text and "€100.00" in admin.text
    await admin.get(f"/staff/pledges?fund={campaign.slug}&state=dropped")
    assert "No pledge of River Moon is in this state." in admin.text
    assert (await admin.get("/staff/pledges?fund=no-such")).status_code == 404
    await admin.get(f"/staff/pledges?fund={campaign.slug}")
    assert f'href="/staff{pledge.path}"' in admin.response.text
    await admin.get(f"/staff{pledge.path}")
    await admin.submit("Refund", amount="1000", reason="She asked for it.")
    assert admin.status == 422 and "At most €100.00 is left to refund." in admin.text
    await admin.submit("Refund", amount="12,50", reason="She asked for it.")
    assert "Give €12.50 back?" in admin.text and "€87.50 of the pledge stays." in admin.text
    assert await Refund.all().count() == 0, "nothing has happened yet"
    await admin.submit("Yes, give it back")
    assert "The refund is on its way." in admin.text
    assert [refund.amount_minor for refund in await Refund.all()] == [12_50]
    await admin.submit("Refund", reason="And all the rest of it.")
    assert "Give €87.50 back?" in admin.text and "Then the pledge is over." in admin.text
    await reviewer.get(f"/staff{pledge.path}")
    assert "An admin can give it back." in reviewer.text and "Refund" not in [
        button.get("words") for form in reviewer.page.forms for button in form.buttons
    ]
    await work_until_idle()
    await books_proven()


async def test_only_staff_come_in(site: SiteUnderTest) -> None:
    lin = await a_producer(site)
    campaign = await submitted(lin)
    for path in (
        "/staff",
        "/staff/campaigns",
        f"/staff{campaign.path}",
        f"/staff{campaign.path}/preview",
        "/staff/audit",
    ):
        assert (await lin.browser.get(path)).status_code == 403, path
        visitor = site.browser()
        await visitor.get(path)
        assert visitor.path.startswith("/sign-in")
    ada = await a_reviewer(site)
    assert (await ada.get("/staff/campaigns/no-such")).status_code == 404
    await ada.get(f"/staff{campaign.path}/preview")
    assert "if it is approved" in ada.text and "everyone crosses by Lin's boat" in ada.text
    await ada.get("/staff/campaigns?state=submitted")
    assert ada.page.links["River Moon"] == f"/staff{campaign.path}"


async def test_the_audit_is_filtered_and_paged(site: SiteUnderTest) -> None:
    lin, ada = await a_producer(site), await a_reviewer(site)
    campaign = await launched(lin)
    await ada.get("/staff/audit")
    assert "Opened a fund State: Coming → Live" in ada.text
    assert ada.page.links["River Moon"] == f"/staff{campaign.path}"
    await ada.get("/staff/audit?action=tier_added")
    assert "Added a tier Tier: Two seats Price: €25.00" in ada.text and "State:" not in ada.text
    for about in (f"campaign:{campaign.id}", "river moon", campaign.path, f"http://127.0.0.1:8000{campaign.path}/"):
        await ada.get(f"/staff/audit?subject={about}&by=lin@example.com")
        assert ada.text.count("River Moon") >= 6, about
    await ada.get("/staff/audit?subject=no+such+film")
    assert "Nothing found" in ada.text
    await ada.get("/staff/audit?by=nobody@example.com")
    assert "Nothing found" in ada.text
    await ada.get(f"/staff/audit?from={clock.now():%Y-%m-%d}&to={clock.now():%Y-%m-%d}")
    assert "Opened a fund" in ada.text
    await ada.get("/staff/audit?to=2020-01-01")
    assert "Nothing found" in ada.text
    now = clock.now()
    for number in range(60):
        await AuditEntry.create(
            id=new_id(), at=now, action="counted", subject=f"thing:{number}", before="{}", after="{}"
        )
    await ada.get("/staff/audit?action=counted")
    first = [word for word in ada.text.split() if word.startswith("thing:")]
    older = next(path for words, path in ada.page.links.items() if words.startswith("Older"))
    await ada.get(older)
    second = [word for word in ada.text.split() if word.startswith("thing:")]
    assert (len(first), len(second)) == (50, 10)
    assert [*first, *second] == [f"thing:{number}" for number in reversed(range(60))], (
        "each line once, the newest first"
    )


async def test_the_audit_tells_money_as_money_and_leads_to_what_it_tells_of(site: SiteUnderTest) -> None:
    admin = await a_reviewer(site, StaffRole.ADMIN, "Grace")
    campaign = await a_campaign(goal_minor=100_00)
    (pledge,) = await pledges_with(campaign, "ok", amount_minor=100_00)
    await close_now(campaign)
    await refund_once(pledge.id, None, "She asked for it.", by=admin.person.id, key="one")
    await admin.get("/staff/audit")
    assert "Gave money back Amount: €100.00 Mei · River Moon Grace She asked for it." in admin.text
    assert admin.page.links["Mei · River Moon"] == f"/staff{pledge.path}"
    await admin.get(f"/staff/audit?subject={pledge.path}")
    assert "Gave money back" in admin.text
    fan = await Person.get(id=pledge.person_id)
    await admin.get(f"/staff/audit?subject={fan.email}")
    assert "Nothing found" in admin.text, "nothing was done to her account"
    await work_until_idle()
    await books_proven()


def test_an_hour_that_nobody_has_said_is_nothing() -> None:
    assert changes_said("{}", '{"airs_at": ""}', None, {}) == [("airs_at", "airs at", "", "")]


def test_everything_that_is_written_down_has_words() -> None:
    """Each action that any verb records, those made of a state too."""
    told: set[str] = set()
    for path in (Path(__file__).parents[2] / "crowdfund").rglob("*.py"):
        source = path.read_text(encoding="utf-8")
        told |= set(re.findall(r"\brecord\(\s*\"([a-z_]+)\"", source)) | set(
            re.findall(r"\b_tell\(\"([a-z_]+)\"", source)
        )
    states = {f"campaign_{to}" for to in MOVES if to not in ("settling", "funded", "failed")}
    states |= {f"draw_{to}" for to in DRAW_MOVES if to != "draft"}
    assert {"tier_added", "member_removed"} < told
    assert (told | states) - set(ACTIONS) == set()
