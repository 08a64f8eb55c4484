"""Proving the books: each rule is one statement that gives the rows that break it. None may."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from crowdfund import clock
from crowdfund.database import Sql


@dataclass(frozen=True, slots=True)
class Rule:
    """name: what is promised. counted: how many things it looks at. broken: the rows that break it, with a `what` column.

    after_days: for what has to be so after some time; `broken` then takes the moment before which that began.
    """

    name: str
    counted: Sql
    broken: Sql
    after_days: int = 0


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule found: how many things it looked at, None where nobody asked, and those that break it (the first twenty named)."""

    name: str
    counted: int | None
    broken: list[str]

    @property
    def holds(self) -> bool:
        return not self.broken


RULES: Sequence[Rule] = (
    Rule(
        "every entry has a posting",
        Sql("SELECT COUNT(*) FROM journal_entry"),
        Sql("""SELECT e.key AS what FROM journal_entry e
               WHERE NOT EXISTS (SELECT 1 FROM posting p WHERE p.entry_id = e.id) LIMIT 20"""),
    ),
    Rule(
        "per currency the sum of all accounts is zero",
        Sql("SELECT COUNT(DISTINCT currency) FROM account"),
        Sql("""SELECT currency || ' is off by ' || CAST(SUM(minor) AS TEXT) AS what FROM (
                   SELECT a.currency, p.amount_minor AS minor FROM posting p JOIN account a ON a.id = p.debit_id
                   UNION ALL
                   SELECT a.currency, -p.amount_minor FROM posting p JOIN account a ON a.id = p.credit_id) AS moved
               GROUP BY currency HAVING SUM(minor) <> 0"""),
    ),
    Rule(
        "every kept balance equals its postings",
        Sql("SELECT COUNT(*) FROM balance"),
        Sql("""SELECT a.code AS what FROM balance b JOIN account a ON a.id = b.account_id
               WHERE b.debits_minor <> COALESCE((SELECT SUM(amount_minor) FROM posting WHERE debit_id = a.id), 0)
                  OR b.credits_minor <> COALESCE((SELECT SUM(amount_minor) FROM posting WHERE credit_id = a.id), 0)
               LIMIT 20"""),
    ),
    Rule(
        "no account is below its floor",
        Sql("SELECT COUNT(*) FROM account WHERE floor_minor IS NOT NULL"),
        Sql("""SELECT a.code AS what FROM account a LEFT JOIN balance b ON b.account_id = a.id
               WHERE a.floor_minor IS NOT NULL
                 AND (b.account_id IS NULL OR (b.debits_minor - b.credits_minor) * a.sign < a.floor_minor) LIMIT 20"""),
    ),
    Rule(
        "a reversal swaps what it reverses",
        Sql("SELECT COUNT(*) FROM journal_entry WHERE reverses IS NOT NULL"),
        Sql("""SELECT r.key AS what FROM journal_entry r JOIN journal_entry o ON o.id = r.reverses
               WHERE (SELECT COUNT(*) FROM posting p JOIN posting q ON q.entry_id = o.id AND q.debit_id = p.credit_id
                         AND q.credit_id = p.debit_id AND q.amount_minor = p.amount_minor WHERE p.entry_id = r.id)
                     < (SELECT COUNT(*) FROM posting p WHERE p.entry_id = o.id) LIMIT 20"""),
    ),
    Rule(
        "each day of each fund is the sum of its postings",
        Sql("SELECT COUNT(*) FROM daybook"),
        Sql("""SELECT subject || ', day ' || CAST(day AS TEXT) || ': ' || kind AS what FROM (
                   SELECT e.subject, e.at / 86400000000 AS day, e.kind, p.debit_id, p.credit_id, p.amount_minor AS minor, 1 AS n
                   FROM posting p JOIN journal_entry e ON e.id = p.entry_id
                   UNION ALL
                   SELECT subject, day, kind, debit_id, credit_id, -amount_minor, -postings FROM daybook) AS moved
               GROUP BY subject, day, kind, debit_id, credit_id HAVING SUM(minor) <> 0 OR SUM(n) <> 0 LIMIT 20"""),
    ),
)


async def prove(rules: Sequence[Rule], *, counting: bool = True) -> list[Finding]:
    """Run each rule; the caller decides what a broken one means. counting: a person reads how many things each rule looked at."""
    findings = []
    for rule in rules:
        counted = int(await rule.counted.value() or 0) if counting else None
        before = [clock.now_us() - rule.after_days * 86_400_000_000] if rule.after_days else []
        findings.append(Finding(rule.name, counted, [str(row["what"]) for row in await rule.broken(*before)]))
    return findings
