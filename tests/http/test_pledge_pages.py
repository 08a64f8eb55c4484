"""A fan's way through a pledge, page by page, without a screen: on both databases, against the real sandbox."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import timedelta

import httpx
import pytest

from crowdfund import clock
from crowdfund.campaigns.models import Campaign
from crowdfund.database.ids import public
from crowdfund.payments.models import SavedCard
from crowdfund.people.models import Person
from crowdfund.pledges.actions import cancel_pledge
from crowdfund.pledges.models import Pledge
from tests.bank import a_studio_with_account, books_proven, close_now, fans_with, pass_time
from tests.http.conftest import SignedIn, SiteUnderTest
from tests.world import Fan, a_campaign, a_card, a_fan, a_pledge, a_tier, again, pledged


@pytest.fixture(autouse=True)
async def proven(site: SiteUnderTest) -> AsyncIterator[None]:
    yield
    await books_proven()


async def at_the_sandbox(url: str, card: str) -> str:
    """Fill in the sandbox's hosted page as a browser would; gives the address that it leads back to."""
    async with httpx.AsyncClient(trust_env=False, follow_redirects=False) as client:
        html = (await client.get(url)).text
        action = re.search(r'<form[^>]*action="([^"]+)"', html)
        fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', html))
        answer = await client.post(
            httpx.URL(url).join(action[1] if action else ""), data={"email": "mei@example.com", **fields, "card": card}
        )
    assert answer.status_code == 303, answer.text[:500]
    return answer.headers["location"]


async def pledged_by_form(fan: SignedIn, campaign: Campaign, **typed: str) -> str:
    """Fill in the pledge form; gives where the site sends her."""
    await fan.get(f"{campaign.path}/pledges/new")
    answer = await fan.submit(f"{campaign.path}/pledges", follow=False, **typed)
    assert answer.status_code == 303, fan.text
    return answer.headers["location"]


async def only_pledge() -> Pledge:
    return await Pledge.get()


async def test_a_fan_saves_a_card_and_her_pledge_counts(site: SiteUnderTest) -> None:
    campaign = await a_campaign()
    mei = await site.signed_up("Mei")
    url = await pledged_by_form(mei, campaign, amount="25.00")
    assert url.startswith(site.settings.sandbox_origin)
    assert (await only_pledge()).state == "started"
    back = await at_the_sandbox(url, "ok")
    await mei.get(back.removeprefix(site.settings.base_url))
    assert "your pledge counts" in mei.text
    now = await again(campaign)
    assert ((await only_pledge()).state, now.promised_minor) == ("active", 25_00)


async def test_who_comes_back_without_a_card_may_try_again(site: SiteUnderTest) -> None:
    campaign = await a_campaign()
    mei = await site.signed_up("Mei")
    await pledged_by_form(mei, campaign, amount="25.00")
    pledge = await only_pledge()
    await mei.get(pledge.path)
    assert "does not count yet" in mei.text
    answer = await mei.submit(f"{pledge.path}/card", follow=False, card="new")
    back = await at_the_sandbox(answer.headers["location"], "ok")
    await mei.get(back.removeprefix(site.settings.base_url))
    assert (await only_pledge()).state == "active"


async def test_with_a_saved_card_it_is_one_step(site: SiteUnderTest) -> None:
    campaign = await a_campaign()
    tier_id = await a_tier(campaign, price_minor=12_00)
    mei = await site.signed_up("Mei")
    await a_card(mei.person)  # type: ignore[arg-type]
    assert tier_id
    await mei.get(f"{campaign.path}/pledges/new")
    tier = re.search(r'name="tier" value="([0-9a-z]{13})"', mei.response.text)
    assert tier is not None
    await mei.submit(f"{campaign.path}/pledges", tier=tier[1], amount="3.50")
    assert "counts from now on" in mei.text
    assert (await only_pledge()).amount_minor == 15_50


async def test_who_wants_another_card_than_the_saved_one_gets_the_page_for_it(site: SiteUnderTest) -> None:
    campaign = await a_campaign()
    mei = await site.signed_up("Mei")
    await a_card(mei.person)  # type: ignore[arg-type]
    await mei.get(f"{campaign.path}/pledges/new")
    await mei.submit(f"{campaign.path}/pledges", amount="25", card="new", follow=False)
    assert mei.status == 303 and "/c/pay/" in mei.response.headers["location"]
    pledge = await only_pledge()
    assert (pledge.state, pledge.card_id) == ("started", None)


async def test_a_card_whose_last_month_is_over_is_not_taken_for_her(site: SiteUnderTest) -> None:
    """A program that names no card: the newest that is good; with none, the pledge waits for one."""
    campaign, fan = await a_campaign(), await a_fan()
    await a_card(fan)
    await SavedCard.filter(person_id=fan.id).update(expires_year=2020)
    assert (await pledged(fan, campaign)).state == "started"


