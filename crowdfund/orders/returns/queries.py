"""What is read, locked and counted of what goes back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from crowdfund import clock
from crowdfund.database import Sql, as_rows
from crowdfund.orders.returns.rules import Way

_LOCK_CHARGE = Sql("SELECT id FROM charge WHERE subject = $1 AND state = 'succeeded' {for_update}")
_LOCK_ORDER = Sql("SELECT id FROM goods_order WHERE id = $1 {for_update}")


async def lock_charge(subject: str) -> None:
    await _LOCK_CHARGE(subject)


async def lock_order(order_id: int) -> None:
    await _LOCK_ORDER(order_id)


# --- pieces, counted; each statement changes all of its rows or its caller refuses ---

_OF = """FROM (SELECT CAST(value->>'id' AS BIGINT) AS id, CAST(value->>'n' AS BIGINT) AS n, CAST(value->>'unsent' AS BIGINT) AS unsent,
         CAST(value->>'asked' AS BIGINT) AS asked FROM {rows}) AS counted WHERE goods_line.id = counted.id"""
_SHIP = Sql(f"""
    UPDATE goods_line SET shipped = shipped + counted.n {_OF}
      AND shipped + cancelled + counted.n <= quantity RETURNING goods_line.id""")  # noqa: S608
_ASK_BACK = Sql(f"""
    UPDATE goods_line SET asked_back = asked_back + counted.n {_OF} AND asked_back + counted.n >= 0
      AND returned - cancelled + asked_back + counted.n <= shipped RETURNING goods_line.id""")  # noqa: S608
_GIVE_BACK = Sql(f"""
    UPDATE goods_line SET returned = returned + counted.n, cancelled = cancelled + counted.unsent,
        asked_back = asked_back - counted.asked {_OF}
      AND shipped + cancelled + counted.unsent <= quantity AND asked_back >= counted.asked
      AND returned + counted.n - cancelled - counted.unsent + asked_back - counted.asked <= shipped
    RETURNING goods_line.id""")  # noqa: S608


async def ship(pieces: Mapping[int, int]) -> bool:
    """Count pieces as sent; gives whether all of them were there to send."""
    return len(await _SHIP(as_rows({"id": line_id, "n": n} for line_id, n in pieces.items()))) == len(pieces)


async def ask_back(pieces: Mapping[int, int]) -> bool:
    """Count pieces into a return, or out of one by numbers below nothing; gives whether all of them could be."""
    rows = [{"id": line_id, "n": n} for line_id, n in pieces.items() if n]
    return len(await _ASK_BACK(as_rows(rows))) == len(rows)


async def give_back(rows: Iterable[Mapping[str, int]]) -> bool:
    """Count pieces as paid back: id, n, unsent of them, asked of them in a return; gives whether all of them could be."""
    counted = list(rows)
    return len(await _GIVE_BACK(as_rows(counted))) == len(counted)


# --- what has happened ---

_SHIPPING = Sql(
    "SELECT CAST(COALESCE(SUM(shipping_minor), 0) AS BIGINT) AS minor FROM goods_refund WHERE order_id = $1"
)
_SENT_BACK_FREELY = Sql("""
    SELECT 1 AS found FROM goods_refund f JOIN goods_return r ON r.id = f.return_id
    WHERE f.order_id = $1 AND r.kind = 'return' LIMIT 1""")
_BANK_HOLDS = Sql("""
    SELECT o.id FROM goods_order o WHERE o.id IN (SELECT CAST(value->>'id' AS BIGINT) FROM {rows})
      AND EXISTS (SELECT 1 FROM dispute d WHERE d.amount_minor > 0 AND d.state IN ('needs_response', 'answering', 'under_review')
                  AND (d.purchase_id = o.purchase_id OR d.goods_order_id = o.id))""")
_WAYS = Sql("""
    SELECT l.line_id, p.sent_at, p.delivered_at, p.state FROM parcel_line l JOIN parcel p ON p.id = l.parcel_id
    WHERE p.order_id = $1 ORDER BY p.id""")
_LIVE_SIBLINGS = Sql("""
    SELECT COUNT(*) AS orders FROM goods_order WHERE purchase_id = $1 AND state NOT IN ('refunded', 'cancelled', 'lost')""")


async def shipping_given_back(order_id: int) -> int:
    return int(await _SHIPPING.value(order_id) or 0)


async def was_sent_back_freely(order_id: int) -> bool:
    """Whether a piece of an order came back because its buyer may, with no fault of the seller's."""
    return await _SENT_BACK_FREELY.value(order_id) is not None


async def bank_holds(order_ids: Iterable[int]) -> set[int]:
    """Orders whose payment a bank has taken back while it decides."""
    return {row["id"] for row in await _BANK_HOLDS(as_rows({"id": one} for one in sorted(set(order_ids))))}


async def ways_of(order_id: int) -> dict[int, list[Way]]:
    """The parcels in which each line of an order went."""
    ways: dict[int, list[Way]] = {}
    for row in await _WAYS(order_id):
        delivered_at = None if row["delivered_at"] is None else clock.from_us(row["delivered_at"])
        way = Way(row["line_id"], clock.from_us(row["sent_at"]), delivered_at, row["state"])
        ways.setdefault(way.line_id, []).append(way)
    return ways


