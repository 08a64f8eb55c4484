"""What pages and programs read of the audit, and what the things in it are called."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from crowdfund.database import Sql, as_rows
from crowdfund.database.ids import public

_LINES = """
    SELECT a.id, a.at, a.action, a.subject, a.reason, a.before, a.after, p.name AS by_name, a.by_person_id
    FROM audit_entry a LEFT JOIN person p ON p.id = a.by_person_id
    WHERE a.id < $1 AND ($2 = '' OR a.action = $2) AND (CAST($3 AS BIGINT) = 0 OR a.by_person_id = $3) AND a.at >= $4 AND a.at < $5"""
_AUDIT = Sql(f"{_LINES} ORDER BY a.id DESC LIMIT $6")
_ABOUT = Sql(f"{_LINES} AND a.subject IN (SELECT value->>'subject' FROM {{rows:7}}) ORDER BY a.id DESC LIMIT $6")  # noqa: S608


def _of(kind: str) -> str:
    return f"(SELECT CAST(value->>'id' AS BIGINT) FROM {{rows}} WHERE value->>'kind' = '{kind}')"  # noqa: S608 - a word of this file


_SUBJECTS = Sql(f"""
    SELECT 'campaign:' || CAST(id AS TEXT) AS subject, name, '/staff/campaigns/' || slug AS path, currency, 0 AS shown_id
    FROM campaign WHERE id IN {_of("campaign")}
    UNION ALL SELECT 'organisation:' || CAST(id AS TEXT), name, '/staff/organisations/' || slug, '', 0
    FROM organisation WHERE id IN {_of("organisation")}
    UNION ALL SELECT 'person:' || CAST(id AS TEXT), name, '', '', 0 FROM person WHERE id IN {_of("person")}
    UNION ALL SELECT 'token:' || CAST(t.id AS TEXT), p.name, '', '', 0
    FROM api_token t JOIN person p ON p.id = t.person_id WHERE t.id IN {_of("token")}
    UNION ALL SELECT 'sale:' || CAST(id AS TEXT), name, '/staff/sales/' || slug, currency, 0 FROM sale WHERE id IN {_of("sale")}
    UNION ALL SELECT 'pledge:' || CAST(l.id AS TEXT), p.name || ' · ' || c.name, '/staff/pledges/', l.currency, l.id
    FROM pledge l JOIN person p ON p.id = l.person_id JOIN campaign c ON c.id = l.campaign_id WHERE l.id IN {_of("pledge")}
    UNION ALL SELECT 'comment:' || CAST(m.id AS TEXT), c.name, '/staff/comments/', '', m.id
    FROM comment m JOIN campaign c ON c.id = m.campaign_id WHERE m.id IN {_of("comment")}
    UNION ALL SELECT 'venue:' || CAST(v.id AS TEXT), v.name, '/staff/organisations/' || o.slug, '', 0
    FROM venue v JOIN organisation o ON o.id = v.organisation_id WHERE v.id IN {_of("venue")}
    UNION ALL SELECT 'hall:' || CAST(a.id AS TEXT), v.name || ', ' || a.name, '/staff/organisations/' || o.slug, '', 0
    FROM auditorium a JOIN venue v ON v.id = a.venue_id JOIN organisation o ON o.id = v.organisation_id WHERE a.id IN {_of("hall")}
    UNION ALL SELECT 'title:' || CAST(t.id AS TEXT), t.name, '/staff/organisations/' || o.slug, '', 0
    FROM title t JOIN organisation o ON o.id = t.organisation_id WHERE t.id IN {_of("title")}
    UNION ALL SELECT 'screening:' || CAST(s.id AS TEXT), t.name || ' · ' || v.name, '', s.currency, 0
    FROM screening s JOIN title t ON t.id = s.title_id JOIN auditorium a ON a.id = s.auditorium_id JOIN venue v ON v.id = a.venue_id
    WHERE s.id IN {_of("screening")}
    UNION ALL SELECT 'payout:' || CAST(y.id AS TEXT), o.name, '/staff/payouts', y.currency, 0
    FROM payout y JOIN organisation o ON o.id = y.organisation_id WHERE y.id IN {_of("payout")}
    UNION ALL SELECT 'refund:' || CAST(r.id AS TEXT), p.name || ' · ' || c.name, '/staff/pledges/', r.currency,
                     CAST(SUBSTR(r.subject, 8) AS BIGINT)
    FROM refund r JOIN charge h ON h.id = r.charge_id JOIN person p ON p.id = h.person_id JOIN campaign c ON c.id = r.campaign_id
    WHERE r.id IN {_of("refund")}
    UNION ALL SELECT 'refund:' || CAST(r.id AS TEXT), p.name, '', r.currency, 0
    FROM refund r JOIN charge h ON h.id = r.charge_id JOIN person p ON p.id = h.person_id
    WHERE r.campaign_id IS NULL AND r.id IN {_of("refund")}
    UNION ALL SELECT 'bank_payout:' || CAST(b.id AS TEXT), o.name, '/staff/payouts', b.currency, 0
    FROM bank_payout b JOIN organisation o ON o.id = b.organisation_id WHERE b.id IN {_of("bank_payout")}""")  # noqa: S608
_NAMED = Sql(r"""
    SELECT 'campaign:' || CAST(id AS TEXT) AS subject FROM campaign WHERE LOWER(name) LIKE $1 ESCAPE '\' OR slug = $2
    UNION SELECT 'organisation:' || CAST(id AS TEXT) FROM organisation WHERE LOWER(name) LIKE $1 ESCAPE '\' OR slug = $2
    UNION SELECT 'person:' || CAST(id AS TEXT) FROM person WHERE email = $2
    ORDER BY 1 LIMIT 200""")


async def audit_entries(
    *,
    before_id: int | None,
    action: str,
    subjects: Collection[str] | None,
    by: int,
    since_us: int,
    until_us: int,
    limit: int,
) -> list[dict[str, Any]]:
    """Lines of the audit, the newest first. Empty filters find everything; subjects None: about whatever."""
    values = (before_id if before_id is not None else 2**63 - 1, action, by, since_us, until_us, limit)
    if subjects is None:
        return await _AUDIT(*values)
    return await _ABOUT(*values, as_rows({"subject": subject} for subject in subjects))


@dataclass(frozen=True, slots=True)
class About:
    """What `campaign:12` and the like are called, where staff look at them, and the currency of amounts told of them."""

    name: str
    path: str
    currency: str


async def subjects_named(subjects: Collection[str]) -> dict[str, About]:
    asked = [
        {"kind": kind, "id": number} for kind, _, number in (subject.partition(":") for subject in subjects) if number.isdigit()
    ]  # fmt: skip
    if not asked:
        return {}
    return {row["subject"]: About(row["name"], _path(row), row["currency"]) for row in await _SUBJECTS(as_rows(asked))}


def _path(row: dict[str, Any]) -> str:
    """What has no name in addresses is found by its id, whose letters only the site knows."""
    return f"{row['path']}{public(row['shown_id'])}" if row["shown_id"] else row["path"]


async def subjects_called(words: str) -> list[str]:
    """Funds and studios with these words in their name or as their address, and the person of this e-mail address."""
    plain = words.lower()
    pattern = plain.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return [row["subject"] for row in await _NAMED(f"%{pattern}%", plain)]
