"""What was sold under licences, and which statements are due."""

from __future__ import annotations

from crowdfund.database import Sql

# Licences whose next period has begun, in each currency in which something was sold: one in force, or one of which something was
# earned after it ended. $1: currencies that the site takes.
TO_BEGIN = Sql("""
    SELECT l.id, c.currency FROM licence l
    JOIN (SELECT value->>'currency' AS currency FROM {rows}) AS c ON TRUE
    LEFT JOIN account a ON a.code = 'royalty:' || CAST(l.id AS TEXT) || ':' || c.currency
    LEFT JOIN balance b ON b.account_id = a.id
    WHERE l.accepted_at IS NOT NULL AND l.starts_at <= $2 AND (c.currency = l.currency OR a.id IS NOT NULL)
      AND NOT EXISTS (SELECT 1 FROM royalty_statement s
                      WHERE s.licence_id = l.id AND s.kind = 'period' AND s.currency = c.currency AND s.to_at > $2)
      AND ((l.state IN ('active', 'sell_off', 'suspended') AND $2 < l.ends_at + l.sell_off_days * 86400000000)
           OR (b.credits_minor > b.debits_minor
               AND NOT EXISTS (SELECT 1 FROM royalty_statement s
                               WHERE s.licence_id = l.id AND s.currency = c.currency AND s.state = 'open')))
    ORDER BY l.id, c.currency LIMIT 50""")
DUE = Sql("SELECT id FROM royalty_statement WHERE state = 'open' AND due_at <= $1 ORDER BY due_at, id LIMIT 50")
# Of what was earned in a period: until when something of it can still be returned, and whether something is just now.
# Without a parcel it is what was paid back before it left.
CAN_BE_RETURNED = Sql("""
    SELECT MAX(COALESCE((SELECT MAX(COALESCE(p.delivered_at, p.sent_at + o.days_max * 86400000000)) FROM parcel p
                         WHERE p.order_id = o.id), o.earned_at)) AS last_at,
           COALESCE(SUM((SELECT COUNT(*) FROM goods_return r WHERE r.order_id = o.id
                         AND r.state IN ('requested', 'approved', 'received'))), 0) AS coming_back
    FROM goods_order o
    WHERE o.earned_at >= $3 AND o.earned_at < $4 AND o.currency = $2
      AND EXISTS (SELECT 1 FROM goods_line i WHERE i.order_id = o.id AND i.licence_id = $1)""")
# Lines of a licence by when they were earned: units, net sales and royalty, less what went back to fans.
SOLD = Sql("""
    SELECT CAST(COALESCE(SUM(i.quantity - i.returned), 0) AS BIGINT) AS units,
           CAST(COALESCE(SUM(i.net_minor - COALESCE((SELECT SUM(r.net_minor) FROM goods_refund r WHERE r.line_id = i.id), 0)), 0) AS BIGINT)
               AS net_minor,
           CAST(COALESCE(SUM(i.royalty_minor - COALESCE((SELECT SUM(r.royalty_minor) FROM goods_refund r WHERE r.line_id = i.id), 0)), 0)
               AS BIGINT) AS royalty_minor
    FROM goods_line i JOIN goods_order o ON o.id = i.order_id
    WHERE i.licence_id = $1 AND o.currency = $2 AND o.earned_at >= $3 AND o.earned_at < $4""")
PAID = Sql("""
    SELECT CAST(COALESCE(SUM(royalty_minor), 0) AS BIGINT) AS minor FROM royalty_statement
    WHERE licence_id = $1 AND currency = $2 AND kind = 'period' AND state = 'paid'""")
# Licences that ended, all told, nothing of them on its way, and their minimum not looked at yet.
MINIMUM_DUE = Sql("""
    SELECT l.id FROM licence l
    WHERE l.state = 'ended' AND l.minimum_minor > 0
      AND NOT EXISTS (SELECT 1 FROM royalty_statement s WHERE s.licence_id = l.id AND (s.state = 'open' OR s.kind = 'minimum'))
      AND NOT EXISTS (SELECT 1 FROM account a JOIN balance b ON b.account_id = a.id
                      WHERE a.code = 'royalty:' || CAST(l.id AS TEXT) || ':' || l.currency AND b.credits_minor > b.debits_minor)
      AND NOT EXISTS (SELECT 1 FROM goods_line i JOIN goods_order o ON o.id = i.order_id
                      WHERE i.licence_id = l.id AND o.state = 'paid' AND o.earned_at IS NULL)
    ORDER BY l.id LIMIT 50""")
LOCK = Sql("SELECT id FROM royalty_statement WHERE id = $1 {for_update}")
LOCK_LICENCE = Sql("SELECT id FROM licence WHERE id = $1 {for_update}")
# A statement line by line.
LINES = Sql("""
    SELECT o.id AS order_id, o.earned_at, o.country, i.name, i.variant_name, i.quantity, i.returned, i.net_minor, i.royalty_minor,
           i.royalty_bps,
           CAST(COALESCE((SELECT SUM(r.net_minor) FROM goods_refund r WHERE r.line_id = i.id), 0) AS BIGINT) AS net_back_minor,
           CAST(COALESCE((SELECT SUM(r.royalty_minor) FROM goods_refund r WHERE r.line_id = i.id), 0) AS BIGINT) AS royalty_back_minor
    FROM goods_line i JOIN goods_order o ON o.id = i.order_id
    WHERE i.licence_id = $1 AND o.currency = $2 AND o.earned_at >= $3 AND o.earned_at < $4
    ORDER BY o.earned_at, i.id LIMIT 20000""")
