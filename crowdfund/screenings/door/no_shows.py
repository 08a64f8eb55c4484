"""After the end: whose ticket was sold and who did not come. Box-office figures stand on it."""

from __future__ import annotations

from crowdfund import clock
from crowdfund.database import Sql, as_rows, atomic, new_id, together
from crowdfund.payments.in_turn import in_turn
from crowdfund.screenings.holding import lock
from crowdfund.screenings.models import ScreeningState

AT_ONCE = 500

_LEFT = Sql("""
    SELECT s.id FROM screening s
    WHERE s.state = 'screened' AND EXISTS (SELECT 1 FROM ticket t WHERE t.screening_id = s.id AND t.state = 'sold')
    ORDER BY s.ends_at LIMIT 50""")
_SOLD = Sql("SELECT id FROM ticket WHERE screening_id = $1 AND state = 'sold' ORDER BY id LIMIT $2 {for_update}")
_MARK = Sql("""
    UPDATE ticket SET state = 'no_show' WHERE id IN (SELECT CAST(value->>'ticket_id' AS BIGINT) FROM {rows}) AND state = 'sold'""")
_EVENTS = Sql("""
    INSERT INTO ticket_event (id, ticket_id, from_state, to_state, because, by_person_id, at)
    SELECT CAST(value->>'event_id' AS BIGINT), CAST(value->>'ticket_id' AS BIGINT), 'sold', 'no_show', 'it is over', NULL, $2
    FROM {rows}""")


async def mark_no_shows() -> bool:
    """Of screenings that were shown, tickets that nobody came with; gives whether there were any."""
    return await in_turn([row["id"] for row in await _LEFT()], _of_one) > 0


@atomic
async def _of_one(screening_id: int) -> bool:
    locked = await lock([screening_id])
    if screening_id not in locked or locked[screening_id]["state"] != ScreeningState.SCREENED:
        return False
    rows = as_rows({"ticket_id": row["id"], "event_id": new_id()} for row in await _SOLD(screening_id, AT_ONCE))
    if rows == "[]":
        return False
    await together(_MARK.bind(rows), _EVENTS.bind(rows, clock.now_us()))
    return True
