"""What pages read of shops, and the lock on one."""

from __future__ import annotations

from crowdfund.database import Sql
from crowdfund.people.models import Organisation, OrganisationKind

# Also makes the row of a shop that has said nothing yet.
_LOCK = Sql("""
    INSERT INTO shop (organisation_id, returns_to, about_making, made_at) VALUES ($1, '', '', $2)
    ON CONFLICT (organisation_id) DO UPDATE SET made_at = shop.made_at RETURNING organisation_id""")
_SHOPS_OF = Sql("""
    SELECT o.id FROM member m JOIN organisation o ON o.id = m.organisation_id
    WHERE m.person_id = $1 AND m.role IN ('owner', 'manager') AND o.kind = 'shop' ORDER BY o.name, o.id""")


async def lock_shop(organisation_id: int, now_us: int) -> None:
    """Nobody else changes it until the caller's transaction ends."""
    await _LOCK(organisation_id, now_us)


async def shops_run_by(person_id: int) -> list[Organisation]:
    """The shops that a person owns or runs, by name."""
    ids = [row["id"] for row in await _SHOPS_OF(person_id)]
    found = {one.id: one for one in await Organisation.filter(id__in=ids)} if ids else {}
    return [found[one] for one in ids]


async def find_shops(text: str, *, limit: int = 20) -> list[Organisation]:
    """Shops that a studio can offer a licence to, by a part of their name; those that are stopped are left out."""
    shops = Organisation.filter(kind=OrganisationKind.SHOP.value).exclude(state__in=["suspended", "declined"])
    return await (shops.filter(name__icontains=text) if text else shops).order_by("name", "id").limit(limit)
