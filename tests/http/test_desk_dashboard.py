"""A campaign's dashboard and its file of pledges."""

from __future__ import annotations

import csv
from datetime import timedelta
from io import StringIO

import pytest

from crowdfund import clock
from crowdfund.campaigns.models import Campaign, Tier
from crowdfund.database import Sql, atomic
from crowdfund.desk.export import harmless
from crowdfund.desk.forecast import forecast
from crowdfund.desk.queries import ASSUMED, Rate, collection_rate, pledges_by_day, settling_of
from crowdfund.people.models import AuditEntry
from tests.http.campaign_world import a_producer, launched
from tests.http.conftest import SiteUnderTest
from tests.world import a_fan_with_card, a_pledge, a_want, again, pledged

pytestmark = pytest.mark.pages


def facts_of(text: str) -> list[list[str]]:
    return list(csv.reader(StringIO(text.removeprefix("\ufeff"))))


async def test_promised_and_collected_stand_apart_and_the_forecast_says_its_source(site: SiteUnderTest) -> None:
    lin = await a_producer(site)
    campaign = await launched(lin)  # its goal is €4,000
    tier = await Tier.get(campaign_id=campaign.id)
    await a_pledge(campaign, amount_minor=25_00, tier_id=tier.id, referrer="poster-qr")
    await a_pledge(campaign, amount_minor=3_975_00, referrer="poster-qr")
    clock.advance(timedelta(days=1))
    await a_pledge(campaign, amount_minor=100_00)
    await lin.browser.get(lin.base(campaign))
    text = lin.browser.text
    assert "Promised €4,100 3 pledges" in text
    assert "Collected €0 nothing is charged before it closes" in text
    # 90 % of 4,100.00 is 3,690.00: 310.00 short, so 344.45 more in promises, told as 345.
    assert "we assume that 90% of promises are collected" in text
    assert "It would fall short" in text and "About €345 more in promises would do." in text
    assert "Likely collected €3,690.00" in text
    assert "− €184.50" in text, "5 % of 3,690.00"
    assert "− €55.85" in text, "1.5 % of 3,690.00 rounded up, and 0.25 for each of two charges"
    assert "To your account, if it succeeds €3,449.65" in text
    assert "poster-qr 2 pledges €4,000" in text and "By themselves 1 pledge €100" in text
    assert "Two seats" in text and "1 / 40" in text and "Without a tier, or on top €4,075" in text
    assert [(number, minor) for _day, number, minor in await pledges_by_day(await again(campaign))] == [
        (2, 4_000_00),
        (1, 100_00),
    ]


async def test_the_rate_is_the_studios_own_before_everybodys(site: SiteUnderTest) -> None:
    lin, wei = await a_producer(site), await a_producer(site, "Wei")
    assert await collection_rate(lin.organisation.id) == ASSUMED
    theirs, ours = await launched(wei, name="Theirs"), await launched(lin, name="Ours")
    ended = atomic(
        Sql(
            "UPDATE campaign SET state = 'funded', promised_at_close_minor = $2, collected_minor = $3, closed_at = 1 WHERE id = $1"
        ).__call__
    )
    await ended(theirs.id, 1_000_00, 970_00)
    assert await collection_rate(lin.organisation.id) == Rate(9_700, "platform", 1)
    await ended(ours.id, 1_000_00, 800_00)
    assert await collection_rate(lin.organisation.id) == Rate(8_000, "organisation", 1)
    assert (await collection_rate(wei.organisation.id)).bps == 9_700
    open_one = await launched(lin, name="Open")
    await lin.browser.get(lin.base(open_one))
    assert "80% of promises were collected in your one fund so far" in lin.browser.text


def test_a_forecast_follows_the_rule_of_the_verdict() -> None:
    def of(promised_minor: int, rule: str = "strict", bps: int = 10_000) -> tuple[str, int]:
        campaign = Campaign(
            currency="EUR", goal_minor=1_000_00, rule=rule, threshold_bps=bps, fee_bps=500, promised_minor=promised_minor,
            pledges_live=40,
        )  # fmt: skip
        found = forecast(campaign, Rate(9_000, "platform", 3))
        assert found.payout_minor + found.fee_minor + found.processor_minor == found.likely_minor, "it sums to the cent"
        return found.verdict.value, found.missing_minor

    assert of(1_112_00) == ("funded", 0), "90 % of 1,112 is 1,000.80"
    assert of(1_111_00) == ("failed", 1_00), "90 % of 1,111 is 999.90: the whole goal is missed by a dime"
    assert of(999_00) == ("failed", 113_00), "and too little promised fails whatever is collected"
    assert of(889_00, "threshold", 8_000) == ("funded", 0)
    assert of(1_00, "flexible") == ("funded", 0)
    assert of(0, "flexible")[0] == "failed"


