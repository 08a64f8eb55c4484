"""Licences of both sides with what they brought, how their makers do, what each scene sold, and tax by country."""

from __future__ import annotations

from crowdfund.database import Sql

_NET_BACK = "COALESCE((SELECT SUM(r.net_minor) FROM goods_refund r WHERE r.line_id = i.id), 0)"

# Everything that an organisation licenses out, or makes under a licence.
LICENCES = Sql("""
    SELECT l.id, l.title_id, l.licensor_id, l.licensee_id, l.royalty_bps, l.minimum_minor, l.currency, l.unit_cap, l.units_sold,
           l.starts_at, l.ends_at, l.sell_off_days, l.report_months, l.state, l.badge, t.name AS title, t.colour,
           s.name AS seller, s.slug AS seller_slug, p.name AS studio
    FROM licence l JOIN title t ON t.id = l.title_id JOIN organisation s ON s.id = l.licensee_id
    JOIN organisation p ON p.id = l.licensor_id
    WHERE (l.licensor_id = $1 OR l.licensee_id = $1) AND l.accepted_at IS NOT NULL ORDER BY l.id DESC LIMIT 500""")
# What they brought, by currency, of orders that were paid: units, net sales and royalty, less what went back; and what is not sent yet.
SOLD = Sql(f"""
    SELECT i.licence_id, o.currency, COUNT(DISTINCT o.id) AS orders, CAST(SUM(i.quantity - i.returned) AS BIGINT) AS units,
           CAST(SUM(i.net_minor - {_NET_BACK}) AS BIGINT) AS net_minor, CAST(SUM(i.shipped) AS BIGINT) AS shipped,
           CAST(SUM(i.returned - i.cancelled) AS BIGINT) AS came_back,
           CAST(SUM(CASE WHEN o.state = 'paid' THEN i.quantity - i.shipped - i.cancelled ELSE 0 END) AS BIGINT) AS open_units,
           COUNT(DISTINCT CASE WHEN o.state = 'paid' AND o.ship_by < $2 AND i.shipped + i.cancelled < i.quantity THEN o.id END) AS late
    FROM goods_line i JOIN goods_order o ON o.id = i.order_id
    WHERE i.licence_id IN (SELECT CAST(value->>'id' AS BIGINT) FROM {{rows}}) AND o.state IN ('paid', 'refunded', 'lost')
    GROUP BY i.licence_id, o.currency""")  # noqa: S608
STARS = Sql("""
    SELECT i.licence_id, COUNT(*) AS reviews, CAST(SUM(v.stars) AS BIGINT) AS stars
    FROM review v JOIN goods_line i ON i.id = v.line_id
    WHERE i.licence_id IN (SELECT CAST(value->>'id' AS BIGINT) FROM {rows}) AND v.state = 'shown' GROUP BY i.licence_id""")
# What each licence's account holds: accrued, and not paid yet.
ACCRUED = Sql("""
    SELECT CAST(value->>'id' AS BIGINT) AS licence_id, a.currency, b.credits_minor - b.debits_minor AS minor
    FROM {rows} JOIN account a ON a.code = 'royalty:' || (value->>'id') || ':' || (value->>'currency')
    JOIN balance b ON b.account_id = a.id""")
PAID = Sql("""
    SELECT licence_id, currency, CAST(SUM(royalty_minor) AS BIGINT) AS royalty_minor,
           CAST(SUM(topped_up_minor) AS BIGINT) AS topped_up_minor
    FROM royalty_statement
    WHERE licence_id IN (SELECT CAST(value->>'id' AS BIGINT) FROM {rows}) AND state = 'paid' GROUP BY licence_id, currency""")
NEXT_DUE = Sql("""
    SELECT licence_id, MIN(due_at) AS due_at FROM royalty_statement
    WHERE licence_id IN (SELECT CAST(value->>'id' AS BIGINT) FROM {rows}) AND state = 'open' GROUP BY licence_id""")
# Royalties as they grew, by day: what accrued, less what went back.
GREW = Sql("""
    SELECT e.at / 86400000000 AS day,
           CAST(SUM(CASE WHEN p.credit_id = a.id THEN p.amount_minor ELSE -p.amount_minor END) AS BIGINT) AS minor
    FROM account a JOIN posting p ON p.credit_id = a.id OR p.debit_id = a.id JOIN journal_entry e ON e.id = p.entry_id
    WHERE a.code IN (SELECT 'royalty:' || (value->>'id') || ':' || (value->>'currency') FROM {rows})
      AND a.currency = $2 AND e.kind NOT IN ('royalty_paid', 'royalty_topped_up') AND e.at >= $3
    GROUP BY e.at / 86400000000 ORDER BY day""")
# What was bought where it was seen: by scene of a production's titles; without a scene, what was bought from nowhere in the film.
SCENES = Sql(f"""
    SELECT t.id AS title_id, t.name AS title, s.id AS scene_id, s.code, s.name, o.currency,
           CAST(SUM(i.quantity - i.returned) AS BIGINT) AS units, CAST(SUM(i.net_minor - {_NET_BACK}) AS BIGINT) AS net_minor,
           COUNT(DISTINCT i.product_id) AS products
    FROM title t JOIN goods_line i ON i.title_id = t.id JOIN goods_order o ON o.id = i.order_id
    LEFT JOIN appearance p ON p.id = i.appearance_id LEFT JOIN scene s ON s.id = p.scene_id
    WHERE t.organisation_id = $1 AND o.state IN ('paid', 'refunded', 'lost')
    GROUP BY t.id, t.name, s.id, s.code, s.name, o.currency
    HAVING SUM(i.quantity - i.returned) > 0 ORDER BY t.name, t.id, net_minor DESC""")  # noqa: S608

# --- tax by country, for the operator ---

# Withheld when it is earned, by the day and where it was sent; and what went back after that, by the day of it.
_BEFORE = "FROM goods_refund r WHERE r.order_id = o.id AND r.at <= o.earned_at"
TAX = Sql(f"""
    SELECT country, currency, CAST(SUM(orders) AS BIGINT) AS orders, CAST(SUM(net) AS BIGINT) AS net_minor,
           CAST(SUM(tax) AS BIGINT) AS tax_minor, CAST(SUM(back) AS BIGINT) AS back_minor
    FROM (SELECT o.country, o.currency, 1 AS orders,
                 o.items_minor + o.shipping_minor - COALESCE((SELECT SUM(r.net_minor + r.shipping_minor) {_BEFORE}), 0) AS net,
                 o.tax_minor - COALESCE((SELECT SUM(r.tax_minor) {_BEFORE}), 0) AS tax, 0 AS back
          FROM goods_order o WHERE o.earned_at >= $1 AND o.earned_at < $2
          UNION ALL
          SELECT o.country, o.currency, 0, -(r.net_minor + r.shipping_minor), 0, r.tax_minor
          FROM goods_refund r JOIN goods_order o ON o.id = r.order_id
          WHERE r.at >= $1 AND r.at < $2 AND o.earned_at IS NOT NULL AND r.at > o.earned_at) AS moved
    GROUP BY country, currency ORDER BY currency, country""")  # noqa: S608
