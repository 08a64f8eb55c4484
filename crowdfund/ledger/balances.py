"""Reading balances."""

from __future__ import annotations

from crowdfund.database import Sql
from crowdfund.ledger.chart import Account

_KEPT = Sql("""
    SELECT CAST((b.debits_minor - b.credits_minor) * b.sign AS BIGINT) AS minor
    FROM account a JOIN balance b ON b.account_id = a.id WHERE a.code = $1""")
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


async def balance_minor(account: Account) -> int:
    """What an account holds, in its own direction: what is left of a liability, what there is of an asset.

    Kept in a row for accounts with a floor; summed from all postings for platform-wide ones.
    """
    statement = _SUMMED if account.floor_minor is None else _KEPT
    return int(await statement.value(account.code) or 0)


async def part_minor(account: Account, subject: str) -> int:
    """How much of what an account holds comes from one subject (`campaign:12`); below nothing where that took more than it gave."""
    return int(await _PART.value(account.code, subject) or 0)
