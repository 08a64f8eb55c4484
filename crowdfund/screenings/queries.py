"""What pages read of screenings: one with all that it is made of, what is free, what is on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from crowdfund import clock
from crowdfund.database import Sql, as_rows
from crowdfund.database.ids import public
from crowdfund.people.models import Organisation
from crowdfund.screenings.models import TO_COME, Auditorium, Price, PriceState, Screening, ScreeningState, Venue
from crowdfund.screenings.plans import plan_of
from crowdfund.screenings.rules import NoSuchScreening
from crowdfund.screenings.seating.plan import Plan
from crowdfund.titles.models import Title


@dataclass(frozen=True, slots=True)
class Shown:
    """A screening and what it is made of."""

    screening: Screening
    title: Title
    hall: Auditorium
    venue: Venue
    plan: Plan

    @property
    def path(self) -> str:
        return path_of(self.screening.id)

    @property
    def places(self) -> int:
        return self.plan.place_count


def path_of(screening_id: int) -> str:
    return f"/screenings/{public(screening_id)}"


async def shown_screening(screening_id: int) -> Shown:
    """Raises NoSuchScreening."""
    screening = await Screening.get_or_none(id=screening_id)
    if screening is None:
        raise NoSuchScreening("There is no such screening.")
    return await show(screening)


async def public_screening(screening_id: int) -> Shown:
    """One that fans may see. Raises NoSuchScreening for a draft as for none."""
    shown = await shown_screening(screening_id)
    if shown.screening.state == ScreeningState.DRAFT:
        raise NoSuchScreening("There is no such screening.")
    return shown


async def show(screening: Screening) -> Shown:
    hall = await Auditorium.get(id=screening.auditorium_id)
    return Shown(
        screening, await Title.get(id=screening.title_id), hall, await Venue.get(id=hall.venue_id),
        await plan_of(screening.plan_id),
    )  # fmt: skip


async def prices_of(screening_id: int) -> list[Price]:
    """What is offered, in the cinema's order."""
    return await Price.filter(screening_id=screening_id, state=PriceState.OFFERED).order_by("position", "id")


_OVER = Sql(
    "SELECT id FROM screening WHERE state IN ('on_sale', 'closed') AND ends_at <= $1 ORDER BY ends_at LIMIT 100"
)


async def that_are_over(now_us: int) -> list[int]:
    """Screenings whose end has passed, and that nobody has ended yet."""
    return [row["id"] for row in await _OVER(now_us)]


# --- what is free ---

_CLAIMS = Sql("""
    SELECT c.seat_id, c.ticket_id, c.blocked_because, h.person_id
    FROM seat_claim c LEFT JOIN hold h ON h.id = c.hold_id
    WHERE c.screening_id = $1 AND (c.hold_id IS NULL OR h.held_until > $2)""")
_AREAS = Sql("""
    SELECT a.area_id, a.size, a.taken - (SELECT COALESCE(SUM(c.places), 0) FROM standing_claim c
        WHERE c.screening_id = a.screening_id AND c.area_id = a.area_id
          AND NOT EXISTS (SELECT 1 FROM hold h WHERE h.id = c.hold_id AND h.held_until > $2)) AS taken
    FROM standing a WHERE a.screening_id = $1""")
_BACK_AT = Sql("SELECT MIN(held_until) AS back_at FROM hold WHERE screening_id = $1 AND held_until > $2")


@dataclass(slots=True)
class Free:
    """What of a hall is whose, now. areas: how many places are left in each. back_at: when the next may come back, if any."""

    taken: set[str]
    held: set[str]
    blocked: set[str]
    own: set[str]
    areas: dict[str, int]
    back_at: int | None
    seats: int

    @property
    def gone(self) -> set[str]:
        return self.taken | self.held | self.blocked

    @property
    def left(self) -> int:
        """How many places can be had now."""
        return self.seats - len(self.gone) + sum(self.areas.values())


