"""What settlements are made of and leave behind, read and written set by set."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from crowdfund.boxoffice.deals.split import Counted, Lines, Showing, Taken
from crowdfund.boxoffice.models import Deal, DealState, DoorCount, LineOf, Settlement
from crowdfund.boxoffice.rules import NOTHING, Stands
from crowdfund.database import Sql, as_rows
from crowdfund.screenings.models import Auditorium, Booking, Venue

_LOCK = Sql("SELECT id FROM booking WHERE id = $1 {for_update}")
_BOUND = Sql("SELECT payee, organisation_id FROM deal_payee WHERE deal_id = $1 ORDER BY payee")
_UNBIND = Sql("DELETE FROM deal_payee WHERE deal_id = $1")
_BIND = Sql("""
    INSERT INTO deal_payee (deal_id, payee, organisation_id)
    SELECT CAST($2 AS BIGINT), value->>'payee', CAST(value->>'organisation_id' AS BIGINT) FROM {rows}""")
_OPENS = Sql("""
    SELECT MIN(starts_at) AS first FROM screening
    WHERE booking_id = $1 AND state IN ('on_sale', 'closed', 'screened', 'settled')""")
_TAKEN = Sql("""
    SELECT screening_id, MIN(week) AS week, CAST(SUM(gross_minor) AS BIGINT) AS gross_minor, CAST(SUM(admissions) AS BIGINT) AS admissions
    FROM settlement WHERE run_id = $1 AND number < $2 AND kind <> 'true_up' GROUP BY screening_id ORDER BY screening_id""")
_BOOKED = Sql("""
    SELECT l.payee, CAST(SUM(l.amount_minor) AS BIGINT) AS minor, MAX(l.organisation_id) AS organisation_id
    FROM settlement s JOIN settlement_line l ON l.settlement_id = s.id
    WHERE s.run_id = $1 AND l.what = 'share' GROUP BY l.payee ORDER BY l.payee""")
_NEXT = Sql("SELECT COALESCE(MAX(number), 0) + 1 AS number FROM settlement WHERE run_id = $1")
_LINES = Sql(
    "SELECT what, payee, organisation_id, amount_minor FROM settlement_line WHERE settlement_id = $1 ORDER BY what, payee"
)
_WRITE_LINES = Sql("""
    INSERT INTO settlement_line (settlement_id, what, payee, organisation_id, amount_minor)
    SELECT CAST($2 AS BIGINT), value->>'what', value->>'payee', CAST(value->>'organisation_id' AS BIGINT),
           CAST(value->>'amount_minor' AS BIGINT) FROM {rows}""")
_WRITE_TICKETS = Sql("""
    INSERT INTO settled_ticket (settlement_id, ticket_id, gross_minor, fee_minor, admissions)
    SELECT CAST($2 AS BIGINT), CAST(value->>'ticket_id' AS BIGINT), CAST(value->>'gross_minor' AS BIGINT),
           CAST(value->>'fee_minor' AS BIGINT), CAST(value->>'admissions' AS BIGINT) FROM {rows}""")
_TICKETS = Sql("""
    SELECT id, order_id, price_minor, fee_minor, refunded_minor, state FROM ticket
    WHERE screening_id = $1 AND (CAST($2 AS BIGINT) IS NULL OR order_id = $2) ORDER BY id""")
_COUNTED = Sql("""
    SELECT ticket_id, gross_minor, fee_minor, admissions FROM settled_ticket WHERE settlement_id = $1 ORDER BY ticket_id""")
_STAND = Sql("""
    SELECT t.ticket_id, CAST(SUM(t.gross_minor) AS BIGINT) AS gross_minor, CAST(SUM(t.fee_minor) AS BIGINT) AS fee_minor,
           CAST(SUM(t.admissions) AS BIGINT) AS admissions
    FROM settled_ticket t JOIN ticket k ON k.id = t.ticket_id WHERE k.screening_id = $1 AND k.order_id = $2
    GROUP BY t.ticket_id ORDER BY t.ticket_id""")
_ROWS_OF_TICKET = Sql("""
    SELECT s.id FROM settled_ticket t JOIN settlement s ON s.id = t.settlement_id
    WHERE t.ticket_id = $1 AND s.kind IN ('settled', 'added') ORDER BY s.number""")
# What a bank has taken or holds of an order, until it has decided; and all tickets of that order, on whatever screening by now.
_MISSING = Sql("""
    SELECT t.order_id, t.screening_id, t.price_minor + t.fee_minor - t.refunded_minor AS left_minor,
           CAST((SELECT SUM(d.amount_minor) FROM dispute d
                 WHERE d.order_id = t.order_id AND d.state IN ('needs_response', 'answering', 'under_review')
                   AND (CAST($2 AS BIGINT) IS NULL OR d.id <> $2)) AS BIGINT) AS held_minor
    FROM ticket t
    WHERE t.state <> 'moved' AND t.order_id IN (
        SELECT d.order_id FROM dispute d
        WHERE d.order_id IS NOT NULL AND d.amount_minor > 0 AND d.state IN ('needs_response', 'answering', 'under_review')
          AND (CAST($2 AS BIGINT) IS NULL OR d.id <> $2)
          AND EXISTS (SELECT 1 FROM ticket k WHERE k.order_id = d.order_id AND k.screening_id = $1))
    ORDER BY t.id""")
# A payment belongs to the screening that it was made for; where a ticket has moved, so has its part of what the payment cost.
_CHARGED = Sql("""
    SELECT CAST(COALESCE(SUM(part.fee_minor), 0) AS BIGINT) AS fees, COUNT(*) - COUNT(part.fee_minor) AS unknown
    FROM (SELECT fee_minor FROM charge WHERE held_for = 'screening:' || CAST(CAST($1 AS BIGINT) AS TEXT) AND state = 'succeeded'
          UNION ALL
          SELECT c.fee_minor * m.amount_minor / c.amount_minor * CASE WHEN m.to_screening_id = $1 THEN 1 ELSE -1 END
          FROM ticket_move m JOIN ticket t ON t.id = m.from_ticket_id
          JOIN charge c ON c.subject = 'order:' || CAST(t.order_id AS TEXT) AND c.state = 'succeeded'
          WHERE m.to_screening_id = $1 OR m.from_screening_id = $1) AS part""")
_OF_ORDER = Sql("""
    SELECT id, order_id, screening_id, price_minor, fee_minor, refunded_minor, state FROM ticket
    WHERE order_id = $1 AND state <> 'moved' ORDER BY id""")
_RUNS = Sql("SELECT DISTINCT run_id FROM settlement WHERE booking_id = $1 ORDER BY run_id")
_ORGS = Sql("""
    INSERT INTO share_due (screening_id, organisation_id, currency)
    SELECT CAST($2 AS BIGINT), CAST(value->>'organisation_id' AS BIGINT), CAST($3 AS TEXT) FROM {rows} WHERE TRUE
    ON CONFLICT (screening_id, organisation_id) DO NOTHING""")
_NOT_READY = Sql("""
    SELECT o.id FROM organisation o
    WHERE o.id IN (SELECT CAST(value->>'id' AS BIGINT) FROM {rows}) AND (o.payouts_state <> 'enabled' OR o.state <> 'verified')
      AND NOT EXISTS (SELECT 1 FROM share_due d WHERE d.organisation_id = o.id) ORDER BY o.id""")
_DUE = Sql("""
    SELECT s.id FROM screening s JOIN deal d ON d.booking_id = s.booking_id AND d.currency = s.currency AND d.state = 'agreed'
    WHERE s.state = 'screened' AND s.ends_at + d.settle_days * 86400000000 <= $1 ORDER BY s.ends_at, s.id LIMIT 100""")
FOR_EVER = 2**62


async def lock_booking(booking_id: int) -> Booking:
    """Until the transaction ends: runs of a booking are counted one row after the other."""
    await _LOCK(booking_id)
    return await Booking.get(id=booking_id)


async def agreed_deal(booking_id: int, currency: str) -> Deal | None:
    return await Deal.get_or_none(booking_id=booking_id, currency=currency, state=DealState.AGREED)


async def bound_to(deal_id: int) -> dict[str, int | None]:
    """Who each payee is: an organisation's id; none is the platform."""
    return {row["payee"]: row["organisation_id"] for row in await _BOUND(deal_id)}


