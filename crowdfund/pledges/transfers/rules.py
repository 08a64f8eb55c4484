"""What may be said and chosen when a transfer ends: pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from crowdfund.campaigns.models import CampaignState
from crowdfund.pledges.transfers.models import Choice, OutcomeKind
from crowdfund.refusal import Invalid, Refusal

OBJECTIONS = timedelta(hours=72)
EVIDENCE_WITHIN = timedelta(
    hours=72
)  # of the window's close; without any the window has closed, and that is the outcome
ELECTION_DAYS = 14
REMIND_ON_DAYS = (7, 12)  # after the letter of the first day
KEPT_DAYS = 365  # money kept for a club's next target goes back to its backers after that
WORDS_MIN, WORDS_MAX = 20, 2_000


class OutcomeFiled(Refusal):
    """A transfer has one outcome."""


class NotYet(Refusal):
    """The time for this has not come."""


class TooLate(Refusal):
    """The time for this is over."""


class AlreadyChosen(Refusal):
    """A choice moves money at once, so it is made once."""


class AnotherPerson(Refusal):
    """Two people have to do this, and one of them has done her part."""


def refuse_filing(kind: OutcomeKind, words: str, state: str, now: datetime, window_closes_at: datetime | None) -> None:
    """Raises a Refusal for an outcome that can't be, as things stand."""
    if state not in (CampaignState.FUNDED_HELD, CampaignState.DEAL_AGREED):
        raise OutcomeFiled(
            "The outcome of this transfer has been filed already, or there is no money that waits for one."
        )
    if len(words.strip()) < WORDS_MIN:
        raise Invalid("Say what happened, in {least} letters or more: backers read it.", field="words", least=WORDS_MIN)
    if kind == OutcomeKind.WINDOW_CLOSED and (window_closes_at is None or now < window_closes_at):
        raise NotYet("The registration window is still open.", field="kind")


def chosen(choice: Choice, pledge: Mapping[str, Any], charity_id: int | None, charities: frozenset[int]) -> int | None:
    """Whom a choice gives the money to; none where it is refunded or kept. Raises Invalid for what was not offered to her."""
    if choice == Choice.FALLBACK:
        if pledge["fallback_id"] is None:
            raise Invalid("No academy was announced when you pledged.", field="choice")
        return int(pledge["fallback_id"])
    if choice == Choice.CHARITY:
        if charity_id is None or charity_id not in charities:
            raise Invalid("Choose a charity from the list.", field="charity")
        return charity_id
    return None


def by_silence(pledge: Mapping[str, Any], charities: frozenset[int]) -> tuple[Choice, int | None]:
    """What becomes of the money of one who never answered: what she ticked when she pledged, and nothing ticked is a refund.

    So is what can't be done any more: a charity that left the list.
    """
    ticked = Choice(pledge["if_it_fails"] or Choice.REFUND)
    try:
        return ticked, chosen(ticked, pledge, pledge["charity_id"], charities)
    except Invalid:
        return Choice.REFUND, None
