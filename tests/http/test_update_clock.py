"""The day by which the next update is due: promised at the launch and with each update, read by everybody, missed by nobody."""

from __future__ import annotations

import asyncio
import re
from datetime import datetime, timedelta

import pytest

from crowdfund import clock
from crowdfund.campaigns import actions, update_dates
from crowdfund.campaigns.models import Campaign, CampaignUpdate
from crowdfund.campaigns.updates import publish_update
from crowdfund.database import Sql, atomic
from crowdfund.database.ids import public
from crowdfund.web.formats import day
from crowdfund.web.page_cache import forget_everything
from crowdfund.worker import work_until_idle
from tests.http.campaign_world import Producer, a_producer, a_reviewer, approved, later, launched
from tests.http.conftest import SiteUnderTest
from tests.http.program import program_of
from tests.world import a_campaign, a_tier, again

TEXT = "She is called Heron."


async def it_is(moment: datetime) -> None:
    clock.advance(moment - clock.now())
    forget_everything()


async def due_of(campaign: Campaign) -> datetime:
    found = (await again(campaign)).update_due_at
    assert found is not None
    return found


@pytest.fixture
async def lin(site: SiteUnderTest) -> Producer:
    return await a_producer(site)


async def test_the_launch_promises_the_first_in_thirty_days_or_by_the_day_that_was_chosen(
    site: SiteUnderTest, lin: Producer
) -> None:
    campaign = await launched(lin)
    assert await due_of(campaign) == update_dates.end_of(clock.now() + timedelta(days=30))
    visitor = site.browser()
    await visitor.get(campaign.path)
    last_day = (await due_of(campaign)) - timedelta(days=1)
    assert f"Next update by {day(last_day)}" in visitor.text

    other = await approved(lin, name="Chosen")
    desk = lin.browser
    await desk.get(f"{lin.base(other)}/schedule")
    first = clock.now() + timedelta(days=12)
    for wrong, sentence in ((later(days=-3)[:10], "still to come"), (later(days=120)[:10], "At most 90 days")):
        await desk.submit("Announce it", closes_at=later(days=20), first_update_by=wrong)
        assert desk.status == 422 and sentence in desk.text
    await desk.submit("Announce it", closes_at=later(days=20), first_update_by=f"{first:%Y-%m-%d}")
    await desk.get(f"{lin.base(other)}/schedule")
    assert desk.form("Save the dates").fields["first_update_by"] == [f"{first:%Y-%m-%d}"]
    forget_everything()
    await visitor.get(other.path)
    assert "Next update by" not in visitor.text, "nothing is owed before the launch"
    await actions.launch(other.id, by=lin.id)
    assert await due_of(other) == update_dates.end_of(first)


async def test_a_day_that_was_chosen_and_has_passed_by_the_launch_is_no_promise(lin: Producer) -> None:
    campaign = await approved(lin, days=60)
    await atomic(Sql("UPDATE campaign SET update_due_at = $2 WHERE id = $1").__call__)(campaign.id, clock.now_us())
    await actions.launch(campaign.id, by=lin.id)
    assert await due_of(campaign) == update_dates.end_of(clock.now() + timedelta(days=30))


async def test_an_update_moves_the_day_and_one_for_a_tier_does_not(site: SiteUnderTest, lin: Producer) -> None:
    campaign = await launched(lin)
    tier_id = await a_tier(campaign)
    desk, promised = lin.browser, await due_of(campaign)
    await desk.get(f"{lin.base(campaign)}/updates/new")
    await desk.submit("Publish", title="For some", body=TEXT, audience="tier", tier=public(tier_id))
    assert await due_of(campaign) == promised
    chosen = clock.now() + timedelta(days=5)
    await desk.get(f"{lin.base(campaign)}/updates/new")
    await desk.submit("Publish", title="For all", body=TEXT, next_by=f"{chosen:%Y-%m-%d}")
    assert await due_of(campaign) == update_dates.end_of(chosen)
    assert f"Next update by {day(chosen)}" in desk.text
    assert [u.next_due_at for u in await CampaignUpdate.all().order_by("number")] == [None, update_dates.end_of(chosen)]
    await publish_update(campaign.id, "And again", TEXT, by=lin.id, audience="backers")
    assert await due_of(campaign) == promised, "thirty days from today again"
    program = await program_of(site, lin.browser.person)
    told = await program.make(
        f"/campaigns/{public(campaign.id)}/updates",
        {"title": "By program", "body": TEXT, "next_by": f"{chosen:%Y-%m-%d}"},
    )
    assert told["number"] == 4
    fund = await program.read(f"/campaigns/{public(campaign.id)}")
    assert (fund["next_update_by"], fund["update_is_overdue"]) == (f"{chosen:%Y-%m-%d}", False)
    assert fund["updates"][0]["next_by"] == f"{chosen:%Y-%m-%d}"


async def test_past_the_day_everybody_reads_that_it_is_overdue(site: SiteUnderTest, lin: Producer) -> None:
    """At -1 s, 0 and +1 s of the end of the day: on the page, the desks, in the inbox of staff and through the API."""
    campaign = await launched(lin, days=60)
    due_at, visitor, ada = await due_of(campaign), site.browser(), await a_reviewer(site)
    program = await program_of(site, lin.browser.person)
    overdue = f"Update overdue since {day(due_at)}"
    for seconds, is_overdue in ((-1, False), (0, True), (1, True)):
        # The clock goes on while the pages are asked, so the second before begins a little earlier.
        await it_is(due_at + timedelta(seconds=seconds if is_overdue else -20))
        await visitor.get(campaign.path)
        assert (overdue in visitor.text) is is_overdue and ("Next update by" in visitor.text) is not is_overdue
        await lin.browser.get(lin.base(campaign))
        assert ("It is overdue, and the page says so." in lin.browser.text) is is_overdue
        await lin.browser.get(lin.desk)
        assert ("is overdue." in lin.browser.text) is is_overdue
        await ada.get("/staff")
        assert ("Word that is overdue" in ada.text) is is_overdue
        fund = await program.read(f"/campaigns/{public(campaign.id)}")
        assert fund["update_is_overdue"] is is_overdue
    assert (await (await program_of(site, ada.person)).read("/staff/inbox"))["counts"]["silent"] == 1

    await publish_update(campaign.id, "At last", TEXT, by=lin.id)
    forget_everything()
    await visitor.get(campaign.path)
    assert "overdue" not in visitor.text and "Next update by" in visitor.text