async def bind(deal_id: int, who: Mapping[str, int | None]) -> None:
    await _UNBIND(deal_id)
    await _BIND(as_rows({"payee": payee, "organisation_id": one} for payee, one in who.items()), deal_id)


async def first_showing(booking_id: int) -> int | None:
    """When the first screening of a booking began: its weeks are counted from there. Microseconds."""
    found = await _OPENS.value(booking_id)
    return None if found is None else int(found)


# --- runs ---


async def taken_of(run_id: int, before: int = FOR_EVER) -> Taken:
    """What stands in a run by screening; before: only its rows up to this number."""
    return {
        Showing(str(row["screening_id"]), row["week"]): Counted(row["gross_minor"], row["admissions"])
        for row in await _TAKEN(run_id, before)
    }


async def booked_in(run_id: int) -> tuple[Lines, dict[str, int | None]]:
    """What each payee has of a run by all lines so far, and who that is."""
    rows = await _BOOKED(run_id)
    return {row["payee"]: row["minor"] for row in rows}, {row["payee"]: row["organisation_id"] for row in rows}


async def next_number(run_id: int) -> int:
    return int(await _NEXT.value(run_id))


async def runs_of(booking_id: int) -> list[int]:
    return [row["run_id"] for row in await _RUNS(booking_id)]


