"""Seats that a cinema keeps for itself: broken, for guests, behind the camera."""

from __future__ import annotations

from collections.abc import Sequence

from crowdfund import clock
from crowdfund.database import Sql, as_rows, atomic
from crowdfund.people.audit import record
from crowdfund.refusal import Refusal
from crowdfund.screenings import rules
from crowdfund.screenings.holding import lock
from crowdfund.screenings.models import Screening
from crowdfund.screenings.plans import plan_of


class PlaceSold(Refusal):
    pass


_BLOCK = Sql("""
    INSERT INTO seat_claim (screening_id, seat_id, blocked_because)
    SELECT CAST($2 AS BIGINT), value->>'seat_id', $3 FROM {rows} WHERE TRUE
    ON CONFLICT (screening_id, seat_id) DO UPDATE SET hold_id = NULL, blocked_because = excluded.blocked_because
    WHERE seat_claim.ticket_id IS NULL
      AND NOT EXISTS (SELECT 1 FROM hold h WHERE h.id = seat_claim.hold_id AND h.held_until > $4) RETURNING seat_id""")
_UNBLOCK = Sql("""
    DELETE FROM seat_claim WHERE screening_id = $2 AND blocked_because <> '' AND ticket_id IS NULL
      AND seat_id IN (SELECT value->>'seat_id' FROM {rows})""")


@atomic
async def block_seats(screening_id: int, seat_ids: Sequence[str], because: str, *, by: int | None = None) -> None:
    """Seats that are not for sale: broken, for guests, behind the camera. Raises PlaceSold where one is sold or in a cart."""
    screening = await _with_seats(screening_id, seat_ids)
    rows = as_rows({"seat_id": seat_id} for seat_id in dict.fromkeys(seat_ids))
    blocked = await _BLOCK(rows, screening.id, because or "not for sale", clock.now_us())
    if gone := set(seat_ids) - {row["seat_id"] for row in blocked}:
        seat = (await plan_of(screening.plan_id)).label(min(gone))
        raise PlaceSold("{seat} is sold, or in somebody's cart.", field="seat", seat=seat)
    await record(
        "seats_blocked", f"screening:{screening_id}", by=by, reason=because, after={"seats": sorted(set(seat_ids))}
    )


@atomic
async def unblock_seats(screening_id: int, seat_ids: Sequence[str], *, by: int | None = None) -> None:
    """Give seats back to the sale."""
    screening = await _with_seats(screening_id, seat_ids)
    await _UNBLOCK(as_rows({"seat_id": seat_id} for seat_id in seat_ids), screening.id)
    await record("seats_unblocked", f"screening:{screening_id}", by=by, after={"seats": sorted(set(seat_ids))})


async def _with_seats(screening_id: int, seat_ids: Sequence[str]) -> Screening:
    await lock([screening_id])
    screening = await Screening.get(id=screening_id)
    plan = await plan_of(screening.plan_id)
    if not seat_ids or any(plan.seat(seat_id) is None for seat_id in seat_ids):
        raise rules.NoSuchPlace("Please choose seats of this hall.", field="seat")
    return screening
