"""What has to be so between what was sold under licences and what their accounts hold: rules for `crowdfund check`."""

from __future__ import annotations

from collections.abc import Sequence

from crowdfund.database import Sql
from crowdfund.ledger.books import Rule

# minor: what a licence's account should hold, in parts, less what it holds. borne: what its production gave back of royalties that it
# had been paid, of its own earnings or as a debt: so much more is there.
_OF_ORDERS = """SELECT i.licence_id, o.currency, i.royalty_minor AS minor, 0 AS borne FROM goods_line i
                JOIN goods_order o ON o.id = i.order_id WHERE i.licence_id IS NOT NULL AND o.earned_at IS NOT NULL
                UNION ALL
                SELECT i.licence_id, o.currency, -f.royalty_minor, 0 FROM goods_refund f JOIN goods_line i ON i.id = f.line_id
                JOIN goods_order o ON o.id = i.order_id WHERE i.licence_id IS NOT NULL AND o.earned_at IS NOT NULL"""
_PAID = """SELECT s.licence_id, s.currency, -(s.royalty_minor + s.topped_up_minor), 0 FROM royalty_statement s WHERE s.state = 'paid'"""
_TOPPED_UP = """SELECT l.id, p.currency, p.amount_minor, 0 FROM licence l
                JOIN journal_entry e ON e.subject = 'licence:' || CAST(l.id AS TEXT) AND e.kind = 'royalty_topped_up'
                JOIN posting p ON p.entry_id = e.id"""
_LICENCE = "CAST(SUBSTR(a.code, 9, LENGTH(a.code) - 9 - LENGTH(a.currency)) AS BIGINT)"
# What banks have taken of it and may still give back.
_AT_BANKS = f"""SELECT {_LICENCE}, a.currency, CASE WHEN p.credit_id = a.id THEN p.amount_minor ELSE -p.amount_minor END, 0
                FROM dispute d JOIN charge c ON c.id = d.charge_id
                JOIN journal_entry e ON e.subject = c.held_for AND e.kind = 'dispute'
                    AND e.key LIKE 'dispute:' || CAST(d.id AS TEXT) || ':%'
                JOIN posting p ON p.entry_id = e.id JOIN account a ON a.id IN (p.debit_id, p.credit_id)
                WHERE d.state <> 'lost' AND (d.purchase_id IS NOT NULL OR d.goods_order_id IS NOT NULL)
                  AND SUBSTR(a.code, 1, 8) = 'royalty:'"""  # noqa: S608
_HELD = f"""SELECT {_LICENCE}, a.currency, b.debits_minor - b.credits_minor, 0 FROM account a JOIN balance b ON b.account_id = a.id
            WHERE SUBSTR(a.code, 1, 8) = 'royalty:'"""  # noqa: S608
_BORNE = """SELECT back.licence_id, back.currency, 0, p.amount_minor
            FROM (SELECT DISTINCT i.licence_id, l.licensor_id, o.id, o.purchase_id, o.currency FROM goods_refund f
                  JOIN goods_line i ON i.id = f.line_id JOIN goods_order o ON o.id = i.order_id JOIN licence l ON l.id = i.licence_id
                  WHERE f.royalty_minor > 0 AND o.earned_at IS NOT NULL) AS back
            JOIN journal_entry e ON e.kind IN ('refund_promised', 'dispute')
                AND e.subject IN ('goods_order:' || CAST(back.id AS TEXT), 'purchase:' || CAST(back.purchase_id AS TEXT))
            JOIN posting p ON p.entry_id = e.id JOIN account a ON a.id = p.debit_id
            WHERE a.code IN ('earnings:' || CAST(back.licensor_id AS TEXT) || ':' || back.currency,
                             'receivable:' || CAST(back.licensor_id AS TEXT) || ':' || back.currency)"""

RULES: Sequence[Rule] = (
    Rule(
        "a licence's account holds the royalties of what was earned under it, less what went back and what was paid",
        Sql("SELECT COUNT(*) FROM licence WHERE accepted_at IS NOT NULL"),
        Sql(f"""SELECT 'licence ' || CAST(licence_id AS TEXT) AS what
                FROM ({_OF_ORDERS} UNION ALL {_PAID} UNION ALL {_TOPPED_UP} UNION ALL {_AT_BANKS} UNION ALL {_HELD} UNION ALL {_BORNE})
                    AS parts
                GROUP BY licence_id, currency HAVING SUM(minor) > 0 OR SUM(minor) < -SUM(borne) LIMIT 20"""),  # noqa: S608
    ),
)
