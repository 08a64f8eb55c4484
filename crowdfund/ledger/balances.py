"""Reading balances."""

from __future__ import annotations

from collections.abc import Iterable

from crowdfund.database import Sql, as_rows
from crowdfund.ledger.chart import Account

_KEPT = Sql("""
    SELECT CAST((b.debits_minor - b.credits_minor) * b.sign AS BIGINT) AS minor
    FROM account a JOIN balance b ON b.account_id = a.id WHERE a.code = $1""")
_LOCKED = Sql("""
    SELECT (SELECT a.code FROM account a WHERE a.id = b.account_id) AS code,
           CAST((b.debits_minor - b.credits_minor) * b.sign AS BIGINT) AS minor
    FROM balance b WHERE b.account_id IN (SELECT a.id FROM account a WHERE a.code IN (SELECT value->>'code' FROM {rows}))
    ORDER BY b.account_id {for_update}""")
_SUMMED = Sql("""
    SELECT CAST((COALESCE((SELECT SUM(amount_minor) FROM posting WHERE debit_id = a.id), 0)
               - COALESCE((SELECT SUM(amount_minor) FROM posting WHERE credit_id = a.id), 0)) * a.sign AS BIGINT) AS minor
    FROM account a WHERE a.code = $1""")

_PART = Sql("""
    SELECT CAST(a.sign * (COALESCE((SELECT SUM(p.amount_minor) FROM posting p JOIN journal_entry e ON e.id = p.entry_id
                                    WHERE p.debit_id = a.id AND e.subject = $2), 0)
                        - COALESCE((SELECT SUM(p.amount_minor) FROM posting p JOIN journal_entry e ON e.id = p.entry_id
                                    WHERE p.credit_id = a.id AND e.subject = $2), 0)) AS BIGINT) AS minor
    FROM account a WHERE a.code = $1""")

_TURNOVER = Sql("""
    SELECT b.debits_minor, b.credits_minor FROM account a JOIN balance b ON b.account_id = a.id WHERE a.code = $1""")
_PARTS = Sql("""
    SELECT c.code, CAST(SUM(p.amount_minor) AS BIGINT) AS minor FROM journal_entry e JOIN posting p ON p.entry_id = e.id
    JOIN account c ON c.id = p.credit_id WHERE e.key = $1 GROUP BY c.code""")
_PARTS_OF_KIND = Sql("""
    SELECT c.code, CAST(SUM(p.amount_minor) AS BIGINT) AS minor FROM journal_entry e JOIN posting p ON p.entry_id = e.id
    JOIN account c ON c.id = p.credit_id WHERE e.subject = $1 AND e.kind = $2 GROUP BY c.code""")
_TAKEN = Sql("""
    SELECT e.kind, CAST(SUM(p.amount_minor) AS BIGINT) AS minor FROM account a JOIN posting p ON p.debit_id = a.id
    JOIN journal_entry e ON e.id = p.entry_id WHERE a.code = $1 GROUP BY e.kind""")
_KINDS = Sql("""
    SELECT kind, CAST(SUM(minor) AS BIGINT) AS minor FROM (
        SELECT e.kind, p.amount_minor AS minor FROM account a JOIN posting p ON p.credit_id = a.id
        JOIN journal_entry e ON e.id = p.entry_id AND e.subject = $2 WHERE a.code = $1
        UNION ALL SELECT e.kind, -p.amount_minor FROM account a JOIN posting p ON p.debit_id = a.id
        JOIN journal_entry e ON e.id = p.entry_id AND e.subject = $2 WHERE a.code = $1
    ) AS moved GROUP BY kind""")


async def balance_minor(account: Account) -> int:
    """What an account holds, in its own direction: what is left of a liability, what there is of an asset.

    Kept in a row for accounts with a floor; summed from all postings for platform-wide ones.
    """
    statement = _SUMMED if account.floor_minor is None else _KEPT
    return int(await statement.value(account.code) or 0)


async def held_minor(accounts: Iterable[Account]) -> dict[str, int]:
    """What accounts with a floor hold, by code, locked until the transaction ends: nobody takes it from under who decides by it."""
    codes = sorted({account.code for account in accounts})
    held = {row["code"]: row["minor"] for row in await _LOCKED(as_rows({"code": code} for code in codes))}
    return {code: held.get(code, 0) for code in codes}


async def part_minor(account: Account, subject: str) -> int:
    """How much of what an account holds comes from one subject (`campaign:12`); below nothing where that took more than it gave."""
    return int(await _PART.value(account.code, subject) or 0)


async def turnover(account: Account) -> tuple[int, int]:
    """All that was ever debited and credited to an account with a floor: two kept figures, however much happened."""
    row = await _TURNOVER.one(account.code)
    return (row["debits_minor"], row["credits_minor"]) if row else (0, 0)


async def parts_of(key: str) -> dict[str, int]:
    """What one journal entry gave to whom: amounts by the code of the credited account; empty where there is no such entry."""
    return {row["code"]: row["minor"] for row in await _PARTS(key)}


async def parts_of_kind(kind: str, subject: str) -> dict[str, int]:
    """What all entries of one kind about one subject gave to whom: amounts by the code of the credited account."""
    return {row["code"]: row["minor"] for row in await _PARTS_OF_KIND(subject, kind)}


async def taken_from(account: Account) -> dict[str, int]:
    """What was debited to an account, by the kind of entry. Reads each debit: not for accounts that are debited all day."""
    return {row["kind"]: row["minor"] for row in await _TAKEN(account.code)}


async def moved_by_kind(account: Account, subject: str) -> dict[str, int]:
    """What came to an account (+) and left it (-) because of one subject, by the kind of entry, credits less debits."""
    return {row["kind"]: row["minor"] for row in await _KINDS(account.code, subject)}
