"""The box office beside a fund: shown, never collected; it counts only where that was said before anybody could pledge."""

from __future__ import annotations

import pytest
from tortoise.exceptions import IntegrityError

from crowdfund.boxoffice.funds import tell_fund
from crowdfund.campaigns.models import BoxOffice, Campaign
from crowdfund.screenings.models import Screening
from crowdfund.titles.models import Title
from crowdfund.web import page_cache
from tests.bank import close_now, pass_time, pledges_with
from tests.boxoffice import Run, a_run, agreed, on_sale, settled, shown, sold
from tests.http.conftest import SiteUnderTest
from tests.world import a_campaign
from tests.world import again as again_campaign

pytestmark = pytest.mark.usefixtures("proven_when_idle")


async def a_fund_and_its_run(*, counts: bool, goal_minor: int, days: float = 20) -> tuple[Campaign, Run]:
    """A fund of a film that is shown already."""
    run = await a_run()
    campaign = await a_campaign(goal_minor=goal_minor, studio_id=run.studio.id, days=days, state="draft")
    await Campaign.filter(id=campaign.id).update(launched_at=None)
    await Campaign.filter(id=campaign.id).update(title_id=run.title.id, counts_box_office=int(counts))
    await Campaign.filter(id=campaign.id).update(state="live", launched_at=campaign.launched_at)
    await agreed(run)
    return await again_campaign(campaign), run


@pytest.mark.parametrize("counts", [True, False])
async def test_what_is_recognised_counts_where_it_was_said_before(database: str, counts: bool) -> None:
    """A goal of 100.00: 90.50 promised, and 9.50 are the makers' share of two tickets at 10.00 that were shown."""
    campaign, run = await a_fund_and_its_run(counts=counts, goal_minor=100_00)
    screening = await on_sale(run)
    await sold(screening, "A-1", "A-2")
    await pledges_with(campaign, "ok", amount_minor=90_50)
    await shown(screening)
    assert (await BoxOffice.get(campaign_id=campaign.id)).recognised_minor == 9_50
    ended = await close_now(campaign)
    assert ended.state == ("funded" if counts else "failed")
    assert ended.collected_minor == (90_50 if counts else 0), "what the box office brings is never collected here"


async def test_what_is_only_locked_never_counts(database: str) -> None:
    campaign, run = await a_fund_and_its_run(counts=True, goal_minor=100_00, days=9.97)
    screening = await on_sale(run)  # it begins an hour after the fund closes: nobody can give a ticket back any more
    await sold(screening, "A-1", "A-2")
    await pledges_with(campaign, "ok", amount_minor=90_50)
    ended = await close_now(campaign)
    found = await BoxOffice.get(campaign_id=campaign.id)
    assert (found.locked_minor, found.recognised_minor) == (9_21, 0)
    assert ended.state == "failed"


async def test_nobody_who_pledged_is_no_fund_however_much_the_box_office_brings(database: str) -> None:
    campaign, run = await a_fund_and_its_run(counts=True, goal_minor=5_00)
    screening = await on_sale(run)
    await sold(screening, "A-1", "A-2")
    await shown(screening)
    assert (await close_now(campaign)).state == "failed"


async def test_it_stays_once_the_fund_was_open(database: str) -> None:
    campaign, _run = await a_fund_and_its_run(counts=False, goal_minor=100_00)
    with pytest.raises(IntegrityError):
        await Campaign.filter(id=campaign.id).update(counts_box_office=1)


async def test_a_fund_in_another_currency_hears_nothing(database: str) -> None:
    run = await a_run()
    campaign = await a_campaign(studio_id=run.studio.id, currency="USD")
    await Campaign.filter(id=campaign.id).update(title_id=run.title.id)
    await agreed(run)
    screening = await on_sale(run)
    await sold(screening, "A-1")
    await shown(screening)
    assert not await tell_fund(campaign.id) and await BoxOffice.all().count() == 0


@pytest.mark.landing
@pytest.mark.pages
async def test_the_page_shows_a_band_of_its_own_and_traces_it(site: SiteUnderTest) -> None:
    campaign, run = await a_fund_and_its_run(counts=False, goal_minor=100_00)
    browser = site.browser()
    await browser.get(campaign.path)
    assert "At the box office" not in browser.text
    first, second = await on_sale(run), await on_sale(run, days=15)
    await sold(first, "A-1", "A-2")
    await sold(second, "A-1")
    await settled(first)
    await pass_time(seconds=5)

    page_cache.forget_everything()
    await browser.get(campaign.path)
    assert "Locked at the box office: never counted as collected." in browser.text
    assert "None of it counts towards the goal of this fund" in browser.text
    await browser.get(f"{campaign.path}/box-office")
    assert "Grand Theatre, Shanghai" in browser.text and "€20.00" in browser.text and "Mei" not in browser.text
    title = await Title.get(id=run.title.id)
    assert title.name in browser.text and await Screening.all().count() == 2
    api = (await browser.client.get(f"/api/v1/campaigns/{campaign.slug}")).json()
    if "box_office" in api:
        assert api["box_office"]["settled_minor"] == 9_50 and api["counts_box_office"] is False
