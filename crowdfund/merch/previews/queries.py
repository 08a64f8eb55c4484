"""What pages read of previews: who looked, who agreed, and the market of what can be made."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from crowdfund import clock
from crowdfund.database import Sql
from crowdfund.merch.previews.models import Preview, PreviewKind
from crowdfund.merch.previews.rules import public_at

_KEEP_TERMS = Sql(
    "INSERT INTO preview_terms (version, text, made_at) VALUES ($1, $2, $3) ON CONFLICT (version) DO NOTHING"
)
_CONSENT = Sql("""
    INSERT INTO preview_consent (id, person_id, organisation_id, version, at) VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (person_id, organisation_id, version) DO NOTHING""")
_VIEWS = Sql("""
    SELECT v.id, v.at, v.preview_id, n.name AS product, r.kind, p.name AS person, o.name AS shop FROM preview_view v
    JOIN preview r ON r.id = v.preview_id JOIN onscreen_product n ON n.id = r.product_id JOIN title t ON t.id = n.title_id
    JOIN person p ON p.id = v.person_id JOIN organisation o ON o.id = v.organisation_id
    WHERE t.organisation_id = $1 AND v.id < $2 ORDER BY v.id DESC LIMIT $3""")
_CLIPS = Sql("""
    SELECT r.product_id, r.end_ms - r.start_ms AS length FROM preview r JOIN onscreen_product n ON n.id = r.product_id
    WHERE n.title_id = $1 AND r.kind = 'clip' AND r.withdrawn_at IS NULL""")
# What the first licence that starts lets be sold: before that day nothing of it is public.
_FACTS = """n.embargo_until, m.airs_at, (SELECT MIN(l.starts_at) FROM licence_product lp JOIN licence l ON l.id = lp.licence_id
        WHERE lp.product_id = n.id AND l.state IN ('accepted', 'active', 'sell_off')) AS starts_at"""
_PUBLIC_FACTS = Sql(f"""
    SELECT {_FACTS} FROM onscreen_product n LEFT JOIN master m ON m.title_id = n.title_id WHERE n.id = $1""")  # noqa: S608
_MARKET = Sql(f"""
    SELECT n.id, n.kind, n.name, n.about, n.category, n.designer, n.image_id, n.wanted, n.state, n.title_id, t.name AS title, t.colour,
        t.image_id AS title_image_id, t.scene AS title_scene, t.organisation_id AS studio_id, s.name AS studio, s.slug AS studio_slug,
        w.name AS wearer, w.actor, {_FACTS},
        (SELECT COUNT(*) FROM application a WHERE a.product_id = n.id AND a.state IN ('submitted', 'shortlisted', 'sample_requested'))
            AS applications,
        (SELECT COUNT(*) FROM preview r WHERE r.product_id = n.id AND r.withdrawn_at IS NULL) AS previews
    FROM onscreen_product n JOIN title t ON t.id = n.title_id JOIN organisation s ON s.id = t.organisation_id
    LEFT JOIN master m ON m.title_id = n.title_id LEFT JOIN wearer w ON w.id = n.wearer_id
    WHERE n.state = 'open_for_applications' AND s.state = 'verified' AND n.id < $1 AND (CAST($2 AS BIGINT) = 0 OR n.id = $2)
        AND ($3 = '' OR n.kind = $3)
    ORDER BY n.id DESC LIMIT $4""")  # noqa: S608
_LOCK = Sql("UPDATE onscreen_product SET wanted = wanted WHERE id = $1")
NEWEST = 2**63 - 1
MARKET_MAX = 200


async def lock_product(product_id: int) -> None:
    """No other preview of it is put up until the caller's transaction ends."""
    await _LOCK(product_id)


async def keep_terms(version: int, text: str, now_us: int) -> None:
    await _KEEP_TERMS(version, text, now_us)


async def keep_consent(consent_id: int, person_id: int, organisation_id: int, version: int, now_us: int) -> None:
    await _CONSENT(consent_id, person_id, organisation_id, version, now_us)


async def views_of(organisation_id: int, *, before_id: int = NEWEST, limit: int = 200) -> list[dict[str, Any]]:
    """Who has looked at what of this studio, the newest first."""
    return await _VIEWS(organisation_id, before_id, limit)


async def previews_of(product_id: int) -> list[Preview]:
    """What is shown of a product: clips first, then pictures, as they were added."""
    found = await Preview.filter(product_id=product_id, withdrawn_at=None).order_by("id")
    return sorted(found, key=lambda one: one.kind != PreviewKind.CLIP)


async def clip_lengths(title_id: int) -> list[tuple[int, int]]:
    """The product and the length in ms of each clip of a film that is shown."""
    return [(row["product_id"], row["length"]) for row in await _CLIPS(title_id)]


async def product_public_at(product_id: int) -> datetime | None:
    row = await _PUBLIC_FACTS.one(product_id)
    return None if row is None else public_at_of(row)


def public_at_of(row: dict[str, Any]) -> datetime | None:
    at = [None if row[name] is None else clock.from_us(row[name]) for name in ("embargo_until", "starts_at", "airs_at")]
    return public_at(*at)


async def open_products(
    *, product_id: int = 0, kind: str = "", before_id: int = NEWEST, limit: int = MARKET_MAX
) -> list[dict[str, Any]]:
    """Products of all films that shops may apply for, the newest first; each with `public_at`."""
    rows = await _MARKET(before_id, product_id, kind, limit)
    return [{**row, "public_at": public_at_of(row)} for row in rows]


_SHOWN_FILES = Sql("SELECT file, poster FROM preview WHERE withdrawn_at IS NULL")


async def shown_files(names: Iterable[str]) -> set[str]:
    """Of these files those that a preview shows."""
    rows = await _SHOWN_FILES()
    return set(names) & {name for row in rows for name in (row["file"], row["poster"])}
