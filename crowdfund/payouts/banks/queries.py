"""Payouts that banks have sent back: which are due for another try, and what people see of them."""

from __future__ import annotations

from crowdfund.database import Sql

DUE = Sql("""
    SELECT b.id FROM bank_payout b JOIN organisation o ON o.id = b.organisation_id
    WHERE b.next_try_at <= $1
      AND (b.state = 'sending' OR (b.state = 'failed' AND o.state = 'verified' AND o.payouts_state = 'enabled'))
    ORDER BY b.next_try_at, b.id LIMIT 50""")
LOCK = Sql("SELECT id FROM bank_payout WHERE id = $1 {for_update}")
LOCK_ACCOUNT = Sql("SELECT id FROM organisation WHERE stripe_account_id = $1 {for_update}")
# Accounts that were paid lately: their banks may have sent something back of which no event told.
PAID_LATELY = Sql("""
    SELECT DISTINCT o.stripe_account_id FROM payout p JOIN organisation o ON o.id = p.organisation_id
    WHERE p.state = 'paid' AND p.paid_at > $1 AND o.stripe_account_id IS NOT NULL ORDER BY o.stripe_account_id""")
FAILED = Sql("""
    SELECT b.id, o.name, o.slug, b.amount_minor, b.currency, b.state, b.attempt, b.note, b.next_try_at, o.payouts_state
    FROM bank_payout b JOIN organisation o ON o.id = b.organisation_id
    WHERE b.state IN ('failed', 'sending') ORDER BY b.made_at LIMIT 100""")
