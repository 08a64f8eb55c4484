"""The same screening at another hour: a new one with the hall, the prices and the seats that are not for sale of the old one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from crowdfund import clock
from crowdfund.database import Sql, new_id
from crowdfund.database.moves import begin
from crowdfund.screenings.models import (
    Price,
    PriceState,
    Screening,
    ScreeningEvent,
    ScreeningState,
    SingleSeats,
    Ticket,
)
from crowdfund.screenings.programme import Showing, refuse_busy, refuse_showing
from crowdfund.screenings.rules import read_ladder


@dataclass(frozen=True, slots=True)
class Hours:
    doors_at: datetime
    starts_at: datetime
    ends_at: datetime
    sale_closes_at: datetime


_COPY_BLOCKED = Sql("""
    INSERT INTO seat_claim (screening_id, seat_id, blocked_because)
    SELECT CAST($2 AS BIGINT), seat_id, blocked_because FROM seat_claim WHERE screening_id = $1 AND blocked_because <> ''""")
_COPY_STANDING = Sql("""
    INSERT INTO standing (screening_id, area_id, size) SELECT CAST($2 AS BIGINT), area_id, size FROM standing WHERE screening_id = $1""")
_KEEP = Sql("""
    INSERT INTO hold (id, screening_id, person_id, places, held_until, key, fingerprint, made_at)
    VALUES ($1, $2, $3, 1, $4, $5, '', $6)""")
_KEEP_SEAT = Sql("INSERT INTO seat_claim (screening_id, seat_id, hold_id) VALUES ($1, $2, $3)")
_KEEP_STANDING = Sql("""
    INSERT INTO standing_claim (hold_id, screening_id, area_id, places) VALUES ($1, $2, $3, 1)""")
_COUNT_STANDING = Sql("UPDATE standing SET taken = taken + 1 WHERE screening_id = $1 AND area_id = $2")


async def make_moved(screening: Screening, hours: Hours, reason: str, *, by: int) -> Screening:
    """On sale at once, as the old one was; in the caller's transaction. Raises WrongHours, HallBusy."""
    now = clock.now()
    showing = Showing(
        starts_at=hours.starts_at, doors_at=hours.doors_at, ends_at=hours.ends_at, sale_closes_at=hours.sale_closes_at,
        sale_opens_at=min(screening.sale_opens_at, now), currency=screening.currency, fee_minor=screening.fee_minor,
        per_fan_max=screening.per_fan_max, single_seats=SingleSeats(screening.single_seats), ladder=read_ladder(screening.refund_steps),
        note=screening.note,
    )  # fmt: skip
    refuse_showing(showing, now)
    await refuse_busy(screening.auditorium_id, screening.organisation_id, showing, but=screening.id)
    moved = await Screening.create(
        id=new_id(), title_id=screening.title_id, booking_id=screening.booking_id, organisation_id=screening.organisation_id,
        auditorium_id=screening.auditorium_id, plan_id=screening.plan_id, state=ScreeningState.ON_SALE, made_at=now,
        **showing.columns,
    )  # fmt: skip
    for price in await Price.filter(screening_id=screening.id, state=PriceState.OFFERED):
        await Price.create(
            id=new_id(), screening_id=moved.id, category_id=price.category_id, name=price.name,
            price_minor=price.price_minor, position=price.position, state=PriceState.OFFERED,
        )  # fmt: skip
    await _COPY_STANDING(screening.id, moved.id)
    await _COPY_BLOCKED(screening.id, moved.id)
    await begin(moved, because=reason, by=by, events=ScreeningEvent)
    return moved


async def keep_place(moved: Screening, ticket: Ticket, until: datetime) -> int:
    """A holder's place on the new screening is kept until she has answered; gives the hold. In the caller's transaction."""
    hold_id, until_us = new_id(), clock.to_us(until)
    await _KEEP(hold_id, moved.id, ticket.person_id, until_us, f"kept:{hold_id}", clock.now_us())
    if ticket.seat_id is not None:
        await _KEEP_SEAT(moved.id, ticket.seat_id, hold_id)
    else:
        await _COUNT_STANDING(moved.id, ticket.area_id)
        await _KEEP_STANDING(hold_id, moved.id, ticket.area_id)
    return hold_id
