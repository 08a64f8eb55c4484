"""What is read and counted of reviews."""

from __future__ import annotations

from typing import Any

from crowdfund.database import Sql

_COUNT = Sql("UPDATE listing SET stars_sum = stars_sum + $2, stars_count = stars_count + $3 WHERE id = $1")
_OF_LISTING = Sql("""
    SELECT r.id, r.line_id, r.stars, r.words, r.answer, r.answered_at, r.made_at, r.state, r.listing_id, p.name, l.variant_name
    FROM review r JOIN person p ON p.id = r.person_id JOIN goods_line l ON l.id = r.line_id
    WHERE r.listing_id = $1 AND (r.state = 'shown' OR $4 = 1) AND r.id < $2 ORDER BY r.id DESC LIMIT $3""")
_OF_SELLER = Sql("""
    SELECT r.id, r.line_id, r.stars, r.words, r.answer, r.answered_at, r.made_at, r.state, r.listing_id, p.name, l.variant_name,
           l.name AS item
    FROM review r JOIN person p ON p.id = r.person_id JOIN goods_line l ON l.id = r.line_id
    WHERE r.organisation_id = $1 AND r.id < $2 ORDER BY r.id DESC LIMIT $3""")
_STARS = Sql("""
    SELECT stars, COUNT(*) AS reviews FROM review WHERE listing_id = $1 AND state = 'shown' GROUP BY stars ORDER BY stars DESC""")
_OF_SHOP = Sql("""
    SELECT COUNT(*) AS reviews, CAST(COALESCE(SUM(stars), 0) AS BIGINT) AS stars FROM review
    WHERE organisation_id = $1 AND state = 'shown'""")
NEWEST = 2**63 - 1


async def count_stars(listing_id: int, stars: int, reviews: int) -> None:
    """The stars that a listing shows, with every review that comes or goes."""
    await _COUNT(listing_id, stars, reviews)


async def reviews_of_listing(
    listing_id: int, *, before: int = NEWEST, limit: int = 20, with_hidden: bool = False
) -> list[dict[str, Any]]:
    """Those that are shown, the newest first, with the first name of who wrote it. with_hidden: for those who hid them, too."""
    rows = await _OF_LISTING(listing_id, before, limit, int(with_hidden))
    return [row | {"name": row["name"].split()[0] if row["name"].split() else ""} for row in rows]


async def reviews_of_seller(organisation_id: int, *, before: int = NEWEST, limit: int = 20) -> list[dict[str, Any]]:
    """All of a seller's, hidden ones too, the newest first."""
    return await _OF_SELLER(organisation_id, before, limit)


async def stars_of(listing_id: int) -> dict[int, int]:
    """How many gave how many stars."""
    return {row["stars"]: row["reviews"] for row in await _STARS(listing_id)}


async def average_of_shop(organisation_id: int) -> tuple[int, int]:
    """All stars that a shop was given, and by how many reviews."""
    row = await _OF_SHOP.one(organisation_id)
    return (row["stars"], row["reviews"]) if row else (0, 0)
