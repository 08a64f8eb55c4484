"""Polls as templates show them, and what is said about them in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b

from crowdfund.campaigns.models import Campaign
from crowdfund.community.polls.models import Audience, Candidate, DecisionKind, Label, PollState
from crowdfund.community.polls.queries import PollNow
from crowdfund.database.ids import public
from crowdfund.web import formats
from crowdfund.web.i18n import _, lazy, ngettext
from crowdfund.web.images import url_of

WHO_VOTES = {
    Audience.BACKERS: lazy("Backers of this fund, one vote each, whatever they pledged."),
    Audience.FOLLOWERS: lazy("Whoever follows or backs this fund, one vote each."),
    Audience.EVERYONE: lazy("Everybody with a confirmed e-mail address, one vote each."),
}
_LABELS = {Label.ADVISORY: lazy("Advisory"), Label.BINDING: lazy("Binding")}
_KINDS = {
    DecisionKind.FOLLOWED: lazy("As the vote said"),
    DecisionKind.DEPARTED: lazy("Departs from the vote"),
    DecisionKind.NOT_FOLLOWED: lazy("Not followed: this vote was binding"),
    DecisionKind.FREE: lazy("Decided without the vote"),
    DecisionKind.MOOT: lazy("Nothing left to decide"),
}


@dataclass(frozen=True, slots=True)
class CandidateShown:
    """votes_text, share_text: empty while results are hidden. leads: has most votes of a vote that counts.

    initial: what stands for a face where the others have one.
    """

    id: str
    name: str
    initial: str
    text: str
    image_url: str
    image_alt: str
    votes: int
    votes_text: str
    share_text: str
    leads: bool


@dataclass(frozen=True, slots=True)
class DecisionShown:
    """kind_text: how it agrees with the vote, in words that can't be missed."""

    kind: str
    kind_text: str
    name: str
    paragraphs: list[str]
    made_at: datetime
    is_late: bool
    image_url: str
    image_alt: str


@dataclass(frozen=True, slots=True)
class PollShown:
    """A poll for everybody. clock: what comes next and when; said: what the vote says, in a sentence.

    turnout: how many voted, in a line; figure_says: the same below the number itself, and what it takes.
    """

    path: str
    question: str
    paragraphs: list[str]
    standing: str
    label: str
    label_text: str
    who_votes: str
    what_it_means: str
    quorum_text: str
    opens_at: datetime | None
    closes_at: datetime | None
    decide_by: datetime | None
    voters: int
    quorum: int
    turnout: str
    figure_says: str
    shows_results: bool
    is_hidden: bool
    said: str
    clock: str
    is_late: bool
    ended_because: str
    candidates: list[CandidateShown]
    decision: DecisionShown | None

    @property
    def is_open(self) -> bool:
        return self.standing == PollState.OPEN

    @property
    def has_faces(self) -> bool:
        return any(one.image_url for one in self.candidates)

    @property
    def is_counted(self) -> bool:
        return self.standing in (PollState.CLOSED, PollState.DECIDED, PollState.CANCELLED)


def poll_shown(found: PollNow, campaign: Campaign, *, reader: int | None = None) -> PollShown:
    """reader: who looks, where that is known. A ballot's order differs from fan to fan, so that nobody gains by standing first."""
    poll = found.poll
    return PollShown(
        path=poll.path_in(campaign.path), question=poll.question, paragraphs=_paragraphs(poll.text), standing=found.standing.value,
        label=poll.label, label_text=str(_LABELS[Label(poll.label)]), who_votes=str(WHO_VOTES[Audience(poll.audience)]),
        what_it_means=_what_it_means(found), quorum_text=_quorum_text(poll.quorum), opens_at=poll.opens_at,
        closes_at=poll.closes_at, decide_by=poll.decide_by, voters=poll.voters, quorum=poll.quorum, turnout=_turnout(found),
        figure_says=_figure_says(found),
        shows_results=found.shows_results, is_hidden=found.is_open and not found.shows_results, said=result_said(found),
        clock=clock_said(found), is_late=found.is_late, ended_because=found.ended_because,
        candidates=[_candidate_shown(one, found) for one in _in_turn(found, reader)], decision=_decision_shown(found),
    )  # fmt: skip


def _paragraphs(text: str) -> list[str]:
    return [part.strip() for part in text.split("\n\n") if part.strip()]


def _in_turn(found: PollNow, reader: int | None) -> Sequence[Candidate]:
    if found.is_counted:
        return found.ranked
    if reader is None or not found.is_open:
        return found.candidates
    return sorted(found.candidates, key=lambda one: blake2b(f"{reader}:{one.id}".encode(), digest_size=8).digest())


def _candidate_shown(one: Candidate, found: PollNow) -> CandidateShown:
    shows = found.shows_results
    votes = ngettext("%(n)s vote", "%(n)s votes", one.votes) % {"n": formats.number(one.votes)}
    return CandidateShown(
        id=public(one.id), name=one.name, initial=next((letter for letter in one.name if letter.isalnum()), ""), text=one.text,
        image_url=url_of(one.image_id, small=True) if one.image_id else "",
        image_alt=one.image_alt, votes=one.votes if shows else 0, votes_text=votes if shows else "",
        share_text=formats.percent(one.votes, found.poll.voters) if shows and found.poll.voters else "",
        leads=found.is_counted and one.id in found.tally.leaders,
    )  # fmt: skip


