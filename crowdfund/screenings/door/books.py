"""What has to be so at the doors: rules for `crowdfund check`."""

from __future__ import annotations

from crowdfund.database import Sql
from crowdfund.ledger.books import Rule

RULES = (
    Rule(
        "a ticket that was used let in exactly once, and no other did",
        Sql("SELECT COUNT(*) FROM ticket WHERE state = 'admitted'"),
        Sql("""SELECT 'ticket ' || CAST(t.id AS TEXT) AS what FROM ticket t
               WHERE t.state = 'admitted'
                 AND (SELECT COUNT(*) FROM admission a WHERE a.ticket_id = t.id AND a.counted = 1 AND a.screening_id = t.screening_id) <> 1
               UNION ALL
               SELECT 'scan ' || CAST(a.id AS TEXT) AS what FROM admission a
               WHERE a.counted = 1
                 AND NOT EXISTS (SELECT 1 FROM ticket t WHERE t.id = a.ticket_id AND t.state IN ('admitted', 'lost', 'refunded', 'moved'))
               LIMIT 20"""),
    ),
    Rule(
        "a screening counts who came in",
        Sql("SELECT COUNT(*) FROM screening WHERE admitted > 0"),
        Sql("""SELECT 'screening ' || CAST(s.id AS TEXT) AS what FROM screening s
               WHERE s.admitted <> (SELECT COUNT(*) FROM ticket t WHERE t.screening_id = s.id AND t.state = 'admitted') LIMIT 20"""),
    ),
)
