"""What a door says, large: a word, a sign and a tone for each verdict, so that nothing hangs on the colour alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from crowdfund.screenings.codes.judging import TEXT, Verdict
from crowdfund.screenings.door.rules import Answer
from crowdfund.screenings.seating.plan import Plan
from crowdfund.web import formats
from crowdfund.web.formats import said
from crowdfund.web.i18n import _, lazy

GOOD, BAD, WAIT = "good", "bad", "wait"
WORDS: Mapping[Verdict, tuple[str, Any]] = {
    Verdict.ADMITTED: (GOOD, lazy("Let in")),
    Verdict.ALREADY_USED: (BAD, lazy("Used already")),
    Verdict.GIVEN_AWAY: (BAD, lazy("Given away")),
    Verdict.CANCELLED: (BAD, lazy("Cancelled")),
    Verdict.WRONG_SCREENING: (BAD, lazy("Another screening")),
    Verdict.FORGED: (BAD, lazy("Not genuine")),
    Verdict.NOT_A_TICKET: (BAD, lazy("No ticket")),
    Verdict.UNKNOWN_KEY: (WAIT, lazy("Can't be proven")),
    Verdict.TOO_EARLY: (WAIT, lazy("Too early")),
    Verdict.TOO_LATE: (WAIT, lazy("Too late")),
}
SIGNS = {GOOD: "✓", BAD: "✕", WAIT: "!"}


@dataclass(frozen=True, slots=True)
class Said:
    """An answer as it stands on the screen."""

    verdict: str
    tone: str
    sign: str
    word: str
    sentence: str


def in_words(verdict: Verdict) -> Said:
    tone, word = WORDS[verdict]
    return Said(verdict, tone, SIGNS[tone], str(word), _(TEXT[verdict]))


def let_in_all_the_same(verdict: Verdict) -> Said:
    """Of somebody for whom a helper decided otherwise."""
    if verdict is Verdict.ALREADY_USED:
        return Said(verdict, GOOD, SIGNS[GOOD], _("Let in again"), _("You let her in again. She is not counted twice."))
    return Said(verdict, GOOD, SIGNS[GOOD], _("Let in"), _("You let her in all the same. Your reason is kept."))


def answer_in_words(answer: Answer) -> Said:
    if answer.entered and answer.verdict is not Verdict.ADMITTED:
        return let_in_all_the_same(answer.verdict)
    return in_words(answer.verdict)


def hour(at: int | datetime, zone: str) -> str:
    """`20:04`, by the clocks of the house."""
    return f"{formats.aware(at).astimezone(ZoneInfo(zone)):%H:%M}"


def place_of(plan: Plan, place_id: str | None) -> str:
    """Where somebody sits or stands; empty where nothing was proven, or the ticket is of another hall."""
    if place_id is None:
        return ""
    try:
        return said(plan.label(place_id))
    except KeyError:
        return ""