async def test_a_paused_fund_can_be_left_even_after_its_day(site: SiteUnderTest) -> None:
    campaign = await a_campaign(goal_minor=25_00, days=1)
    mei = await site.signed_up("Mei")
    card_id = await a_card(mei.person)  # type: ignore[arg-type]
    assert card_id
    made = await pledged(Fan(mei.person.id, mei.person.email), campaign)
    await Campaign.filter(id=campaign.id).update(state="suspended")
    clock.advance(timedelta(days=2))
    await cancel_pledge(made.id, person_id=mei.person.id)
    assert (await Pledge.get(id=made.id)).state == "cancelled"


async def test_changing_and_cancelling(site: SiteUnderTest) -> None:
    campaign = await a_campaign()
    mei = await site.signed_up("Mei")
    await a_card(mei.person)  # type: ignore[arg-type]
    await pledged_by_form(mei, campaign, amount="25.00")
    pledge = await only_pledge()
    await mei.get(f"{pledge.path}/amendment")
    await mei.submit(f"{pledge.path}/amendment", amount="40.00")
    assert (await again(campaign)).promised_minor == 40_00
    await mei.get(pledge.path)
    await mei.get(mei.page.links["Cancel pledge"])
    assert "The fund is promised €40.00 less." in mei.text
    await mei.submit("Cancel my pledge")
    assert "Nothing was charged" in mei.text
    assert (await again(campaign)).promised_minor == 0
    await mei.get(f"{pledge.path}/cancellation")
    assert mei.path == pledge.path and "can't be cancelled any more" in mei.text


async def test_who_cancels_reads_first_that_the_last_place_would_be_gone(site: SiteUnderTest) -> None:
    campaign = await a_campaign()
    tier_id = await a_tier(campaign, price_minor=10_00, size=1)
    mei, wu = await site.signed_up("Mei"), await site.signed_up("Wu")
    await a_card(mei.person)  # type: ignore[arg-type]
    await pledged_by_form(mei, campaign, tier=public(tier_id), amount="")
    pledge = await only_pledge()
    await mei.get(f"{pledge.path}/cancellation")
    assert "All of “Two seats” are taken" in mei.text and "you may not get it back" in mei.text
    assert (await again(campaign)).promised_minor == 10_00, "asking loses nothing"
    assert (await wu.get(f"{pledge.path}/cancellation")).status_code == 404


async def test_her_own_tier_can_be_raised_after_it_has_closed(site: SiteUnderTest) -> None:
    campaign = await a_campaign()
    closes_at = clock.to_us(clock.now() + timedelta(days=1))
    hers = await a_tier(campaign, price_minor=10_00, closes_at=closes_at)
    other = await a_tier(campaign, price_minor=10_00, closes_at=closes_at)
    mei = await site.signed_up("Mei")
    await a_card(mei.person)  # type: ignore[arg-type]
    await pledged_by_form(mei, campaign, tier=public(hers))
    pledge = await only_pledge()
    await pass_time(days=2)
    await mei.get(f"{pledge.path}/amendment")
    assert mei.form(f"{pledge.path}/amendment").fields["tier"] == [public(hers)]
    assert mei.text.count("Closed on") == 2
    assert mei.text.count("It is yours already: you keep it, and may give more.") == 1
    disabled = [tag for tag in re.findall(r"<input type=\"radio\"[^>]*>", mei.response.text) if " disabled" in tag]
    assert len(disabled) == 1 and public(other) in disabled[0]
    await mei.submit(f"{pledge.path}/amendment", amount="7.50")
    assert ((await only_pledge()).amount_minor, (await again(campaign)).promised_minor) == (17_50, 17_50)
    await mei.get(f"{pledge.path}/amendment")
    await mei.submit(f"{pledge.path}/amendment", tier=public(other))
    assert mei.status == 409 and "This tier has closed." in mei.text


NONSENSE = ["-5", "1e9", "NaN", "１２", "1_000", "0.005", "٣", "999999999999", "0.49", "<b>", "\x00", ""]


@pytest.mark.parametrize("amount", NONSENSE)
async def test_an_amount_that_is_none_comes_back_with_a_sentence(site: SiteUnderTest, amount: str) -> None:
    campaign = await a_campaign()
    mei = await site.signed_up("Mei")
    await mei.get(f"{campaign.path}/pledges/new")
    answer = await mei.submit(f"{campaign.path}/pledges", amount=amount)
    assert answer.status_code == 422
    assert "error-amount" in answer.text
    assert await Pledge.all().count() == 0


