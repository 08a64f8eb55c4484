"""Monthly statements: made once after each month, in order, signed and chained; read by people, programs and strangers."""

from __future__ import annotations

import asyncio
import json
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tortoise.exceptions import IntegrityError

from crowdfund import clock, settings
from crowdfund.books import check
from crowdfund.campaigns.models import Campaign
from crowdfund.database import Sql, atomic
from crowdfund.database.ids import public
from crowdfund.desk.statements import actions, rules
from crowdfund.desk.statements.actions import SETTLES_WITHIN, make_due_statements
from crowdfund.desk.statements.keys import own_key
from crowdfund.desk.statements.models import Statement
from crowdfund.ledger import Entry, Posting, chart, entries, post
from crowdfund.worker import work_until_idle
from tests.http.conftest import SiteUnderTest
from tests.world import a_campaign

SECOND = timedelta(seconds=1)
JANUARY, FEBRUARY, MARCH = (datetime(2027, month, 1, tzinfo=UTC) for month in (1, 2, 3))
post_now = atomic(post)


def at(moment: datetime) -> None:
    clock.set_offset(moment - clock.from_us(clock.wall_now_us()))


@pytest.fixture(autouse=True)
def on_a_database(database: str) -> None:
    """Each of these stories has one."""


async def wrong_in_the_books() -> list[str]:
    """Which rules don't hold: but for Stripe's record, which has nothing of what these stories post by themselves."""
    findings = (await check(with_processor=False)).findings
    return [one.name for one in findings if not one.holds and "Stripe" not in one.name]


async def collected(campaign: Campaign, number: int, amount_minor: int = 25_00) -> None:
    movement = Posting(chart.stripe("EUR"), chart.fund(campaign.id, "EUR"), amount_minor)
    await post_now([Entry(f"charge:{campaign.id}:{number}", "pledge_collected", f"campaign:{campaign.id}", [movement])])


async def all_due() -> None:
    while await make_due_statements():
        pass


async def periods(campaign: Campaign) -> list[str]:
    return [one.period for one in await Statement.filter(campaign_id=campaign.id).order_by("id")]


def said(statement: Statement) -> dict[str, object]:
    return dict(json.loads(statement.body))


async def test_a_month_ends_at_midnight_to_the_second() -> None:
    campaign = await a_campaign()
    for number, moment in enumerate((FEBRUARY - SECOND, FEBRUARY, FEBRUARY + SECOND)):
        at(moment)
        await collected(campaign, number)
    at(MARCH + timedelta(days=1))
    await all_due()
    found = {one.period: one.entries for one in await Statement.filter(campaign_id=campaign.id)}
    assert found == {"2027-01": 1, "2027-02": 2}


@pytest.mark.parametrize(("after", "made"), [(-SECOND, []), (timedelta(0), ["2027-01"]), (SECOND, ["2027-01"])])
async def test_it_is_made_once_its_last_transaction_is_on_disk(after: timedelta, made: list[str]) -> None:
    campaign = await a_campaign()
    at(FEBRUARY - SECOND)
    await collected(campaign, 1)
    at(FEBRUARY + SETTLES_WITHIN + after)
    await all_due()
    assert await periods(campaign) == made


async def test_months_of_downtime_end_in_one_chain_in_order() -> None:
    campaign, other = await a_campaign(), await a_campaign()
    for month in (1, 3, 6):
        at(datetime(2027, month, 15, tzinfo=UTC))
        await collected(campaign, month, month * 10_00)
    await collected(other, 1)
    at(datetime(2027, 8, 2, tzinfo=UTC))
    await all_due()
    assert await periods(campaign) == ["2027-01", "2027-03", "2027-06"], "a month in which nothing moved has none"
    assert await periods(other) == ["2027-06"]
    chain = await Statement.filter(campaign_id=campaign.id).order_by("period")
    before: bytes | None = None
    for one in chain:
        text = one.body.encode()
        assert all(found.holds for found in rules.verify(text, previous=before))
        assert one.previous == (rules.hash_of(before) if before else None)
        before = text
    [fund] = [row for row in said(chain[-1])["accounts"] if row["account"] == "fund"]  # type: ignore[attr-defined]
    assert (fund["opening"], fund["debits"], fund["credits"], fund["closing"]) == (40_00, 0, 60_00, 100_00)
    await all_due()
    assert len(await periods(campaign)) == 3
    at(datetime(2027, 9, 2, tzinfo=UTC))
    await all_due()
    assert len(await periods(campaign)) == 3