async def test_settling_shows_what_is_in_what_waits_and_what_fell_away(site: SiteUnderTest) -> None:
    lin = await a_producer(site)
    campaign = await launched(lin)
    for amount_minor in (1_000_00, 2_000_00, 1_500_00):
        await a_pledge(campaign, amount_minor=amount_minor)
    # As settling leaves them: one collected, one refused, one given up.
    for amount_minor, state in ((1_000_00, "collected"), (2_000_00, "errored"), (1_500_00, "dropped")):
        await atomic(Sql("UPDATE pledge SET state = $2 WHERE amount_minor = $1").__call__)(amount_minor, state)
    await atomic(
        Sql("""UPDATE campaign SET state = 'settling', closed_at = $2, settle_by = $3, promised_at_close_minor = 450000,
               pledges_at_close = 3, promised_minor = 300000, pledges_live = 2, collected_minor = 100000 WHERE id = $1""").__call__
    )(campaign.id, clock.now_us(), clock.now_us() + 7 * 86_400_000_000)
    found = await settling_of(await again(campaign))
    assert (found.collected_minor, found.waiting, found.waiting_minor, found.open_minor, found.dropped_minor) == (
        1_000_00, 1, 2_000_00, 0, 1_500_00,
    )  # fmt: skip
    await lin.browser.get(lin.base(campaign))
    assert "Waiting for a card to be mended (1) €2,000" in lin.browser.text
    assert "Promised €4,500 3 pledges" in lin.browser.text and "Collected €1,000" in lin.browser.text
    assert "If it ended now" not in lin.browser.text


async def test_what_needs_somebody_stands_on_top(site: SiteUnderTest) -> None:
    lin = await a_producer(site)
    campaign = await launched(lin)
    await lin.browser.get(lin.base(campaign))
    assert "Your next update is due" not in lin.browser.text
    clock.advance(timedelta(days=24))
    await atomic(Sql("UPDATE organisation SET payouts_state = 'disabled' WHERE id = $1").__call__)(lin.organisation.id)
    await lin.browser.get(lin.base(campaign))
    assert "Your next update is due by " in lin.browser.text
    assert "The payment company can't pay you yet." in lin.browser.text


# --- the file ---


async def test_all_pledges_come_as_a_file_without_what_fans_did_not_give_away(site: SiteUnderTest) -> None:
    lin = await a_producer(site)
    campaign = await launched(lin)
    tier = await Tier.get(campaign_id=campaign.id)
    named = await pledged(
        await a_fan_with_card("Wu Wei"), campaign, amount_minor=25_50, tier_id=tier.id, referrer="poster-qr"
    )
    await pledged(await a_fan_with_card("Secret Admirer"), campaign, shown_as="nobody")
    await pledged(await a_fan_with_card('=HYPERLINK("http://evil")'), campaign)
    answer = await lin.browser.get(f"{lin.base(campaign)}/pledges.csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"].startswith('attachment; filename="river-moon-')
    rows = facts_of(answer.text)
    assert rows[0] == [
        "pledge",
        "made_at",
        "state",
        "name",
        "tier",
        "quantity",
        "amount",
        "currency",
        "referrer",
        "page_version",
    ]
    [wu] = [row for row in rows if row[3] == "Wu Wei"]
    assert wu[2:] == ["active", "Wu Wei", "Two seats", "1", "25.50", "EUR", "poster-qr", "1"]
    assert named.id
    assert [row[3] for row in rows[1:]] == ["Wu Wei", "", '\'=HYPERLINK("http://evil")']
    assert "@example.com" not in answer.text, "addresses stay here"
    assert "Secret Admirer" not in answer.text
    assert await AuditEntry.filter(action="pledges_exported", by_person_id=lin.id).count() == 1


def test_no_cell_is_a_formula() -> None:
    for start in ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠"):
        assert harmless(f"{start}1+1") == f"'{start}1+1"
    assert harmless("Wu Wei") == "Wu Wei"
    assert harmless("") == ""


async def test_the_file_is_sent_page_by_page(site: SiteUnderTest) -> None:
    """More pledges than one page holds: each once, none twice."""
    import asyncio

    from crowdfund.desk.queries import all_pledges
    from crowdfund.pledges.make import make_pledge

    lin = await a_producer(site)
    campaign = await launched(lin)
    fans = [await a_fan_with_card() for _ in range(30)]
    await asyncio.gather(*(make_pledge(a_want(fan, campaign, amount_minor=5_00)) for fan in fans))
    import crowdfund.desk.queries as desk_queries

    was, desk_queries.CSV_PAGE = desk_queries.CSV_PAGE, 7
    try:
        sizes = [len(page) async for page in all_pledges(campaign.id)]
        answer = await lin.browser.get(f"{lin.base(campaign)}/pledges.csv")
    finally:
        desk_queries.CSV_PAGE = was
    assert sizes == [7, 7, 7, 7, 2]
    ids = [row[0] for row in facts_of(answer.text)[1:]]
    assert len(ids) == len(set(ids)) == 30
