"""What has to agree between milestones, the funds that hold them and the ledger: rules for `crowdfund check`."""

from __future__ import annotations

from crowdfund.database import Sql
from crowdfund.ledger.books import Rule

RULES = (
    Rule(
        "what was released of a milestone is what one entry paid",
        Sql("SELECT COUNT(*) FROM milestone WHERE state = 'released'"),
        Sql("""SELECT 'milestone ' || CAST(m.id AS TEXT) AS what FROM milestone m
               WHERE COALESCE((SELECT SUM(p.amount_minor) FROM journal_entry e JOIN posting p ON p.entry_id = e.id
                               WHERE e.key = 'milestone:' || CAST(m.id AS TEXT) || ':released'), 0)
                     <> CASE WHEN m.state = 'released' THEN m.amount_minor - m.taken_minor ELSE 0 END LIMIT 20"""),
    ),
    Rule(
        "the milestones of a fund are all of it",
        Sql("SELECT COUNT(DISTINCT campaign_id) FROM milestone"),
        Sql("""SELECT 'campaign ' || CAST(c.id AS TEXT) AS what FROM campaign c JOIN milestone m ON m.campaign_id = c.id
               WHERE c.launched_at IS NOT NULL GROUP BY c.id, c.state
               HAVING SUM(m.share_bps) <> 10000 OR COUNT(m.amount_minor) NOT IN (0, COUNT(*))
                   OR (COUNT(m.amount_minor) > 0) <> (c.state IN ('funded', 'delivering', 'completed')) LIMIT 20"""),
    ),
    Rule(
        "a milestone is asked for exactly while a request of it is open",
        Sql("SELECT COUNT(*) FROM release_request"),
        Sql("""SELECT 'milestone ' || CAST(m.id AS TEXT) AS what FROM milestone m
               WHERE (m.state IN ('requested', 'paused'))
                     <> EXISTS (SELECT 1 FROM release_request r WHERE r.milestone_id = m.id AND r.ended_at IS NULL) LIMIT 20"""),
    ),
    Rule(
        "what of a fund was not released is what was shared out among its backers",
        Sql("SELECT COUNT(*) FROM milestone WHERE state = 'refunded'"),
        Sql("""SELECT 'campaign ' || CAST(m.campaign_id AS TEXT) AS what FROM milestone m WHERE m.state = 'refunded'
               GROUP BY m.campaign_id
               HAVING SUM(m.amount_minor - m.taken_minor)
                      <> COALESCE((SELECT SUM(s.amount_minor) FROM share_back s WHERE s.campaign_id = m.campaign_id), 0)
               LIMIT 20"""),
    ),
)
