"""What has to agree between pledges, tiers, funds and the ledger: rules for `crowdfund check`."""

from __future__ import annotations

from crowdfund.database import Sql
from crowdfund.ledger.books import Rule

# Where all that a fund holds is its backers'.
_BACKERS = """('failed', 'funded_held', 'deal_agreed', 'registered', 'outcome_failed', 'electing', 'refunding', 'redirecting', 'closed')"""
_LIVE = "('active', 'charging', 'errored', 'collected', 'disputed')"

RULES = (
    Rule(
        "what is taken of a tier is what live pledges hold",
        Sql("SELECT COUNT(*) FROM tier"),
        Sql(f"""SELECT 'tier ' || CAST(t.id AS TEXT) AS what FROM tier t
                WHERE t.taken <> (SELECT COALESCE(SUM(p.quantity), 0) FROM pledge p
                                  WHERE p.campaign_id = t.campaign_id AND p.tier_id = t.id AND p.state IN {_LIVE}) LIMIT 20"""),  # noqa: S608
    ),
    Rule(
        "what a fund is promised is what live pledges promise",
        Sql("SELECT COUNT(*) FROM campaign"),
        Sql(f"""SELECT 'campaign ' || CAST(c.id AS TEXT) AS what FROM campaign c
                WHERE c.promised_minor <> (SELECT COALESCE(SUM(p.amount_minor), 0) FROM pledge p
                                           WHERE p.campaign_id = c.id AND p.state IN {_LIVE})
                   OR c.pledges_live <> (SELECT COUNT(*) FROM pledge p WHERE p.campaign_id = c.id AND p.state IN {_LIVE})
                LIMIT 20"""),  # noqa: S608
    ),
    Rule(
        "a pledge that is paid has one charge that succeeded, of its amount",
        Sql("SELECT COUNT(*) FROM pledge WHERE state IN ('collected', 'disputed', 'refunded', 'lost')"),
        Sql("""SELECT 'pledge ' || CAST(p.id AS TEXT) AS what FROM pledge p
               WHERE p.state IN ('collected', 'disputed', 'refunded', 'lost')
                 AND NOT EXISTS (SELECT 1 FROM charge c WHERE c.subject = 'pledge:' || CAST(p.id AS TEXT)
                                 AND c.state = 'succeeded' AND c.amount_minor = p.amount_minor) LIMIT 20"""),
    ),
    Rule(
        "a charge that succeeded belongs to a pledge that is paid, and is in the ledger",
        Sql("SELECT COUNT(*) FROM charge WHERE state = 'succeeded' AND campaign_id IS NOT NULL"),
        Sql("""SELECT c.key AS what FROM charge c WHERE c.state = 'succeeded' AND c.campaign_id IS NOT NULL
                 AND (NOT EXISTS (SELECT 1 FROM pledge p
                                  WHERE p.id = CASE WHEN c.subject LIKE 'pledge:%' THEN CAST(SUBSTR(c.subject, 8) AS BIGINT) END
                                  AND p.campaign_id = c.campaign_id AND p.state IN ('collected', 'disputed', 'refunded', 'lost'))
                   OR NOT EXISTS (SELECT 1 FROM journal_entry e WHERE e.key = 'charge:' || CAST(c.id AS TEXT))) LIMIT 20"""),
    ),
    Rule(
        "what a fund has collected is what its charges collected, less what banks took back",
        Sql("SELECT COUNT(*) FROM campaign WHERE collected_minor > 0"),
        Sql("""SELECT 'campaign ' || CAST(c.id AS TEXT) AS what FROM campaign c
               WHERE c.collected_minor <> (SELECT COALESCE(SUM(h.amount_minor), 0) FROM charge h
                                           WHERE h.campaign_id = c.id AND h.state = 'succeeded')
                                        - (SELECT COALESCE(SUM(d.amount_minor), 0) FROM dispute d
                                           WHERE d.campaign_id = c.id AND d.state <> 'won' AND EXISTS (
                                               SELECT 1 FROM pledge p WHERE p.id = d.pledge_id AND p.state IN ('disputed', 'lost')))
               LIMIT 20"""),
    ),
    Rule(
        "refunds of a charge are what was taken from it for them",
        Sql("SELECT COUNT(*) FROM refund"),
        Sql("""SELECT c.key AS what FROM charge c
               WHERE c.refunded_minor <> (SELECT COALESCE(SUM(r.amount_minor), 0) FROM refund r WHERE r.charge_id = c.id)
               LIMIT 20"""),
    ),
    Rule(
        "what a fund has given back is what its refunds gave back",
        Sql("SELECT COUNT(*) FROM campaign WHERE refunded_minor > 0"),
        Sql("""SELECT 'campaign ' || CAST(c.id AS TEXT) AS what FROM campaign c
               WHERE c.refunded_minor <> (SELECT COALESCE(SUM(r.amount_minor), 0) FROM refund r
                                          WHERE r.campaign_id = c.id AND r.state IN ('succeeded', 'paid_another_way')) LIMIT 20"""),
    ),
    Rule(
        "what a fan agreed to is kept word for word",
        Sql("SELECT COUNT(*) FROM terms"),
        Sql("""SELECT 'terms ' || MIN(e.terms) AS what FROM pledge_event e
               WHERE e.terms IS NOT NULL AND NOT EXISTS (SELECT 1 FROM terms t WHERE t.hash = e.terms) GROUP BY e.terms LIMIT 20"""),
    ),
    Rule(
        "the funds of a sale are kept in its currency",
        Sql("SELECT COUNT(*) FROM campaign WHERE sale_id IS NOT NULL"),
        Sql("""SELECT 'campaign ' || CAST(c.id AS TEXT) AS what FROM campaign c JOIN sale s ON s.id = c.sale_id
               WHERE s.currency <> c.currency LIMIT 20"""),
    ),
    Rule(
        "a fund that succeeded holds nothing but what waits in its milestones and what it still shares out",
        Sql(
            "SELECT COUNT(*) FROM campaign WHERE state IN ('funded', 'cancelled', 'released', 'delivering', 'completed')"
        ),
        Sql("""SELECT a.code AS what FROM campaign c JOIN account a ON a.code = 'fund:' || CAST(c.id AS TEXT)
               JOIN balance b ON b.account_id = a.id
               WHERE c.state IN ('funded', 'cancelled', 'released', 'delivering', 'completed') AND b.credits_minor - b.debits_minor
                     <> (SELECT COALESCE(SUM(s.amount_minor - s.shared_minor), 0) FROM share_back s
                         WHERE s.campaign_id = c.id AND s.state = 'open')
                      + (SELECT COALESCE(SUM(m.amount_minor - m.taken_minor), 0) FROM milestone m
                         WHERE m.campaign_id = c.id AND m.state IN ('planned', 'requested', 'paused'))
               LIMIT 20"""),
    ),
    Rule(
        "a fund that failed, or waits for a deal, holds exactly what is its backers'",
        Sql(f"SELECT COUNT(*) FROM campaign WHERE state IN {_BACKERS}"),  # noqa: S608
        Sql(f"""SELECT a.code AS what FROM campaign c JOIN account a ON a.code = 'fund:' || CAST(c.id AS TEXT)
               JOIN balance b ON b.account_id = a.id
               WHERE c.state IN {_BACKERS} AND b.credits_minor - b.debits_minor <>
                     (SELECT COALESCE(SUM(CASE WHEN left_minor > 0 THEN left_minor ELSE 0 END), 0) FROM (
                          SELECT h.amount_minor - h.refunded_minor - h.passed_on_minor
                               - (SELECT COALESCE(SUM(d.amount_minor), 0) FROM dispute d
                                  WHERE d.charge_id = h.id AND d.state <> 'won') AS left_minor
                          FROM charge h WHERE h.campaign_id = c.id AND h.state = 'succeeded') AS held)
               LIMIT 20"""),  # noqa: S608
    ),
    Rule(
        "refunds promised and not sent are what lies in clearing",
        Sql("SELECT COUNT(*) FROM refund WHERE state IN ('pending', 'failed')"),
        Sql("""SELECT a.code AS what FROM account a WHERE a.code LIKE 'refund:clearing:%'
                 AND (SELECT COALESCE(SUM(p.amount_minor), 0) FROM posting p WHERE p.credit_id = a.id)
                   - (SELECT COALESCE(SUM(p.amount_minor), 0) FROM posting p WHERE p.debit_id = a.id)
                  <> (SELECT COALESCE(SUM(r.amount_minor), 0) FROM refund r
                      WHERE r.currency = a.currency AND (r.state = 'failed' OR (r.state = 'pending' AND NOT EXISTS (
                          SELECT 1 FROM journal_entry e WHERE e.key = 'refund:' || CAST(r.id AS TEXT) || ':sent'))))"""),
    ),
    Rule(
        "payouts under way are what lies in transit",
        Sql("SELECT COUNT(*) FROM payout WHERE state = 'sending'"),
        Sql("""SELECT a.code AS what FROM account a WHERE a.code LIKE 'payout:transit:%'
                 AND (SELECT COALESCE(SUM(p.amount_minor), 0) FROM posting p WHERE p.credit_id = a.id)
                   - (SELECT COALESCE(SUM(p.amount_minor), 0) FROM posting p WHERE p.debit_id = a.id)
                  <> (SELECT COALESCE(SUM(o.amount_minor), 0) FROM payout o
                      WHERE o.currency = a.currency AND o.state = 'sending')"""),
    ),
)
