"""Selling what is held: places become tickets, and tickets become free places again. In the caller's transaction.

The caller has locked the screening. The database has the last word: a seat has one claim, and one live ticket.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from crowdfund import clock
from crowdfund.database import Sql, as_rows, new_id, together
from crowdfund.screenings.codes.typed import typed_code
from crowdfund.screenings.holding import count_standing, let_ended_standing_go
from crowdfund.screenings.keys import code_for
from crowdfund.screenings.models import Screening, TicketState

_CLAIMED = Sql("""
    SELECT value->>'seat_id' AS seat_id FROM {rows}
    WHERE EXISTS (SELECT 1 FROM seat_claim c WHERE c.screening_id = $2 AND c.seat_id = value->>'seat_id'
                    AND (c.hold_id IS NULL OR (c.hold_id <> $4 AND EXISTS (
                        SELECT 1 FROM hold h WHERE h.id = c.hold_id AND h.held_until > $3))))""")
_KEPT_STANDING = Sql("SELECT area_id, places FROM standing_claim WHERE hold_id = $1")
_AREAS = Sql("SELECT area_id, size, taken FROM standing WHERE screening_id = $1")
_TICKETS = Sql("""
    INSERT INTO ticket (id, order_id, screening_id, person_id, seat_id, area_id, price_id, price_minor, fee_minor, currency, state,
                        typed_code, made_at, day)
    SELECT CAST(value->>'ticket_id' AS BIGINT), $2, CAST(value->>'screening_id' AS BIGINT), $3, value->>'seat_id', value->>'area_id',
           CAST(value->>'price_id' AS BIGINT), CAST(value->>'price_minor' AS BIGINT), CAST(value->>'fee_minor' AS BIGINT), $4, 'sold',
           value->>'typed_code', $5, $6
    FROM {rows}""")
_ZONE = Sql("""
    SELECT v.zone FROM screening s JOIN auditorium a ON a.id = s.auditorium_id JOIN venue v ON v.id = a.venue_id WHERE s.id = $1""")
_SEATS = Sql("""
    INSERT INTO seat_claim (screening_id, seat_id, ticket_id)
    SELECT CAST(value->>'screening_id' AS BIGINT), value->>'seat_id', CAST(value->>'ticket_id' AS BIGINT)
    FROM {rows} WHERE value->>'seat_id' IS NOT NULL
    ON CONFLICT (screening_id, seat_id) DO UPDATE SET hold_id = NULL, ticket_id = excluded.ticket_id
    WHERE seat_claim.ticket_id IS NULL""")
_STOOD = Sql("DELETE FROM standing_claim WHERE hold_id = $1")
_ENDED = Sql("UPDATE hold SET held_until = $2 WHERE id = $1 AND held_until > $2")
_EVENTS = Sql("""
    INSERT INTO ticket_event (id, ticket_id, from_state, to_state, because, by_person_id, at)
    SELECT CAST(value->>'event_id' AS BIGINT), CAST(value->>'ticket_id' AS BIGINT), value->>'from_state', value->>'to_state', $2,
           CAST($3 AS BIGINT), $4
    FROM {rows}""")
_COUNT = Sql("""
    UPDATE screening SET sold = sold + $2, gross_minor = gross_minor + $3, fees_minor = fees_minor + $4, admitted = admitted - $5
    WHERE id = $1""")


async def can_be_sold(screening_id: int, hold_id: int, lines: Sequence[dict[str, Any]]) -> bool:
    """Whether all places of an order are still there for it: kept by its hold, or nobody's after that has ended."""
    now = clock.now_us()
    seats = [{"seat_id": line["seat_id"]} for line in lines if line["seat_id"] is not None]
    if seats and await _CLAIMED(as_rows(seats), screening_id, now, hold_id):
        return False
    wanted = await _not_kept(hold_id, lines)
    if not wanted:
        return True
    await let_ended_standing_go([screening_id], now, but=hold_id)
    left = {row["area_id"]: row["size"] - row["taken"] for row in await _AREAS(screening_id)}
    return all(left[area_id] >= places for area_id, places in wanted.items())


async def _not_kept(hold_id: int, lines: Sequence[dict[str, Any]]) -> Counter[str]:
    """Standing places of an order that its hold keeps no more: somebody has found it ended."""
    wanted = Counter(line["area_id"] for line in lines if line["area_id"] is not None)
    kept = await _KEPT_STANDING(hold_id) if wanted else []
    return wanted - Counter({row["area_id"]: row["places"] for row in kept})