async def free_in(screening_id: int, plan: Plan, *, person_id: int | None = None) -> Free:
    """What can be had now, as this person sees it: her own hold is hers."""
    now = clock.now_us()
    found = Free(set(), set(), set(), set(), {}, None, plan.seat_count)
    for row in await _CLAIMS(screening_id, now):
        if row["ticket_id"] is not None:
            found.taken.add(row["seat_id"])
        elif row["blocked_because"]:
            found.blocked.add(row["seat_id"])
        elif person_id is not None and row["person_id"] == person_id:
            found.own.add(row["seat_id"])
        else:
            found.held.add(row["seat_id"])
    found.areas = {row["area_id"]: int(row["size"] - row["taken"]) for row in await _AREAS(screening_id, now)}
    found.back_at = await _BACK_AT.value(screening_id, now)
    return found


# --- what is on ---

_ON = Sql("""
    SELECT s.id, s.title_id, s.auditorium_id, s.currency, s.state, s.starts_at, s.sale_opens_at, s.sale_closes_at, s.sold, s.fee_minor,
           s.note, a.name AS hall, v.id AS venue_id, v.name AS venue, v.slug AS venue_slug, v.city, v.country, v.zone,
           p.seats + p.standing AS places,
           (SELECT MIN(r.price_minor) FROM price r WHERE r.screening_id = s.id AND r.state = 'offered') AS price_min_minor
    FROM screening s JOIN auditorium a ON a.id = s.auditorium_id JOIN venue v ON v.id = a.venue_id
    JOIN seat_plan p ON p.id = s.plan_id
    WHERE s.state IN ('on_sale', 'closed') AND s.starts_at > $1 AND (CAST($2 AS BIGINT) IS NULL OR s.title_id = $2)
      AND (CAST($3 AS BIGINT) IS NULL OR v.id = $3)
      AND (CAST($5 AS BIGINT) IS NULL OR s.title_id IN (SELECT t.id FROM title t WHERE t.organisation_id = $5))
    ORDER BY s.starts_at, s.id LIMIT $4""")
LISTED_MAX = 300


async def what_is_on(
    *, title_id: int | None = None, venue_id: int | None = None, studio_id: int | None = None, limit: int = LISTED_MAX
) -> list[dict[str, Any]]:
    """Screenings to come that fans may see, by time, with place and lowest price."""
    return await _ON(clock.now_us(), title_id, venue_id, limit, studio_id)


async def titles_of(title_ids: Iterable[int]) -> dict[int, Title]:
    return {title.id: title for title in await Title.filter(id__in=list(set(title_ids)))}


async def cinemas_of(organisation_ids: Iterable[int]) -> dict[int, Organisation]:
    return {one.id: one for one in await Organisation.filter(id__in=list(set(organisation_ids)))}


_COUNTS = Sql("""
    SELECT CAST(value->>'id' AS BIGINT) AS id,
           (SELECT COUNT(*) FROM hold h WHERE h.screening_id = CAST(value->>'id' AS BIGINT) AND h.held_until > $2) AS holds
    FROM {rows}""")


async def holds_now(screening_ids: Iterable[int]) -> dict[int, int]:
    """How many carts are open on each of these."""
    rows = await _COUNTS(as_rows({"id": i} for i in screening_ids), clock.now_us())
    return {row["id"]: row["holds"] for row in rows}


async def on_sale_after(screening_id: int, city: str, *, limit: int) -> list[Screening]:
    """Screenings to come that fans may see, after one of them, in the order in which they were made. city: only there."""
    found = Screening.filter(id__gt=screening_id, state__in=TO_COME, starts_at__gt=clock.now())
    if city:
        venues = [venue.id for venue in await Venue.filter(city=city)]
        halls = [hall.id for hall in await Auditorium.filter(venue_id__in=venues)] if venues else []
        found = found.filter(auditorium_id__in=halls or [0])
    return await found.order_by("id").limit(limit)
