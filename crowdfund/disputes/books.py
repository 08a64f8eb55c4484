"""What has to agree between disputes and pledges: rules for `crowdfund check`."""

from __future__ import annotations

from crowdfund.database import Sql
from crowdfund.ledger.books import Rule

RULES = (
    Rule(
        "a disputed pledge has an open dispute, a lost one a lost dispute",
        Sql("SELECT COUNT(*) FROM dispute"),
        Sql("""SELECT 'pledge ' || CAST(p.id AS TEXT) AS what FROM pledge p
               WHERE (p.state = 'disputed' AND NOT EXISTS (SELECT 1 FROM dispute d WHERE d.pledge_id = p.id
                          AND d.state IN ('needs_response', 'answering', 'under_review')))
                  OR (p.state = 'lost' AND NOT EXISTS (SELECT 1 FROM dispute d WHERE d.pledge_id = p.id AND d.state = 'lost'))
               LIMIT 20"""),
    ),
)
