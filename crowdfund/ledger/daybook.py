"""What was moved because of one subject, by day: counted as it is posted, so that nothing is summed over postings to read it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from crowdfund.database import Sql, as_rows

DAY_US = 86_400_000_000
EVER = 10**9  # a day that never comes

_COUNT = Sql("""
    INSERT INTO daybook (subject, day, kind, debit_id, credit_id, amount_minor, postings)
    SELECT value->>'subject', CAST(value->>'day' AS BIGINT), value->>'kind', CAST(value->>'debit_id' AS BIGINT),
           CAST(value->>'credit_id' AS BIGINT), CAST(value->>'amount_minor' AS BIGINT), CAST(value->>'postings' AS BIGINT)
    FROM {rows} WHERE TRUE
    ON CONFLICT (subject, day, kind, debit_id, credit_id) DO UPDATE
    SET amount_minor = daybook.amount_minor + excluded.amount_minor, postings = daybook.postings + excluded.postings""")
_SUMS = Sql("""
    SELECT d.kind, a.code AS debit, c.code AS credit, CAST(SUM(d.amount_minor) AS BIGINT) AS amount_minor,
           CAST(SUM(d.postings) AS BIGINT) AS postings
    FROM daybook d JOIN account a ON a.id = d.debit_id JOIN account c ON c.id = d.credit_id
    WHERE d.subject = $1 AND d.day >= $2 AND d.day < $3 GROUP BY d.kind, a.code, c.code ORDER BY d.kind, a.code, c.code""")
_DAYS = Sql("""
    SELECT d.day, d.kind, a.code AS debit, c.code AS credit, d.amount_minor, d.postings
    FROM daybook d JOIN account a ON a.id = d.debit_id JOIN account c ON c.id = d.credit_id
    WHERE d.subject = $1 AND d.day IN (SELECT DISTINCT day FROM daybook WHERE subject = $1 AND day < $2 ORDER BY day DESC LIMIT $3)
    ORDER BY d.day DESC, d.kind, a.code, c.code""")


@dataclass(frozen=True, slots=True)
class Moved:
    """What went from one account to another for one reason. day: days since 1970, UTC; none where several are summed."""

    kind: str
    debit: str
    credit: str
    amount_minor: int
    postings: int
    day: int | None = None


def day_of(at_us: int) -> int:
    """The day of a moment, in days since 1970, UTC."""
    return at_us // DAY_US


async def count(postings: Iterable[tuple[str, str, int, int, int]], at_us: int) -> None:
    """Add postings to their day, in the caller's transaction: (subject, kind, debit id, credit id, amount)."""
    minor: Counter[tuple[str, str, int, int]] = Counter()
    number: Counter[tuple[str, str, int, int]] = Counter()
    for subject, kind, debit_id, credit_id, amount_minor in postings:
        minor[subject, kind, debit_id, credit_id] += amount_minor
        number[subject, kind, debit_id, credit_id] += 1
    day = day_of(at_us)
    # In order, so that two who count the same days never wait for each other in a ring.
    rows: list[dict[str, Any]] = [
        {
            "subject": key[0], "day": day, "kind": key[1], "debit_id": key[2], "credit_id": key[3], "amount_minor": minor[key],
            "postings": number[key],
        }
        for key in sorted(minor)
    ]  # fmt: skip
    await _COUNT(as_rows(rows))


async def sums(subject: str, first_day: int = 0, before_day: int = EVER) -> list[Moved]:
    """All that was moved because of a subject from one day on and before another, summed."""
    return [Moved(**row) for row in await _SUMS(subject, first_day, before_day)]


async def by_day(subject: str, before_day: int = EVER, *, days: int) -> list[Moved]:
    """The last so many days before one on which something was moved because of a subject, the newest first."""
    return [Moved(**row) for row in await _DAYS(subject, before_day, days)]
