"""What the desks of cinemas and producers read: their programme, who waits for whose answer, who holds tickets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from crowdfund import clock
from crowdfund.campaigns.models import PUBLIC
from crowdfund.database import Sql, as_rows
from crowdfund.database.ids import private_or_none
from crowdfund.people.models import Organisation, OrganisationKind, OrganisationState, Person
from crowdfund.screenings.models import Booking, BookingEvent, BookingState, ScreeningEvent
from crowdfund.screenings.titles import SHOWABLE
from crowdfund.titles.models import Title

LISTED_MAX = 400
FOUND_MAX = 60
HOLDERS_MAX = 200

# A draft that was put away before fans saw it is nobody's programme any more.
_PROGRAMME = Sql("""
    SELECT s.id, s.title_id, s.organisation_id, s.auditorium_id, s.currency, s.state, s.doors_at, s.starts_at, s.ends_at,
           s.sale_opens_at, s.sale_closes_at, s.sold, s.admitted, s.gross_minor, s.note, a.name AS hall, v.id AS venue_id, v.name AS venue,
           v.slug AS venue_slug, v.city, v.zone, t.name AS title, t.colour, p.seats + p.standing AS places,
           (SELECT COUNT(*) FROM seat_claim c WHERE c.screening_id = s.id AND c.blocked_because <> '') AS blocked
    FROM screening s JOIN auditorium a ON a.id = s.auditorium_id JOIN venue v ON v.id = a.venue_id
    JOIN seat_plan p ON p.id = s.plan_id JOIN title t ON t.id = s.title_id
    WHERE (s.organisation_id = $1 OR t.organisation_id = $1) AND s.starts_at >= $2 AND s.starts_at < $3
      AND (CAST($4 AS BIGINT) IS NULL OR s.title_id = $4) AND s.id > $6
      AND NOT (s.state = 'cancelled' AND NOT EXISTS
        (SELECT 1 FROM screening_event e WHERE e.screening_id = s.id AND e.to_state = 'on_sale'))
    ORDER BY CASE WHEN $7 = 0 THEN s.starts_at ELSE 0 END, s.id LIMIT $5""")
_EVER = 2**62


async def programme_of(
    organisation_id: int,
    *,
    from_us: int = 0,
    until_us: int = _EVER,
    title_id: int | None = None,
    limit: int = LISTED_MAX,
) -> list[dict[str, Any]]:
    """What a cinema shows, or what is shown of a producer's titles, by time: hall, venue, state, how many are sold of how many."""
    return await _PROGRAMME(organisation_id, from_us, until_us, title_id, limit, 0, 0)


async def screenings_after(organisation_id: int, screening_id: int, *, limit: int) -> list[dict[str, Any]]:
    """One page of all of them, as they were made."""
    return await _PROGRAMME(organisation_id, 0, _EVER, None, limit, screening_id, 1)


_NEXT = Sql("""
    SELECT s.starts_at, v.zone FROM screening s JOIN auditorium a ON a.id = s.auditorium_id JOIN venue v ON v.id = a.venue_id
    JOIN title t ON t.id = s.title_id
    WHERE (s.organisation_id = $1 OR t.organisation_id = $1) AND s.starts_at >= $2 AND s.state IN ('draft', 'on_sale', 'closed')
    ORDER BY s.starts_at LIMIT 1""")


async def next_start(organisation_id: int, from_us: int) -> dict[str, Any] | None:
    """When the next one begins, by the clocks of its venue; none where nothing is planned."""
    return await _NEXT.one(organisation_id, from_us)


_BOOKINGS = Sql("""
    SELECT b.id, b.title_id, b.organisation_id AS cinema_id, b.state, b.note, b.made_at, t.name AS title, t.colour,
           t.organisation_id AS producer_id,
           c.name AS cinema, c.country AS cinema_country, p.name AS producer,
           (SELECT COUNT(*) FROM screening s WHERE s.booking_id = b.id AND s.state NOT IN ('draft', 'cancelled')) AS screenings,
           (SELECT COALESCE(SUM(s.sold), 0) FROM screening s WHERE s.booking_id = b.id) AS sold
    FROM booking b JOIN title t ON t.id = b.title_id JOIN organisation c ON c.id = b.organisation_id
    JOIN organisation p ON p.id = t.organisation_id
    WHERE (b.organisation_id = $1 OR t.organisation_id = $1) AND (CAST($2 AS BIGINT) IS NULL OR b.title_id = $2) AND b.id < $3
    ORDER BY b.id DESC LIMIT $4""")


