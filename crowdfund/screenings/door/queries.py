"""What devices and pages read of a door: its list, its figures, every scan, and where scans disagree."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from crowdfund import clock
from crowdfund.database import Sql
from crowdfund.screenings import keys
from crowdfund.screenings.codes.judging import Door
from crowdfund.screenings.codes.token import KeyName
from crowdfund.screenings.door.passes import door_screening
from crowdfund.screenings.door.rules import Keeper, door_of
from crowdfund.screenings.models import CALLED_OFF, Screening

NEAR = timedelta(hours=36)  # whose tickets people bring to the wrong door
NEAR_MAX = 30
LAST = 12
PAGE = 1_000

_VERSION = Sql("SELECT version FROM door_version WHERE screening_id = $1")
_CHANGED = Sql("""
    SELECT t.id, t.screening_id, t.state, t.issue FROM door_change c JOIN ticket t ON t.id = c.ticket_id
    WHERE c.screening_id = $1 AND c.version > $2 ORDER BY t.id""")
_NEAR = Sql("""
    SELECT id FROM screening
    WHERE organisation_id = $1 AND id <> $2 AND state <> 'draft' AND starts_at BETWEEN $3 AND $4 ORDER BY starts_at, id LIMIT $5""")


@dataclass(frozen=True, slots=True)
class DoorList:
    """What a device keeps to go on without the site. version: ask for what is newer than that. off: nobody is let in at all.

    door: all of it, or of counters, admitted and cancelled only what is new.
    """

    screening: Screening
    door: Door
    version: int
    since: int
    off: bool


async def door_list(screening_id: int, since: int = 0) -> DoorList:
    """The list of a door, or what is new in it since a version. Raises NoSuchDoor."""
    screening = await door_screening(screening_id)
    version = int(await _VERSION.value(screening_id) or 0)  # first, so that what changes meanwhile is told again
    changed = await _CHANGED(screening_id, since)
    row = {
        "id": screening.id, "state": screening.state, "doors_at": clock.to_us(screening.doors_at),
        "ends_at": clock.to_us(screening.ends_at),
    }  # fmt: skip
    off = screening.state in CALLED_OFF
    return DoorList(screening, door_of(row, changed, await _keys_near(screening)), version, since, off)


async def _keys_near(screening: Screening) -> dict[KeyName, bytes]:
    """Keys of this screening, and of those beside it: a ticket for another hall is told from a forged one."""
    first, last = clock.to_us(screening.starts_at - NEAR), clock.to_us(screening.starts_at + NEAR)
    near = await _NEAR(screening.organisation_id, screening.id, first, last, NEAR_MAX)
    found = keys.public_keys(screening.id)
    for row in near:
        found |= keys.public_keys(row["id"])
    return found


# --- what came of it ---

_SCAN = """
    SELECT a.id, a.ticket_id, a.pass_id, a.gate, a.device, a.way, a.verdict, a.said, a.because, a.entered, a.counted, a.conflict,
           a.scanned_at, a.received_at, t.seat_id, t.area_id, p.name AS person,
           f.gate AS first_gate, f.scanned_at AS first_at, q.name AS first_person
    FROM admission a LEFT JOIN ticket t ON t.id = a.ticket_id LEFT JOIN person p ON p.id = a.by_person_id
    LEFT JOIN admission f ON f.ticket_id = a.ticket_id AND f.counted = 1 AND f.id <> a.id
    LEFT JOIN person q ON q.id = f.by_person_id
    WHERE a.screening_id = $1"""
_PAGE = Sql(f"{_SCAN} AND a.id > $2 ORDER BY a.id LIMIT $3")
_LATEST = Sql(f"""{_SCAN} AND (CAST($2 AS BIGINT) IS NULL OR a.pass_id = $2)
    AND (CAST($3 AS BIGINT) IS NULL OR a.by_person_id = $3) ORDER BY a.id DESC LIMIT $4""")
_NEWER = Sql(f"""{_SCAN} AND (CAST($2 AS BIGINT) IS NULL OR a.id < $2) AND (CAST($3 AS TEXT) = '' OR a.verdict = $3)
    AND (CAST($4 AS BIGINT) = 0 OR a.conflict = 1) ORDER BY a.id DESC LIMIT $5""")
_CONFLICTS = Sql(f"{_SCAN} AND a.conflict = 1 ORDER BY a.scanned_at, a.id LIMIT 500")
_FORCED = Sql(f"{_SCAN} AND a.because <> '' AND a.entered = 1 ORDER BY a.scanned_at, a.id LIMIT 500")
_GATES = Sql("""
    SELECT a.pass_id, a.gate, p.name AS person, COUNT(*) AS scans, CAST(SUM(a.counted) AS BIGINT) AS admitted,
           CAST(SUM(1 - a.entered) AS BIGINT) AS refused, CAST(SUM(CASE WHEN a.said <> '' THEN 1 ELSE 0 END) AS BIGINT) AS offline,
           CAST(SUM(a.conflict) AS BIGINT) AS conflicts,
           MIN(a.scanned_at) AS first_at, MAX(a.scanned_at) AS last_at
    FROM admission a LEFT JOIN person p ON p.id = a.by_person_id WHERE a.screening_id = $1
    GROUP BY a.pass_id, a.gate, a.by_person_id, p.name ORDER BY 4 DESC, a.gate""")
_VERDICTS = Sql("""
    SELECT verdict, COUNT(*) AS scans, CAST(SUM(entered) AS BIGINT) AS entered FROM admission WHERE screening_id = $1
    GROUP BY verdict ORDER BY 2 DESC, verdict""")
_TICKETS = Sql("""
    SELECT CAST(SUM(CASE WHEN state IN ('sold', 'admitted', 'no_show') THEN 1 ELSE 0 END) AS BIGINT) AS sold,
           CAST(SUM(CASE WHEN state = 'admitted' THEN 1 ELSE 0 END) AS BIGINT) AS admitted,
           CAST(SUM(CASE WHEN state = 'no_show' THEN 1 ELSE 0 END) AS BIGINT) AS no_shows
    FROM ticket WHERE screening_id = $1""")


@dataclass(frozen=True, slots=True)
class Report:
    """An evening at the doors. Rows as the statements above give them."""

    sold: int
    admitted: int
    no_shows: int
    gates: list[dict[str, Any]]
    verdicts: list[dict[str, Any]]
    conflicts: list[dict[str, Any]]
    forced: list[dict[str, Any]]

    @property
    def scans(self) -> int:
        return sum(row["scans"] for row in self.verdicts)

    @property
    def conflict_count(self) -> int:
        """All of them; those that are listed end somewhere."""
        return sum(row["conflicts"] for row in self.gates)

    @property
    def refused(self) -> int:
        return sum(row["scans"] - row["entered"] for row in self.verdicts)


async def report_of(screening_id: int) -> Report:
    counts = await _TICKETS.one(screening_id) or {}
    return Report(
        sold=int(counts.get("sold") or 0), admitted=int(counts.get("admitted") or 0), no_shows=int(counts.get("no_shows") or 0),
        gates=await _GATES(screening_id), verdicts=await _VERDICTS(screening_id), conflicts=await _CONFLICTS(screening_id),
        forced=await _FORCED(screening_id),
    )  # fmt: skip


async def latest_by(keeper: Keeper) -> list[dict[str, Any]]:
    """What was scanned last at this gate, the newest first."""
    person_id = keeper.person_id if keeper.pass_id is None else None
    return await _LATEST(keeper.screening_id, keeper.pass_id, person_id, LAST)


async def scans_of(
    screening_id: int, before_id: int | None, *, limit: int, verdict: str = "", conflicts: bool = False
) -> list[dict[str, Any]]:
    """Scans at all gates, the newest first. verdict: these alone, empty for all."""
    return await _NEWER(screening_id, before_id, verdict, int(conflicts), limit)


async def all_scans(screening_id: int) -> AsyncIterator[list[dict[str, Any]]]:
    """All of them, the oldest first, a thousand at a time."""
    after = 0
    while page := await _PAGE(screening_id, after, PAGE):
        yield page
        after = page[-1]["id"]
