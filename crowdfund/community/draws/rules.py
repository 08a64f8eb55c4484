"""What a draw has to be before it is announced, who may enter it, and until when a winner answers: pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from crowdfund.campaigns.models import AWAITING, FELL_THROUGH, SUCCEEDED, CampaignState
from crowdfund.campaigns.rules import BECAUSE_MIN, Missing
from crowdfund.community.draws.file import PUBLIC_VALUE
from crowdfund.community.draws.models import Draw, DrawState
from crowdfund.refusal import Invalid, NotAllowed, Refusal

TITLE_MAX = 120
TEXT_MAX = 4_000
LINE_MAX = 300
PLACES_MAX = 500
PERSONS_EACH_MAX = 10
ENTRIES_MIN_MAX = 1_000_000
CAPACITY_MAX = 1_000_000
DRAWS_MAX = 30  # of one fund
ANSWER_TIME = timedelta(days=3)  # a winner has at least this long, where the day itself leaves it
ANSWER_MIN = timedelta(days=1)  # between the drawing and the day to answer by
LAST_CALL = timedelta(days=1)  # before the day itself, from which on nobody is asked to come any more
CONTACTS_KEPT = timedelta(days=60)  # after the day

S = CampaignState
CAN_HAVE_DRAWS = {S.PRELAUNCH, S.LIVE, S.SETTLING} | SUCCEEDED | AWAITING
TAKES_PLEDGES = {S.PRELAUNCH, S.LIVE}
# Where a deal fell through nobody meets the player; until its outcome stands it may still have been otherwise.
IS_OVER = {S.FAILED, S.CANCELLED, *FELL_THROUGH} - {S.OUTCOME_FAILED}


class NoDrawHere(Refusal):
    """The fund can't have draws as things stand."""


class DrawNotChangeable(Refusal):
    pass


class DrawNotOpen(Refusal):
    pass


class NotAmongThem(NotAllowed):
    """She is not among those who may enter."""


class NotYetDrawable(Refusal):
    pass


class DrawnAlready(Refusal):
    pass


class AnswerTooLate(Refusal):
    pass


@dataclass(frozen=True, slots=True)
class Content:
    """What a producer says of a draw. places: winners, each with so many persons_each. reserves: who may move up.

    entries_min: with fewer it is not held. public_what, public_at: a number that nobody here controls, and when it is known.
    tier_ids: who may enter; empty: every backer.
    """

    title: str
    about: str
    place: str
    included: str
    not_included: str
    travel: str
    happens_at: datetime
    places: int
    persons_each: int
    reserves: int
    entries_min: int
    capacity: int | None
    capacity_by: str
    closes_at: datetime
    public_what: str
    public_at: datetime | None
    answer_by: datetime
    tier_ids: Sequence[int] = ()


def refuse_content(content: Content, now: datetime) -> None:
    """Raises Invalid for moments in the wrong order, and for more winners than the fewest entries that it is held with."""
    if content.closes_at <= now:
        raise Invalid("This moment has passed already. Choose a later one.", field="closes_at")
    if bool(content.public_what) != (content.public_at is not None):
        field = "public_at" if content.public_what else "public_what"
        raise Invalid("Say both: what the number is, and when everybody can know it.", field=field)
    if content.public_at is not None and content.public_at <= content.closes_at:
        sentence = "It has to become known after the draw closes: else somebody could enter with it in mind."
        raise Invalid(sentence, field="public_at")
    known_at = content.public_at or content.closes_at
    if content.answer_by < known_at + ANSWER_MIN:
        raise Invalid("Winners need at least a day to answer in after the drawing.", field="answer_by")
    if content.happens_at < content.answer_by + LAST_CALL:
        raise Invalid("It has to be at least a day after the day to answer by.", field="happens_at")
    if content.entries_min < content.places:
        sentence = "There can't be more winners than entries: with fewer than {places} it can't be held."
        raise Invalid(sentence, field="entries_min", places=content.places)


@dataclass(frozen=True, slots=True)
class Circle:
    """Who could enter a draw. most: how many people at the very most, none where nobody can say."""

    campaign_state: str
    most: int | None


