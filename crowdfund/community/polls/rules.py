"""What a poll has to be, who may vote in it, what its result means for its makers: pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from crowdfund.campaigns.models import PUBLIC, CampaignState
from crowdfund.campaigns.rules import Missing
from crowdfund.community.polls.models import Audience, DecisionKind, Label, PollState
from crowdfund.refusal import Invalid, NotAllowed, NotFound, Refusal

QUESTION_MAX = 140
TEXT_MAX = 4_000
NAME_MAX = 80
ABOUT_MAX = 600
CANDIDATES_MIN, CANDIDATES_MAX = 2, 24
QUORUM_MAX = 1_000_000
REASON_MIN, REASON_MAX = 20, 4_000  # letters of a decision's reason: fans who took part are owed more than a word
DAYS_MAX = 60  # open
DECIDE_DAYS_MAX = 90  # from the close to the decision: who waits longer has forgotten what it was about
POLLS_MAX = 100  # of one fund

OVER = {CampaignState.FAILED, CampaignState.CANCELLED}
ASKS = PUBLIC - OVER - {CampaignState.SUSPENDED}  # its makers may ask its fans


class NoSuchPoll(NotFound):
    pass


class NoSuchCandidate(NotFound):
    pass


class PollNotOpen(Refusal):
    pass


class PollClosed(Refusal):
    pass


class NotVerified(NotAllowed):
    """Nobody knows yet whether the mailbox is hers."""


class NoVoteHere(NotAllowed):
    """Who asks does not answer: the makers' own people, and who runs the site."""


class NotAsked(NotAllowed):
    """The poll is for others: backers, or followers."""


class VotingCardNeeded(Refusal):
    """A binding vote takes a saved card, so that nobody votes with ten addresses."""


class CardHasVoted(Refusal):
    pass


class VoteBinds(Refusal):
    """A binding vote has an answer, and the decision is another one."""


# --- what is asked ---


@dataclass(frozen=True, slots=True)
class Asked:
    """A poll as its makers write it. opens_at None: when they press the button. quorum: voters, 0 for none."""

    question: str
    text: str
    audience: Audience
    label: Label
    quorum: int
    hides_results: bool
    opens_at: datetime | None
    closes_at: datetime | None
    decide_by: datetime | None


def refuse_asked(asked: Asked, kind: str, now: datetime) -> None:
    """Raises Invalid for what no poll can be. kind: of its campaign."""
    if kind == "transfer" and asked.label == Label.BINDING:
        # Whom a club signs is its own to decide: votes that bind it would be influence for money (FIFA RSTP 18bis).
        raise Invalid(
            "A poll about a transfer can only be advisory: whom it signs is the club's decision.", field="label"
        )
    moments = (("opens_at", asked.opens_at), ("closes_at", asked.closes_at), ("decide_by", asked.decide_by))
    for field, moment in moments:
        if moment is not None and moment <= now:
            raise Invalid("This moment has passed already. Choose a later one.", field=field)
    if asked.closes_at is None:
        if asked.opens_at and asked.decide_by and asked.decide_by <= asked.opens_at:
            raise Invalid("The decision comes after the vote.", field="decide_by")
        return
    _refuse_length(asked.opens_at or now, asked.closes_at)
    if asked.decide_by is not None:
        _refuse_decide_by(asked.closes_at, asked.decide_by)


def _refuse_length(opens_at: datetime, closes_at: datetime) -> None:
    if closes_at <= opens_at:
        raise Invalid("It has to close after it opens.", field="closes_at")
    if closes_at < opens_at + timedelta(hours=1):
        raise Invalid("It has to be open for at least an hour.", field="closes_at")
    if closes_at > opens_at + timedelta(days=DAYS_MAX):
        raise Invalid("It may be open for at most {days} days.", field="closes_at", days=DAYS_MAX)


def _refuse_decide_by(closes_at: datetime, decide_by: datetime) -> None:
    if decide_by <= closes_at:
        raise Invalid("The decision comes after the vote.", field="decide_by")
    if decide_by > closes_at + timedelta(days=DECIDE_DAYS_MAX):
        sentence = "The decision has to come within {days} days after it closes."
        raise Invalid(sentence, field="decide_by", days=DECIDE_DAYS_MAX)


def what_is_missing(asked: Asked, candidates: int, now: datetime, *, kind: str, at_once: bool) -> list[Missing]:
    """All that keeps a draft from fans; empty when it is ready. at_once: it opens now, and not at its hour."""
    missing = []
    if candidates < CANDIDATES_MIN:
        missing.append(Missing("candidates", "A vote needs a choice: name at least two candidates."))
    if not at_once and asked.opens_at is None:
        missing.append(Missing("opens_at", "Say when it opens, or open it now."))
    if asked.closes_at is None:
        missing.append(Missing("closes_at", "Say when it closes."))
    if asked.decide_by is None:
        missing.append(Missing("decide_by", "Say by when you publish what you decided."))
    if not missing:
        try:
            refuse_asked(asked, kind, now)
        except Invalid as refusal:
            sentence, values = refusal.words.text, refusal.words.values
            missing.append(Missing(refusal.field or "", sentence, values))
    return missing


