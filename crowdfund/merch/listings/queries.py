"""What pages, cues and carts read of listings: a handful of statements, however many products are asked for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from tortoise.expressions import Q

from crowdfund import clock
from crowdfund.database import Sql, as_rows
from crowdfund.database.ids import public
from crowdfund.merch.licences.models import HELD
from crowdfund.merch.licences.queries import rights_of
from crowdfund.merch.listings.rules import (
    Facts,
    NoSuchListing,
    Offer,
    Piece,
    Standing,
    Zone,
    changes_at,
    in_order,
    offer,
    standing,
    why_not,
)
from crowdfund.merch.runs.offers import made_to_order
from crowdfund.merch.screen.models import CLEARED, OnscreenProduct

# From what is asked for to its listings by an index each, whatever PostgreSQL believed when it planned it.
_FACTS = """
    SELECT l.id, l.organisation_id, l.product_id, l.title_id, l.licence_id, l.name, l.match, l.currency, l.discount_bps,
        l.ships_within_days, l.version, l.state, o.name AS seller, o.state AS seller_state, s.away_from, s.away_until,
        p.state AS product_state, p.embargo_until, m.airs_at
    FROM listing l JOIN organisation o ON o.id = l.organisation_id JOIN onscreen_product p ON p.id = l.product_id
    LEFT JOIN shop s ON s.organisation_id = l.organisation_id LEFT JOIN master m ON m.title_id = l.title_id
    WHERE {which} ORDER BY l.id"""
_ASKED = "(SELECT CAST(value->>'id' AS BIGINT) FROM {rows})"
_OF_PRODUCTS = Sql(_FACTS.format(which=f"l.state = 'live' AND l.product_id IN {_ASKED}"))
_OF_LISTINGS = Sql(_FACTS.format(which=f"l.id IN {_ASKED}"))
_OF_VARIANTS = Sql(f"SELECT id, listing_id FROM variant WHERE id IN {_ASKED}")  # noqa: S608
_PIECES = Sql(f"""
    SELECT id, listing_id, name, price_minor, on_hand - reserved AS available, position, state FROM variant
    WHERE listing_id IN {_ASKED} ORDER BY position, id""")  # noqa: S608
_ZONES = Sql(f"""
    SELECT id, organisation_id, name, countries, currency, first_minor, more_minor, days_min, days_max FROM shipping_zone
    WHERE organisation_id IN {_ASKED} ORDER BY id""")  # noqa: S608


def _asked(ids: Iterable[int]) -> str:
    return as_rows({"id": one} for one in sorted(set(ids)))


async def offers_of(
    product_ids: Iterable[int], country: str, now: datetime
) -> tuple[dict[int, list[Offer]], datetime | None]:
    """What may be sold of each product to a country now, the best match first; and the next moment at which that may change.

    What is sold out stands in it too, last, so that a page can say so; where a production
    run of it takes orders, as made to order. A product without offers has none in the dict. country: two
    letters. The moment is None where only somebody's doing changes anything.
    """
    found: defaultdict[int, list[Offer]] = defaultdict(list)
    moments, sold = [], []
    for facts in await _facts(await _OF_PRODUCTS(_asked(product_ids))):
        moments.append(changes_at(facts, now))
        if why_not(facts, country, now) is None and (shown := offer(facts, now)) is not None:
            sold.append((facts, shown))
    offers, closing = await made_to_order(sold)
    moments += closing
    for one in offers:
        found[one.product_id].append(one)
    changes = min((at for at in moments if at is not None), default=None)
    return {product_id: in_order(offers) for product_id, offers in found.items()}, changes


async def standings_of(variant_ids: Iterable[int], country: str, now: datetime) -> dict[int, Standing]:
    """How each of these variants stands for a buyer in a country, whether it may be sold or not: what a cart shows."""
    wanted = set(variant_ids)
    rows = await _OF_VARIANTS(_asked(wanted)) if wanted else []
    facts = await facts_of({row["listing_id"] for row in rows})
    return {
        piece.variant_id: standing(one, piece, country, now)
        for one in facts.values()
        for piece in one.pieces
        if piece.variant_id in wanted
    }


async def offer_of(variant_id: int, country: str, now: datetime) -> Standing:
    """How one variant stands for a buyer in a country: its offer, or why there is none. Raises NoSuchListing."""
    found = (await standings_of([variant_id], country, now)).get(variant_id)
    if found is None:
        raise NoSuchListing("There is no such listing.")
    return found


async def facts_of(listing_ids: Iterable[int]) -> dict[int, Facts]:
    """All that decides over these listings, in any state, by id."""
    ids = set(listing_ids)
    return {one.listing_id: one for one in await _facts(await _OF_LISTINGS(_asked(ids)))} if ids else {}


async def _facts(rows: list[dict[str, Any]]) -> list[Facts]:
    if not rows:
        return []
    rights = await rights_of(row["licence_id"] for row in rows if row["licence_id"] is not None)
    pieces, zones = await _pieces_of(row["id"] for row in rows), await zones_of(row["organisation_id"] for row in rows)
    return [
        Facts(
            listing_id=row["id"], path=f"/listings/{public(row['id'])}", right=rights.get(row["licence_id"]),
            zones=tuple(zones[row["organisation_id"]]), pieces=tuple(pieces[row["id"]]),
            **_same(row),
        )
        for row in rows
    ]  # fmt: skip


_SAME = (
    "organisation_id", "product_id", "title_id", "licence_id", "name", "match", "currency", "discount_bps", "ships_within_days",
    "version", "state", "seller", "seller_state", "product_state",
)  # fmt: skip
_MOMENTS = ("away_from", "away_until", "embargo_until", "airs_at")


def _same(row: dict[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in _SAME} | {name: _moment(row[name]) for name in _MOMENTS}


def _moment(us: int | None) -> datetime | None:
    return None if us is None else clock.from_us(us)


async def _pieces_of(listing_ids: Iterable[int]) -> defaultdict[int, list[Piece]]:
    found: defaultdict[int, list[Piece]] = defaultdict(list)
    for row in await _PIECES(_asked(listing_ids)):
        piece = Piece(row["id"], row["name"], row["price_minor"], int(row["available"]), row["position"], row["state"])
        found[row["listing_id"]].append(piece)
    return found


async def zones_of(organisation_ids: Iterable[int]) -> defaultdict[int, list[Zone]]:
    """The shipping zones of sellers, by the seller, in the order in which they were made."""
    found: defaultdict[int, list[Zone]] = defaultdict(list)
    for row in await _ZONES(_asked(organisation_ids)):
        facts = {name: row[name] for name in ("name", "currency", "first_minor", "more_minor", "days_min", "days_max")}
        found[row["organisation_id"]].append(
            Zone(zone_id=row["id"], countries=frozenset(row["countries"].split()), **facts)
        )
    return found


# --- for who writes them ---

_LOCK = Sql("SELECT id FROM listing WHERE id = $1 {for_update}")
_LOCK_SELLER = Sql("SELECT id FROM organisation WHERE id = $1 {for_update}")
_RECOUNT = Sql("""
    UPDATE variant SET on_hand = on_hand + asked.n
    FROM (SELECT CAST(value->>'id' AS BIGINT) AS id, CAST(value->>'n' AS BIGINT) AS n FROM {rows}) AS asked
    WHERE variant.id = asked.id AND on_hand + asked.n >= reserved RETURNING variant.id, variant.on_hand""")
_LICENSED_TO = Sql("""
    SELECT l.id FROM licence l JOIN licence_product p ON p.licence_id = l.id
    WHERE l.licensee_id = $1 AND p.product_id = $2 AND l.state IN (SELECT value->>'state' FROM {rows:3}) ORDER BY l.id""")
_PRODUCTS_LICENSED_TO = Sql("""
    SELECT DISTINCT p.product_id FROM licence l JOIN licence_product p ON p.licence_id = l.id
    WHERE l.licensee_id = $1 AND l.state IN (SELECT value->>'state' FROM {rows:2}) ORDER BY p.product_id LIMIT 200""")
_HELD = as_rows({"state": state} for state in HELD)


async def lock_listing(listing_id: int) -> bool:
    """Nobody else changes it until the caller's transaction ends; whether it is there."""
    return await _LOCK.one(listing_id) is not None


