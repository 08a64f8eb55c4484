"""Two people of a studio with the same page open: nobody's words are lost without being shown."""

from __future__ import annotations

import pytest

from crowdfund.campaigns.actions import page_of
from crowdfund.campaigns.merging import merge, stamp_of
from crowdfund.campaigns.models import BudgetLine, CampaignPage
from crowdfund.people.models import Role
from tests.http.campaign_world import STORY, a_draft, a_producer, launched
from tests.http.conftest import SiteUnderTest
from tests.http.test_campaign_desk import a_member
from tests.world import again

pytestmark = pytest.mark.pages

OTHER = STORY.replace("Lin", "Wu")


async def test_what_only_one_of_them_changed_is_kept_from_both(site: SiteUnderTest) -> None:
    lin = await a_producer(site)
    draft = await a_draft(lin)
    wu = await a_member(site, lin, Role.MANAGER, "Wu")
    path = f"{lin.base(draft)}/content"
    await lin.browser.get(path)
    await wu.get(path)
    await lin.browser.submit(path, story=OTHER, budget_1_name="More boats")
    assert "Saved." in lin.browser.text
    await wu.submit(path, tagline="She decides who crosses.")  # the page in his browser has the old story
    assert "Saved. What Lin changed meanwhile is kept, too." in wu.text
    now = await again(draft)
    assert (now.tagline, (await page_of(now)).story) == ("She decides who crosses.", OTHER)
    lines = await BudgetLine.filter(campaign_id=draft.id).order_by("position").values_list("name", flat=True)
    assert list(lines) == ["More boats", "Everything else"]


async def test_where_both_wrote_both_are_shown_and_the_second_decides(site: SiteUnderTest) -> None:
    lin = await a_producer(site)
    draft = await a_draft(lin)
    wu = await a_member(site, lin, Role.MANAGER, "Wu")
    path = f"{lin.base(draft)}/content"
    await lin.browser.get(path)
    await wu.get(path)
    await lin.browser.submit(path, story=OTHER, risks="Low water.")
    mine = f"{STORY}\n\nAnd then it rains."
    await wu.submit(path, story=mine, tagline="Rain.")
    assert wu.status == 409 and "Lin saved this page while you were writing." in wu.text
    assert "Story Wu" not in wu.text and OTHER[:60] in wu.text, "what stands there now is shown"
    form = wu.form(path).fields
    assert form["story"] == [mine] and form["risks"] == ["Low water."], "hers where he changed nothing"
    assert (await again(draft)).tagline != "Rain.", "nothing was saved yet"
    await wu.submit(path)
    assert "Saved." in wu.text
    now = await again(draft)
    page = await page_of(now)
    assert (now.tagline, page.story, page.risks) == ("Rain.", mine, "Low water.")


async def test_a_page_that_fans_see_is_not_written_over_either(site: SiteUnderTest) -> None:
    lin = await a_producer(site)
    live = await launched(lin)
    wu = await a_member(site, lin, Role.MANAGER, "Wu")
    path, form = f"{lin.base(live)}/content", f"{lin.base(live)}/page"
    await lin.browser.get(path)
    await wu.get(path)
    await lin.browser.submit("Publish this version", story=OTHER)
    await wu.submit("Publish this version", risks="Low water.")
    assert "Version 3" in wu.text
    newest = await page_of(await again(live))
    assert (newest.story, newest.risks) == (OTHER, "Low water.")
    await lin.browser.get(path)
    await wu.get(path)
    await lin.browser.submit("Publish this version", story=f"{OTHER}\n\nHers.")
    await wu.submit("Publish this version", story=f"{OTHER}\n\nHis.")
    assert wu.status == 409 and "Hers." in wu.text and wu.form(form).fields["story"] == [f"{OTHER}\n\nHis."]
    assert await CampaignPage.filter(campaign_id=live.id).count() == 4


def test_what_is_put_together() -> None:
    seen = {"name": "River Moon", "story": "Once", "risks": "", "budget_1_name": "Boats", "budget_1_amount": "10.00"}
    stamp = stamp_of(seen)
    saved = {
        **seen,
        "story": "Once more",
        "budget_1_amount": "20.00",
        "budget_2_name": "Cast",
        "budget_2_amount": "5.00",
    }
    both = merge(stamp, saved, {**seen, "risks": "Rain\r\n", "image_kept": "x"})
    assert (both.taken, both.conflicts) == (["story", "budget"], {})
    assert (
        both.typed["story"] == "Once more" and both.typed["budget_2_name"] == "Cast" and both.typed["image_kept"] == "x"
    )
    both = merge(stamp, saved, {**seen, "story": "Twice", "budget_1_name": ""})
    assert both.conflicts == {"story": "Once more", "budget": "Boats: 20.00\nCast: 5.00"}
    assert merge(stamp, saved, saved).taken == [], "both wrote the same"
    assert merge("", saved, {**seen, "story": "Twice"}).conflicts == {}, "a form from before there was a stamp"
    assert merge("story:zz nonsense", saved, seen).conflicts == {"story": "Once more"}
