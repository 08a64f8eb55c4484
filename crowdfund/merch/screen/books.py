"""What has to agree on what is on screen: rules for `crowdfund check`."""

from __future__ import annotations

from crowdfund.database import Sql
from crowdfund.ledger.books import Rule

RULES = (
    Rule(
        "as many would buy a product as sellers are told",
        Sql("SELECT COUNT(*) FROM onscreen_product"),
        Sql("""SELECT 'product ' || CAST(p.id AS TEXT) AS what FROM onscreen_product p
               LEFT JOIN (SELECT product_id, COUNT(*) AS n FROM want_it GROUP BY product_id) AS w ON w.product_id = p.id
               WHERE p.wanted <> COALESCE(w.n, 0) LIMIT 20"""),
    ),
    Rule(
        "nothing is on screen outside its film",
        Sql("SELECT COUNT(*) FROM appearance"),
        Sql("""SELECT 'appearance ' || CAST(a.id AS TEXT) AS what FROM appearance a JOIN master m ON m.title_id = a.title_id
               WHERE a.end_ms > m.duration_ms LIMIT 20"""),
    ),
    Rule(
        "revisions of cues are numbered without a gap",
        Sql("SELECT COUNT(*) FROM cue_revision"),
        Sql("""SELECT 'title ' || CAST(title_id AS TEXT) AS what FROM cue_revision GROUP BY title_id
               HAVING MAX(number) <> COUNT(*) LIMIT 20"""),
    ),
)
