"""The bodies of the API of milestones, in and out."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from crowdfund.campaigns.milestones.rules import EVIDENCE_MAX, EVIDENCE_MIN, MILESTONES_MAX, TITLE_MAX
from crowdfund.pledges.milestones.forms import BECAUSE_MAX, BECAUSE_MIN, OBJECTION_MAX, OBJECTION_MIN
from crowdfund.pledges.milestones.rules import PAPERS_MAX, WORDS_MAX, WORDS_MIN
from crowdfund.web.api import LINES, ONE_LINE, READABLE, STRAIGHT, In, Out, PublicId


def _lines(least: int, most: int) -> StringConstraints:
    return StringConstraints(min_length=least, max_length=most, pattern=LINES, strip_whitespace=True)


class MilestoneIn(In):
    """lines: names of budget lines. share_bps: of what is collected. evidence: what will be shown. expected_on: `2027-09`.

    at_once: paid as soon as the fund has succeeded, without a request; only the first can be.
    """

    title: Annotated[
        str,
        StringConstraints(min_length=1, max_length=TITLE_MAX, pattern=ONE_LINE, strip_whitespace=True),
        READABLE,
        STRAIGHT,
    ]
    lines: Annotated[
        list[Annotated[str, StringConstraints(min_length=1, max_length=120)]], Field(min_length=1, max_length=40)
    ]
    share_bps: Annotated[int, Field(ge=1, le=10_000)]
    evidence: Annotated[str, _lines(EVIDENCE_MIN, EVIDENCE_MAX), READABLE]
    expected_on: Annotated[str, StringConstraints(pattern=r"^20[0-9]{2}-(0[1-9]|1[0-2])$")]
    at_once: bool = False


class PlanIn(In):
    """All milestones of a draft, whose shares come to 10000; none: its money is paid in one."""

    milestones: Annotated[list[MilestoneIn], Field(max_length=MILESTONES_MAX)]


class ReleaseIn(In):
    """words: what was done, for backers. documents: sent before, the evidence first; everybody can read them."""

    words: Annotated[str, _lines(WORDS_MIN, WORDS_MAX), READABLE]
    documents: Annotated[list[PublicId], Field(min_length=1, max_length=PAPERS_MAX)]


class ReleaseObjectionIn(In):
    text: Annotated[str, _lines(OBJECTION_MIN, OBJECTION_MAX), READABLE]


class ReleaseAnswerIn(In):
    answer: Annotated[str, _lines(BECAUSE_MIN, OBJECTION_MAX), READABLE]


class MilestoneReasonIn(In):
    """because: why, for backers."""

    because: Annotated[str, _lines(BECAUSE_MIN, BECAUSE_MAX), READABLE]


class PaperOut(Out):
    name: str
    url: str
    sha256: str


class ReleaseRequestOut(Out):
    """pauses_at: that many objections pause it. ended_as: released, sent_back, taken_back or refunded; none while it is open."""

    id: str
    words: str
    filed_at: str
    objections_until: str
    backers: int
    pauses_at: int
    objections: int
    open_objections: int
    papers: list[PaperOut]
    ended_as: str | None
    ended_at: str | None


class MilestoneOut(Out):
    """amount_minor: its part of what was collected, before fees; none until the result. left_minor: of it, what nobody took back.

    requests: the newest first.
    """

    id: str
    number: int
    title: str
    lines: list[str]
    share_bps: int
    evidence: str
    expected_on: str
    at_once: bool
    state: str
    amount_minor: int | None
    left_minor: int
    ended_at: str | None
    requests: list[ReleaseRequestOut]


class MilestonesOut(Out):
    """A fund's milestones. released, waiting, refunded: before fees; together what the fund held at its result."""

    campaign: str
    state: str
    currency: str
    released_minor: int
    waiting_minor: int
    refunded_minor: int
    milestones: list[MilestoneOut]


class ReleaseObjectionOut(Out):
    id: str
    text: str
    made_at: str
    answer: str
    answered_at: str | None
