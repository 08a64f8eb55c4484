"""What a producer can take back: a draft, a fund that is being read; and an address that follows its name until it is told."""

from __future__ import annotations

import csv
from collections.abc import AsyncIterator
from io import StringIO

import pytest

from crowdfund.campaigns import actions
from crowdfund.campaigns.models import BudgetLine, Campaign, CampaignPage, CampaignState, Tier
from crowdfund.campaigns.once import make_campaign_once
from crowdfund.people.models import AuditEntry, Role
from crowdfund.pledges import deliveries
from crowdfund.pledges.models import Pledge
from crowdfund.refusal import NotFound
from crowdfund.titles.models import Title
from crowdfund.worker import work_until_idle
from tests.bank import books_proven, close_now, pledges_with
from tests.http.campaign_world import STORY, a_draft, a_producer, a_reviewer, approved, content, launched, submitted
from tests.http.conftest import SiteUnderTest
from tests.http.test_campaign_desk import a_member
from tests.world import a_campaign, a_tier, again


@pytest.fixture(autouse=True)
async def proven(database: str) -> AsyncIterator[None]:
    yield
    await books_proven()


async def test_a_draft_is_thrown_away_and_nothing_of_it_is_left(site: SiteUnderTest) -> None:
    lin = await a_producer(site)
    draft = await a_draft(lin)
    desk = lin.browser
    await desk.get(lin.base(draft))
    await desk.get(desk.page.links["Delete the draft"])
    assert "gone for good" in desk.text and await Campaign.exists(id=draft.id), "looking at the page deletes nothing"
    await desk.submit("Delete the draft")
    assert desk.path == lin.desk and "The draft of River Moon is gone." in desk.text and "No fund yet" in desk.text
    assert not await Campaign.exists(id=draft.id) and not await Title.exists(id=draft.title_id)
    for part in (Tier, BudgetLine, CampaignPage):
        assert not await part.filter(campaign_id=draft.id).exists()
    line = await AuditEntry.filter(action="draft_deleted").first()
    assert line is not None and line.before == '{"name":"River Moon"}'
    made = await make_campaign_once(lin.organisation, name="Once", currency="EUR", by=lin.id, key="k")
    await desk.get(f"{lin.base(made)}/deletion")
    await desk.submit("Delete the draft")
    with pytest.raises(NotFound):
        await make_campaign_once(lin.organisation, name="Once", currency="EUR", by=lin.id, key="k")


async def test_what_was_handed_in_once_is_kept(site: SiteUnderTest) -> None:
    lin = await a_producer(site)
    campaign = await submitted(lin)
    desk, base = lin.browser, lin.base(campaign)
    await desk.get(base)
    await desk.submit("Take it back to change it")
    assert "It is yours again." in desk.text and (await again(campaign)).state == "draft"
    assert "Delete the draft" not in desk.text
    csrf = desk.form("/sign-out").fields["csrf"][0]
    await desk.post(f"{base}/deletion", {"csrf": csrf})
    assert "its history is kept" in desk.text and await Campaign.exists(id=campaign.id)
    await desk.get(f"{base}/deletion")
    assert desk.path == base
    await desk.submit("Hand it in")
    await actions.review(campaign.id, CampaignState.APPROVED, "", by=lin.id)
    await desk.post(f"{base}/submission/withdrawal", {"csrf": csrf})
    assert "not possible as things stand now" in desk.text and (await again(campaign)).state == "approved"


async def test_a_viewer_throws_nothing_away(site: SiteUnderTest) -> None:
    lin = await a_producer(site)
    draft = await a_draft(lin)
    wu = await a_member(site, lin, Role.VIEWER, "Wu")
    await wu.get(lin.base(draft))
    assert "Delete the draft" not in wu.text
    assert (await wu.get(f"{lin.base(draft)}/deletion")).status_code == 403
    csrf = wu.form("/sign-out").fields["csrf"][0]
    for path in ("deletion", "submission/withdrawal"):
        assert (await wu.post(f"{lin.base(draft)}/{path}", {"csrf": csrf})).status_code == 403
    assert await Campaign.exists(id=draft.id)