async def lock_seller(organisation_id: int) -> None:
    """Nobody else changes what belongs to this seller as a whole, its zones, until the caller's transaction ends."""
    await _LOCK_SELLER(organisation_id)


async def recount(by_how_many: Mapping[int, int]) -> dict[int, int]:
    """Change how many there are of variants, never to fewer than are being paid for; how many there are now of those that could."""
    rows = await _RECOUNT(as_rows({"id": one, "n": n} for one, n in sorted(by_how_many.items())))
    return {row["id"]: row["on_hand"] for row in rows}


async def licences_for(organisation_id: int, product_id: int) -> list[int]:
    """The licences that this seller holds for this product, whether or not they have begun."""
    return [row["id"] for row in await _LICENSED_TO(organisation_id, product_id, _HELD)]


async def may_be_listed(product: OnscreenProduct, organisation_id: int, now: datetime) -> bool:
    """Whether a seller may write a listing for it: it is shown to everybody, or this seller has a licence for it."""
    if product.state not in CLEARED:
        return False
    if product.embargo_until is None or product.embargo_until <= now:
        return True
    return bool(await licences_for(organisation_id, product.id))


async def products_licensed_to(organisation_id: int) -> list[OnscreenProduct]:
    """What this seller has a licence for."""
    ids = [row["product_id"] for row in await _PRODUCTS_LICENSED_TO(organisation_id, _HELD)]
    return await OnscreenProduct.filter(id__in=ids, state__in=CLEARED).order_by("title_id", "name") if ids else []


async def products_called(text: str, now: datetime, *, limit: int = 40) -> list[OnscreenProduct]:
    """Products that everybody may see, by a part of their name; the newest first."""
    shown = OnscreenProduct.filter(Q(embargo_until=None) | Q(embargo_until__lte=now), state__in=CLEARED)
    return await (shown.filter(name__icontains=text) if text else shown).order_by("-id").limit(limit)
