"""Moving pledges from state to state, one or thousands: compared and set, with an event for each, in the caller's transaction."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from crowdfund import clock
from crowdfund.campaigns import counters
from crowdfund.database import Sql, as_rows, new_id
from crowdfund.pledges import deliveries
from crowdfund.pledges.models import LIVE, MOVES, PledgeState

_MOVE = Sql("""
    UPDATE pledge SET state = $2, attempts = COALESCE(moved.attempts, pledge.attempts), next_charge_at = moved.next_charge_at
    FROM (SELECT CAST(value->>'id' AS BIGINT) AS id, value->>'state' AS state, CAST(value->>'attempts' AS BIGINT) AS attempts,
                 CAST(value->>'next_charge_at' AS BIGINT) AS next_charge_at FROM {rows}) AS moved
    WHERE pledge.id = moved.id AND pledge.state = moved.state
    RETURNING pledge.id, pledge.campaign_id, pledge.tier_id, pledge.quantity, pledge.amount_minor, pledge.person_id,
              pledge.card_id, pledge.attempts""")
_EVENTS = Sql("""
    INSERT INTO pledge_event (id, pledge_id, kind, from_state, to_state, amount_minor, tier_id, quantity, because, by_person_id, at,
                              terms)
    SELECT CAST(value->>'event_id' AS BIGINT), CAST(value->>'id' AS BIGINT), value->>'kind', value->>'from_state',
           value->>'to_state', CAST(value->>'amount_minor' AS BIGINT), CAST(value->>'tier_id' AS BIGINT),
           CAST(value->>'quantity' AS BIGINT), value->>'because', CAST(value->>'by_person_id' AS BIGINT),
           CAST(value->>'at' AS BIGINT), value->>'terms'
    FROM {rows}""")


async def move_pledges(
    pledges: Iterable[dict[str, Any]], to: PledgeState, *, because: str, by_person_id: int | None = None
) -> list[dict[str, Any]]:
    """Move pledges that are still as they were read; gives those that moved, as they are now.

    pledges: rows with id and state, and attempts and next_charge_at where these change with the move. What stops being live
    gives its place and its promise back, and what was not sent for it is not owed any more. Raises ValueError for a move that
    is not legal: that is a mistake in the program.
    """
    asked = list(pledges)
    for pledge in asked:
        if to not in MOVES[PledgeState(pledge["state"])]:
            raise ValueError(f"a pledge can't go from {pledge['state']} to {to}")
    if not asked:
        return []
    rows = [
        {
            "id": p["id"], "state": p["state"], "attempts": p.get("attempts"), "next_charge_at": p.get("next_charge_at"),
        }
        for p in asked
    ]  # fmt: skip
    was = {pledge["id"]: pledge["state"] for pledge in asked}
    moved = [{**row, "from_state": was[row["id"]]} for row in await _MOVE(as_rows(rows), str(to))]
    await record_events(moved, to=to, because=because, by_person_id=by_person_id)
    if to not in LIVE:
        await _give_back([row for row in moved if row["from_state"] in LIVE])
    if to in (PledgeState.REFUNDED, PledgeState.LOST):
        await deliveries.withdraw((row["id"] for row in moved), because)
    return moved


async def record_events(
    pledges: Iterable[dict[str, Any]], *, to: str, because: str, by_person_id: int | None, kind: str = "moved",
    terms_hash: str | None = None,
) -> None:  # fmt: skip
    at = clock.now_us()
    events = [
        {
            "event_id": new_id(), "id": p["id"], "kind": kind, "from_state": p["from_state"], "to_state": str(to),
            "amount_minor": p["amount_minor"], "tier_id": p["tier_id"], "quantity": p["quantity"], "because": because,
            "by_person_id": by_person_id, "at": at, "terms": terms_hash,
        }
        for p in pledges
    ]  # fmt: skip
    if events:
        await _EVENTS(as_rows(events))


async def _give_back(pledges: list[dict[str, Any]]) -> None:
    minor: Counter[int] = Counter()
    number: Counter[int] = Counter()
    places: Counter[int] = Counter()
    for row in pledges:
        minor[row["campaign_id"]] -= row["amount_minor"]
        number[row["campaign_id"]] -= 1
        if row["tier_id"] is not None:
            places[row["tier_id"]] -= row["quantity"]
    if number:
        await counters.add_to_campaigns((i, minor[i], number[i]) for i in number)
    if places:
        await counters.add_to_tiers(places)
