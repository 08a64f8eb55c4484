"""The public ledger of a fund, told as stories: each figure by its word, adding up to the cent, and hers beside it."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from typing import Any

import pytest

from crowdfund import clock
from crowdfund.campaigns.models import BudgetLine, Campaign
from crowdfund.campaigns.transfers.models import Surplus
from crowdfund.database import new_id
from crowdfund.database.ids import public
from crowdfund.desk.ledger.queries import mine_of, money_of
from crowdfund.disputes.actions import follow_dispute
from crowdfund.payouts.expenses.actions import Told, tell_expense
from crowdfund.people.models import Person
from crowdfund.pledges.models import Pledge
from crowdfund.pledges.refunding import refund_pledge
from crowdfund.pledges.transfers import outcomes
from crowdfund.pledges.transfers.elections import choose
from crowdfund.pledges.transfers.models import Choice, OutcomeKind
from crowdfund.web import page_cache
from crowdfund.worker import work_until_idle
from tests.bank import a_studio_with_account, ask, books_proven, close_now, fans_with, pass_time, pledges_with
from tests.http.conftest import SiteUnderTest
from tests.money import attempts, stripe_fee_minor
from tests.transfers import a_charity, a_club, a_document, a_draft, a_recipient, file, opened
from tests.world import a_campaign, a_fan, again, pledged


@pytest.fixture(autouse=True)
async def proven(database: str) -> AsyncIterator[None]:
    yield
    for campaign in await Campaign.all():
        found = await money_of(campaign)
        assert found.whole.came == found.whole.gone + found.whole.held, campaign.name
        if found.days:
            assert found.days[0].held == found.whole.held
        for pledge in await Pledge.filter(campaign_id=campaign.id):
            mine = await mine_of(pledge, found)
            assert mine is None or sum(mine.parts.values()) == mine.amount_minor
    await books_proven()


async def a_line(campaign: Campaign, name: str, amount_minor: int, part: str = "cost") -> BudgetLine:
    position = await BudgetLine.filter(campaign_id=campaign.id).count()
    return await BudgetLine.create(
        id=new_id(), campaign_id=campaign.id, position=position, name=name, amount_minor=amount_minor, part=part
    )


async def spent(campaign: Campaign, line: BudgetLine | None, amount_minor: int) -> int:
    by = await a_fan("Lin")
    told = Told(line.id if line else None, amount_minor, "Boatyard", clock.now(), "Two boats for a week.")
    return await tell_expense(campaign.id, told, document_id=await a_document(by.id), by=by.id)


async def as_everybody_reads(site: SiteUnderTest, campaign: Campaign) -> str:
    page_cache.forget_everything()  # a second goes by
    browser = site.browser()
    await browser.get(f"{campaign.path}/ledger")
    assert browser.status == 200
    return re.sub(r"\s+", " ", browser.text)


async def as_a_program_reads(site: SiteUnderTest, campaign: Campaign) -> dict[str, Any]:
    answer = await site.browser().client.get(f"/api/v1/campaigns/{public(campaign.id)}/ledger")
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def signed_in_fan(site: SiteUnderTest, pledge: Pledge) -> Any:
    return await site.signed_in(await Person.get(id=pledge.person_id))


async def test_a_film_from_the_first_promise_to_the_last_receipt(site: SiteUnderTest) -> None:
    campaign = await a_campaign(goal_minor=200_00, studio_id=await a_studio_with_account())
    boats = await a_line(campaign, "Boats", 150_00)
    await a_line(campaign, "Cast", 50_00)
    hers, _other = await pledges_with(campaign, "instant", "instant", amount_minor=100_00)
    await pledges_with(campaign, "declines_later", amount_minor=30_00)
    text = await as_everybody_reads(site, campaign)
    assert "Promised €230 so far; nothing is charged before it closes" in text and "No money has moved yet" in text
    await close_now(campaign)
    await pass_time(days=8)
    fees = 2 * stripe_fee_minor(100_00)
    assert fees == 3_50
    text = await as_everybody_reads(site, campaign)
    assert "Promised €230 when it closed Collected €200 €30 of what was promised no card gave" in text
    assert "Collected €200.00 The payment company, for charging the cards − €3.50" in text
    assert (
        "crowdfund: 5% of what was collected − €10.00 Paid out to Lanting Pictures − €186.50 Still held €0.00" in text
    )
    assert "Lanting Pictures was paid and has not told yet what for." in text
    assert "Collected from cards 2 cards + €200.00" in text

    await spent(campaign, boats, 120_00)
    await spent(campaign, None, 6_50)
    text = await as_everybody_reads(site, campaign)
    assert "Boats €150 €120.00 Cast €50 €0.00 Not in the budget – €6.50" in text
    assert "Not told of yet €60.00 Paid out €186.50" in text
    said = await as_a_program_reads(site, campaign)
    assert (said["arrived_minor"], said["untold_minor"], said["not_collected_minor"]) == (186_50, 60_00, 30_00)
    assert [(line["name"], line["told_minor"]) for line in said["lines"]] == [
        ("Boats", 120_00),
        ("Cast", 0),
        ("", 6_50),
    ]

    mei = await signed_in_fan(site, hers)
    for path in (f"{campaign.path}/ledger", hers.path):
        await mei.get(path)
        assert "Where your €100 went" in mei.text
        assert "The payment company, for charging the cards €1.75 crowdfund's fee €5.00" in mei.text
        assert (
            "Spent by the makers: Boats €60.00 Spent by the makers: something that was not in the budget €3.25"
            in mei.text
        )
        assert "Paid out to the makers, who have not told yet what for €30.00 Charged to your card €100.00" in mei.text


async def test_a_refund_after_the_payout(site: SiteUnderTest) -> None:
    campaign = await a_campaign(goal_minor=200_00, studio_id=await a_studio_with_account())
    hers, _other = await pledges_with(campaign, "instant", "instant", amount_minor=100_00)
    await close_now(campaign)
    await pass_time(days=8)
    await refund_pledge(hers.id, amount_minor=12_00, reason="she asked", by_person_id=(await a_fan("Staff")).id)
    await work_until_idle()
    text = await as_everybody_reads(site, campaign)
    assert "crowdfund: 5% of what was collected − €9.40 Given back to backers' cards €12.00 is there − €12.00" in text
    assert "Lanting Pictures owes this: more was given back than was still here + €11.40 Still held €0.00" in text
    mei = await signed_in_fan(site, hers)
    await mei.get(hers.path)
    assert "Given back to your card €12.00" in mei.text


async def test_a_fund_that_failed_gives_all_back(site: SiteUnderTest) -> None:
    campaign = await a_campaign(goal_minor=200_00)
    hers, _other = [
        (await pledges_with(campaign, card, amount_minor=100_00))[0] for card in ("instant", "declines_later")
    ]
    await close_now(campaign)
    text = await as_everybody_reads(site, campaign)
    assert "Still held €100.00 Cards are still being charged." in text
    assert (
        "The payment company has taken €1.75 for charging the cards; the platform bears that unless the fund succeeds."
        in text
    )
    await pass_time(days=8)
    text = await as_everybody_reads(site, campaign)
    assert "Collected €100.00 Given back to backers' cards €100.00 is there − €100.00 Still held €0.00" in text
    mei = await signed_in_fan(site, hers)
    await mei.get(hers.path)
    assert "Given back to your card €100.00 Charged to your card €100.00" in mei.text


async def test_a_bank_that_takes_and_gives_back(site: SiteUnderTest) -> None:
    campaign = await a_campaign(goal_minor=200_00, rule="threshold", threshold_bps=5_000)
    _kept, taken = await pledges_with(campaign, "ok", "ok", amount_minor=100_00)
    await pledges_with(campaign, "saved_lost", amount_minor=25_00)
    await close_now(campaign)
    opened_at = await ask("POST", f"charges/{(await attempts(taken))[-1].stripe_charge_id}/dispute", {})
    await follow_dispute(opened_at["id"])
    text = await as_everybody_reads(site, campaign)
    assert "Collected €200.00 Taken back by backers' banks − €100.00 Still held €100.00" in text
    mei = await signed_in_fan(site, taken)
    await mei.get(taken.path)
    assert "With your bank, which has not decided yet €100.00" in mei.text
    await ask("POST", f"disputes/{opened_at['id']}/close", {"won": False})
    await follow_dispute(opened_at["id"])
    await mei.get(taken.path)
    assert "Given back to you by your bank €100.00" in mei.text


@pytest.mark.landing
async def test_a_deal_that_fell_through_each_where_she_chose(site: SiteUnderTest) -> None:
    club, owner = await a_club()
    academy, charity = await a_recipient(club.id), await a_charity()
    campaign = await opened(await a_draft(club, owner, goal_minor=200_00, fallback=academy), owner)
    fans = await fans_with(*["instant"] * 4)
    pledges = [await Pledge.get(id=(await pledged(fan, campaign, amount_minor=50_00)).id) for fan in fans]
    await close_now(campaign)
    assert "It waits until the player is registered and two of us have seen it." in await as_everybody_reads(
        site, campaign
    )
    await file(campaign, OutcomeKind.COLLAPSED, by=owner)
    await pass_time(hours=72)
    ways: list[tuple[Choice, dict[str, Any]]] = [
        (Choice.REFUND, {}), (Choice.FALLBACK, {}), (Choice.NEXT, {}), (Choice.CHARITY, {"charity_id": charity.id}),
    ]  # fmt: skip
    for pledge, fan, (choice, more) in zip(pledges[:3], fans, ways, strict=False):
        await choose(pledge.id, choice, person_id=fan.id, **more)
    await work_until_idle()
    text = await as_everybody_reads(site, campaign)
    assert "Still held €50.00 The deal fell through: each backer decides where her part goes." in text
    await choose(pledges[3].id, *ways[3][:1], person_id=fans[3].id, **ways[3][1])
    await pass_time(days=16)
    text = await as_everybody_reads(site, campaign)
    assert "Collected €200.00 Given back to backers' cards €50.00 is there − €50.00" in text
    assert "Given to Young Hafen − €50.00" in text and "Given to Football for All − €50.00" in text
    assert "Kept for the club's next target − €50.00 Still held €0.00" in text
    said = await as_a_program_reads(site, campaign)
    assert (said["collected_minor"], said["refunded_minor"], said["kept_minor"], said["platform_minor"]) == (
        200_00,
        50_00,
        50_00,
        0,
    )
    assert sorted((gift["name"], gift["amount_minor"]) for gift in said["gifts"]) == [
        ("Football for All", 50_00),
        ("Young Hafen", 50_00),
    ]
    hers = [
        "Given back to your card",
        "Given to Young Hafen",
        "Kept for the club's next target",
        "Given to Football for All",
    ]
    for pledge, words in zip(pledges, hers, strict=True):
        fan_browser = await signed_in_fan(site, pledge)
        await fan_browser.get(pledge.path)
        assert f"{words} €50.00 Charged to your card €50.00" in fan_browser.text


async def test_a_player_signed_with_a_surplus_shared_back(site: SiteUnderTest) -> None:
    club, owner = await a_club()
    campaign = await opened(await a_draft(club, owner, goal_minor=100_00, surplus=Surplus.REFUND), owner)
    pledges = await pledges_with(campaign, "instant", "instant", amount_minor=75_00)
    await close_now(campaign)
    outcome_id = await file(campaign, OutcomeKind.SIGNED, by=owner)
    await outcomes.check_evidence(outcome_id, "seen in the register", by=(await a_fan("Ada")).id)
    await pass_time(hours=72)
    await outcomes.release(outcome_id, "seen in the register, too", by=(await a_fan("Grace")).id)
    await pass_time(days=2)
    fees = 2 * stripe_fee_minor(75_00)
    text = await as_everybody_reads(site, campaign)
    assert "Given back to backers' cards €50.00 is there · €50.00 as shares of a surplus − €50.00" in text
    assert f"Paid out to Rot-Weiss Hafen − €{(100_00 - fees - 5_00) / 100:.2f} Still held €0.00" in text
    assert "Fee to the selling club €100 €0.00" in text
    mei = await signed_in_fan(site, pledges[0])
    await mei.get(f"{campaign.path}/ledger")
    assert (
        "Given back to your card €25.00" in mei.text
        and "Paid out to the club, who have not told yet what for" in mei.text
    )


@pytest.mark.landing
async def test_what_an_earlier_target_brought_comes_on_top(site: SiteUnderTest) -> None:
    club, owner = await a_club()
    first = await opened(await a_draft(club, owner, goal_minor=50_00, name="Bring Wesley home"), owner)
    (fan,) = await fans_with("instant")
    kept = await Pledge.get(id=(await pledged(fan, first, amount_minor=50_00)).id)
    await close_now(first)
    await file(first, OutcomeKind.COLLAPSED, by=owner)
    await pass_time(hours=72)
    await choose(kept.id, Choice.NEXT, person_id=fan.id)
    await pass_time(days=15)
    second = await opened(await a_draft(club, owner, goal_minor=100_00, name="Bring Cyriel home"), owner)
    await work_until_idle()  # what is kept is for this one now
    await pledges_with(second, "instant", amount_minor=100_00)
    await close_now(second)
    outcome_id = await file(second, OutcomeKind.SIGNED, by=owner)
    await outcomes.check_evidence(outcome_id, "seen in the register", by=(await a_fan("Ada")).id)
    await pass_time(hours=72)
    await outcomes.release(outcome_id, "seen in the register, too", by=(await a_fan("Grace")).id)
    await pass_time(days=2)
    text = await as_everybody_reads(site, second)
    assert "Collected €100.00 Brought by backers of an earlier target €50.00 Together €150.00" in text
    mei = await signed_in_fan(site, kept)
    await mei.get(kept.path)
    assert "Used for the club's next target, Bring Cyriel home €50.00" in mei.text


# --- how it is read ---


async def test_days_are_read_a_page_at_a_time(site: SiteUnderTest, monkeypatch: pytest.MonkeyPatch) -> None:
    campaign = await a_campaign(goal_minor=200_00, studio_id=await a_studio_with_account())
    hers, _other = await pledges_with(campaign, "instant", "instant", amount_minor=100_00)
    await close_now(campaign)
    await pass_time(days=8)
    staff = await a_fan("Staff")
    for _ in range(3):
        await refund_pledge(hers.id, amount_minor=1_00, reason="she asked", by_person_id=staff.id)
        await pass_time(days=1)
    whole = await money_of(await again(campaign))
    monkeypatch.setattr("crowdfund.desk.ledger.queries.DAYS_PAGE", 2)
    found, before = [], 10**9
    while True:
        page = await money_of(await again(campaign), before)
        found += page.days
        if not page.has_more:
            break
        before = page.days[-1].day
    assert found == whole.days and len(found) == 4
    browser = site.browser()
    await browser.get(f"{campaign.path}/ledger")
    older = browser.page.links["Earlier →"]
    await browser.get(older)
    assert browser.status == 200 and "← The newest" in browser.text


@pytest.mark.parametrize("before", ["x", "-1", "99999999", "1e3", "１２", "%00"])
async def test_a_day_that_is_none_is_not_there(site: SiteUnderTest, before: str) -> None:
    campaign = await a_campaign()
    browser = site.browser()
    await browser.get(f"{campaign.path}/ledger?before={before}")
    assert browser.status == 404
    answer = await browser.client.get(f"/api/v1/campaigns/{public(campaign.id)}/ledger?before={before}")
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_before")


async def test_visitors_share_a_page_and_nobody_sees_anothers_part(site: SiteUnderTest) -> None:
    campaign = await a_campaign(goal_minor=100_00, studio_id=await a_studio_with_account())
    hers, *_ = await pledges_with(campaign, "instant", amount_minor=100_00)
    await close_now(campaign)
    mei = await signed_in_fan(site, hers)
    await mei.get(f"{campaign.path}/ledger")
    assert "Where your €100 went" in mei.text and mei.response.headers["cache-control"] == "no-store"
    stranger, other = site.browser(), await site.signed_up("Wei")
    for browser in (stranger, other):
        await browser.get(f"{campaign.path}/ledger")
        assert "Where your" not in browser.text
    await stranger.get(f"{campaign.path}/ledger", **{"if-none-match": stranger.response.headers["etag"]})
    assert stranger.status == 304
    await stranger.get(campaign.path)
    assert stranger.page.links["Every cent of it, for anybody to read"] == f"{campaign.path}/ledger"
