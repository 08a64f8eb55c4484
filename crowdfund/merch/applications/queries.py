"""What pages read of applications, and what the clock has to end."""

from __future__ import annotations

from typing import Any

from crowdfund.database import Sql
from crowdfund.merch.applications.models import LIVE, Application, ApplicationImage

_LOCK = Sql("UPDATE application SET state = state WHERE id = $1 RETURNING id")
_DUE = Sql("""
    SELECT id FROM application WHERE state IN ('submitted', 'shortlisted', 'sample_requested') AND answer_by <= $1
    ORDER BY answer_by LIMIT $2""")
_LISTED = """
    SELECT a.id, a.state, a.price_minor, a.currency, a.units, a.ships_within_days, a.answer_by, a.made_at, a.product_id, a.organisation_id,
        n.name AS product, n.kind, n.wanted, n.title_id, t.name AS title, t.organisation_id AS studio_id, s.name AS studio, o.name AS shop,
        o.state AS shop_state,
        (SELECT i.image_id FROM application_image i WHERE i.application_id = a.id ORDER BY i.position, i.image_id LIMIT 1) AS image_id
    FROM application a JOIN onscreen_product n ON n.id = a.product_id JOIN title t ON t.id = n.title_id
    JOIN organisation s ON s.id = t.organisation_id JOIN organisation o ON o.id = a.organisation_id"""
_OF_SHOP = Sql(f"{_LISTED} WHERE a.organisation_id = $1 AND a.id < $2 ORDER BY a.id DESC LIMIT $3")
_OF_STUDIO = Sql(f"""{_LISTED} WHERE t.organisation_id = $1 AND a.id < $2 AND (a.state <> 'draft'
    AND (a.state <> 'withdrawn' OR a.answer_by IS NOT NULL)) ORDER BY a.id DESC LIMIT $3""")
_HISTORY = Sql("""
    SELECT e.from_state, e.to_state, e.because, e.at, COALESCE(p.name, '') AS by FROM application_event e
    LEFT JOIN person p ON p.id = e.by_person_id WHERE e.application_id = $1 ORDER BY e.id""")
NEWEST = 2**63 - 1


async def lock_application(application_id: int) -> bool:
    """Nobody else changes it until the caller's transaction ends. Gives whether there is one."""
    return await _LOCK.one(application_id) is not None


async def applications_due(now_us: int, limit: int) -> list[int]:
    """Applications whose studio has let the time run out."""
    return [row["id"] for row in await _DUE(now_us, limit)]


async def applications_of_shop(
    organisation_id: int, *, before_id: int = NEWEST, limit: int = 200
) -> list[dict[str, Any]]:
    """The newest first."""
    return await _OF_SHOP(organisation_id, before_id, limit)


async def applications_to_studio(
    organisation_id: int, *, before_id: int = NEWEST, limit: int = 200
) -> list[dict[str, Any]]:
    """What shops have sent about a studio's products, the newest first; what they still write nobody sees."""
    return await _OF_STUDIO(organisation_id, before_id, limit)


async def history_of(application_id: int) -> list[dict[str, Any]]:
    """What became of it, the oldest first, with the names of who decided."""
    return await _HISTORY(application_id)


async def samples_of(application_id: int) -> list[ApplicationImage]:
    return await ApplicationImage.filter(application_id=application_id).order_by("position", "image_id")


async def live_application(product_id: int, organisation_id: int) -> Application | None:
    """The one that a shop has under way for a product."""
    found = Application.filter(product_id=product_id, organisation_id=organisation_id, state__in=list(LIVE))
    return await found.first()
