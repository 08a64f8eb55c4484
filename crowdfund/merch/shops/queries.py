"""What pages read of shops, and the lock on one."""

from __future__ import annotations

from typing import Any

from crowdfund import clock
from crowdfund.database import Sql
from crowdfund.merch.shops.models import Shop
from crowdfund.merch.shops.rules import ShopFacts
from crowdfund.people.models import Organisation, OrganisationKind

# Also makes the row of a shop that has said nothing yet.
_LOCK = Sql("""
    INSERT INTO shop (organisation_id, returns_to, about_making, made_at) VALUES ($1, '', '', $2)
    ON CONFLICT (organisation_id) DO UPDATE SET made_at = shop.made_at RETURNING organisation_id""")
_SHOPS_OF = Sql("""
    SELECT o.id FROM member m JOIN organisation o ON o.id = m.organisation_id
    WHERE m.person_id = $1 AND m.role IN ('owner', 'manager') AND o.kind = 'shop' ORDER BY o.name, o.id""")

_COUNTS = Sql("""
    SELECT (SELECT COUNT(*) FROM shipping_zone WHERE organisation_id = $1) AS zones,
        (SELECT COUNT(*) FROM listing WHERE organisation_id = $1 AND state = 'live') AS listings""")
_LISTINGS = Sql("""
    SELECT l.id AS listing_id, l.name, l.match, l.currency, l.discount_bps, l.ships_within_days, n.id, n.kind, n.category,
        n.name AS product,
        COALESCE((SELECT i.image_id FROM listing_image i WHERE i.listing_id = l.id ORDER BY i.position LIMIT 1), n.image_id) AS image_id,
        t.name AS title, t.colour, l.stars_sum, l.stars_count,
        (SELECT MIN(v.price_minor) FROM variant v WHERE v.listing_id = l.id AND v.state = 'offered') AS from_minor,
        (SELECT SUM(v.on_hand - v.reserved) FROM variant v WHERE v.listing_id = l.id AND v.state = 'offered') AS pieces
    FROM listing l JOIN onscreen_product n ON n.id = l.product_id JOIN title t ON t.id = l.title_id
    LEFT JOIN master m ON m.title_id = t.id LEFT JOIN licence c ON c.id = l.licence_id
    WHERE l.organisation_id = $1 AND l.state = 'live' AND n.state IN ('cleared', 'open_for_applications', 'licensed')
        AND COALESCE(n.embargo_until, 0) <= $2 AND COALESCE(m.airs_at, 0) <= $2 AND COALESCE(c.starts_at, 0) <= $2
    ORDER BY l.id DESC LIMIT 100""")
_STARS = Sql("""
    SELECT CAST(COALESCE(SUM(stars_sum), 0) AS BIGINT) AS stars, CAST(COALESCE(SUM(stars_count), 0) AS BIGINT) AS reviews
    FROM listing WHERE organisation_id = $1""")


async def facts_of(organisation: Organisation, shop: Shop) -> ShopFacts:
    """What a shop has done so far of what it needs to sell."""
    [counted] = await _COUNTS(organisation.id)
    return ShopFacts(
        organisation.state, organisation.payouts_state, shop.returns_to, counted["zones"], counted["listings"]
    )


async def listings_shown(organisation_id: int) -> list[dict[str, Any]]:
    """What a shop has on sale and everybody may know of, the newest first; whether it is sold to a country its own page says."""
    return await _LISTINGS(organisation_id, clock.now_us())


async def stars_of_shop(organisation_id: int) -> tuple[int, int]:
    """All stars that are shown of what a shop sells or has sold, and of how many reviews."""
    [row] = await _STARS(organisation_id)
    return int(row["stars"]), int(row["reviews"])


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
