"""What has to be so of payouts after a while: rules for `crowdfund check`."""

from __future__ import annotations

from crowdfund.database import Sql
from crowdfund.ledger.books import Rule

TIMELY = (
    Rule(
        "a payout that was sent has arrived, or come back, within a week",
        Sql("SELECT COUNT(*) FROM payout WHERE state = 'sending'"),
        Sql("""SELECT o.key AS what FROM payout o WHERE o.state = 'sending'
                 AND EXISTS (SELECT 1 FROM journal_entry e
                             WHERE e.key = 'payout:' || CAST(o.id AS TEXT) || ':set_aside:' || CAST(o.attempt AS TEXT) AND e.at < $1)
               ORDER BY o.id LIMIT 20"""),
        after_days=7,
    ),
)
