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
    Rule(
        "an order that is lost has a lost dispute, and no ticket that anybody can enter with",
        Sql("SELECT COUNT(*) FROM dispute WHERE order_id IS NOT NULL"),
        Sql("""SELECT 'order ' || CAST(o.id AS TEXT) AS what FROM "order" o
               WHERE (o.state = 'lost' AND NOT EXISTS (SELECT 1 FROM dispute d WHERE d.order_id = o.id AND d.state = 'lost'))
                  OR (EXISTS (SELECT 1 FROM dispute d WHERE d.order_id = o.id AND d.state = 'lost' AND d.amount_minor > 0)
                      AND EXISTS (SELECT 1 FROM ticket t WHERE t.order_id = o.id AND t.state IN ('sold', 'admitted', 'no_show')))
               LIMIT 20"""),
    ),
)