async def bookings_of(
    organisation_id: int, *, title_id: int | None = None, before_id: int = 2**63 - 1, limit: int = LISTED_MAX
) -> list[dict[str, Any]]:
    """What was asked, offered, agreed and ended, the newest first. turn: the organisation whose answer is awaited, if any."""
    rows = await _BOOKINGS(organisation_id, title_id, before_id, limit)
    turns = {BookingState.ASKED: "producer_id", BookingState.OFFERED: "cinema_id"}
    for row in rows:
        turn = turns.get(row["state"])
        row["turn"] = row[turn] if turn else None
        row["sold"] = int(row["sold"])
    return rows


async def booking_history(booking_id: int) -> list[dict[str, Any]]:
    """What was said about a booking, in order, with the names of who said it."""
    events = await BookingEvent.filter(booking_id=booking_id).order_by("id")
    return _named(events, await _names([event.by_person_id for event in events]))


async def screening_history(screening_id: int) -> list[dict[str, Any]]:
    """What became of a screening, the newest first."""
    events = await ScreeningEvent.filter(screening_id=screening_id).order_by("-id").limit(50)
    return _named(events, await _names([event.by_person_id for event in events]))


async def _names(person_ids: Sequence[int | None]) -> dict[int, str]:
    known = [person_id for person_id in person_ids if person_id]
    return {person.id: person.name for person in await Person.filter(id__in=known)} if known else {}


def _named(events: Sequence[Any], names: dict[int, str]) -> list[dict[str, Any]]:
    return [
        {"to_state": e.to_state, "from_state": e.from_state, "because": e.because, "at": e.at, "by": names.get(e.by_person_id, "")}
        for e in events
    ]  # fmt: skip


# --- whom to ask ---

_SHOWABLE = Sql("""
    SELECT t.id, t.name, t.colour, t.scene, t.image_id, t.organisation_id, o.name AS producer,
           (SELECT b.state FROM booking b WHERE b.title_id = t.id AND b.organisation_id = $1
             AND b.state IN ('asked', 'offered', 'agreed')) AS booked
    FROM title t JOIN organisation o ON o.id = t.organisation_id
    WHERE o.state = 'verified' AND (o.kind <> 'cinema' OR o.id = $1) AND t.kind = $2 AND LOWER(t.name) LIKE LOWER($3) ESCAPE '!'
      AND (CAST($6 AS BIGINT) IS NULL OR t.id = $6) AND t.id < $7
      AND (NOT EXISTS (SELECT 1 FROM campaign c WHERE c.title_id = t.id) OR EXISTS
        (SELECT 1 FROM campaign c WHERE c.title_id = t.id AND c.state IN (SELECT value->>'state' FROM {rows:5})))
    ORDER BY t.id DESC LIMIT $4""")


async def titles_to_show(
    cinema_id: int, text: str = "", *, title_id: int | None = None, before_id: int = 2**63 - 1, limit: int = FOUND_MAX
) -> list[dict[str, Any]]:
    """Films that a cinema can ask for, the newest first: of verified producers, and not of a fund that nobody may see yet.

    What another cinema has of its own is an evening there, and no film to book.

    booked: the state of its own live booking, if any. text: a part of the name.
    """
    public = as_rows({"state": state.value} for state in sorted(PUBLIC))
    return await _SHOWABLE(cinema_id, SHOWABLE, _like(text), limit, public, title_id, before_id)


def _like(text: str) -> str:
    for mark in "!%_":
        text = text.replace(mark, f"!{mark}")
    return f"%{text}%"


async def cinemas_to_offer(
    text: str = "", *, cinema_id: int | None = None, after_id: int = 0, limit: int = FOUND_MAX
) -> list[Organisation]:
    """Verified cinemas, by when they came here. text: a part of the name."""
    found = Organisation.filter(kind=OrganisationKind.CINEMA, state=OrganisationState.VERIFIED, id__gt=after_id)
    if text:
        found = found.filter(name__icontains=text)
    if cinema_id is not None:
        found = found.filter(id=cinema_id)
    return await found.order_by("id").limit(limit)


