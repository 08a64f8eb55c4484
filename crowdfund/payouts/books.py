"""What has to be so of payouts, of what sellers earn and of royalties: rules for `crowdfund check`."""

from __future__ import annotations

from collections.abc import Sequence

from crowdfund.database import Sql
from crowdfund.ledger.books import Rule

RULES: Sequence[Rule] = (
    Rule(
        "what was taken back of a payout is its reversals",
        Sql("SELECT COUNT(*) FROM reversal WHERE state = 'done'"),
        Sql("""SELECT p.key AS what FROM payout p
               WHERE (p.reversed_minor > 0 OR EXISTS (SELECT 1 FROM reversal r WHERE r.payout_id = p.id AND r.state = 'done'))
                 AND p.reversed_minor <> (SELECT COALESCE(SUM(r.amount_minor), 0) FROM reversal r
                                          WHERE r.payout_id = p.id AND r.state = 'done')
               ORDER BY p.id LIMIT 20"""),
    ),
    Rule(
        "each reversal that was done has its entry, and no other has one",
        Sql("SELECT COUNT(*) FROM reversal"),
        Sql("""SELECT r.key AS what FROM reversal r
               WHERE (CASE r.state WHEN 'done' THEN r.amount_minor ELSE 0 END)
                  <> (SELECT COALESCE(SUM(p.amount_minor), 0) FROM journal_entry e JOIN posting p ON p.entry_id = e.id
                      WHERE e.key = 'reversal:' || CAST(r.id AS TEXT) || ':done')
               ORDER BY r.id LIMIT 20"""),
    ),
    Rule(
        "each payout of earnings that was paid has left by an entry, and no other has",
        Sql("SELECT COUNT(*) FROM payout WHERE campaign_id IS NULL AND SUBSTR(held_for, 1, 9) = 'earnings:'"),
        Sql("""SELECT o.key AS what FROM payout o
               WHERE o.campaign_id IS NULL AND SUBSTR(o.held_for, 1, 9) = 'earnings:'
                 AND (CASE o.state WHEN 'paid' THEN o.amount_minor ELSE 0 END)
                  <> (SELECT COALESCE(SUM(p.amount_minor), 0) FROM journal_entry e JOIN posting p ON p.entry_id = e.id
                      WHERE e.key = 'payout:' || CAST(o.id AS TEXT) || ':paid')
               ORDER BY o.id LIMIT 20"""),
    ),
    Rule(
        "what payouts have set aside is on its way",
        Sql("SELECT COUNT(*) FROM payout WHERE state = 'sending'"),
        Sql("""SELECT a.code AS what FROM account a
               WHERE SUBSTR(a.code, 1, 15) = 'payout:transit:'
                 AND (SELECT COALESCE(SUM(p.amount_minor), 0) FROM posting p WHERE p.credit_id = a.id)
                   - (SELECT COALESCE(SUM(p.amount_minor), 0) FROM posting p WHERE p.debit_id = a.id)
                  <> (SELECT COALESCE(SUM(o.amount_minor), 0) FROM payout o WHERE o.state = 'sending' AND o.currency = a.currency)
               LIMIT 20"""),
    ),
    Rule(
        "what a licence has paid its production is what its statements say",
        Sql("SELECT COUNT(*) FROM royalty_statement WHERE state = 'paid'"),
        Sql("""SELECT 'licence ' || CAST(s.licence_id AS TEXT) AS what FROM royalty_statement s GROUP BY s.licence_id
               HAVING SUM(CASE s.state WHEN 'paid' THEN s.royalty_minor + s.topped_up_minor ELSE 0 END)
                   <> (SELECT COALESCE(SUM(p.amount_minor), 0) FROM journal_entry e JOIN posting p ON p.entry_id = e.id
                       WHERE e.subject = 'licence:' || CAST(s.licence_id AS TEXT) AND e.kind = 'royalty_paid')
               ORDER BY s.licence_id LIMIT 20"""),
    ),
    Rule(
        "a minimum that waits lies in its licence's account",
        Sql("SELECT COUNT(*) FROM royalty_statement WHERE kind = 'minimum' AND state = 'open'"),
        Sql("""SELECT 'licence ' || CAST(s.licence_id AS TEXT) AS what FROM royalty_statement s
               WHERE s.kind = 'minimum' AND s.state = 'open' AND s.topped_up_minor
                   > COALESCE((SELECT b.credits_minor - b.debits_minor FROM account a JOIN balance b ON b.account_id = a.id
                               WHERE a.code = 'royalty:' || CAST(s.licence_id AS TEXT) || ':' || s.currency), 0)
               ORDER BY s.licence_id LIMIT 20"""),
    ),
)

TIMELY = (
    Rule(
        "a payout that was sent has arrived, or come back, within a week",
        Sql("SELECT COUNT(*) FROM payout WHERE state = 'sending'"),
        Sql("""SELECT o.key AS what FROM payout o WHERE o.state = 'sending'
                 AND EXISTS (SELECT 1 FROM journal_entry e
                             WHERE e.key = 'payout:' || CAST(o.id AS TEXT) || ':set_aside:' || CAST(o.attempt AS TEXT) AND e.at < $1)
               ORDER BY o.id LIMIT 20"""),
        after_days=7,
    ),
    Rule(
        "a reversal that was asked for is done, or refused, within a week",
        Sql("SELECT COUNT(*) FROM reversal WHERE state IN ('due', 'sending')"),
        Sql(
            "SELECT key AS what FROM reversal WHERE state IN ('due', 'sending') AND made_at < $1 ORDER BY made_at LIMIT 20"
        ),
        after_days=7,
    ),
    Rule(
        "a statement of royalties is paid within a quarter of its period's end",
        Sql("SELECT COUNT(*) FROM royalty_statement WHERE state = 'open'"),
        Sql("""SELECT 'licence ' || CAST(licence_id AS TEXT) AS what FROM royalty_statement
               WHERE state = 'open' AND kind = 'period' AND to_at < $1 ORDER BY to_at LIMIT 20"""),
        after_days=92,
    ),
)