async def test_why_it_cant_be_edited_says_in_which_state_it_is(site: SiteUnderTest) -> None:
    lin = await a_producer(site)
    reading = await submitted(lin)
    await lin.browser.get(f"{lin.base(reading)}/content")
    assert "We are reading it. Take it back if you want to change it." in lin.browser.text
    ready = await approved(lin, name="Second Violin")
    await lin.browser.get(f"{lin.base(ready)}/content")
    assert "It is approved as it stands." in lin.browser.text


async def test_the_address_follows_the_name_until_it_is_announced(site: SiteUnderTest) -> None:
    lin = await a_producer(site)
    draft = await a_draft(lin, name="Working Title")
    desk = lin.browser
    await desk.get(f"{lin.base(draft)}/content")
    await desk.submit(f"{lin.base(draft)}/content", name="River Moon", story=STORY)
    renamed = await again(draft)
    assert renamed.slug == "river-moon" and "Saved." in desk.text
    assert desk.path == f"{lin.desk}/campaigns/river-moon/content"
    # Another film of that name gets an address of its own, and keeps it while it keeps its name.
    other = await a_draft(lin, name="Other")
    await actions.write(other.id, content(name="River Moon"), by=lin.id)
    slug = (await again(other)).slug
    assert slug.startswith("river-moon-") and len(slug) == len("river-moon-") + 5
    await actions.write(other.id, content(name="River Moon!"), by=lin.id)
    assert (await again(other)).slug == slug
    await actions.write(renamed.id, content(name="活着"), by=lin.id)
    assert (await again(renamed)).slug not in ("river-moon", "")
    live = await launched(lin, name="Ferry at Dawn")
    assert live.slug == "ferry-at-dawn"


async def test_the_public_page_is_one_press_from_the_desk(site: SiteUnderTest) -> None:
    lin, ada = await a_producer(site), await a_reviewer(site)
    draft = await a_draft(lin)
    await lin.browser.get(lin.base(draft))
    assert "Its page" not in lin.browser.page.links
    live = await launched(lin, name="Ferry at Dawn")
    for part in ("", "/tiers", "/updates"):
        await lin.browser.get(f"{lin.base(live)}{part}")
        assert lin.browser.page.links["Its page"] == live.path
    assert ada.person.id


@pytest.mark.landing
async def test_addresses_come_as_a_file_that_no_spreadsheet_runs_and_who_took_it_is_written_down(
    site: SiteUnderTest,
) -> None:
    lin = await a_producer(site)
    campaign = await a_campaign(goal_minor=75_00, studio_id=lin.organisation.id)
    tier_id = await a_tier(campaign, price_minor=25_00, per_fan_max=2, ships="post")
    one, two, three = await pledges_with(campaign, "ok", "ok", "ok", amount_minor=25_00, tier_id=tier_id)
    await close_now(campaign)
    await work_until_idle()
    await deliveries.give_address(one.id, recipient="=cmd|' /C calc'!A0", address="1 River Road\nLanting", country="CN")
    await deliveries.give_address(two.id, recipient="Jun", address="2 River Road\nLanting", country="CN")
    assert (await Pledge.get(id=three.id)).state == "collected", "she has not said where to"

    await lin.browser.get(f"{lin.base(campaign)}/deliveries")
    path = lin.browser.page.links["These as CSV, with addresses"]
    answer = await lin.browser.get(path)
    assert answer.headers["content-disposition"].startswith(f'attachment; filename="{campaign.slug}-ready-')
    assert answer.headers["cache-control"] == "no-store"
    head, *rows = list(csv.reader(StringIO(answer.text.removeprefix("\ufeff"))))
    assert head == ["pledge", "state", "tier", "quantity", "recipient", "address", "country", "tracking"]
    assert [row[1:] for row in rows] == [
        ["ready", "Two seats", "1", "'=cmd|' /C calc'!A0", "1 River Road\nLanting", "CN", ""],
        ["ready", "Two seats", "1", "Jun", "2 River Road\nLanting", "CN", ""],
    ]
    line = await AuditEntry.filter(action="addresses_exported").first()
    assert line is not None and (line.by_person_id, line.after) == (lin.id, '{"deliveries":"ready"}')
    wu = await a_member(site, lin, Role.VIEWER, "Wu")
    assert (await wu.get(path)).status_code == 403
