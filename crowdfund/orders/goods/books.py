"""What has to be so between purchases, stock, licences and money: rules for `crowdfund check`."""

from __future__ import annotations

from crowdfund.database import Sql
from crowdfund.ledger.books import Rule

_CHARGE = """SELECT 1 FROM charge c WHERE c.subject = 'purchase:' || CAST(p.id AS TEXT) AND c.state = 'succeeded'"""


def not_paid_back(name: str) -> str:
    """What of a line was not paid back, as `shares.kept_of` counts it. name: `net`, `tax`, `commission` or `royalty`."""
    whole, pieces = f"COALESCE(l.left_{name}_minor, l.{name}_minor)", "(l.quantity - COALESCE(l.parted_after, 0))"
    returned = "(l.returned - COALESCE(l.parted_after, 0))"
    return f"({whole} - COALESCE((2 * {whole} * {returned} + {pieces}) / NULLIF(2 * {pieces}, 0), 0))"


_IN_SALE = """COALESCE((SELECT b.credits_minor - b.debits_minor FROM account a JOIN balance b ON b.account_id = a.id
              WHERE a.code = 'sale:' || CAST(o.id AS TEXT)), 0)"""
# A bank that has taken the money of an order and has not given it for good: who bears that is proven where disputes are.
_AT_THE_BANK = """EXISTS (SELECT 1 FROM charge c JOIN dispute d ON d.charge_id = c.id AND d.amount_minor > 0 AND d.state <> 'lost'
                  WHERE c.subject IN ('purchase:' || CAST(o.purchase_id AS TEXT), 'goods_order:' || CAST(o.id AS TEXT)))"""

# Orders whose pieces count under a licence: those that were paid, and of a run those that stand.
_COUNTS = """(o.state IN ('paid', 'refunded', 'lost') OR EXISTS (SELECT 1 FROM run_order r WHERE r.order_id = o.id
              AND r.state IN ('standing', 'charging', 'errored', 'collected')))"""
# What each has of an order when it is earned, less what went back before that. The rest is its seller's; of a run she may have had half
# before something went back, which is proven where runs are.
_AGREED = """SELECT o.id AS order_id, o.commission_minor AS commission, o.tax_minor AS tax, o.fee_minor AS fee, o.royalty_minor AS royalty,
                    CASE WHEN o.run_id IS NULL THEN o.total_minor - o.commission_minor - o.tax_minor - o.royalty_minor - o.fee_minor
                         ELSE 0 END AS rest
             FROM goods_order o WHERE o.earned_at IS NOT NULL
             UNION ALL
             SELECT o.id, -f.commission_minor, -f.tax_minor, 0, -f.royalty_minor,
                    CASE WHEN o.run_id IS NULL THEN -f.seller_minor ELSE 0 END
             FROM goods_refund f JOIN goods_order o ON o.id = f.order_id WHERE o.earned_at IS NOT NULL AND f.at <= o.earned_at"""
_TO = "CASE WHEN c.code LIKE '{role}:%' THEN -p.amount_minor ELSE 0 END"
_SHARED_OUT = f"""SELECT o.id, {_TO.format(role="fee:platform")}, {_TO.format(role="tax")}, {_TO.format(role="expense:processor")},
                         {_TO.format(role="royalty")},
                         CASE WHEN o.run_id IS NULL THEN {_TO.format(role="earnings")} ELSE 0 END
                  FROM goods_order o
                  JOIN journal_entry e ON e.subject = 'goods_order:' || CAST(o.id AS TEXT) AND e.kind = 'goods_earned'
                  JOIN posting p ON p.entry_id = e.id JOIN account c ON c.id = p.credit_id
                  WHERE o.earned_at IS NOT NULL
                  UNION ALL
                  SELECT o.id, 0, 0, 0, 0, p.amount_minor
                  FROM goods_order o
                  JOIN journal_entry e ON e.subject = 'goods_order:' || CAST(o.id AS TEXT) AND e.kind = 'goods_earned'
                  JOIN posting p ON p.entry_id = e.id JOIN account c ON c.id = p.debit_id
                  WHERE o.earned_at IS NOT NULL AND o.run_id IS NULL AND c.code NOT LIKE 'sale:%'"""  # noqa: S608

