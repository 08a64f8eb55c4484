"""What a fan agreed to, kept word for word with each step; and the letter about it: to every fan, once, behind the rush."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from crowdfund.books import RULES
from crowdfund.database import Sql, atomic, new_id
from crowdfund.ledger.books import prove
from crowdfund.people.models import Mail, Person
from crowdfund.pledges import telling
from crowdfund.pledges.actions import cancel_pledge
from crowdfund.pledges.models import Pledge, PledgeEvent, Terms
from crowdfund.pledges.telling import look_again, tell_of_pledges
from crowdfund.worker import work_until_idle
from tests.bank import books_proven, fans_with
from tests.http.conftest import SignedIn, SiteUnderTest
from tests.http.test_pledge_api import a_program, one, sent
from tests.http.test_pledge_pages import at_the_sandbox, pledged_by_form
from tests.money import told
from tests.world import a_campaign, a_card, a_fan_with_card, a_pledge, broken, pledged


@pytest.fixture(autouse=True)
async def proven(site: SiteUnderTest) -> AsyncIterator[None]:
    yield
    await books_proven()


async def a_fan_signed_in(site: SiteUnderTest, name: str = "Mei", *, locale: str = "en") -> SignedIn:
    fan = await site.signed_up(name, locale=locale)
    await a_card(fan.person)  # type: ignore[arg-type]
    return fan


async def agreed(pledge: Pledge) -> list[tuple[int, str, str]]:
    """Of each step that she agreed to: the amount, the language and the first words of what she was shown."""
    steps = await PledgeEvent.filter(pledge_id=pledge.id, terms__not_isnull=True).order_by("id")
    kept = {terms.hash: terms for terms in await Terms.all()}
    return [(s.amount_minor, kept[s.terms or ""].locale, kept[s.terms or ""].text.partition(",")[0]) for s in steps]


# --- what she agreed to ---


async def test_each_pledge_and_each_raise_says_what_was_agreed_to(site: SiteUnderTest) -> None:
    campaign = await a_campaign()
    mei = await a_fan_signed_in(site)
    await mei.get(f"{campaign.path}/pledges/new")
    shown = mei.text
    await mei.submit(f"{campaign.path}/pledges", amount="25.00")
    pledge = await Pledge.get()
    await mei.get(f"{pledge.path}/amendment")
    await mei.submit(f"{pledge.path}/amendment", amount="40.00")
    first = "I promise this amount to the fund"
    assert await agreed(pledge) == [(25_00, "en", first), (40_00, "en", first)]
    (terms,) = await Terms.all()
    assert terms.text in shown, "what is kept is what stood on the page, word for word"


async def test_each_language_is_kept_as_it_was_shown(site: SiteUnderTest) -> None:
    campaign = await a_campaign()
    mei = await a_fan_signed_in(site)
    lin = await a_fan_signed_in(site, "Lin", locale="zh_CN")
    for fan in (mei, lin):
        await pledged_by_form(fan, campaign, amount="25.00")
    texts = {terms.locale: terms.text for terms in await Terms.all()}
    assert set(texts) == {"en", "zh_CN"}
    assert texts["en"].startswith("I promise") and "我" in texts["zh_CN"]


async def test_a_program_agrees_in_its_fans_name(site: SiteUnderTest) -> None:
    campaign = await a_campaign()
    mei, token = await a_program(site)
    await sent(mei, token, one(campaign))
    pledge = await Pledge.get()
    assert await agreed(pledge) == [(25_00, "en", "I promise this amount to the fund")]


async def test_terms_are_never_changed(site: SiteUnderTest) -> None:
    campaign = await a_campaign()
    await pledged_by_form(await a_fan_signed_in(site), campaign, amount="25.00")
    for change in ("UPDATE terms SET text = 'I owe you my house.'", "DELETE FROM terms"):
        with pytest.raises(Exception, match="append-only"):
            await atomic(Sql(change).__call__)()


async def test_check_finds_a_step_whose_words_are_lost(site: SiteUnderTest) -> None:
    pledge = await a_pledge(await a_campaign())
    insert = Sql("""
        INSERT INTO pledge_event (id, pledge_id, kind, from_state, to_state, amount_minor, quantity, because, at, terms)
        VALUES ($1, $2, 'amended', 'started', 'started', 2500, 1, 'by hand', 1, 'no such words')""")
    with pytest.raises(RuntimeError):

        @atomic
        async def lose() -> None:
            await insert(new_id(), pledge.id)
            found = [f for f in await prove(RULES) if f.name == "what a fan agreed to is kept word for word"]
            assert broken(found) == ["what a fan agreed to is kept word for word: terms no such words"]
            raise RuntimeError("it was only to look")

        await lose()


# --- the letter ---


async def test_one_click_and_she_has_a_letter_once(site: SiteUnderTest) -> None:
    campaign = await a_campaign()
    mei = await a_fan_signed_in(site)
    await pledged_by_form(mei, campaign, amount="25.00")
    pledge = await Pledge.get()
    for _ in range(3):
        await work_until_idle()
        await look_again()
    assert await told(pledge) == ["You back River Moon"]
    (letter,) = await Mail.all()
    text = letter.text_body.replace("\xa0", "")
    assert "€25.00 counts" in text and "Nothing is charged now" in text and "I promise this amount" in text


async def test_a_pledge_that_waits_for_its_card_has_its_letter_when_it_counts(site: SiteUnderTest) -> None:
    campaign = await a_campaign()
    mei = await site.signed_up("Mei")
    url = await pledged_by_form(mei, campaign, amount="25.00")
    pledge = await Pledge.get()
    await work_until_idle()
    assert await told(pledge) == []
    back = await at_the_sandbox(url, "ok")
    await mei.get(back.removeprefix(site.settings.base_url))
    await work_until_idle()
    assert await told(pledge) == ["You back River Moon"]
    assert "I promise this amount" in (await Mail.get()).text_body


async def test_a_raise_is_told_with_what_it_was_before(site: SiteUnderTest) -> None:
    campaign = await a_campaign()
    mei = await a_fan_signed_in(site)
    await pledged_by_form(mei, campaign, amount="25.00")
    pledge = await Pledge.get()
    await mei.get(f"{pledge.path}/amendment")
    await mei.submit(f"{pledge.path}/amendment", amount="40.00")
    await work_until_idle()
    assert await told(pledge) == ["You back River Moon", "Your pledge to River Moon is changed"]
    made, changed = [mail.text_body.replace("\xa0", "") for mail in await Mail.all().order_by("id")]
    assert "€25.00 counts" in made, "each letter tells its own step, whatever came after"
    assert "your pledge is €40.00" in changed and "Before it was €25.00" in changed


async def test_ten_pledges_of_one_call_are_ten_letters_in_her_language(site: SiteUnderTest) -> None:
    funds = [await a_campaign(name=f"Film {n}") for n in range(10)]
    mei, token = await a_program(site)
    await Person.filter(id=mei.person.id).update(locale="zh_CN")
    await sent(mei, token, *(one(fund) for fund in funds))
    await work_until_idle()
    assert await Mail.all().count() == 10
    assert all("Film" in mail.subject and "You back" not in mail.subject for mail in await Mail.all())


async def test_what_was_taken_back_meanwhile_is_not_told(site: SiteUnderTest) -> None:
    pledge = await a_pledge(await a_campaign())
    await cancel_pledge(pledge.id, person_id=pledge.person_id)
    await work_until_idle()
    assert await told(pledge) == []


async def test_while_a_rush_is_on_letters_wait_but_not_for_ever(
    site: SiteUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    campaign = await a_campaign()
    fans = [await a_fan_with_card() for _ in range(6)]
    for fan in fans:
        await pledged(fan, campaign)
    monkeypatch.setattr(telling, "RUSH_EVENTS", 6)
    monkeypatch.setattr(telling, "RUSH_US", 3_600_000_000)
    assert await tell_of_pledges() is False
    assert await Sql("SELECT id FROM job")() == []
    monkeypatch.setattr(telling, "RUSH_WAIT_US", 0)
    assert await tell_of_pledges() is True
    assert len(await Sql("SELECT id FROM job")()) == 6


async def test_no_more_letters_are_asked_for_than_are_written(
    site: SiteUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(telling, "PAGE", 2)
    monkeypatch.setattr(telling, "WAITING_MAX", 3)
    campaign = await a_campaign()
    for fan in await fans_with(*["ok"] * 7):
        await pledged(fan, campaign)
    waiting = []
    for _ in range(4):
        await tell_of_pledges()
        waiting.append(len(await Sql("SELECT id FROM job")()))
    assert waiting == [2, 4, 4, 4]
    await work_until_idle()
    assert await Mail.all().count() == 7


async def test_a_transaction_that_ended_late_is_found_by_the_second_look(
    site: SiteUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As if the first look had gone past its number while its transaction was still under way."""
    campaign = await a_campaign()
    punctual = await a_pledge(campaign)
    await work_until_idle()
    late = await a_pledge(campaign)
    await atomic(Sql("UPDATE read_up_to SET id = $1 WHERE what = 'letters about pledges'").__call__)(new_id())
    await work_until_idle()
    assert [await told(pledge) for pledge in (punctual, late)] == [["You back River Moon"], []]
    assert await look_again() is False, "something that began before it may still be under way"
    monkeypatch.setattr(telling, "ALL_ENDED_US", -60_000_000)
    for _ in range(2):
        await look_again()
        await work_until_idle()
    assert [await told(pledge) for pledge in (punctual, late)] == [["You back River Moon"]] * 2