async def has_live_orders(purchase_id: int) -> bool:
    return bool(await _LIVE_SIBLINGS.value(purchase_id))


# --- what is due ---

_NOT_HELD = """NOT EXISTS (SELECT 1 FROM dispute d JOIN goods_order o ON o.id = r.order_id WHERE d.amount_minor > 0
    AND d.state IN ('needs_response', 'answering', 'under_review') AND (d.purchase_id = o.purchase_id OR d.goods_order_id = o.id))"""
_UNANSWERED = Sql(f"""
    SELECT r.id FROM goods_return r WHERE r.state = 'requested' AND r.answer_by <= $1 AND {_NOT_HELD}
    ORDER BY r.answer_by LIMIT 50""")  # noqa: S608
_UNCOUNTED = Sql(f"""
    SELECT r.id FROM goods_return r WHERE r.state = 'approved' AND r.receive_by <= $1 AND {_NOT_HELD} ORDER BY r.id LIMIT 50""")  # noqa: S608
_UNSENT = Sql("""
    SELECT id FROM goods_return WHERE state = 'approved' AND send_by <= $1 AND sent_at IS NULL AND keeps_it = 0 ORDER BY id LIMIT 50""")

_UNREPLACED = Sql(f"""
    SELECT r.id FROM goods_return r WHERE r.send_by <= $1 AND (r.state = 'received' OR (r.state = 'approved' AND r.keeps_it = 1))
      AND EXISTS (SELECT 1 FROM goods_return_line l WHERE l.return_id = r.id AND l.replaces > 0) AND {_NOT_HELD}
    ORDER BY r.id LIMIT 50""")  # noqa: S608


async def unanswered() -> list[int]:
    """Wishes whose seller has said nothing in time."""
    return [row["id"] for row in await _UNANSWERED(clock.now_us())]


async def uncounted() -> list[int]:
    """Returns that were sent long ago, and of which the seller has counted nothing."""
    return [row["id"] for row in await _UNCOUNTED(clock.now_us())]


async def unsent() -> list[int]:
    """Returns that were agreed to, and that nobody has sent."""
    return [row["id"] for row in await _UNSENT(clock.now_us())]


async def unreplaced() -> list[int]:
    """Returns that wait for another piece, and whose seller has not sent it in time."""
    return [row["id"] for row in await _UNREPLACED(clock.now_us())]


# --- lists ---

_OF_SELLER = Sql("""
    SELECT r.id FROM goods_return r JOIN goods_order o ON o.id = r.order_id
    WHERE o.organisation_id = $1 AND r.id < $2 AND ($3 = '' OR r.state = $3) ORDER BY r.id DESC LIMIT $4""")
_ASKED_OF_SELLER = Sql("""
    SELECT COUNT(*) AS returns FROM goods_return r JOIN goods_order o ON o.id = r.order_id
    WHERE o.organisation_id = $1 AND r.state = 'requested'""")
_OPEN_OF_SELLER = Sql("""
    SELECT COUNT(*) AS returns FROM goods_return r JOIN goods_order o ON o.id = r.order_id
    WHERE o.organisation_id = $1 AND r.state IN ('requested', 'approved', 'received')""")


async def returns_of_seller(organisation_id: int, *, before: int, state: str, limit: int) -> list[int]:
    """The newest first; state: empty for all."""
    return [row["id"] for row in await _OF_SELLER(organisation_id, before, state, limit)]


async def unanswered_of(organisation_id: int) -> int:
    """How many buyers wait for a shop's answer."""
    return int(await _ASKED_OF_SELLER.value(organisation_id) or 0)


async def open_returns(organisation_id: int) -> int:
    return int(await _OPEN_OF_SELLER.value(organisation_id) or 0)


# --- what a seller and staff look at ---

_SALES = Sql("""
    SELECT o.id, o.state, o.currency, o.total_minor, o.ship_by, o.made_at, o.country, p.name AS buyer,
           CAST((SELECT SUM(l.quantity - l.shipped - l.cancelled) FROM goods_line l WHERE l.order_id = o.id) AS BIGINT) AS to_ship,
           CAST((SELECT SUM(l.returned) FROM goods_line l WHERE l.order_id = o.id) AS BIGINT) AS returned,
           CAST((SELECT SUM(l.quantity) FROM goods_line l WHERE l.order_id = o.id) AS BIGINT) AS pieces,
           (SELECT l.name FROM goods_line l WHERE l.order_id = o.id ORDER BY l.id LIMIT 1) AS thing,
           (SELECT COUNT(*) FROM goods_line l WHERE l.order_id = o.id) AS things
    FROM goods_order o JOIN person p ON p.id = o.person_id
    WHERE o.organisation_id = $1 AND o.state IN ('paid', 'refunded', 'lost') AND o.id < $2
      AND ($3 = '' OR ($3 = 'done') <> (o.state = 'paid' AND EXISTS (
               SELECT 1 FROM goods_line l WHERE l.order_id = o.id AND l.shipped + l.cancelled < l.quantity)))
      AND ($3 <> 'late' OR o.ship_by < $4)
    ORDER BY o.id DESC LIMIT $5""")
