"""What a fan reads of her money: what needs her, what is charged and when, what was paid, what she follows; and her pledge."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from crowdfund import clock
from crowdfund.campaigns import actions, followers
from crowdfund.database.ids import public
from crowdfund.people.models import Person
from crowdfund.pledges.models import Pledge
from tests.bank import a_studio_with_account, books_proven, close_now, fans_with, pass_time
from tests.http.conftest import SignedIn, SiteUnderTest
from tests.world import Fan, a_campaign, a_card, a_tier, again, pledged


@pytest.fixture(autouse=True)
async def proven(site: SiteUnderTest) -> AsyncIterator[None]:
    yield
    await books_proven()


async def a_fan_at(site: SiteUnderTest, card: str) -> tuple[SignedIn, Fan]:
    """A browser of a fan whose card is at the sandbox."""
    (fan,) = await fans_with(card)
    return await site.signed_in(await Person.get(id=fan.id)), fan


def plain(text: str) -> str:
    return text.replace("\xa0", " ")


async def test_each_currency_has_one_figure_and_the_next_charge_is_the_headline(site: SiteUnderTest) -> None:
    mei = await site.signed_up("Mei")
    await a_card(mei.person)  # type: ignore[arg-type]
    fan = Fan(mei.person.id, mei.person.email)
    for name, currency, days, amount in (
        ("River", "CNY", 9, 40_900),
        ("Salt", "EUR", 4, 113_00),
        ("Kites", "EUR", 30, 90_00),
    ):
        await pledged(fan, await a_campaign(name=name, currency=currency, days=days), amount_minor=amount)
    await mei.get("/money")
    text = plain(mei.text)
    closes = clock.now() + timedelta(days=4)
    assert f"Next charge: {closes.day} " in text
    assert "€203 promised in 2 pledges, not charged First €113 for Salt" in text
    assert "CN¥409 promised in one pledge, not charged" in text
    assert text.index("€203") < text.index("CN¥409"), "the currency that is charged first stands first"
    assert text.index("€113.00") < text.index("CN¥409.00") < text.index("€90.00"), "by the day"
    assert "€0" not in text and "CN¥0" not in text


async def test_a_refused_card_is_told_with_the_day_on_which_it_is_tried_again(site: SiteUnderTest) -> None:
    campaign = await a_campaign(goal_minor=20_00, studio_id=await a_studio_with_account())
    mei, fan = await a_fan_at(site, "saved_insufficient_funds")
    await pledged(fan, campaign, amount_minor=25_00)
    await close_now(campaign)
    pledge = await Pledge.get()
    assert pledge.state == "errored" and pledge.next_charge_at is not None
    await mei.get("/money")
    again_on = pledge.next_charge_at
    assert f"We try it again on {again_on.day} " in mei.text and "Card refused" in mei.text
    assert mei.page.links["Mend it"].startswith(pledge.path)


async def test_a_card_that_waits_for_its_bank_is_not_called_refused(site: SiteUnderTest) -> None:
    campaign = await a_campaign(goal_minor=20_00, studio_id=await a_studio_with_account())
    mei, fan = await a_fan_at(site, "authentication_always")
    await pledged(fan, campaign, amount_minor=25_00)
    await close_now(campaign)
    for page in ("/money", (await Pledge.get()).path):
        await mei.get(page)
        assert "Waits for your bank" in mei.text and "Card refused" not in mei.text, page


async def test_what_was_paid_loses_what_was_given_back(site: SiteUnderTest) -> None:
    campaign = await a_campaign(goal_minor=20_00, studio_id=await a_studio_with_account())
    mei, fan = await a_fan_at(site, "ok")
    await pledged(fan, campaign, amount_minor=60_00)
    await close_now(campaign)
    admin = await site.signed_up("Ada", staff="admin")
    pledge = await Pledge.get()
    await admin.get(f"/staff{pledge.path}")
    await admin.submit("Refund", amount="12", reason="A seat was sold twice.")
    await admin.submit("Yes, give it back")
    await pass_time(minutes=1)
    await mei.get("/money")
    text = plain(mei.text)
    assert "Nothing is due" in text and "€48 paid; nothing more is promised" in text and "€12 given back" in text
    assert "Receipt" in text and "paid on" in text


async def test_what_she_follows_is_listed_and_can_be_left(site: SiteUnderTest) -> None:
    mei = await site.signed_up("Mei")
    coming = await a_campaign(state="prelaunch", name="Static")
    await followers.follow(coming.id, by=mei.person.id)
    await mei.get("/money")
    assert "What you follow" in mei.text and mei.page.links["Static"] == coming.path
    await mei.submit(f"{coming.path}/follower/removal")
    await mei.get("/money")
    assert "Static" not in mei.text


@pytest.mark.landing
async def test_what_is_past_is_told_in_pages_and_what_waits_only_on_the_first(site: SiteUnderTest) -> None:
    mei = await site.signed_up("Mei")
    await a_card(mei.person)  # type: ignore[arg-type]
    fan = Fan(mei.person.id, mei.person.email)
    for number in range(30):
        made = await pledged(fan, await a_campaign(name=f"Film {number:02d}"), amount_minor=5_00)
        if number:
            await mei.get(f"/pledges/{public(made.id)}/cancellation")
            await mei.submit(f"/pledges/{public(made.id)}/cancellation")
    await mei.get("/money")
    assert "Film 00" in mei.text and "Film 29" in mei.text and "Film 04" not in mei.text
    await mei.get(mei.page.links["Older pledges →"])
    assert "Film 04" in mei.text and "Film 00" not in mei.text and "Older pledges" not in mei.text


# --- her pledge ---


async def test_a_pledge_is_told_in_lines_that_sum(site: SiteUnderTest) -> None:
    campaign = await a_campaign()
    tier_id = await a_tier(campaign, price_minor=120_00, per_fan_max=4, delivers_on="2031-09")
    mei = await site.signed_up("Mei")
    await a_card(mei.person)  # type: ignore[arg-type]
    made = await pledged(Fan(mei.person.id, ""), campaign, amount_minor=255_50, tier_id=tier_id, quantity=2)
    path = f"/pledges/{public(made.id)}"
    await mei.get(path)
    text = plain(mei.text)
    assert "2 × Two seats each €120 €240.00 On top €15.50 Together €255.50" in text and "Expected Sept 2031" in text
    await mei.get(f"{path}/amendment")
    await mei.submit(f"{path}/amendment", tier="none", quantity="2", amount="30")
    pledge = await Pledge.get(id=made.id)
    assert (pledge.quantity, pledge.amount_minor, pledge.tier_id) == (1, 30_00, None), "of no reward there are not two"
    assert "No reward, just help €30.00 Together €30.00" in plain(mei.text) and "Changed" in mei.text
    await mei.get(f"{path}/cancellation")
    await mei.submit(f"{path}/cancellation")
    assert "Expected" not in mei.text


async def test_a_pledge_without_a_card_is_told_its_deadline_and_no_charge(site: SiteUnderTest) -> None:
    campaign = await a_campaign(days=5)
    mei = await site.signed_up("Mei")
    await pledged(Fan(mei.person.id, ""), campaign, card_id=0)
    pledge = await Pledge.get()
    await mei.get(pledge.path)
    assert campaign.closes_at is not None
    assert f"Save one by {campaign.closes_at.day} " in mei.text and f"{campaign.closes_at:%H:%M} UTC" in mei.text
    assert "Your card is charged" not in mei.text
    sent = await mei.submit(f"{pledge.path}/card", card="new", keep_card="yes", follow=False)
    assert sent.status_code == 303
    await mei.get(f"{pledge.path}?card=kept")
    assert mei.form(f"{pledge.path}/card").fields["keep_card"] == ["yes"], "her tick is still there when she comes back"


async def test_in_a_paused_fund_she_reads_what_goes_on_and_may_leave(site: SiteUnderTest) -> None:
    campaign, lin = await a_campaign(), await site.signed_up("Lin")
    mei = await site.signed_up("Mei")
    await a_card(mei.person)  # type: ignore[arg-type]
    await pledged(Fan(mei.person.id, ""), campaign)
    await actions.pause(campaign.id, "The rights are in doubt.", by=lin.person.id)
    pledge = await Pledge.get()
    await mei.get(pledge.path)
    assert (
        "The fund is paused while we look into it." in mei.text
        and "On hold" in mei.text
        and "Change it" not in mei.page.links
    )
    await mei.get("/money")
    assert "not charged while the fund is paused" in mei.text and "Nothing is due" in mei.text
    await mei.get(campaign.path)
    assert "No card is charged while the fund is paused." in mei.text and "Charged after" not in mei.text
    await mei.get(f"{pledge.path}/cancellation")
    await mei.submit(f"{pledge.path}/cancellation")
    assert (await Pledge.get()).state == "cancelled" and (await again(campaign)).promised_minor == 0


async def test_who_backs_a_fund_already_is_led_to_her_pledge_with_the_reward_she_chose(site: SiteUnderTest) -> None:
    campaign = await a_campaign()
    tier_id = await a_tier(campaign, price_minor=40_00)
    mei = await site.signed_up("Mei")
    await a_card(mei.person)  # type: ignore[arg-type]
    await pledged(Fan(mei.person.id, ""), campaign, amount_minor=25_00)
    pledge = await Pledge.get()
    await mei.get(f"{campaign.path}/pledges/new?tier={public(tier_id)}")
    assert mei.path == f"{pledge.path}/amendment" and "You back this fund already" in mei.text
    assert mei.form(f"{pledge.path}/amendment").fields["tier"] == [public(tier_id)]
    await mei.submit(f"{pledge.path}/amendment")
    assert (await Pledge.get()).amount_minor == 40_00
    await mei.get(f"{campaign.path}/pledges/new")
    assert mei.path == pledge.path
    await mei.get(campaign.path)
    assert "Change to this" not in mei.text and "This is yours" in mei.text


async def test_a_second_pledge_from_an_old_page_is_refused_with_the_way_to_the_first(site: SiteUnderTest) -> None:
    campaign = await a_campaign()
    mei = await site.signed_up("Mei")
    await a_card(mei.person)  # type: ignore[arg-type]
    await mei.get(f"{campaign.path}/pledges/new")
    await pledged(Fan(mei.person.id, ""), campaign)
    await mei.submit(f"{campaign.path}/pledges", amount="30")
    assert mei.status == 409 and "You back this fund already" in mei.text
    assert mei.page.links["To your pledge"] == (await Pledge.get()).path


async def test_until_when_she_may_leave_is_said_with_its_hour_and_anew_on_the_last_day(site: SiteUnderTest) -> None:
    campaign = await a_campaign(days=3)
    mei = await site.signed_up("Mei")
    await mei.get(f"{campaign.path}/pledges/new")
    assert campaign.closes_at is not None
    assert f"{campaign.closes_at:%H:%M} UTC, and only if its whole goal is promised." in mei.text
    assert (
        "You can change or cancel until it closes; in its last 24 hours not so that it falls below its goal."
        in mei.text
    )
    clock.advance(timedelta(days=2, hours=1))
    await mei.get(f"{campaign.path}/pledges/new")
    assert "Its last 24 hours have begun" in mei.text and "not lower or cancel one that the goal depends on" in mei.text