RULES = (
    Rule(
        "what is reserved is what somebody is paying for",
        Sql("SELECT COUNT(*) FROM variant WHERE reserved > 0"),
        Sql("""SELECT 'variant ' || CAST(v.id AS TEXT) AS what FROM variant v
               LEFT JOIN (SELECT l.variant_id, SUM(l.quantity) AS pieces FROM goods_order o JOIN goods_line l ON l.order_id = o.id
                          WHERE o.state = 'placed' AND o.purchase_id IS NOT NULL GROUP BY l.variant_id) AS open
                   ON open.variant_id = v.id
               WHERE v.reserved <> COALESCE(open.pieces, 0) LIMIT 20"""),
    ),
    Rule(
        "a purchase that is paid has its charge and its orders",
        Sql("SELECT COUNT(*) FROM purchase WHERE state IN ('paid', 'refunded', 'lost')"),
        Sql(f"""SELECT 'purchase ' || CAST(p.id AS TEXT) AS what FROM purchase p
                WHERE (p.state IN ('paid', 'refunded', 'lost')
                       AND (NOT EXISTS ({_CHARGE} AND c.amount_minor = p.total_minor) AND p.paid_at IS NOT NULL
                            OR EXISTS (SELECT 1 FROM goods_order o WHERE o.purchase_id = p.id AND o.state IN ('placed', 'expired'))
                               AND p.paid_at IS NOT NULL))
                   OR (p.state IN ('placed', 'expired') AND EXISTS ({_CHARGE}))
                   OR (p.state IN ('placed', 'expired', 'came_too_late')
                       AND EXISTS (SELECT 1 FROM goods_order o WHERE o.purchase_id = p.id AND o.state IN ('paid', 'refunded', 'lost')))
                LIMIT 20"""),  # noqa: S608
    ),
    Rule(
        "a purchase costs what its orders cost, and an order what its lines cost",
        Sql("SELECT COUNT(*) FROM goods_order"),
        Sql("""SELECT 'purchase ' || CAST(p.id AS TEXT) AS what FROM purchase p
               WHERE p.total_minor <> (SELECT COALESCE(SUM(o.total_minor), 0) FROM goods_order o WHERE o.purchase_id = p.id)
               UNION ALL
               SELECT 'goods order ' || CAST(o.id AS TEXT) FROM goods_order o
               JOIN (SELECT order_id, SUM(net_minor) AS net, SUM(tax_minor) AS tax, SUM(commission_minor) AS commission,
                            SUM(royalty_minor) AS royalty FROM goods_line GROUP BY order_id) AS l ON l.order_id = o.id
               WHERE o.items_minor <> l.net OR o.tax_minor <> l.tax OR o.commission_minor <> l.commission
                  OR o.royalty_minor <> l.royalty
               LIMIT 20"""),
    ),
    Rule(
        "goods paid too late are promised back wholly",
        Sql("SELECT COUNT(*) FROM purchase WHERE state = 'came_too_late'"),
        Sql(f"""SELECT 'purchase ' || CAST(p.id AS TEXT) AS what FROM purchase p
                WHERE p.state = 'came_too_late' AND NOT EXISTS ({_CHARGE} AND c.refunded_minor = c.amount_minor) LIMIT 20"""),  # noqa: S608
    ),
    Rule(
        "what was paid for a purchase is divided among its orders",
        Sql("SELECT COUNT(*) FROM account WHERE code LIKE 'purchase:%'"),
        Sql("""SELECT a.code AS what FROM account a JOIN balance b ON b.account_id = a.id
               WHERE a.code LIKE 'purchase:%' AND b.debits_minor <> b.credits_minor LIMIT 20"""),
    ),
    Rule(
        "an order holds what its buyer can still have back, until it is shared out",
        Sql("SELECT COUNT(*) FROM goods_order WHERE state IN ('paid', 'refunded')"),
        Sql(f"""SELECT 'goods order ' || CAST(o.id AS TEXT) AS what FROM goods_order o
                JOIN (SELECT order_id, SUM({not_paid_back("net")} + {not_paid_back("tax")}) AS kept FROM goods_line l
                      GROUP BY order_id) AS l ON l.order_id = o.id
                WHERE o.state IN ('paid', 'refunded') AND NOT {_AT_THE_BANK}
                  AND CASE WHEN o.earned_at IS NOT NULL THEN {_IN_SALE} <> 0
                           WHEN o.run_id IS NOT NULL THEN {_IN_SALE} > l.kept + o.shipping_minor
                           ELSE {_IN_SALE} < l.kept OR {_IN_SALE} > l.kept + o.shipping_minor END
                LIMIT 20"""),  # noqa: S608
    ),
    Rule(
        "the payment company's fee is shared to the cent",
        Sql("SELECT COUNT(*) FROM goods_order WHERE fee_minor IS NOT NULL"),
        Sql("""SELECT c.subject AS what FROM charge c
               JOIN (SELECT 'purchase:' || CAST(purchase_id AS TEXT) AS subject, SUM(fee_minor) AS shared, COUNT(fee_minor) AS known,
                            COUNT(*) AS orders
                     FROM goods_order WHERE purchase_id IS NOT NULL GROUP BY purchase_id) AS o ON o.subject = c.subject
               WHERE c.state = 'succeeded' AND o.known > 0 AND (o.known <> o.orders OR o.shared <> c.fee_minor) LIMIT 20"""),
    ),
    Rule(
        "a licence counts what was sold under it, less what was never sent or is sold again",
        Sql("SELECT COUNT(*) FROM licence WHERE accepted_at IS NOT NULL"),
        # What went back before it was written down whether it counts is counted both ways.
        Sql(f"""SELECT 'licence ' || CAST(i.id AS TEXT) AS what FROM licence i
                LEFT JOIN (
                    SELECT licence_id, SUM(CASE WHEN known IS NULL THEN least ELSE known END) AS least,
                           SUM(CASE WHEN known IS NULL THEN most ELSE known END) AS most
                    FROM (SELECT l.licence_id, l.quantity AS least, l.quantity AS most, l.quantity AS known FROM goods_line l
                          JOIN goods_order o ON o.id = l.order_id WHERE l.licence_id IS NOT NULL AND {_COUNTS}
                          UNION ALL
                          SELECT l.licence_id, -f.quantity, 0, -f.uncounted FROM goods_refund f JOIN goods_line l ON l.id = f.line_id
                          WHERE l.licence_id IS NOT NULL AND f.quantity > 0) AS pieces
                    GROUP BY licence_id) AS sold ON sold.licence_id = i.id
                WHERE i.units_sold < COALESCE(sold.least, 0) OR i.units_sold > COALESCE(sold.most, 0) LIMIT 20"""),  # noqa: S608
    ),
    Rule(
        "an order that is earned was shared out as it was agreed",
        Sql("SELECT COUNT(*) FROM goods_order WHERE earned_at IS NOT NULL"),
        Sql(f"""SELECT 'goods order ' || CAST(order_id AS TEXT) AS what
                FROM ({_AGREED} UNION ALL {_SHARED_OUT}) AS parts
                GROUP BY order_id HAVING SUM(commission) <> 0 OR SUM(tax) <> 0 OR SUM(fee) <> 0 OR SUM(royalty) <> 0 OR SUM(rest) <> 0
                LIMIT 20"""),  # noqa: S608
    ),
)