async def agreed_titles(cinema_id: int) -> list[Title]:
    """What a cinema may put on now, by name."""
    booked = await Booking.filter(organisation_id=cinema_id, state=BookingState.AGREED).values_list(
        "title_id", flat=True
    )
    return await Title.filter(id__in=list(booked)).order_by("name", "id") if booked else []


_TITLES = Sql("""
    SELECT t.id, t.name, t.colour, t.scene, t.image_id, t.made_at,
           (SELECT COUNT(*) FROM booking b WHERE b.title_id = t.id AND b.state = 'agreed') AS cinemas,
           (SELECT COUNT(*) FROM booking b WHERE b.title_id = t.id AND b.state = 'asked') AS asked,
           (SELECT COUNT(*) FROM screening s WHERE s.title_id = t.id AND s.state NOT IN ('draft', 'cancelled')) AS screenings,
           (SELECT COALESCE(SUM(s.sold), 0) FROM screening s WHERE s.title_id = t.id) AS sold,
           (SELECT COUNT(*) FROM campaign c WHERE c.title_id = t.id) AS funds
    FROM title t WHERE t.organisation_id = $1 AND t.kind = $2 AND t.id < $3 ORDER BY t.id DESC LIMIT $4""")


async def titles_of(
    organisation_id: int, *, before_id: int = 2**63 - 1, limit: int = LISTED_MAX
) -> list[dict[str, Any]]:
    """A producer's titles, the newest first, with what cinemas make of them."""
    rows = await _TITLES(organisation_id, SHOWABLE, before_id, limit)
    return [{**row, "sold": int(row["sold"])} for row in rows]


# --- who comes ---

_HOLDERS = Sql("""
    SELECT k.id, k.order_id, k.seat_id, k.area_id, k.state, k.price_minor, k.currency, p.name, r.name AS price
    FROM ticket k JOIN person p ON p.id = k.person_id JOIN price r ON r.id = k.price_id
    WHERE k.screening_id = $1 AND k.id > $2 AND k.state IN ('sold', 'admitted', 'no_show')
      AND ($3 = '' OR LOWER(p.name) LIKE LOWER($4) ESCAPE '!' OR k.order_id = CAST($5 AS BIGINT)
        OR LOWER(COALESCE(k.seat_id, k.area_id)) = LOWER($3))
    ORDER BY k.id LIMIT $6""")


async def holders_of(
    screening_id: int, text: str = "", *, after_id: int = 0, limit: int = HOLDERS_MAX
) -> list[dict[str, Any]]:
    """Who may enter, as they bought: name, place, order. text: a part of a name, an order's number, or a seat as the plan calls it.

    No address of anybody: a fan gave hers to this site, and what has to reach her goes through it.
    """
    return await _HOLDERS(screening_id, after_id, text, _like(text), private_or_none(text.lower()) or 0, limit)


_BLOCKED = Sql("""
    SELECT seat_id, blocked_because FROM seat_claim WHERE screening_id = $1 AND blocked_because <> '' AND ticket_id IS NULL
    ORDER BY seat_id""")


async def blocked_in(screening_id: int) -> list[dict[str, Any]]:
    """Seats that the cinema keeps, each with why."""
    return await _BLOCKED(screening_id)


# --- what waits ---

_WAITING = Sql("""
    SELECT b.id, b.state, t.name AS title, c.name AS cinema, p.name AS producer
    FROM booking b JOIN title t ON t.id = b.title_id JOIN organisation c ON c.id = b.organisation_id
    JOIN organisation p ON p.id = t.organisation_id
    WHERE (b.state = 'asked' AND t.organisation_id = $1) OR (b.state = 'offered' AND b.organisation_id = $1)
    ORDER BY b.id LIMIT 20""")
_DRAFTS = Sql("""
    SELECT COUNT(*) AS drafts FROM screening WHERE organisation_id = $1 AND state = 'draft' AND starts_at > $2 AND starts_at < $3""")


async def answers_due(organisation_id: int) -> list[dict[str, Any]]:
    """Bookings that this organisation is asked about."""
    return await _WAITING(organisation_id)


async def drafts_soon(organisation_id: int, within_us: int) -> int:
    """How many drafts would begin within this time, and nobody can buy a ticket yet."""
    now = clock.now_us()
    return int(await _DRAFTS.value(organisation_id, now, now + within_us) or 0)
