"""Who may have which places: pure, so that a whole batch of wishes can be decided at once, and tested without a database."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import orjson

from crowdfund import clock
from crowdfund.refusal import Invalid, NotFound, Refusal
from crowdfund.screenings.models import ScreeningState, SingleSeats
from crowdfund.screenings.seating.best import orphans
from crowdfund.screenings.seating.plan import Plan

HOLD_SECONDS = 8 * 60
PAY_SECONDS = 10 * 60  # what is left at least when she goes to pay: the one extension
FOR_GOOD_US = 2**62  # until when a place is blocked that is not for sale


class NoSuchScreening(NotFound):
    pass


class NotOnSale(Refusal):
    pass


class NoSuchPlace(Invalid):
    """A seat or an area that this hall has not."""


class NoPlacesChosen(Invalid):
    pass


class TooManyPlaces(Refusal):
    pass


class SeatTaken(Refusal):
    pass


class SeatInCart(SeatTaken):
    """Somebody else is deciding about it: it may come back."""


class AreaFull(Refusal):
    pass


class SingleSeatLeft(Refusal):
    """A choice that leaves a seat alone, where the cinema asks not to."""


class ChoosingElsewhere(Refusal):
    """The same fan asks twice at once: one choice counts."""


@dataclass(slots=True)
class Want:
    """Places that a fan asks to be kept. areas: how many in which standing area."""

    id: int
    person_id: int
    screening_id: int
    seats: tuple[str, ...]
    areas: tuple[tuple[str, int], ...]
    key: str

    @property
    def places(self) -> int:
        return len(self.seats) + sum(places for _, places in self.areas)

    @property
    def fingerprint(self) -> str:
        facts = [self.screening_id, sorted(self.seats), sorted(self.areas)]
        return hashlib.blake2b(orjson.dumps(facts), digest_size=16).hexdigest()


@dataclass(slots=True)
class Kept:
    """A hold as its maker answers it."""

    id: int
    screening_id: int
    places: int
    held_until: int
    again: bool = False


@dataclass(slots=True)
class Claim:
    """Who has a seat: a hold of somebody until then, a ticket, or the cinema that blocks it."""

    person_id: int | None
    held_until: int
    is_sold: bool

    def is_free_for(self, person_id: int, now: int) -> bool:
        return not self.is_sold and (self.held_until <= now or self.person_id == person_id)


@dataclass(slots=True)
class Standing:
    """What a batch finds and takes: screenings by id, seats and areas by screening and id, what a fan has by fan and screening.

    has: tickets. areas: size and taken. own: what this fan's own hold has in an area, free for her other choice. taken: seats, of
    screenings where no single seat may be left. back_at: when the first place of a screening may come back.
    """

    screenings: dict[int, dict[str, Any]]
    plans: dict[int, Plan]
    claims: dict[tuple[int, str], Claim] = field(default_factory=dict)
    areas: dict[tuple[int, str], list[int]] = field(default_factory=dict)
    has: dict[tuple[int, int], int] = field(default_factory=dict)
    own: dict[tuple[int, int, str], int] = field(default_factory=dict)
    taken: dict[int, set[str]] = field(default_factory=dict)
    back_at: dict[int, int] = field(default_factory=dict)


def decide_hold(want: Want, standing: Standing, now: int) -> None:
    """Take the places of a wish in what stands, or refuse it and take none. now: microseconds since 1970."""
    screening = standing.screenings.get(want.screening_id)
    if screening is None:
        raise NoSuchScreening("There is no such screening.")
    plan = standing.plans[want.screening_id]
    refuse_unless_on_sale(screening, now)
    _refuse_foreign_places(want, plan)
    _refuse_too_many(want, screening, standing)
    for seat_id in want.seats:
        _refuse_taken(want, seat_id, screening, plan, standing, now)
    for area_id, places in want.areas:
        _refuse_full(want, area_id, places, screening, plan, standing)
    if screening["single_seats"] == SingleSeats.REFUSE:
        _refuse_single_seats(want, plan, standing.taken[want.screening_id])
    _take(want, standing, now + HOLD_SECONDS * 1_000_000)


def refuse_unless_on_sale(screening: dict[str, Any], now: int) -> None:
    """screening: state, sale_opens_at, sale_closes_at, zone."""
    opens, closes, zone = screening["sale_opens_at"], screening["sale_closes_at"], screening["zone"]
    if screening["state"] == ScreeningState.ON_SALE and now < opens:
        raise NotOnSale("Tickets are sold from {opens} on.", opens=clock.Local(opens, zone))
    if screening["state"] != ScreeningState.ON_SALE or now >= closes:
        raise NotOnSale("No tickets are sold for this screening now.")


def _refuse_foreign_places(want: Want, plan: Plan) -> None:
    if not want.places:
        raise NoPlacesChosen("Please choose a seat.", field="seat")
    for place_id, count in Counter([*want.seats, *(area_id for area_id, _ in want.areas)]).items():
        if count > 1:
            raise NoSuchPlace("Each seat can be chosen once.", field="seat")
        known = plan.area(place_id) if place_id not in want.seats else plan.seat(place_id)
        if known is None:
            raise NoSuchPlace("This hall has no seat {seat}.", field="seat", seat=place_id[:32])
    if any(places < 1 for _, places in want.areas):
        raise NoPlacesChosen("Please choose how many places.", field="seat")


def _refuse_too_many(want: Want, screening: dict[str, Any], standing: Standing) -> None:
    most, has = screening["per_fan_max"], standing.has.get((want.person_id, want.screening_id), 0)
    if want.places + has <= most:
        return
    if has:
        raise TooManyPlaces(
            "At most {most} tickets for one person, and you have {has} already.", field="seat", most=most, has=has
        )
    raise TooManyPlaces(
        "At most {num} tickets for one person.", field="seat", one="One ticket for one person.", num=most
    )


def _refuse_taken(
    want: Want, seat_id: str, screening: dict[str, Any], plan: Plan, standing: Standing, now: int
) -> None:
    claim = standing.claims.get((want.screening_id, seat_id))
    if claim is None or claim.is_free_for(want.person_id, now):
        return
    if claim.is_sold or claim.held_until >= FOR_GOOD_US:
        raise SeatTaken("{seat} is taken.", field="seat", seat=plan.label(seat_id))
    raise SeatInCart(
        "{seat} is in somebody's cart. It may come back at {at}.",
        field="seat", seat=plan.label(seat_id), at=clock.Local(claim.held_until, screening["zone"]),
    )  # fmt: skip


def _refuse_full(
    want: Want, area_id: str, places: int, screening: dict[str, Any], plan: Plan, standing: Standing
) -> None:
    size, taken = standing.areas.get((want.screening_id, area_id), [0, 0])
    left = size - taken + standing.own.get((want.person_id, want.screening_id, area_id), 0)
    if places <= left:
        return
    area, back_at = plan.label(area_id), standing.back_at.get(want.screening_id)
    if left:
        raise AreaFull(
            "Only {num} places are left in {area}.", one="Only one place is left in {area}.", field="seat", num=left,
            area=area,
        )  # fmt: skip
    if back_at is not None:
        at = clock.Local(back_at, screening["zone"])
        raise AreaFull("{area} is full. The next places may come back at {at}.", field="seat", area=area, at=at)
    raise AreaFull("{area} is sold out.", field="seat", area=area)


def _refuse_single_seats(want: Want, plan: Plan, taken: Collection[str]) -> None:
    free = plan.seat_ids - set(taken) | set(want.seats)
    if left := orphans(plan, free, want.seats):
        raise SingleSeatLeft(
            "That would leave {seat} alone between taken seats. Please choose so that no single seat is left.",
            field="seat", seat=plan.label(sorted(left)[0]),
        )  # fmt: skip


def _take(want: Want, standing: Standing, held_until: int) -> None:
    for seat_id in want.seats:
        standing.claims[want.screening_id, seat_id] = Claim(want.person_id, held_until, False)
        standing.taken.setdefault(want.screening_id, set()).add(seat_id)
    for area_id, places in want.areas:
        standing.areas[want.screening_id, area_id][1] += places


# --- what a fan who changes her mind gets back ---

Ladder = tuple[tuple[int, int], ...]
FAIR_LADDER: Ladder = ((24, 10_000), (2, 5_000))


@lru_cache(maxsize=256)
def read_ladder(text: str) -> Ladder:
    """The refund ladder of a screening as it is stored: (hours before the start, basis points), the longest time first."""
    return tuple((int(hours), int(bps)) for hours, bps in orjson.loads(text))


def write_ladder(steps: Sequence[Sequence[int]]) -> str:
    return orjson.dumps([list(step) for step in steps]).decode()


def share_back_bps(ladder: Ladder, starts_at_us: int, now: int) -> int:
    """How much of what she paid a fan gets back who cancels now, in basis points; nothing once it has begun."""
    hours_left = (starts_at_us - now) / 3_600_000_000
    return next((bps for hours, bps in ladder if hours_left >= hours), 0) if hours_left > 0 else 0
