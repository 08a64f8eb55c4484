"""Screenings with their counters, days of sale, and the lines of one organisation, read set by set."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crowdfund.database import Sql, as_rows

_FIGURES = Sql("""
    SELECT s.id, s.title_id, s.booking_id, s.organisation_id, s.currency, s.state, s.starts_at, s.ends_at, s.sold, s.gross_minor,
           s.admitted, s.refund_steps, t.name AS title, v.id AS venue_id, v.name AS venue, v.city, v.country, v.zone, a.name AS hall,
           p.seats + p.standing AS places,
           COALESCE((SELECT d.reserve_bps FROM deal d
                     WHERE d.booking_id = s.booking_id AND d.currency = s.currency AND d.state = 'agreed'), $4) AS reserve_bps,
           CAST((SELECT COALESCE(SUM(d.refunded), 0) FROM ticket_day d WHERE d.screening_id = s.id) AS BIGINT) AS refunded,
           CAST((SELECT COALESCE(SUM(d.refunded_minor), 0) FROM ticket_day d WHERE d.screening_id = s.id) AS BIGINT) AS refunded_minor,
           CAST((SELECT COALESCE(SUM(d.admitted_minor), 0) FROM ticket_day d WHERE d.screening_id = s.id) AS BIGINT) AS admitted_minor,
           CAST((SELECT SUM(r.gross_minor) FROM settlement r WHERE r.screening_id = s.id AND r.kind <> 'true_up') AS BIGINT)
               AS settled_minor
    FROM screening s JOIN title t ON t.id = s.title_id JOIN auditorium a ON a.id = s.auditorium_id JOIN venue v ON v.id = a.venue_id
    JOIN seat_plan p ON p.id = s.plan_id
    WHERE s.state <> 'draft' AND (CAST($1 AS BIGINT) IS NULL OR s.title_id = $1) AND (CAST($2 AS BIGINT) IS NULL OR s.organisation_id = $2)
      AND (CAST($3 AS BIGINT) IS NULL OR t.organisation_id = $3)
    ORDER BY s.starts_at, s.id""")
_CURVE = Sql("""
    SELECT CASE WHEN s.day - d.day > $2 THEN $2 + 1 WHEN s.day < d.day THEN 0 ELSE s.day - d.day END AS days_before,
           CAST(SUM(d.sold - d.refunded) AS BIGINT) AS sold
    FROM (SELECT CAST(value->>'screening_id' AS BIGINT) AS id, CAST(value->>'day' AS BIGINT) AS day FROM {rows}) AS s
    JOIN ticket_day d ON d.screening_id = s.id
    GROUP BY 1 ORDER BY 1""")
_OLDER = Sql("""
    SELECT CAST(COALESCE(SUM(l.amount_minor), 0) AS BIGINT) AS minor FROM settlement s JOIN settlement_line l ON l.settlement_id = s.id
    WHERE s.booking_id = $1 AND s.currency = $2 AND l.organisation_id = $3 AND l.what = 'share'
      AND (CAST($4 AS BIGINT) IS NULL OR s.run_id <> $4)""")
# By settlement, so that a page never ends within one.
_SHARES = Sql("""
    SELECT r.id AS settlement_id, r.kind, r.screening_id, r.currency, r.made_at, l.what, l.payee, l.amount_minor, d.terms,
           t.name AS title, s.starts_at, v.name AS venue, v.city, v.country, v.zone
    FROM (SELECT DISTINCT settlement_id FROM settlement_line WHERE organisation_id = $1 AND settlement_id < $2
          ORDER BY settlement_id DESC LIMIT $3) AS mine
    JOIN settlement r ON r.id = mine.settlement_id
    JOIN settlement_line l ON l.settlement_id = r.id AND l.organisation_id = $1
    JOIN deal d ON d.id = r.deal_id JOIN screening s ON s.id = r.screening_id JOIN title t ON t.id = s.title_id
    JOIN auditorium a ON a.id = s.auditorium_id JOIN venue v ON v.id = a.venue_id
    ORDER BY r.id DESC, l.what DESC, l.payee""")
_SUMS_OF_SHARES = Sql("""
    SELECT r.currency, COUNT(*) AS lines, COUNT(DISTINCT r.id) AS settlements, CAST(SUM(l.amount_minor) AS BIGINT) AS amount_minor
    FROM settlement_line l JOIN settlement r ON r.id = l.settlement_id
    WHERE l.organisation_id = $1 GROUP BY r.currency ORDER BY r.currency""")
_IN_RUN = Sql("SELECT DISTINCT screening_id FROM settlement WHERE run_id = $1")
_FUNDS = Sql("""
    SELECT c.id FROM campaign c
    WHERE c.kind = 'film' AND c.launched_at IS NOT NULL
      AND EXISTS (SELECT 1 FROM screening s WHERE s.title_id = c.title_id AND s.currency = c.currency AND s.state <> 'draft')
    ORDER BY c.id""")


async def rows_of_screenings(
    title_id: int | None, cinema_id: int | None, producer_id: int | None, reserve_bps: int
) -> list[dict[str, Any]]:
    """Every screening that is no draft, with what its counters say. reserve_bps: where no deal says it."""
    return await _FIGURES(title_id, cinema_id, producer_id, reserve_bps)


async def sold_by_days_before(shown_on: Mapping[int, int], days: int) -> dict[int, int]:
    """Live tickets by how many days before the show they were sold; what was sold before that many days counts in one more.

    shown_on: the day of each screening, by its id.
    """
    rows = as_rows({"screening_id": key, "day": day} for key, day in shown_on.items())
    return {int(row["days_before"]): int(row["sold"]) for row in await _CURVE(rows, days)}


async def shared_to(booking_id: int, currency: str, organisation_id: int, *, but_run: int | None = None) -> int:
    """What all lines of a booking gave an organisation, those of one run left out."""
    return int(await _OLDER.value(booking_id, currency, organisation_id, but_run) or 0)


async def shares_of(organisation_id: int, before: int, limit: int) -> list[dict[str, Any]]:
    """Lines of an organisation in so many settlements with an id below `before`, the newest first."""
    return await _SHARES(organisation_id, before, limit)


async def sums_of_shares(organisation_id: int) -> list[dict[str, Any]]:
    """What they all come to, by currency."""
    return await _SUMS_OF_SHARES(organisation_id)


async def screenings_in(run_id: int) -> set[int]:
    return {row["screening_id"] for row in await _IN_RUN(run_id)}


async def funds_with_screenings() -> list[int]:
    """Funds of films that people can see, whose title is shown in their currency."""
    return [row["id"] for row in await _FUNDS()]