async def sell(
    order_id: int, hold_id: int, person_id: int, lines: Sequence[dict[str, Any]], currency: str
) -> list[int]:
    """Tickets for all lines of an order; gives their ids. The hold has done its work.

    lines: screening_id, seat_id or area_id, price_id, price_minor, fee_minor.
    """
    now, screening_id = clock.now_us(), lines[0]["screening_id"]
    lost = await _not_kept(hold_id, lines)
    await count_standing(({"screening_id": screening_id, "area_id": a, "places": n} for a, n in lost.items()), 1)
    tickets = await _with_codes(screening_id, lines)
    rows, day = as_rows(tickets), clock.day_there(now, str(await _ZONE.value(screening_id)))
    await together(
        _TICKETS.bind(rows, order_id, person_id, currency, now, day),
        _SEATS.bind(rows),
        _STOOD.bind(hold_id),
        _ENDED.bind(hold_id, now),
        _EVENTS.bind(as_rows(_moved(t["ticket_id"], "", TicketState.SOLD) for t in tickets), "sold", person_id, now),
        _COUNT.bind(
            screening_id, len(tickets), sum(t["price_minor"] for t in tickets), sum(t["fee_minor"] for t in tickets), 0
        ),
    )
    return [ticket["ticket_id"] for ticket in tickets]


async def _with_codes(screening_id: int, lines: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """A ticket for each line, with what a person at the door can read out where no camera reads."""
    screening = await Screening.get(id=screening_id)
    tickets = [{**line, "ticket_id": new_id()} for line in lines]
    return [t | {"typed_code": typed_code(code_for(t["ticket_id"], t["seat_id"], 1, screening))} for t in tickets]


def _moved(ticket_id: int, from_state: str, to_state: str) -> dict[str, Any]:
    return {"event_id": new_id(), "ticket_id": ticket_id, "from_state": from_state, "to_state": to_state}


# --- giving back ---

_LOCK_TICKETS = Sql("""
    SELECT id, screening_id, seat_id, area_id, price_minor, fee_minor, state FROM ticket
    WHERE order_id = $1 AND id IN (SELECT CAST(value->>'id' AS BIGINT) FROM {rows:2}) ORDER BY id {for_update}""")
_GIVEN_BACK = Sql("""
    UPDATE ticket SET state = $2, refund_id = CAST($3 AS BIGINT), issue = issue + 1, refunded_minor = back.minor
    FROM (SELECT CAST(value->>'id' AS BIGINT) AS id, CAST(value->>'refunded_minor' AS BIGINT) AS minor FROM {rows}) AS back
    WHERE ticket.id = back.id""")
_FREE_SEATS = Sql("DELETE FROM seat_claim WHERE ticket_id IN (SELECT CAST(value->>'id' AS BIGINT) FROM {rows})")


async def lock_tickets(order_id: int, ticket_ids: Iterable[int]) -> list[dict[str, Any]]:
    """Tickets of one order, as they stand, locked until the transaction ends."""
    return await _LOCK_TICKETS(order_id, as_rows({"id": ticket_id} for ticket_id in ticket_ids))


async def take_back(
    tickets: Sequence[dict[str, Any]],
    state: TicketState,
    *,
    because: str,
    by: int | None,
    refund_id: int | None = None,
) -> None:
    """Tickets that are worth nothing any more: their codes are dead, their places free for others.

    tickets: as `lock_tickets` gives them, with refunded_minor: what of price and fee goes back.
    """
    if not tickets:
        return
    now, screening_id = clock.now_us(), tickets[0]["screening_id"]
    rows = as_rows({"id": t["id"], "refunded_minor": t["refunded_minor"]} for t in tickets)
    await together(
        _GIVEN_BACK.bind(rows, state, refund_id),
        _FREE_SEATS.bind(rows),
        _EVENTS.bind(as_rows(_moved(t["id"], t["state"], state) for t in tickets), because, by, now),
        _COUNT.bind(
            screening_id,
            -len(tickets),
            -sum(t["price_minor"] for t in tickets),
            -sum(t["fee_minor"] for t in tickets),
            sum(t["state"] == TicketState.ADMITTED for t in tickets),
        ),
    )
    await count_standing(({**t, "places": 1} for t in tickets if t["area_id"] is not None), -1)


_NOT_SEEN = Sql("UPDATE ticket SET state = 'no_show' WHERE screening_id = $1 AND state = 'sold' RETURNING id")


async def mark_no_shows(screening_id: int) -> int:
    """Tickets of a screening that is over and that nobody came in with; gives how many. The screening is locked."""
    seen = await _NOT_SEEN(screening_id)
    moved = (_moved(row["id"], TicketState.SOLD, TicketState.NO_SHOW) for row in seen)
    await _EVENTS(as_rows(moved), "nobody came with it", None, clock.now_us())
    return len(seen)
