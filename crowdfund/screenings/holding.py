"""Holding places: a verb of the rush. Hundreds of fans' wishes become one transaction of a few statements.

Lock the screenings and read what their rules look at, decide in memory, write set-based. A hold ends by a predicate, held_until:
who comes after that takes the seat over in her own transaction, and nothing else has to happen.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from crowdfund import clock
from crowdfund.database import Batch, Sql, as_rows, atomic, together
from crowdfund.database.once import KeyUsedForAnother
from crowdfund.database.sql import Bound
from crowdfund.refusal import Refusal
from crowdfund.screenings import rules
from crowdfund.screenings.models import Hold, SingleSeats
from crowdfund.screenings.plans import plans_of
from crowdfund.screenings.rules import Claim, Kept, Standing, Want

_LOCK = Sql("""
    SELECT s.id, s.state, s.plan_id, s.currency, s.sale_opens_at, s.sale_closes_at, s.starts_at, s.per_fan_max, s.single_seats,
           s.fee_minor, s.refund_steps,
           (SELECT v.zone FROM auditorium a JOIN venue v ON v.id = a.venue_id WHERE a.id = s.auditorium_id) AS zone
    FROM screening s
    WHERE s.id IN (SELECT CAST(value->>'screening_id' AS BIGINT) FROM {rows}) ORDER BY s.id {for_update}""")
_SEEN = Sql("""
    SELECT (SELECT h.id FROM hold h WHERE h.person_id = CAST(value->>'person_id' AS BIGINT) AND h.key = value->>'key') AS before_id,
           (SELECT h.fingerprint FROM hold h WHERE h.person_id = CAST(value->>'person_id' AS BIGINT)
               AND h.key = value->>'key') AS fingerprint,
           (SELECT h.held_until FROM hold h WHERE h.person_id = CAST(value->>'person_id' AS BIGINT)
               AND h.key = value->>'key') AS held_until,
           (SELECT COUNT(*) FROM ticket t WHERE t.person_id = CAST(value->>'person_id' AS BIGINT)
               AND t.screening_id = CAST(value->>'screening_id' AS BIGINT) AND t.state IN ('sold', 'admitted', 'no_show')) AS has,
           (SELECT MAX(h.id) FROM hold h WHERE h.person_id = CAST(value->>'person_id' AS BIGINT)
               AND h.screening_id = CAST(value->>'screening_id' AS BIGINT) AND h.held_until > $2
               AND h.fingerprint <> '') AS own_id
    FROM {rows}""")
# A claim in one text: until when, whether it is a ticket, whose hold. A blocked seat has no end.
_CLAIMS = Sql("""
    SELECT CAST(value->>'screening_id' AS BIGINT) AS screening_id, value->>'seat_id' AS seat_id,
           (SELECT CASE WHEN c.ticket_id IS NOT NULL THEN '0 ticket -' WHEN c.blocked_because <> '' THEN $2 || ' blocked -'
                   ELSE (SELECT CAST(h.held_until AS TEXT) || ' hold ' || CAST(h.person_id AS TEXT) FROM hold h WHERE h.id = c.hold_id)
                   END
            FROM seat_claim c WHERE c.screening_id = CAST(value->>'screening_id' AS BIGINT) AND c.seat_id = value->>'seat_id') AS claim
    FROM {rows}""")
_TAKEN = Sql("""
    SELECT screening_id, seat_id FROM seat_claim
    WHERE screening_id IN (SELECT CAST(value->>'id' AS BIGINT) FROM {rows})
      AND (hold_id IS NULL OR EXISTS (SELECT 1 FROM hold h WHERE h.id = seat_claim.hold_id AND h.held_until > $2))""")
_HOLDS = Sql("""
    INSERT INTO hold (id, screening_id, person_id, places, held_until, key, fingerprint, made_at)
    SELECT CAST(value->>'id' AS BIGINT), CAST(value->>'screening_id' AS BIGINT), CAST(value->>'person_id' AS BIGINT),
           CAST(value->>'places' AS BIGINT), CAST(value->>'held_until' AS BIGINT), value->>'key', value->>'fingerprint', $2
    FROM {rows}""")
_CLAIM = Sql("""
    INSERT INTO seat_claim (screening_id, seat_id, hold_id)
    SELECT CAST(value->>'screening_id' AS BIGINT), value->>'seat_id', CAST(value->>'hold_id' AS BIGINT)
    FROM {rows} WHERE TRUE
    ON CONFLICT (screening_id, seat_id) DO UPDATE SET hold_id = excluded.hold_id
    WHERE seat_claim.hold_id IS NOT NULL
      AND NOT EXISTS (SELECT 1 FROM hold h WHERE h.id = seat_claim.hold_id AND h.held_until > $2)
    RETURNING seat_id""")
_LET_GO = Sql("""
    UPDATE hold SET held_until = $2 WHERE id IN (SELECT CAST(value->>'id' AS BIGINT) FROM {rows}) AND held_until > $2""")
_LET_STANDING_GO = Sql("""
    DELETE FROM standing_claim WHERE hold_id IN (SELECT CAST(value->>'id' AS BIGINT) FROM {rows})
    RETURNING screening_id, area_id, places""")
_ENDED_STANDING = Sql("""
    DELETE FROM standing_claim WHERE screening_id IN (SELECT CAST(value->>'screening_id' AS BIGINT) FROM {rows})
      AND (CAST($3 AS BIGINT) IS NULL OR hold_id <> $3)
      AND NOT EXISTS (SELECT 1 FROM hold h WHERE h.id = standing_claim.hold_id AND h.held_until > $2)
    RETURNING screening_id, area_id, places""")
_AREAS = Sql("""
    SELECT screening_id, area_id, size, taken FROM standing
    WHERE screening_id IN (SELECT CAST(value->>'screening_id' AS BIGINT) FROM {rows})""")
_OWN_STANDING = Sql("""
    SELECT hold_id, area_id, places FROM standing_claim
    WHERE hold_id IN (SELECT CAST(value->>'id' AS BIGINT) FROM {rows})""")
_BACK_AT = Sql("""
    SELECT CAST(value->>'screening_id' AS BIGINT) AS screening_id,
           (SELECT MIN(h.held_until) FROM hold h WHERE h.screening_id = CAST(value->>'screening_id' AS BIGINT)
            AND h.held_until > $2) AS back_at
    FROM {rows}""")
_COUNT = Sql("""
    UPDATE standing SET taken = taken + more.places
    FROM (SELECT CAST(value->>'screening_id' AS BIGINT) AS screening_id, value->>'area_id' AS area_id,
                 CAST(value->>'places' AS BIGINT) AS places FROM {rows}) AS more
    WHERE standing.screening_id = more.screening_id AND standing.area_id = more.area_id""")
_STAND = Sql("""
    INSERT INTO standing_claim (hold_id, screening_id, area_id, places)
    SELECT CAST(value->>'hold_id' AS BIGINT), CAST(value->>'screening_id' AS BIGINT), value->>'area_id',
           CAST(value->>'places' AS BIGINT)
    FROM {rows}""")


class SeatsDisagree(Exception):
    """The database knew better than what was read under its lock: nothing of this batch is written."""


async def lock(screening_ids: Iterable[int]) -> dict[int, dict[str, Any]]:
    """Lock screenings until the transaction ends, in id order, and give what rules look at, by id.

    Every verb that changes who has a place locks its screenings first, so that verbs wait for each other and never in a ring.
    """
    rows = await _LOCK(as_rows({"screening_id": screening_id} for screening_id in set(screening_ids)))
    return {row["id"]: row for row in rows}


@atomic
async def _hold(wants: list[Want]) -> list[Kept | Exception]:
    now = clock.now_us()
    standing, seen = await _look(wants, now)
    answers: list[Kept | Exception] = []
    new: list[Want] = []
    asked: set[tuple[int, int | str]] = set()
    for want, found in zip(wants, seen, strict=True):
        try:
            if found["before_id"] is not None:
                answers.append(_same_again(want, found))
                continue
            if {(want.person_id, want.screening_id), (want.person_id, want.key)} & asked:
                raise rules.ChoosingElsewhere("You are choosing places in another window just now. Please try again.")
            rules.decide_hold(want, standing, now)
        except Refusal as refusal:
            answers.append(refusal)
            continue
        asked |= {(want.person_id, want.screening_id), (want.person_id, want.key)}
        new.append(want)
        answers.append(Kept(want.id, want.screening_id, want.places, now + rules.HOLD_SECONDS * 1_000_000))
    own = {(want.person_id, want.screening_id): found["own_id"] for want, found in zip(wants, seen, strict=True)}
    await _write(new, [own[w.person_id, w.screening_id] for w in new], now)
    return answers


_batch = Batch[Want, Kept](_hold)
hold_places = _batch.ask
finish = _batch.finish


def _same_again(want: Want, found: dict[str, Any]) -> Kept:
    if found["fingerprint"] != want.fingerprint:
        raise KeyUsedForAnother("This idempotency key was used for another choice.")
    return Kept(found["before_id"], want.screening_id, want.places, found["held_until"], again=True)


async def _look(wants: list[Want], now: int) -> tuple[Standing, list[dict[str, Any]]]:
    """Lock the screenings of these wishes, then read what their rules look at."""
    people = as_rows({"person_id": w.person_id, "screening_id": w.screening_id, "key": w.key} for w in wants)
    seats = as_rows({"screening_id": w.screening_id, "seat_id": seat_id} for w in wants for seat_id in w.seats)
    locked, seen, claims = await together(
        _LOCK.bind(people), _SEEN.bind(people, now), _CLAIMS.bind(seats, str(rules.FOR_GOOD_US))
    )
    standing = Standing({row["id"]: row for row in locked}, {})
    plans = await plans_of(row["plan_id"] for row in locked)
    standing.plans = {row["id"]: plans[row["plan_id"]] for row in locked}
    for row in claims:
        if row["claim"] is not None:
            standing.claims[row["screening_id"], row["seat_id"]] = _claim(row["claim"])
    standing.has = {(w.person_id, w.screening_id): row["has"] for w, row in zip(wants, seen, strict=True)}
    await _look_at_areas(wants, seen, standing, now)
    strict = [{"id": row["id"]} for row in locked if row["single_seats"] == SingleSeats.REFUSE]
    if strict:
        standing.taken = {row["id"]: set() for row in strict}
        for row in await _TAKEN(as_rows(strict), now):
            standing.taken[row["screening_id"]].add(row["seat_id"])
    return standing, seen


def _claim(text: str) -> Claim:
    held_until, kind, person_id = text.split(" ")
    return Claim(None if person_id == "-" else int(person_id), int(held_until), kind == "ticket")


async def _look_at_areas(wants: list[Want], seen: list[dict[str, Any]], standing: Standing, now: int) -> None:
    """Count back what ended holds had in standing areas, then read how much is taken: only where somebody wants to stand."""
    wanted = {want.screening_id for want in wants if want.areas} & standing.screenings.keys()
    if not wanted:
        return
    rows = as_rows({"screening_id": screening_id} for screening_id in sorted(wanted))
    await let_ended_standing_go(sorted(wanted), now)
    areas, back = await together(_AREAS.bind(rows), _BACK_AT.bind(rows, now))
    standing.areas = {(row["screening_id"], row["area_id"]): [row["size"], row["taken"]] for row in areas}
    standing.back_at = {row["screening_id"]: row["back_at"] for row in back if row["back_at"] is not None}
    holders = {
        row["own_id"]: (w.person_id, w.screening_id) for w, row in zip(wants, seen, strict=True) if row["own_id"]
    }
    if holders:
        for row in await _OWN_STANDING(as_rows({"id": hold_id} for hold_id in holders)):
            standing.own[(*holders[row["hold_id"]], row["area_id"])] = row["places"]


async def let_ended_standing_go(screening_ids: Iterable[int], now: int, *, but: int | None = None) -> None:
    """Count back what holds had in standing areas that have ended. but: a hold that is looked at just now."""
    rows = as_rows({"screening_id": screening_id} for screening_id in screening_ids)
    await count_standing(await _ENDED_STANDING(rows, now, but), -1)


async def count_standing(rows: Iterable[dict[str, Any]], sign: int) -> None:
    places: Counter[tuple[int, str]] = Counter()
    for row in rows:
        places[row["screening_id"], row["area_id"]] += sign * row["places"]
    if places:
        await _COUNT(as_rows({"screening_id": s, "area_id": a, "places": n} for (s, a), n in sorted(places.items())))


async def _write(new: list[Want], earlier: list[int | None], now: int) -> None:
    if not new:
        return
    standing = [
        {"screening_id": want.screening_id, "area_id": area_id, "places": n, "hold_id": want.id}
        for want in new
        for area_id, n in want.areas
    ]
    await let_go([hold_id for hold_id in earlier if hold_id is not None], now, at_once=bool(standing))
    seats = [
        {"screening_id": want.screening_id, "seat_id": seat_id, "hold_id": want.id}
        for want in new
        for seat_id in want.seats
    ]
    until = now + rules.HOLD_SECONDS * 1_000_000
    statements: list[Bound] = [_HOLDS.bind(as_rows(_hold_row(want, until) for want in new), now)]
    if seats:
        statements.append(_CLAIM.bind(as_rows(seats), now))
    written = await together(*statements)
    if seats and len(written[1]) != len(seats):
        raise SeatsDisagree(f"{len(seats) - len(written[1])} seats were not free")
    if standing:
        await count_standing(standing, 1)
        await _STAND(as_rows(standing))


def _hold_row(want: Want, until: int) -> dict[str, Any]:
    return {
        "id": want.id, "screening_id": want.screening_id, "person_id": want.person_id, "places": want.places,
        "held_until": until, "key": want.key, "fingerprint": want.fingerprint,
    }  # fmt: skip


async def let_go(hold_ids: Iterable[int], now: int, *, at_once: bool = True) -> None:
    """Give the places of holds back before their time, in the caller's transaction; their screenings are locked.

    at_once: standing places are counted back now, else by who needs them next, as with every hold that has ended.
    """
    rows = as_rows({"id": hold_id} for hold_id in hold_ids)
    if rows == "[]":
        return
    await _LET_GO(rows, now)
    if at_once:
        await count_standing(await _LET_STANDING_GO(rows), -1)


# --- going to pay ---

_EXTEND = Sql("""
    UPDATE hold SET held_until = $2, extended_at = $3 WHERE id = $1 AND extended_at IS NULL RETURNING held_until""")


async def extend(hold: Hold) -> datetime:
    """Keep a hold ten minutes from now at least, once, in the caller's transaction with its screening locked; gives until when."""
    now = clock.now_us()
    until = max(clock.to_us(hold.held_until), now + rules.PAY_SECONDS * 1_000_000)
    await _EXTEND(hold.id, until, now)
    return clock.from_us(until)
