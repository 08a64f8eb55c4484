"""What pages read of expenses. They are as many as receipts, and no more with more backers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from crowdfund import clock
from crowdfund.database import Sql
from crowdfund.refusal import NotFound

PAGE = 30

_PAID = Sql("""
    SELECT CAST(COALESCE(SUM(amount_minor), 0) AS BIGINT) AS minor FROM payout
    WHERE campaign_id = $1 AND recipient_id IS NULL AND state = 'paid'""")
_TOLD = Sql("""
    SELECT line_id, CAST(SUM(CASE WHEN reverses IS NULL THEN amount_minor ELSE -amount_minor END) AS BIGINT) AS minor
    FROM expense WHERE campaign_id = $1 GROUP BY line_id""")
_COLUMNS = """
    e.id, e.campaign_id, e.line_id, e.amount_minor, e.payee, e.spent_on, e.words, e.document_id, e.reverses, e.made_at,
    r.id AS taken_back_by, r.words AS because, COALESCE(d.name, '') AS document, COALESCE(d.sha256, '') AS sha256,
    COALESCE(d.media_type, '') AS media_type
    FROM expense e LEFT JOIN expense r ON r.reverses = e.id LEFT JOIN document d ON d.id = e.document_id"""
_PAGE = Sql(
    f"SELECT {_COLUMNS} WHERE e.campaign_id = $1 AND e.reverses IS NULL AND e.id < $2 ORDER BY e.id DESC LIMIT $3"
)
_ONE = Sql(f"SELECT {_COLUMNS} WHERE e.campaign_id = $1 AND e.id = $2 AND e.reverses IS NULL")


async def paid_minor(campaign_id: int) -> int:
    """What a fund has paid out to its own makers: what arrived."""
    return int(await _PAID.value(campaign_id))


async def told_by_line(campaign_id: int) -> dict[int | None, int]:
    """What is told of by line of the budget, less what was taken back; under none, what was for something else."""
    return {row["line_id"]: row["minor"] for row in await _TOLD(campaign_id) if row["minor"]}


@dataclass(frozen=True, slots=True)
class ExpenseShown:
    """An expense with its receipt. because: why it was taken back; empty where it counts."""

    id: int
    line_id: int | None
    amount_minor: int
    payee: str
    spent_on: datetime
    words: str
    document_id: int
    document: str
    sha256: str
    media_type: str
    made_at: datetime
    is_taken_back: bool
    because: str


def _shown(row: dict[str, Any]) -> ExpenseShown:
    facts = ("id", "line_id", "amount_minor", "payee", "words", "document_id", "document", "sha256", "media_type")
    return ExpenseShown(
        **{name: row[name] for name in facts}, spent_on=clock.from_us(row["spent_on"]), made_at=clock.from_us(row["made_at"]),
        is_taken_back=row["taken_back_by"] is not None, because=row["because"] or "",
    )  # fmt: skip


async def expenses_of(campaign_id: int, before_id: int | None = None, *, limit: int = PAGE) -> list[ExpenseShown]:
    """The last that were told of, the newest first, those that were taken back among them."""
    rows = await _PAGE(campaign_id, before_id if before_id is not None else 2**63 - 1, limit)
    return [_shown(row) for row in rows]


async def expense_of(campaign_id: int, expense_id: int | None) -> ExpenseShown:
    """Raises NotFound where this fund has no such expense."""
    row = await _ONE.one(campaign_id, expense_id) if expense_id is not None else None
    if row is None:
        raise NotFound("There is no such expense.")
    return _shown(row)