async def test_several_workers_at_once_make_each_once() -> None:
    campaign = await a_campaign()
    for month in (1, 2):
        at(datetime(2027, month, 15, tzinfo=UTC))
        await collected(campaign, month)
    at(MARCH + timedelta(days=1))
    made = await asyncio.gather(*(actions.make_next_statement(campaign.id) for _ in range(6)))
    assert made.count(True) in (1, 2)  # who comes when one is made already makes the next
    assert await periods(campaign) == ["2027-01", "2027-02"][: made.count(True)]
    await asyncio.gather(*(all_due() for _ in range(4)))
    assert await periods(campaign) == ["2027-01", "2027-02"]


async def test_the_worker_makes_them_with_all_else() -> None:
    campaign = await a_campaign(days=300)
    at(JANUARY)
    await collected(campaign, 1)
    at(FEBRUARY + timedelta(hours=1))
    await work_until_idle()
    assert await periods(campaign) == ["2027-01"]


async def test_more_entries_than_a_page_are_one_hash(monkeypatch: pytest.MonkeyPatch) -> None:
    campaign = await a_campaign()
    at(JANUARY)
    for number in range(7):
        await collected(campaign, number)
    at(FEBRUARY + timedelta(hours=1))
    monkeypatch.setattr(entries, "PAGE", 3)  # the size of a page changes nothing
    await all_due()
    [one] = await Statement.filter(campaign_id=campaign.id)
    monkeypatch.undo()
    facts = said(one)
    assert one.entries == 7 and facts["kinds"] == {"pledge_collected": {"amount_minor": 175_00, "entries": 7}}
    whole = rules.EntriesHash()
    async for page in entries.entries_of(f"campaign:{campaign.id}", 0, clock.now_us()):
        whole.take((e.key, e.kind, e.at, [list(p) for p in e.postings]) for e in page)
    assert facts["entries"] == {"count": 7, "sha256": whole.hex}


async def test_nothing_is_signed_where_the_days_are_not_the_entries() -> None:
    campaign = await a_campaign()
    at(JANUARY)
    await collected(campaign, 1)
    await atomic(Sql("UPDATE daybook SET amount_minor = amount_minor + 1").__call__)()
    at(FEBRUARY + timedelta(hours=1))
    await all_due()
    assert await periods(campaign) == []
    await atomic(Sql("UPDATE daybook SET amount_minor = amount_minor - 1").__call__)()
    await all_due()
    assert await periods(campaign) == ["2027-01"]


@pytest.mark.parametrize("table", ["statement", "statement_key"])
@pytest.mark.parametrize("change", ["UPDATE {} SET made_at = 1", "DELETE FROM {}"])
async def test_what_was_signed_stays(table: str, change: str) -> None:
    campaign = await a_campaign()
    at(JANUARY)
    await collected(campaign, 1)
    at(FEBRUARY + timedelta(hours=1))
    await all_due()
    with pytest.raises(IntegrityError, match="append-only"):
        await atomic(Sql(change.format(table)).__call__)()


async def test_another_key_is_a_new_one_and_the_old_one_stays_published(
    site: SiteUnderTest, site_settings: settings.Settings
) -> None:
    campaign = await a_campaign()
    browser = site.browser()
    await browser.get("/.well-known/crowdfund-statement-keys.json")
    assert browser.response.json() == {"keys": []}
    first = own_key().public_key().public_bytes_raw()
    assert (
        own_key().public_key().public_bytes_raw() == first
        and (site_settings.data / "statement-key").stat().st_mode & 0o77 == 0
    )
    for month, letters in ((1, ""), (2, b64encode(bytes(range(32))).decode())):
        at(datetime(2027, month, 15, tzinfo=UTC))
        await collected(campaign, month)
        settings.use(site_settings.with_(statement_key=letters))
        at(datetime(2027, month + 1, 2, tzinfo=UTC))
        await all_due()
    await browser.get("/.well-known/crowdfund-statement-keys.json")
    keys = rules.keys_in(browser.response.content)
    assert len(keys) == 2 and rules.key_id_of(first) in keys
    january, february = await Statement.filter(campaign_id=campaign.id).order_by("period")
    assert january.key_id == rules.key_id_of(first) != february.key_id
    checks = rules.verify(february.body.encode(), keys=keys, previous=january.body.encode())
    assert all(found.holds for found in checks) and all(f.holds for f in rules.verify(january.body.encode(), keys=keys))


