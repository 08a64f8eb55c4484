"""What has to be so of expenses: rules for `crowdfund check`."""

from __future__ import annotations

from crowdfund.database import Sql
from crowdfund.ledger.books import Rule

RULES = (
    Rule(
        "no fund's makers tell of more than they were paid",
        Sql("SELECT COUNT(*) FROM expense"),
        Sql("""SELECT 'campaign ' || CAST(e.campaign_id AS TEXT) AS what FROM expense e GROUP BY e.campaign_id
               HAVING SUM(CASE WHEN e.reverses IS NULL THEN e.amount_minor ELSE -e.amount_minor END)
                    > (SELECT COALESCE(SUM(p.amount_minor), 0) FROM payout p
                       WHERE p.campaign_id = e.campaign_id AND p.recipient_id IS NULL AND p.state = 'paid') LIMIT 20"""),
    ),
    Rule(
        "an expense was for a line of its own fund's budget, and what takes it back is for the same",
        Sql("SELECT COUNT(*) FROM expense WHERE line_id IS NOT NULL"),
        Sql("""SELECT 'expense ' || CAST(e.id AS TEXT) AS what FROM expense e
               LEFT JOIN budget_line l ON l.id = e.line_id LEFT JOIN expense o ON o.id = e.reverses
               WHERE (e.line_id IS NOT NULL AND l.campaign_id <> e.campaign_id)
                  OR (o.id IS NOT NULL AND (o.reverses IS NOT NULL OR COALESCE(o.line_id, 0) <> COALESCE(e.line_id, 0))) LIMIT 20"""),
    ),
)
