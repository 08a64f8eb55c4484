"""The daybook: what was moved because of one subject, counted by day as it is posted. On both engines."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from crowdfund import clock
from crowdfund.database import Sql, atomic
from crowdfund.ledger import Entry, FloorBroken, Posting, chart, daybook, post
from crowdfund.ledger.books import RULES, prove
from crowdfund.ledger.daybook import Moved

post_now = atomic(post)
EUR = "EUR"
fund, stripe, clearing = chart.fund(7, EUR), chart.stripe(EUR), chart.refund_clearing(EUR)
FIRST = datetime(2027, 1, 31, 23, 59, 59, tzinfo=UTC)
DAY = clock.to_us(FIRST) // 86_400_000_000


@pytest.fixture(autouse=True)
def movable(tmp_path: Path) -> Iterator[None]:
    clock.share(tmp_path / "clock")
    yield
    clock.unshare()


def at(moment: datetime) -> None:
    clock.set_offset(moment - clock.from_us(clock.wall_now_us()))


def collected(number: int, amount_minor: int, subject: str = "campaign:7") -> Entry:
    return Entry(f"charge:{number}", "pledge_collected", subject, [Posting(stripe, fund, amount_minor)])


def refunded(number: int, amount_minor: int) -> Entry:
    return Entry(f"refund:{number}", "refund_promised", "campaign:7", [Posting(fund, clearing, amount_minor)])


async def broken() -> list[str]:
    return [finding.name for finding in await prove(RULES) if not finding.holds]


async def test_a_day_is_the_sum_of_its_postings(database: str) -> None:
    at(FIRST)
    await post_now([collected(1, 25_00), collected(2, 10_00), collected(3, 5_00, "campaign:8")])
    await post_now([collected(1, 25_00), collected(4, 1_00)])  # what was posted before counts once
    assert await daybook.by_day("campaign:7", days=5) == [
        Moved("pledge_collected", "stripe:EUR", "fund:7", 36_00, 3, DAY),
    ]
    assert await broken() == []


async def test_a_day_ends_at_midnight_utc(database: str) -> None:
    at(FIRST)
    await post_now([collected(1, 25_00)])
    at(datetime(2027, 2, 1, tzinfo=UTC))
    await post_now([collected(2, 10_00), refunded(1, 5_00)])
    assert [(m.day, m.kind, m.amount_minor) for m in await daybook.by_day("campaign:7", days=5)] == [
        (DAY + 1, "pledge_collected", 10_00), (DAY + 1, "refund_promised", 5_00), (DAY, "pledge_collected", 25_00),
    ]  # fmt: skip
    assert {m.day for m in await daybook.by_day("campaign:7", days=1)} == {DAY + 1}
    assert {m.day for m in await daybook.by_day("campaign:7", DAY + 1, days=9)} == {DAY}
    assert [m.amount_minor for m in await daybook.sums("campaign:7", DAY, DAY + 1)] == [25_00]
    assert [(m.kind, m.amount_minor, m.postings) for m in await daybook.sums("campaign:7")] == [
        ("pledge_collected", 35_00, 2), ("refund_promised", 5_00, 1),
    ]  # fmt: skip
    assert await broken() == []


async def test_what_was_refused_is_not_counted(database: str) -> None:
    await post_now([collected(1, 25_00)])
    with pytest.raises(FloorBroken):
        await post_now([refunded(1, 25_01)])
    assert [m.kind for m in await daybook.sums("campaign:7")] == ["pledge_collected"]


@pytest.mark.parametrize(
    "change",
    ["UPDATE daybook SET amount_minor = amount_minor + 1", "UPDATE daybook SET postings = 2", "DELETE FROM daybook"],
)
async def test_a_wrong_day_is_found(database: str, change: str) -> None:
    await post_now([collected(1, 25_00)])
    await atomic(Sql(change).__call__)()
    assert await broken() == ["each day of each fund is the sum of its postings"]
