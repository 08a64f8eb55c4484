"""Putting a screening on: a draft with its hall, hours and prices; on sale; closed; shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b
from itertools import pairwise
from typing import Any

from crowdfund import clock
from crowdfund.database import Sql, as_rows, atomic, new_id
from crowdfund.database.moves import begin, move
from crowdfund.database.once import once
from crowdfund.people.models import Organisation
from crowdfund.refusal import Invalid, NotFound, Refusal
from crowdfund.screenings import rules
from crowdfund.screenings.holding import lock
from crowdfund.screenings.hours import WrongHours
from crowdfund.screenings.models import (
    PLANNED,
    SCREENING_MOVES,
    TO_COME,
    Auditorium,
    Booking,
    BookingState,
    Price,
    PriceState,
    Screening,
    ScreeningEvent,
    ScreeningState,
    SingleSeats,
    Venue,
)
from crowdfund.screenings.plans import plan_of
from crowdfund.screenings.prices import PriceAsked, WrongPrice, refuse_prices, write_prices
from crowdfund.screenings.venues import latest_plan
from crowdfund.titles.models import Title

TURNAROUND = timedelta(minutes=10)
COLUMNS = (
    "starts_at", "doors_at", "ends_at", "sale_opens_at", "sale_closes_at", "currency", "fee_minor", "per_fan_max",
    "single_seats", "note",
)  # fmt: skip


class NotADraft(Refusal):
    """What fans may have seen stays."""


class NotBooked(Refusal):
    pass


class HallBusy(Refusal):
    pass


class CinemaNotVerified(Refusal):
    pass


class ChangedMeanwhile(Refusal):
    """Somebody else saved it since it was read: nobody's words are written over unseen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditions:
    """On which tickets are sold. fee_minor: the booking fee a ticket. ladder: (hours before, basis points back)."""

    sale_opens_at: datetime
    currency: str
    fee_minor: int = 0
    per_fan_max: int = 8
    single_seats: SingleSeats = SingleSeats.WARN
    ladder: rules.Ladder = rules.FAIR_LADDER
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Showing(Conditions):
    """What a screening is made of: its hours, and on which conditions its tickets are sold."""

    starts_at: datetime
    doors_at: datetime
    ends_at: datetime
    sale_closes_at: datetime

    @property
    def columns(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in COLUMNS} | {"refund_steps": rules.write_ladder(self.ladder)}


@atomic
async def make_screening(
    title: Title,
    cinema: Organisation,
    hall: Auditorium,
    showing: Showing,
    prices: Sequence[PriceAsked],
    *,
    by: int,
    key: str,
) -> Screening:
    """A draft that only its cinema and its producer see; the same key answers the same one.

    Raises NotBooked, WrongHours, HallBusy, WrongPrice, PriceMissing.
    """
    wish = {
        "screening": [title.id, cinema.id, hall.id],
        "showing": {name: str(value) for name, value in showing.columns.items()},
        "prices": [[p.category_id, p.name, p.price_minor] for p in prices],
    }
    return await Screening.get(id=await once(by, key, wish, lambda: _make(title, cinema, hall, showing, prices, by)))


async def _make(
    title: Title, cinema: Organisation, hall: Auditorium, showing: Showing, prices: Sequence[PriceAsked], by: int
) -> int:
    booking = await Booking.get_or_none(title_id=title.id, organisation_id=cinema.id, state=BookingState.AGREED)
    if booking is None:
        raise NotBooked("This title is not booked: its producer has to agree first.", field="title")
    refuse_showing(showing, clock.now())
    await refuse_busy(hall.id, cinema.id, showing, but=None)
    stored = await latest_plan(hall.id)
    plan = await plan_of(stored.id)
    refuse_prices(prices, plan, showing.currency, showing.fee_minor)
    screening = await Screening.create(
        id=new_id(), title_id=title.id, booking_id=booking.id, organisation_id=cinema.id, auditorium_id=hall.id,
        plan_id=stored.id, state=ScreeningState.DRAFT, made_at=clock.now(), **showing.columns,
    )  # fmt: skip
    await write_prices(screening.id, prices)
    await _STANDING(
        as_rows({"area_id": area.id, "size": area.capacity} for zone in plan.zones for area in zone.areas), screening.id
    )
    await begin(screening, because="made", by=by, events=ScreeningEvent)
    return screening.id


_STANDING = Sql("""
    INSERT INTO standing (screening_id, area_id, size)
    SELECT CAST($2 AS BIGINT), value->>'area_id', CAST(value->>'size' AS BIGINT) FROM {rows}""")


async def _locked_hall(hall_id: int, cinema_id: int) -> Venue:
    """Where the hall is. Of two who put something into it at the same hour the second waits here, and then sees the first."""
    hall = await Auditorium.filter(id=hall_id).select_for_update().get()
    venue = await Venue.get_or_none(id=hall.venue_id, organisation_id=cinema_id)
    if venue is None:
        raise NotFound("There is no such hall.")
    return venue


def refuse_showing(showing: Showing, now: datetime) -> None:
    """Hours that can't be, and terms that nobody should be asked to take. Raises WrongHours, WrongPrice."""
    if showing.starts_at <= now:
        raise WrongHours("It starts in the past.", field="starts_at")
    if showing.doors_at > showing.starts_at or showing.starts_at - showing.doors_at > timedelta(hours=6):
        raise WrongHours("The doors open before it starts, at most six hours.", field="doors_at")
    if not timedelta(minutes=5) <= showing.ends_at - showing.starts_at <= timedelta(hours=24):
        raise WrongHours("It takes five minutes at least and a day at most.", field="ends_at")
    if showing.sale_opens_at >= showing.sale_closes_at:
        raise WrongHours("The sale opens before it closes.", field="sale_opens_at")
    if showing.sale_closes_at > showing.ends_at:
        raise WrongHours("Nothing is sold after the end.", field="sale_closes_at")
    if not 1 <= showing.per_fan_max <= 50:
        raise WrongPrice("Between 1 and 50 tickets for one person.", field="per_fan_max")
    _refuse_ladder(showing.ladder)