def _what_it_means(found: PollNow) -> str:
    if found.is_binding:
        return _("The makers do what it says, if enough vote. Who votes needs a saved card; one card is one vote.")
    return _("The makers read it and decide themselves. If they depart from it, this page says so.")


def _quorum_text(quorum: int) -> str:
    if not quorum:
        return _("It counts however few vote.")
    sentence = ngettext("It counts if at least %(n)s person votes.", "It counts if at least %(n)s people vote.", quorum)
    return sentence % {"n": formats.number(quorum)}


def _turnout(found: PollNow) -> str:
    """How many voted, and of how many, once that was counted."""
    poll = found.poll
    voted = ngettext("%(n)s person voted", "%(n)s people voted", poll.voters) % {"n": formats.number(poll.voters)}
    if found.is_open:
        voted = ngettext("%(n)s person has voted", "%(n)s people have voted", poll.voters) % {
            "n": formats.number(poll.voters)
        }
    if poll.eligible is None or not found.is_counted:
        return voted
    facts = {
        "voted": voted,
        "eligible": formats.number(poll.eligible),
        "share": formats.percent(poll.voters, poll.eligible),
    }
    return _("%(voted)s of %(eligible)s who could: %(share)s") % facts


def _figure_says(found: PollNow) -> str:
    """What stands below the number of voters."""
    poll = found.poll
    if not found.is_counted:
        voting = ngettext("person has voted.", "people have voted.", poll.voters)
        return f"{voting} {_quorum_text(poll.quorum)}"
    if poll.eligible is None:
        voted = ngettext("person voted.", "people voted.", poll.voters)
    else:
        facts = {"eligible": formats.number(poll.eligible), "share": formats.percent(poll.voters, poll.eligible)}
        voted = ngettext(
            "person voted, %(share)s of the %(eligible)s who could.", "people voted, %(share)s of the %(eligible)s who could.",
            poll.voters,
        )  # fmt: skip
        voted = voted % facts
    if not poll.quorum or found.standing == PollState.CANCELLED:
        return voted
    enough, too_few = _("Enough for it to count."), _("Too few for it to count.")
    return f"{voted} {enough if found.tally.quorum_met else too_few}"


def result_said(found: PollNow) -> str:
    """What a vote that is over says, ties and too few voters included; empty before."""
    if not found.is_counted:
        return ""
    if found.standing == PollState.CANCELLED:
        return _("It was cancelled: this is how it stood, and it counts for nothing.")
    poll, leaders = found.poll, found.leaders
    if not poll.voters:
        return _("Nobody voted.")
    if not found.tally.quorum_met:
        sentence = ngettext(
            "Too few voted for it to count: %(n)s of the %(quorum)s that it takes.",
            "Too few voted for it to count: %(n)s of the %(quorum)s that it takes.", poll.voters,
        )  # fmt: skip
        return sentence % {"n": formats.number(poll.voters), "quorum": formats.number(poll.quorum)}
    each = {"votes": formats.number(leaders[0].votes), "share": formats.percent(leaders[0].votes, poll.voters)}
    if len(leaders) > 1:
        tied = _names([one.name for one in leaders])
        return _("A tie: %(names)s have %(votes)s votes each.") % {"names": tied, **each}
    return _("%(name)s won with %(share)s of the votes.") % {"name": leaders[0].name, **each}


def _names(names: Sequence[str]) -> str:
    if len(names) == 1:
        return names[0]
    return _("%(names)s and %(last)s") % {"names": ", ".join(names[:-1]), "last": names[-1]}


def clock_said(found: PollNow) -> str:
    """What comes next, and when."""
    poll = found.poll
    if found.standing == PollState.ANNOUNCED and poll.opens_at:
        return _("Opens %(when)s") % {"when": formats.moment_text(poll.opens_at)}
    if found.is_open and poll.closes_at:
        return _("Open until %(when)s") % {"when": formats.moment_text(poll.closes_at)}
    if found.standing == PollState.CLOSED and poll.decide_by:
        due = {"when": formats.moment_text(poll.decide_by)}
        return (
            _("The decision was due on %(when)s") % due if found.is_late else _("The decision is due by %(when)s") % due
        )
    if found.standing == PollState.CANCELLED:
        return _("Cancelled")
    return _("Decided on %(day)s") % {"day": formats.day(found.decision.made_at)} if found.decision else ""


def _decision_shown(found: PollNow) -> DecisionShown | None:
    decision = found.decision
    if decision is None:
        return None
    chosen = found.decided_for
    return DecisionShown(
        kind=decision.kind, kind_text=str(_KINDS[DecisionKind(decision.kind)]),
        name=chosen.name if chosen else "" if decision.kind == DecisionKind.MOOT else _("None of them"),
        paragraphs=[formats.said(part) for part in _paragraphs(decision.reason)], made_at=decision.made_at,
        is_late=found.decided_late, image_url=url_of(chosen.image_id, small=True) if chosen and chosen.image_id else "",
        image_alt=chosen.image_alt if chosen else "",
    )  # fmt: skip


def card_terms() -> str:
    """What somebody agrees to who saves a card for a vote."""
    return _("My card is saved so that my vote counts once. Nothing is charged, and I can remove it under “My money”.")
