"""The entries of one subject, or of some accounts, in the order in which they were written, a page at a time: memory stays flat."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field
from typing import Any

from crowdfund.database import Sql, as_rows

PAGE = 1_000

_PAGE = Sql("""
    SELECT id, key, kind, at FROM journal_entry
    WHERE subject = $1 AND at < $2 AND (at > $3 OR (at = $3 AND id > $4)) ORDER BY at, id LIMIT $5""")
_PAGE_OF_ACCOUNTS = Sql("""
    SELECT id, key, kind, subject, at FROM journal_entry
    WHERE id IN (SELECT p.entry_id FROM account a JOIN posting p ON p.debit_id = a.id OR p.credit_id = a.id
                 WHERE a.code IN (SELECT value->>'code' FROM {rows}))
      AND at < $2 AND (at > $3 OR (at = $3 AND id > $4)) ORDER BY at, id LIMIT $5""")
_MOVED_BEFORE = Sql("""
    SELECT CAST(COALESCE(SUM(CASE WHEN p.debit_id = a.id THEN p.amount_minor ELSE -p.amount_minor END), 0) AS BIGINT) AS minor
    FROM account a JOIN posting p ON p.debit_id = a.id OR p.credit_id = a.id JOIN journal_entry e ON e.id = p.entry_id
    WHERE a.code IN (SELECT value->>'code' FROM {rows}) AND e.at < $2""")
_POSTINGS = Sql("""
    SELECT p.entry_id, d.code AS debit, c.code AS credit, p.amount_minor
    FROM posting p JOIN account d ON d.id = p.debit_id JOIN account c ON c.id = p.credit_id
    WHERE p.entry_id IN (SELECT CAST(value->>'id' AS BIGINT) FROM {rows}) ORDER BY p.id""")


@dataclass(frozen=True, slots=True)
class Written:
    """An entry as it stands in the books. at: microseconds since 1970. postings: debit, credit, amount, in their order."""

    key: str
    kind: str
    at: int
    postings: list[tuple[str, str, int]] = field(default_factory=list)
    subject: str = ""


async def entries_of(subject: str, from_us: int, before_us: int) -> AsyncIterator[list[Written]]:
    """All entries of a subject from one moment on and before another, in order of time, a thousand at once."""
    at, after_id = from_us, -1
    while rows := await _PAGE(subject, before_us, at, after_id, PAGE):
        yield await _with_postings(rows, subject)
        at, after_id = rows[-1]["at"], rows[-1]["id"]


async def entries_of_accounts(codes: Iterable[str], from_us: int, before_us: int) -> AsyncIterator[list[Written]]:
    """All entries that moved one of these accounts from one moment on and before another, in order of time, a thousand at once."""
    accounts, at, after_id = as_rows({"code": code} for code in codes), from_us, -1
    while rows := await _PAGE_OF_ACCOUNTS(accounts, before_us, at, after_id, PAGE):
        yield await _with_postings(rows)
        at, after_id = rows[-1]["at"], rows[-1]["id"]


async def debited_before(codes: Iterable[str], before_us: int) -> int:
    """What was debited to these accounts before a moment, less what was credited."""
    return int(await _MOVED_BEFORE.value(as_rows({"code": code} for code in codes), before_us) or 0)


async def _with_postings(rows: list[dict[str, Any]], subject: str = "") -> list[Written]:
    page = {row["id"]: Written(row["key"], row["kind"], row["at"], subject=row.get("subject", subject)) for row in rows}
    found: list[dict[str, Any]] = await _POSTINGS(as_rows({"id": entry_id} for entry_id in page))
    for posting in found:
        page[posting["entry_id"]].postings.append((posting["debit"], posting["credit"], posting["amount_minor"]))
    return list(page.values())
