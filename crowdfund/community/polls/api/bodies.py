"""The bodies of the polls API, in and out."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from crowdfund.campaigns.api.bodies import MissingOut
from crowdfund.community.polls.rules import (
    ABOUT_MAX,
    NAME_MAX,
    QUESTION_MAX,
    QUORUM_MAX,
    REASON_MAX,
    REASON_MIN,
    TEXT_MAX,
)
from crowdfund.web.api import LINES, ONE_LINE, READABLE, STRAIGHT, In, Moment, Out, PublicId


class PollIn(In):
    """A poll, all of it. opens_at left out: it opens when its makers say so. quorum: voters that it takes to count, 0 for none.

    hides_results: nobody sees them before it closes. decide_by: until then the decision and its reason are published.
    """

    question: Annotated[
        str,
        StringConstraints(min_length=1, max_length=QUESTION_MAX, pattern=ONE_LINE, strip_whitespace=True),
        READABLE,
        STRAIGHT,
    ]
    text: Annotated[str, StringConstraints(max_length=TEXT_MAX, pattern=LINES, strip_whitespace=True), READABLE] = ""
    audience: Literal["backers", "followers", "everyone"] = "backers"
    label: Literal["advisory", "binding"] = "advisory"
    quorum: Annotated[int, Field(ge=0, le=QUORUM_MAX)] = 0
    hides_results: bool = False
    opens_at: Moment | None = None
    closes_at: Moment | None = None
    decide_by: Moment | None = None


class CandidateIn(In):
    name: Annotated[
        str,
        StringConstraints(min_length=1, max_length=NAME_MAX, pattern=ONE_LINE, strip_whitespace=True),
        READABLE,
        STRAIGHT,
    ]
    text: Annotated[str, StringConstraints(max_length=ABOUT_MAX, pattern=LINES, strip_whitespace=True), READABLE] = ""


class VoteIn(In):
    """candidate: of this poll."""

    candidate: PublicId


class VoteCardIn(In):
    """consent_text: what she was shown and agreed to, word for word."""

    consent_text: Annotated[str, StringConstraints(min_length=1, max_length=1_000, pattern=LINES), READABLE]


class DecisionIn(In):
    """candidate left out: none of them. cannot_follow: has to be said where a binding vote is not followed; all read it."""

    candidate: PublicId | None = None
    reason: Annotated[
        str,
        StringConstraints(min_length=REASON_MIN, max_length=REASON_MAX, pattern=LINES, strip_whitespace=True),
        READABLE,
    ]
    cannot_follow: bool = False


class CandidateOut(Out):
    """votes: none while results are hidden. leads: has most votes of a vote that is over and counts; several in a tie."""

    id: str
    name: str
    text: str
    picture_url: str | None
    picture_alt: str
    votes: int | None
    leads: bool


class DecisionOut(Out):
    """kind: followed, departed (from an advisory vote), not_followed (a binding one), free (it said nothing), or moot.

    candidate none: none of them.
    """

    kind: str
    candidate: str | None
    reason: str
    published_at: str
    is_late: bool


class PollListed(Out):
    """state: announced, open, closed, decided or cancelled, by the clock. eligible: who could vote, where that can be told."""

    id: str
    url: str
    campaign: str
    question: str
    state: str
    audience: str
    label: str
    quorum: int
    hides_results: bool
    opens_at: str | None
    closes_at: str | None
    decide_by: str | None
    voters: int
    eligible: int | None
    quorum_met: bool | None
    is_overdue: bool


class PollOut(PollListed):
    """With its candidates and, once there is one, the decision. cancelled_because: of a cancelled one. Who voted how is in no answer."""

    text: str
    candidates: list[CandidateOut]
    decision: DecisionOut | None
    cancelled_because: str


class PollDraftOut(PollOut):
    """missing: what keeps a draft from being announced; said too of what it takes to open it now."""

    missing: list[MissingOut]
    missing_to_open_now: list[MissingOut]


class VoteOut(Out):
    """My own vote. candidate none: I have not voted. refused: why I can't vote as things stand, a code and a sentence."""

    candidate: str | None
    may_vote: bool
    code: str | None
    sentence: str | None
