"""What verbs and pages read of goods."""

from __future__ import annotations

from collections.abc import Iterable

from crowdfund.database import Sql, as_rows
from crowdfund.merch.listings.queries import facts_of
from crowdfund.orders.goods.models import GoodsOrder
from crowdfund.orders.goods.rules import Found

_BANK_HOLDS = Sql("""
    SELECT d.id FROM charge c JOIN dispute d ON d.charge_id = c.id
    WHERE c.subject = $1 AND d.amount_minor > 0 AND d.state IN ('needs_response', 'answering', 'under_review') LIMIT 1""")


async def bank_holds(order: GoodsOrder) -> bool:
    """Whether a bank has taken back what this was paid with, while it decides: until then nobody has a share of it."""
    return await _BANK_HOLDS.one(order.paid_by) is not None


_LISTINGS_OF = Sql("""
    SELECT id, listing_id FROM variant WHERE id IN (SELECT CAST(value->>'id' AS BIGINT) FROM {rows})""")
_CATEGORIES = Sql("""
    SELECT id, category FROM onscreen_product WHERE id IN (SELECT CAST(value->>'id' AS BIGINT) FROM {rows})""")


# What a fan has begun to pay for and can begin anew: those pieces are kept from everybody but her.
_KEPT_FOR = Sql("""
    SELECT l.variant_id, CAST(SUM(l.quantity) AS BIGINT) AS pieces FROM purchase p
    JOIN goods_order o ON o.purchase_id = p.id JOIN goods_line l ON l.order_id = o.id
    WHERE p.person_id = $1 AND p.state = 'placed' GROUP BY l.variant_id""")


async def found_of(variant_ids: Iterable[int], *, for_person: int | None = None) -> dict[int, Found]:
    """How these variants stand now, in a handful of statements; what is no variant is left out.

    for_person: what she is paying for at this moment counts as left, for she would let go of it to pay for something else.
    """
    wanted = set(variant_ids)
    if not wanted:
        return {}
    rows = await _LISTINGS_OF(as_rows({"id": one} for one in sorted(wanted)))
    facts = await facts_of(row["listing_id"] for row in rows)
    products = as_rows({"id": one} for one in sorted({one.product_id for one in facts.values()}))
    categories = {row["id"]: row["category"] for row in await _CATEGORIES(products)}
    kept = {} if for_person is None else {row["variant_id"]: row["pieces"] for row in await _KEPT_FOR(for_person)}
    return {
        piece.variant_id: Found(one, piece, categories[one.product_id], piece.left + kept.get(piece.variant_id, 0))
        for one in facts.values()
        for piece in one.pieces
        if piece.variant_id in wanted
    }
