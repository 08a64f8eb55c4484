"""What has to be so after a while between our rows and the processor's record: rules for `crowdfund check`."""

from __future__ import annotations

from crowdfund.database import Sql
from crowdfund.ledger.books import Rule

TIMELY = (
    Rule(
        "what the ledger moved at Stripe is in Stripe's record after three days",
        Sql("""SELECT COUNT(*) FROM processor_entry"""),
        Sql("""SELECT e.key AS what FROM journal_entry e
               WHERE e.at < $1 AND NOT EXISTS (SELECT 1 FROM processor_entry r WHERE r.entry_id = e.id)
                 AND EXISTS (SELECT 1 FROM posting p JOIN account a ON a.id IN (p.debit_id, p.credit_id)
                             WHERE p.entry_id = e.id AND a.code LIKE 'stripe:%')
                 -- What a charge brought and what it cost are one movement there, and two entries here.
                 AND NOT EXISTS (SELECT 1 FROM charge c
                                 WHERE c.id = CASE WHEN e.key LIKE 'charge:%' AND e.key NOT LIKE 'charge:%:%'
                                                   THEN CAST(SUBSTR(e.key, 8) AS BIGINT) END
                                 AND c.balance_transaction_id IS NOT NULL)
               LIMIT 20"""),
        after_days=3,
    ),
    Rule(
        "a refund has left, or failed, within a week",
        Sql("SELECT COUNT(*) FROM refund WHERE state = 'pending'"),
        Sql("SELECT key AS what FROM refund WHERE state = 'pending' AND made_at < $1 ORDER BY made_at LIMIT 20"),
        after_days=7,
    ),
)
