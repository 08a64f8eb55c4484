"""What has to agree in draws: rules for `crowdfund check`. They move no money, so no payout waits for them."""

from __future__ import annotations

from crowdfund.database import Sql
from crowdfund.ledger.books import Rule

TIMELY = (
    Rule(
        "a draw counts its entries as they are",
        Sql("SELECT COUNT(*) FROM draw WHERE state IN ('announced', 'closed', 'drawn', 'completed')"),
        Sql("""SELECT 'draw ' || CAST(d.id AS TEXT) AS what FROM draw d
               WHERE (d.state = 'announced' AND d.entries <> (
                          SELECT COUNT(*) FROM draw_entry e WHERE e.draw_id = d.id AND e.withdrawn_at IS NULL))
                  OR (d.state IN ('closed', 'drawn', 'completed') AND d.entries <> (
                          SELECT COUNT(*) FROM draw_entry e WHERE e.draw_id = d.id AND e.listed_at IS NOT NULL))
               LIMIT 20"""),
    ),
    Rule(
        "a drawn draw has the winners that were announced, all of its list, and the seed that it had from the beginning",
        Sql("SELECT COUNT(*) FROM draw WHERE state IN ('drawn', 'completed')"),
        Sql("""SELECT 'draw ' || CAST(d.id AS TEXT) AS what FROM draw d
               WHERE d.state IN ('drawn', 'completed')
                 AND (NOT EXISTS (SELECT 1 FROM draw_seed s WHERE s.draw_id = d.id AND s.seed = d.seed)
                      OR EXISTS (SELECT 1 FROM draw_winner w JOIN draw_entry e ON e.id = w.entry_id
                                 WHERE w.draw_id = d.id AND e.listed_at IS NULL)
                      OR (SELECT COUNT(*) FROM draw_winner w WHERE w.draw_id = d.id)
                         <> CASE WHEN d.entries < d.places + d.reserves THEN d.entries ELSE d.places + d.reserves END)
               LIMIT 20"""),
    ),
)
