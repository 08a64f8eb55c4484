"""The ledger: balanced by construction, each event once, nobody's account below nothing. On both engines."""

import pytest
from tortoise.exceptions import IntegrityError

from crowdfund.database import Sql, atomic
from crowdfund.ledger import Entry, EntryDiffers, FloorBroken, Posting, balance_minor, chart, post, reverse
from crowdfund.ledger.books import RULES, prove

post_now = atomic(post)
reverse_now = atomic(reverse)
EUR = "EUR"
fund = chart.fund(7, EUR)


def collected(number: int, amount_minor: int) -> Entry:
    return Entry(f"charge:{number}", "pledge_collected", "campaign:7", [Posting(chart.stripe(EUR), fund, amount_minor)])


async def all_hold() -> bool:
    return all(finding.holds for finding in await prove(RULES))


async def test_money_collected_stands_in_the_fund_and_at_the_processor(database: str) -> None:
    await post_now([collected(1, 25_00), collected(2, 100_00)])
    assert await balance_minor(fund) == 125_00
    assert await balance_minor(chart.stripe(EUR)) == 125_00
    assert await all_hold()


async def test_an_entry_counts_once_however_often_it_is_posted(database: str) -> None:
    for _ in range(3):
        await post_now([collected(1, 25_00), collected(1, 25_00)])
    assert await balance_minor(fund) == 25_00


async def test_the_same_key_with_other_postings_is_refused(database: str) -> None:
    await post_now([collected(1, 25_00)])
    with pytest.raises(EntryDiffers):
        await post_now([collected(1, 26_00)])
    assert await balance_minor(fund) == 25_00


async def test_a_fund_never_pays_more_than_it_holds(database: str) -> None:
    await post_now([collected(1, 25_00)])
    out = Entry("refund:1", "refund", "campaign:7", [Posting(fund, chart.refund_clearing(EUR), 25_01)])
    with pytest.raises(FloorBroken):
        await post_now([out])
    assert await balance_minor(fund) == 25_00
    assert await all_hold()


async def test_a_reversal_swaps_the_ends_and_works_once(database: str) -> None:
    await post_now([collected(1, 25_00)])
    await reverse_now("charge:1", key="charge:1:reversed", kind="reversal")
    assert await balance_minor(fund) == 0
    with pytest.raises(IntegrityError):
        await reverse_now("charge:1", key="charge:1:reversed:again", kind="reversal")
    assert await all_hold()


@pytest.mark.parametrize("table", ["journal_entry", "posting"])
@pytest.mark.parametrize("change", ["UPDATE {} SET id = id", "DELETE FROM {}"])
async def test_what_was_posted_stays(database: str, table: str, change: str) -> None:
    await post_now([collected(1, 25_00)])
    with pytest.raises(IntegrityError, match="append-only"):
        await atomic(Sql(change.format(table)).__call__)()


async def test_currencies_never_mix(database: str) -> None:
    with pytest.raises((IntegrityError, EntryDiffers)):
        await post_now([Entry("x", "mixed", "campaign:7", [Posting(chart.stripe("USD"), fund, 5)])])


async def test_a_broken_balance_is_found(database: str) -> None:
    await post_now([collected(1, 25_00)])
    await atomic(Sql("UPDATE balance SET credits_minor = credits_minor + 1").__call__)()
    assert [finding.name for finding in await prove(RULES) if not finding.holds] == [
        "every kept balance equals its postings"
    ]
