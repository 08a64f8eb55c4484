"""What has to be so between orders of goods, their parcels and what went back: rules for `crowdfund check`."""

from __future__ import annotations

from crowdfund.database import Sql
from crowdfund.ledger.books import Rule
from crowdfund.orders.goods.books import not_paid_back

_NAMES = ("net", "tax", "commission", "royalty")
_DIFFERS = " OR ".join(f"COALESCE(b.{name}, 0) <> l.{name}_minor - {not_paid_back(name)}" for name in _NAMES)
_SUMS = ", ".join(f"CAST(SUM(f.{name}_minor) AS BIGINT) AS {name}" for name in _NAMES)

RULES = (
    Rule(
        "what went back of a line is what its returned pieces stand for, and what a bank took of the others",
        Sql("SELECT COUNT(*) FROM goods_refund WHERE line_id IS NOT NULL"),
        Sql(f"""SELECT 'goods line ' || CAST(l.id AS TEXT) AS what FROM goods_line l
                LEFT JOIN (SELECT f.line_id, CAST(SUM(f.quantity) AS BIGINT) AS pieces, {_SUMS} FROM goods_refund f
                           WHERE f.line_id IS NOT NULL GROUP BY f.line_id) AS b ON b.line_id = l.id
                WHERE l.returned <> COALESCE(b.pieces, 0) OR (b.line_id IS NOT NULL AND ({_DIFFERS})) LIMIT 20"""),  # noqa: S608
    ),
    Rule(
        "a refund of goods is what went back of its lines",
        Sql("SELECT COUNT(*) FROM refund WHERE subject LIKE 'goods_order:%'"),
        Sql("""SELECT r.key AS what FROM refund r WHERE r.subject LIKE 'goods_order:%'
               AND r.amount_minor <> (SELECT COALESCE(SUM(f.net_minor + f.tax_minor + f.shipping_minor), 0)
                                      FROM goods_refund f WHERE f.refund_id = r.id) LIMIT 20"""),
    ),
    Rule(
        "no more shipping goes back than was paid, and no more of an order than it cost",
        Sql("SELECT COUNT(DISTINCT order_id) FROM goods_refund"),
        Sql("""SELECT 'goods order ' || CAST(o.id AS TEXT) AS what FROM goods_order o
               JOIN (SELECT order_id, SUM(net_minor + tax_minor + shipping_minor) AS minor,
                            SUM(CASE WHEN line_id IS NULL AND dispute_id IS NULL THEN shipping_minor ELSE 0 END) AS shipping
                     FROM goods_refund GROUP BY order_id) AS f ON f.order_id = o.id
               WHERE f.minor > o.total_minor OR f.shipping > o.shipping_minor LIMIT 20"""),
    ),
    Rule(
        "what was sent of a line lies in its parcels",
        Sql("SELECT COUNT(*) FROM parcel"),
        Sql("""SELECT 'goods line ' || CAST(l.id AS TEXT) AS what FROM goods_line l
               WHERE l.shipped <> (SELECT COALESCE(SUM(i.quantity), 0) FROM parcel_line i JOIN parcel p ON p.id = i.parcel_id
                                   WHERE i.line_id = l.id AND p.return_id IS NULL) LIMIT 20"""),
    ),
    Rule(
        "what is asked back of a line is in returns that are not over",
        Sql("SELECT COUNT(*) FROM goods_return WHERE kind <> 'cancellation'"),
        Sql("""SELECT 'goods line ' || CAST(l.id AS TEXT) AS what FROM goods_line l
               WHERE l.asked_back <> (
                   SELECT COALESCE(SUM(CASE WHEN r.state = 'requested' OR (r.state = 'approved' AND r.keeps_it = 0) THEN i.quantity
                                            ELSE i.replaces END), 0)
                   FROM goods_return_line i JOIN goods_return r ON r.id = i.return_id
                   WHERE i.line_id = l.id AND r.kind <> 'cancellation' AND r.state IN ('requested', 'approved', 'received')) LIMIT 20"""),
    ),
    Rule(
        "an order of goods is refunded when all of it went back, and lost with a lost dispute",
        Sql("SELECT COUNT(*) FROM goods_order WHERE state IN ('paid', 'refunded', 'lost')"),
        Sql("""SELECT 'goods order ' || CAST(o.id AS TEXT) AS what FROM goods_order o
               WHERE (o.state IN ('paid', 'refunded') AND (o.state = 'refunded') = EXISTS (
                          SELECT 1 FROM goods_line l WHERE l.order_id = o.id AND l.returned < l.quantity))
                  OR (o.state = 'lost' AND NOT EXISTS (
                          SELECT 1 FROM dispute d WHERE d.state = 'lost'
                          AND (d.purchase_id = o.purchase_id OR d.goods_order_id = o.id))) LIMIT 20"""),
    ),
    Rule(
        "a listing shows the stars that it was given",
        Sql("SELECT COUNT(*) FROM review"),
        Sql("""SELECT 'listing ' || CAST(l.id AS TEXT) AS what FROM listing l
               WHERE l.stars_count <> (SELECT COUNT(*) FROM review r WHERE r.listing_id = l.id AND r.state = 'shown')
                  OR l.stars_sum <> (SELECT COALESCE(SUM(r.stars), 0) FROM review r WHERE r.listing_id = l.id AND r.state = 'shown')
               LIMIT 20"""),
    ),
)
