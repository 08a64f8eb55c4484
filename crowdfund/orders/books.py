"""What has to be so between orders, tickets and money: rules for `crowdfund check`."""

from __future__ import annotations

from crowdfund.database import Sql
from crowdfund.ledger.books import Rule

_CHARGE = """SELECT 1 FROM charge c WHERE c.subject = 'order:' || CAST(o.id AS TEXT) AND c.state = 'succeeded'
             AND c.amount_minor = o.prices_minor + o.fees_minor"""

RULES = (
    Rule(
        "an order that is paid has its charge and its tickets",
        Sql("""SELECT COUNT(*) FROM "order" WHERE state IN ('paid', 'refunded', 'lost')"""),
        Sql(f"""SELECT 'order ' || CAST(o.id AS TEXT) AS what FROM "order" o
                WHERE (o.state IN ('paid', 'refunded', 'lost')
                       AND ((o.prices_minor + o.fees_minor > 0 AND o.paid_by = 'card' AND NOT EXISTS ({_CHARGE}))
                            OR (SELECT COUNT(*) FROM ticket t WHERE t.order_id = o.id AND t.state <> 'moved')
                               <> (SELECT COUNT(*) FROM order_line l WHERE l.order_id = o.id)))
                   OR (o.state IN ('placed', 'expired', 'came_too_late') AND EXISTS (SELECT 1 FROM ticket t WHERE t.order_id = o.id))
                   OR (o.state IN ('placed', 'expired') AND EXISTS (SELECT 1 FROM charge c
                           WHERE c.subject = 'order:' || CAST(o.id AS TEXT) AND c.state = 'succeeded'))
                LIMIT 20"""),  # noqa: S608
    ),
    Rule(
        "who paid too late has all of it promised back",
        Sql("""SELECT COUNT(*) FROM "order" WHERE state = 'came_too_late'"""),
        Sql("""SELECT 'order ' || CAST(o.id AS TEXT) AS what FROM "order" o
               WHERE o.state = 'came_too_late' AND NOT EXISTS (
                   SELECT 1 FROM charge c WHERE c.subject = 'order:' || CAST(o.id AS TEXT) AND c.refunded_minor = c.amount_minor)
               LIMIT 20"""),
    ),
    Rule(
        "an order costs what its lines cost",
        Sql('SELECT COUNT(*) FROM "order"'),
        Sql("""SELECT 'order ' || CAST(o.id AS TEXT) AS what FROM "order" o
               WHERE o.prices_minor <> (SELECT COALESCE(SUM(l.price_minor), 0) FROM order_line l WHERE l.order_id = o.id)
                  OR o.fees_minor <> (SELECT COALESCE(SUM(l.fee_minor), 0) FROM order_line l WHERE l.order_id = o.id) LIMIT 20"""),
    ),
    Rule(
        "the escrow of a screening that is not settled holds what its fans have paid, less what went back and what banks hold",
        Sql("SELECT COUNT(*) FROM account WHERE code LIKE 'escrow:%'"),
        Sql("""SELECT a.code AS what FROM account a JOIN balance b ON b.account_id = a.id
               JOIN screening s ON a.code = 'escrow:' || CAST(s.id AS TEXT)
               WHERE s.state <> 'settled' AND b.credits_minor - b.debits_minor
                   <> (SELECT COALESCE(SUM(c.amount_minor), 0) FROM charge c
                       WHERE c.campaign_id IS NULL AND c.held_for = 'screening:' || CAST(s.id AS TEXT) AND c.state = 'succeeded')
                    - (SELECT COALESCE(SUM(r.amount_minor), 0) FROM refund r
                       WHERE r.campaign_id IS NULL AND r.held_for = 'screening:' || CAST(s.id AS TEXT))
                    + (SELECT COALESCE(SUM(m.amount_minor), 0) FROM ticket_move m WHERE m.to_screening_id = s.id)
                    - (SELECT COALESCE(SUM(m.amount_minor), 0) FROM ticket_move m WHERE m.from_screening_id = s.id)
                    + (SELECT COALESCE(SUM(o.prices_minor + o.fees_minor), 0) FROM "order" o
                       WHERE o.screening_id = s.id AND o.paid_by = 'credit')
                    - (SELECT COALESCE(SUM(t.refunded_minor), 0) FROM ticket t JOIN seat_credit k ON k.ticket_id = t.id
                       WHERE t.screening_id = s.id AND k.state = 'returned')
                    - (SELECT COALESCE(SUM(CASE WHEN p.debit_id = a.id THEN p.amount_minor ELSE -p.amount_minor END), 0)
                       FROM journal_entry e JOIN posting p ON p.entry_id = e.id AND (p.debit_id = a.id OR p.credit_id = a.id)
                       WHERE e.kind = 'dispute' AND e.subject IN (
                           SELECT c.held_for FROM dispute d JOIN charge c ON c.id = d.charge_id WHERE d.order_id IS NOT NULL)) LIMIT 20"""),
    ),
)