_SALES_COUNTS = Sql("""
    SELECT COUNT(*) AS to_send, COALESCE(SUM(CASE WHEN o.ship_by < $2 THEN 1 ELSE 0 END), 0) AS late FROM goods_order o
    WHERE o.organisation_id = $1 AND o.state = 'paid' AND EXISTS (
        SELECT 1 FROM goods_line l WHERE l.order_id = o.id AND l.shipped + l.cancelled < l.quantity)""")
_OF_ORDERS = Sql("""
    SELECT l.order_id AS id, l.name, l.quantity FROM goods_line l
    WHERE l.order_id IN (SELECT CAST(value->>'id' AS BIGINT) FROM {rows}) ORDER BY l.id""")
_OF_RETURNS = Sql("""
    SELECT i.return_id AS id, l.name, i.quantity FROM goods_return_line i JOIN goods_line l ON l.id = i.line_id
    WHERE i.return_id IN (SELECT CAST(value->>'id' AS BIGINT) FROM {rows}) ORDER BY i.id""")
_LATE = Sql("""
    SELECT o.id, o.ship_by, g.name AS shop FROM goods_order o JOIN organisation g ON g.id = o.organisation_id
    WHERE o.state = 'paid' AND o.ship_by < $1 AND EXISTS (
        SELECT 1 FROM goods_line l WHERE l.order_id = o.id AND l.shipped + l.cancelled < l.quantity)
    ORDER BY o.ship_by LIMIT 50""")
_OLDEST = Sql("""
    SELECT r.id, r.order_id, r.kind, r.state, r.made_at, g.name AS shop FROM goods_return r JOIN goods_order o ON o.id = r.order_id
    JOIN organisation g ON g.id = o.organisation_id
    WHERE r.state IN ('requested', 'approved', 'received') ORDER BY r.id LIMIT 50""")


async def sales_of(organisation_id: int, show: str, *, before: int, limit: int) -> list[dict[str, Any]]:
    """A seller's paid orders, the newest first. show: to_send, late, done, or all."""
    return await _SALES(organisation_id, before, show, clock.now_us(), limit)


async def sales_counts(organisation_id: int) -> dict[str, int]:
    row = await _SALES_COUNTS.one(organisation_id, clock.now_us())
    return {name: int(minor) for name, minor in (row or {}).items()}


async def things_of_orders(order_ids: Iterable[int]) -> dict[int, str]:
    """What was bought, in words, by order."""
    return _in_words(await _OF_ORDERS(as_rows({"id": one} for one in order_ids)))


async def things_of_returns(return_ids: Iterable[int]) -> dict[int, str]:
    """What goes back, in words, by return."""
    return _in_words(await _OF_RETURNS(as_rows({"id": one} for one in return_ids)))


def _in_words(rows: Iterable[Mapping[str, Any]]) -> dict[int, str]:
    words: dict[int, list[str]] = {}
    for row in rows:
        number = f"{row['quantity']} × " if row["quantity"] > 1 else ""
        words.setdefault(row["id"], []).append(f"{number}{row['name']}")
    return {key: "; ".join(parts) for key, parts in words.items()}


async def late_orders() -> list[dict[str, Any]]:
    """Paid and not sent in time, the latest first."""
    return await _LATE(clock.now_us())


async def oldest_returns() -> list[dict[str, Any]]:
    """Returns that are not over, the oldest first."""
    return await _OLDEST()


# --- photos of claims ---

_PHOTOS_ENDED = Sql("""
    SELECT p.id FROM goods_return_photo p JOIN goods_return r ON r.id = p.return_id WHERE r.ended_at < $1 ORDER BY p.id LIMIT 500""")
_FILES_OF_PHOTOS = Sql("""
    SELECT file FROM goods_return_photo WHERE file IN (SELECT value->>'file' FROM {rows})""")
_FORGET_PHOTOS = Sql("""
    DELETE FROM goods_return_photo WHERE id IN (SELECT CAST(value->>'id' AS BIGINT) FROM {rows}) RETURNING id, file""")


async def photos_ended_before(moment: datetime) -> list[int]:
    """Photos of claims that ended before this moment, the oldest 500."""
    return [int(row["id"]) for row in await _PHOTOS_ENDED(clock.to_us(moment))]


async def files_of_photos(names: Iterable[str]) -> set[str]:
    """Of these files those that a photo names."""
    return {str(row["file"]) for row in await _FILES_OF_PHOTOS(as_rows({"file": name} for name in names))}


async def forget_photos(photo_ids: Iterable[int]) -> list[tuple[int, str]]:
    """Forget them; gives the id and the file of each that was there."""
    return [
        (int(row["id"]), str(row["file"])) for row in await _FORGET_PHOTOS(as_rows({"id": one} for one in photo_ids))
    ]