def _refuse_ladder(ladder: rules.Ladder) -> None:
    """Later is never better: who waits gets no more back than who is early."""
    if len(ladder) > 6 or any(not 0 <= hours <= 24 * 365 or not 0 <= bps <= 10_000 for hours, bps in ladder):
        raise Invalid("A refund ladder has at most six steps between 0 and 100 per cent.", field="ladder")
    for (hours, bps), (later, less) in pairwise(ladder):
        if later >= hours or less >= bps:
            raise Invalid("Each step of a refund ladder is later than the one before, and gives less.", field="ladder")


async def refuse_busy(hall_id: int, cinema_id: int, showing: Showing, *, but: int | None) -> None:
    """One hall, one film at a time, and some minutes to empty it. Raises HallBusy; NotFound where it is not that cinema's hall."""
    venue = await _locked_hall(hall_id, cinema_id)
    others = Screening.filter(
        auditorium_id=hall_id,
        state__in=PLANNED,
        starts_at__lt=showing.ends_at + TURNAROUND,
        ends_at__gt=showing.doors_at - TURNAROUND,
    )
    other = await (others.exclude(id=but) if but is not None else others).order_by("starts_at").first()
    if other is not None:
        raise HallBusy(
            "Another screening is in this hall then: it starts at {other}. {minutes} minutes lie between two, and the doors' time.",
            field="times", other=clock.Local(clock.to_us(other.starts_at), venue.zone), minutes=TURNAROUND.seconds // 60,
        )  # fmt: skip


# --- a draft, and what may change later ---


def stamp_of(screening: Screening, prices: Sequence[Price]) -> str:
    """Changes whenever what a screening says does: whoever saves says which one she read."""
    facts = [str(getattr(screening, name)) for name in (*COLUMNS, "refund_steps")]
    facts += [f"{price.category_id} {price.name} {price.price_minor}" for price in prices]
    return blake2b("\x1f".join(facts).encode(), digest_size=12).hexdigest()


@atomic
async def change_draft(
    screening_id: int, showing: Showing, prices: Sequence[PriceAsked], *, by: int, stamp: str | None = None
) -> None:
    """All of a draft, anew. stamp: of what the writer has read, where it is said.

    Raises NotADraft once fans may have seen it, ChangedMeanwhile, and what `make_screening` raises.
    """
    await lock([screening_id])
    screening = await Screening.get(id=screening_id)
    if screening.state != ScreeningState.DRAFT:
        raise NotADraft("It is on sale: hours and terms stay as fans have seen them.")
    offered = await Price.filter(screening_id=screening_id, state=PriceState.OFFERED).order_by("position", "id")
    if stamp is not None and stamp != stamp_of(screening, offered):
        raise ChangedMeanwhile("Somebody else saved this draft while you were writing. Look at it again.")
    refuse_showing(showing, clock.now())
    await refuse_busy(screening.auditorium_id, screening.organisation_id, showing, but=screening_id)
    refuse_prices(prices, await plan_of(screening.plan_id), showing.currency, showing.fee_minor)
    await Price.filter(screening_id=screening_id).delete()
    await write_prices(screening_id, prices)
    await Screening.filter(id=screening_id).update(**showing.columns)


# --- its life ---


@atomic
async def put_on_sale(screening_id: int, *, by: int) -> None:
    """Let fans buy, from the sale's hour on. Raises WrongHours where that is over, NotBooked where the booking has ended."""
    screening = await locked(screening_id)
    if screening.starts_at <= clock.now():
        raise WrongHours("It has begun already.", field="starts_at")
    if not await Booking.exists(id=screening.booking_id, state=BookingState.AGREED):
        raise NotBooked("This title is not booked any more.")
    if not (await Organisation.get(id=screening.organisation_id)).is_verified:
        raise CinemaNotVerified("Before tickets can be sold we have to know who you are.")
    if screening.state != ScreeningState.DRAFT:
        raise NotADraft("It is no draft any more.")
    await move_screening(screening, ScreeningState.ON_SALE, "put on sale", by)


@atomic
async def close_sale(screening_id: int, reason: str, *, by: int) -> None:
    """Sell nothing more for now; what is sold stays."""
    await move_screening(await locked(screening_id), ScreeningState.CLOSED, reason, by)


@atomic
async def end_shown(screening_id: int) -> bool:
    """A screening whose end has passed was shown; gives whether it moved."""
    screening = await locked(screening_id)
    if screening.state not in TO_COME or screening.ends_at > clock.now():
        return False
    await move_screening(screening, ScreeningState.SCREENED, "it is over", None)
    return True


async def locked(screening_id: int) -> Screening:
    """A screening whose places nobody else takes or frees until the transaction ends."""
    await lock([screening_id])
    return await Screening.get(id=screening_id)


async def move_screening(screening: Screening, to: ScreeningState, because: str, by: int | None) -> None:
    """One step of its life, in the caller's transaction, with the screening locked. Raises MoveRefused."""
    await move(screening, to, moves=SCREENING_MOVES, because=because, by=by, events=ScreeningEvent)
