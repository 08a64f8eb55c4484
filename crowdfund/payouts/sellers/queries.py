"""Who owes us something that could be taken back, and from which transfers."""

from __future__ import annotations

from crowdfund.database import Sql

# Sellers who owe us, and were paid what they earned by a transfer of which something is left. The account's code names the payouts.
OWING = Sql("""
    SELECT o.organisation_id, o.currency FROM (
        SELECT CAST(SUBSTR(a.code, 12, LENGTH(a.code) - 12 - LENGTH(a.currency)) AS BIGINT) AS organisation_id, a.currency
        FROM account a JOIN balance b ON b.account_id = a.id AND b.debits_minor > b.credits_minor
        WHERE SUBSTR(a.code, 1, 11) = 'receivable:') AS o
    WHERE EXISTS (SELECT 1 FROM payout p
                  WHERE p.held_for = 'earnings:' || CAST(o.organisation_id AS TEXT) || ':' || o.currency
                    AND p.organisation_id = o.organisation_id AND p.campaign_id IS NULL AND p.state = 'paid'
                    AND p.reversed_minor < p.amount_minor
                    AND NOT EXISTS (SELECT 1 FROM reversal r WHERE r.payout_id = p.id AND r.state <> 'done' AND r.next_try_at > $1))
    ORDER BY o.organisation_id, o.currency LIMIT 50""")
# Of whose transfers something is left, the latest first; with the reversal of it that is not done, where there is one.
REVERSIBLE = Sql("""
    SELECT p.id, p.amount_minor - p.reversed_minor AS left_minor, r.id AS reversal_id, r.state, r.next_try_at
    FROM payout p LEFT JOIN reversal r ON r.payout_id = p.id AND r.state <> 'done'
    WHERE p.held_for = $1 AND p.organisation_id = $2 AND p.campaign_id IS NULL AND p.state = 'paid'
      AND p.reversed_minor < p.amount_minor
    ORDER BY p.paid_at DESC, p.id DESC LIMIT 20""")
DUE = Sql("""
    SELECT id FROM reversal WHERE state IN ('due', 'sending') AND next_try_at <= $1 ORDER BY next_try_at, id LIMIT 50""")
LOCK = Sql("SELECT id FROM reversal WHERE id = $1 {for_update}")
TAKE = Sql("""
    UPDATE payout SET reversed_minor = reversed_minor + $2 WHERE id = $1 AND reversed_minor + $2 <= amount_minor RETURNING id""")

# --- what a seller sees ---

# Orders that are paid and not shipped: all of it can still go back.
HELD = Sql("""
    SELECT o.currency, CAST(SUM(b.credits_minor - b.debits_minor) AS BIGINT) AS minor, COUNT(*) AS orders
    FROM goods_order o JOIN account a ON a.code = 'sale:' || CAST(o.id AS TEXT) JOIN balance b ON b.account_id = a.id
    WHERE o.organisation_id = $1 AND o.earned_at IS NULL AND o.state = 'paid' AND b.credits_minor > b.debits_minor
    GROUP BY o.currency""")
PAYOUTS = Sql("""
    SELECT currency, state, CAST(SUM(amount_minor) AS BIGINT) AS minor, CAST(SUM(reversed_minor) AS BIGINT) AS reversed_minor
    FROM payout WHERE organisation_id = $1 AND campaign_id IS NULL AND held_for = 'earnings:' || CAST($2 AS TEXT) || ':' || currency
    GROUP BY currency, state""")
ORDERS_OF_PURCHASES = Sql("""
    SELECT o.purchase_id, o.id FROM goods_order o
    WHERE o.organisation_id = $2 AND o.purchase_id IN (SELECT CAST(value->>'id' AS BIGINT) FROM {rows})""")
LAST_PAID = Sql("""
    SELECT MAX(paid_at) AS at FROM payout
    WHERE held_for = $1 AND organisation_id = $2 AND campaign_id IS NULL AND state = 'paid'""")

# --- what staff see ---

FAILING = Sql("""
    SELECT p.id, p.organisation_id, o.name, o.slug, p.amount_minor, p.currency, p.state, p.attempt, p.note, p.next_try_at, p.made_at
    FROM payout p JOIN organisation o ON o.id = p.organisation_id
    WHERE p.campaign_id IS NULL AND SUBSTR(p.held_for, 1, 9) = 'earnings:'
      AND p.state IN ('due', 'sending') AND (p.attempt > 1 OR p.note <> '' OR p.made_at < $1)
    ORDER BY p.made_at LIMIT 100""")
REVERSALS = Sql("""
    SELECT r.id, r.organisation_id, o.name, o.slug, r.amount_minor, r.currency, r.state, r.attempt, r.note, r.next_try_at, r.made_at
    FROM reversal r JOIN organisation o ON o.id = r.organisation_id
    WHERE r.state <> 'done' ORDER BY r.made_at DESC LIMIT 100""")
OWED = Sql("""
    SELECT o.id AS organisation_id, o.name, o.slug, a.currency, b.debits_minor - b.credits_minor AS minor
    FROM account a JOIN balance b ON b.account_id = a.id AND b.debits_minor > b.credits_minor
    JOIN organisation o ON o.id = CAST(SUBSTR(a.code, 12, LENGTH(a.code) - 12 - LENGTH(a.currency)) AS BIGINT)
    WHERE SUBSTR(a.code, 1, 11) = 'receivable:' ORDER BY minor DESC, o.id LIMIT 100""")