async def last_row(run_id: int) -> Settlement | None:
    return await Settlement.filter(run_id=run_id).order_by("-number").first()


async def settled_row(screening_id: int) -> Settlement | None:
    return await Settlement.get_or_none(screening_id=screening_id, kind="settled")


# --- rows ---


async def lines_of(settlement_id: int) -> list[dict[str, Any]]:
    return await _LINES(settlement_id)


async def write_lines(settlement_id: int, what: LineOf, lines: Lines, who: Mapping[str, int | None]) -> None:
    await _WRITE_LINES(
        as_rows(
            {"what": what, "payee": payee, "organisation_id": who.get(payee), "amount_minor": minor}
            for payee, minor in lines.items() if minor
        ),
        settlement_id,
    )  # fmt: skip


async def write_tickets(settlement_id: int, stands: Mapping[int, Stands]) -> None:
    await _WRITE_TICKETS(as_rows({"ticket_id": key, **one._asdict()} for key, one in stands.items()), settlement_id)


async def counted_in(settlement_id: int) -> dict[int, Stands]:
    """The tickets of a row, by id."""
    return {row.pop("ticket_id"): Stands(**row) for row in await _COUNTED(settlement_id)}


async def stood_for(screening_id: int, order_id: int) -> dict[int, Stands]:
    """What the tickets of an order stand for by all rows so far."""
    rows = await _STAND(screening_id, order_id)
    return {number: one for row in rows if (number := row.pop("ticket_id")) and (one := Stands(**row)) != NOTHING}


async def counting_rows(ticket_id: int) -> list[Settlement]:
    """The rows that counted a ticket in."""
    return [await Settlement.get(id=row["id"]) for row in await _ROWS_OF_TICKET(ticket_id)]


async def tickets_of(screening_id: int, order_id: int | None = None) -> list[dict[str, Any]]:
    """All tickets there ever were, in order: id, order_id, price_minor, fee_minor, refunded_minor, state."""
    return await _TICKETS(screening_id, order_id)


async def tickets_of_order(order_id: int) -> list[dict[str, Any]]:
    """Those of an order where they are now: the same facts, and screening_id. One that took another's place stands for both."""
    return await _OF_ORDER(order_id)


async def missing_of(screening_id: int, *, but: int | None = None) -> dict[int, int]:
    """What banks hold, while they decide, of the tickets that each order has at a screening. but: a dispute that is left out.

    An order's tickets may have moved to several screenings: what is held falls on them in the order of their ids.
    """
    left, found = dict[int, int](), dict[int, int]()
    for row in await _MISSING(screening_id, but):
        order_id = row["order_id"]
        held = min(left.setdefault(order_id, row["held_minor"]), row["left_minor"])
        left[order_id] -= held
        if row["screening_id"] == screening_id and held:
            found[order_id] = found.get(order_id, 0) + held
    return found


async def processor_of(screening_id: int) -> tuple[int, bool]:
    """What the payment company took for the charges of a screening, and whether it has told of all of them."""
    row = await _CHARGED.one(screening_id)
    return (int(row["fees"]), not row["unknown"]) if row else (0, True)


async def owe(screening_id: int, organisations: Iterable[int | None], currency: str) -> None:
    """Somebody is owed something of a screening: payouts look here."""
    who = [{"organisation_id": one} for one in sorted({one for one in organisations if one is not None})]
    if who:
        await _ORGS(as_rows(who), screening_id, currency)


async def waiting_for_account(organisations: Iterable[int | None]) -> list[int]:
    """Of those who are about to be owed a share, whom nothing can be paid yet; who waits for an earlier one has heard so."""
    who = sorted({one for one in organisations if one is not None})
    return [row["id"] for row in await _NOT_READY(as_rows({"id": one} for one in who))] if who else []


async def due_screenings(now_us: int) -> list[int]:
    """Shown, and the days that their deals give are over."""
    return [row["id"] for row in await _DUE(now_us)]


async def zone_of(auditorium_id: int) -> str:
    """By which clocks a hall is run."""
    hall = await Auditorium.get(id=auditorium_id)
    return (await Venue.get(id=hall.venue_id)).zone


async def last_count(screening_id: int) -> DoorCount | None:
    return await DoorCount.filter(screening_id=screening_id).order_by("-id").first()