def what_is_missing(draw: Draw, circle: Circle, now: datetime) -> list[Missing]:
    """All that keeps a draft from being announced; empty when it is ready."""
    missing = []
    if circle.campaign_state not in CAN_HAVE_DRAWS:
        missing.append(Missing("", "A fund that is paused or over announces no draw."))
    if draw.capacity is None:
        missing.append(Missing("capacity", "Say how many people the place holds."))
    elif draw.places * draw.persons_each > draw.capacity:
        people = draw.places * draw.persons_each
        sentence = "The place holds {capacity}, and the winners would be {people}."
        missing.append(Missing("capacity", sentence, {"capacity": draw.capacity, "people": people}))
    if not draw.capacity_by:
        missing.append(Missing("capacity_by", "Say who of the place has confirmed how many it holds."))
    if draw.closes_at <= now:
        missing.append(Missing("closes_at", "Its closing moment has passed. Choose a later one."))
    if circle.most is not None and circle.most < draw.entries_min:
        sentence = "At most {most} backers could enter, and with fewer than {least} it is not held."
        missing.append(Missing("entries_min", sentence, {"most": circle.most, "least": draw.entries_min}))
    return missing


def refuse_fund(campaign_state: str) -> None:
    """Raises NoDrawHere for a fund that nobody can see, that is paused, or that is over."""
    if campaign_state not in CAN_HAVE_DRAWS:
        raise NoDrawHere("Draws are for funds that people can see and that are not paused or over.")


def refuse_entering(draw: Draw, campaign_state: str, now: datetime) -> None:
    """Raises DrawNotOpen."""
    if draw.state == DrawState.CANCELLED:
        raise DrawNotOpen("This draw was called off.")
    if not draw.is_open(now):
        raise DrawNotOpen("This draw is closed: its list of entries stays as it is.")
    if campaign_state == CampaignState.SUSPENDED:
        raise DrawNotOpen("The fund is paused while we look into it: nobody can enter meanwhile.")


def refuse_drawing(draw: Draw, campaign_state: str, now: datetime) -> None:
    """Raises DrawnAlready, NotYetDrawable."""
    if draw.is_drawn:
        raise DrawnAlready("It was drawn already, once and for all.")
    if draw.state == DrawState.CANCELLED:
        raise NotYetDrawable("This draw has ended without a result.")
    if draw.state not in (DrawState.ANNOUNCED, DrawState.CLOSED):
        raise NotYetDrawable("Only an announced draw can be drawn.")
    if now < draw.can_be_drawn_from:
        raise NotYetDrawable("It can't be drawn yet: what it takes is not known before the announced moment.")
    if now >= draw.answer_by:
        raise NotYetDrawable("It is too late: winners could not answer in time. The draw ends without a result.")
    if campaign_state == CampaignState.SUSPENDED or draw.state != DrawState.CLOSED:
        raise NotYetDrawable("The fund is paused while we look into it: nothing is drawn meanwhile.")


def refuse_value(draw: Draw, value: str, source: str) -> None:
    """Raises Invalid where the announced number is missing, is none that reads the same everywhere, or was never announced."""
    if not draw.public_what:
        if value or source:
            raise Invalid("This draw was announced without a number from outside.", field="public_value")
        return
    if not PUBLIC_VALUE.fullmatch(value):
        sentence = "Write it in plain letters and digits, at most 200, in one line, as the source has it."
        raise Invalid(sentence, field="public_value")
    if not source:
        raise Invalid("Say where everybody can look it up.", field="public_source")


def refuse_reason(because: str) -> None:
    if len(because.strip()) < BECAUSE_MIN:
        raise Invalid("Say why: everybody who entered reads it.", field="reason")


def answer_by(draw: Draw, now: datetime) -> datetime:
    """Until when somebody who is asked now has to say whether she comes: the announced day, or three days, if that is later."""
    return min(max(draw.answer_by, now + ANSWER_TIME), draw.happens_at)


def can_move_up(draw: Draw, now: datetime) -> bool:
    """Whether there is time left to ask somebody else to come."""
    return now < draw.happens_at - LAST_CALL
