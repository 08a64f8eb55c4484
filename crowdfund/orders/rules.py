"""What an order may be: pure, so that a whole batch can be decided at once."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Any

import orjson

from crowdfund import money
from crowdfund.refusal import Invalid, NotFound, Refusal
from crowdfund.screenings.models import TO_COME, PriceState
from crowdfund.screenings.seating.plan import Plan


class NoSuchHold(NotFound):
    pass


class HoldEnded(Refusal):
    """The minutes are over: the places may be somebody else's."""


class PriceChanged(Refusal):
    """Between the page and the order: she sees the new price before she agrees to it."""


class PlacesDiffer(Invalid):
    """The lines are not the places that are held."""


class NotSoldNow(Refusal):
    pass


@dataclass(slots=True)
class Want:
    """An order of what a hold keeps. lines: a price for each place, an area once for each person. total: what she was shown."""

    id: int
    person_id: int
    hold_id: int
    lines: tuple[tuple[str, int], ...]
    total_minor: int
    key: str

    @property
    def fingerprint(self) -> str:
        facts = [self.hold_id, sorted(self.lines), self.total_minor]
        return hashlib.blake2b(orjson.dumps(facts), digest_size=16).hexdigest()


@dataclass(slots=True)
class Placed:
    """An order as its maker answers it. held_until: by when it has to be paid."""

    id: int
    state: str
    screening_id: int
    currency: str
    prices_minor: int
    fees_minor: int
    held_until: int
    again: bool = False

    @property
    def total_minor(self) -> int:
        return self.prices_minor + self.fees_minor


@dataclass(frozen=True, slots=True)
class HoldFound:
    person_id: int
    screening_id: int
    places: int
    held_until: int


@dataclass(frozen=True, slots=True)
class PriceFound:
    screening_id: int
    price_minor: int
    state: str
    category_id: str


@dataclass(slots=True)
class Standing:
    """What a batch of orders looks at. in_hold: of a hold, how many of each place it keeps."""

    screenings: dict[int, dict[str, Any]]
    plans: dict[int, Plan]
    holds: dict[int, HoldFound]
    prices: dict[int, PriceFound]
    in_hold: dict[int, dict[str, int]] = field(default_factory=dict)


def decide_order(want: Want, standing: Standing, now: int) -> tuple[int, int]:
    """What its places cost and the booking fees, in minor units, or a refusal. now: microseconds since 1970."""
    hold = standing.holds.get(want.hold_id)
    if hold is None or hold.person_id != want.person_id:
        raise NoSuchHold("There is nothing kept for you under that number.")
    if hold.held_until <= now:
        raise HoldEnded("The time in which these places were kept for you is over. Please choose again.")
    screening = standing.screenings[hold.screening_id]
    if screening["state"] not in TO_COME:
        raise NotSoldNow("No tickets are sold for this screening now.")
    _refuse_other_places(want, hold, standing.in_hold.get(want.hold_id, {}))
    plan = standing.plans[hold.screening_id]
    prices_minor = sum(_price(standing, hold, plan, place_id, price_id) for place_id, price_id in want.lines)
    fees_minor = screening["fee_minor"] * len(want.lines)
    _refuse_total(want, prices_minor + fees_minor, screening["currency"])
    return prices_minor, fees_minor


def _refuse_other_places(want: Want, hold: HoldFound, kept: dict[str, int]) -> None:
    wanted: dict[str, int] = {}
    for place_id, _ in want.lines:
        wanted[place_id] = wanted.get(place_id, 0) + 1
    if wanted != kept or len(want.lines) != hold.places:
        raise PlacesDiffer("The lines of an order are the places that are kept for you, each once.", field="lines")


def _price(standing: Standing, hold: HoldFound, plan: Plan, place_id: str, price_id: int) -> int:
    price = standing.prices.get(price_id)
    if (
        price is None
        or price.screening_id != hold.screening_id
        or price.state != PriceState.OFFERED
        or price.category_id != plan.category_of(place_id).id
    ):
        raise PriceChanged(
            "The price of {place} is another one now. Please look again.", field="lines", place=plan.label(place_id)
        )
    return price.price_minor


def _refuse_total(want: Want, total_minor: int, currency: str) -> None:
    if total_minor != want.total_minor:
        raise PriceChanged(
            "It costs {total} now. Please look again.", field="total", total=money.Amount(total_minor, currency)
        )
    least_minor = money.charge_min_minor(currency)
    if total_minor and not least_minor <= total_minor <= money.CHARGE_MAX_MINOR:
        raise NotSoldNow(
            "One payment is between {least} and {most}.",
            least=money.Amount(least_minor, currency), most=money.Amount(money.CHARGE_MAX_MINOR, currency),
        )  # fmt: skip
