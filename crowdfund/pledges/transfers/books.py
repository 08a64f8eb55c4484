"""What has to agree between elections, gifts and the ledger: rules for `crowdfund check`."""

from __future__ import annotations

from crowdfund.database import Sql
from crowdfund.ledger.books import Rule

RULES = (
    Rule(
        "what went on of a charge is what its fan chose",
        Sql("SELECT COUNT(*) FROM election WHERE state IN ('given', 'kept', 'used')"),
        Sql("""SELECT c.key AS what FROM charge c
               WHERE c.campaign_id IN (SELECT campaign_id FROM transfer)
                 AND c.passed_on_minor <> COALESCE((SELECT SUM(e.amount_minor) FROM election e
                   WHERE c.state = 'succeeded' AND e.state IN ('given', 'kept', 'used')
                     AND e.pledge_id = CASE WHEN c.subject LIKE 'pledge:%' THEN CAST(SUBSTR(c.subject, 8) AS BIGINT) END), 0)
               LIMIT 20"""),
    ),
    Rule(
        "what a recipient was given is what the funds count as its gifts",
        Sql("SELECT COUNT(*) FROM gift"),
        Sql("""SELECT 'recipient ' || CAST(g.recipient_id AS TEXT) || ' ' || g.currency AS what FROM gift g
               GROUP BY g.recipient_id, g.currency
               HAVING SUM(g.amount_minor) <> COALESCE((
                   SELECT SUM(p.amount_minor) FROM posting p JOIN account a ON a.id = p.credit_id
                   JOIN journal_entry e ON e.id = p.entry_id AND e.kind IN ('redirected', 'surplus_given')
                   WHERE a.code = 'recipient:' || CAST(g.recipient_id AS TEXT) || ':' || g.currency), 0)
               LIMIT 20"""),
    ),
    Rule(
        "what is kept for a club's next target is what its backers chose to keep, less what banks hold of it",
        Sql("SELECT COUNT(*) FROM election WHERE state = 'kept'"),
        Sql("""SELECT a.code AS what FROM account a JOIN balance b ON b.account_id = a.id
               WHERE a.code LIKE 'carried:%' AND b.credits_minor - b.debits_minor <> (
                   SELECT COALESCE(SUM(e.amount_minor), 0) FROM election e JOIN campaign c ON c.id = e.campaign_id
                   WHERE e.state = 'kept' AND a.code = 'carried:' || CAST(c.organisation_id AS TEXT) || ':' || c.currency)
                 - (SELECT COALESCE(SUM(CASE WHEN p.debit_id = a.id THEN p.amount_minor ELSE -p.amount_minor END), 0)
                    FROM dispute d JOIN election e ON e.pledge_id = d.pledge_id AND e.state = 'kept'
                    JOIN journal_entry j ON j.subject = 'campaign:' || CAST(d.campaign_id AS TEXT) AND j.kind = 'dispute'
                     AND j.key LIKE 'dispute:' || CAST(d.id AS TEXT) || ':%'
                    JOIN posting p ON p.entry_id = j.id AND a.id IN (p.debit_id, p.credit_id)) LIMIT 20"""),
    ),
    Rule(
        "whose transfer is over has decided, or somebody did what she had ticked",
        Sql("SELECT COUNT(*) FROM campaign WHERE state = 'closed'"),
        Sql("""SELECT 'pledge ' || CAST(p.id AS TEXT) AS what FROM campaign c JOIN pledge p ON p.campaign_id = c.id
               WHERE c.state = 'closed' AND p.state = 'collected' AND NOT EXISTS (
                   SELECT 1 FROM election e WHERE e.pledge_id = p.id AND e.state <> 'asked') LIMIT 20"""),
    ),
)
