"""What has to be so between seats, holds and tickets: rules for `crowdfund check`."""

from __future__ import annotations

from crowdfund.database import Sql
from crowdfund.ledger.books import Rule

RULES = (
    Rule(
        "a numbered seat that is sold has one live ticket, and a live ticket has its seat",
        Sql("SELECT COUNT(*) FROM seat_claim"),
        Sql("""SELECT 'seat ' || c.seat_id AS what FROM seat_claim c
               WHERE c.ticket_id IS NOT NULL AND NOT EXISTS (
                   SELECT 1 FROM ticket t WHERE t.id = c.ticket_id AND t.screening_id = c.screening_id AND t.seat_id = c.seat_id
                     AND t.state IN ('sold', 'admitted', 'no_show'))
               UNION ALL
               SELECT 'ticket ' || CAST(t.id AS TEXT) AS what FROM ticket t
               WHERE t.seat_id IS NOT NULL AND t.state IN ('sold', 'admitted', 'no_show') AND NOT EXISTS (
                   SELECT 1 FROM seat_claim c WHERE c.screening_id = t.screening_id AND c.seat_id = t.seat_id AND c.ticket_id = t.id)
               LIMIT 20"""),
    ),
    Rule(
        "of a standing area is taken what tickets and holds have of it",
        Sql("SELECT COUNT(*) FROM standing"),
        Sql("""SELECT 'area ' || a.area_id AS what FROM standing a
               WHERE a.taken <> (SELECT COUNT(*) FROM ticket t WHERE t.screening_id = a.screening_id AND t.area_id = a.area_id
                                   AND t.state IN ('sold', 'admitted', 'no_show'))
                              + (SELECT COALESCE(SUM(c.places), 0) FROM standing_claim c
                                 WHERE c.screening_id = a.screening_id AND c.area_id = a.area_id) LIMIT 20"""),
    ),
    Rule(
        "a screening counts its live tickets, and what was paid for them",
        Sql("SELECT COUNT(*) FROM screening"),
        Sql("""SELECT 'screening ' || CAST(s.id AS TEXT) AS what FROM screening s
               WHERE s.sold <> (SELECT COUNT(*) FROM ticket t WHERE t.screening_id = s.id AND t.state IN ('sold', 'admitted', 'no_show'))
                  OR s.gross_minor <> (SELECT COALESCE(SUM(t.price_minor), 0) FROM ticket t
                                       WHERE t.screening_id = s.id AND t.state IN ('sold', 'admitted', 'no_show'))
                  OR s.fees_minor <> (SELECT COALESCE(SUM(t.fee_minor), 0) FROM ticket t
                                      WHERE t.screening_id = s.id AND t.state IN ('sold', 'admitted', 'no_show')) LIMIT 20"""),
    ),
)
