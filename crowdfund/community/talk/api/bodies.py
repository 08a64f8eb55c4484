"""The bodies of the talk API, in and out."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from crowdfund.community.talk.forms import REASON_MAX, REASON_MIN
from crowdfund.community.talk.rules import BAR_DAYS_MAX, NAME_MAX, NAMES_MAX, NOTE_MAX, TEXT_MAX, TEXT_MIN
from crowdfund.web.api import LINES, ONE_LINE, READABLE, STRAIGHT, In, Out

Text = Annotated[
    str, StringConstraints(min_length=TEXT_MIN, max_length=TEXT_MAX, pattern=LINES, strip_whitespace=True), READABLE
]
Why = Annotated[
    str, StringConstraints(min_length=REASON_MIN, max_length=REASON_MAX, pattern=LINES, strip_whitespace=True), READABLE
]


class CommentIn(In):
    """to: whom a question is for, as `addressees` has it; left out: a comment. anonymous left out: as with the pledge."""

    text: Text
    to: Annotated[str, StringConstraints(max_length=13, pattern=r"^[0-9a-z]*$")] = ""
    anonymous: bool | None = None


class ReplyIn(In):
    """anonymous left out: as with the pledge; makers are shown as such in any case."""

    text: Text
    anonymous: bool | None = None


class WordingIn(In):
    text: Text


class ReportIn(In):
    """note: needed with `other`; only staff read it."""

    reason: Literal["abuse", "spam", "private", "false", "other"]
    note: Annotated[str, StringConstraints(max_length=NOTE_MAX, pattern=LINES, strip_whitespace=True), READABLE] = ""


class NamesIn(In):
    """All whom fans can ask by name; an empty list: whom the site offers by itself."""

    names: Annotated[
        list[
            Annotated[
                str,
                StringConstraints(min_length=1, max_length=NAME_MAX, pattern=ONE_LINE, strip_whitespace=True),
                READABLE,
                STRAIGHT,
            ]
        ],
        Field(max_length=NAMES_MAX),
    ]


class ModerationIn(In):
    """reason: of what is hidden everybody reads it; it goes into the audit."""

    reason: Why


class BarIn(In):
    """days: how long its author is kept from writing under the fund. reason: what she reads."""

    days: Annotated[int, Field(ge=1, le=BAR_DAYS_MAX)]
    reason: Why


class CommentOut(Out):
    """A comment as it stands there. thread: the comment that began it, itself where it did.

    author: as it is shown, `null` for a backer without a name and for what is gone. text: empty where it is gone. is_folded:
    people reported it, and staff have not looked yet.
    """

    id: str
    url: str
    campaign: str
    thread: str
    kind: Literal["comment", "question", "reply", "answer"]
    state: Literal["shown", "hidden", "withdrawn"]
    author: str | None
    is_official: bool
    to: str
    text: str
    hidden_because: str
    is_folded: bool
    is_locked: bool
    made_at: str
    edited_at: str | None


class ThreadOut(CommentOut):
    """With its answers and its first replies. more_replies: there are others, under `replies`."""

    answers: list[CommentOut]
    replies: list[CommentOut]
    more_replies: bool


class AddresseeOut(Out):
    """to: what a question names."""

    to: str
    name: str


class AddresseesOut(Out):
    """Whom fans can ask."""

    addressees: list[AddresseeOut]


class ReportedOut(Out):
    """is_news: false where it was reported by the same person before."""

    is_news: bool


class ReportOut(Out):
    """verdict: empty while it waits."""

    reason: str
    note: str
    verdict: str
    by: str
    made_at: str


class StaffCommentOut(Out):
    """A comment as staff see it, with its author and what people say of it. barred_until: where she may not write now."""

    comment: CommentOut
    author: str
    author_name: str
    text: str
    reports: list[ReportOut]
    barred_until: str | None


class WaitingOut(Out):
    """A comment with reports that wait."""

    comment: str
    fund: str
    text: str
    reports: int
    since: str
