"""What programs send about a fund on its way: into review, open, told of, called off; and what they are answered."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, StringConstraints

from crowdfund.campaigns.updates import BODY_MAX, TITLE_MAX
from crowdfund.web.api import LINES, ONE_LINE, READABLE, STRAIGHT, In, Moment, Out, PublicId


def _a_day(text: str) -> str:
    datetime.strptime(text, "%Y-%m-%d")  # there is no 31st of February
    return text


Day = Annotated[str, StringConstraints(pattern=r"^2[01][0-9]{2}-[01][0-9]-[0-3][0-9]$"), AfterValidator(_a_day)]


def first_moment(day: str | None) -> datetime | None:
    """Of a day as a program sends it, UTC."""
    return datetime.strptime(day, "%Y-%m-%d").replace(tzinfo=UTC) if day is not None else None


class RemarkIn(In):
    text: Annotated[
        str, StringConstraints(min_length=5, max_length=2_000, pattern=LINES, strip_whitespace=True), READABLE
    ]


class AnswerIn(In):
    answer: Annotated[
        str, StringConstraints(min_length=2, max_length=2_000, pattern=LINES, strip_whitespace=True), READABLE
    ]


class VerdictIn(In):
    """because: why, for the producer; only an approval needs none."""

    verdict: Literal["approved", "changes_requested", "rejected"]
    because: Annotated[str, StringConstraints(max_length=1_000, pattern=LINES, strip_whitespace=True), READABLE] = ""


class ScheduleIn(In):
    """opens_at left out: shown from now on, opened by its makers. first_update_by: a day, `2027-03-31`; left out: 30 days on."""

    closes_at: Moment
    opens_at: Moment | None = None
    first_update_by: Day | None = None


class UpdateIn(In):
    """body: Markdown. audience: `everyone`, `backers`, or `tier` with the id of one. next_by: the day by which the next comes;
    left out: 30 days on. An update for one tier moves no day."""

    title: Annotated[
        str,
        StringConstraints(min_length=1, max_length=TITLE_MAX, pattern=ONE_LINE, strip_whitespace=True),
        READABLE,
        STRAIGHT,
    ]
    body: Annotated[
        str, StringConstraints(min_length=10, max_length=BODY_MAX, pattern=LINES, strip_whitespace=True), READABLE
    ]
    audience: Literal["everyone", "backers", "tier"] = "everyone"
    tier: PublicId | None = None
    next_by: Day | None = None


class CancelIn(In):
    """reason: what backers read."""

    reason: Annotated[
        str, StringConstraints(min_length=10, max_length=600, pattern=LINES, strip_whitespace=True), READABLE
    ]


class PublishedOut(Out):
    number: int
    url: str


class DeletedOut(Out):
    """What is gone."""

    id: str
    name: str


class FollowingOut(Out):
    follows: bool
