"""Which pledges their fans have still to be told of by letter. The rush writes nothing for it: its events are read behind it.

Ids are in the order of time, but a transaction that began earlier may end later. So each event is looked at twice: at once,
and a second time when nothing can be under way any more that began before it. The letter has the event's number, so that who
was told by the first look is passed over by the second.
"""

from __future__ import annotations

from typing import Any

from crowdfund import clock
from crowdfund.database import Sql, as_rows, atomic, outbox
from crowdfund.database.ids import first_of
from crowdfund.database.read_up_to import ALL, begin, have_read
from crowdfund.pledges.models import PledgeState

PAGE = 200
WAITING_MAX = 500  # jobs: no more letters are asked for than are written
RUSH_EVENTS, RUSH_US = 200, 1_000_000  # while so many come in that time letters wait: the same hands would write them
RUSH_WAIT_US = 600_000_000  # but not for longer than that
ALL_ENDED_US = (
    600_000_000  # a transaction is a few statements, each ended by its timeout: none is under way for so long
)

_FIRST, _SECOND = "letters about pledges", "letters about pledges, a second look"

_PAGE = Sql("""
    SELECT id, pledge_id, kind, from_state, to_state FROM pledge_event WHERE id > $1 AND id < $2 ORDER BY id LIMIT $3""")
_BUSY = Sql("""
    SELECT (SELECT COUNT(*) FROM (SELECT 1 FROM job WHERE state <> 'parked' AND due_at <= $1 LIMIT $2) AS j) AS waiting,
           (SELECT COUNT(*) FROM (SELECT 1 FROM pledge_event WHERE id >= $3 LIMIT $4) AS e) AS lately,
           EXISTS (SELECT 1 FROM pledge_event WHERE id > COALESCE((SELECT id FROM read_up_to WHERE what = $5), 0)) AS news""")
_TOLD = Sql("""
    SELECT CAST(value->>'id' AS BIGINT) AS id FROM {rows}
    WHERE EXISTS (SELECT 1 FROM mail m WHERE m.id = CAST(value->>'id' AS BIGINT))""")


async def tell_of_pledges() -> bool:
    """Ask for letters about what was pledged and changed since the last look; gives whether there is more right now."""
    wall = clock.wall_now_us()
    busy = await _BUSY.one(clock.now_us(), WAITING_MAX, first_of(wall - RUSH_US), RUSH_EVENTS, _FIRST)
    assert busy is not None
    if not busy["news"] or busy["waiting"] >= WAITING_MAX:
        return False
    patience = first_of(wall - RUSH_WAIT_US) if busy["lately"] >= RUSH_EVENTS else None
    return await _look(_FIRST, ALL, patience=patience)


async def look_again() -> bool:
    """The second look, for events of transactions that ended late; gives whether there is more right now."""
    return await _look(_SECOND, first_of(clock.wall_now_us() - ALL_ENDED_US))


@atomic
async def _look(which: str, before_id: int, *, patience: int | None = None) -> bool:
    """A page of events below this id. patience: none that is younger than this id is told of just now."""
    page = await _PAGE(await begin(which), before_id, PAGE)
    if not page or (patience is not None and page[0]["id"] > patience):
        return False
    wanted = [event for event in page if _is_news(event)]
    if which == _SECOND and wanted:
        told = {row["id"] for row in await _TOLD(as_rows({"id": event["id"]} for event in wanted))}
        wanted = [event for event in wanted if event["id"] not in told]
    await outbox.enqueue_many([_job(event) for event in wanted])
    await have_read(which, page[-1]["id"])
    return len(page) == PAGE or bool(wanted)


def _is_news(event: dict[str, Any]) -> bool:
    """She pledged, or changed what counts already. What follows from charging has letters of its own."""
    return event["to_state"] == PledgeState.ACTIVE and (
        event["kind"] == "amended" or event["from_state"] in ("", PledgeState.STARTED)
    )


def _job(event: dict[str, Any]) -> tuple[str, dict[str, Any], str]:
    kind = "pledge_changed" if event["kind"] == "amended" else "pledge_made"
    payload = {"id": event["id"], "event": event["id"], "pledge": event["pledge_id"]}
    return kind, payload, f"letter:{event['id']}"
