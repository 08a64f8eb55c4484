"""The rule of objections, and who may ask for what when: pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from crowdfund.campaigns.milestones.models import ASKED_FOR, WAITING, Milestone
from crowdfund.campaigns.models import SUCCEEDED
from crowdfund.pledges.transfers.rules import NotYet
from crowdfund.refusal import Invalid, Refusal

OBJECTIONS = timedelta(days=5)
PAUSE_LEAST = 3
PAUSE_BPS = 500  # 5 % of the backers
WORDS_MIN, WORDS_MAX = 20, 4_000
PAPERS_MAX = 5


class ObjectedAlready(Refusal):
    """One backer, one objection."""


class NotABacker(Refusal):
    """Only who has money in the fund can object."""

    status_code = 403


class NothingWaits(Refusal):
    """No milestone of this fund waits."""


class OwesWord(Refusal):
    """Whoever asks for the next part of the money has told backers what became of the last."""


def objections_that_pause(backers: int) -> int:
    """How many objections pause a release: 3, or 5 % of the backers where that is more; all where there are fewer than 3.

    Each backer counts once, whatever she gave: a pause decides nothing, it only makes a person look.
    """
    share = -(-backers * PAUSE_BPS // 10_000)
    return max(1, min(backers, max(PAUSE_LEAST, share)))


def next_to_ask_for(state: str, milestones: Sequence[Milestone]) -> Milestone:
    """The milestone that can be asked for now: they come in their order, one at a time. Raises a Refusal where none can."""
    if state not in SUCCEEDED:
        raise NotYet("Milestones are released once the fund has succeeded.")
    waiting = [milestone for milestone in milestones if milestone.state in WAITING]
    if not waiting:
        raise NothingWaits("All that this fund collected has been released or given back.")
    if any(milestone.state in ASKED_FOR for milestone in waiting):
        raise NotYet("One milestone is asked for already. The next one comes after it.")
    return waiting[0]


def refuse_words(words: str, papers: Sequence[int]) -> None:
    """Raises Invalid for a request that shows nothing."""
    if len(words.strip()) < WORDS_MIN:
        raise Invalid("Say what was done, in {least} letters or more: backers read it.", field="words", least=WORDS_MIN)
    if not papers:
        raise Invalid("Choose the paper that shows it.", field="document")
    if len(set(papers)) > PAPERS_MAX:
        raise Invalid("At most {most} documents, please.", field="document", most=PAPERS_MAX)
