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