# --- where it stands ---


def stands(state: str, opens_at: datetime | None, closes_at: datetime | None, now: datetime) -> PollState:
    """The state of a poll at this moment: its hours decide, whether or not anybody has written it down yet."""
    found = PollState(state)
    if found == PollState.ANNOUNCED and opens_at is not None and now >= opens_at:
        found = PollState.OPEN
    if found == PollState.OPEN and closes_at is not None and now >= closes_at:
        found = PollState.CLOSED
    return found


def is_late(standing: PollState, decide_by: datetime | None, now: datetime) -> bool:
    """Whether a decision that was promised is overdue."""
    return standing == PollState.CLOSED and decide_by is not None and now >= decide_by


# --- who may vote ---


@dataclass(frozen=True, slots=True)
class Voter:
    """What the database knows of somebody before one poll. fingerprint: of a card of hers that nobody has voted with there.

    voted_for: the candidate that she chose before, none where she has not voted yet.
    """

    confirmed: bool
    is_staff: bool
    is_member: bool
    backs: bool
    follows: bool
    has_card: bool
    fingerprint: str
    voted_for: int | None


def refuse_unless_open(standing: PollState, campaign_state: str) -> None:
    """Raises NoSuchPoll, PollNotOpen, PollClosed: to the second, and whoever asks."""
    if standing in (PollState.DRAFT, PollState.WITHDRAWN):
        raise NoSuchPoll("There is no such poll.")
    if standing == PollState.ANNOUNCED:
        raise PollNotOpen("This poll has not opened yet.")
    if standing == PollState.CANCELLED:
        raise PollClosed("This poll was cancelled: no vote counts any more.")
    if standing != PollState.OPEN:
        raise PollClosed("This poll has closed.")
    if campaign_state in OVER:
        raise PollClosed("The fund has ended: there is nothing left to choose.")


def refuse_voter(voter: Voter, audience: str, label: str) -> None:
    """Raises NotVerified, NoVoteHere, NotAsked, VotingCardNeeded, CardHasVoted.

    Whoever has voted keeps her vote whatever becomes of her card, and may change it without one.
    """
    if not voter.confirmed:
        raise NotVerified(
            "Please confirm your e-mail address first: one person has one vote, so we have to know yours."
        )
    if voter.is_member:
        raise NoVoteHere("You belong to those who ask, so you don't vote: this one is for the fans.")
    if voter.is_staff:
        raise NoVoteHere("Who runs this site doesn't vote on it.")
    if audience == Audience.BACKERS and not voter.backs:
        raise NotAsked("Only backers of this fund vote here. A pledge of any amount is one vote.")
    if audience == Audience.FOLLOWERS and not (voter.backs or voter.follows):
        raise NotAsked("Only those who follow or back this fund vote here.")
    if label != Label.BINDING or voter.voted_for is not None or voter.fingerprint:
        return
    if voter.has_card:
        raise CardHasVoted("Another account has voted here with your card. One card is one vote.")
    raise VotingCardNeeded(
        "This vote binds its makers, so it takes a saved card: one card is one vote. Nothing is charged."
    )


# --- what it means ---


@dataclass(frozen=True, slots=True)
class Tally:
    """What a vote said. leaders: whoever has most votes, several in a tie, nobody where the vote doesn't count."""

    quorum_met: bool
    leaders: frozenset[int]

    @property
    def is_tie(self) -> bool:
        return len(self.leaders) > 1


def tally(votes: Mapping[int, int], voters: int, quorum: int) -> Tally:
    """votes: by candidate. quorum: how many have to vote for it to count; without one, a single voter is enough."""
    met = voters >= max(quorum, 1)
    most = max(votes.values(), default=0)
    return Tally(met, frozenset(one for one, n in votes.items() if n == most) if met and most else frozenset())


def judge(label: str, counted: Tally, chosen: int | None) -> DecisionKind:
    """How a decision agrees with the vote. chosen: a candidate, or none of them. In a tie any of the first is what fans said."""
    if not counted.leaders:
        return DecisionKind.FREE
    if chosen in counted.leaders:
        return DecisionKind.FOLLOWED
    return DecisionKind.NOT_FOLLOWED if label == Label.BINDING else DecisionKind.DEPARTED


def refuse_decision(kind: DecisionKind, *, cannot_follow: bool) -> None:
    """A binding vote is followed, or its makers say plainly that they can't: then that is what the page says. Raises VoteBinds."""
    if kind == DecisionKind.NOT_FOLLOWED and not cannot_follow:
        sentence = (
            "This vote was binding. Decide as it says, or say that you can't follow it, and why: all will read that."
        )
        raise VoteBinds(sentence, field="candidate")


def in_order(candidates: Sequence[Any]) -> list[Any]:
    """Candidates by their votes, the most first; those with as many as they were named."""
    return sorted(candidates, key=lambda one: (-one.votes, one.position))
