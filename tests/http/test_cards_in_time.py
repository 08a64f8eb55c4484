"""Cards that end, are renewed or taken away while pledges wait for their close: told in time, on both databases."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from crowdfund import clock
from crowdfund.campaigns.models import Campaign
from crowdfund.database.ids import public
from crowdfund.payments.cards import cards_of
from crowdfund.payments.models import SavedCard
from crowdfund.people.models import Person
from crowdfund.pledges.actions import cancel_pledge, use_saved_card
from crowdfund.pledges.card_changes import follow_card, remind_of_cards
from crowdfund.pledges.models import Pledge
from crowdfund.webhooks import SWITCHBOARD
from crowdfund.worker import work_until_idle
from tests.bank import ask, books_proven, close_now, fans_with, pass_time, pledges_with, states
from tests.http.conftest import SignedIn, SiteUnderTest
from tests.money import again_pledge, outcomes, save_card, told
from tests.world import a_campaign, a_card, again

EARLY = "It may be over before this fund is paid"


@pytest.fixture(autouse=True)
async def proven(site: SiteUnderTest) -> AsyncIterator[None]:
    yield
    await books_proven()


async def ends_this_month(card_id: int) -> None:
    now = clock.now()
    await SavedCard.filter(id=card_id).update(expires_month=now.month, expires_year=now.year)


async def a_pledge_on_a_card_that_ends(campaign: Campaign) -> Pledge:
    """Its card is good, but only until this month is over: the fund closes in 30 days and tries until 7 days after that."""
    (pledge,) = await pledges_with(campaign, "ends_now", amount_minor=25_00)
    assert pledge.card_id is not None
    await ends_this_month(pledge.card_id)
    return pledge


async def method_of(pledge: Pledge) -> str:
    return (await SavedCard.get(id=pledge.card_id)).stripe_payment_method_id


async def letters_about_cards(pledge: Pledge) -> list[str]:
    return [subject for subject in await told(pledge) if "card" in subject]


# --- on the pages ---


async def a_fan(site: SiteUnderTest) -> tuple[SignedIn, int]:
    mei = await site.signed_up("Mei")
    return mei, await a_card(mei.person)  # type: ignore[arg-type]


async def test_the_form_says_that_a_card_may_be_over_and_picks_one_that_lasts(site: SiteUnderTest) -> None:
    campaign = await a_campaign()
    mei, lasting = await a_fan(site)
    await mei.get(f"{campaign.path}/pledges/new")
    assert EARLY not in mei.text
    newest = await a_card(mei.person)  # type: ignore[arg-type]
    await ends_this_month(newest)
    await mei.get(f"{campaign.path}/pledges/new")
    assert mei.text.count(EARLY) == 1
    assert mei.form(f"{campaign.path}/pledges").fields["card"] == [public(lasting)]


async def test_the_page_of_a_pledge_says_it_until_another_card_is_given(site: SiteUnderTest) -> None:
    campaign = await a_campaign()
    mei, lasting = await a_fan(site)
    ending = await a_card(mei.person)  # type: ignore[arg-type]
    await ends_this_month(ending)
    await mei.get(f"{campaign.path}/pledges/new")
    await mei.submit(f"{campaign.path}/pledges", amount="25.00", card=public(ending))
    assert "Your card may be over before this fund is paid" in mei.text and EARLY in mei.text
    pledge = await Pledge.get()
    await mei.submit(f"{pledge.path}/card", card=public(lasting))
    assert (await again_pledge(pledge)).card_id == lasting
    assert "may be over" not in mei.text
    await mei.get("/money")
    assert mei.status == 200


# --- by letter ---


@pytest.mark.landing
async def test_she_is_reminded_14_and_3_days_before_the_close() -> None:
    campaign = await a_campaign(goal_minor=25_00)
    pledge = await a_pledge_on_a_card_that_ends(campaign)
    (other,) = await pledges_with(campaign, "ok", amount_minor=10_00)
    heard = []
    for days in (15.5, 1, 0.5, 10, 1, 0.5):  # 14.5, 13.5, 13, 3, 2, 1.5 days before the close
        await pass_time(days=days)
        heard.append(len(await letters_about_cards(pledge)))
    assert heard == [0, 1, 1, 2, 2, 2]
    assert await letters_about_cards(other) == []
    await close_now(campaign)
    assert await outcomes(pledge) == [("declined", "expired_card")]
    assert await states(campaign) == {"errored": 1, "collected": 1}
    await save_card(await again_pledge(pledge), "ok")
    await work_until_idle()
    assert await states(campaign) == {"collected": 2}
    assert (await again(campaign)).state == "funded"


async def test_a_card_that_was_renewed_meanwhile_needs_no_letter_though_the_event_was_lost() -> None:
    campaign = await a_campaign(goal_minor=25_00)
    pledge = await a_pledge_on_a_card_that_ends(campaign)
    await ask("POST", f"payment_methods/{await method_of(pledge)}/renewal", {"exp_year": 2040})
    await pass_time(days=17)
    assert await letters_about_cards(pledge) == []
    assert (await SavedCard.get(id=pledge.card_id)).expires_year == 2040
    await close_now(campaign)
    assert await states(campaign) == {"collected": 1}


async def test_who_gave_another_card_or_cancelled_is_not_reminded() -> None:
    campaign = await a_campaign()
    first, second = [await a_pledge_on_a_card_that_ends(campaign) for _ in range(2)]
    mei = await Person.get(id=first.person_id)
    lasting = await a_card(mei)  # type: ignore[arg-type]
    await remind_of_cards()  # 30 days before: nobody yet
    await use_saved_card(await again_pledge(first), lasting)
    await cancel_pledge(second.id, person_id=second.person_id)
    await pass_time(days=28)
    assert (await letters_about_cards(first), await letters_about_cards(second)) == ([], [])


async def test_five_hundred_pledges_and_one_more_are_read_page_by_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crowdfund.pledges.card_changes.PAGE", 2)
    campaign = await a_campaign()
    pledges = [await a_pledge_on_a_card_that_ends(campaign) for _ in range(5)]
    await pass_time(days=17)
    assert [len(await letters_about_cards(pledge)) for pledge in pledges] == [1, 1, 1, 1, 1]


# --- what the processor tells ---


@pytest.mark.parametrize("kind", ["payment_method.automatically_updated", "payment_method.updated"])
async def test_a_renewed_card_is_written_down(kind: str) -> None:
    campaign = await a_campaign(goal_minor=25_00)
    pledge = await a_pledge_on_a_card_that_ends(campaign)
    method = await method_of(pledge)
    changes = {
        "card": "instant",
        "exp_month": 3,
        "exp_year": 2041,
        "automatically": kind.endswith("automatically_updated"),
    }
    await ask("POST", f"payment_methods/{method}/renewal", changes)
    assert await SWITCHBOARD[kind](method)
    card = await SavedCard.get(id=pledge.card_id)
    assert (card.brand, card.last4, card.expires_month, card.expires_year, card.state) == (
        "visa",
        "0077",
        3,
        2041,
        "saved",
    )
    assert card.fingerprint
    assert not await SWITCHBOARD[kind](method), "told a second time it is no news"
    await close_now(campaign)
    assert (await states(campaign), await letters_about_cards(pledge)) == ({"collected": 1}, [])


async def test_a_card_that_was_taken_away_is_gone_and_its_fan_is_asked_for_another(site: SiteUnderTest) -> None:
    campaign = await a_campaign(goal_minor=25_00)
    (pledge,) = await pledges_with(campaign, "ok", amount_minor=25_00)
    method = await method_of(pledge)
    await ask("POST", f"payment_methods/{method}/removal")
    for _ in range(3):
        await SWITCHBOARD["payment_method.detached"](method)
        await work_until_idle()
    assert (await SavedCard.get(id=pledge.card_id)).state == "gone"
    assert await letters_about_cards(pledge) == ["Your pledge to River Moon needs another card"]
    mei = await site.signed_in(await Person.get(id=pledge.person_id))
    await mei.get(pledge.path)
    assert "Your card can't be charged any more" in mei.text
    assert mei.form(f"{pledge.path}/card").fields["card"] == ["new"]
    assert await cards_of(pledge.person_id) == []
    assert (await again(campaign)).promised_minor == 25_00, "her pledge still counts"
    await save_card(await again_pledge(pledge), "ok")
    await mei.get(pledge.path)
    assert "any more" not in mei.text
    await close_now(campaign)
    assert await states(campaign) == {"collected": 1}


async def test_a_pledge_whose_card_was_never_replaced_errs_at_the_close_and_can_still_be_mended() -> None:
    campaign = await a_campaign(goal_minor=25_00)
    (pledge,) = await pledges_with(campaign, "ok", amount_minor=25_00)
    await ask("POST", f"payment_methods/{await method_of(pledge)}/removal")
    await follow_card(await method_of(pledge))
    await close_now(campaign)
    assert await outcomes(pledge) == [("declined", "card_gone")]
    await save_card(await again_pledge(pledge), "ok")
    await work_until_idle()
    assert await states(campaign) == {"collected": 1}


async def test_a_card_that_we_let_go_ourselves_is_nobodys_news() -> None:
    campaign = await a_campaign(goal_minor=25_00)
    (pledge,) = await pledges_with(campaign, "ok", amount_minor=25_00)
    method = await method_of(pledge)
    await close_now(campaign)  # charged, and then let go, as she did not ask to keep it
    assert (await SavedCard.get(id=pledge.card_id)).state == "gone"
    assert not await SWITCHBOARD["payment_method.detached"](method)
    assert await letters_about_cards(pledge) == []


async def test_cards_of_others_are_none_of_ours() -> None:
    await fans_with("ok")
    assert not await SWITCHBOARD["payment_method.updated"]("pm_of_another_site")
