"""What has to be so between production runs, their orders and money: rules for `crowdfund check`."""

from __future__ import annotations

from crowdfund.database import Sql
from crowdfund.ledger.books import Rule

_CHARGE = "c.subject = 'goods_order:' || CAST(r.order_id AS TEXT) AND c.state = 'succeeded'"
_BALANCE = """COALESCE((SELECT b.credits_minor - b.debits_minor FROM account a JOIN balance b ON b.account_id = a.id
              WHERE a.code = 'sale:' || CAST(r.order_id AS TEXT)), 0)"""

RULES = (
    Rule(
        "a production run counts the pieces of its orders",
        Sql("SELECT COUNT(*) FROM production_run"),
        Sql("""SELECT 'run ' || CAST(p.id AS TEXT) AS what FROM production_run p
               WHERE p.units_taken <> (SELECT COALESCE(SUM(r.quantity), 0) FROM run_order r WHERE r.run_id = p.id
                                       AND r.state IN ('standing', 'charging', 'errored', 'collected'))
                  OR p.units_paid <> (SELECT COALESCE(SUM(r.quantity), 0) FROM run_order r
                                      WHERE r.run_id = p.id AND r.state = 'collected') LIMIT 20"""),
    ),
    Rule(
        "an order of a run that is paid has its charge, and no other has",
        Sql("SELECT COUNT(*) FROM run_order"),
        Sql(f"""SELECT 'order ' || CAST(r.order_id AS TEXT) AS what FROM run_order r JOIN goods_order o ON o.id = r.order_id
                WHERE (r.state IN ('collected', 'given_back')) <> EXISTS (SELECT 1 FROM charge c WHERE {_CHARGE}
                                                                       AND c.amount_minor = o.total_minor)
                   OR (r.state = 'collected' AND o.state NOT IN ('paid', 'refunded', 'lost'))
                   OR (r.state = 'given_back' AND o.state NOT IN ('refunded', 'lost'))
                   OR (r.state IN ('started', 'standing', 'charging', 'errored') AND o.state <> 'placed')
                   OR (r.state IN ('cancelled', 'dropped', 'released') AND o.state <> 'cancelled') LIMIT 20"""),  # noqa: S608
    ),
    Rule(
        "what was given back of a run went back whole, and nothing of it is held",
        Sql("SELECT COUNT(*) FROM run_order WHERE state = 'given_back'"),
        Sql(f"""SELECT 'order ' || CAST(r.order_id AS TEXT) AS what FROM run_order r JOIN goods_order o ON o.id = r.order_id
                WHERE r.state = 'given_back' AND o.state <> 'lost' AND ({_BALANCE} <> 0 OR NOT EXISTS (
                    SELECT 1 FROM charge c WHERE {_CHARGE} AND c.refunded_minor = c.amount_minor)) LIMIT 20"""),  # noqa: S608
    ),
    Rule(
        "half of an order is released once its run is being made, not before",
        Sql("SELECT COUNT(*) FROM run_order WHERE half_at IS NOT NULL"),
        Sql("""SELECT 'order ' || CAST(r.order_id AS TEXT) AS what FROM run_order r JOIN production_run p ON p.id = r.run_id
               WHERE (r.half_at IS NOT NULL) <> EXISTS (SELECT 1 FROM journal_entry e
                                                        WHERE e.key = 'goods_earned:' || CAST(r.order_id AS TEXT) || ':1')
                  OR (r.half_at IS NOT NULL AND p.state NOT IN ('in_production', 'shipping', 'closed')) LIMIT 20"""),
    ),
)
# Of delay, not of a wrong amount.
TIMELY = (
    Rule(
        "a run that came to nothing holds nothing",
        Sql("SELECT COUNT(*) FROM production_run WHERE state IN ('failed', 'cancelled')"),
        Sql("""SELECT 'run ' || CAST(p.id AS TEXT) AS what FROM production_run p
               WHERE p.state IN ('failed', 'cancelled') AND EXISTS (
                   SELECT 1 FROM run_order r JOIN goods_order o ON o.id = r.order_id
                   WHERE r.run_id = p.id AND r.state IN ('standing', 'errored', 'collected') AND o.state IN ('placed', 'paid'))
               LIMIT 20"""),
    ),
)