async def test_the_form_sent_twice_is_one_pledge(site: SiteUnderTest) -> None:
    campaign = await a_campaign()
    mei = await site.signed_up("Mei")
    await a_card(mei.person)  # type: ignore[arg-type]
    await mei.get(f"{campaign.path}/pledges/new")
    form = mei.form(f"{campaign.path}/pledges")
    for _ in range(2):
        assert (await mei.post(form.action, {**form.fields, "amount": "25.00"}, follow=False)).status_code == 303
    assert (await again(campaign)).promised_minor == 25_00


@pytest.mark.parametrize("state", ["draft", "submitted", "rejected"])
async def test_somebodys_draft_looks_like_nothing(site: SiteUnderTest, state: str) -> None:
    draft = await a_campaign(state=state)
    mei = await site.signed_up("Mei")
    hidden = await mei.get(f"{draft.path}/pledges/new")
    missing = await mei.get("/campaigns/none-of-these/pledges/new")
    assert (hidden.status_code, missing.status_code) == (404, 404)


async def test_nobody_sees_anothers_pledge(site: SiteUnderTest) -> None:
    pledge = await a_pledge(await a_campaign())
    stranger = await site.signed_up("Eve")
    for path in (pledge.path, f"{pledge.path}/amendment", f"{pledge.path}/receipt"):
        assert (await stranger.get(path)).status_code == 404
    await stranger.get("/account")
    csrf = next(form.fields["csrf"] for form in stranger.page.forms if "csrf" in form.fields)
    for verb in ("amendment", "cancellation", "card", "address", "arrival", "confirmation"):
        sent = await stranger.post(f"{pledge.path}/{verb}", {"csrf": csrf})
        assert sent.status_code == 404, verb


async def as_fan(site: SiteUnderTest, card: str) -> SignedIn:
    """A browser of a fan whose card is at the sandbox."""
    (fan,) = await fans_with(card)
    return await site.signed_in(await Person.get(id=fan.id))


async def test_my_money_tells_what_will_be_charged_and_then_what_was(site: SiteUnderTest) -> None:
    campaign = await a_campaign(goal_minor=20_00, studio_id=await a_studio_with_account())
    mei = await as_fan(site, "ok")
    await pledged_by_form(mei, campaign, amount="25.00")
    await mei.get("/money")
    assert "What will be charged, and when" in mei.text and "€25.00" in mei.text.replace("\xa0", "")
    await close_now(campaign)
    await mei.get("/money")
    assert "Receipt" in mei.text and "What will be charged, and when" not in mei.text
    await mei.get(f"{(await only_pledge()).path}/receipt")
    assert mei.status == 200 and "€25.00" in mei.text.replace("\xa0", "")


async def test_a_card_that_needs_its_bank_is_confirmed_on_the_banks_page(site: SiteUnderTest) -> None:
    campaign = await a_campaign(goal_minor=20_00)
    mei = await as_fan(site, "authentication_always")
    await pledged_by_form(mei, campaign, amount="25.00")
    await close_now(campaign)
    pledge = await only_pledge()
    await mei.get(pledge.path)
    assert "Your bank wants to see you" in mei.text
    answer = await mei.submit(f"{pledge.path}/confirmation", follow=False)
    bank = answer.headers["location"]
    async with httpx.AsyncClient(trust_env=False) as client:
        html = (await client.get(bank)).text
        action = re.search(r'<form[^>]*action="([^"]+)"', html)
        button = re.search(r'<button[^>]*name="([^"]+)"[^>]*value="(complete|succeed|authorise|ok|yes)[^"]*"', html)
        assert action and button, html[:1500]
        done = await client.post(httpx.URL(bank).join(action[1]), data={button[1]: button[2]})
    await mei.get(done.headers["location"].removeprefix(site.settings.base_url))
    assert "Your pledge is paid" in mei.text
    assert (await only_pledge()).state == "collected"


async def test_a_declined_card_is_replaced_by_another(site: SiteUnderTest) -> None:
    campaign = await a_campaign(goal_minor=20_00)
    mei = await as_fan(site, "saved_lost")
    await pledged_by_form(mei, campaign, amount="25.00")
    await close_now(campaign)
    pledge = await only_pledge()
    await mei.get(pledge.path)
    assert "Your card was not charged" in mei.text
    answer = await mei.submit(f"{pledge.path}/card", follow=False, card="new")
    back = await at_the_sandbox(answer.headers["location"], "ok")
    await mei.get(back.removeprefix(site.settings.base_url))
    await pass_time(seconds=5)
    assert (await only_pledge()).state == "collected"


async def test_after_the_close_the_form_is_gone(site: SiteUnderTest) -> None:
    campaign = await a_campaign(days=1)
    mei = await site.signed_up("Mei")
    await mei.get(f"{campaign.path}/pledges/new")
    form = mei.form(f"{campaign.path}/pledges")
    await pass_time(hours=timedelta(days=1, minutes=1).total_seconds() / 3600)
    assert (await mei.post(form.action, {**form.fields, "amount": "25.00"})).status_code == 409