@pytest.mark.parametrize(
    "letters", ["x", "AAAA", b64encode(bytes(31)).decode(), b64encode(bytes(33)).decode(), "é" * 44]
)
async def test_what_is_no_key_starts_no_site(letters: str, tmp_path: Path) -> None:
    with pytest.raises(settings.SettingsError, match="CROWDFUND_STATEMENT_KEY"):
        settings.read({"CROWDFUND_STATEMENT_KEY": letters, "CROWDFUND_DATA": str(tmp_path)})


# --- what is found out ---


@pytest.fixture
async def stated() -> Campaign:
    campaign = await a_campaign()
    at(JANUARY)
    await collected(campaign, 1)
    at(FEBRUARY + timedelta(hours=1))
    await all_due()
    return campaign


async def test_an_entry_that_comes_after_its_month_was_signed_is_found(stated: Campaign) -> None:
    at(JANUARY + SECOND)  # a clock that was set back
    await collected(stated, 2)
    assert await wrong_in_the_books() == [
        "nothing was written into a month of a fund after its statement was signed",
        "every statement is as it was signed, and so are its entries",
    ]


async def test_what_is_good_is_proven(stated: Campaign) -> None:
    assert await wrong_in_the_books() == [] and await periods(stated) == ["2027-01"]


# --- read ---


async def test_people_read_the_list_and_one_of_them_and_keep_the_text(site: SiteUnderTest) -> None:
    campaign = await a_campaign()
    browser = site.browser()
    await browser.get(f"{campaign.path}/statements")
    assert browser.status == 200 and "No statement yet" in browser.text
    for month in (1, 2):
        at(datetime(2027, month, 15, tzinfo=UTC))
        await collected(campaign, month)
    at(MARCH + timedelta(days=1))
    await all_due()
    await browser.get(f"{campaign.path}/statements")
    assert "Feb 2027 1 " in browser.text and browser.page.links["Jan 2027"] == f"{campaign.path}/statements/2027-01"
    await browser.get(f"{campaign.path}/statements/2027-02")
    assert "Held in the fund €25.00 + €25.00 €50.00" in browser.text and "Cards charged 1 entry €25.00" in browser.text
    assert browser.page.links["Jan 2027"] == f"{campaign.path}/statements/2027-01"
    texts = []
    for period in ("2027-01", "2027-02"):
        answer = await browser.client.get(f"{campaign.path}/statements/{period}.json")
        assert (
            answer.headers["content-type"] == "application/json"
            and "attachment" in answer.headers["content-disposition"]
        )
        texts.append(answer.content)
    keys = rules.keys_in((await browser.client.get("/.well-known/crowdfund-statement-keys.json")).content)
    assert all(found.holds for found in rules.verify(texts[1], keys=keys, previous=texts[0]))


@pytest.mark.parametrize("period", ["2027-01", "2027-13", "0000-00", "2027-01.json", "%00", "x" * 300])
async def test_a_month_without_a_statement_is_not_there(site: SiteUnderTest, period: str) -> None:
    campaign = await a_campaign()
    browser = site.browser()
    await browser.get(f"{campaign.path}/statements/{period}")
    assert browser.status == 404


async def test_a_draft_has_no_statements_for_anybody(site: SiteUnderTest) -> None:
    campaign = await a_campaign(state="draft")
    browser = site.browser()
    for page in ("statements", "statements/2027-01", "statements/2027-01.json", "ledger", "expenses"):
        await browser.get(f"{campaign.path}/{page}")
        assert browser.status == 404, page
    for page in ("statements", "ledger", "expenses"):
        answer = await browser.client.get(f"/api/v1/campaigns/{public(campaign.id)}/{page}")
        assert answer.status_code == 404, page


async def test_programs_read_them_page_by_page(site: SiteUnderTest) -> None:
    campaign = await a_campaign()
    for month in (1, 2, 3):
        at(datetime(2027, month, 15, tzinfo=UTC))
        await collected(campaign, month)
    at(datetime(2027, 4, 2, tzinfo=UTC))
    await all_due()
    client = site.browser().client
    first = (await client.get(f"/api/v1/campaigns/{public(campaign.id)}/statements?limit=2")).json()
    rest = (await client.get(first["next"])).json()
    assert [one["period"] for one in first["items"] + rest["items"]] == ["2027-03", "2027-02", "2027-01"]
    assert rest["next"] is None and first["items"][0]["previous"] == first["items"][1]["sha256"]
    text = await client.get(first["items"][0]["url"])
    assert rules.hash_of(text.content) == first["items"][0]["sha256"]
