"""A fund that staff has paused: its time is given back, staff see the new day before they press, its fans are told."""

from __future__ import annotations

from datetime import timedelta

from crowdfund import clock
from crowdfund.campaigns.models import CampaignEvent
from crowdfund.campaigns.rules import closes_after_pause
from crowdfund.people.models import Mail, Person, StaffRole
from crowdfund.worker import work_until_idle
from tests.http.campaign_world import a_producer, a_reviewer, launched
from tests.http.conftest import SiteUnderTest
from tests.world import a_pledge, again


async def test_a_fund_paused_over_its_closing_day_gets_its_time_back(site: SiteUnderTest) -> None:
    lin, admin = await a_producer(site), await a_reviewer(site, StaffRole.ADMIN)
    campaign = await launched(lin, days=8)
    pledge = await a_pledge(campaign, amount_minor=25_00)
    was = campaign.closes_at
    assert was is not None
    clock.advance(timedelta(days=3))  # five days are left
    await admin.get(f"/staff{campaign.path}")
    await admin.submit("Pause it", reason="The rights are in doubt.")
    clock.advance(timedelta(days=7))  # its closing day has passed two days ago
    await work_until_idle()
    assert (await again(campaign)).state == "suspended"

    await admin.get(f"/staff{campaign.path}")
    assert "Opened again now, it closes on" in admin.text
    new = was + timedelta(days=7)
    assert f"UTC instead of {was.day} {was:%b %Y}, {was:%H:%M} UTC" in admin.text
    assert "the time it was paused is given back" in admin.text
    await admin.submit("Open it again", reason="The contract has come.")
    await work_until_idle()
    opened = await again(campaign)
    assert opened.state == "live" and opened.closes_at is not None
    assert timedelta(0) <= opened.closes_at - new <= timedelta(minutes=1)
    assert opened.closes_at - clock.now() > timedelta(days=4, hours=23)
    event = await CampaignEvent.filter(campaign_id=campaign.id).order_by("-id").first()
    assert event is not None and f"instead of {was:%Y-%m-%d %H:%M} UTC" in event.because
    fan = await Person.get(id=pledge.person_id)
    letter = await Mail.filter(to_address=fan.email, subject="River Moon is open again").first()
    assert letter is not None and f"{opened.closes_at:%H:%M} UTC" in letter.text_body
    # Its new deadline is a real one.
    clock.advance(timedelta(days=5, minutes=2))
    await work_until_idle()
    assert (await again(campaign)).state == "failed"


async def test_fans_of_a_paused_fund_hear_what_it_means_for_their_money(site: SiteUnderTest) -> None:
    lin, admin = await a_producer(site), await a_reviewer(site, StaffRole.ADMIN)
    mei = await site.signed_up("Mei")
    campaign = await launched(lin, days=8)
    fans = [await Person.get(id=(await a_pledge(campaign, amount_minor=25_00)).person_id) for _ in range(3)]
    await mei.get(f"{campaign.path}/follower")
    await mei.submit(f"{campaign.path}/follower")
    await admin.get(f"/staff{campaign.path}")
    await admin.submit("Pause it", reason="A secret accusation.")
    await work_until_idle()
    for address in ("mei@example.com", *(fan.email for fan in fans)):
        [letter] = await Mail.filter(to_address=address, subject="River Moon is on hold")
        assert (
            "No card is charged meanwhile" in letter.text_body and "you can cancel it at any time" in letter.text_body
        )
        assert "secret accusation" not in letter.text_body


async def test_followers_are_reminded_before_the_new_day_and_not_before_the_old_one(site: SiteUnderTest) -> None:
    lin, admin = await a_producer(site), await a_reviewer(site, StaffRole.ADMIN)
    mei = await site.signed_up("Mei")
    campaign = await launched(lin, days=8)
    await mei.get(f"{campaign.path}/follower")
    await mei.submit(f"{campaign.path}/follower")
    await admin.get(f"/staff{campaign.path}")
    await admin.submit("Pause it", reason="The rights are in doubt.")
    clock.advance(timedelta(days=3))
    await admin.get(f"/staff{campaign.path}")
    await admin.submit("Open it again", reason="The contract has come.")
    clock.advance(timedelta(days=4))  # four days are left, one and a half of the day it had before
    await work_until_idle()

    async def reminders() -> int:
        return await Mail.filter(to_address="mei@example.com", subject="Two days left for River Moon").count()

    assert await reminders() == 0
    clock.advance(timedelta(days=2, minutes=5))
    await work_until_idle()
    assert await reminders() == 1


def test_a_pause_counts_in_whole_minutes_and_a_slip_of_the_hand_not_at_all() -> None:
    closes, paused = clock.now() + timedelta(days=1), clock.now()
    assert closes_after_pause(closes, paused, paused + timedelta(seconds=40)) == closes
    assert closes_after_pause(closes, paused, paused + timedelta(seconds=90)) == closes + timedelta(minutes=2)
    hundred = timedelta(days=100)
    assert closes_after_pause(closes, paused, paused + hundred) == closes + hundred, "90 days or not"
