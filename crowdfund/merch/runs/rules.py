"""What a maker may promise, who may join, and what becomes of a run at its moments: pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from crowdfund import money
from crowdfund.merch.runs.models import CAN_BE_LATE, ProductionRun, RunState
from crowdfund.refusal import NotFound, Refusal

ABOUT_MAX = 2_000
WORDS_MAX = 4_000
ALT_MAX = 300
REASON_MAX = 500
UNITS_MAX = 100_000
EACH_MAX = 99  # pieces in one order
LEAST_OPEN = timedelta(hours=1)
OPEN_MAX = timedelta(days=120)
MAKING_LEAST = timedelta(days=4)  # cards may take three days to be charged, and something has to be made
MAKING_MAX = timedelta(days=730)
CHARGING = timedelta(hours=72)  # in which a card that was refused can be mended
RETRY_HOURS = (24, 48, 71)  # after the first refusal


class NoSuchRun(NotFound):
    pass


class RunRefused(Refusal):
    """A promise that can't be made."""

    status_code = 422


class NotToJoin(Refusal):
    """It takes no orders, or not so many."""


class NotNow(Refusal):
    """As the run stands, that is not possible."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A run as its maker wants it. most_units None: as many as come."""

    minimum_units: int
    most_units: int | None
    price_minor: int
    closes_at: datetime
    ships_by: datetime
    about: str = ""


def decide_run(asked: Asked, currency: str, now: datetime) -> None:
    """Raises RunRefused at the field that can't be so."""
    if not 1 <= asked.minimum_units <= UNITS_MAX:
        raise RunRefused("A run has at least one piece and at most 100,000.", field="minimum_units")
    if asked.most_units is not None and not asked.minimum_units <= asked.most_units <= UNITS_MAX:
        raise RunRefused("The most can't be less than the minimum.", field="most_units")
    least_minor = money.charge_min_minor(currency)
    if not least_minor <= asked.price_minor <= money.CHARGE_MAX_MINOR:
        least = money.Amount(least_minor, currency)
        raise RunRefused("A price is at least {least}.", field="price_minor", least=least)
    if asked.closes_at - now < LEAST_OPEN:
        raise RunRefused("Leave people an hour at least.", field="closes_at")
    if asked.closes_at - now > OPEN_MAX:
        raise RunRefused("Orders are taken for 120 days at most.", field="closes_at")
    if asked.ships_by - asked.closes_at < MAKING_LEAST:
        raise RunRefused(
            "Promise a day that is four days after the last order at least: charging the cards takes up to three.",
            field="ships_by",
        )
    if asked.ships_by - asked.closes_at > MAKING_MAX:
        raise RunRefused("Nobody waits for longer than two years.", field="ships_by")


def refuse_joining(run: ProductionRun, pieces: int, now: datetime) -> None:
    """Raises NotToJoin where so many can't be ordered now."""
    if not 1 <= pieces <= EACH_MAX:
        raise NotToJoin("Order 1 to 99 pieces.", field="quantity")
    if run.state == RunState.CANCELLED:
        raise NotToJoin("This run was called off by its maker.")
    if run.state == RunState.FAILED:
        raise NotToJoin("This run came to nothing: too few were ordered.")
    if not run.can_be_joined(now) and run.left != 0:
        raise NotToJoin("No more orders are taken for this run.")
    if run.left is not None and pieces > run.left:
        if run.left == 0:
            raise NotToJoin("All pieces of this run are taken.")
        raise NotToJoin("Only {left} pieces are left.", field="quantity", left=int(run.left))


def tips(run: ProductionRun) -> bool:
    return run.state == RunState.OPEN and run.units_taken >= run.minimum_units


def is_over_untipped(run: ProductionRun, now: datetime) -> bool:
    return run.state == RunState.OPEN and now >= run.closes_at


def verdict(run: ProductionRun, *, asking: int, errored: int, now: datetime) -> RunState | None:
    """How charging ends, once it does. asking: orders whose cards are asked just now or next; errored: that wait to be mended.

    Enough are paid: it is made, and who still mends a card may. Else all wait until the last one is paid or has had its time.
    """
    if run.state != RunState.CHARGING or asking:
        return None
    if run.units_paid >= run.minimum_units:
        return RunState.FUNDED
    has_time = run.charging_until is not None and now < run.charging_until
    return None if errored and has_time else RunState.FAILED


def becomes_late(run: ProductionRun, now: datetime) -> bool:
    return run.state in CAN_BE_LATE and run.late_at is None and now >= run.ships_by


def next_try(mend_by: datetime, now: datetime, advice: str) -> datetime | None:
    """When a card that was declined is asked again within its 72 hours; never where the network says never."""
    if advice == "do_not_try_again":
        return None
    first = mend_by - CHARGING
    return next((at for hours in RETRY_HOURS if (at := first + timedelta(hours=hours)) > now), None)


def half_of(net_minor: int) -> int:
    """What is released when production starts; the odd cent comes with the rest."""
    return max(0, net_minor) // 2
