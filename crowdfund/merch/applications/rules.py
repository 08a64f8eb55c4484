"""What an application has to be, and how long a studio may take over it: pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from crowdfund.merch.applications.models import WAITING, ApplicationState
from crowdfund.merch.screen.models import ProductState
from crowdfund.money import CHARGE_MAX_MINOR, charge_min_minor
from crowdfund.refusal import Invalid, NotFound, Refusal, Sentence

PITCH_MIN, PITCH_MAX = 40, 3_000
SAMPLES_MIN, SAMPLES_MAX = 1, 6
ALT_MAX = 200
UNITS_MAX = 1_000_000
DAYS_MAX = 365
REASON_MIN, REASON_MAX = 10, 2_000
ANSWER_DAYS = 14  # from each word of either side that asks the studio for the next


class NoSuchApplication(NotFound):
    pass


class NotOpen(Refusal):
    """The studio does not look for a maker of this now."""


class AppliedAlready(Refusal):
    pass


class ApplicationOver(Refusal):
    """Its time has run out: whoever is late finds it expired, whether or not anybody has written that down."""


class TooManySamples(Refusal):
    pass


@dataclass(frozen=True, slots=True)
class Pitch:
    """What a shop says it could do. price_minor: what a fan would pay for one, without tax."""

    pitch: str
    price_minor: int
    currency: str
    units: int
    ships_within_days: int


def refuse_pitch(pitch: Pitch) -> None:
    """Raises Invalid. A draft may say little; a price and a number it says rightly."""
    if not charge_min_minor(pitch.currency) <= pitch.price_minor <= CHARGE_MAX_MINOR:
        raise Invalid("No card can be charged with that price.", field="price")
    if not 1 <= pitch.units <= UNITS_MAX:
        raise Invalid("Say how many you could make.", field="units")
    if not 1 <= pitch.ships_within_days <= DAYS_MAX:
        raise Invalid("Say within how many days you would ship.", field="ships_within_days")
    if len(pitch.pitch) > PITCH_MAX:
        raise Invalid("That is too long.", field="pitch")


def what_is_missing(pitch: str, samples: int) -> list[Sentence]:
    """All that keeps a draft from being sent; empty when it is ready."""
    missing = []
    if len(pitch) < PITCH_MIN:
        missing.append(Sentence("Say in two or three sentences how you would make it."))
    if samples < SAMPLES_MIN:
        missing.append(Sentence("Show at least one picture of something that you have made."))
    return missing


def refuse_product(state: str) -> None:
    """Raises NotOpen."""
    if state != ProductState.OPEN_FOR_APPLICATIONS:
        raise NotOpen("The studio does not look for a maker of this now.")


def stands(state: str, answer_by: datetime | None, now: datetime) -> ApplicationState:
    """The state at this moment: its time decides, whether or not anybody has written it down yet."""
    if state in WAITING and answer_by is not None and now >= answer_by:
        return ApplicationState.EXPIRED
    return ApplicationState(state)


def next_answer_by(now: datetime) -> datetime:
    return now + timedelta(days=ANSWER_DAYS)
