"""Who is owed something that can be paid out now: of funds, of gifts, of screenings, of what sellers earned."""

from __future__ import annotations

from crowdfund.database import Sql

OWED_OF_FUNDS = Sql("""
    SELECT c.id FROM campaign c JOIN organisation o ON o.id = c.organisation_id
    JOIN account a ON a.code = 'payable:' || CAST(o.id AS TEXT) || ':' || c.currency
    JOIN balance b ON b.account_id = a.id AND b.credits_minor > b.debits_minor
    WHERE c.state IN ('funded', 'released', 'delivering', 'completed') AND o.payouts_state = 'enabled' AND o.state = 'verified'
      AND NOT EXISTS (SELECT 1 FROM payout p WHERE p.campaign_id = c.id AND p.recipient_id IS NULL AND p.state IN ('due', 'sending'))
      AND NOT EXISTS (SELECT 1 FROM payout p WHERE p.campaign_id = c.id AND p.recipient_id IS NULL AND p.state = 'failed'
                      AND p.next_try_at > $1)
      AND (SELECT COALESCE(SUM(p.amount_minor), 0) FROM posting p JOIN journal_entry e ON e.id = p.entry_id
           WHERE p.credit_id = a.id AND e.subject = 'campaign:' || CAST(c.id AS TEXT))
        > (SELECT COALESCE(SUM(p.amount_minor), 0) FROM posting p JOIN journal_entry e ON e.id = p.entry_id
           WHERE p.debit_id = a.id AND e.subject = 'campaign:' || CAST(c.id AS TEXT))
    ORDER BY c.ended_at, c.id LIMIT 50""")
# Gifts are paid out once all that a fund gives is given.
OWED_GIFTS = Sql("""
    SELECT g.campaign_id, g.recipient_id FROM gift g JOIN campaign c ON c.id = g.campaign_id
    JOIN recipient r ON r.id = g.recipient_id JOIN organisation o ON o.id = r.organisation_id
    WHERE c.state IN ('redirecting', 'closed', 'funded', 'released', 'delivering', 'completed')
      AND o.payouts_state = 'enabled' AND o.state = 'verified'
      AND NOT EXISTS (SELECT 1 FROM payout p WHERE p.campaign_id = c.id AND p.recipient_id = g.recipient_id
                      AND (p.state IN ('due', 'sending') OR (p.state = 'failed' AND p.next_try_at > $1)))
      AND g.amount_minor > (SELECT COALESCE(SUM(p.amount_minor), 0) FROM payout p
                            WHERE p.campaign_id = c.id AND p.recipient_id = g.recipient_id AND p.state = 'paid')
    ORDER BY c.ended_at, c.id, g.recipient_id LIMIT 50""")
# Shares of screenings that were settled; where nothing more is owed the row goes.
NOT_OWED = Sql("DELETE FROM share_due WHERE screening_id = $1 AND organisation_id = $2")
OWED_SHARES = Sql("""
    SELECT d.screening_id, d.organisation_id, d.currency FROM share_due d JOIN organisation o ON o.id = d.organisation_id
    JOIN account a ON a.code = 'payable:' || CAST(o.id AS TEXT) || ':' || d.currency
    JOIN balance b ON b.account_id = a.id AND b.credits_minor > b.debits_minor
    WHERE o.payouts_state = 'enabled' AND o.state = 'verified'
      AND NOT EXISTS (SELECT 1 FROM payout p
                      WHERE p.held_for = 'screening:' || CAST(d.screening_id AS TEXT) AND p.organisation_id = d.organisation_id
                        AND p.campaign_id IS NULL AND (p.state IN ('due', 'sending') OR (p.state = 'failed' AND p.next_try_at > $1)))
    ORDER BY d.screening_id, d.organisation_id LIMIT 50""")
PAID_GIFT = Sql("""
    SELECT CAST(COALESCE(SUM(amount_minor), 0) AS BIGINT) AS minor FROM payout
    WHERE campaign_id = $1 AND recipient_id = $2 AND state = 'paid'""")
# What sellers have earned, and productions by royalties. One payout at a time, and one a day.
OWED_EARNINGS = Sql("""
    SELECT o.id AS organisation_id, a.currency FROM account a
    JOIN balance b ON b.account_id = a.id AND b.credits_minor > b.debits_minor
    JOIN organisation o ON o.id = CAST(SUBSTR(a.code, 10, LENGTH(a.code) - 10 - LENGTH(a.currency)) AS BIGINT)
    WHERE SUBSTR(a.code, 1, 9) = 'earnings:' AND o.payouts_state = 'enabled' AND o.state = 'verified'
      AND NOT EXISTS (SELECT 1 FROM payout p WHERE p.held_for = a.code AND p.organisation_id = o.id AND p.campaign_id IS NULL
                      AND (p.state IN ('due', 'sending') OR (p.state = 'paid' AND p.paid_at > $1)))
    ORDER BY o.id, a.currency LIMIT 50""")
REVERSING = Sql("""
    SELECT CAST(COALESCE(SUM(amount_minor), 0) AS BIGINT) AS minor FROM reversal
    WHERE organisation_id = $1 AND currency = $2 AND state IN ('due', 'sending')""")
