"""Letting in: a verb of the rush. The scans of all gates that arrive together become one transaction of a few statements.

A device asks about one scan, or brings many that it made while it was offline; both are the same wishes here. What the database
refuses in the end, whatever was decided: a second admission of a ticket.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from crowdfund import clock
from crowdfund.database import Batch, Sql, as_rows, atomic, new_id, together
from crowdfund.database.ids import private_or_none
from crowdfund.database.sql import Bound
from crowdfund.refusal import Refusal
from crowdfund.screenings import keys
from crowdfund.screenings.codes import token
from crowdfund.screenings.codes.judging import Verdict
from crowdfund.screenings.codes.typed import read_typed
from crowdfund.screenings.door.models import Way
from crowdfund.screenings.door.rules import ADMITTABLE, Answer, Keeper, Scan, Standing, Want, decide, judged_at
from crowdfund.screenings.models import Screening, TicketState

_LOCK = Sql("""
    SELECT s.id, s.state, s.doors_at, s.ends_at FROM screening s
    WHERE s.id IN (SELECT CAST(value->>'screening_id' AS BIGINT) FROM {rows}) ORDER BY s.id {for_update}""")
_SEEN = Sql("""
    SELECT (SELECT a.id FROM admission a WHERE a.nonce = value->>'nonce') AS before_id FROM {rows}""")
_BEFORE = Sql("""
    SELECT a.nonce, a.fingerprint, a.screening_id, a.ticket_id, a.verdict, a.entered, a.counted, a.conflict FROM admission a
    WHERE a.id IN (SELECT CAST(value->>'before_id' AS BIGINT) FROM {rows})""")
_TICKETS = Sql("""
    SELECT t.id, t.screening_id, t.state, t.issue, t.seat_id, t.area_id, t.typed_code FROM ticket t
    WHERE t.id IN (SELECT COALESCE(CAST(value->>'ticket_id' AS BIGINT),
                                   (SELECT x.id FROM ticket x WHERE x.typed_code = value->>'typed')) FROM {rows})
    ORDER BY t.id {for_update}""")
_FIRST = Sql("""
    SELECT CAST(value->>'id' AS BIGINT) AS ticket_id,
           (SELECT CAST(a.scanned_at AS TEXT) || ' ' || a.gate FROM admission a
            WHERE a.ticket_id = CAST(value->>'id' AS BIGINT) AND a.counted = 1) AS came
    FROM {rows}""")
_WRITE = Sql("""
    INSERT INTO admission (id, screening_id, ticket_id, pass_id, by_person_id, gate, device, nonce, fingerprint, way, verdict, said,
        because, entered, counted, conflict, scanned_at, received_at)
    SELECT CAST(value->>'id' AS BIGINT), CAST(value->>'screening_id' AS BIGINT), CAST(value->>'ticket_id' AS BIGINT),
           CAST(value->>'pass_id' AS BIGINT), CAST(value->>'by_person_id' AS BIGINT), value->>'gate', value->>'device',
           value->>'nonce', value->>'fingerprint', value->>'way', value->>'verdict', value->>'said', value->>'because',
           CAST(value->>'entered' AS BIGINT), CAST(value->>'counted' AS BIGINT), CAST(value->>'conflict' AS BIGINT),
           CAST(value->>'scanned_at' AS BIGINT), $2
    FROM {rows}""")
_ADMIT = Sql("""
    UPDATE ticket SET state = 'admitted'
    WHERE id IN (SELECT CAST(value->>'ticket_id' AS BIGINT) FROM {rows}) AND state IN ('sold', 'no_show') RETURNING id""")
_EVENTS = Sql("""
    INSERT INTO ticket_event (id, ticket_id, from_state, to_state, because, by_person_id, at)
    SELECT CAST(value->>'event_id' AS BIGINT), CAST(value->>'ticket_id' AS BIGINT), value->>'was', 'admitted', 'let in at the door',
           CAST(value->>'by_person_id' AS BIGINT), $2
    FROM {rows}""")
_COUNT = Sql("""
    UPDATE screening SET admitted = admitted + more.many
    FROM (SELECT CAST(value->>'screening_id' AS BIGINT) AS screening_id, CAST(value->>'many' AS BIGINT) AS many FROM {rows}) AS more
    WHERE screening.id = more.screening_id""")


class TicketsDisagree(Exception):
    """The database knew better than what was read under its lock: nothing of this batch is written."""


@atomic
async def _admit(wants: list[Want]) -> list[Answer | Exception]:
    now = clock.now_us()
    standing = await _look(wants)
    states = {number: row["state"] for number, row in standing.tickets.items()}
    answers: list[Answer | Exception] = []
    new: list[tuple[Want, Answer]] = []
    for want in wants:
        try:
            answer = decide(want, standing, now)
        except Refusal as refusal:
            answers.append(refusal)
            continue
        answers.append(answer)
        if not answer.again:
            new.append((want, answer))
    await _write(new, states, now)
    return answers


async def _look(wants: list[Want]) -> Standing:
    """Lock the screenings, then the tickets, and read what the rules look at."""
    facts = as_rows({"screening_id": w.keeper.screening_id, "ticket_id": w.ticket_id, "typed": w.typed} for w in wants)
    nonces = as_rows({"nonce": nonce} for w in wants for nonce in (w.scan.nonce, w.scan.asked) if nonce)
    locked, seen, tickets = await together(_LOCK.bind(facts), _SEEN.bind(nonces), _TICKETS.bind(facts))
    standing = Standing({row["id"]: row for row in locked}, {row["id"]: dict(row) for row in tickets})
    standing.typed = {row["typed_code"]: row["id"] for row in tickets}
    if again := [row for row in seen if row["before_id"] is not None]:
        standing.before = {row["nonce"]: row for row in await _BEFORE(as_rows(again))}
    if inside := [{"id": row["id"]} for row in tickets if row["state"] == TicketState.ADMITTED]:
        for row in await _FIRST(as_rows(inside)):
            at, _, gate = (row["came"] or "0 ").partition(" ")
            standing.first[row["ticket_id"]] = int(at), gate
    return standing


async def _write(new: list[tuple[Want, Answer]], states: dict[int, str], now: int) -> None:
    if not new:
        return
    statements: list[Bound] = [_WRITE.bind(as_rows(_row(want, answer, now) for want, answer in new), now)]
    let_in = [_moved(want, answer, states) for want, answer in new if answer.counted]
    if let_in:
        counts = Counter(one["screening_id"] for one in let_in)
        statements += [
            _ADMIT.bind(as_rows(let_in)),
            _EVENTS.bind(as_rows(let_in), now),
            _COUNT.bind(as_rows({"screening_id": number, "many": many} for number, many in sorted(counts.items()))),
        ]
    written = await together(*statements)
    if let_in and len(written[1]) != len(let_in):
        raise TicketsDisagree(f"{len(let_in) - len(written[1])} tickets could not be let in")


def _row(want: Want, answer: Answer, now: int) -> dict[str, Any]:
    scan, keeper = want.scan, want.keeper
    return {
        "id": want.id, "screening_id": keeper.screening_id, "ticket_id": answer.ticket_id, "pass_id": keeper.pass_id,
        "by_person_id": keeper.person_id if keeper.pass_id is None else None, "gate": keeper.gate, "device": scan.device,
        "nonce": scan.nonce, "fingerprint": scan.fingerprint, "way": scan.way, "verdict": answer.verdict, "said": scan.said or "",
        "because": scan.because, "entered": int(answer.entered), "counted": int(answer.counted), "conflict": int(answer.conflict),
        "scanned_at": judged_at(scan, now),
    }  # fmt: skip


def _moved(want: Want, answer: Answer, states: dict[int, str]) -> dict[str, Any]:
    assert answer.ticket_id is not None
    was = states[answer.ticket_id]
    if was not in ADMITTABLE:
        raise TicketsDisagree(f"a ticket that is {was} was let in")
    return {
        "event_id": new_id(), "ticket_id": answer.ticket_id, "was": was, "screening_id": want.keeper.screening_id,
        "by_person_id": want.keeper.person_id,
    }  # fmt: skip


_batch = Batch[Want, Answer](_admit)
finish = _batch.finish


async def admit(scan: Scan, keeper: Keeper) -> Answer:
    """What the door says to one scan, after it is safely kept. Raises NoSuchDoor, NonceUsed, Busy."""
    return await _batch.ask(await _want(scan, keeper))


async def admit_all(scans: Sequence[Scan], keeper: Keeper) -> list[Answer | BaseException]:
    """The same for what a device brings, in its order; a refusal is an answer among the others. Raises Busy."""
    return await _batch.ask_all([await _want(scan, keeper) for scan in scans])


async def _want(scan: Scan, keeper: Keeper) -> Want:
    return Want(new_id(), scan, keeper, await _proven(scan, keeper.screening_id))


async def _proven(scan: Scan, screening_id: int) -> token.Code | Verdict | str:
    """What a scan says before any row is looked at: a signature takes longer than the whole batch may be held up."""
    try:
        if scan.way is Way.TYPED:
            return read_typed(scan.text)
        said = token.read(scan.text)
        theirs = private_or_none(said.screening)
        if theirs is None or (theirs != screening_id and not await Screening.exists(id=theirs)):
            return Verdict.UNKNOWN_KEY
        return token.verify(scan.text, keys.public_keys(theirs))
    except Refusal as refusal:
        return Verdict(refusal.code)
