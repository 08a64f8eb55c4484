"""The entries of one subject in the order in which they were written, a page at a time: memory stays flat however many there are."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

from crowdfund.database import Sql, as_rows

PAGE = 1_000

_PAGE = Sql("""
    SELECT id, key, kind, at FROM journal_entry
    WHERE subject = $1 AND at < $2 AND (at > $3 OR (at = $3 AND id > $4)) ORDER BY at, id LIMIT $5""")
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


async def entries_of(subject: str, from_us: int, before_us: int) -> AsyncIterator[list[Written]]:
    """All entries of a subject from one moment on and before another, in order of time, a thousand at once."""
    at, after_id = from_us, -1
    while rows := await _PAGE(subject, before_us, at, after_id, PAGE):
        page = {row["id"]: Written(row["key"], row["kind"], row["at"]) for row in rows}
        found: list[dict[str, Any]] = await _POSTINGS(as_rows({"id": entry_id} for entry_id in page))
        for posting in found:
            page[posting["entry_id"]].postings.append((posting["debit"], posting["credit"], posting["amount_minor"]))
        yield list(page.values())
        at, after_id = rows[-1]["at"], rows[-1]["id"]