async def test_a_letter_three_days_before_and_on_the_day(site: SiteUnderTest, lin: Producer) -> None:
    campaign = await launched(lin, days=60)
    due_at = await due_of(campaign)
    last_day = due_at - timedelta(days=1)

    async def letters() -> list[str]:
        mails = await site.mails_to("lin@example.com")
        return [mail.subject for mail in reversed(mails) if re.search(r"is due", mail.subject)]

    morning = last_day + timedelta(hours=8)
    await it_is(morning - timedelta(days=3, seconds=30))
    assert await letters() == []
    await it_is(morning - timedelta(days=3) + timedelta(seconds=1))
    first = f"Your next update for River Moon is due by {day(last_day)}"
    assert await letters() == [first]
    await it_is(morning - timedelta(seconds=30))
    assert await letters() == [first]
    await it_is(morning + timedelta(seconds=1))
    assert await letters() == [first, "Your update for River Moon is due today"]
    await it_is(due_at + timedelta(days=3))
    assert len(await letters()) == 2


async def test_who_has_written_is_not_reminded_of_a_day_that_moved(site: SiteUnderTest, lin: Producer) -> None:
    campaign = await launched(lin, days=60)
    await it_is(clock.now() + timedelta(days=20))
    await publish_update(
        campaign.id, "We have a boat", TEXT, by=lin.id, next_by=clock.now() + timedelta(days=1, hours=20)
    )
    due_at = await due_of(campaign)
    await it_is(due_at - timedelta(hours=15))
    mails = [mail for mail in await site.mails_to("lin@example.com") if "is due" in mail.subject]
    assert [mail.subject for mail in mails] == ["Your update for River Moon is due today"], (
        "three days before is over by now"
    )
    assert f"{lin.base(campaign)}/updates/new" in mails[0].text_body


async def test_a_paused_fund_owes_nothing_and_gets_its_days_back(site: SiteUnderTest, lin: Producer) -> None:
    campaign = await launched(lin, days=60)
    due_at, visitor = await due_of(campaign), site.browser()
    await it_is(due_at - timedelta(days=2))
    await actions.pause(campaign.id, "We look into it.", by=lin.id)
    await it_is(due_at + timedelta(days=7))
    await visitor.get(campaign.path)
    assert "overdue" not in visitor.text and "Next update by" not in visitor.text
    ada = await a_reviewer(site)
    await ada.get("/staff")
    assert "Word that is overdue" not in ada.text
    mails = [mail.subject for mail in await site.mails_to("lin@example.com")]
    assert not [subject for subject in mails if "is due today" in subject]
    await actions.resume(campaign.id, "All is well.", by=lin.id)
    forget_everything()
    assert await due_of(campaign) == due_at + timedelta(days=10), "nine days and a bit: ten days later"
    await visitor.get(campaign.path)
    assert "Next update by" in visitor.text
    await it_is(due_at + timedelta(days=9, hours=9))
    assert "Your update for River Moon is due today" in [m.subject for m in await site.mails_to("lin@example.com")]


@pytest.mark.parametrize("state", ["failed", "cancelled", "completed", "prelaunch"])
async def test_what_is_over_or_not_open_owes_nothing(site: SiteUnderTest, lin: Producer, state: str) -> None:
    campaign = await a_campaign(state=state, studio_id=lin.organisation.id)
    set_due = atomic(Sql("UPDATE campaign SET update_due_at = $2 WHERE id = $1").__call__)
    await set_due(campaign.id, clock.now_us() - 5_000_000)
    visitor = site.browser()
    await visitor.get(campaign.path)
    assert visitor.status == 200 and "overdue" not in visitor.text and "Next update by" not in visitor.text
    await lin.browser.get(lin.desk)
    assert "overdue" not in lin.browser.text


@pytest.mark.parametrize("state", ["live", "settling", "funded", "delivering"])
async def test_a_fund_from_before_there_were_days_gets_one(site: SiteUnderTest, state: str) -> None:
    campaign = await a_campaign(state=state)
    over = await a_campaign(state="failed")
    assert campaign.update_due_at is None
    assert await update_dates.give_days() == 1
    assert await due_of(campaign) == update_dates.end_of(clock.now() + timedelta(days=30))
    assert (await again(over)).update_due_at is None
    assert await update_dates.give_days() == 0
    await work_until_idle()


async def test_two_updates_at_once_promise_one_day(lin: Producer) -> None:
    campaign = await launched(lin)
    days = [clock.now() + timedelta(days=n) for n in (3, 4, 5, 6)]
    made = await asyncio.gather(
        *(publish_update(campaign.id, f"Update {n}", TEXT, by=lin.id, next_by=at) for n, at in enumerate(days))
    )
    last = max(made, key=lambda update: update.number)
    assert sorted(update.number for update in made) == [1, 2, 3, 4]
    assert await due_of(campaign) == last.next_due_at, "the newest update's promise counts"
