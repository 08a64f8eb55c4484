"""A database from before funds had a daybook gets one from its postings."""

from __future__ import annotations

from crowdfund.database.migrate import migrate
from tests.unit.test_schema_deliveries import old_database, rows, run

__all__ = ["old_database"]

# 1 January 2027 begins at 1798761600 s; two charges before midnight, one after, a refund of parts of them.
_POSTINGS = """
INSERT INTO account (id, code, sign, currency) VALUES (1, 'stripe:EUR', 1, 'EUR'), (3, 'refund:clearing:EUR', -1, 'EUR');
INSERT INTO account (id, code, sign, currency, floor_minor) VALUES (2, 'fund:1', -1, 'EUR', 0);
INSERT INTO balance (account_id, sign, floor_minor, debits_minor, credits_minor) VALUES (2, -1, 0, 30, 175);
INSERT INTO journal_entry (id, key, kind, fingerprint, subject, at) VALUES
    (1, 'a', 'pledge_collected', 'f', 'campaign:1', 1798761500000000), (2, 'b', 'pledge_collected', 'f', 'campaign:1', 1798761599999999),
    (3, 'c', 'pledge_collected', 'f', 'campaign:1', 1798761600000000), (4, 'd', 'refund_promised', 'f', 'campaign:1', 1798761600000000);
INSERT INTO posting (id, entry_id, debit_id, credit_id, amount_minor, currency) VALUES
    (1, 1, 1, 2, 100, 'EUR'), (2, 2, 1, 2, 50, 'EUR'), (3, 3, 1, 2, 25, 'EUR'), (4, 4, 2, 3, 30, 'EUR');
"""


async def test_each_day_of_the_past_is_counted(old_database: str) -> None:
    await run(old_database, _POSTINGS)
    await migrate(old_database)
    found = await rows(
        old_database,
        "SELECT subject, day, kind, debit_id, credit_id, amount_minor, postings FROM daybook ORDER BY 2, 3",
    )
    assert found == [
        ("campaign:1", 20818, "pledge_collected", 1, 2, 150, 2),
        ("campaign:1", 20819, "pledge_collected", 1, 2, 25, 1),
        ("campaign:1", 20819, "refund_promised", 2, 3, 30, 1),
    ]
